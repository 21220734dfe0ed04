import assert from "node:assert/strict";
import { test } from "node:test";

import { Playhead } from "../../assets/pages/tour/playhead.mjs";
import { Stops } from "../../assets/pages/tour/stops.mjs";
import { fakeBox } from "./fakedom.mjs";
import { pageOf, settle } from "./workplace.mjs";

const LAYERS = ["input", "dense", "prediction"];
const EPOCHS = [0, 1, 2, 3];

function planOf(layer, { there = true, epoch = 3, attack = null } = {}) {
  const facts = there ? { dimensions: 2, axes: 2, kept: 1 } : null;
  const part = (key, known = facts) => ({ key, facts: known });
  return {
    layer, shape: [2], network: `n${epoch}`, home: "n3", wish: { study: "s", layer }, missing: 0, edges: [],
    parts: { cloud: part(`${layer} ${epoch}`, { dimensions: 2, axes: 2, kept: 1 }) },
    layers: LAYERS.map((name) => ({
      name, shape: [2], cloud: name === layer ? part(`${name} ${epoch}`, { dimensions: 2, axes: 2, kept: 1 }) : part(`${name} ${epoch}`),
      frame: part(`frame ${name}`, there ? { how: "matrix", classes: false } : null),
    })),
    attack, epochs: EPOCHS.map((number) => ({ epoch: number, cloud: part(`${layer} ${number}`) })),
  };
}

function open(how = {}) {
  const ways = { x: { values: Float32Array.of(9, 9, 5, 5, 1, 1), shape: [1, 3, 2] }, samples: { values: Int32Array.of(2), shape: [1] } };
  const array = async (key, name) => (key === "ways" ? ways[name] : { values: Float32Array.from({ length: { x: 8, centre: 2, frame: 4 }[name] }, (_, k) => k) });
  const workspace = { array, study: { dataKey: "d", epoch: 3, classes: ["a", "b"] }, classifies: true, className: (k) => "ab"[k] };
  const page = pageOf({ workspace });
  const box = fakeBox();
  const { defaultView } = box.ownerDocument;
  page.bridge.window = Object.assign(defaultView, { cancelAnimationFrame: () => {} });
  const [drawn, rested] = [[], []];
  const stops = new Stops(page, () => playhead.refreshed());
  const playhead = new Playhead(page, stops, (a, b, part) => drawn.push([a.key, b?.key ?? null, part]), (rail, entry) => rested.push([rail, entry.name, entry.epoch]));
  playhead.mounted(box);
  stops.setPlan(planOf("dense", how));
  const handle = (name) => box.all("input").find(({ attributes }) => attributes["aria-label"] === name);
  const hold = (name, value) => {
    handle(name).value = String(value);
    handle(name).fire("input");
  };
  return { page, box, stops, playhead, drawn, rested, handle, hold, frame: (later) => defaultView.nextFrame(later) };
}

test("rails show where one is", async () => {
  const { box, handle } = open();
  await settle();
  assert.deepEqual([handle("Epoch").value, handle("Layer").value], [3, 1]);
  assert.deepEqual(box.all("rail-text").map((one) => one.textContent), ["3", "dense", ""]);
});

test("a handle stands between stops as soon as both are there, and rests at the nearest", async () => {
  const { hold, handle, drawn, rested, playhead } = open();
  await settle();
  hold("Epoch", 1.25);
  assert.deepEqual(drawn, [], "nothing is at hand yet");
  await settle();
  assert.deepEqual(drawn.at(-1), ["dense 1", "dense 2", 0.25]);
  hold("Layer", 1.5);
  await settle();
  assert.deepEqual(drawn.at(-1), ["dense 3", "prediction 3", 0.5]);
  assert.equal(playhead.away, true);
  handle("Layer").value = "1.6";
  handle("Layer").fire("change");
  assert.deepEqual(rested, [["epoch", "dense", 1], ["layer", "prediction", undefined]]);
});

