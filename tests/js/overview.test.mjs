import assert from "node:assert/strict";
import { test } from "node:test";

import { pack } from "../../assets/lib/glyph.mjs";
import { paintOverview, placeAt, windowBox } from "../../assets/lib/overview.mjs";
import { GROUND, UNLABELLED, flatPalette } from "../../assets/lib/palette.mjs";
import { generator, integer } from "./support.mjs";

/** A random picture of a matrix: {owner, density, side, features, palette, classes, theme, out}. */
function picture(random, { features = 5, side = 3, classes = 4, theme = "light" } = {}) {
  const pixels = (features * side) ** 2;
  const owner = Uint8Array.from({ length: pixels }, () => integer(random, 0, classes + 2));
  const density = owner.map((k) => (k ? integer(random, 1, 256) : 0));
  const out = new Uint32Array(pixels);
  return { owner, density, side, features, palette: flatPalette(classes), classes, theme, out };
}

const channels = (packed) => [packed & 255, (packed >>> 8) & 255, (packed >>> 16) & 255];
const distance = (a, b) => Math.hypot(...a.map((v, i) => v - b[i]));

test("pixels have the colour of their class, fainter where there are fewer points", () => {
  const random = generator(1);
  for (const theme of ["light", "dark"]) {
    const what = picture(random, { theme });
    paintOverview(what);
    const ground = GROUND[theme];
    what.out.forEach((found, p) => {
      const k = what.owner[p] - 1;
      if (k < 0) return assert.equal(found, pack(ground));
      const own = k < 4 ? [...what.palette.subarray(3 * k, 3 * k + 3)] : UNLABELLED[theme];
      // On the way from the ground to the colour, as far as the density says.
      const share = 0.3 + (0.7 * what.density[p]) / 255;
      channels(found).forEach((v, i) => {
        assert.ok(Math.abs(v - (ground[i] + share * (own[i] - ground[i]))) <= 0.51);
      });
      return assert.equal(found >>> 24, 255);
    });
  }
});

test("an order moves whole cells, rows and columns alike", () => {
  const random = generator(2);
  const what = picture(random);
  const plain = paintOverview({ ...what, order: null, out: what.out.slice() });
  const identity = Int32Array.from({ length: 5 }, (_, i) => i);
  assert.deepEqual(paintOverview({ ...what, order: identity }), plain);
  const order = Int32Array.of(3, 0, 4, 1, 2);
  paintOverview({ ...what, order });
  const at = (pixels, row, column, y, x) => pixels[(row * 3 + y) * 15 + column * 3 + x];
  for (let row = 0; row < 5; row++) {
    for (let column = 0; column < 5; column++) {
      for (let y = 0; y < 3; y++) {
        for (let x = 0; x < 3; x++) {
          const wanted = at(plain, order[row], order[column], y, x);
          assert.equal(at(what.out, row, column, y, x), wanted);
        }
      }
    }
  }
});

test("focus fades the other classes and leaves its own", () => {
  const what = picture(generator(3));
  const plain = paintOverview({ ...what, out: what.out.slice() });
  paintOverview({ ...what, focus: 2 });
  const ground = GROUND.light;
  let nearer = 0;
  what.out.forEach((found, p) => {
    if (what.owner[p] === 3 || what.owner[p] === 0) return assert.equal(found, plain[p]);
    nearer += distance(channels(found), ground) < distance(channels(plain[p]), ground);
    return undefined;
  });
  assert.equal(nearer, what.owner.filter((k) => k !== 0 && k !== 3).length);
  assert.deepEqual(paintOverview({ ...what, focus: 99 }), plain); // there is no such class
});

test("one feature, no class, many classes, wrong sizes", () => {
  const random = generator(4);
  const one = picture(random, { features: 1, classes: 0 });
  paintOverview({ ...one, order: Int32Array.of(0) });
  assert.ok(one.out.every((found) => found >>> 24 === 255));
  const many = picture(random, { classes: 300 });
  many.owner = Uint16Array.from(many.owner, () => integer(random, 0, 302));
  many.density = Uint8Array.from(many.owner, (k) => (k ? 255 : 0));
  paintOverview(many);
  many.owner.forEach((k, p) => {
    const own = k ? [...many.palette.subarray(3 * k - 3, 3 * k)] : GROUND.light;
    assert.equal(many.out[p], pack(k === 301 ? UNLABELLED.light : own));
  });
  assert.throws(() => paintOverview({ ...one, out: new Uint32Array(4) }), /out has 4 pixels/);
});

test("a window's box covers its cells; one too small to be seen is a cross at its centre", () => {
  const box = windowBox({
    rows: { start: 2, count: 3 }, columns: { start: 5, count: 4 }, features: 10, size: 200,
  });
  assert.deepEqual(box, {
    left: 100, top: 40, width: 80, height: 60, cross: false, centre: [140, 70],
  });
  const small = windowBox({
    rows: { start: 8, count: 4 }, columns: { start: 100, count: 4 }, features: 500, size: 250,
  });
  assert.ok(small.cross);
  assert.deepEqual(small.centre, [51, 5]);
  const flat = windowBox({
    rows: { start: 0, count: 1 }, columns: { start: 0, count: 8 }, features: 100, size: 300,
  });
  assert.ok(flat.cross);
});

test("places are the cells that boxes start with, kept to the picture", () => {
  const random = generator(5);
  for (let round = 0; round < 500; round++) {
    const features = integer(random, 1, 600);
    const size = integer(random, 50, 400);
    const [row, column] = [integer(random, 0, features), integer(random, 0, features)];
    const { centre } = windowBox({
      rows: { start: row, count: 1 }, columns: { start: column, count: 1 }, features, size,
    });
    assert.deepEqual(placeAt(...centre, features, size), { row, column });
  }
  assert.deepEqual(placeAt(-5, 900, 7, 300), { row: 6, column: 0 });
  assert.deepEqual(placeAt(300, 0, 7, 300), { row: 0, column: 6 });
});
