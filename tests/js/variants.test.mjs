/** Variants of a study show its samples: what is selected and looked at stays between them. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Workspace } from "../../assets/dom/workspace.mjs";
import { decode, defaults } from "../../assets/lib/address.mjs";
import { session } from "../../assets/pages/session.mjs";
import { fakeDocument } from "./fakedom.mjs";
import { later, settle } from "./workplace.mjs";

const NOTHING = Symbol("nothing");

/** A study as the server says it is open. */
const study = (name, { n = 10, split = "test", ...more } = {}) => ({
  state: "ready", name, split, n, title: name, data: "mnist", dataKey: `${name.includes("added") ? "added" : "data"} ${split} ${n}`,
  classes: ["x", "y"], epochs: [], accuracy: 0.9, live: true, keys: { card: `${name} ${split} ${n}`, predictions: null },
  network: { output: "embedding", operations: 3, parameters: "1 k", activations: 9 }, ...more,
});
const opening = (name) => ({ state: "opening", title: name });

/** The frame around all pages; `slow` holds back what the server sends of some studies. */
function frame(slow = {}) {
  const document = fakeDocument();
  const elements = new Map();
  const byId = (id) => {
    if (!elements.has(id)) elements.set(id, document.createElement("div"));
    return elements.get(id);
  };
  const workspace = new Workspace(async (address) => {
    const [, , key] = decodeURI(address).split("/");
    await slow[key.split(" ")[0]]?.promise;
    const n = Number(key.split(" ").at(-1));
    return new Response(new Int32Array(n), { headers: { "X-Shape": String(n), "X-Dtype": "<i4" } });
  });
  const idle = { setTimeout: () => 1, clearTimeout() {} };
  Object.assign(document.defaultView, idle);
  const said = { toasts: [], set: [] };
  const functions = session({
    window: { ...idle, document, addEventListener() {} }, workspace, tooltip: {}, byId,
    set: (...given) => said.set.push(given), nothing: () => NOTHING, toast: (text) => said.toasts.push(text),
    changeView: (patch) => workspace.setView({ ...workspace.view, ...patch }), save() {},
  });
  const selected = () => Array.from(workspace.selected);
  /** The server says that it opens a study, and then that it is open. */
  const go = async (what) => {
    await functions.studyChanged(opening(what.name));
    await functions.studyChanged(what);
  };
  return { functions, workspace, byId, said, selected, go };
}

test("what is selected stays selected in another variant of the study", async () => {
  const { workspace, selected, go } = frame();
  await go(study("mnist-cnn"));
  workspace.select([2, 5, 7], "replace");
  await go(study("mnist-cnn.added", { n: 12 }));
  assert.deepEqual([workspace.study.n, selected()], [12, [2, 5, 7]]);
  await go(study("mnist-cnn.frozen-1"));
  assert.deepEqual(selected(), [2, 5, 7]);
});

test("samples that were added leave the selection with the variant that has them", async () => {
  const { workspace, selected, go } = frame();
  await go(study("mnist-cnn.added", { n: 12 }));
  workspace.select([3, 10, 11], "replace");
  await go(study("mnist-cnn"));
  assert.deepEqual(selected(), [3]);
  await go(study("mnist-cnn.added", { n: 12 }));
  assert.deepEqual(selected(), [3], "what was left behind does not come back by itself");
  workspace.select([11], "replace");
  await go(study("mnist-cnn"));
  assert.deepEqual(selected(), []);
});

test("a selection is not of other samples, be it of another study or another split", async () => {
  for (const other of [study("fashion"), study("mnist-cnn", { split: "train" }), study("mnist-cnn2.added")]) {
    const { workspace, selected, go } = frame();
    await go(study("mnist-cnn"));
    workspace.select([2, 5], "replace");
    await go(other);
    assert.deepEqual(selected(), [], other.name);
  }
});

test("what is shown stays selected where it is opened again with more samples", async () => {
  const { functions, workspace, selected } = frame();
  await functions.studyChanged(study("mnist-cnn.added", { n: 11 }));
  workspace.select([1, 10], "replace");
  await functions.studyChanged(study("mnist-cnn.added", { n: 12 }));
  assert.deepEqual([workspace.study.n, selected()], [12, [1, 10]]);
});

