import assert from "node:assert/strict";
import { test } from "node:test";

import { pack } from "../../assets/lib/glyph.mjs";
import {
  SHARP, drawPoints, gather, inside, nearest, split, toData, toPixel,
} from "../../assets/lib/points.mjs";
import { polygonTest, rectangleTest } from "../../assets/lib/shapes.mjs";
import { generator, integer } from "./support.mjs";

const WHITE = pack([255, 255, 255]);
const ALL = { order: null, radius: 1.5, opacity: 0.7 };

/** Uniform numbers, as float32. */
const uniform = (random, n, low, high) =>
  Float32Array.from({ length: n }, () => low + (high - low) * random());

/** Opaque pixels of any colour. */
const noise = (random, n) =>
  Uint32Array.from({ length: n }, () => pack([0, 0, 0].map(() => integer(random, 0, 256))));

/** Points about a view, a few of them NaN or infinite, in a buffer with an area somewhere in it. */
function scene(random, m) {
  const [stride, rows] = [integer(random, 12, 40), integer(random, 12, 40)];
  const [left, top] = [integer(random, 0, 6), integer(random, 0, 6)];
  const area = {
    left, top,
    width: integer(random, 1, stride - left + 1), height: integer(random, 1, rows - top + 1),
  };
  const x0 = 4 * random() - 2;
  const y0 = 4 * random() - 2;
  const view = { x0, x1: x0 + 0.1 + 3 * random(), y0, y1: y0 + 0.1 + 3 * random() };
  const x = uniform(random, m, x0 - 0.5, view.x1 + 0.5);
  const y = uniform(random, m, y0 - 0.5, view.y1 + 0.5);
  for (let i = 0; i < m; i += 9) [x, y][i % 2][i] = [NaN, Infinity, -Infinity][i % 3];
  return { stride, rows, area, view, x, y, colours: noise(random, m) };
}

/** One point of one style, pixel by pixel, as the module's head says it. */
function drawOne(out, { stride, rows, area, view }, x, y, colour, { radius, opacity, smooth }) {
  const [px, py] = toPixel(area, view, x, y);
  if (!Number.isFinite(px + py)) return;
  const places = smooth ? 4 : 1;
  const middle = (v) => (Math.floor(v * places) + 0.5) / places;
  for (let row = area.top; row < Math.min(rows, area.top + area.height); row++) {
    for (let column = area.left; column < Math.min(stride, area.left + area.width); column++) {
      const away = Math.hypot(column + 0.5 - middle(px), row + 0.5 - middle(py));
      let coverage = Math.min(1, Math.max(0, radius + 0.5 - away));
      if (radius < SHARP) coverage = Number(Math.floor(px) === column && Math.floor(py) === row);
      const w = Math.round(256 * opacity * coverage);
      const over = [0, 8, 16].map((k) => (colour >>> k) & 255);
      const under = [0, 8, 16].map((k) => (out[row * stride + column] >>> k) & 255);
      const mixed = over.map((v, k) => Math.floor((w * v + (256 - w) * under[k] + 128) / 256));
      out[row * stride + column] = pack(mixed);
    }
  }
}

test("every pixel is what its definition says: any radius, opacity, order, area, background", () => {
  const random = generator(1);
  for (let round = 0; round < 150; round++) {
    const s = scene(random, integer(random, 0, 40));
    const styles = Array.from({ length: integer(random, 0, 3) }, () => ({
      order: random() < 0.5 ? null
        : Uint32Array.from({ length: s.x.length >> 1 }, () => integer(random, 0, s.x.length)),
      radius: [0.5, 0.7, 0.75, 1, 1.5, 8 * random() + 0.5][integer(random, 0, 6)],
      opacity: [0, 0.02, 1, random()][integer(random, 0, 4)],
      smooth: random() < 0.5,
    }));
    const out = noise(random, s.stride * s.rows);
    const wanted = out.slice();
    for (const style of styles) {
      for (const i of style.order ?? s.x.keys()) {
        drawOne(wanted, s, s.x[i], s.y[i], s.colours[i], style);
      }
    }
    drawPoints(out, s.stride, s.area, s.view, s.x, s.y, s.colours, styles);
    assert.deepEqual(out, wanted, `round ${round}: ${JSON.stringify(styles)}`);
  }
});

