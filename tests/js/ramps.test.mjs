import assert from "node:assert/strict";
import { test } from "node:test";

import { pack } from "../../assets/lib/glyph.mjs";
import { GROUND, UNLABELLED } from "../../assets/lib/palette.mjs";
import { colour, paintValues, ranges, scaleColours, union } from "../../assets/lib/ramps.mjs";
import { VISIONS, ciede2000, contrast, generator, integer, lab, luminance } from "./support.mjs";

const THEMES = ["light", "dark"];
const ONE = { low: -1, high: 1 };
const unpack = (value) => [value & 255, (value >> 8) & 255, (value >> 16) & 255];

test("ranges are those of the finite values of the piece alone; a union holds all", () => {
  const random = generator(1);
  const odd = [NaN, Infinity, -Infinity, 0, 1e-44];
  for (let round = 0; round < 100; round++) {
    const list = [0, 1, 2].map(() => {
      const shape = Array.from({ length: integer(random, 0, 5) }, () => integer(random, 1, 4));
      const [start, size] = [integer(random, 0, 9), shape.reduce((a, b) => a * b, 1)];
      const shift = 2 * integer(random, 0, 2);
      const values = Float32Array.from({ length: start + size + 3 }, () =>
        random() < 0.1 ? odd[integer(random, 0, 5)] : 4 * random() - shift,
      );
      const finite = [...values.slice(start, start + size)].filter(Number.isFinite);
      const found = ranges(values, { start, shape, factor: 1 });
      if (!finite.length) assert.deepEqual(found, { low: NaN, high: NaN });
      else {
        const [low, high] = [Math.min(...finite), Math.max(...finite)];
        assert.deepEqual(found, { low, high });
      }
      return { found, finite };
    });
    const all = list.flatMap(({ finite }) => finite);
    const together = union(list.map(({ found }) => found));
    assert.equal(together.low, all.length ? Math.min(...all) : NaN);
    assert.equal(together.high, all.length ? Math.max(...all) : NaN);
  }
  assert.deepEqual(union([]), { low: NaN, high: NaN });
});

test("zero is the ground, the same distance from it the same strength, blue is above", () => {
  for (const theme of THEMES) {
    assert.equal(colour(0, ONE, theme), pack(GROUND[theme]));
    assert.equal(colour(0, { low: 0, high: 0 }, theme), pack(GROUND[theme]));
    assert.equal(colour(0, { low: 2, high: 3 }, theme), pack(GROUND[theme]));
    for (const t of [0.1, 0.3, 0.6, 1]) {
      const [above, below] = [unpack(colour(t, ONE, theme)), unpack(colour(-t, ONE, theme))];
      assert.ok(above[2] > above[0] && below[0] > below[2], `${theme} ${t}`);
      const lights = [above, below].map((rgb) => lab(rgb)[0]);
      assert.ok(Math.abs(lights[0] - lights[1]) < 8, `${theme} ${t}: ${lights}`);
      assert.equal(colour(3 * t, { low: -1, high: 3 }, theme), colour(t, ONE, theme));
      assert.equal(colour(t, { low: 0, high: 1 }, theme), colour(t, ONE, theme));
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
    assert.equal(colour(1, { low: NaN, high: NaN }, theme), none);
    assert.ok(!scaleColours(ONE, theme, 4001).includes(none));
  }
});

test("a scale goes from the colour of the lowest to that of the highest value", () => {
  const range = { low: -0.5, high: 2 };
  const colours = scaleColours(range, "dark", 6);
  const wanted = [-0.5, 0, 0.5, 1, 1.5, 2].map((value) => colour(value, range, "dark"));
  assert.deepEqual(colours, wanted);
});

test("values that lie evenly apart have the colours of each, and nothing else is written", () => {
  const values = Float32Array.of(9, 0.5, 9, 9, -1, 9, 9, NaN, 9);
  for (const theme of THEMES) {
    const out = new Uint32Array(4).fill(7);
    assert.equal(paintValues(values, 1, 3, 3, ONE, theme, out), out);
    assert.deepEqual([...out], [...[0.5, -1, NaN].map((value) => colour(value, ONE, theme)), 7]);
  }
});
