import assert from "node:assert/strict";
import { test } from "node:test";

import {
  byClass, byConfusion, combine, howFromEvent, indicesOf, insidePolygon, insideRectangle, maskOf,
  samplesInPolygon, samplesInRectangle, setOf,
} from "../../assets/lib/selection.mjs";
import { generator, integer } from "./support.mjs";

const indices = (random, n, most) =>
  Array.from({ length: integer(random, 0, n) }, () => integer(random, 0, most));

test("combine is the algebra of sets, sorted and without duplicates", () => {
  const random = generator(1);
  for (let round = 0; round < 300; round++) {
    const [a, b] = [indices(random, 20, 25), indices(random, 20, 25)];
    const [inA, inB] = [new Set(a), new Set(b)];
    const members = {
      replace: (i) => inB.has(i),
      add: (i) => inA.has(i) || inB.has(i),
      subtract: (i) => inA.has(i) && !inB.has(i),
      intersect: (i) => inA.has(i) && inB.has(i),
    };
    for (const [how, member] of Object.entries(members)) {
      const wanted = Array.from({ length: 25 }, (_, i) => i).filter(member);
      const before = [...a];
      const found = combine(round % 2 ? a : Uint32Array.from(a), b, how);
      assert.ok(found instanceof Uint32Array);
      assert.deepEqual([...found], wanted, `${how} of ${a} and ${b}`);
      assert.deepEqual(a, before);
    }
  }
  assert.throws(() => combine([1], [2], "xor"), /"xor" is not/);
});

test("sets and masks are two ways to say one thing", () => {
  const random = generator(2);
  for (let round = 0; round < 50; round++) {
    const set = setOf(indices(random, 40, 30));
    assert.deepEqual(indicesOf(maskOf(set, 30)), set);
  }
  assert.deepEqual([...setOf([5, 3, 5, 100_000, 3])], [3, 5, 100_000]);
  assert.deepEqual([...maskOf([0, 2, 9], 3)], [1, 0, 1]);
});

test("modifier keys", () => {
  const table = [
    [{}, "replace"], [{ shiftKey: true }, "add"], [{ altKey: true }, "subtract"],
    [{ shiftKey: true, altKey: true }, "intersect"], [{ ctrlKey: true }, "add"],
    [{ metaKey: true }, "add"], [{ shiftKey: false, altKey: false }, "replace"],
  ];
  for (const [event, how] of table) assert.equal(howFromEvent(event), how);
});

test("a rectangle holds its edges, whichever corners are given", () => {
  const random = generator(3);
  for (let round = 0; round < 100; round++) {
    const points = Float32Array.from({ length: 60 }, () => integer(random, -5, 6));
    const [x0, y0, x1, y1] = Array.from({ length: 4 }, () => integer(random, -5, 6));
    const wanted = Array.from({ length: 30 }, (_, i) => i).filter((i) => {
      const [x, y] = [points[2 * i], points[2 * i + 1]];
      return (x - x0) * (x - x1) <= 0 && (y - y0) * (y - y1) <= 0;
    });
    assert.deepEqual([...insideRectangle(points, { x0, y0, x1, y1 })], wanted);
  }
});

/** Even-odd rule by a full look at all edges; on small integers all of it is exact. */
function insideNaive(x, y, polygon) {
  let crossings = 0;
  for (let i = 0; i < polygon.length; i++) {
    const [x1, y1] = polygon[i];
    const [x2, y2] = polygon[(i + 1) % polygon.length];
    const onLine = (x2 - x1) * (y - y1) === (x - x1) * (y2 - y1);
    const within = Math.min(x1, x2) <= x && x <= Math.max(x1, x2) &&
      Math.min(y1, y2) <= y && y <= Math.max(y1, y2);
    if (onLine && within) return true;
    if (Math.min(y1, y2) <= y && y < Math.max(y1, y2)) {
      // Strictly right of the point, multiplied out: no division, no rounding.
      const [low, high] = y1 < y2 ? [[x1, y1], [x2, y2]] : [[x2, y2], [x1, y1]];
      const ahead = (low[0] - x) * (high[1] - low[1]) + (high[0] - low[0]) * (y - low[1]);
      if (ahead > 0) crossings++;
    }
  }
  return crossings % 2 === 1;
}

