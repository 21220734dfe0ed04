import assert from "node:assert/strict";
import { test } from "node:test";

import { Freeze } from "../../assets/pages/compare/freeze.mjs";
import { fakeBox, fakeDocument } from "./fakedom.mjs";
import { later, pageOf, settle } from "./workplace.mjs";

const STUDY = {
  name: "mnist-cnn", n: 4, classes: ["x", "y"], labelled: true, networkKey: "n", dataKey: "d", wish: { study: "mnist-cnn" },
  network: { remembered: false },
  layers: [
    { name: "input", kind: "input", shape: [8, 8, 1] }, { name: "conv1", kind: "convolution", shape: [8, 8, 4] },
    { name: "conv2", kind: "convolution", shape: [4, 4, 6] }, { name: "out", kind: "output", shape: [2] },
  ],
};
const EDGES = { name: "Edges: left & right", filters: { conv1: [0, 3], conv2: [5] }, gives: "means", study: "mnist-cnn.frozen-1" };
const DEAD = { name: "dead", filters: { conv1: [2] }, gives: "zeros", study: "mnist-cnn.frozen-2" };
const KEPT = { sets: [EDGES, DEAD], of: "mnist-cnn", kept: "" };

/** The tab of filters, on a page that looks at the first convolution. */
function open({ study = {}, arrays } = {}) {
  const document = fakeDocument();
  const { createElement } = document;
  document.createElement = (tag) => Object.assign(createElement(tag), { isConnected: true });
  const box = fakeBox(document);
  const picked = [];
  const workspace = {
    study: { ...STUDY, ...study }, ready: true, classifies: true, view: { b: "" },
    labels: Int32Array.of(0, 0, 1, 1), predicted: Int32Array.of(0, 1, 1, 1), selected: new Uint32Array(0),
    select: (...given) => picked.push(given),
    array: arrays ?? (async () => ({ values: Int32Array.of(0, 1, 0, 1) })),
  };
  const page = { ...pageOf({ workspace }), id: () => box, layer: "conv1", point() {} };
  const saved = [];
  Object.assign(page.bridge, { save: (...file) => saved.push(file), how: () => "replace" });
  const freeze = new Freeze(page);
  freeze.studied();
  freeze.mounted();
  const callbacks = freeze.callbacks();
  const wishes = (name = "compare-sets-wish") => page.said.set.filter(([id]) => id === name).map(([, { data }]) => data);
  const choose = (change) => {
    workspace.study = { ...workspace.study, ...change };
    freeze.studied();
  };
  return { freeze, page, workspace, box, document, said: page.said, saved, picked, wishes, choose, answer: callbacks.compareSets, callbacks };
}

const button = (box, text, k = 0) => box.all("button").filter(({ textContent }) => textContent === text)[k];
const titles = (box) => box.all("sets-one").map((one) => one.one("p").textContent);
const ended = (facts) => ({ state: "done", result: { done: { frozen: { key: "k", facts } }, failed: {} } });
const FACTS = { before: 0.75, accuracy: 0.5, changed: 1 };

/** Type a name, as somebody does. */
function type(box, text) {
  const field = box.one("sets-name");
  field.focus();
  field.value = text;
  field.fire("input");
  return field;
}

test("kept sets are asked for once, and said with the number of their filters", () => {
  const { box, wishes, answer, freeze } = open();
  assert.deepEqual(wishes().map(({ study, do: what }) => [study, what]), [["mnist-cnn", "list"]]);
  assert.match(box.textContent, /None yet\./);
  answer(undefined);
  answer(KEPT);
  assert.deepEqual(titles(box), ["Edges: left & right: 2 of conv1, 1 of conv2; their means", "dead: 1 of conv1"]);
  freeze.draw();
  freeze.toggle("conv1", 1);
  assert.equal(wishes().length, 1);
});

test("another study has other sets, and so may a page that is shown again", () => {
  const { freeze, choose, wishes, answer, box } = open();
  answer(KEPT);
  choose({ name: "other", networkKey: "m", wish: { study: "other" } });
  assert.deepEqual([wishes().at(-1).study, titles(box)], ["other", []]);
  answer(KEPT);
  freeze.mounted();
  assert.equal(wishes().length, 3);
});

