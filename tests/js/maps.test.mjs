import assert from "node:assert/strict";
import { test } from "node:test";

import { pack } from "../../assets/lib/glyph.mjs";
import {
  beside, boxOf, gridOf, hit, layoutMaps, paintLayer, paintMap, paintPicture, pixelOf, placeOf,
  shrink, tableRows,
} from "../../assets/lib/maps.mjs";
import { GROUND, UNLABELLED } from "../../assets/lib/palette.mjs";
import { colour, ranges } from "../../assets/lib/ramps.mjs";
import { generator, integer } from "./support.mjs";

const THEMES = ["light", "dark"];
const product = (numbers) => numbers.reduce((a, b) => a * b, 1);
const unpack = (value) => [value & 255, (value >> 8) & 255, (value >> 16) & 255];

/** A random layer of any rank, somewhere in a larger array; some values are none or infinite. */
function randomLayer(random, most = 7) {
  const shape = Array.from({ length: integer(random, 0, 5) }, () => integer(random, 1, most));
  const piece = { start: integer(random, 0, 9), shape, factor: 1 };
  const odd = [NaN, Infinity, -Infinity, 0, 1e-44];
  const values = Float32Array.from({ length: piece.start + product(shape) + 3 }, () =>
    random() < 0.1 ? odd[integer(random, 0, 5)] : 4 * random() - (piece.start % 2 ? 2 : 0),
  );
  return { piece, values };
}

/** Value of a channel at a place, said in words. */
function valueAt(values, { start, shape }, channel, row, column) {
  const [columns, channels] = shape.length < 2 ? [1, shape[0] ?? 1] : shape.slice(-2);
  return values[start + (row * columns + column) * channels + channel];
}

test("vectors are single pixels, sequences strips, leading axes rows", () => {
  assert.deepEqual(gridOf([5]), { rows: 1, columns: 1, channels: 5 });
  assert.deepEqual(gridOf([]), { rows: 1, columns: 1, channels: 1 });
  assert.deepEqual(gridOf([9, 4]), { rows: 1, columns: 9, channels: 4 });
  assert.deepEqual(gridOf([6, 7, 3]), { rows: 6, columns: 7, channels: 3 });
  assert.deepEqual(gridOf([2, 6, 7, 3]), { rows: 12, columns: 7, channels: 3 });
});

test("a map has the colour of every value of its channel", () => {
  const random = generator(2);
  for (let round = 0; round < 60; round++) {
    const { piece, values } = randomLayer(random, 6);
    const { rows, columns, channels } = gridOf(piece.shape);
    const range = ranges(values, piece);
    const channel = integer(random, 0, channels);
    const theme = THEMES[round % 2];
    const out = new Uint32Array(rows * columns);
    assert.equal(paintMap(values, piece, channel, range, theme, out), out);
    out.forEach((found, p) => {
      const value = valueAt(values, piece, channel, Math.floor(p / columns), p % columns);
      assert.equal(found, colour(value, range, theme));
    });
  }
});

test("a colour picture keeps brightness from 0 to 1 or to 255, others are stretched", () => {
  const piece = { start: 1, shape: [1, 3, 3], factor: 1 };
  const picture = (list) => {
    const values = Float32Array.of(9, ...list);
    const out = new Uint32Array(3);
    return [...paintPicture(values, piece, ranges(values, piece), "light", out)].map(unpack);
  };
  const third = [0.2, 0.4, 0.6];
  assert.deepEqual(picture([0, 0, 0, 0.4, 0.2, 0, ...third])[2], [51, 102, 153]);
  assert.deepEqual(picture([0, 0, 2, 40, 20, 0, 51, 102, 153])[2], [51, 102, 153]);
  assert.deepEqual(picture([-1, 0, 1, 1, 1, 1, -1, -1, -1]), [[0, 128, 255], [255, 255, 255], [0, 0, 0]]);
  assert.deepEqual(picture([0, 0, 1, 0, NaN, 0, 1, 1, 1])[1], [...UNLABELLED.light]);
});

test("maps lie beside each other within the panel, and what is hit is where it is drawn", () => {
  const random = generator(3);
  for (let round = 0; round < 80; round++) {
    const { piece } = randomLayer(random, 9);
    const lead = integer(random, 0, 2);
    const layout = layoutMaps(piece, 1 + 3 * random(), integer(random, 10, 400), lead);
    const { map } = layout;
    assert.deepEqual(map, gridOf(piece.shape));
    const owner = new Int32Array(layout.width * layout.height).fill(-9);
    for (let feature = 0 - lead; feature < map.channels; feature++) {
      const all = boxOf(layout, feature);
      for (let row = 0; row < map.rows; row++) {
        for (let column = 0; column < map.columns; column++) {
          const box = boxOf(layout, feature, row, column);
          assert.deepEqual([box.width, box.height], [layout.tile, layout.tall]);
          assert.ok(box.left >= all.left && box.left + box.width <= all.left + all.width);
          assert.ok(box.top >= all.top && box.top + box.height <= all.top + all.height);
          for (let y = box.top; y < box.top + box.height; y++) {
            const from = y * layout.width + box.left;
            assert.ok(owner.subarray(from, from + box.width).every((k) => k === -9));
            owner.fill(feature, from, from + box.width);
          }
          const inside = [box.left + random() * box.width, box.top + random() * box.height];
          assert.deepEqual(hit(layout, ...inside), { feature, row, column });
        }
      }
    }
    for (let k = 0; k < 200; k++) {
      const x = integer(random, -5, layout.width + 5);
      const y = integer(random, -5, layout.height + 5);
      const within = x >= 0 && y >= 0 && x < layout.width && y < layout.height;
      const wanted = within ? owner[y * layout.width + x] : -9;
      assert.equal(hit(layout, x, y)?.feature ?? -9, wanted, `${x} ${y} ${JSON.stringify(layout)}`);
    }
  }
});

