/**
 * From strokes on a pad to the input of a network: what MNIST did with digits on paper.
 *
 * Source: LeCun, Cortes, Burges: the digits' boxes are scaled into 20 x 20 pixels, keeping their
 * proportions, and laid into 28 x 28 with the centre of mass in the middle. The digits of
 * scikit-learn fill their 8 x 8 pixels from edge to edge.
 */

/**
 * @typedef {object} Manner - of laying a drawing into the input.
 * @property {number | null} box - share of the shorter side that the drawing fills; null to leave it
 *   as it was drawn.
 * @property {"mass" | "box"} centre - what comes to lie in the middle.
 */

/** @type {Record<string, Manner>} */
export const MANNERS = Object.freeze({
  mnist: { box: 20 / 28, centre: "mass" },
  filled: { box: 1, centre: "box" },
  drawn: { box: null, centre: "box" },
});

/** How data of a name, and of some size, was prepared. @param {string} data @param {number[]} shape */
export const mannerOf = (data, [height, width]) => (data === "digits" || Math.min(height, width) < 12 ? MANNERS.filled : MANNERS.mnist);

const LEAST = 0.05; // ink that counts

/**
 * Where the ink is.
 * @param {Float32Array} ink - (side * side,) in [0, 1].
 * @param {number} side
 * @returns {{left: number, top: number, right: number, bottom: number, x: number, y: number} | null}
 *   the box, half open, and the centre of mass, in pixels of the pad; null where nothing is drawn.
 */
export function extent(ink, side) {
  let [left, top, right, bottom] = [side, side, 0, 0];
  let [mass, x, y] = [0, 0, 0];
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const value = ink[row * side + column];
      if (value < LEAST) continue;
      left = Math.min(left, column);
      right = Math.max(right, column + 1);
      top = Math.min(top, row);
      bottom = Math.max(bottom, row + 1);
      mass += value;
      x += value * (column + 0.5);
      y += value * (row + 0.5);
    }
  }
  return mass ? { left, top, right, bottom, x: x / mass, y: y / mass } : null;
}

/**
 * Shares of the pixels of a line that lie under each pixel of another one.
 * @returns {{first: number, weights: Float64Array}[]} one per target pixel; weights sum to at most 1.
 */
function cover(from, count, step, side) {
  return Array.from({ length: count }, (_, k) => {
    const [low, high] = [from + k * step, from + (k + 1) * step];
    const first = Math.max(0, Math.floor(low));
    const last = Math.min(side, Math.ceil(high));
    const weights = new Float64Array(Math.max(0, last - first));
    for (let at = first; at < last; at++) weights[at - first] = (Math.min(high, at + 1) - Math.max(low, at)) / step;
    return { first, weights };
  });
}

/**
 * A drawing as the network takes it: every pixel is the mean of what lies under it.
 * @param {Float32Array} ink - (side * side,) in [0, 1].
 * @param {number} side - of the pad.
 * @param {number[]} shape - height, width, channels of the input.
 * @param {Manner} manner
 * @returns {Float32Array | null} (height * width * channels,) in [0, 1]; null where nothing is drawn.
 */
export function sampled(ink, side, shape, { box, centre }) {
  const found = extent(ink, side);
  if (!found) return null;
  const [height, width, channels = 1] = shape;
  const short = Math.min(height, width);
  // Pixels of the pad that one pixel of the input covers.
  const step = box === null ? side / short : Math.max(found.right - found.left, found.bottom - found.top) / (box * short);
  const middle = { mass: [found.x, found.y], box: [(found.left + found.right) / 2, (found.top + found.bottom) / 2] };
  const [x, y] = box === null ? [side / 2, side / 2] : middle[centre];
  const columns = cover(x - (step * width) / 2, width, step, side);
  const rows = cover(y - (step * height) / 2, height, step, side);
  const out = new Float32Array(height * width * channels);
  rows.forEach((row, r) => {
    columns.forEach((column, c) => {
      let sum = 0;
      row.weights.forEach((a, i) => {
        const start = (row.first + i) * side + column.first;
        column.weights.forEach((b, j) => (sum += a * b * ink[start + j]));
      });
      out.fill(Math.min(1, sum), (r * width + c) * channels, (r * width + c + 1) * channels);
    });
  });
  return out;
}

/** Width of a pen that draws lines as wide as those of the data's own digits. */
export const usualPen = (side, [height, width]) => Math.round(side * (Math.min(height, width) < 12 ? 0.13 : 0.085));