test("an area larger than the buffer is cut, one beside it draws nothing", () => {
  const random = generator(2);
  const view = { x0: 0, x1: 1, y0: 0, y1: 1 };
  for (const [left, top] of [[-5, -3], [3, 2], [-30, 0], [0, 25]]) {
    for (const radius of [0.5, 2.2]) {
      const s = { stride: 16, rows: 12, view, area: { left, top, width: 24, height: 20 } };
      const [x, y] = [uniform(random, 60, 0, 1), uniform(random, 60, 0, 1)];
      const colours = noise(random, 60);
      const out = new Uint32Array(16 * 12).fill(WHITE);
      const wanted = out.slice();
      const cut = { ...s, area: { left: Math.max(0, left), top: Math.max(0, top), width: 99, height: 99 } };
      for (const i of x.keys()) {
        // The same places in an area that begins with the buffer.
        const [px, py] = toPixel(s.area, view, x[i], y[i]);
        drawOne(wanted, cut, ...toData(cut.area, view, px, py), colours[i], { radius, opacity: 1 });
      }
      drawPoints(out, 16, s.area, view, x, y, colours, [{ order: null, radius, opacity: 1 }]);
      const seen = wanted.map((value, p) =>
        p % 16 < left + 24 && Math.floor(p / 16) < top + 20 ? value : WHITE);
      assert.deepEqual(out, seen);
    }
  }
});

test("the last point is on top, and the last style", () => {
  const [red, blue] = [pack([255, 0, 0]), pack([0, 0, 255])];
  const area = { left: 0, top: 0, width: 9, height: 9 };
  const view = { x0: 0, x1: 9, y0: 0, y1: 9 };
  const draw = (...orders) => {
    const out = new Uint32Array(81).fill(WHITE);
    const both = Float32Array.of(4.5, 4.5);
    const styles = orders.map((order) => ({ order, radius: 2, opacity: 1 }));
    drawPoints(out, 9, area, view, both, both, Uint32Array.of(red, blue), styles);
    return out[40];
  };
  assert.equal(draw(null), blue);
  assert.equal(draw(Uint32Array.of(1, 0)), red);
  assert.equal(draw(Uint32Array.of(1), Uint32Array.of(0)), red);
  assert.equal(draw(Uint32Array.of(0), Uint32Array.of(1)), blue);
  assert.equal(draw(), WHITE);
});

test("opaque stays opaque, transparent becomes so, and a colour over itself is that colour", () => {
  const area = { left: 0, top: 0, width: 9, height: 9 };
  const view = { x0: 0, x1: 9, y0: 0, y1: 9 };
  const point = Float32Array.of(4.6);
  const colour = pack([200, 3, 77]);
  for (const [radius, opacity, smooth] of [[0.5, 0.3], [3, 0.3], [3, 0.3, true], [3, 1]]) {
    const style = { order: null, radius, opacity, smooth };
    const out = new Uint32Array(81).fill(colour);
    drawPoints(out, 9, area, view, point, point, Uint32Array.of(colour), [style]);
    assert.ok(out.every((value) => value === colour));
    const clear = new Uint32Array(81);
    drawPoints(clear, 9, area, view, point, point, Uint32Array.of(pack([9, 9, 9], 0)), [style]);
    assert.equal(clear[4 * 9 + 4] >>> 24, 255);
  }
});