test("what is not computed is asked for once, and shown when it comes", async () => {
  const { page, hold, drawn, stops, playhead } = open({ there: false });
  await settle();
  hold("Epoch", 0.5);
  hold("Epoch", 0.6);
  const wishes = () => page.said.set.filter(([id]) => id === "tour-wish-epochs");
  assert.equal(wishes().length, 1);
  assert.deepEqual(wishes()[0][1].data.path, LAYERS);
  playhead.computed({ state: "done", result: { done: {}, failed: {} } });
  assert.equal(page.said.set.at(-1)[0], "tour-again");
  stops.setPlan(planOf("dense"));
  await settle();
  assert.deepEqual(drawn.at(-1), ["dense 0", "dense 1", 0.6]);
});

test("what is waited for is said, until it comes or never will", async () => {
  const { box, hold, handle, stops, playhead } = open({ there: false });
  await settle();
  const said = (of = box) => of.all("rail-text").map((one) => one.textContent).slice(0, 2);
  hold("Epoch", 1.5);
  assert.deepEqual(said(), ["waits for 1", "dense"]);
  stops.setPlan(planOf("dense"));
  await settle();
  assert.deepEqual(said(), ["1 → 2", "dense"]);
  const other = open({ there: false });
  await settle();
  other.hold("Layer", 1.5);
  assert.equal(said(other.box)[1], "waits for dense");
  other.playhead.computed({ state: "failed", error: "no memory", reference: "" });
  other.playhead.planned();
  assert.equal(said(other.box)[1], "dense");
  assert.equal(Number(handle("Epoch").value), 1.5);
  assert.equal(playhead.away, true);
});

test("a handle that is held is not taken away by what plays", async () => {
  const { playhead, frame, box, hold, handle } = open();
  await settle();
  hold("Epoch", 0);
  await settle();
  box.all("button")[0].click();
  frame(80);
  assert.equal(playhead.playing, "epoch");
  hold("Epoch", 2.2);
  assert.equal(playhead.playing, "");
  frame(80);
  assert.equal(Number(handle("Epoch").value), 2.2);
});

test("layers are of use with their frames alone", async () => {
  const { page, hold, drawn, stops } = open();
  stops.plan.layers[2].frame.facts = null;
  await settle();
  hold("Layer", 1.5);
  await settle();
  assert.deepEqual(drawn, []);
  assert.equal(page.said.set.at(-1)[0], "tour-wish-layers");
});

test("why a rail stays empty is said, and the handle goes back", async () => {
  const { page, hold, handle, playhead } = open({ there: false });
  await settle();
  hold("Epoch", 0.5);
  playhead.computed({ state: "failed", error: "no memory", reference: "" });
  assert.deepEqual(page.said.toasts, ["Not everything on the rail can be shown: no memory"]);
  assert.equal(playhead.away, false);
  playhead.planned();
  assert.equal(handle("Epoch").value, 3);
});

test("what cannot be computed is said once, and not asked for without end", async () => {
  const { page, hold, stops, playhead } = open({ there: false });
  await settle();
  hold("Epoch", 0.5);
  playhead.computed({ state: "done", result: { done: {}, failed: { "step 2: cloud": "not finite" } } });
  for (let k = 0; k < 3; k++) {
    stops.setPlan(planOf("dense", { there: false }));
    await settle();
    hold("Epoch", 0.6);
  }
  assert.equal(page.said.set.filter(([id]) => id === "tour-wish-epochs").length, 1);
  assert.deepEqual(page.said.toasts, ["Not everything on the rail can be shown: not finite"]);
});

test("a training plays from its beginning to its end, and rests there", async () => {
  const { playhead, drawn, rested, frame, box } = open();
  await settle();
  box.all("button")[0].click();
  assert.equal(playhead.playing, "epoch");
  for (let k = 0; k < 60 && playhead.playing; k++) {
    frame(80);
    await settle();
  }
  assert.equal(playhead.playing, "");
  const way = drawn.map(([a, , part]) => Number(a.split(" ")[1]) + part);
  assert.ok(way.every((value, k) => k === 0 || value >= way[k - 1]), "it never goes back");
  assert.ok(way[0] < 0.5 && way.at(-1) === 3);
  assert.equal(rested.length, 0, "the last epoch is what is shown already");
});

