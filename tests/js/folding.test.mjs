import assert from "node:assert/strict";
import { test } from "node:test";

import { fold } from "../../assets/lib/folding.mjs";
import { layers } from "../../assets/lib/layers.mjs";
import { segments } from "../../assets/lib/routes.mjs";
import { generator, integer, randomGraph } from "./support.mjs";

const EPS = 1e-6;
const WIDE = { width: 1e7, height: 1 };

const chain = (n, width = 100, height = 130) => ({
  nodes: Array.from({ length: n }, (_, i) => ({ id: `n${i}`, width, height })),
  edges: Array.from({ length: n - 1 }, (_, i) => ({ source: `n${i}`, target: `n${i + 1}` })),
});

const edge = (source, target) => ({ source, target });

/** Boxes of a folded graph with ids and ranks. */
function boxesOf(nodes, edges, folded) {
  const ranks = new Map(layers(nodes, edges).map(({ id, rank }) => [id, rank]));
  return nodes.map((node) => {
    const { x, y } = folded.positions[node.id];
    return {
      id: node.id,
      rank: ranks.get(node.id),
      row: folded.rowOf[node.id],
      left: x - node.width / 2,
      right: x + node.width / 2,
      top: y - node.height / 2,
      bottom: y + node.height / 2,
      y,
    };
  });
}

/** Random graphs, folded into random viewports, some laid out by somebody else beforehand. */
function* cases(seed, rounds) {
  const random = generator(seed);
  for (let round = 0; round < rounds; round++) {
    const graph = randomGraph(random, integer(random, 1, 30));
    const viewport = { width: integer(random, 200, 2000), height: integer(random, 200, 2000) };
    const nodes = round % 3 ? graph.nodes : layers(graph.nodes, graph.edges, { columnGap: 55 });
    const folded = fold({ nodes, edges: graph.edges, viewport });
    yield { nodes, edges: graph.edges, viewport, folded, round };
  }
}

test("ranks stay whole and in reading order, boxes apart, everything inside", () => {
  for (const { nodes, edges, folded } of cases(1, 200)) {
    const boxes = boxesOf(nodes, edges, folded);
    for (const a of boxes) {
      assert.ok(a.left >= -EPS && a.right <= folded.width + EPS, "inside, across");
      assert.ok(a.top >= -EPS && a.bottom <= folded.height + EPS, "inside, down");
      for (const b of boxes) {
        if (a === b) continue;
        const apart = a.right <= b.left + EPS || b.right <= a.left + EPS ||
          a.bottom <= b.top + EPS || b.bottom <= a.top + EPS;
        assert.ok(apart, `${a.id} over ${b.id}`);
        if (a.rank === b.rank) assert.equal(a.row, b.row);
        if (a.rank < b.rank) {
          assert.ok(a.row < b.row ? a.bottom <= b.top : a.row === b.row && a.right <= b.left + EPS);
        }
      }
    }
    const rows = new Set(boxes.map(({ row }) => row));
    assert.deepEqual([...rows].sort((a, b) => a - b), [...Array(folded.rows).keys()]);
  }
});

test("the zoom is what fits, and never below that of a single row", () => {
  let gained = 0;
  for (const { nodes, edges, viewport, folded } of cases(2, 200)) {
    const fits = Math.min(viewport.width / folded.width, viewport.height / folded.height);
    assert.ok(Math.abs(folded.zoom - fits) < EPS);
    const line = fold({ nodes, edges, viewport: WIDE });
    assert.equal(line.rows, 1);
    const single = Math.min(viewport.width / line.width, viewport.height / line.height);
    assert.ok(folded.zoom >= single * (1 - EPS), `${folded.zoom} < ${single}`);
    if (folded.zoom > 1.2 * single) gained++;
  }
  assert.ok(gained > 50, `folding helped only ${gained} times`);
});

/** Every way to cut n ranks into rows, as lists of row lengths. */
function* compositions(n) {
  if (n === 0) yield [];
  for (let first = 1; first <= n; first++) {
    for (const rest of compositions(n - first)) yield [first, ...rest];
  }
}

