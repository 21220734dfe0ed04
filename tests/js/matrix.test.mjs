import assert from "node:assert/strict";
import { test } from "node:test";

import { frame, ridge, roomOf } from "../../assets/lib/axes.mjs";
import {
  cellAt, clampStart, drawRings, drawShape, layout, padded, panRange, scaled, stylesOf, zoomRange,
} from "../../assets/lib/matrix.mjs";
import { generator, integer } from "./support.mjs";

const near = (a, b, slack = 1e-9) => Math.abs(a - b) <= slack * Math.max(1, Math.abs(a), Math.abs(b));

test("cells are whole pixels between the gutters, as good as equal, and never overlap", () => {
  const random = generator(1);
  for (let round = 0; round < 300; round++) {
    const box = {
      width: integer(random, 180, 2000), height: integer(random, 180, 1400),
      rows: integer(random, 1, 9), columns: integer(random, 1, 9),
    };
    const ratio = [1, 1.25, 1.5, 2][integer(random, 0, 4)];
    const { cells } = layout(box);
    const [[room]] = layout({ ...box, rows: 1, columns: 1 }).cells; // what one plot alone takes
    assert.ok(room.left >= 60 && room.top >= 20, "names and ticks have room");
    assert.ok(room.left + room.width < box.width && room.top + room.height <= box.height - 16);
    assert.deepEqual([cells.length, cells[0].length], [box.rows, box.columns]);
    const widths = cells[0].map(({ width }) => width);
    const heights = cells.map(([{ height }]) => height);
    for (const sizes of [widths, heights]) {
      assert.ok(sizes.every((size) => Number.isInteger(size) && size >= 1));
      assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1);
    }
    const fine = cells.map((line) => line.map((area) => scaled(area, ratio)));
    for (const [factor, areas] of [[1, cells], [ratio, fine]]) {
      areas.forEach((line, r) => line.forEach(({ left, top, width, height }, c) => {
        assert.ok([left, top, width, height].every(Number.isInteger));
        if (c > 0) assert.ok(left >= line[c - 1].left + line[c - 1].width);
        if (r > 0) assert.ok(top >= areas[r - 1][c].top + areas[r - 1][c].height);
        assert.ok(left + width <= Math.round(factor * (room.left + room.width)));
        assert.ok(top + height <= Math.round(factor * (room.top + room.height)));
      }));
    }
    assert.deepEqual([cells[0][0].left, cells[0][0].top], [room.left, room.top]);
  }
});

test("a box without room still has a layout", () => {
  for (const { left, width } of layout({ width: 10, height: 10, rows: 8, columns: 8 }).cells[3]) {
    assert.ok(Number.isInteger(left) && width === 1);
  }
});

test("every pixel belongs to the cell that covers it, or to none", () => {
  const plan = layout({ width: 300, height: 260, rows: 3, columns: 4 });
  for (let y = 0; y < 260; y += 3) {
    for (let x = 0; x < 300; x += 3) {
      let wanted = null;
      plan.cells.forEach((line, row) => line.forEach((area, column) => {
        const across = x >= area.left && x < area.left + area.width;
        if (across && y >= area.top && y < area.top + area.height) wanted = { row, column };
      }));
      assert.deepEqual(cellAt(plan, x, y), wanted);
    }
  }
});

test("a padded range has margins; a constant stands in the middle of its own", () => {
  assert.deepEqual(padded(0, 100), [-4, 104]);
  assert.deepEqual(padded(0, 0), [-0.5, 0.5]);
  for (const value of [3, -2e5, 1e-12, 4e37]) {
    const [low, high] = padded(value, value);
    assert.ok(low < value && value < high && near(low + high, 2 * value));
  }
  assert.deepEqual(padded(NaN, 1), [NaN, NaN]);
  assert.deepEqual(padded(0, Infinity), [NaN, NaN]);
});

test("zooming keeps a value where it is, and there and back is where it was", () => {
  const random = generator(2);
  for (let round = 0; round < 300; round++) {
    const low = 100 * (random() - 0.5);
    const range = [low, low + 1 + random()];
    const at = low + random();
    const factor = 0.5 + random();
    const zoomed = zoomRange(range, factor, at, range);
    const share = ([a, b]) => (at - a) / (b - a);
    assert.ok(near(share(range), share(zoomed)));
    assert.ok(near(zoomed[1] - zoomed[0], factor * (range[1] - range[0])));
    const back = zoomRange(zoomed, 1 / factor, at, range);
    assert.ok(near(back[0], range[0]) && near(back[1], range[1]));
    const panned = panRange(panRange(range, 0.3), -0.3);
    assert.ok(near(panned[0], range[0]) && near(panned[1], range[1]));
  }
  assert.deepEqual(panRange([0, 4], 0.5), [2, 6]);
});