test("layers fit the panel and one look, however many channels; zoom makes them larger", () => {
  const shapes = [
    [28, 28, 1], [26, 26, 6], [24, 24, 16], [128], [512], [2048], [10], [7, 7, 512], [7, 7, 1280],
    [38, 38, 32], [100, 12], [256, 256], [4, 12, 12, 8],
  ];
  for (const shape of shapes) {
    const piece = { start: 0, shape, factor: 1 };
    for (const width of [280, 420]) {
      const small = layoutMaps(piece, 1, width);
      assert.ok(small.width <= width, `${shape}`);
      assert.ok(small.height <= (shape[0] === 256 ? 1400 : 460), `${shape}: ${small.height}`);
      let last = 0;
      for (const zoom of [1, 1.5, 2, 3, 4]) {
        const layout = layoutMaps(piece, zoom, width);
        assert.ok(layout.tile >= last && layout.width <= width, `${shape} ${zoom}`);
        last = layout.tile;
      }
    }
  }
  const endless = layoutMaps({ start: 0, shape: [65_536], factor: 1 }, 4, 100);
  assert.ok(endless.height <= 16_384, `${endless.height}`);
  assert.equal(layoutMaps({ start: 0, shape: [9, 500, 2], factor: 1 }, 3, 300).tile, 1);
});

test("steps go from map to map and back, and stop at the edges", () => {
  const random = generator(4);
  const moves = [[1, 0], [-1, 0], [0, 1], [0, -1]];
  for (let round = 0; round < 40; round++) {
    const { piece } = randomLayer(random, 6);
    const lead = round % 2;
    const layout = layoutMaps(piece, 1, integer(random, 30, 300), lead);
    let spot = { feature: 0, row: 0, column: 0 };
    for (let k = 0; k < 100; k++) {
      const [dx, dy] = moves[integer(random, 0, 4)];
      const next = beside(layout, spot, dx, dy);
      const [from, to] = [spot, next].map((at) => boxOf(layout, at.feature, at.row, at.column));
      if (next !== spot) {
        assert.ok(next.feature >= -lead && next.feature < layout.map.channels);
        assert.deepEqual(beside(layout, next, -dx, -dy), spot);
        assert.equal(Math.sign(to.left - from.left), dx);
        assert.equal(Math.sign(to.top - from.top), dy);
      }
      spot = next;
    }
  }
});

test("a painted layer is its values, tile by tile, with lines around and nothing beyond", () => {
  const random = generator(5);
  for (let round = 0; round < 30; round++) {
    const { piece, values } = randomLayer(random, 6);
    const theme = THEMES[round % 2];
    const range = ranges(values, piece);
    const lead = piece.shape.length > 2 && piece.shape.at(-1) === 3 ? 1 : 0;
    const layout = layoutMaps(piece, 1 + 2 * random(), integer(random, 20, 200), lead);
    const out = new Uint32Array(layout.width * layout.height + 5).fill(7);
    paintLayer(values, piece, layout, range, theme, out);
    const picture = new Uint32Array(layout.map.rows * layout.map.columns);
    if (lead) paintPicture(values, piece, range, theme, picture);
    const [ground, none] = [pack(GROUND[theme]), pack(UNLABELLED[theme])];
    const line = out[0]; // the corner belongs to the line around the first map
    assert.ok(![0, ground, none].includes(line));
    for (let y = 0; y < layout.height; y++) {
      for (let x = 0; x < layout.width; x++) {
        const spot = hit(layout, x, y);
        const found = out[y * layout.width + x];
        if (!spot) {
          assert.ok(found === line || found === 0);
          continue;
        }
        const { feature, row, column } = spot;
        const wanted = feature < 0
          ? picture[row * layout.map.columns + column]
          : colour(valueAt(values, piece, feature, row, column), range, theme);
        if (wanted === none) assert.ok(found === none || found === ground);
        else assert.equal(found, wanted);
      }
    }
    assert.ok(out.slice(-5).every((value) => value === 7));
  }
});