test("a chain gets the greatest zoom of all ways to cut it, less 4 % a row it saves", () => {
  let exact = 0;
  const random = generator(3);
  for (let round = 0; round < 60; round++) {
    const { nodes, edges } = chain(integer(random, 1, 10));
    for (const node of nodes) {
      node.width = integer(random, 20, 200);
      node.height = integer(random, 20, 200);
    }
    const viewport = { width: integer(random, 200, 2000), height: integer(random, 200, 2000) };
    const gaps = { columnGap: 50, rowGap: 35, laneGap: 10 };
    const zooms = [];
    for (const lengths of compositions(nodes.length)) {
      let [start, height, width] = [0, 35 * (lengths.length - 1), 0];
      for (const length of lengths) {
        const row = nodes.slice(start, start + length);
        start += length;
        height += Math.max(...row.map((node) => node.height));
        const across = row.reduce((sum, node) => sum + node.width, 0) + 50 * (length - 1);
        width = Math.max(width, across + (lengths.length > 1 ? 100 : 0));
      }
      const fits = Math.min(viewport.width / width, viewport.height / height);
      zooms.push([fits, lengths.length]);
    }
    const greatest = Math.max(...zooms.map(([fits]) => fits));
    const most = Math.max(...zooms.filter(([f]) => f > greatest * (1 - 1e-8)).map(([, m]) => m));
    const { zoom, rows } = fold({ nodes, edges, viewport, ...gaps });
    assert.ok(zoom <= greatest * (1 + 1e-8) && rows <= most, `${zoom} against ${greatest}`);
    assert.ok(zoom >= greatest * 0.96 ** (most - rows) * (1 - 1e-8), `${zoom}, ${greatest}`);
    if (rows === most) assert.ok(Math.abs(zoom / greatest - 1) < 0.04);
    exact += Math.abs(zoom / greatest - 1) < 1e-8;
  }
  assert.ok(exact >= 40, `${exact} of 60`);
});

test("wide viewports give one row, taller ones ever more", () => {
  const graph = chain(24);
  const rows = [0.05, 0.5, 1, 2, 8].map(
    (aspect) => fold({ ...graph, viewport: { width: 1000, height: 1000 * aspect } }).rows,
  );
  assert.equal(rows[0], 1);
  rows.slice(1).forEach((count, i) => assert.ok(count > rows[i], `${rows}`));
});

test("what is large enough already does not fold", () => {
  const graph = chain(6);
  const viewport = { width: 900, height: 900 };
  assert.ok(fold({ ...graph, viewport }).rows > 1);
  assert.equal(fold({ ...graph, viewport, enough: 1 }).rows, 1);
  assert.ok(fold({ ...chain(12), viewport, enough: 1 }).rows > 1);
});

test("a cut goes where one edge crosses rather than through parallel branches", () => {
  // Two branches of four ranks between chains: the even cut would go right through them.
  const nodes = ["i0", "i1", "a0", "b0", "a1", "b1", "a2", "b2", "a3", "b3", "j", "k", "l", "m"]
    .map((id) => ({ id, width: 60, height: 60 }));
  const edges = [
    edge("i0", "i1"), edge("i1", "a0"), edge("i1", "b0"), edge("a0", "a1"), edge("b0", "b1"),
    edge("a1", "a2"), edge("b1", "b2"), edge("a2", "a3"), edge("b2", "b3"), edge("a3", "j"),
    edge("b3", "j"), edge("j", "k"), edge("k", "l"), edge("l", "m"),
  ];
  for (const height of [400, 440]) {
    const folded = fold({ nodes, edges, viewport: { width: 800, height } });
    assert.ok(folded.rows > 1);
    const wraps = folded.edges.filter(({ kind }) => kind === "wrap");
    assert.equal(wraps.length, folded.rows - 1, `${wraps.map((w) => `${w.source}-${w.target}`)}`);
  }
});

/** Pieces of a route: [x0, y0, x1, y1] in order. */
const pieces = ({ points }) => points.slice(1).map((point, i) => [...points[i], ...point]);