test("polygons of any shape, self-crossing too, hold what the even-odd rule says", () => {
  const random = generator(4);
  const points = Float32Array.from({ length: 2 * 17 * 17 }, (_, i) =>
    (i % 2 ? Math.floor((i >> 1) / 17) : (i >> 1) % 17) / 2 - 4);
  for (let round = 0; round < 300; round++) {
    const polygon = Array.from({ length: integer(random, 3, 12) }, () => [
      integer(random, -4, 5), integer(random, -4, 5),
    ]);
    const wanted = [];
    for (let i = 0; i < points.length / 2; i++) {
      if (insideNaive(points[2 * i], points[2 * i + 1], polygon)) wanted.push(i);
    }
    assert.deepEqual([...insidePolygon(points, polygon)], wanted, JSON.stringify(polygon));
  }
});

test("a star's middle is outside, a hole-less shape's is not", () => {
  const corner = (k) => [Math.sin(0.8 * Math.PI * k), Math.cos(0.8 * Math.PI * k)];
  const star = Array.from({ length: 5 }, (_, k) => corner(k));
  const pentagon = Array.from({ length: 5 }, (_, k) => corner(3 * k));
  const points = Float32Array.of(0, 0, 0, 0.8, 2, 2);
  assert.deepEqual([...insidePolygon(points, star)], [1]);
  assert.deepEqual([...insidePolygon(points, pentagon)], [0, 1]);
});

test("degenerate shapes and points", () => {
  const points = Float32Array.of(0, 0, NaN, 0, 0, NaN, 1, 0, Infinity, 0);
  assert.deepEqual([...insidePolygon(points, [])], []);
  assert.deepEqual([...insidePolygon(points, [[0, 0], [1, 0]])], []);
  assert.deepEqual([...insidePolygon(points, [[0, 0], [0, 0], [0, 0]])], [0]);
  assert.deepEqual([...insidePolygon(points, [[-1, 0], [2, 0], [0.5, 0]])], [0, 3]);
  assert.deepEqual([...insidePolygon(points, [[-9, -9], [9, -9], [9, 9], [-9, 9]])], [0, 3]);
  assert.deepEqual([...insideRectangle(points, { x0: -9, y0: -9, x1: 9, y1: 9 })], [0, 3]);
  assert.throws(() => insidePolygon(points, [[0, 0], [1, NaN], [1, 1]]), /finite/);
});

test("glyph picks take pixels by their centre, skip empty ones, name a sample once", () => {
  const random = generator(5);
  for (let round = 0; round < 100; round++) {
    const [width, height] = [integer(random, 1, 9), integer(random, 1, 9)];
    const grid = Int32Array.from({ length: width * height }, () => integer(random, -2, 20));
    const [x0, y0, x1, y1] = Array.from({ length: 4 }, () => random() * 10 - 1);
    const rect = { x0, y0, x1, y1 };
    const inside = [];
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const [x, y] = [column + 0.5, row + 0.5];
        const hit = (x - x0) * (x - x1) <= 0 && (y - y0) * (y - y1) <= 0;
        if (hit && grid[row * width + column] >= 0) inside.push(grid[row * width + column]);
      }
    }
    const wanted = [...new Set(inside)].sort((a, b) => a - b);
    assert.deepEqual([...samplesInRectangle(grid, width, rect)], wanted);
    const corners = [[x0, y0], [x1, y0], [x1, y1], [x0, y1]];
    assert.deepEqual([...samplesInPolygon(grid, width, corners)], wanted);
  }
});

test("classes and cells of the confusion matrix", () => {
  const labels = Int32Array.of(0, 1, 1, -1, 2, 1);
  const predicted = Int32Array.of(0, 2, 1, 1, 2, 2);
  assert.deepEqual([...byClass(labels, 1)], [1, 2, 5]);
  assert.deepEqual([...byClass(labels, -1)], [3]);
  assert.deepEqual([...byConfusion(labels, predicted, 1, 2)], [1, 5]);
  assert.deepEqual([...byConfusion(labels, predicted, 0, 2)], []);
});

test("a look at the clock: 60,000 points in a lasso of 600 corners", (context) => {
  const random = generator(6);
  const points = Float32Array.from({ length: 120_000 }, () => random() * 2 - 1);
  const lasso = Array.from({ length: 600 }, (_, k) => {
    const radius = 0.6 + 0.3 * Math.sin(k / 7);
    return [radius * Math.cos(k / 95.5), radius * Math.sin(k / 95.5)];
  });
  let start = performance.now();
  const found = insidePolygon(points, lasso);
  context.diagnostic(`polygon: ${(performance.now() - start).toFixed(1)} ms, ${found.length} in`);
  start = performance.now();
  const right = insideRectangle(points, { x0: 0, y0: -1, x1: 1, y1: 1 });
  const both = combine(found, right, "intersect");
  context.diagnostic(`rectangle and intersection: ${(performance.now() - start).toFixed(1)} ms`);
  assert.ok(both.length > 0 && both.length < found.length);
});
