import assert from "node:assert/strict";
import { test } from "node:test";

import { Form, fraction } from "../../assets/pages/attack/form.mjs";
import { Runs } from "../../assets/pages/attack/runs.mjs";
import { fakeDocument } from "./fakedom.mjs";
import { pageOf, settle } from "./workplace.mjs";

const METHODS = [
  { name: "pgd", text: "Steps.", source: "M.", norms: ["linf", "l2"], steps: 40, bounded: true, single: false },
  { name: "carlini-wagner", text: "Nearest.", source: "C.", norms: ["l2"], steps: 100, bounded: false, single: false },
];
const GIVEN = { of: "each", method: "pgd", target: "", epsilon: "", norm: "linf", steps: 40, step: "", seed: 0 };
const study = { classes: ["x", "y"], n: 4, imageShape: [8, 8, 1], labelled: true, wish: { study: "s" }, networkKey: "n", dataKey: "d" };

/** A form on a page, whose controls say what they are set to. */
function open() {
  const document = fakeDocument();
  const elements = new Map();
  const id = (name) => {
    if (!elements.has(name)) elements.set(name, document.createElement("div"));
    return elements.get(name);
  };
  const workspace = {
    ready: true, study, labels: Int32Array.of(0, 1, 0, 1), predicted: Int32Array.of(0, 1, 1, 1), selected: new Uint32Array(0),
  };
  const page = { ...pageOf({ workspace }), id, runs: { arrays: null } };
  const form = new Form(page);
  const values = { ...GIVEN };
  page.bridge.set = (name, { value }) => {
    if (value !== undefined) values[name.slice("attack-".length)] = value;
  };
  /** Somebody chooses something: the callback of all controls. */
  const choose = (some = {}) => form.changed(...Object.values(Object.assign(values, some)), METHODS);
  choose();
  form.studied();
  return { form, values, choose, page, workspace, elements };
}

test("an attack brings its own norm and steps, and a kind of pictures its usual epsilon", () => {
  const { values, choose, form } = open();
  assert.deepEqual([values.epsilon, values.norm, values.steps], ["0.2", "linf", 40]);
  choose({ method: "carlini-wagner" });
  assert.deepEqual([values.norm, values.steps, values.epsilon], ["l2", 100, "0.2"]);
  choose({ epsilon: "8/255" });
  form.studied();
  assert.equal(values.epsilon, "8/255", "what somebody typed stays");
});

test("whether somebody chose is told from what the page itself wrote", () => {
  const { choose } = open();
  assert.equal(choose(), false);
  assert.equal(choose({ seed: 3 }), true);
});

test("controls that appear anew stand as they were left", () => {
  const { form, values, choose, elements } = open();
  choose({ epsilon: "0.5", steps: 7, target: "1" });
  elements.delete("go"); // the page was left
  Object.assign(values, GIVEN); // and the server puts its own values there
  form.mounted();
  assert.equal(choose(GIVEN), false);
  assert.deepEqual([values.epsilon, values.steps, values.target], ["0.5", 7, "1"]);
});

test("a wish names samples, and says why there are none", () => {
  const { form, choose, workspace } = open();
  assert.deepEqual(form.wish(), { study: "s", attack: "pgd", samples: [0, 1], epsilon: "0.2", norm: "linf", steps: 40, step: "", seed: 0, target: null });
  choose({ of: "selection", target: "1" });
  assert.match(form.wish(), /Nothing is selected/);
  workspace.selected = Uint32Array.of(3);
  assert.deepEqual([form.wish().samples, form.wish().target], [[3], 1]);
  choose({ of: "class 0" });
  assert.deepEqual(form.wish().samples, [0, 2]);
});

test("the form follows the attack of a link, and calls its samples by their name", () => {
  const { form, page, values } = open();
  page.runs.arrays = { samples: Int32Array.of(0, 2) };
  form.follow({ attack: "pgd", epsilon: 8 / 255, norm: "l2", steps: 9, step: 0.01, target: 1, seed: 4 });
  assert.deepEqual(values, { of: "class 0", method: "pgd", target: "1", epsilon: "8/255", norm: "l2", steps: 9, step: "0.01", seed: 4 });
  page.runs.arrays = { samples: Int32Array.of(0, 3) };
  form.follow({ attack: "pgd", epsilon: 0.3, norm: "l2", steps: 9, step: null, target: null, seed: 4 });
  assert.deepEqual([values.of, values.epsilon, values.step, values.target], ["attacked", "0.3", "", ""]);
  assert.deepEqual(form.wish().samples, [0, 3]);
});

