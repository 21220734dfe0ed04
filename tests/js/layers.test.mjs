import assert from "node:assert/strict";
import { test } from "node:test";

import { layers, spaced } from "../../assets/lib/layers.mjs";
import { generator, integer, randomGraph } from "./support.mjs";

const byId = (nodes) => new Map(nodes.map((node) => [node.id, node]));

test("edges go to higher ranks; equal rank, equal x; columns and nodes keep their gaps", () => {
  const random = generator(1);
  for (let round = 0; round < 200; round++) {
    const { nodes, edges } = randomGraph(random, integer(random, 1, 25));
    const placed = layers(nodes, edges, { columnGap: 30, nodeGap: 10 });
    const at = byId(placed);
    assert.deepEqual(placed.map(({ id }) => id), nodes.map(({ id }) => id));
    for (const { source, target } of edges) assert.ok(at.get(source).rank < at.get(target).rank);
    for (const a of placed) {
      for (const b of placed) {
        if (a === b) continue;
        if (a.rank === b.rank) {
          assert.equal(a.x, b.x);
          assert.ok(Math.abs(a.y - b.y) >= (a.height + b.height) / 2 + 10 - 1e-6);
        } else if (a.rank < b.rank) {
          assert.ok(b.x - b.width / 2 - (a.x + a.width / 2) >= 30 - 1e-6);
        }
      }
    }
  }
});

test("a rank is the longest way from a source; a source stands right before what it feeds", () => {
  const random = generator(2);
  for (let round = 0; round < 100; round++) {
    const { nodes, edges } = randomGraph(random, integer(random, 1, 15));
    const at = byId(layers(nodes, edges));
    const longest = (id) =>
      Math.max(0, ...edges.filter((e) => e.target === id).map((e) => longest(e.source) + 1));
    for (const { id } of nodes) {
      const fed = edges.filter((e) => e.source === id).map((e) => longest(e.target));
      const source = edges.every((e) => e.target !== id);
      assert.equal(at.get(id).rank, source && fed.length ? Math.min(...fed) - 1 : longest(id));
    }
  }
});

test("a chain is one straight line, two equal branches are symmetric and do not cross", () => {
  const size = { width: 50, height: 60 };
  const nodes = ["in", "b0", "a0", "a1", "b1", "out"].map((id) => ({ id, ...size }));
  const edge = (source, target) => ({ source, target });
  const chain = layers(nodes.slice(0, 3), [edge("in", "b0"), edge("b0", "a0")]);
  assert.ok(chain.every(({ y }) => y === 0));
  const at = byId(layers(nodes, [
    edge("in", "a0"), edge("in", "b0"), edge("a0", "a1"), edge("b0", "b1"), edge("a1", "out"),
    edge("b1", "out"),
  ]));
  const y = (id) => at.get(id).y;
  assert.ok(Math.abs(y("a0") - y("a1")) < 1e-6 && Math.abs(y("b0") - y("b1")) < 1e-6);
  assert.ok(y("a0") !== y("b0"));
  assert.ok(Math.abs(y("a0") + y("b0") - 2 * y("in")) < 1e-6);
  assert.ok(Math.abs(y("out") - y("in")) < 1e-6);
});

test("spaced is the nearest point that keeps the distances", () => {
  const random = generator(3);
  const cost = (y, wishes) => y.reduce((sum, v, k) => sum + (v - wishes[k]) ** 2, 0);
  for (let round = 0; round < 100; round++) {
    const n = integer(random, 1, 8);
    const wishes = Array.from({ length: n }, () => random() * 10);
    const distances = Array.from({ length: n - 1 }, () => random() * 3);
    const y = spaced(wishes, distances);
    distances.forEach((d, k) => assert.ok(y[k + 1] - y[k] >= d - 1e-9));
    // The problem is convex: no feasible point nearby may be better.
    for (let probe = 0; probe < 200; probe++) {
      const other = y.map((v) => v + (random() - 0.5) * 0.2);
      if (distances.every((d, k) => other[k + 1] - other[k] >= d)) {
        assert.ok(cost(other, wishes) >= cost(y, wishes) - 1e-9);
      }
    }
    const shift = (v) => y.map((value) => value + v);
    for (const step of [-0.01, 0.01]) assert.ok(cost(shift(step), wishes) >= cost(y, wishes));
  }
});

test("nothing, loops, repeats, cycles, unknown ends", () => {
  const node = { id: "a", width: 1, height: 1 };
  const other = { ...node, id: "b" };
  const edge = (source, target) => ({ source, target });
  assert.deepEqual(layers([], []), []);
  assert.equal(layers([node], [edge("a", "a")])[0].rank, 0);
  const twice = layers([node, other], [edge("a", "b"), edge("a", "b")]);
  assert.deepEqual(twice.map(({ rank }) => rank), [0, 1]);
  assert.throws(() => layers([node, other], [edge("a", "b"), edge("b", "a")]), /cycle/);
  assert.throws(() => layers([node], [edge("a", "z")]), /a -> z/);
});