test("what is frozen now is kept under a name", () => {
  const { freeze, box, wishes, answer, said } = open();
  assert.equal(box.all("sets-name").length, 0, "nothing is frozen that could be kept");
  freeze.set("conv1", [3, 1]);
  freeze.set("conv2", [0]);
  freeze.means = true;
  type(box, "  corners ");
  button(box, "Keep").click();
  const { asked, ...wish } = wishes().at(-1);
  assert.ok(asked > 0);
  assert.deepEqual(wish, { study: "mnist-cnn", do: "keep", name: "corners", filters: { conv1: [3, 1], conv2: [0] }, means: true });
  assert.equal(button(box, "Keep").disabled, true, "once is enough");
  answer({ ...KEPT, kept: "corners" });
  assert.match(said.toasts[0], /^Kept 'corners'/);
  assert.equal(box.one("sets-name").value, "", "the next one has another name");
  assert.equal(button(box, "Keep").disabled, false);
});

test("the Enter key keeps, too", () => {
  const { freeze, box, wishes } = open();
  freeze.set("conv1", [0]);
  const field = type(box, "one");
  field.fire("keydown", { key: "n" });
  assert.equal(wishes().length, 1);
  field.fire("keydown", { key: "Enter" });
  assert.deepEqual([wishes().length, wishes()[1].name], [2, "one"]);
});

test("a set without a name is not sent", () => {
  const { freeze, box, wishes } = open();
  freeze.set("conv1", [0]);
  type(box, "   ");
  button(box, "Keep").click();
  assert.equal(box.one("wrong").textContent, "Give the set a name.");
  assert.equal(wishes().length, 1);
});

test("why a set was not kept is said; the list and the name that was typed stay", () => {
  const { freeze, box, answer, said } = open();
  answer(KEPT);
  freeze.set("conv1", [0]);
  type(box, "dead");
  button(box, "Keep").click();
  answer({ error: "There is a set 'dead'." });
  assert.equal(box.one("wrong").textContent, "There is a set 'dead'.");
  assert.deepEqual([titles(box).length, box.one("sets-name").value, said.toasts], [2, "dead", []]);
  button(box, "Keep").click();
  assert.equal(box.all("wrong").length, 0, "it is being tried again");
});

test("what is being typed is not taken away by what else changes", () => {
  const { freeze, box, document, answer } = open();
  freeze.set("conv1", [0]);
  const field = type(box, "half a na");
  answer(KEPT);
  const now = box.one("sets-name");
  assert.notEqual(now, field, "it was drawn anew");
  assert.deepEqual([now.value, document.activeElement], ["half a na", now]);
  button(box, "None").focus();
  const { activeElement } = document;
  freeze.draw();
  assert.equal(document.activeElement, activeElement, "nobody is led to the field who was elsewhere");
});

test("a set is forgotten by its name", () => {
  const { box, wishes, answer, said } = open();
  answer(KEPT);
  button(box, "Delete", 1).click();
  assert.deepEqual([wishes().at(-1).do, wishes().at(-1).name], ["forget", "dead"]);
  answer({ ...KEPT, sets: [EDGES] });
  assert.deepEqual([titles(box).length, said.toasts], [1, []]);
});

test("the network without a set stands beside this one until it is clicked again", () => {
  const { box, workspace, answer, said, freeze } = open();
  answer(KEPT);
  const pressed = () => [0, 1].map((k) => button(box, "Beside", k).getAttribute("aria-pressed"));
  assert.deepEqual(pressed(), ["false", "false"]);
  button(box, "Beside").click();
  assert.deepEqual(said.views.at(-1), { b: "mnist-cnn.frozen-1", bepoch: null, blayer: "", align: false });
  workspace.view = { b: "mnist-cnn.frozen-1" };
  freeze.draw();
  assert.deepEqual(pressed(), ["true", "false"]);
  button(box, "Beside", 1).click();
  button(box, "Beside", 0).click();
  assert.deepEqual(said.views.slice(1).map(({ b }) => b), ["mnist-cnn.frozen-2", ""]);
});

test("a set that is taken up is frozen instead of what was, and the network is asked without it", () => {
  const { box, freeze, answer, wishes } = open();
  answer(KEPT);
  freeze.set("conv2", [1, 2]);
  button(box, "Take up", 1).click();
  assert.deepEqual([freeze.filters, freeze.means], [{ conv1: [2] }, false]);
  button(box, "Take up", 0).click();
  assert.deepEqual([freeze.filters, freeze.means], [EDGES.filters, true]);
  const chips = box.all("freeze-chip").map((chip) => chip.getAttribute("aria-pressed"));
  assert.deepEqual(chips, ["true", "false", "false", "true"]);
  const { filters, means } = wishes("compare-wish-frozen").at(-1);
  assert.deepEqual([filters, means], [EDGES.filters, true]);
});

