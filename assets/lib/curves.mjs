/** Curves over epochs: where they lie in a box, and what a place in it means. */

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

/** Pixel of an epoch. @param {Box} box @param {number[]} epochs @param {number} epoch */
export function acrossOf({ left, width }, epochs, epoch) {
  const [first, last] = [epochs[0], epochs.at(-1)];
  return left + (last > first ? ((epoch - first) / (last - first)) * width : width / 2);
}

/**
 * A curve in pieces: where a value is missing, it is interrupted.
 * @param {Box} box
 * @param {number[]} epochs
 * @param {(number | null)[]} values
 * @param {number} top - of the box; its bottom is 0.
 * @returns {[number, number][][]} pixels.
 */
export function pieces(box, epochs, values, top) {
  const found = [];
  let piece = null;
  values.forEach((value, k) => {
    if (value === null || !Number.isFinite(value)) {
      piece = null;
      return;
    }
    if (!piece) found.push((piece = []));
    piece.push([acrossOf(box, epochs, epochs[k]), box.top + box.height * (1 - value / top)]);
  });
  return found;
}

/** The recorded epoch nearest to a pixel. @param {Box} box @param {number[]} epochs @param {number} x */
export function epochAt(box, epochs, x) {
  return epochs.reduce((best, epoch) =>
    Math.abs(acrossOf(box, epochs, epoch) - x) < Math.abs(acrossOf(box, epochs, best) - x) ? epoch : best);
}
