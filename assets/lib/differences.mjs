/** Two inputs in all layers: what tells them apart, layer by layer and filter by filter. */

/** @typedef {import("./maps.mjs").Piece} Piece */

const sizeOf = ({ shape }) => shape.reduce((a, b) => a * b, 1);

/** Right less left. @param {Float32Array} left @param {Float32Array} right */
export function difference(left, right) {
  return Float32Array.from(right, (value, k) => value - left[k]);
}

/**
 * How far the right one is from the left one in every layer, as a share of the left one's length.
 * @param {Float32Array} left
 * @param {Float32Array} right
 * @param {Piece[]} pieces
 * @returns {number[]} NaN where a value is no number; Infinity from nothing to something.
 */
export function apart(left, right, pieces) {
  return pieces.map((piece) => {
    let [far, own] = [0, 0];
    for (let k = piece.start; k < piece.start + sizeOf(piece); k++) {
      far += (right[k] - left[k]) ** 2;
      own += left[k] ** 2;
    }
    return far === 0 ? 0 : Math.sqrt(far / own);
  });
}

/**
 * The filters of a layer by how much they differ.
 * @param {Float32Array} left
 * @param {Float32Array} right
 * @param {Piece} piece
 * @returns {{filter: number, far: number}[]} far: root of the mean square over positions; the
 *   largest first, those that are no number last.
 */
export function filters(left, right, piece) {
  const channels = piece.shape.at(-1) ?? 1;
  const positions = sizeOf(piece) / channels;
  const squares = new Float64Array(channels);
  for (let k = 0; k < sizeOf(piece); k++) squares[k % channels] += (right[piece.start + k] - left[piece.start + k]) ** 2;
  return Array.from(squares, (sum, filter) => ({ filter, far: Math.sqrt(sum / positions) }))
    .sort((a, b) => (Number.isNaN(a.far) - Number.isNaN(b.far)) || b.far - a.far);
}
