/** Attacks as the browser tells of them: which samples, how far they went, and when they turned. */
import { pixelsOf } from "./pictures.mjs";
import { paintValues } from "./ramps.mjs";

/**
 * @typedef {object} Way - of one sample.
 * @property {Float32Array} values - (steps + 1, ...shape), flat.
 * @property {number[]} shape - of one step; [] or [d] for a plain vector.
 * @property {number} steps - step 0 is the clean sample.
 */
/** @typedef {"turned" | "withstood" | "wrong" | "there"} Fate */

/** Lengths of changes, and how they are called. */
export const NORMS = Object.freeze({ linf: "L∞", l2: "L2", l1: "L1" });

/** What can be said of an attacked sample, and how it is called. @type {Record<Fate, string>} */
export const FATES = Object.freeze({
  turned: "turned",
  withstood: "withstood",
  wrong: "wrong before",
  there: "there before",
});

/**
 * The samples that a choice means.
 * @param {string} of - "selection", "each" (one of each class, right where there is one), "all" or
 *   "class 3".
 * @param {{labels: ArrayLike<number>, predicted: ArrayLike<number>, selected: ArrayLike<number>, classes: number}} study
 *   - labels are -1 where there is none; then the predicted class counts.
 * @returns {number[]} ascending.
 */
export function chosen(of, { labels, predicted, selected, classes }) {
  const every = Array.from({ length: labels.length }, (_, k) => k);
  const classOf = (k) => (labels[k] >= 0 ? labels[k] : predicted[k]);
  if (of === "all") return every;
  if (of === "selection") return Array.from(selected);
  if (of === "each") {
    const first = Array.from({ length: classes }, (_, c) => {
      const right = every.find((k) => classOf(k) === c && predicted[k] === c);
      return right ?? every.find((k) => classOf(k) === c) ?? -1;
    });
    return first.filter((k) => k >= 0).sort((a, b) => a - b);
  }
  const wanted = Number(of.split(" ")[1]);
  return every.filter((k) => classOf(k) === wanted);
}

/**
 * What became of every sample.
 * @param {{begins: ArrayLike<number>, left: ArrayLike<number>, fooled: ArrayLike<number>}} arrays
 * @param {number | null} target - class that was to be reached.
 * @returns {Fate[]}
 */
export function fates({ begins, left, fooled }, target) {
  return Array.from(begins, (class_, k) => {
    if (fooled[k]) return "turned";
    if (target !== null) return class_ === target ? "there" : "withstood";
    return class_ === left[k] ? "withstood" : "wrong";
  });
}

/**
 * The step from which on a sample is, and stays, what it is at the end.
 * @param {Float32Array} probabilities - (steps + 1, classes), flat.
 * @param {number} classes
 * @returns {number}
 */
export function turnsAt(probabilities, classes) {
  const last = probabilities.length / classes - 1;
  const end = likeliest(probabilities, classes, last).class;
  let step = last;
  while (step > 0 && likeliest(probabilities, classes, step - 1).class === end) step--;
  return step;
}

/**
 * The first step at which a sample is where the attack leads it; -1 if there is none.
 * @param {Float32Array} probabilities - (steps + 1, classes), flat.
 * @param {number} classes
 * @param {number} left - class that is to be left.
 * @param {number | null} target - that is to be reached, null for any other.
 */
export function firstTurn(probabilities, classes, left, target) {
  const there = (k) => (target === null ? k !== left : k === target);
  for (let step = 0; step * classes < probabilities.length; step++) {
    if (there(likeliest(probabilities, classes, step).class)) return step;
  }
  return -1;
}

/** The class that is said at a step, and how likely it is. */
export function likeliest(probabilities, classes, step) {
  const here = probabilities.subarray(step * classes, (step + 1) * classes);
  const found = here.reduce((best, p, k) => (p > here[best] ? k : best), 0);
  return { class: found, probability: here[found] };
}

/** One step of a way, and the change from the clean sample. @param {Way} way @param {number} step */
export function at({ values, steps }, step) {
  const size = values.length / (steps + 1);
  const here = values.subarray(step * size, (step + 1) * size);
  return { here, change: Float32Array.from(here, (value, k) => value - values[k]) };
}

/** The largest change of any value at any step. @param {Way} way */
export function largest({ values, steps }) {
  const size = values.length / (steps + 1);
  let most = 0;
  for (let k = size; k < values.length; k++) most = Math.max(most, Math.abs(values[k] - values[k % size]));
  return most;
}

/** Root of the sum of squares, and the largest of all values. @param {Float32Array} change */
export function lengths(change) {
  let [squares, most] = [0, 0];
  for (const value of change) {
    squares += value * value;
    most = Math.max(most, Math.abs(value));
  }
  return { l2: Math.sqrt(squares), linf: most };
}

/**
 * A change as a picture: grey ones in colours of both signs, coloured ones around a middle grey.
 * @param {Float32Array} change
 * @param {number[]} shape - height, width, channels; [] or [d] for a plain vector.
 * @param {number} scale - the change that is drawn in full.
 * @param {import("./palette.mjs").Theme} theme
 */
export function changePixels(change, shape, scale, theme) {
  const range = { low: -scale, high: scale };
  const [height, width, channels = 1] = shape.length > 1 ? shape : [1, change.length];
  if (channels === 3 || channels === 4) {
    return pixelsOf(change.map((value) => 0.5 + (scale ? value / (2 * scale) : 0)), shape);
  }
  const packed = paintValues(change, 0, channels, height * width, range, theme, new Uint32Array(height * width));
  return { width, height, data: new Uint8ClampedArray(packed.buffer) };
}

/** A length with three digits that count. */
export const short = (value) => String(Number(value.toPrecision(3)));

/**
 * How an attack went, in a sentence.
 * @param {{counted: number, fooled: number, success: number | null}} facts
 * @param {string | null} target - name of the class that was to be reached.
 */
export function successText({ counted, fooled, success }, target) {
  const samples = (k) => `${k.toLocaleString("en-US")} sample${k === 1 ? "" : "s"}`;
  if (!counted) {
    return target === null
      ? "The network gets all of these samples wrong already: there is nothing to turn."
      : `The network takes all of these samples for ${target} already.`;
  }
  const share = counted > 1 ? ` (${(100 * success).toFixed(1)} %)` : "";
  const what = target === null ? "of which the network was right" : `that were not ${target} before`;
  const done = target === null ? `${fooled === 1 ? "is" : "are"} taken for another class` : `${fooled === 1 ? "is" : "are"} taken for ${target}`;
  return `Of ${samples(counted)} ${what}, ${fooled ? fooled.toLocaleString("en-US") : "none"} ${fooled ? done : done.replace("is ", "are ")} in the end${share}.`;
}

/**
 * The median of what holds for some rows, column by column.
 * @param {Float32Array} values - (n, columns), flat.
 * @param {number} columns
 * @param {number[]} rows
 * @returns {number[] | null} null of no rows.
 */
export function medians(values, columns, rows) {
  if (!rows.length) return null;
  return Array.from({ length: columns }, (_, c) => {
    const sorted = rows.map((row) => values[row * columns + c]).sort((a, b) => a - b);
    const middle = (sorted.length - 1) / 2;
    return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
  });
}
