import assert from "node:assert/strict";
import { test } from "node:test";

import { GROUND, PALETTE, UNLABELLED } from "../../assets/lib/palette.mjs";
import {
  LEVELS, boundaryLines, decidedAt, onMap, paintTerritory, pixelAt, runsOf, sharesOf, tints, veilOf,
} from "../../assets/lib/territory.mjs";
import { ciede2000, generator, integer, lab } from "./support.mjs";

const rgb = (packed) => [packed & 255, (packed >> 8) & 255, (packed >> 16) & 255];
const apart = (a, b) => ciede2000(lab(a), lab(b));

/** Labels in patches, so that boundaries have corners, holes and crossings. */
function patches(random, side, classes) {
  const labels = new Uint8Array(side * side);
  for (let k = 0; k < side; k++) {
    const [row, column] = [integer(random, 0, side), integer(random, 0, side)];
    const [tall, wide] = [integer(random, 1, side), integer(random, 1, side)];
    const label = integer(random, 0, classes);
    for (let r = row; r < Math.min(side, row + tall); r++) {
      labels.fill(label, r * side + column, r * side + Math.min(side, column + wide));
    }
  }
  return labels;
}

test("the ground goes from nearly nothing to a colour that its own samples still stand out from", () => {
  for (const theme of ["light", "dark"]) {
    const colours = tints(20, theme);
    assert.equal(colours.length, 21 * LEVELS);
    for (let k = 0; k < 20; k++) {
      const row = Array.from(colours.subarray(k * LEVELS, (k + 1) * LEVELS), (one) => apart(rgb(one), GROUND[theme]));
      for (let level = 1; level < LEVELS; level++) assert.ok(row[level] >= row[level - 1] - 1.5, `${theme} ${k} ${level}`);
      assert.ok(row[0] < 8, `${theme} ${k}: uncertain is near the ground`);
      assert.ok(row.at(-1) > 2 * row[0], `${theme} ${k}: certain is far from it`);
      assert.ok(apart(rgb(colours[(k + 1) * LEVELS - 1]), PALETTE[k]) > 7, `${theme} ${k}: a sample is seen on it`);
    }
    assert.notDeepEqual(rgb(colours.at(-1)), GROUND[theme]);
    assert.ok(apart(rgb(colours.at(-1)), UNLABELLED[theme]) < apart(GROUND[theme], UNLABELLED[theme]));
  }
});

test("a class in focus keeps its ground, the others fade", () => {
  const [plain, focused] = [tints(3, "light"), tints(3, "light", 1)];
  const top = (colours, k) => rgb(colours[(k + 1) * LEVELS - 1]);
  assert.deepEqual(top(focused, 1), top(plain, 1));
  for (const k of [0, 2]) assert.ok(apart(top(focused, k), GROUND.light) < apart(top(plain, k), GROUND.light));
  assert.deepEqual(tints(3, "light", 7), plain, "a link may name a class that is not there");
});

/** Certainty at the centre of a fine pixel, straight from the definition. */
function certaintyAt(certainty, grain, side, row, column) {
  const at = (i) => Math.min(grain - 1, Math.max(0, ((i + 0.5) * grain) / side - 0.5));
  const value = (r, c) => certainty[Math.min(grain - 1, r) * grain + Math.min(grain - 1, c)];
  const [y, x] = [at(row), at(column)];
  const [r, c] = [Math.floor(y), Math.floor(x)];
  const [v, u] = [y - r, x - c];
  return (
    (value(r, c) * (1 - u) + value(r, c + 1) * u) * (1 - v) +
    (value(r + 1, c) * (1 - u) + value(r + 1, c + 1) * u) * v
  );
}

test("pixels have the colour of their class, as certain as the picture between coarse centres", () => {
  const random = generator(3);
  for (const [side, grain] of [[1, 1], [7, 7], [24, 6], [10, 4], [9, 1], [5, 8], [8, 2]]) {
    const labels = patches(random, side, 5);
    const certainty = Uint8Array.from({ length: grain * grain }, () => integer(random, 0, 256));
    const colours = tints(4, "light"); // the fifth is no class
    const out = paintTerritory({ side, labels, grain, certainty }, colours, new Uint32Array(side * side));
    for (let row = 0; row < side; row++) {
      for (let column = 0; column < side; column++) {
        const level = (certaintyAt(certainty, grain, side, row, column) * (LEVELS - 1)) / 255;
        const p = row * side + column;
        const near = [Math.round(level - 1e-3), Math.round(level + 1e-3)];
        const allowed = near.map((one) => colours[labels[p] * LEVELS + one]);
        assert.ok(allowed.includes(out[p]), `${side}/${grain} ${row},${column}`);
      }
    }
  }
});