test("the ends of a range are seen, whatever rounding does to them", () => {
  const random = generator(3);
  for (let round = 0; round < 300; round++) {
    const { stride, rows, area, view } = scene(random, 0);
    const ends = [[view.x0, view.y0], [view.x1, view.y1], [view.x0, view.y1], [view.x1, view.y0]];
    const xs = Float32Array.from(ends, ([x]) => x);
    const ys = Float32Array.from(ends, ([, y]) => y);
    const same = { x0: xs[0], x1: xs[1], y0: ys[0], y1: ys[1] };
    const out = new Uint32Array(stride * rows).fill(WHITE);
    const style = { order: null, radius: 0.5, opacity: 1 };
    drawPoints(out, stride, area, same, xs, ys, new Uint32Array(4).fill(pack([0, 0, 0])), [style]);
    const corners = new Set([0, area.width - 1].flatMap((column) =>
      [0, area.height - 1].map((row) => (area.top + row) * stride + area.left + column)));
    const dark = [...out.keys()].filter((p) => out[p] !== WHITE);
    assert.deepEqual(dark, [...corners].sort((a, b) => a - b));
    assert.equal(inside(area, same, xs, ys, () => true).length, 4);
  }
});

test("an empty range, no point, or only NaN draws nothing and picks nothing", () => {
  const area = { left: 0, top: 0, width: 5, height: 5 };
  const view = { x0: 0, x1: 1, y0: 0, y1: 1 };
  const flat = { ...view, x0: 1 };
  const level = { ...view, y0: 0, y1: 0 };
  const cases = [
    [view, [], []], [view, [NaN], [0.5]], [view, [0.5], [Infinity]],
    [flat, [1], [0.5]], [flat, [0], [0.5]], [level, [0.5], [0]], [level, [0.5], [1]],
  ];
  for (const [seen, xs, ys] of cases) {
    const [x, y] = [Float32Array.from(xs), Float32Array.from(ys)];
    for (const radius of [0.5, 1.5]) {
      const out = new Uint32Array(25).fill(WHITE);
      drawPoints(out, 5, area, seen, x, y, new Uint32Array(1), [{ ...ALL, radius }]);
      assert.ok(out.every((value) => value === WHITE));
    }
    assert.equal(nearest(area, seen, x, y, 2, 2, 99), -1);
    assert.equal(inside(area, seen, x, y, () => true).length, 0);
  }
});

test("pixels and data undo each other; y goes up", () => {
  const random = generator(4);
  for (let round = 0; round < 100; round++) {
    const { area, view } = scene(random, 0);
    const { left, top, width, height } = area;
    const [px, py] = [100 * random() - 30, 100 * random() - 30];
    toPixel(area, view, ...toData(area, view, px, py)).forEach((value, k) => {
      assert.ok(Math.abs(value - [px, py][k]) < 1e-9);
    });
    const corners = [toPixel(area, view, view.x0, view.y1), toPixel(area, view, view.x1, view.y0)];
    [left, top, left + width, top + height].forEach((border, k) => {
      assert.ok(Math.abs(corners.flat()[k] - border) < 1e-9);
    });
  }
});

test("points are split by the samples that they show, and take their colours", () => {
  const random = generator(5);
  for (let round = 0; round < 50; round++) {
    const [n, m] = [integer(random, 1, 20), integer(random, 0, 60)];
    const mask = Uint8Array.from({ length: Math.max(n, m) }, () => integer(random, 0, 2));
    const sample = round % 3 ? Int32Array.from({ length: m }, () => integer(random, 0, n)) : null;
    const colours = noise(random, Math.max(n, m));
    const of = (i) => (sample ? sample[i] : i);
    const points = [...Array(m).keys()];
    const { rest, chosen } = split(mask, sample, m);
    assert.deepEqual([...chosen], points.filter((i) => mask[of(i)] === 1));
    assert.deepEqual([...rest], points.filter((i) => mask[of(i)] === 0));
    assert.deepEqual([...split(null, sample, m).rest], points);
    assert.equal(split(null, sample, m).chosen.length, 0);
    assert.deepEqual([...gather(colours, sample, m)], points.map((i) => colours[of(i)]));
  }
});

