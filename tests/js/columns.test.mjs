import assert from "node:assert/strict";
import { test } from "node:test";

import { Columns, PART } from "../../assets/dom/columns.mjs";
import { later } from "./workplace.mjs";

const column = (feature) => Float32Array.of(feature, feature);
const fetcher = (asked) => async (part, features) => {
  asked.push([part, ...features]);
  return features.map(column);
};

test("columns come in the wanted order, each fetched once and part by part", async () => {
  const asked = [];
  const columns = new Columns(1e6, 4);
  const found = await columns.take([3, PART + 1, 3, 5], fetcher(asked));
  assert.deepEqual(found.map(([value]) => value), [3, PART + 1, 3, 5]);
  assert.deepEqual(asked, [[0, 3, 5], [1, PART + 1]]);
  await columns.take([5, 6, 3], fetcher(asked));
  assert.deepEqual(asked.slice(2), [[0, 6]]);
});

test("those used last are kept within the bytes, and a window in any case", async () => {
  const asked = [];
  const columns = new Columns(3 * 8, 2); // three columns of two numbers
  for (const feature of [1, 2, 3, 1, 4]) await columns.take([feature], fetcher(asked));
  assert.deepEqual([...columns.kept.keys()], [3, 1, 4]);
  const few = new Columns(1, 2);
  assert.equal((await few.take([1, 2, 3, 4, 5], fetcher(asked))).length, 5);
  assert.deepEqual([...few.kept.keys()], [4, 5]);
});

test("what is forgotten while something else is fetched is still answered", async () => {
  const columns = new Columns(1, 1);
  const gate = later();
  await columns.take([1], fetcher([]));
  const slow = columns.take([1, 2], async (_, features) => (await gate.promise, features.map(column)));
  await columns.take([7], fetcher([]));
  gate.keep();
  assert.deepEqual((await slow).map(([value]) => value), [1, 2]);
});

test("what cannot be fetched is not kept", async () => {
  const columns = new Columns(1e6, 4);
  await assert.rejects(columns.take([1], async () => Promise.reject(new Error("evicted"))), /evicted/);
  const asked = [];
  await columns.take([1], fetcher(asked));
  assert.deepEqual(asked, [[0, 1]]);
});
