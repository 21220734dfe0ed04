import assert from "node:assert/strict";
import { test } from "node:test";

import { Training } from "../../assets/pages/tour/training.mjs";
import { fakeBox } from "./fakedom.mjs";
import { pageOf } from "./workplace.mjs";

const WISH = { study: "s", split: "test", epoch: 3 };
const DONE = {
  wish: WISH, epochs: [0, 1, 2], missing: 0, overall: [2, 1, 0.5], by_class: [[2, 1, 0.4], [2, 1.5, 0.6]],
  sentences: ["'1' is learnt late, at epoch 14, suddenly."],
};

function open() {
  const box = fakeBox();
  box.isConnected = true;
  const page = pageOf({ workspace: { view: { epoch: null, focus: null }, ready: true, scheme: "light", on() {} } });
  page.id = () => box;
  const training = new Training(page);
  training.mounted();
  return { box, page, training, said: page.said };
}

test("why there are no losses is said", () => {
  const { box, training } = open();
  assert.match(box.textContent, /once a study is open/);
  training.planned({ error: "Without true classes there is no loss." });
  assert.equal(box.textContent, "Without true classes there is no loss.");
});

test("losses are computed when somebody asks, and looked up again then", () => {
  const { box, training, said } = open();
  training.planned({ wish: WISH, epochs: [0, 1, 2], missing: 2 });
  assert.match(box.textContent, /3 epochs, class by class: 2 of them are still to be computed/);
  box.one("button").click();
  assert.equal(said.set[0][0], "tour-wish-losses");
  assert.equal(box.one("button").disabled, true);
  training.working({ fraction: 0.5, text: "epoch 1: Losses" });
  assert.equal(said.header.textContent, "epoch 1: Losses: 50.0 %");
  training.answer({ state: "failed", error: "no memory", reference: "7f" });
  assert.match(box.textContent, /no memory \(reference 7f/);
  assert.equal(said.set[1][0], "tour-trained");
  training.ask();
  training.planned({ ...DONE, wish: { ...WISH, study: "other" } });
  training.answer({ state: "done", result: { done: {}, failed: {} } });
  assert.equal(said.set.length, 3, "another training is looked at");
});

test("what both splits are to be seen of is asked for while the one is being computed", () => {
  const { box, training, said } = open();
  training.planned({ wish: WISH, epochs: [0, 1, 2], missing: 2 });
  training.turn(true);
  box.one("button").click();
  assert.deepEqual([said.set.at(-1)[0], said.set.at(-1)[1].data.both], ["tour-wish-losses", true]);
  training.planned({ ...DONE, wish: { ...WISH, both: true, again: 1 }, beside: { split: "train", missing: 3 } });
  assert.equal(box.one("button").disabled, true, "the answer is still to come");
  training.answer({ state: "done", result: { done: {}, failed: {} } });
  assert.deepEqual([said.set.at(-1)[0], said.set.at(-1)[1].data.both], ["tour-trained", true]);
  assert.equal(box.one("button").disabled, false);
});

test("an answer of another training leaves no button that waits", () => {
  const { box, training } = open();
  training.planned({ wish: WISH, epochs: [0, 1, 2], missing: 2 });
  training.ask();
  training.planned({ wish: { ...WISH, study: "other" }, epochs: [0, 1], missing: 2 });
  training.answer({ state: "done", result: { done: {}, failed: {} } });
  assert.equal(box.one("button").textContent, "Compute the losses");
});

test("the other split's losses are looked up where both are seen, and computed when asked", () => {
  const { box, page, training, said } = open();
  training.turn(true);
  assert.equal(said.set.length, 0, "there is no training yet");
  training.planned(DONE);
  const [id, { data }] = said.set.at(-1);
  assert.deepEqual([id, data.both, data.study], ["tour-trained", true, "s"]);
  const both = { ...DONE, wish: { ...WISH, both: true } };
  training.planned({ ...both, beside: { split: "train", missing: 3 } });
  assert.equal(said.set.length, 1, "it is known now");
  box.one("button").click();
  assert.deepEqual([said.set.at(-1)[0], said.set.at(-1)[1].data.both], ["tour-wish-losses", true]);
  training.planned({ ...both, beside: { split: "train", missing: 0, overall: [2, 0.5, 0.1] } });
  assert.match(box.textContent, /Dashed: train samples\./);
  const chart = box.one("loss-chart");
  chart.clientWidth = 138;
  chart.drawn.length = 0;
  training.chart.draw();
  const dashes = () => chart.drawn.filter(([name]) => name === "setLineDash").length;
  assert.equal(dashes(), 2, "on and off");
  training.turn(false);
  assert.equal(said.set.at(-1)[1].data.both, false);
  chart.drawn.length = 0;
  training.planned(DONE);
  assert.equal(dashes(), 0);
  assert.equal(page.bridge.workspace.ready, true);
});

test("which class was learnt when is said, and an epoch is a click away", () => {
  const { box, page, training, said } = open();
  training.planned(DONE);
  assert.match(box.textContent, /'1' is learnt late, at epoch 14, suddenly\./);
  const chart = box.one("loss-chart");
  chart.clientWidth = 138; // 100 pixels between the edges
  chart.fire("click", { clientX: 82 });
  chart.fire("click", { clientX: 500 });
  assert.deepEqual(said.views, [{ epoch: 1 }, { epoch: null }], "the last one is the finished network");
  page.bridge.workspace.view.epoch = 1;
  training.chart.draw(); // as it is when the view changes
  chart.fire("keydown", { key: "ArrowLeft" });
  assert.deepEqual(said.views.at(-1), { epoch: 0 });
  training.planned({ ...DONE, sentences: [] });
  assert.match(box.textContent, /at about the same time/);
});

test("a training is the same whichever epoch is shown", () => {
  assert.equal(Training.about(WISH), Training.about({ ...WISH, epoch: 7, again: 1 }));
  assert.notEqual(Training.about(WISH), Training.about({ ...WISH, split: "train" }));
});