/** Whether a segment passes through the inside of a box (Liang and Barsky's clipping). */
function passes([x0, y0, x1, y1], box) {
  let [enter, leave] = [0, 1];
  const sides = [
    [x0 - x1, x0 - box.left - EPS], [x1 - x0, box.right - EPS - x0],
    [y0 - y1, y0 - box.top - EPS], [y1 - y0, box.bottom - EPS - y0],
  ];
  for (const [p, q] of sides) {
    if (p === 0 && q < 0) return false;
    if (p < 0) enter = Math.max(enter, q / p);
    if (p > 0) leave = Math.min(leave, q / p);
  }
  return enter < leave;
}

test("routes run from side to side, inside the picture, through no node", () => {
  const kinds = { straight: 0, elbow: 0, lane: 0, wrap: 0 };
  for (const { nodes, edges, folded } of cases(4, 200)) {
    const boxes = new Map(boxesOf(nodes, edges, folded).map((box) => [box.id, box]));
    assert.equal(folded.edges.length, edges.length);
    folded.edges.forEach((route, e) => {
      const { source, target, kind, points } = route;
      assert.deepEqual({ source, target }, edges[e]);
      kinds[kind]++;
      const [from, to] = [boxes.get(source), boxes.get(target)];
      assert.equal(kind === "wrap", from.row !== to.row);
      const close = ([x, y], [a, b]) => Math.hypot(x - a, y - b) < EPS;
      assert.ok(close(points[0], [from.right, from.y]));
      assert.ok(close(points[points.length - 1], [to.left, to.y]));
      for (const [x, y] of points) {
        assert.ok(x >= -EPS && x <= folded.width + EPS && y >= -EPS && y <= folded.height + EPS);
      }
      if (kind === "straight") assert.equal(points.length, 2);
      for (const piece of pieces(route)) {
        const [x0, y0, x1, y1] = piece;
        if (kind !== "straight") assert.ok(x0 === x1 || y0 === y1, "right angles only");
        for (const box of boxes.values()) {
          assert.ok(!passes(piece, box), `${kind} ${source}-${target} through ${box.id}`);
        }
      }
    });
  }
  assert.ok(Object.values(kinds).every((count) => count > 30), JSON.stringify(kinds));
});

/** Ladders of equal boxes with long rungs: all lanes would fall on a few places. */
function* ladders() {
  for (let length = 4; length < 14; length++) {
    const { nodes, edges } = chain(length, 100, 100);
    for (let i = 0; i < length; i++) {
      for (const step of [2, 3, 5]) {
        if (i + step < length) edges.push(edge(`n${i}`, `n${i + step}`));
      }
    }
    for (const height of [300, 800, 2000]) {
      yield { folded: fold({ nodes, edges, viewport: { width: 500, height } }) };
    }
  }
}

test("no two edges share a lane; only edges of one node share its stub", () => {
  for (const { folded } of [...cases(5, 150), ...ladders()]) {
    const bent = folded.edges.filter(({ kind }) => kind !== "straight");
    bent.forEach((a, i) => {
      for (const b of bent.slice(0, i)) {
        const shared = a.source === b.source || a.target === b.target;
        const cut = (route) => (shared ? pieces(route).slice(1, -1) : pieces(route));
        for (const [ax0, ay0, ax1, ay1] of cut(a)) {
          for (const [bx0, by0, bx1, by1] of cut(b)) {
            const overlap = (p0, p1, q0, q1) =>
              Math.min(Math.max(p0, p1), Math.max(q0, q1)) -
              Math.max(Math.min(p0, p1), Math.min(q0, q1));
            const across = ay0 === ay1 && by0 === by1 && Math.abs(ay0 - by0) < EPS &&
              overlap(ax0, ax1, bx0, bx1) > EPS;
            const down = ax0 === ax1 && bx0 === bx1 && Math.abs(ax0 - bx0) < EPS &&
              overlap(ay0, ay1, by0, by1) > EPS;
            assert.ok(!across && !down, `${a.source}-${a.target} on ${b.source}-${b.target}`);
          }
        }
      }
    });
  }
});

