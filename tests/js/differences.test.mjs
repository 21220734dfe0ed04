import assert from "node:assert/strict";
import { test } from "node:test";

import { apart, difference, filters } from "../../assets/lib/differences.mjs";

const PIECES = [{ start: 0, shape: [1, 2, 2], factor: 1 }, { start: 4, shape: [3], factor: 1 }];
const LEFT = Float32Array.of(1, 0, 1, 0, 3, 0, 4);
const RIGHT = Float32Array.of(1, 3, 1, 4, 3, 0, 4);

test("a difference is right less left", () => {
  assert.deepEqual(Array.from(difference(LEFT, RIGHT)), [0, 3, 0, 4, 0, 0, 0]);
});

test("layers are apart by a share of the left one's length", () => {
  const near = (value, other) => assert.ok(Math.abs(value - other) < 1e-12, `${value}, not ${other}`);
  near(apart(LEFT, RIGHT, PIECES)[0], 5 / Math.SQRT2);
  near(apart(RIGHT, LEFT, PIECES)[0], 5 / Math.sqrt(27));
  assert.equal(apart(LEFT, RIGHT, PIECES)[1], 0);
  const nothing = new Float32Array(7);
  assert.deepEqual(apart(nothing, nothing, PIECES), [0, 0], "nothing is as far from nothing as it can be");
  assert.equal(apart(nothing, RIGHT, PIECES)[1], Infinity);
  assert.ok(Number.isNaN(apart(LEFT, RIGHT.map((value, k) => (k ? value : NaN)), PIECES)[0]));
});

test("filters come by how much they differ over all positions", () => {
  assert.deepEqual(filters(LEFT, RIGHT, PIECES[0]), [
    { filter: 1, far: Math.sqrt((9 + 16) / 2) },
    { filter: 0, far: 0 },
  ]);
  const broken = RIGHT.map((value, k) => (k === 0 ? NaN : value));
  assert.deepEqual(filters(LEFT, broken, PIECES[0]).map(({ filter }) => filter), [1, 0], "what is no number comes last");
  assert.deepEqual(filters(LEFT, RIGHT.map((v, k) => (k === 5 ? 2 : v)), PIECES[1])[0], { filter: 1, far: 2 });
});