test("zooming ends before numbers do", () => {
  let range = [0, 1];
  for (let i = 0; i < 100; i++) range = zoomRange(range, 0.5, 0.3, [0, 1]);
  assert.ok(near(range[1] - range[0], 1e-5, 1e-9) && range[0] < 0.3 && range[1] > 0.3);
  for (let i = 0; i < 100; i++) range = zoomRange(range, 2, 0.3, [0, 1]);
  assert.ok(near(range[1] - range[0], 20));
});

test("windows stay among what there is", () => {
  assert.equal(clampStart(-3, 4, 10), 0);
  assert.equal(clampStart(3, 4, 10), 3);
  assert.equal(clampStart(9, 4, 10), 6);
  assert.equal(clampStart(2, 8, 5), 0);
  assert.equal(clampStart(2.6, 1, 10), 3);
});

const axes = (...ids) => ids.map((id) => ({ id, name: id }));

/** A frame of the given axes in a box. */
function framed(rows, columns, { width = 480, height = 480, empty = false, range = [-0.04, 1.04] } = {}) {
  const plan = layout({ width, height, rows: rows.length, columns: columns.length });
  const made = frame({
    layout: plan, rows, columns,
    x: columns.map(() => range), y: rows.map(() => range),
    empty: rows.map(() => columns.map(() => empty)),
  });
  return { ...made, plan };
}

test("texts of a frame touch neither each other nor the border, however many cells there are", () => {
  const random = generator(3);
  for (let round = 0; round < 200; round++) {
    const k = integer(random, 1, 9);
    const names = axes(...Array.from({ length: k }, (_, i) => `${i} @ 12,1${i}`));
    const others = axes(...names.map(({ id }) => `${id}'`));
    const low = (random() - 0.5) * 10 ** integer(random, -4, 5);
    const range = [low, low + (0.1 + random()) * 10 ** integer(random, -4, 5)];
    const size = integer(random, 460, 900);
    const { labels, ticks, plan } = framed(names, others, { width: size, height: size, range });
    const boxes = labels.map((label) => {
      const long = Math.min(roomOf(label), label.limit);
      const [w, h] = label.turned ? [label.size, long] : [long, label.size];
      const left = label.x - { start: 0, middle: w / 2, end: w }[label.anchor];
      return { left, right: left + w, top: label.y - h / 2, bottom: label.y + h / 2, label };
    });
    for (const [i, a] of boxes.entries()) {
      assert.ok(a.left >= 0 && a.right <= size && a.top >= 0 && a.bottom <= size, a.label.text);
      for (const b of boxes.slice(0, i)) {
        const apart = a.left >= b.right || b.left >= a.right || a.top >= b.bottom || b.top >= a.bottom;
        assert.ok(apart, `"${a.label.text}" and "${b.label.text}" at ${k} x ${k}`);
      }
    }
    const bottom = plan.cells[k - 1][0].top + plan.cells[k - 1][0].height;
    const { left } = plan.cells[0][0];
    for (const [x0, y0, x1] of ticks) assert.ok(y0 === bottom || (x1 === left && x0 < left));
  }
});

test("the heights of a dot plot have no ticks, those of its row do", () => {
  const upright = ({ ticks }) => ticks.filter(([x0, , x1]) => x0 !== x1).length;
  assert.equal(upright(framed(axes("a"), axes("a"))), 0);
  assert.ok(upright(framed(axes("a"), axes("b"))) > 0);
  assert.ok(upright(framed(axes("a", "b"), axes("a", "b"))) > 0);
});

test("names that are cut say the whole in their note", () => {
  const [row] = axes("a name much longer than its cell is wide");
  const { labels } = framed(axes("a", "b", "c", "d"), [row, ...axes("b", "c", "d")], { height: 300 });
  const cut = labels.find(({ text }) => text.endsWith("…"));
  assert.equal(cut.note, row.name);
  assert.ok(labels.filter(({ text }) => text === "b").every(({ note }) => note === ""));
});

