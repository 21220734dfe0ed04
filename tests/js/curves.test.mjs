import assert from "node:assert/strict";
import { test } from "node:test";

import { acrossOf, placeAt, pieces, topOf } from "../../assets/lib/curves.mjs";

const BOX = { left: 10, top: 20, width: 100, height: 50 };

test("curves lie in their box, the first epoch to the left, nothing at the bottom", () => {
  assert.deepEqual(pieces(BOX, [0, 2, 4], [2, 1, 0], 2), [[[10, 20], [60, 45], [110, 70]]]);
  assert.deepEqual(pieces(BOX, [0, 2, 4], [2, null, 1], 2), [[[10, 20]], [[110, 45]]], "a gap is no value");
  assert.deepEqual(pieces(BOX, [3], [1], 1), [[[60, 20]]]);
  assert.equal(topOf({ overall: [2, 1], byClass: [[4, null], [NaN, 1]] }), 4.2);
  assert.equal(topOf({ overall: [0, 0], byClass: [] }), 1);
});

test("a place means the epoch that is nearest", () => {
  const epochs = [0, 1, 5, 10];
  assert.equal(acrossOf(BOX, epochs, 5), 60);
  assert.deepEqual([0, 14, 16, 38, 42, 200].map((x) => placeAt(BOX, epochs, x)), [0, 0, 1, 1, 5, 10]);
});
