import assert from "node:assert/strict";
import { test } from "node:test";

import {
  DEPTHS, REACH, cubeEdges, depthOrder, identity, normalise, project, spin, turn,
} from "../../assets/lib/cloud.mjs";
import { generator, integer } from "./support.mjs";

const SCALE = REACH / Math.sqrt(3);

/** Points seen through a matrix, as [x, y, depth] each. */
function seen(matrix, points) {
  const [x, y, depth] = [0, 1, 2].map(() => new Float32Array(points.length));
  project(Float32Array.from(points.flat()), matrix, x, y, depth);
  return points.map((_, i) => [x[i], y[i], depth[i]]);
}

/** Largest entry of |M M^T - 1|, and the determinant. */
function orthonormality(m) {
  const row = (i) => m.slice(3 * i, 3 * i + 3);
  const dot = (a, b) => a.reduce((sum, v, k) => sum + v * b[k], 0);
  const errors = [0, 1, 2].flatMap((i) =>
    [0, 1, 2].map((j) => Math.abs(dot(row(i), row(j)) - Number(i === j))));
  const cofactors = [[1, 2], [2, 0], [0, 1]].map(([a, b]) => m[3 + a] * m[6 + b] - m[3 + b] * m[6 + a]);
  return { error: Math.max(...errors), determinant: dot(row(0), cofactors) };
}

const close = (found, wanted, tolerance = 1e-6) =>
  [...found].every((v, k) => Math.abs(v - [...wanted][k]) <= tolerance);

test("every axis is centred and scaled to [-1, 1]; a constant is in the middle; NaN stays", () => {
  const columns = [[0, 5, 10], [7, 7, NaN], [-1, 0, 3]].map((v) => Float32Array.from(v));
  const found = normalise(columns, [[0, 10], [7, 7], [-1, 1]]);
  assert.deepEqual([...found], [-1, 0, -1, 0, 0, 0, 1, NaN, 3]);
  assert.equal(normalise([0, 0, 0].map(() => new Float32Array(0)), Array(3).fill([0, 1])).length, 0);
});

test("10,000 turns leave a rotation: orthonormal, right-handed", () => {
  const random = generator(1);
  let matrix = identity();
  for (let step = 0; step < 10_000; step++) {
    matrix = turn(matrix, 4 * random() - 2, step % 3 ? 4 * random() - 2 : 1e-7 * random());
    if (step % 50 === 0) matrix = spin(matrix, random());
  }
  const { error, determinant } = orthonormality(matrix);
  assert.ok(error < 1e-12, `${error}`);
  assert.ok(Math.abs(determinant - 1) < 1e-12);
});

test("a drag takes what is in front with it, and back again", () => {
  const front = [[0, 0, 1]];
  const a = 0.3;
  const right = seen(turn(identity(), a, 0), front)[0];
  const down = seen(turn(identity(), 0, a), front)[0];
  assert.ok(close(right, [SCALE * Math.sin(a), 0, SCALE * Math.cos(a)]));
  assert.ok(close(down, [0, -SCALE * Math.sin(a), SCALE * Math.cos(a)]));
  const random = generator(2);
  for (let round = 0; round < 50; round++) {
    const [dx, dy] = [random() - 0.5, random() - 0.5];
    const start = turn(identity(), 3 * random(), 3 * random());
    assert.ok(close(turn(turn(start, dx, dy), -dx, -dy), start, 1e-12));
    assert.ok(close(turn(turn(start, dx, dy), dx, dy), turn(start, 2 * dx, 2 * dy), 1e-12));
    assert.ok(close(spin(start, dx), turn(start, dx, 0), 0));
  }
});

test("no drag changes nothing, and no matrix is written", () => {
  const start = turn(identity(), 0.4, 0.2);
  const kept = start.slice();
  assert.deepEqual(turn(start, 0, 0), start);
  assert.notEqual(turn(start, 0, 0), start);
  turn(start, 1, 1);
  spin(start, 1);
  assert.deepEqual(start, kept);
});