test("what arrives from above keeps off what leaves the row above at the same place", () => {
  const { nodes, edges } = chain(9, 100, 100);
  const all = [...edges, edge("n1", "n7"), edge("n3", "n8")];
  const { rows, edges: routes } = fold({
    nodes, edges: all, viewport: { width: 460, height: 900 },
  });
  assert.equal(rows, 3);
  const [arriving, leaving] = routes.slice(-2).map(({ points }) => points);
  const [x, top] = arriving[arriving.length - 3];
  const [other, bottom] = leaving[2];
  assert.ok(top < bottom, "they pass each other");
  assert.ok(Math.abs(x - other) >= 1 && Math.abs(x - other) < 20, `${x}, ${other}`);
});

test("two edges that wrap side by side do not cross", () => {
  const nodes = ["a0", "b0", "a1", "b1"].map((id) => ({ id, width: 300, height: 50 }));
  const { rows, edges: routes } = fold({
    nodes, edges: [edge("a0", "a1"), edge("b0", "b1")], viewport: { width: 100, height: 400 },
  });
  assert.equal(rows, 2);
  const [a, b] = routes.map(pieces);
  for (const [ax0, ay0, ax1, ay1] of a) {
    for (const [bx0, by0, bx1, by1] of b) {
      const before = (p, q, r, s) => Math.max(p, q) < Math.min(r, s);
      const across = before(ax0, ax1, bx0, bx1) || before(bx0, bx1, ax0, ax1);
      assert.ok(across || before(ay0, ay1, by0, by1) || before(by0, by1, ay0, ay1));
    }
  }
});

test("the same graph gives the same drawing, and stays as it was", () => {
  for (const { nodes, edges, viewport, folded } of cases(6, 20)) {
    const before = structuredClone({ nodes, edges });
    assert.deepEqual(fold({ nodes, edges, viewport }), folded);
    assert.deepEqual({ nodes, edges }, before);
  }
});

test("nothing, one node, an empty viewport, an unknown node", () => {
  const viewport = { width: 300, height: 200 };
  assert.equal(fold({ nodes: [], edges: [], viewport }).rows, 0);
  const one = fold({ ...chain(1), viewport });
  assert.deepEqual([one.rows, one.positions.n0], [1, { x: 50, y: 65 }]);
  const nothing = { width: 0, height: 200 };
  assert.throws(() => fold({ ...chain(2), viewport: nothing }), /0 x 200 shows nothing/);
  const placed = chain(1).nodes.map((node) => ({ ...node, x: 0, y: 0 }));
  assert.throws(() => fold({ nodes: placed, edges: [edge("n0", "z")], viewport }), /n0 -> z/);
});

test("Cytoscape's weights and distances lead back to the bends", () => {
  for (const { folded } of cases(7, 30)) {
    for (const { points } of folded.edges) {
      const { weights, distances } = segments(points);
      const [[x0, y0], [x1, y1]] = [points[0], points[points.length - 1]];
      const length = Math.hypot(x1 - x0, y1 - y0);
      const back = weights.map((w, i) => [
        x0 * (1 - w) + x1 * w - ((y1 - y0) / length) * distances[i],
        y0 * (1 - w) + y1 * w + ((x1 - x0) / length) * distances[i],
      ]);
      assert.equal(back.length, points.length - 2);
      back.forEach(([x, y], i) => {
        assert.ok(Math.hypot(x - points[i + 1][0], y - points[i + 1][1]) < EPS);
      });
    }
  }
});

test("a look at the clock: 500 ranks with skip connections", (context) => {
  const graph = chain(500);
  for (let i = 0; i + 3 < 500; i += 3) graph.edges.push(edge(`n${i}`, `n${i + 3}`));
  const start = performance.now();
  const { rows } = fold({ ...graph, viewport: { width: 1400, height: 800 } });
  context.diagnostic(`${(performance.now() - start).toFixed(0)} ms, ${rows} rows`);
  assert.ok(rows > 5);
});
