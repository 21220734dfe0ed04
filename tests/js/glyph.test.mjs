import assert from "node:assert/strict";
import { test } from "node:test";

import { colourSamples, countByClass, fade, pack, paint } from "../../assets/lib/glyph.mjs";
import {
  GROUND, OUTCOME, PALETTE, RELATIVE, UNLABELLED, flatPalette,
} from "../../assets/lib/palette.mjs";
import { contrast, generator, integer, lab } from "./support.mjs";

const THEMES = ["light", "dark"];

/** A random study of n samples; some without a label, a prediction, or selected. */
function study(random, n, classes) {
  const ints = (low, high) => Int32Array.from({ length: n }, () => integer(random, low, high));
  return {
    labels: ints(-1, classes),
    predicted: ints(-1, classes),
    levels: Uint8Array.from(ints(0, 3)),
    palette: flatPalette(classes),
    focus: random() < 0.5 ? integer(random, 0, classes) : null,
    selection: random() < 0.7 ? Uint8Array.from(ints(0, 2)) : null,
    theme: THEMES[integer(random, 0, 2)],
  };
}

/** Colour of one sample, said in words. */
function naive(mode, s, i) {
  const grey = UNLABELLED[s.theme];
  const own = mode === "predicted" ? s.predicted[i] : s.labels[i];
  let colour = own < 0 ? grey : [...s.palette.slice(3 * own, 3 * own + 3)];
  if (mode === "relative") colour = RELATIVE[s.theme][s.levels[i]];
  if (mode === "correct") {
    if (s.labels[i] < 0 || s.predicted[i] < 0) colour = grey;
    else colour = s.labels[i] === s.predicted[i] ? OUTCOME.correct : OUTCOME.wrong;
  }
  const anySelected = s.selection !== null && [...s.selection].some((v) => v === 1);
  const away = (s.focus !== null && own !== s.focus) || (anySelected && s.selection[i] === 0);
  const [r, g, b] = away ? fade(colour, s.theme) : colour;
  return [r, g, b, 255];
}

test("every mode, focus, selection and theme gives the bytes that words give", () => {
  const random = generator(1);
  for (let round = 0; round < 60; round++) {
    const s = study(random, integer(random, 0, 30), integer(random, 1, 25));
    for (const mode of ["class", "predicted", "correct", "relative"]) {
      const bytes = new Uint8ClampedArray(colourSamples({ mode, ...s }).buffer);
      const wanted = Array.from(s.labels, (_, i) => naive(mode, s, i)).flat();
      assert.deepEqual([...bytes], wanted, `${mode} in round ${round}`);
    }
  }
});

test("an empty selection fades nothing, a class beyond the palette counts as unlabelled", () => {
  const labels = Int32Array.of(0, 1, 7);
  const colours = colourSamples({
    mode: "class", labels, palette: flatPalette(2), selection: new Uint8Array(3),
  });
  assert.deepEqual([...colours], [pack(PALETTE[0]), pack(PALETTE[1]), pack(UNLABELLED.light)]);
});

test("faded colours keep a shape but no class, and stay behind every plain grey", () => {
  for (const theme of THEMES) {
    const ground = GROUND[theme];
    const plain = [...PALETTE, ...Object.values(OUTCOME), ...RELATIVE[theme]];
    const faded = plain.map((colour) => fade(colour, theme));
    for (const colour of faded) {
      const step = contrast(colour, ground);
      assert.ok(step > 1.03 && step < 1.6, `${theme} ${colour}: ${step}`);
      assert.ok(Math.hypot(...lab(colour).slice(1)) < 15, `${theme} ${colour} is vivid`);
    }
    const quietest = contrast(RELATIVE[theme][2], ground);
    assert.ok(faded.every((colour) => contrast(colour, ground) < quietest), theme);
  }
});

test("what a mode needs has to be there, in the right length", () => {
  const given = { labels: new Int32Array(3), palette: flatPalette(2) };
  const refused = (mode, more, said) =>
    assert.throws(() => colourSamples({ mode, ...given, ...more }), said);
  refused("relative", {}, /needs levels of 3 samples; got none/);
  refused("predicted", {}, /needs predicted/);
  refused("correct", {}, /needs predicted/);
  refused("class", { selection: new Uint8Array(2) }, /needs selection of 3 samples; got 2/);
  refused("rainbow", {}, /"rainbow" is not/);
});

test("paint puts every pixel's sample, and the empty colour where there is none", () => {
  const random = generator(2);
  const colours = Uint32Array.from({ length: 50 }, () => integer(random, 0, 2 ** 32));
  const grid = Int32Array.from({ length: 64 }, () => integer(random, -5, 50));
  const out = new Uint32Array(64).fill(7);
  assert.equal(paint(grid, colours, 42, out), out);
  grid.forEach((sample, i) => assert.equal(out[i], sample < 0 ? 42 : colours[sample]));
});

test("pack puts red first in memory", () => {
  const words = Uint32Array.of(pack([1, 2, 253], 250));
  assert.deepEqual([...new Uint8Array(words.buffer)], [1, 2, 253, 250]);
});

test("counts add up to the samples, or to the masked ones", () => {
  const random = generator(3);
  for (let round = 0; round < 20; round++) {
    const { labels, levels } = study(random, integer(random, 0, 50), 6);
    const mask = round % 2 ? Uint8Array.from(levels, (v) => v & 1) : null;
    const members = [...labels].filter((_, i) => mask === null || mask[i] === 1);
    const wanted = Array.from({ length: 6 }, (_, k) => members.filter((v) => v === k).length);
    const counts = [...countByClass(labels, 6, mask)];
    assert.deepEqual(counts, [...wanted, members.filter((v) => v < 0).length]);
  }
  assert.deepEqual([...countByClass(Int32Array.of(5, 0), 2)], [1, 0, 1]);
});

test("a look at the clock: 20 layers of 10,000 samples, coloured and painted", (context) => {
  const random = generator(4);
  const n = 10_000;
  const s = { ...study(random, n, 10), focus: 3 };
  const grid = Int32Array.from({ length: n }, (_, i) => (i * 7919) % n);
  const outs = Array.from({ length: 20 }, () => new Uint32Array(n));
  for (const mode of ["class", "relative"]) {
    let best = Infinity;
    for (let round = 0; round < 20; round++) {
      const start = performance.now();
      let colours = mode === "class" ? colourSamples({ mode, ...s }) : null;
      for (const out of outs) {
        if (mode === "relative") colours = colourSamples({ mode, ...s });
        paint(grid, colours, 0, out);
      }
      best = Math.min(best, performance.now() - start);
    }
    context.diagnostic(`${mode}: ${best.toFixed(2)} ms`);
  }
  assert.ok(outs.every((out) => out[0] !== 0));
});
