import assert from "node:assert/strict";
import { test } from "node:test";

import { mesh, meshes, reduced } from "../../assets/lib/structure.mjs";

const range = (count) => Float32Array.from({ length: count }, (_, k) => k);
const close = (a, b) => assert.ok(Math.abs(a - b) < 1e-5, `${a} is not ${b}`);
const middle = ({ i, j, k, y, z }, t) => [i, j, k].map((corners) => corners[t]).reduce(([a, b], v) => [a + y[v] / 3, b + z[v] / 3], [0, 0]);

const image = { start: 2, shape: [2, 3, 4], factor: 1 }; // two rows, three columns, four maps

test("every value of a layer is a square of two triangles, in its own map", () => {
  const made = mesh({ values: range(26), piece: image, wide: 3, at: 1, expanded: false, most: 1000 });
  assert.equal(made.intensity.length, 2 * 24);
  assert.equal(made.x.length, 4 * 24);
  assert.deepEqual([...new Set(made.intensity)].sort((a, b) => a - b), Array.from(range(26).slice(2)));
  assert.equal(made.reduced, null);
  for (let t = 0; t < made.intensity.length; t++) {
    const owners = [made.i, made.j, made.k].map((corners) => made.owner[corners[t]]);
    assert.equal(new Set(owners).size, 1);
    assert.equal((made.intensity[t] - 2) % 4, owners[0], "values lie channel by channel");
  }
});

test("rows go down, columns to the right of whoever looks along the network, maps behind each other", () => {
  const made = mesh({ values: range(26), piece: image, wide: 3, at: 1, expanded: false, most: 1000 });
  // Position p of map 0 has the value 2 + 4 p.
  const of = (value) => middle(made, made.intensity.indexOf(value));
  assert.ok(of(2 + 4)[0] < of(2)[0], "the next column is further right, where y is smaller");
  assert.ok(of(2 + 12)[1] < of(2)[1], "the next row is further down");
  const depth = (map) => made.x[made.owner.indexOf(map)];
  close(depth(0), 1);
  close(depth(0), made.front);
  close(depth(3), made.back);
  assert.ok(depth(1) < depth(2));
  close(Math.max(...made.y) - Math.min(...made.y), 1); // as wide as the widest map
  assert.equal(made.edges.length, 4);
});

test("an opened layer has its maps beside each other, none over another", () => {
  const made = mesh({ values: range(26), piece: image, wide: 3, at: 0, expanded: true, most: 1000 });
  assert.equal(made.front, made.back);
  const boxes = [0, 1, 2, 3].map((map) => {
    const own = Array.from(made.owner.keys()).filter((v) => made.owner[v] === map);
    const [ys, zs] = [own.map((v) => made.y[v]), own.map((v) => made.z[v])];
    return [Math.min(...ys), Math.max(...ys), Math.min(...zs), Math.max(...zs)];
  });
  boxes.forEach((a, one) => boxes.slice(one + 1).forEach((b) => {
    assert.ok(a[1] < b[0] || b[1] < a[0] || a[3] < b[2] || b[3] < a[2], "they lie apart");
  }));
  const reach = Math.max(...boxes.flat().map(Math.abs));
  assert.ok(made.half >= reach - 1e-6);
});

test("units of a vector stand in a square", () => {
  const made = mesh({ values: range(10), piece: { start: 0, shape: [10], factor: 1 }, wide: 8, at: 0, expanded: false, most: 1000 });
  assert.deepEqual([...new Set(made.owner)], [...range(10)]);
  assert.equal(new Set(made.z.map((z) => Math.round(1e4 * z))).size, 4, "three rows of at most four");
});

test("where there are too many values, means of them are drawn, and nothing is left out", () => {
  const values = range(64 * 64 * 5);
  const piece = { start: 0, shape: [64, 64, 5], factor: 1 };
  const made = mesh({ values, piece, wide: 64, at: 0, expanded: false, most: 2000 });
  assert.ok(made.intensity.length / 2 <= 2000);
  assert.deepEqual([...new Set(made.owner)], [0, 1, 2, 3, 4], "every map is there");
  assert.deepEqual(made.reduced, { by: 4, rows: 16, columns: 16 });
  const mean = (list) => list.reduce((a, b) => a + b, 0) / list.length;
  close(mean(made.intensity), mean(values));
  const vector = reduced(range(100), { start: 0, shape: [100], factor: 1 }, 40);
  assert.deepEqual([vector.by, vector.piece.shape], [3, [34]]);
  assert.deepEqual(Array.from(vector.values).slice(0, 2), [1, 4]);
  const units = mesh({ values: range(100), piece: { start: 0, shape: [100], factor: 1 }, wide: 8, at: 0, expanded: false, most: 40 });
  assert.equal(units.owner.at(-1), 99, "a square stands for the first of its units");
  const many = reduced(range(4 * 300), { start: 0, shape: [2, 2, 300], factor: 1 }, 100);
  assert.deepEqual(many.piece.shape, [1, 1, 300], "of more maps than can be drawn, one value each");
});

test("layers stand behind each other in the order of the data flow", () => {
  const pieces = [{ start: 0, shape: [8, 8, 1], factor: 1 }, { start: 64, shape: [4, 4, 6], factor: 1 }, { start: 160, shape: [5], factor: 1 }];
  const closed = meshes({ values: range(165), pieces, expanded: -1, most: 60_000 });
  const opened = meshes({ values: range(165), pieces, expanded: 1, most: 60_000 });
  for (const made of [closed, opened]) {
    made.slice(1).forEach(({ front }, k) => assert.ok(front > made[k].back));
  }
  close(Math.max(...closed[1].y) - Math.min(...closed[1].y), 0.5); // half as wide as the input
  assert.ok(opened[1].half > closed[1].half);
});