test("projecting is the matrix product, and the cube stays in reach", () => {
  const random = generator(3);
  for (let round = 0; round < 100; round++) {
    const matrix = turn(identity(), 6 * random() - 3, 6 * random() - 3);
    const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((c) => [0, 1, 2].map((k) => ((c >> k) & 1) * 2 - 1));
    const points = [...corners, [random(), random(), random()], [0, 0, 0]];
    seen(matrix, points).forEach((found, i) => {
      const wanted = [0, 1, 2].map((row) =>
        SCALE * points[i].reduce((sum, v, k) => sum + matrix[3 * row + k] * v, 0));
      assert.ok(close(found, wanted));
      assert.ok(found.every((v) => Math.abs(v) <= REACH + 1e-6));
    });
  }
  assert.ok(seen(identity(), [[1, NaN, 0]])[0].every(Number.isNaN));
});

test("the frame is where points at its ends are seen", () => {
  const random = generator(4);
  const matrix = turn(identity(), 3 * random(), 3 * random());
  const edges = cubeEdges(matrix);
  const plain = cubeEdges(identity()).map((ends) =>
    ends.map((end) => end.map((v) => Math.round(v / SCALE))));
  assert.equal(new Set(plain.map(String)).size, 12);
  plain.forEach(([from, to], k) => {
    const along = [0, 1, 2].filter((axis) => from[axis] !== to[axis]);
    assert.deepEqual(along, [Math.floor(k / 4)]);
    assert.ok([...from, ...to].every((v) => Math.abs(v) === 1));
    seen(matrix, [from, to]).forEach((end, which) => assert.ok(close(edges[k][which], end)));
  });
});

test("points come from back to front, equal ones as they were", () => {
  const random = generator(5);
  for (let round = 0; round < 100; round++) {
    const m = integer(random, 0, 200);
    const depth = Float32Array.from({ length: m }, () =>
      round % 2 ? random() * 2 - 1 : integer(random, 0, 5));
    const points = round % 3 ? null : Uint32Array.from(depth.keys()).filter(() => random() < 0.5);
    const order = [...depthOrder(depth, points)];
    const members = [...(points ?? depth.keys())];
    assert.deepEqual(order.toSorted((a, b) => a - b), members);
    const step = (Math.max(...depth) - Math.min(...depth)) / (DEPTHS - 1);
    for (let k = 1; k < order.length; k++) {
      assert.ok(depth[order[k - 1]] <= depth[order[k]] + 1.001 * step);
    }
    if (round % 2 === 0) {
      assert.deepEqual(order, members.toSorted((a, b) => depth[a] - depth[b] || a - b));
    }
  }
});

test("NaN is behind everything, constants keep their order", () => {
  assert.deepEqual([...depthOrder(Float32Array.of(2, NaN, 1, 3))], [1, 2, 0, 3]);
  assert.deepEqual([...depthOrder(Float32Array.of(4, 4, 4))], [0, 1, 2]);
  assert.deepEqual([...depthOrder(Float32Array.of(NaN, NaN))], [0, 1]);
  assert.deepEqual([...depthOrder(new Float32Array(0))], []);
});

test("a look at the clock: 10,000 points projected and ordered", (context) => {
  const random = generator(6);
  const m = 10_000;
  const points = Float32Array.from({ length: 3 * m }, () => 2 * random() - 1);
  const [x, y, depth] = [0, 1, 2].map(() => new Float32Array(m));
  const matrix = turn(identity(), 0.6, 0.3);
  const best = { project: Infinity, depthOrder: Infinity };
  for (let round = 0; round < 100; round++) {
    const start = performance.now();
    project(points, matrix, x, y, depth);
    const between = performance.now();
    assert.equal(depthOrder(depth).length, m);
    best.project = Math.min(best.project, between - start);
    best.depthOrder = Math.min(best.depthOrder, performance.now() - between);
  }
  for (const [name, took] of Object.entries(best)) context.diagnostic(`${name}: ${took.toFixed(3)} ms`);
});
