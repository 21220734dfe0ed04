/**
 * Glyphs as pixels: samples get colours once, then every layer's grid is filled from them.
 *
 * A packed colour is one uint32 whose bytes in memory are r, g, b, a on a little-endian machine,
 * which is what `new ImageData(new Uint8ClampedArray(out.buffer), width)` reads. Every browser
 * that runs on a current processor is little-endian.
 */

import { BESIDE, GROUND, OUTCOME, RELATIVE, UNLABELLED, mix } from "./palette.mjs";

/** How much of a colour's hue, and then of the colour itself, is left when it is faded. */
const FADED_HUE = 0.3;
const FADED_SHARE = 0.2;

/**
 * One packed pixel.
 * @param {import("./palette.mjs").Rgb} colour
 * @param {number} [alpha] - 0..255.
 * @returns {number} uint32.
 */
export function pack(colour, alpha = 255) {
  return ((alpha << 24) | (colour[2] << 16) | (colour[1] << 8) | colour[0]) >>> 0;
}

/**
 * A colour set back towards the ground: still seen as a shape, no longer as a class.
 * @param {import("./palette.mjs").Rgb} colour
 * @param {import("./palette.mjs").Theme} theme
 * @returns {import("./palette.mjs").Rgb}
 */
export function fade(colour, theme) {
  const luma = Math.round(0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]);
  const grey = mix(mix([luma, luma, luma], UNLABELLED[theme], 0.5), colour, FADED_HUE);
  return mix(GROUND[theme], grey, FADED_SHARE);
}

/** Colours that a mode uses; the last is for samples without a label. */
function coloursOfMode(mode, palette, theme) {
  const classes = Array.from({ length: palette.length / 3 }, (_, k) => [
    ...palette.subarray(3 * k, 3 * k + 3),
  ]);
  const own = {
    class: classes,
    predicted: classes,
    correct: [OUTCOME.correct, OUTCOME.wrong],
    relative: RELATIVE[theme],
    beside: BESIDE[theme],
  }[mode];
  if (!own) {
    throw new RangeError(`Colour mode "${mode}" is not class, predicted, correct, relative or beside.`);
  }
  return [...own, UNLABELLED[theme]];
}

/** 0 where the prediction is right, 1 where it is wrong, -1 where nobody knows. */
export function outcomes(labels, predicted) {
  const out = new Int32Array(labels.length);
  for (let i = 0; i < out.length; i++) {
    out[i] = labels[i] < 0 || predicted[i] < 0 ? -1 : Number(labels[i] !== predicted[i]);
  }
  return out;
}

/** Which of two networks is right where they differ: places in `BESIDE`. */
export function differences(labels, predicted, other) {
  return Int32Array.from(labels, (label, i) => {
    if (predicted[i] === other[i]) return 0;
    if (label >= 0 && predicted[i] === label) return 1;
    return label >= 0 && other[i] === label ? 2 : 3;
  });
}

/**
 * Colour of every sample.
 *
 * @param {object} what
 * @param {"class" | "predicted" | "correct" | "relative" | "beside"} what.mode - true class, predicted class,
 *   right or wrong prediction, relative level.
 * @param {Int32Array} what.labels - (n,) true classes, -1 for unlabelled.
 * @param {Int32Array | null} [what.predicted] - (n,) predicted classes; needed by "predicted" and
 *   "correct".
 * @param {Uint8Array | null} [what.levels] - (n,) 0, 1, 2 per sample (not per place in the order)
 *   of one layer; needed by "relative", the only mode whose colours differ between layers.
 * @param {Uint8Array} what.palette - (3 * classes,) from `flatPalette`.
 * @param {number | null} [what.focus] - class that stands out; all others fade. It is a predicted
 *   class in mode "predicted" and a true class in every other.
 * @param {Uint8Array | null} [what.selection] - (n,) 1 where selected; if any is, the rest fade.
 * @param {import("./palette.mjs").Theme} [what.theme]
 * @returns {Uint32Array} (n,) packed colours.
 * @throws {RangeError} on an unknown mode, or where an array is missing or of another length.
 */
export function colourSamples({
  mode, labels, predicted = null, other = null, levels = null, palette, focus = null, selection = null,
  theme = "light",
}) {
  const n = labels.length;
  const needed = { predicted: { predicted }, correct: { predicted }, relative: { levels }, beside: { predicted, other } }[mode];
  for (const [name, array] of Object.entries({ ...needed, ...(selection && { selection }) })) {
    if (array?.length !== n) {
      throw new RangeError(
        `Mode "${mode}" needs ${name} of ${n} samples; got ${array ? array.length : "none"}.`,
      );
    }
  }
  const colours = coloursOfMode(mode, palette, theme);
  const plain = Uint32Array.from(colours, (colour) => pack(colour));
  const faded = Uint32Array.from(colours, (colour) => pack(fade(colour, theme)));
  const last = colours.length - 1;
  const classes = mode === "predicted" ? predicted : labels;
  let keys = classes;
  if (mode === "relative") keys = levels;
  else if (mode === "correct") keys = outcomes(labels, predicted);
  else if (mode === "beside") keys = differences(labels, predicted, other);
  const masked = selection !== null && selection.some(Boolean);
  const focused = focus !== null;

  const out = new Uint32Array(n);
  for (let i = 0; i < n; i++) {
    const key = keys[i] >= 0 && keys[i] < last ? keys[i] : last;
    const back = (focused && classes[i] !== focus) || (masked && selection[i] === 0);
    out[i] = back ? faded[key] : plain[key];
  }
  return out;
}

/**
 * Fill a glyph.
 * @param {Int32Array} grid - (pixels,) sample index per pixel, negative where empty.
 * @param {Uint32Array} colours - (n,) packed colour per sample.
 * @param {number} empty - packed colour of an empty pixel; 0 is transparent.
 * @param {Uint32Array} out - (pixels,) written.
 * @returns {Uint32Array} out.
 */
export function paint(grid, colours, empty, out) {
  for (let i = 0; i < grid.length; i++) {
    const sample = grid[i];
    out[i] = sample < 0 ? empty : colours[sample];
  }
  return out;
}

/**
 * How many samples each class has.
 * @param {Int32Array} labels - (n,) classes, -1 for unlabelled.
 * @param {number} classes
 * @param {Uint8Array | null} [mask] - (n,) only samples with 1 count.
 * @returns {Uint32Array} (classes + 1,) the last counts samples outside 0..classes - 1.
 */
export function countByClass(labels, classes, mask = null) {
  const counts = new Uint32Array(classes + 1);
  for (let i = 0; i < labels.length; i++) {
    if (mask === null || mask[i] !== 0) {
      const label = labels[i];
      counts[label >= 0 && label < classes ? label : classes]++;
    }
  }
  return counts;
}
