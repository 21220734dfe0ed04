import assert from "node:assert/strict";
import { test } from "node:test";

import { decode, encode } from "../../assets/lib/address.mjs";
import { Inputs } from "../../assets/pages/compare/inputs.mjs";
import { pageOf, settle } from "./workplace.mjs";

const PIECES = [{ start: 0, shape: [2], factor: 1 }];
const study = { classes: ["x", "y"], n: 5, labelled: true, wish: { study: "s" }, networkKey: "n", dataKey: "d", pieces: PIECES, epochs: [] };

function open(more = {}) {
  const asked = [];
  const workspace = {
    study, labels: Int32Array.of(0, 1, 0, 1, -1), predicted: Int32Array.of(0, 0, 0, 1, 1), classifies: true,
    selected: new Uint32Array(0), second: null, attack: null, className: (k) => "xy"[k],
    maps: async (sample, wish) => (asked.push([sample, wish.study]), Float32Array.of(sample, 0)),
    attackedMaps: async (key, sample, step) => (asked.push([key, sample, step]), Float32Array.of(9, 9)),
    array: async (key, name) => ({ values: Float32Array.of(key.length, Number(name) || 0) }),
    ...more,
  };
  const page = pageOf({ workspace });
  return { inputs: new Inputs(page), page, workspace, asked };
}
const values = ({ options }) => options.map(({ value }) => value);

test("what can be compared depends on what is selected, attacked and beside", () => {
  const { inputs, workspace } = open();
  assert.deepEqual(values(inputs), ["first", "second", "own", "class 0", "class 1"]);
  workspace.selected = Uint32Array.of(3);
  assert.deepEqual(values(inputs), ["first", "own", "class 0", "class 1"], "one sample has no second");
  workspace.selected = Uint32Array.of(3, 4, 1);
  assert.deepEqual(values(inputs).slice(0, 4), ["first", "second", "own", "selection"]);
  workspace.attack = { key: "k", network: "n", data: "d", sample: 2, steps: 40, end: 1 };
  workspace.second = { study: { ...study, title: "Other", networkKey: "b", wish: { study: "b" } }, predicted: Int32Array.of(1, 1, 1, 1, 1) };
  assert.deepEqual(values(inputs).slice(4, 7), ["clean", "attacked", "beside"]);
  workspace.attack = { ...workspace.attack, network: "another" };
  workspace.second.study.pieces = [{ start: 0, shape: [3], factor: 1 }];
  assert.deepEqual(values(inputs).slice(4), ["class 0", "class 1"], "neither is of this network's form");
  assert.equal(inputs.meant("attacked"), null);
});

test("a study of a single sample, or one of which nobody knows the class", () => {
  const { inputs, workspace } = open({ classifies: false, predicted: new Int32Array(5).fill(-1) });
  workspace.selected = Uint32Array.of(4);
  assert.deepEqual(values(inputs), ["first", "class 0", "class 1"]);
  workspace.study = { ...study, n: 1 };
  workspace.selected = new Uint32Array(0);
  assert.deepEqual(values(inputs), ["first", "own", "class 0", "class 1"]);
});

test("what is chosen is named and fetched once", async () => {
  const { inputs, workspace, asked } = open({ attack: { key: "k", network: "n", data: "d", sample: 2, steps: 40, end: 1 } });
  workspace.selected = Uint32Array.of(1, 3);
  const first = inputs.meant("first");
  assert.equal(first.title, "Sample 1: true y, predicted x");
  await inputs.values(first);
  await inputs.values(inputs.meant("first"));
  assert.deepEqual(asked, [[1, "s"]]);
  const attacked = inputs.meant("attacked");
  assert.equal(attacked.title, "Sample 2, attacked: predicted y");
  assert.deepEqual(Array.from(await inputs.values(attacked)), [9, 9]);
  assert.deepEqual(asked.at(-1), ["k", 2, 40]);
  assert.equal(inputs.meant("clean").key, "sample 2");
});

test("what could not be had is asked for again", async () => {
  let broken = true;
  const { inputs } = open({ maps: async () => (broken ? Promise.reject(new Error("busy")) : Float32Array.of(1)) });
  await assert.rejects(inputs.values(inputs.meant("first")), /busy/);
  broken = false;
  assert.deepEqual(Array.from(await inputs.values(inputs.meant("first"))), [1]);
});

test("means are computed one after the other", async () => {
  const { inputs, page, workspace } = open();
  workspace.selected = Uint32Array.of(1, 3);
  const [one, two] = [inputs.values(inputs.meant("class 1")), inputs.values(inputs.meant("selection"))];
  await settle();
  const wishes = () => page.said.set.map(([, { data }]) => data.samples);
  assert.deepEqual(wishes(), [null], "the second waits for the first");
  inputs.answer({ state: "done", result: { done: { "class maps": { key: "classes" } }, failed: {} } });
  assert.deepEqual(Array.from(await one), [7, 1], "of class 1");
  assert.deepEqual(wishes(), [null, [1, 3]]);
  inputs.answer({ state: "failed", error: "no memory", reference: "" });
  await assert.rejects(two, /no memory/);
});

test("means of a study that was left are nobody's", async () => {
  const { inputs } = open();
  const one = inputs.values(inputs.meant("class 0"));
  await settle();
  inputs.forget();
  await assert.rejects(one, /Another study was opened/);
  inputs.answer({ state: "done", result: { done: { "class maps": { key: "classes" } }, failed: {} } });
});

test("a link names samples by their numbers, because selections are nobody else's", () => {
  const { inputs, workspace } = open();
  for (const value of ["first", "own", "class 1"]) assert.equal(inputs.lasting(value), value, "everybody has selected nothing");
  workspace.selected = Uint32Array.of(3, 4);
  workspace.second = { study: { ...study, title: "Other", networkKey: "b", wish: { study: "b" } }, predicted: Int32Array.of(1, 1, 1, 1, 1) };
  const lasting = ["first", "second", "own", "beside", "selection", "class 0"].map((value) => inputs.lasting(value));
  assert.deepEqual(lasting, ["sample 3", "sample 4", "class 1", "beside 3", "selection", "class 0"]);
  assert.equal(inputs.lasting("attacked"), "attacked", "it may come back");
  for (const value of lasting) assert.equal(decode(encode({ left: value })).left, value);
});

test("what a link names can be chosen as long as there is such a sample", async () => {
  const { inputs, workspace, asked } = open();
  inputs.chosen = ["sample 4", "beside 4"];
  assert.deepEqual(values(inputs), ["first", "second", "own", "sample 4", "class 0", "class 1"], "there is no network beside");
  workspace.second = { study: { ...study, title: "Other", networkKey: "b", wish: { study: "b" } }, predicted: Int32Array.of(1, 1, 1, 1, 0) };
  assert.ok(values(inputs).includes("beside 4"));
  assert.equal(inputs.meant("sample 4").title, "Sample 4: unlabelled, predicted y");
  assert.equal(inputs.meant("beside 4").title, "Sample 4 in B (Other): predicted x");
  await inputs.values(inputs.meant("beside 4"));
  assert.deepEqual(asked, [[4, "b"]]);
  inputs.chosen = ["sample 5", "beside 5"];
  assert.equal(inputs.meant("sample 5"), null);
  assert.equal(inputs.meant("beside 5"), null);
});
