/** Drawings of the same samples beside each other: how far samples move, how much room they need. */

/**
 * Some rows of a matrix.
 * @param {Float32Array} x - (n w,) by rows.
 * @param {number} w
 * @param {ArrayLike<number>} samples
 * @returns {Float32Array} (samples w,)
 */
export function rowsOf(x, w, samples) {
  const out = new Float32Array(samples.length * w);
  for (let i = 0; i < samples.length; i++) out.set(x.subarray(samples[i] * w, (samples[i] + 1) * w), i * w);
  return out;
}

/**
 * How far samples move on average from one picture to another, both as they lie: a share of the root
 * mean squared distance from the first one's middle. `jumps.jump` of the server without turning.
 * @param {[ArrayLike<number>, ArrayLike<number>]} before - x and y; places that are not finite do not count.
 * @param {[ArrayLike<number>, ArrayLike<number>]} after
 * @returns {number} NaN where nothing can be said.
 */
export function moved([ax, ay], [bx, by]) {
  let [count, way, sx, sy, squares] = [0, 0, 0, 0, 0];
  for (let i = 0; i < ax.length; i++) {
    const far = Math.hypot(bx[i] - ax[i], by[i] - ay[i]);
    if (!Number.isFinite(far)) continue;
    count++;
    way += far;
    sx += ax[i];
    sy += ay[i];
    squares += ax[i] ** 2 + ay[i] ** 2;
  }
  if (!count) return NaN;
  const spread = squares / count - (sx / count) ** 2 - (sy / count) ** 2;
  return spread > 0 ? way / count / Math.sqrt(spread) : NaN;
}

/**
 * Half the side of a square around 0 that has nearly all samples.
 * @param {[ArrayLike<number>, ArrayLike<number>]} places
 * @param {number} share - of the samples.
 */
export function halfOf([x, y], share = 1) {
  const far = Float32Array.from(x, (value, i) => Math.max(Math.abs(value), Math.abs(y[i]))).filter(Number.isFinite).sort();
  return far.length ? far[Math.min(far.length - 1, Math.floor(share * far.length))] : 0;
}

/** Where a list of numbers is smallest; -1 if it has none. @param {(number | null)[]} values */
export function leastOf(values) {
  let found = -1;
  values.forEach((value, k) => {
    if (value !== null && (found < 0 || value < values[found])) found = k;
  });
  return found;
}