test("what is frozen of a set that was taken up leaves the set as it is", () => {
  const { box, freeze, answer } = open();
  answer({ ...KEPT, sets: [structuredClone(EDGES)] });
  button(box, "Take up").click();
  freeze.toggle("conv1", 1);
  assert.match(titles(box)[0], /2 of conv1/);
});

test("a set is saved as the command line reads it", () => {
  const { box, answer, saved } = open();
  answer(KEPT);
  button(box, "JSON").click();
  const [[name, content, type_]] = saved;
  assert.deepEqual([name, type_], ["-frozen-Edges-left-right.json", "application/json"]);
  assert.deepEqual(JSON.parse(content), { name: EDGES.name, filters: EDGES.filters, gives: "means", network: "n" });
  assert.ok(content.endsWith("}\n"));
});

test("what is said without filters is said of those, and of no others", async () => {
  const { freeze, box, callbacks, answer } = open();
  answer(KEPT);
  const said = () => /samples are taken for another class/.test(box.textContent);
  freeze.set("conv1", [0]);
  freeze.look();
  callbacks.compareFrozenAnswer(ended(FACTS));
  await settle();
  assert.match(box.textContent, /Accuracy falls from 75\.0 % to 50\.0 %\. 1 of 4 samples/);
  freeze.look();
  freeze.toggle("conv1", 1);
  assert.equal(said(), false, "others are frozen now");
  callbacks.compareFrozenAnswer(ended(FACTS));
  await settle();
  assert.equal(said(), false, "and the answer spoke of the first ones");
  button(box, "Take up").click();
  callbacks.compareFrozenAnswer(ended(FACTS));
  await settle();
  assert.equal(said(), true);
});

test("an answer whose numbers come after other filters were frozen is not shown", async () => {
  const coming = later();
  const { freeze, callbacks } = open({ arrays: () => coming.promise });
  freeze.set("conv1", [0]);
  freeze.look();
  callbacks.compareFrozenAnswer(ended(FACTS));
  freeze.set("conv1", [0, 1]);
  coming.keep({ values: Int32Array.of(0, 1, 0, 1) });
  await settle();
  assert.equal(freeze.effect, null);
});

test("an answer to a network that was left is nobody's, whose filters may stay", async () => {
  const { freeze, callbacks, choose } = open();
  freeze.set("conv1", [0]);
  freeze.look();
  choose({ networkKey: "epoch 2" });
  callbacks.compareFrozenAnswer(ended(FACTS));
  await settle();
  assert.deepEqual([freeze.effect, freeze.filters], [null, { conv1: [0] }], "another epoch has the same filters");
  choose({ networkKey: "m", layers: STUDY.layers.slice(0, 2) });
  assert.deepEqual(freeze.filters, {});
});

test("a confusion that has changed selects its samples", async () => {
  const { freeze, box, callbacks, picked } = open();
  freeze.set("conv1", [0]);
  freeze.look();
  callbacks.compareFrozenAnswer(ended(FACTS));
  await settle();
  box.one("confusion-change").one("tbody").all("tr")[1].all("td")[0].one("button").click();
  assert.deepEqual(picked, [[[2], "replace"]], "sample 2 is a y that is taken for x");
});

test("networks without classes have no sets", () => {
  for (const more of [{ classifies: false }, { study: { ...STUDY, network: { remembered: true } } }]) {
    const { freeze, workspace, box, wishes } = open();
    Object.assign(workspace, more);
    const before = wishes().length;
    freeze.studied();
    assert.match(box.textContent, /in networks that tell classes apart/);
    assert.equal(wishes().length, before);
  }
});

test("filters are frozen by clicks and lassos on maps, where a layer has any", () => {
  const { freeze, page } = open();
  const seen = [];
  page.crossing = () => seen.push(JSON.stringify(freeze.filters));
  freeze.turn("conv2", [1]);
  freeze.add("conv2", [1, 4]);
  freeze.turn("conv2", [4, 0]);
  assert.deepEqual(freeze.filters, { conv2: [1, 0] });
  assert.equal(seen.at(-1), JSON.stringify(freeze.filters), "the maps are told");
  for (const layer of ["input", "out", "nowhere"]) {
    freeze.turn(layer, [0]);
    freeze.add(layer, [0]);
  }
  assert.deepEqual(Object.keys(freeze.filters), ["conv2"]);
});