test("cells with nothing to show say so, in lines that fit", () => {
  const one = framed(axes("a"), axes("b"), { empty: true, range: [NaN, NaN] });
  assert.deepEqual(one.labels.map(({ text }) => text).sort(), ["a", "b", "no finite values"]);
  assert.deepEqual(one.ticks, []);
  const ids = axes(..."abcdefgh");
  const many = framed(ids, ids, { empty: true }).labels.filter(({ role }) => role === "hint");
  assert.equal(many.length, 3 * 64);
  assert.ok(many.every((label) => roomOf(label) <= label.limit));
});

test("a ridge stays in its cell, as high as the density", () => {
  const area = { left: 10, top: 20, width: 40, height: 50 };
  const points = ridge(Float32Array.of(0, 1, 0.5, 0), area);
  assert.deepEqual(points.map(([x]) => x), [15, 25, 35, 45]);
  const heights = points.map(([, y]) => 69 - y);
  assert.ok(heights[0] === 0 && heights[1] > 40 && heights[1] < 50 && near(heights[2], heights[1] / 2));
  assert.deepEqual(ridge(new Float32Array(4), area), []);
});

test("selected points are larger and drawn last, the rest smaller and fainter", () => {
  const plain = { sample: null, count: 5, radius: 2, opacity: 0.8 };
  assert.deepEqual(stylesOf({ ...plain, mask: null }), [{ order: null, radius: 2, opacity: 0.8 }]);
  const mask = Uint8Array.of(0, 1, 0);
  const [rest, chosen] = stylesOf({ ...plain, mask, sample: Int32Array.of(1, 0, 2, 1, 0) });
  assert.deepEqual([[...rest.order], [...chosen.order]], [[1, 2, 4], [0, 3]]);
  assert.ok(rest.radius < 1.5 && near(chosen.radius, 2.8));
  assert.ok(rest.opacity < 0.8 && chosen.opacity === 0.8);
  const [dots] = stylesOf({ ...plain, radius: 0.5, mask: new Uint8Array(5) });
  assert.equal(dots.radius, 0.5);
});

test("picked positions come last; other points of their samples are a shimmer", () => {
  const sample = Int32Array.of(0, 0, 1, 1, 2);
  const plain = { sample, count: 5, radius: 2, opacity: 0.8, mask: Uint8Array.of(1, 1, 0) };
  const [rest, others, marked] = stylesOf({ ...plain, marks: Uint8Array.of(0, 1, 0, 0, 0) });
  assert.deepEqual([rest, others, marked].map(({ order }) => [...order]), [[4], [0, 2, 3], [1]]);
  assert.ok(others.radius === rest.radius && others.opacity < rest.opacity);
  assert.ok(marked.radius > 2);
  assert.equal(stylesOf({ ...plain, marks: new Uint8Array(5) }).length, 2); // none is picked
});

/** Notes what is drawn, as a canvas' context would take it. */
function recorder() {
  const calls = [];
  const note = (name) => (...values) => calls.push([name, ...values]);
  const names = ["beginPath", "moveTo", "lineTo", "arc", "closePath", "fill", "stroke"];
  return { calls, ...Object.fromEntries(names.map((name) => [name, note(name)])) };
}

test("rings lie on points that are in sight", () => {
  const plot = {
    area: { left: 10, top: 10, width: 100, height: 50 },
    view: { x0: 0, x1: 1, y0: 0, y1: 1 },
    x: Float32Array.of(0.5, 2, NaN),
    y: Float32Array.of(0.5, 0.5, 0.5),
  };
  const context = recorder();
  drawRings(context, [plot], [0, 1, 2], { radius: 5, width: 1, dark: false });
  const arcs = context.calls.filter(([name]) => name === "arc");
  assert.deepEqual(arcs.map((arc) => arc.slice(1, 4)), [[60, 35, 5]]);
});

test("a rectangle is drawn from two corners, a lasso from all", () => {
  const trail = [[1, 2], [5, 8], [3, 9]];
  for (const [lasso, corners] of [[true, 3], [false, 4]]) {
    const context = recorder();
    drawShape(context, trail, { lasso, width: 1, dark: true });
    assert.equal(context.calls.filter(([name]) => /To$/.test(name)).length, corners);
    assert.ok(context.calls.some(([name]) => name === "fill"));
  }
});
