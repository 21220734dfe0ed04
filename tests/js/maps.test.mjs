import assert from "node:assert/strict";
import { test } from "node:test";

import { pack } from "../../assets/lib/glyph.mjs";
import {
  beside, boxOf, colour, gridOf, hit, layoutMaps, paintLayer, paintMap, paintPicture, pixelOf,
  placeOf, ranges, scaleColours, shrink, tableRows, union,
} from "../../assets/lib/maps.mjs";
import { GROUND, UNLABELLED } from "../../assets/lib/palette.mjs";
import { VISIONS, ciede2000, contrast, generator, integer, lab, luminance } from "./support.mjs";

const THEMES = ["light", "dark"];
const ONE = { low: -1, high: 1, signed: true };
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

test("ranges are those of the finite values of the piece alone; a union holds all", () => {
  const random = generator(1);
  for (let round = 0; round < 100; round++) {
    const list = [0, 1, 2].map(() => {
      const { piece, values } = randomLayer(random, 4);
      const own = [...values.slice(piece.start, piece.start + product(piece.shape))];
      const finite = own.filter(Number.isFinite);
      const found = ranges(values, piece);
      if (!finite.length) assert.deepEqual(found, { low: NaN, high: NaN, signed: false });
      else {
        const [low, high] = [Math.min(...finite), Math.max(...finite)];
        assert.deepEqual(found, { low, high, signed: low < 0 });
      }
      return { found, finite };
    });
    const all = list.flatMap(({ finite }) => finite);
    const together = union(list.map(({ found }) => found));
    assert.equal(together.low, all.length ? Math.min(...all) : NaN);
    assert.equal(together.high, all.length ? Math.max(...all) : NaN);
    assert.equal(together.signed, all.some((value) => value < 0));
  }
  assert.deepEqual(union([]), { low: NaN, high: NaN, signed: false });
});

test("zero is the ground, the same distance from it the same strength, blue is above", () => {
  for (const theme of THEMES) {
    assert.equal(colour(0, ONE, theme), pack(GROUND[theme]));
    assert.equal(colour(0, { low: 0, high: 0, signed: false }, theme), pack(GROUND[theme]));
    assert.equal(colour(0, { low: 2, high: 3, signed: false }, theme), pack(GROUND[theme]));
    for (const t of [0.1, 0.3, 0.6, 1]) {
      const [above, below] = [unpack(colour(t, ONE, theme)), unpack(colour(-t, ONE, theme))];
      assert.ok(above[2] > above[0] && below[0] > below[2], `${theme} ${t}`);
      const lights = [above, below].map((rgb) => lab(rgb)[0]);
      assert.ok(Math.abs(lights[0] - lights[1]) < 8, `${theme} ${t}: ${lights}`);
      assert.equal(colour(3 * t, { low: -1, high: 3, signed: true }, theme), colour(t, ONE, theme));
      assert.equal(colour(t, { low: 0, high: 1, signed: false }, theme), colour(t, ONE, theme));
    }
    for (const [beyond, end] of [[Infinity, 1], [-Infinity, -1], [7, 1], [-7, -1]]) {
      assert.equal(colour(beyond, ONE, theme), colour(end, ONE, theme));
    }
  }
});

test("both sides get ever farther from the ground and are told apart by every vision", () => {
  for (const theme of THEMES) {
    for (const sign of [1, -1]) {
      const steps = Array.from({ length: 51 }, (_, k) => unpack(colour((sign * k) / 50, ONE, theme)));
      const lights = steps.map(luminance);
      const away = theme === "light" ? -1 : 1;
      for (let k = 1; k <= 50; k++) assert.ok(away * (lights[k] - lights[k - 1]) > 0, `${theme} ${k}`);
      assert.ok(contrast(steps[50], GROUND[theme]) > 9, theme);
    }
    for (const vision of Object.values(VISIONS)) {
      for (const t of [0.2, 0.5, 0.8, 1]) {
        const [a, b] = [t, -t].map((v) => lab(unpack(colour(v, ONE, theme)), vision));
        assert.ok(ciede2000(a, b) > 12, `${theme} ${t}: ${ciede2000(a, b)}`);
      }
    }
  }
});

test("what is no number has a grey that no value has", () => {
  for (const theme of THEMES) {
    const none = pack(UNLABELLED[theme]);
    assert.equal(colour(NaN, ONE, theme), none);
    assert.equal(colour(1, { low: NaN, high: NaN, signed: false }, theme), none);
    assert.ok(!scaleColours(ONE, theme, 4001).includes(none));
  }
});

test("a scale goes from the colour of the lowest to that of the highest value", () => {
  const range = { low: -0.5, high: 2, signed: true };
  const colours = scaleColours(range, "dark", 6);
  const wanted = [-0.5, 0, 0.5, 1, 1.5, 2].map((value) => colour(value, range, "dark"));
  assert.deepEqual(colours, wanted);
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