test("whole levels of a picture are written as such", () => {
  assert.deepEqual([8 / 255, 1 / 255, 0.1, 0.3, 0].map(fraction), ["8/255", "1/255", "0.1", "0.3", "0/255"]);
});

/** Attacks on a page whose server has one. */
function running(array) {
  const heard = [];
  const workspace = {
    ready: true, study, view: { attack: "" }, attack: null, setAttack: (attack) => heard.push((workspace.attack = attack)?.sample ?? null),
    array: async (key, name) => ({ values: (array ?? (() => Int32Array.of(4, 6)))(key, name) }),
    row: async (key, name, place) => (name === "x"
      ? { values: new Float32Array(6).fill(place), shape: [3, 2] }
      : { values: Float32Array.of(1, 0, 0.5, 0.5, 0, 1), shape: [3, 2] }),
  };
  const followed = [];
  const page = { ...pageOf({ workspace }), form: { follow: (asked) => followed.push(asked), samples() {} }, waiting() {} };
  const drawn = [];
  const runs = new Runs(page, () => drawn.push(runs.error));
  page.runs = runs;
  const facts = { study: ["n", "d"], asked: { target: null, steps: 2 } };
  return { runs, page, workspace, drawn, heard, facts, followed };
}

test("what a job has made is fetched, shown and named in the link", async () => {
  const { runs, page, facts, heard } = running();
  runs.ask({ samples: [4, 6] });
  assert.equal(page.said.set[0][0], "attack-wish-way");
  runs.answer({ state: "done", result: { done: { attack: { key: "k", facts } }, failed: {} } });
  await settle();
  assert.deepEqual(page.said.views, [{ attack: "k" }]);
  assert.deepEqual([runs.key, runs.sample, runs.way.steps, runs.way.shape], ["k", 4, 2, [2]]);
  assert.equal(heard.at(-1), 4, "all pages know which sample is looked at");
  await runs.show(1);
  assert.deepEqual([runs.sample, runs.way.values[0], heard.at(-1)], [6, 1, 6]);
});

test("what was made for a study that was left is nobody's", async () => {
  const { runs, page, facts, workspace } = running();
  runs.ask({ samples: [4] });
  workspace.study = { ...study, networkKey: "other" };
  runs.answer({ state: "done", result: { done: { attack: { key: "k", facts } }, failed: {} } });
  await settle();
  assert.deepEqual([runs.key, page.said.views], ["", []]);
});

test("why there is no attack is said, and a cancelled one can be gone on with", () => {
  const { runs, drawn } = running();
  runs.ask({});
  runs.answer({ state: "failed", error: "no memory", reference: "" });
  assert.equal(drawn.at(-1), "no memory");
  runs.ask({});
  assert.deepEqual([runs.error, runs.cancelled], ["", false]);
  runs.answer({ state: "cancelled", error: "cancelled", reference: "" });
  assert.deepEqual([runs.error, runs.cancelled], ["", true]);
  runs.refuse("Nothing is selected.");
  assert.equal(drawn.at(-1), "Nothing is selected.");
});

test("the attack of a link is looked up once for a study, and followed", async () => {
  const { runs, page, facts, workspace, followed } = running();
  workspace.view.attack = "k";
  runs.follow();
  runs.follow();
  assert.deepEqual(page.said.set, [["attack-link", { data: { study: "s", key: "k" } }]]);
  runs.found({ wish: { key: "older" }, key: "older", facts });
  assert.equal(runs.key, "", "an older link's");
  runs.found({ wish: { key: "k" }, key: "k", facts });
  await settle();
  assert.deepEqual([runs.key, followed.length], ["k", 1]);
  workspace.study = { ...study, networkKey: "other" };
  runs.follow();
  assert.equal(page.said.set.length, 2, "another study is asked about again");
  runs.found({ wish: { key: "k" }, error: "made on another network" });
  assert.deepEqual([runs.error, runs.key, workspace.attack], ["made on another network", "", null]);
  workspace.view.attack = "";
  runs.follow();
  assert.equal(runs.error, "");
});
