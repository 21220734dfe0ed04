/**
 * How a tour goes on from one layer to another: the same plane, drawn by the other layer's axes.
 *
 * The arithmetic of `carried` in `analysis/tour.py`. Matrices are by rows, in float64.
 */

const SAME = 1e-9; // share of a length below which a direction is nothing but rounding

/**
 * From directions of one layer to those of another, by way of the space that they share.
 * @param {{frame: Float64Array, d: number}} from - its frame (d, w) in that space.
 * @param {{frame: Float64Array, d: number}} to - (e, w)
 * @returns {Float64Array} (e, d)
 */
export function linkOf(from, to) {
  const w = from.frame.length / from.d;
  const found = new Float64Array(to.d * from.d);
  for (let i = 0; i < to.d; i++) {
    for (let j = 0; j < from.d; j++) {
      let sum = 0;
      for (let k = 0; k < w; k++) sum += to.frame[i * w + k] * from.frame[j * w + k];
      found[i * from.d + j] = sum;
    }
  }
  return found;
}

/**
 * The plane of the other layer that is nearest to the drawn one.
 * @param {Float64Array} frame - (d, d) of this layer; its first two columns are drawn.
 * @param {number} d
 * @param {Float64Array} link - (e, d)
 * @param {number} e
 * @returns {Float64Array} (e, 2), orthonormal columns.
 */
export function planeThrough(frame, d, link, e) {
  const found = new Float64Array(2 * e);
  for (let i = 0; i < e; i++) {
    for (let j = 0; j < d; j++) {
      found[2 * i] += link[i * d + j] * frame[j * d];
      found[2 * i + 1] += link[i * d + j] * frame[j * d + 1];
    }
  }
  return nearestPlane(found, e);
}

/** Two columns made orthonormal, changed as little as that takes: M (M^T M)^(-1/2). */
function nearestPlane(m, e) {
  let [a, b, c] = [0, 0, 0];
  for (let i = 0; i < e; i++) {
    a += m[2 * i] * m[2 * i];
    b += m[2 * i] * m[2 * i + 1];
    c += m[2 * i + 1] * m[2 * i + 1];
  }
  const area = Math.sqrt(Math.max(0, a * c - b * b));
  if (!(area > SAME * (a + c))) return anyPlane(m, e);
  // The root of [[a, b], [b, c]] is [[a + area, b], [b, c + area]] / t.
  const t = Math.sqrt(a + c + 2 * area);
  const [p, q, r] = [(c + area) / (t * area), -b / (t * area), (a + area) / (t * area)];
  return m.map((_, k) => (k % 2 ? m[k - 1] * q + m[k] * r : m[k] * p + m[k + 1] * q));
}

/** A plane through what little direction there is. */
function anyPlane(m, e) {
  const columns = completed(m, e);
  return Float64Array.from({ length: 2 * e }, (_, k) => columns[(k >> 1) * e + (k % 2)]);
}

/**
 * A frame that draws a plane; its hidden columns are any that are orthogonal to it.
 * @param {Float64Array} plane - (e, 2)
 * @param {number} e
 * @returns {Float64Array} (e, e)
 */
export function completed(plane, e) {
  const columns = [];
  const take = (column) => {
    const own = Float64Array.from(column);
    const before = Math.hypot(...own);
    for (let pass = 0; pass < 2; pass++) {
      for (const other of columns) {
        const along = own.reduce((sum, value, k) => sum + value * other[k], 0);
        for (let k = 0; k < e; k++) own[k] -= along * other[k];
      }
    }
    const size = Math.hypot(...own);
    if (size > 1e-6 * before && size > SAME) columns.push(own.map((value) => value / size));
  };
  for (const j of [0, 1]) take(Float64Array.from({ length: e }, (_, i) => plane[2 * i + j]));
  for (let i = 0; columns.length < e; i++) take(Float64Array.from({ length: e }, (_, k) => Number(k === i)));
  return Float64Array.from({ length: e * e }, (_, k) => columns[k % e][Math.floor(k / e)]);
}