test("pressing play again rests at the next stop", async () => {
  const { playhead, rested, frame, box, hold } = open();
  await settle();
  hold("Epoch", 0);
  await settle();
  box.all("button")[0].click();
  for (let k = 0; k < 8; k++) {
    frame(80);
    await settle();
  }
  const now = Math.round(playhead.rails.epoch.value);
  box.all("button")[0].click();
  assert.equal(playhead.playing, "");
  assert.deepEqual(rested, [["epoch", "dense", now]]);
});

test("keys go from stop to stop and stay within", async () => {
  const { handle, rested } = open();
  await settle();
  for (const key of ["ArrowLeft", "PageDown", "Home", "PageUp", "End", "x"]) handle("Epoch").fire("keydown", { key });
  assert.deepEqual(rested.map(([, , epoch]) => epoch), [2, 0, 0]);
  assert.equal(handle("Epoch").value, 3, "the last epoch is what is shown already");
});

test("as long as the server has no plan of what was chosen, the old one draws nothing", async () => {
  const { handle, playhead, stops } = open();
  await settle();
  handle("Epoch").fire("keydown", { key: "Home" });
  assert.equal(playhead.away, true);
  stops.setPlan(planOf("dense", { epoch: 0 }));
  await settle();
  assert.equal(playhead.away, false);
});

test("who leaves a rail for the other comes to rest on it first", async () => {
  const { hold, rested, playhead, stops, box, drawn, frame } = open();
  await settle();
  hold("Epoch", 1.2);
  await settle();
  box.all("button")[1].click();
  assert.deepEqual([rested, playhead.playing], [[["epoch", "dense", 1]], ""]);
  stops.setPlan(planOf("dense", { epoch: 1 }));
  await settle();
  assert.equal(playhead.playing, "layer");
  frame(80);
  await settle();
  frame(80);
  assert.equal(drawn.at(-1)[0], "dense 1");
  playhead.leave();
  assert.deepEqual([playhead.playing, playhead.away], ["", false]);
});

test("the steps of an attack are a rail of their own, along which only attacked samples move", async () => {
  const attack = { steps: 2, cloud: { key: "ways", facts: null } };
  const { page, playhead, stops, hold, drawn, rested, box } = open({ attack });
  await settle();
  const texts = () => box.all("rail-text").map((one) => one.textContent);
  assert.equal(texts()[2], "step 0");
  hold("Attack", 1.5);
  await settle();
  assert.equal(page.said.set.filter(([name]) => name === "tour-wish-steps").length, 1, "it is computed when it is wanted");
  assert.equal(texts()[2], "waits for step 1");
  assert.deepEqual(drawn, []);
  playhead.working({ fraction: 1, text: "", done: { steps: { key: "ways", facts: { steps: 2 } } } });
  await settle();
  assert.deepEqual(drawn.at(-1), ["dense 3 ways 1", "dense 3 ways 2", 0.5]);
  assert.equal(texts()[2], "step 1 → 2");
  const [one, two] = [1, 2].map((step) => stops.at({ ...stops.shown, step }));
  assert.deepEqual(Array.from(one.clouds[0]), [0, 1, 2, 3, 5, 5, 6, 7], "sample 2 is where its first step brought it");
  assert.deepEqual(Array.from(two.clouds[0]), [0, 1, 2, 3, 1, 1, 6, 7]);
  assert.equal(stops.at({ ...stops.shown, step: 1 }).clouds[0], one.clouds[0], "kept at hand, or each frame would send it anew");
  assert.deepEqual([one.ways.step, one.ways.stops, one.cloud], [1, 3, "dense 3"]);
  playhead.go("step", 2);
  assert.deepEqual([stops.step, stops.shown.step, rested, stops.there], [2, 2, [], true], "no other page hears of it");
  // The same attack in another layer is asked for, and clean samples are shown until it is there.
  page.said.set.length = 0;
  stops.setPlan(planOf("prediction", { attack: { steps: 2, cloud: { key: "others", facts: null } } }));
  await settle();
  assert.deepEqual(page.said.set.map(([name]) => name), ["tour-wish-steps"]);
  assert.equal(stops.at(stops.shown).key, "prediction 3");
  stops.setPlan(planOf("prediction"));
  assert.equal(stops.step, 0, "without an attack there are no steps");
});
