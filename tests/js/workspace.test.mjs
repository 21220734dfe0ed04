import assert from "node:assert/strict";
import { test } from "node:test";

import { Workspace } from "../../assets/dom/workspace.mjs";
import { later, settle } from "./workplace.mjs";

const POSITIONS = 64;

/** A study of 20 samples is open. */
function open() {
  const workspace = new Workspace(() => assert.fail("nothing is to be fetched"));
  workspace.study = { classes: ["a", "b"], keys: {}, dataKey: "d" };
  workspace.labels = new Int32Array(20);
  return workspace;
}

/** One position of each of some samples. */
const marksOf = (...samples) => ({
  grid: "8 x 8", positions: POSITIONS, points: Uint32Array.from(samples, (k) => k * POSITIONS + 5),
});
const selected = ({ selected }) => [...selected];
const marked = ({ marks }) => marks && [...marks.points].map((point) => Math.floor(point / POSITIONS));

test("positions are added to samples that have none marked, and no sample is lost", () => {
  const workspace = open();
  workspace.select([1, 2, 3, 4], "replace");
  workspace.select([10], "add", marksOf(10));
  assert.deepEqual([selected(workspace), marked(workspace)], [[1, 2, 3, 4, 10], null]);
  workspace.select([11], "add", marksOf(11));
  assert.deepEqual([selected(workspace), marked(workspace)], [[1, 2, 3, 4, 10, 11], null]);
});

test("what is subtracted from unmarked samples does not stand out", () => {
  const workspace = open();
  workspace.select([1, 2, 3, 4], "replace");
  workspace.select([3], "subtract", marksOf(3));
  assert.deepEqual([selected(workspace), marked(workspace)], [[1, 2, 4], null]);
});

test("positions of one grid are combined, those of another leave the samples", () => {
  const workspace = open();
  workspace.select([1, 2], "add", marksOf(1, 2)); // to nothing
  assert.deepEqual(marked(workspace), [1, 2]);
  workspace.select([5], "add", marksOf(5));
  assert.deepEqual([selected(workspace), marked(workspace)], [[1, 2, 5], [1, 2, 5]]);
  workspace.select([], "add", marksOf());
  workspace.select([], "subtract", marksOf());
  assert.deepEqual(marked(workspace), [1, 2, 5], "a shape around nothing changes nothing");
  workspace.select([2], "subtract", marksOf(2));
  assert.deepEqual([selected(workspace), marked(workspace)], [[1, 5], [1, 5]]);
  workspace.select([7], "add", { ...marksOf(7), grid: "4 x 4" });
  assert.deepEqual([selected(workspace), marked(workspace)], [[1, 5, 7], null]);
  workspace.select([3], "replace", marksOf(3));
  assert.deepEqual([selected(workspace), marked(workspace)], [[3], [3]]);
  workspace.select([], "intersect", marksOf());
  assert.deepEqual([selected(workspace), marked(workspace)], [[], null]);
});

const beside = (title, state = "ready") => ({ title, state, n: 1, keys: { predictions: title } });

test("a network beside that is late does not replace a newer choice, nor none", async () => {
  const workspace = open();
  const gates = { slow: later(), slower: later(), quick: { promise: null } };
  workspace.array = async (key) => (await gates[key].promise, { values: [0] });
  const all = [workspace.openSecond(beside("slow")), workspace.openSecond(beside("quick"))];
  await settle();
  assert.equal(workspace.second.study.title, "quick");
  gates.slow.keep();
  assert.deepEqual(await Promise.all(all), ["", ""]);
  assert.equal(workspace.second.study.title, "quick");
  const last = workspace.openSecond(beside("slower"));
  await workspace.openSecond(null);
  gates.slower.keep();
  await last;
  assert.equal(workspace.second, null);
});

test("a network beside that cannot be fetched says so and is not shown", async () => {
  const workspace = open();
  const heard = [];
  workspace.on("second", () => heard.push(workspace.second));
  workspace.array = async () => Promise.reject(new Error("evicted"));
  assert.equal(await workspace.openSecond(beside("B")), "evicted");
  assert.deepEqual([workspace.second, heard], [null, [null]]);
});
