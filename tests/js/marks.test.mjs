import assert from "node:assert/strict";
import { test } from "node:test";

import { markedOf, marksOf } from "../../assets/lib/marks.mjs";

const cloud = (which, grid = [2, 2]) => ({
  plan: { which, positions: 4 },
  grid,
  points: { sample: Int32Array.of(0, 0, 3, 3), position: Int32Array.of(1, 2, 0, 3) },
});

test("picked points are marked again wherever the grid is the same", () => {
  const marks = marksOf(cloud("positions"), [3, 0]);
  assert.deepEqual({ ...marks, points: [...marks.points] }, { grid: "2 x 2", positions: 4, points: [1, 15] });
  assert.deepEqual([...markedOf(cloud("positions"), marks)], [1, 0, 0, 1]);
  assert.deepEqual([...markedOf(cloud("strongest"), marks)], [1, 0, 0, 1]);
  assert.equal(markedOf(cloud("positions", [4]), marks), null);
  assert.equal(markedOf(cloud("samples"), marks), null);
  assert.equal(markedOf(cloud("positions"), null), null);
});

test("where points are samples no position is marked", () => {
  for (const which of ["samples", "strongest", "position"]) assert.equal(marksOf(cloud(which), [1]), null);
});