test("picking agrees with looking at every point", () => {
  const random = generator(6);
  for (let round = 0; round < 200; round++) {
    const m = integer(random, 0, 60);
    const { area, view, x, y } = scene(random, m);
    const { left, top, width, height } = area;
    const orders = [undefined, [null], [[...x.keys()].filter(() => random() < 0.4)],
      [...Array(2)].map(() => x.map((_, i) => i).filter(() => random() < 0.4))][round % 4];
    const drawn = (orders ?? [null]).flatMap((order) => [...(order ?? x.keys())]);
    const at = (i) => toPixel(area, view, x[i], y[i]);
    const seen = drawn.filter((i) => {
      const [px, py] = at(i);
      return px >= left && px <= left + width && py >= top && py <= top + height;
    });
    const [px, py] = [left + width * random(), top + height * random()];
    const reach = 8 * random();
    const away = (i) => Math.hypot(at(i)[0] - px, at(i)[1] - py);
    const least = Math.min(...seen.map(away));
    const wanted = least <= reach ? seen.findLast((i) => away(i) === least) : -1;
    assert.equal(nearest(area, view, x, y, px, py, reach, orders), wanted);

    const corner = () => [left + 40 * random() - 5, top + 40 * random() - 5];
    const [[x0, y0], [x1, y1]] = [corner(), corner()];
    const shapes = [rectangleTest({ x0, y0, x1, y1 }), polygonTest([[px, py], corner(), corner()])];
    for (const shape of shapes) {
      const members = new Set(seen.filter((i) => shape(...at(i))));
      const found = inside(area, view, x, y, shape, orders);
      assert.deepEqual([...found], [...members].sort((a, b) => a - b));
    }
  }
});

test("of points at one place the one on top is picked", () => {
  const area = { left: 0, top: 0, width: 10, height: 10 };
  const view = { x0: 0, x1: 10, y0: 0, y1: 10 };
  const same = new Float32Array(4).fill(5);
  const pick = (orders) => nearest(area, view, same, same, 6, 5, 1, orders);
  assert.equal(pick(), 3);
  assert.equal(pick([Uint32Array.of(2, 3, 0)]), 0);
  assert.equal(pick([Uint32Array.of(2, 3), Uint32Array.of(1)]), 1);
  assert.equal(nearest(area, view, same, same, 6.01, 5, 1), -1);
});

test("a look at the clock: 64 cells of 10,000 points", (context) => {
  const random = generator(7);
  const m = 10_000;
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const columns = Array.from({ length: 8 }, () => Float32Array.from({ length: m }, normal));
  const colours = noise(random, m);
  const view = { x0: -4, x1: 4, y0: -4, y1: 4 };
  const [side, stride] = [110, 880];
  const out = new Uint32Array(stride * stride).fill(WHITE);
  for (const [radius, opacity, smooth] of [[1.5, 0.7], [1.5, 0.7, true], [0.5, 1], [2.5, 0.5]]) {
    let best = Infinity;
    for (let round = 0; round < 8; round++) {
      const start = performance.now();
      for (let cell = 0; cell < 64; cell++) {
        const [row, column] = [cell >> 3, cell & 7];
        const area = { left: side * column, top: side * row, width: side - 4, height: side - 4 };
        const styles = [{ order: null, radius, opacity, smooth }];
        drawPoints(out, stride, area, view, columns[column], columns[row], colours, styles);
      }
      best = Math.min(best, performance.now() - start);
    }
    const kind = `radius ${radius}, opacity ${opacity}${smooth ? ", smooth" : ""}`;
    context.diagnostic(`${kind}: ${best.toFixed(1)} ms`);
  }
  assert.ok(out.some((value) => value !== WHITE));
});
