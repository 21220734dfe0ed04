import assert from "node:assert/strict";
import { test } from "node:test";

import { lanesOf } from "../../assets/lib/lanes.mjs";

const lanes = (names, edges) => [...lanesOf(names.split(" "), edges.split(" ").map((edge) => edge.split(">")))].map(([, { lane }]) => lane);

test("a chain needs one lane", () => {
  assert.deepEqual(lanes("a b c", "a>b b>c"), [0, 0, 0]);
});

test("a branch gets a lane of its own until it joins", () => {
  assert.deepEqual(lanes("in conv relu add out", "in>conv conv>relu relu>add in>add add>out"), [0, 1, 1, 0, 0]);
  assert.deepEqual(lanes("in a b join out", "in>a in>b a>join b>join join>out"), [0, 1, 0, 0, 0]);
});

test("two inputs begin side by side, and a lane that is free again is used again", () => {
  assert.deepEqual(lanes("a b join x skip out", "a>join b>join join>x join>skip x>out skip>out"), [0, 1, 0, 1, 0, 0]);
});

test("no two layers that wait at the same time share a lane", () => {
  const names = ["a", "b", "c", "d", "e", "f"];
  const edges = [["a", "b"], ["a", "c"], ["a", "d"], ["b", "e"], ["c", "e"], ["d", "f"], ["e", "f"]];
  const places = lanesOf(names, edges);
  const until = (name) => Math.max(...edges.filter(([from]) => from === name).map(([, to]) => names.indexOf(to)), names.indexOf(name));
  for (const one of names) {
    for (const other of names) {
      const [i, j] = [names.indexOf(one), names.indexOf(other)];
      if (i < j && j < until(one)) assert.notEqual(places.get(one).lane, places.get(other).lane, `${one} ${other}`);
    }
  }
});
