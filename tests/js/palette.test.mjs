import assert from "node:assert/strict";
import { test } from "node:test";

import {
  GROUND, OUTCOME, PALETTE, RELATIVE, UNLABELLED, colourOf, flatPalette, mix, toHex,
} from "../../assets/lib/palette.mjs";
import { VISIONS, ciede2000, contrast, lab } from "./support.mjs";

/** Least CIEDE2000 difference of two of the colours, as a vision sees them. */
function closest(colours, vision) {
  const seen = colours.map((colour) => lab(colour, VISIONS[vision]));
  return Math.min(...seen.flatMap((a, i) => seen.slice(0, i).map((b) => ciede2000(a, b))));
}

test("the measure is CIEDE2000: published pairs of Sharma, Wu, Dalal (2005)", () => {
  const pairs = [
    [[50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425],
    [[50, -1, 2], [50, 0, 0], 2.3669],
    [[50, 2.49, -0.001], [50, -2.49, 0.0011], 7.2195],
    [[50, 2.5, 0], [73, 25, -18], 27.1492],
    [[60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644],
    [[2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514], 0.9082],
  ];
  for (const [a, b, known] of pairs) {
    assert.ok(Math.abs(ciede2000(a, b) - known) < 1e-4, `${a} and ${b}: ${ciede2000(a, b)}`);
  }
});

test("the first ten colours differ for every vision", () => {
  const floors = { normal: 22, protanopia: 13, deuteranopia: 13, tritanopia: 13 };
  for (const [vision, floor] of Object.entries(floors)) {
    const found = closest(PALETTE.slice(0, 10), vision);
    assert.ok(found >= floor, `${vision}: ${found}`);
  }
});

test("all twenty colours differ for every vision", () => {
  assert.equal(PALETTE.length, 20);
  const floors = { normal: 14, protanopia: 8.5, deuteranopia: 8.5, tritanopia: 8.5 };
  for (const [vision, floor] of Object.entries(floors)) {
    const found = closest(PALETTE, vision);
    assert.ok(found >= floor, `${vision}: ${found}`);
  }
});

test("every class colour is seen on both grounds and is no grey", () => {
  const spread = [21, 100, 1000].flatMap((n) => [0, 1, 2, 19, n - 1].map((k) => colourOf(k, n)));
  const many = Array.from({ length: 300 }, (_, k) => colourOf(k, 300));
  for (const colour of [...PALETTE, ...spread, ...many]) {
    for (const ground of Object.values(GROUND)) {
      assert.ok(contrast(colour, ground) >= 1.6, `${colour}`);
    }
    const [, a, b] = lab(colour);
    assert.ok(Math.hypot(a, b) >= 20, `${colour} is grey`);
    assert.ok(colour.every((v) => Number.isInteger(v) && v >= 0 && v <= 255), `${colour}`);
  }
});

test("past twenty classes neighbours differ, none comes twice or depends on the count", () => {
  const colours = Array.from({ length: 100 }, (_, k) => colourOf(k, 100));
  assert.equal(new Set(colours.map(toHex)).size, 100);
  for (let k = 1; k < 100; k++) {
    assert.ok(ciede2000(lab(colours[k]), lab(colours[k - 1])) >= 15, `${k}`);
  }
  colours.forEach((colour, k) => assert.deepEqual(colourOf(k, 1000), colour));
});

test("up to twenty classes the palette serves, in one flat array too", () => {
  assert.deepEqual(colourOf(3, 10), PALETTE[3]);
  assert.deepEqual(colourOf(19, 20), PALETTE[19]);
  assert.deepEqual([...flatPalette(2)], [...PALETTE[0], ...PALETTE[1]]);
  assert.deepEqual([...flatPalette(21).slice(60)], [...colourOf(20, 21)]);
  assert.equal(flatPalette(0).length, 0);
  for (const [k, count] of [[-1, 3], [3, 3], [0.5, 3], [NaN, 3]]) {
    assert.throws(() => colourOf(k, count), /not one of 0\.\./);
  }
});

test("relative greys go from most to least conspicuous, all apart from the ground", () => {
  for (const theme of ["light", "dark"]) {
    const steps = RELATIVE[theme].map((grey) => contrast(grey, GROUND[theme]));
    const [first, second, third] = steps;
    assert.ok(first > 1.8 * second && second > 1.8 * third && third >= 1.6, `${steps}`);
    assert.ok(contrast(UNLABELLED[theme], GROUND[theme]) >= 1.6);
  }
});

test("right and wrong differ for every vision", () => {
  for (const vision of Object.keys(VISIONS)) {
    const found = closest([OUTCOME.correct, OUTCOME.wrong], vision);
    assert.ok(found >= 30, `${vision}: ${found}`);
  }
});

test("hex and mixtures", () => {
  assert.equal(toHex([0, 10, 255]), "#000aff");
  assert.deepEqual(mix([0, 100, 200], [100, 0, 201], 0), [0, 100, 200]);
  assert.deepEqual(mix([0, 100, 200], [100, 0, 201], 1), [100, 0, 201]);
  assert.deepEqual(mix([0, 100, 200], [100, 0, 200], 0.25), [25, 75, 200]);
});
