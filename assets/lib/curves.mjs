/** Curves over places on an axis, such as epochs: where they lie in a box, and what a pixel of it means. */

/**
 * @typedef {{left: number, top: number, width: number, height: number}} Box
 * @typedef {object} Curves
 * @property {number[]} epochs - numbers, ascending.
 * @property {(number | null)[]} overall - a value an epoch; null where none is known.
 * @property {(number | null)[][]} byClass - (classes, epochs)
 * @property {(number | null)[]} [beside] - overall, of other samples.
 */

/** The largest value that is drawn, a little above all. @param {Curves} curves */
export function topOf({ overall, byClass, beside = [] }) {
  const known = [overall, beside, ...byClass].flat().filter((value) => value !== null && Number.isFinite(value));
  return known.length ? 1.05 * Math.max(...known) || 1 : 1;
}

/** Pixel of a place. @param {Box} box @param {number[]} places @param {number} place */
export function acrossOf({ left, width }, places, place) {
  const [first, last] = [places[0], places.at(-1)];
  return left + (last > first ? ((place - first) / (last - first)) * width : width / 2);
}

/**
 * A curve in pieces: where a value is missing, it is interrupted.
 * @param {Box} box
 * @param {number[]} places
 * @param {(number | null)[]} values
 * @param {number} top - of the box; its bottom is 0.
 * @returns {[number, number][][]} pixels.
 */
export function pieces(box, places, values, top) {
  const found = [];
  let piece = null;
  values.forEach((value, k) => {
    if (value === null || !Number.isFinite(value)) {
      piece = null;
      return;
    }
    if (!piece) found.push((piece = []));
    piece.push([acrossOf(box, places, places[k]), box.top + box.height * (1 - value / top)]);
  });
  return found;
}

/** The place nearest to a pixel. @param {Box} box @param {number[]} places @param {number} x */
export function placeAt(box, places, x) {
  return places.reduce((best, place) =>
    Math.abs(acrossOf(box, places, place) - x) < Math.abs(acrossOf(box, places, best) - x) ? place : best);
}