test("what is no number is hatched", () => {
  const piece = { start: 0, shape: [4, 4, 1], factor: 1 };
  const layout = layoutMaps(piece, 1, 300);
  const out = new Uint32Array(layout.width * layout.height);
  const values = new Float32Array(16).fill(NaN);
  paintLayer(values, piece, layout, ranges(values, piece), "light", out);
  const count = (wanted) => out.filter((value) => value === wanted).length;
  const area = (4 * layout.tile) ** 2;
  assert.ok(Math.abs(count(pack(UNLABELLED.light)) - area / 2) <= area / 20);
  assert.ok(Math.abs(count(pack(GROUND.light)) - area / 2) <= area / 20);
});

test("a reduced pixel begins at a place of its layer, and shows it", () => {
  const piece = { start: 0, shape: [2, 3, 4, 5], factor: 2 };
  const shape = [4, 5, 7, 5];
  for (let a = 0; a < 4; a++) {
    for (let b = 0; b < 5; b++) {
      for (let c = 0; c < 7; c++) {
        const [i, j, k] = [a, b, c].map((v) => Math.floor(v / 2));
        assert.deepEqual(pixelOf(piece, shape, 5 * a + b, c), { row: 3 * i + j, column: k });
        const start = { row: 5 * 2 * i + 2 * j, column: 2 * k };
        assert.deepEqual(placeOf(piece, shape, 3 * i + j, k), start);
      }
    }
  }
  const whole = { start: 0, shape: [6, 4, 2], factor: 1 };
  assert.deepEqual(placeOf(whole, whole.shape, 5, 3), { row: 5, column: 3 });
  assert.deepEqual(pixelOf(whole, whole.shape, 5, 3), { row: 5, column: 3 });
  assert.deepEqual(placeOf({ start: 0, shape: [9], factor: 1 }, [9], 0, 0), { row: 0, column: 0 });
});

test("shrinking takes means, of fewer positions at the ends", () => {
  const random = generator(6);
  for (let round = 0; round < 20; round++) {
    const [rows, columns, channels, by] = [5, 9, 3, 4].map((most) => integer(random, 1, most + 1));
    const piece = { start: 2, shape: [rows, columns, channels], factor: 3 };
    const values = Float32Array.from({ length: 2 + rows * columns * channels }, random);
    const small = shrink(values, piece, by);
    const [tall, wide] = [Math.ceil(rows / by), Math.ceil(columns / by)];
    const after = { start: 0, shape: [tall, wide, channels], factor: 3 * by };
    assert.deepEqual(small.piece, after);
    small.values.forEach((found, i) => {
      const [r, c] = [Math.floor(i / channels / wide) * by, (Math.floor(i / channels) % wide) * by];
      const window = [];
      for (let y = r; y < Math.min(rows, r + by); y++) {
        for (let x = c; x < Math.min(columns, c + by); x++) {
          window.push(valueAt(values, piece, i % channels, y, x));
        }
      }
      assert.ok(Math.abs(found - window.reduce((a, b) => a + b) / window.length) < 1e-6);
    });
  }
});

test("the table has a row for every value", () => {
  const layers = [
    { name: "a", shape: [4, 2, 2] }, { name: "b", shape: [3] }, { name: "c", shape: [2, 1] },
  ];
  const pieces = [
    { start: 0, shape: [2, 1, 2], factor: 2 }, { start: 4, shape: [3], factor: 1 },
    { start: 7, shape: [2, 1], factor: 1 },
  ];
  const rows = [...tableRows(Float32Array.from({ length: 9 }, (_, i) => i), pieces, layers)];
  assert.deepEqual(rows, [
    ["a", 0, 0, 0, 0], ["a", 1, 0, 0, 1], ["a", 0, 2, 0, 2], ["a", 1, 2, 0, 3],
    ["b", 0, null, null, 4], ["b", 1, null, null, 5], ["b", 2, null, null, 6],
    ["c", 0, 0, 0, 7], ["c", 0, 0, 1, 8],
  ]);
  assert.deepEqual([...tableRows(new Float32Array(0), [], [])], []);
});

test("a look at the clock: all layers of LeNet5, and 1,280 maps of 7 x 7", (context) => {
  const random = generator(7);
  const lenet = [
    [28, 28, 1], [26, 26, 6], [26, 26, 6], [24, 24, 16], [24, 24, 16], [9216], [128], [128], [10], [10],
  ];
  for (const [name, shapes] of [["LeNet5", lenet], ["1,280 maps", [[7, 7, 1280]]]]) {
    const pieces = shapes.map((shape) => ({ start: 0, shape, factor: 1 }));
    const values = Float32Array.from({ length: 62_720 }, () => random() - 0.5);
    const layouts = pieces.map((piece) => layoutMaps(piece, 1, 300));
    const out = new Uint32Array(Math.max(...layouts.map(({ width, height }) => width * height)));
    let best = Infinity;
    for (let round = 0; round < 15; round++) {
      const start = performance.now();
      pieces.forEach((piece, k) =>
        paintLayer(values, piece, layouts[k], ranges(values, piece), "light", out),
      );
      best = Math.min(best, performance.now() - start);
    }
    context.diagnostic(`${name}: ${best.toFixed(2)} ms`);
    assert.ok(out.some(Boolean));
  }
});
