import assert from "node:assert/strict";
import { test } from "node:test";

import { diamondAt, drawDiamonds } from "../../assets/dom/mapdiamonds.mjs";
import { PlacedList, sampleLine } from "../../assets/dom/placedlist.mjs";
import { linesOf, summaryOf } from "../../assets/dom/sequences.mjs";
import { fakeBox, fakeDocument } from "./fakedom.mjs";

const workspace = {
  labels: Int32Array.of(0, 1, -1), predicted: Int32Array.of(0, 0, 1), className: (k) => ["shirt", "bag"][k],
  imageUrl: (sample) => `/image/${sample}.png`,
};

function inputsOf(labels, shape = [1, 1, 1]) {
  return labels.map((label, k) => ({
    x: k, y: 0, values: Float32Array.of(0.5), shape, label, probabilities: Float32Array.of(label ? 0.2 : 0.8, label ? 0.8 : 0.2),
  }));
}

function sequence({ labels = [0, 1], shape, ...more } = {}) {
  const made = {
    number: 1, name: "", called: "bags", origin: "group", what: { kind: "samples", samples: labels.map((_, k) => k) }, files: [],
    truth: Int32Array.from(labels, () => 1), classes: ["shirt", "bag"], data: "d", map: "here", about: "input space", knobs: {},
    inputs: inputsOf(labels, shape), trouble: "", asking: false, ...more,
  };
  made.diamonds = (made.inputs ?? []).map(({ x, y, label }, index) => ({ x, y, label, sequence: made, index }));
  return made;
}

function list() {
  const said = [];
  const names = ["rename", "remove", "clear", "show", "bring", "again", "point", "centre"];
  const on = Object.fromEntries(names.map((name) => [name, (...what) => said.push([name, ...what])]));
  const box = fakeBox();
  return { box, said, view: new PlacedList(box, workspace, {}, on) };
}
const press = (box, text) => box.all("pick").find((button) => button.textContent === text).click();

test("a sequence says where it comes from, how much it is and what is decided of it", () => {
  const { box, said, view } = list();
  const one = sequence();
  view.draw([one], "here", "d");
  assert.match(box.textContent, /^1 placed.*Group · 2 inputs · 1 of 2 decided as their class/);
  assert.deepEqual(box.all("placed-class").map((text) => text.textContent), ["shirt", "bag"]);
  assert.deepEqual(box.all("number").map((text) => text.textContent), [".80", ".80"]);
  const [, second] = box.all("placed-input");
  assert.equal(second.getAttribute("aria-label"), "sample 1, true: bag, decided: bag (80.0 %)");
  for (const event of ["mouseenter", "mouseleave", "focus", "blur", "click"]) second.fire(event);
  const [, diamond] = one.diamonds;
  const input = box.one("marker-name");
  input.value = "odd";
  input.fire("change");
  press(box, "show");
  press(box, "×");
  press(box, "Clear all");
  assert.deepEqual(said, [
    ["point", diamond], ["point", null], ["point", diamond], ["point", null], ["centre", diamond],
    ["rename", one, "odd"], ["show", one], ["remove", one], ["clear"],
  ]);
});

test("of a long sequence the first pictures are shown, the rest is counted", () => {
  const { box, view } = list();
  view.draw([sequence({ labels: Array(1214).fill(0) })], "here", "d");
  assert.equal(box.all("placed-input").length, 12);
  assert.match(box.textContent, /1,214 inputs.*and 1,202 more/);
});

test("what has not changed stays, so that a name can be typed on", () => {
  const { box, view } = list();
  const [one, two] = [sequence(), sequence({ inputs: null, asking: true })];
  view.draw([one, two], "here", "d");
  const [first, second] = box.all("placed");
  assert.match(second.textContent, /Placing/);
  assert.ok(second.all("pick")[0].disabled, "there is nothing to show yet");
  Object.assign(two, { asking: false, trouble: "too large" });
  view.draw([one, two], "here", "d");
  assert.equal(box.all("placed")[0], first);
  assert.match(box.all("placed")[1].textContent, /too large Try again/);
  view.draw([one], "here", "d");
  assert.equal(view.cards.size, 1, "what is gone is forgotten");
  view.draw([], "here", "d");
  assert.match(box.textContent, /Nothing has been placed yet/);
});

test("what belongs to another map leads to it, or comes to this one if it can", () => {
  const { box, said, view } = list();
  const [own, other] = [sequence(), sequence({ map: "there", name: "mine" })];
  view.draw([own, other], "here", "d");
  assert.equal(box.one("h3").textContent, "Of another map");
  assert.match(box.one("away").textContent, /mine · Group, 2 · input space/);
  press(box.one("away"), "open");
  press(box.one("away"), "Place on this map");
  assert.deepEqual(said, [["show", other], ["bring", other]]);
  const offered = (data, more) => {
    view.draw([sequence({ map: "there", ...more })], "here", data);
    return box.one("away").textContent.includes("Place on this map");
  };
  assert.deepEqual([offered("d"), offered("other data"), offered(null)], [true, false, false]);
  assert.ok(offered("other data", { what: { kind: "images" }, files: [{}, {}] }), "a file is the same everywhere");
});