test("a study that cannot be opened costs nobody the selection", async () => {
  const { functions, workspace, selected, go } = frame();
  await go(study("mnist-cnn"));
  workspace.select([4], "replace");
  await functions.studyChanged(opening("mnist-cnn.added"));
  await functions.studyChanged({ state: "failed", error: "no memory", reference: "7f" });
  assert.equal(workspace.study, null);
  await go(study("mnist-cnn"));
  assert.deepEqual(selected(), [4]);
});

test("a variant that was left before it was there takes nothing with it", async () => {
  const slow = { "mnist-cnn.added": later() };
  const { functions, workspace, selected, go } = frame(slow);
  await go(study("mnist-cnn"));
  workspace.select([4, 6], "replace");
  const late = go(study("mnist-cnn.added", { n: 12 }));
  await settle();
  await go(study("mnist-cnn.frozen-1"));
  slow["mnist-cnn.added"].keep();
  await late;
  assert.deepEqual([workspace.study.name, selected()], ["mnist-cnn.frozen-1", [4, 6]]);
  await functions.studyChanged(study("mnist-cnn"));
  assert.deepEqual(selected(), [4, 6]);
});

test("the group of a link is selected where nothing else is", async () => {
  const { functions, workspace, selected, go } = frame();
  functions.groupsChanged([{ name: "ones", indices: [1, 3] }], workspace.view, null);
  workspace.setView({ ...defaults(), group: "ones" });
  await go(study("mnist-cnn"));
  assert.deepEqual(selected(), [1, 3]);
  workspace.select([8], "replace");
  await go(study("mnist-cnn.frozen-1"));
  assert.deepEqual(selected(), [8]);
});

test("the pickers offer the variants that there are, each under its title", () => {
  const { functions } = frame();
  const options = [{ value: "mnist-cnn", label: "MNIST" }, { value: "mnist-cnn.added", label: "MNIST, with 2 more" }];
  assert.deepEqual(
    functions.offersChanged({ "mnist-cnn": "MNIST", "mnist-cnn.added": "MNIST, with 2 more" }),
    [options, options], "of the study, and of the one beside",
  );
  assert.deepEqual(functions.offersChanged(null), [NOTHING, NOTHING]);
});

/** What somebody looks at. */
const VIEW = {
  ...defaults(), study: "mnist-cnn", split: "test", layer: "conv2", row: 3, position: 5, colour: "correct", space: "conv1", count: 600,
  focus: 4, group: "ones", window: "0,1,0,1", attack: "a".repeat(64), b: "other", bepoch: 2, blayer: "dense", align: true,
};

test("another variant is looked at as this one was, but for what is this one's alone", () => {
  const { functions } = frame();
  const next = functions.pickStudy("mnist-cnn.added", "test", "other", VIEW);
  assert.deepEqual(next, { ...VIEW, study: "mnist-cnn.added", focus: null, group: "", window: "", attack: "" });
  const back = functions.pickStudy("mnist-cnn", "test", "other", next);
  assert.deepEqual([back.study, back.layer, back.position], ["mnist-cnn", "conv2", 5]);
});

test("another study is looked at anew, but for how maps are made", () => {
  const { functions } = frame();
  const next = functions.pickStudy("fashion", "test", "other", VIEW);
  assert.deepEqual(next, { ...decode(""), study: "fashion", split: "test", count: 600 });
});

test("a network beside is picked without leaving the study, and none by clearing the field", () => {
  const { functions } = frame();
  const beside = { bepoch: null, blayer: "", align: false };
  assert.deepEqual(functions.pickStudy("mnist-cnn", "test", "mnist-cnn.frozen-1", VIEW), { ...VIEW, b: "mnist-cnn.frozen-1", ...beside });
  assert.deepEqual(functions.pickStudy("mnist-cnn", "test", null, VIEW), { ...VIEW, b: "", ...beside });
  assert.equal(functions.pickStudy("mnist-cnn", "test", "other", VIEW), NOTHING);
});

test("another split of the same variant leaves the view as it is", () => {
  const { functions } = frame();
  const view = { ...VIEW, study: "mnist-cnn.added" };
  assert.deepEqual(functions.pickStudy("mnist-cnn.added", "train", "other", view), { ...view, split: "train" });
});