/** Middles of the sides that part two classes, as "x y", and whether a side ends at the border. */
function parted(labels, side) {
  const sides = [];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const own = labels[y * side + x];
      if (x + 1 < side && own !== labels[y * side + x + 1]) sides.push(`${x + 1} ${y + 0.5}`);
      if (y + 1 < side && own !== labels[(y + 1) * side + x]) sides.push(`${x + 0.5} ${y + 1}`);
    }
  }
  return sides;
}

test("lines run through the middle of every side that parts two classes, and of no other", () => {
  const random = generator(4);
  for (let round = 0; round < 60; round++) {
    const side = integer(random, 1, 14);
    const labels = patches(random, side, 4);
    const lines = boundaryLines(labels, side);
    const ends = new Map();
    for (let i = 0; i < lines.length; i += 2) {
      const name = `${lines[i]} ${lines[i + 1]}`;
      ends.set(name, (ends.get(name) ?? 0) + 1);
    }
    const sides = parted(labels, side);
    // Each side has two ends, from each of which one line leads on: to another side, to a corner
    // where more than two of them meet, or to the border.
    for (const one of sides) assert.equal(ends.get(one), 2, `${one} of ${side}`);
    const others = [...ends.keys()].filter((name) => !sides.includes(name)).map((name) => name.split(" ").map(Number));
    for (const [x, y] of others) {
      assert.ok(Number.isInteger(x) && Number.isInteger(y), `${x} ${y} is no corner of pixels`);
      const border = [x, y].some((value) => value === 0 || value === side);
      assert.ok(border || ends.get(`${x} ${y}`) > 2, `${x} ${y}`);
    }
    for (let i = 0; i < lines.length; i += 4) {
      const [x0, y0, x1, y1] = lines.subarray(i, i + 4);
      assert.ok(Math.hypot(x1 - x0, y1 - y0) <= 1 && Math.hypot(x1 - x0, y1 - y0) > 0);
    }
  }
});

test("a slanting boundary is a line without steps, and many lines fit", () => {
  const side = 60;
  const labels = Uint8Array.from({ length: side * side }, (_, p) => Number(p % side > Math.floor(p / side)));
  const lines = boundaryLines(labels, side);
  for (let i = 0; i < lines.length; i += 4) {
    const [x0, y0, x1, y1] = lines.subarray(i, i + 4);
    const rim = [x0, y0, x1, y1].some((value) => value === 0 || value === side);
    if (!rim) assert.deepEqual([x1 - x0, y1 - y0].map(Math.abs), [0.5, 0.5]);
  }
  const checks = Uint8Array.from({ length: side * side }, (_, p) => (p + Math.floor(p / side)) % 2);
  // Four lines at every inner corner, one at every pixel's end along the border.
  assert.equal(boundaryLines(checks, side).length / 4, 4 * (side - 1) ** 2 + 4 * (side - 1));
  assert.equal(boundaryLines(new Uint8Array(9), 3).length, 0);
});

/** Every half pixel that lines or runs go along, as texts; one that is gone along twice stands twice. */
function steps(run) {
  const found = [];
  for (let i = 2; i < run.length; i += 2) {
    const [x0, y0, x1, y1] = run.subarray(i - 2, i + 2);
    const parts = 2 * Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0));
    for (let k = 0; k < parts; k++) {
      const middle = [x0 + ((k + 0.5) / parts) * (x1 - x0), y0 + ((k + 0.5) / parts) * (y1 - y0)];
      found.push(middle.map((value) => value.toFixed(3)).join(" "));
    }
  }
  return found;
}