test("behind a layer the picture is that of the sample, and of nothing else", () => {
  const { box, view } = list();
  const behind = { shape: [], origin: "attack", what: { kind: "attack", sample: 1, epsilon: 0.1 } };
  view.draw([sequence(behind)], "here", "d");
  const [clean, attacked] = box.all("placed-input");
  assert.equal(clean.one("img").src, "/image/1.png");
  assert.deepEqual([attacked.all("img").length, attacked.all("strip-picture").length + attacked.all("canvas").length > 0], [0, true]);
  const empty = sequence(behind);
  for (const input of empty.inputs) input.values = new Float32Array(0);
  view.draw([empty], "here", "d");
  assert.equal(box.all("none").length, 1);
});

test("a sequence is summed up by what it is", () => {
  const attack = (labels) => sequence({ labels, origin: "attack", what: { kind: "attack", sample: 4, epsilon: 0.2 } });
  assert.equal(summaryOf(attack([1, 0])), "bag becomes shirt");
  assert.equal(summaryOf(attack([1, 1])), "bag before and after");
  assert.deepEqual(linesOf(attack([1, 0]), 1), ["sample 4 after the step, ε = 0.2", "true: bag", "decided: shirt (80.0 %)"]);
  const file = sequence({ labels: [1, 0, 1], origin: "file", what: { kind: "images" }, truth: null, files: [{ name: "a.png" }, {}, {}] });
  assert.equal(summaryOf(file), "decided: bag (2), shirt (1)");
  assert.deepEqual(linesOf(file, 0), ["a.png", "decided: bag (80.0 %)"]);
  assert.equal(summaryOf(sequence({ truth: Int32Array.of(-1, -1) })), "decided: shirt (1), bag (1)");
  assert.equal(summaryOf(sequence({ labels: [-1, 1] })), "1 of 2 decided as their class");
  assert.match(linesOf(sequence({ labels: [-1, 1] }), 0).at(-1), /^decided: undecided$/);
});

test("a sample is told in one line", () => {
  const document = fakeDocument();
  const text = (sample) => sampleLine(document, workspace, sample).textContent;
  assert.deepEqual([0, 1, 2].map(text), ["Sample 0: shirt", "Sample 1: bag, taken for shirt", "Sample 2: taken for bag"]);
  assert.match(text(-1), /Select a sample/);
});

const PLACE = { area: { left: 0, top: 0, width: 200, height: 200 }, view: { x0: 0, x1: 10, y0: 0, y1: 10 }, ratio: 2 };
const diamond = (x, y, label = 0) => ({ x, y, label });

function drawn(chains, more = {}) {
  const canvas = fakeBox();
  drawDiamonds(canvas.getContext("2d"), { ...PLACE, ...more }, chains, { theme: "light", classes: 2 });
  return (name) => canvas.drawn.filter(([one]) => one === name);
}

test("diamonds have the colour of their class within two rims, and none is drawn that is not seen", () => {
  const of = drawn([{ path: false, diamonds: [diamond(5, 5), diamond(5, 5, 1), diamond(5, 5, -1), diamond(50, 5), diamond(NaN, 1)] }]);
  assert.equal(of("fill").length, 9);
  const colours = of("fillStyle =").map(([, colour]) => colour);
  assert.equal(new Set(colours).size, 5, "the rims share theirs");
  assert.equal(of("stroke").length, 0);
});

test("a path has an arrow to each of its diamonds; where there is no room, a line", () => {
  const far = drawn([{ path: true, diamonds: [diamond(1, 5), diamond(9, 5), diamond(9, 1)] }]);
  assert.equal(far("fill").length, 2 + 9, "two heads");
  const [, tip] = far("moveTo")[2];
  assert.ok(tip < 180 && tip > 150, "the head ends before the diamond");
  const near = drawn([{ path: true, diamonds: [diamond(5, 5), diamond(5.5, 5)] }]);
  assert.deepEqual([near("fill").length, near("stroke").length], [6, 2]);
});

test("the diamond under the pointer is the one that lies on top", () => {
  const [one, two, three] = [diamond(5, 5), diamond(5, 5), diamond(1, 1)];
  const chains = [{ path: false, diamonds: [one, two] }, { path: false, diamonds: [three] }];
  assert.equal(diamondAt(PLACE, chains, [50, 50]), two);
  assert.equal(diamondAt(PLACE, chains, [54, 53]), two);
  assert.equal(diamondAt(PLACE, chains, [56, 56]), null, "its corners are cut");
  assert.equal(diamondAt(PLACE, chains, [10, 90]), three);
});
