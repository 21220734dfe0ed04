/**
 * Which samples are selected: sets of sample indices, and how pointers and shapes make them.
 *
 * A set is a sorted Uint32Array without duplicates. A mask is a Uint8Array (n,) with 1 for members.
 */

import { polygonTest, rectangleTest } from "./shapes.mjs";

export { insidePolygon, insideRectangle } from "./shapes.mjs";

/** @typedef {"replace" | "add" | "subtract" | "intersect"} How */

/**
 * A set from indices in any order.
 * @param {Iterable<number>} indices - non-negative integers, duplicates allowed.
 * @returns {Uint32Array} sorted, unique.
 */
export function setOf(indices) {
  const all = Uint32Array.from(indices);
  let sorted = true;
  for (let i = 1; sorted && i < all.length; i++) sorted = all[i - 1] < all[i];
  if (sorted) return all;
  all.sort();
  let kept = 0;
  for (let i = 0; i < all.length; i++) {
    if (i === 0 || all[i] !== all[i - 1]) all[kept++] = all[i];
  }
  return all.slice(0, kept);
}

/**
 * Mask of a set; indices past n are left out.
 * @param {Iterable<number>} indices
 * @param {number} n - number of samples.
 * @returns {Uint8Array} (n,)
 */
export function maskOf(indices, n) {
  const mask = new Uint8Array(n);
  for (const i of indices) if (i < n) mask[i] = 1;
  return mask;
}

/**
 * Set of a mask.
 * @param {ArrayLike<number>} mask - (n,) non-zero for members.
 * @returns {Uint32Array}
 */
export function indicesOf(mask) {
  return where(mask.length, (i) => mask[i] !== 0);
}

/** Set of the indices below n that pass. */
function where(n, passes) {
  const found = new Uint32Array(n);
  let count = 0;
  for (let i = 0; i < n; i++) if (passes(i)) found[count++] = i;
  return found.slice(0, count);
}

/**
 * The selection after a gesture.
 * @param {Iterable<number>} current - what was selected.
 * @param {Iterable<number>} picked - what the gesture caught.
 * @param {How} how
 * @returns {Uint32Array}
 * @throws {RangeError} on an unknown `how`.
 */
export function combine(current, picked, how) {
  const b = setOf(picked);
  if (how === "replace") return b;
  const keep = {
    add: [true, true, true], subtract: [true, false, false], intersect: [false, true, false],
  }[how];
  if (!keep) throw new RangeError(`"${how}" is not replace, add, subtract or intersect.`);
  const a = setOf(current);
  const [onlyA, both, onlyB] = keep;
  const out = new Uint32Array(a.length + b.length);
  let count = 0;
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    if (j === b.length || (i < a.length && a[i] < b[j])) {
      if (onlyA) out[count++] = a[i];
      i++;
    } else if (i === a.length || b[j] < a[i]) {
      if (onlyB) out[count++] = b[j];
      j++;
    } else {
      if (both) out[count++] = a[i];
      i++;
      j++;
    }
  }
  return out.slice(0, count);
}

/**
 * What modifier keys mean: shift (or ctrl, or the Mac's command) adds, alt subtracts, both
 * intersect, none replaces.
 * @param {{shiftKey?: boolean, altKey?: boolean, ctrlKey?: boolean, metaKey?: boolean}} event
 * @returns {How}
 */
export function howFromEvent({ shiftKey, altKey, ctrlKey, metaKey }) {
  if (shiftKey || ctrlKey || metaKey) return altKey ? "intersect" : "add";
  return altKey ? "subtract" : "replace";
}

/** Set of the samples of a grid whose pixel's centre passes. */
function samplesWhere(grid, width, inside) {
  const found = [];
  for (let i = 0; i < grid.length; i++) {
    const column = i % width;
    if (grid[i] >= 0 && inside(column + 0.5, (i - column) / width + 0.5)) found.push(grid[i]);
  }
  return setOf(found);
}

/**
 * Samples of a glyph whose pixel's centre lies in a rectangle.
 * @param {Int32Array} grid - (height * width,) sample per pixel by rows, negative where empty.
 * @param {number} width - pixels in a row.
 * @param {import("./shapes.mjs").Rectangle} rect - in pixels; pixel (row, column) covers
 *   [column, column + 1] x [row, row + 1].
 * @returns {Uint32Array}
 */
export function samplesInRectangle(grid, width, rect) {
  return samplesWhere(grid, width, rectangleTest(rect));
}

/**
 * Samples of a glyph whose pixel's centre lies in a polygon (even-odd rule).
 * @param {Int32Array} grid - (height * width,) sample per pixel by rows, negative where empty.
 * @param {number} width - pixels in a row.
 * @param {[number, number][]} polygon - corners in pixels.
 * @returns {Uint32Array}
 */
export function samplesInPolygon(grid, width, polygon) {
  return samplesWhere(grid, width, polygonTest(polygon));
}

/**
 * Samples of a class.
 * @param {Int32Array} labels - (n,)
 * @param {number} k - class index, -1 for the unlabelled.
 * @returns {Uint32Array}
 */
export function byClass(labels, k) {
  return where(labels.length, (i) => labels[i] === k);
}

/**
 * Samples of one cell of the confusion matrix.
 * @param {Int32Array} labels - (n,) true classes.
 * @param {Int32Array} predicted - (n,)
 * @param {number} t - true class.
 * @param {number} p - predicted class.
 * @returns {Uint32Array}
 */
export function byConfusion(labels, predicted, t, p) {
  return where(labels.length, (i) => labels[i] === t && predicted[i] === p);
}