test("runs go along all lines, once, and turn at every place that they name", () => {
  const random = generator(7);
  for (let round = 0; round < 60; round++) {
    const side = integer(random, 2, 16);
    const lines = boundaryLines(patches(random, side, 4), side);
    const runs = runsOf(lines, side);
    const single = Array.from({ length: lines.length / 4 }, (_, k) => steps(lines.subarray(4 * k, 4 * k + 4)));
    assert.deepEqual(runs.flatMap(steps).sort(), single.flat().sort());
    for (const run of runs) {
      for (let i = 4; i < run.length; i += 2) {
        const [ax, ay, bx, by, cx, cy] = run.subarray(i - 4, i + 2);
        const turn = (bx - ax) * (cy - by) - (by - ay) * (cx - bx);
        assert.ok(turn !== 0, `${run} goes straight on`);
      }
    }
  }
  const square = runsOf(boundaryLines(Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0, 0), 3), 3);
  assert.deepEqual(square.map((run) => run.length / 2), [5], "what is closed is one run");
  assert.deepEqual(runsOf(new Float32Array(0), 4), []);
});

test("lines lie where their window does, y upwards, counted from its middle", () => {
  const lines = Float32Array.of(0, 0, 4, 4, 2, 2, 1, 0);
  assert.deepEqual([...onMap(lines, 4, [10, 18, -1, 1])], [-4, 1, 4, -1, 0, 0, -2, 1]);
});

test("the veil is nothing where a map is to be trusted, and thickest where it is worst", () => {
  const mask = Uint8Array.of(1, 0, 0, 0, 0, 0, 1);
  const error = Float32Array.of(9, 0.02, 0.02, 0.06, NaN, 0.01, NaN);
  const reach = Float32Array.of(9, 0.05, 0.05, 0.05, 0.05, 5, 0);
  const veil = veilOf({ mask, error, reach, limits: { error: 0.03, reach: 0.05 } });
  assert.deepEqual([veil[0], veil[6]], [0, 0]);
  assert.equal(veil[1], veil[2]);
  assert.ok(veil[1] > 100 && veil[3] > veil[2] && veil[3] < 255);
  assert.deepEqual([veil[4], veil[5]], [255, 255], "what is not known counts as the worst");
  assert.deepEqual([...veilOf({ mask, error: null, reach: null, limits: { error: 0, reach: 0 } })].slice(0, 2), [0, veil[1]]);
  assert.equal(veilOf({ mask, error, reach, limits: { error: 0, reach: 1 } })[1], 255, "no error is allowed");
});

test("every place of a window lies in the pixel that covers it", () => {
  const window = [-2, 4, 1, 3];
  for (const side of [1, 3, 8]) {
    for (let row = 0; row < side; row++) {
      for (let column = 0; column < side; column++) {
        const x = -2 + (6 * (column + 0.5)) / side;
        const y = 3 - (2 * (row + 0.5)) / side;
        assert.equal(pixelAt(window, side, x, y), row * side + column);
      }
    }
    assert.equal(pixelAt(window, side, 4, 1), side * side - 1, "the last borders belong to the last pixel");
    assert.equal(pixelAt(window, side, -2, 3), 0);
    for (const [x, y] of [[-2.1, 2], [4.1, 2], [0, 0.9], [0, 3.1], [NaN, 2]]) assert.equal(pixelAt(window, side, x, y), -1);
  }
});

test("what is decided at a place is read from both pictures", () => {
  const raster = {
    window: [0, 2, 0, 2], side: 4, grain: 2, certainty: Uint8Array.of(0, 51, 102, 255),
    labels: Uint8Array.of(0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3, 2, 2, 3, 5),
  };
  assert.deepEqual(decidedAt(raster, 0.1, 1.9), { label: 0, certainty: 0 });
  assert.deepEqual(decidedAt(raster, 1.9, 1.9), { label: 1, certainty: 0.2 });
  assert.deepEqual(decidedAt(raster, 1.9, 0.1), { label: 5, certainty: 1 });
  assert.equal(decidedAt(raster, 2.1, 1), null);
  assert.deepEqual([...sharesOf(raster.labels, 4)], [4, 4, 4, 3].map((pixels) => pixels / 16));
  assert.deepEqual([...sharesOf(new Uint8Array(0), 2)], [0, 0]);
});
