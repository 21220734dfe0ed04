/**
 * One-dimensional dot plots: a height for every point, and a density line behind them.
 */

/** Bandwidths to which a kernel is followed. */
const SPAN = 4;

/** Pictures of `bins` bins to which it is followed at most: wider ones are flat in the picture. */
const PICTURES = 8;

/** 23 well-mixed bits of an integer (the finaliser of MurmurHash3). */
function hash(value) {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 9;
}

/**
 * Heights that spread points out. A point's height depends on its index and the seed alone, so it
 * keeps it in every plot and however many points there are.
 * @param {number} m - points.
 * @param {number} [seed] - 32-bit integer.
 * @returns {Float32Array} (m,) in (0, 1), both ends excluded.
 */
export function jitter(m, seed = 1) {
  const start = Math.imul(hash(seed), 0x9e3779b1);
  // 23 bits and a half fit a float32, so that nothing is rounded to 1.
  return Float32Array.from({ length: m }, (_, i) => (hash(start + i) + 0.5) / 2 ** 23);
}

/** Quantile q of sorted values, linear between neighbours. */
function quantile(sorted, q) {
  const at = q * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}

/**
 * Bandwidth of a Gaussian kernel by Silverman's rule of thumb: 0.9 min(s, IQR / 1.34) n^(-1/5), with
 * the standard deviation s alone where more than half of the values are equal.
 * Source: Silverman 1986, section 3.4.2.
 * @param {Float32Array} values - finite.
 * @returns {number} in units of the values; 0 for fewer than two different ones.
 */
export function bandwidth(values) {
  const n = values.length;
  if (n < 2) return 0;
  let mean = 0;
  for (const value of values) mean += value / n;
  let variance = 0;
  for (const value of values) variance += (value - mean) ** 2 / (n - 1);
  const sorted = values.slice().sort();
  if (sorted[0] === sorted[n - 1]) return 0;
  const spread = (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 1.34;
  const deviation = Math.sqrt(variance);
  return 0.9 * (spread > 0 ? Math.min(spread, deviation) : deviation) * n ** -0.2;
}

/**
 * Density of values as a curve: a histogram smoothed by a Gaussian kernel. Values beyond the range
 * count as far as the kernel brings them in, so that a part of a curve is the curve of the part.
 * @param {Float32Array} values - (m,) what is not finite is left out.
 * @param {number} low - left end of the first bin.
 * @param {number} high - right end of the last bin. Where both ends are equal, values that are
 *   equal to them make a spike in the middle.
 * @param {number} [bins]
 * @returns {Float32Array} (bins,) with maximum 1, or all zero when there is nothing. Equal values
 *   make a spike of one bin.
 */
export function density(values, low, high, bins = 128) {
  const width = (high - low) / bins;
  const out = new Float32Array(bins);
  if (!(width > 0)) {
    if (values.includes(low)) out[bins >> 1] = 1;
    return out;
  }
  const sigma = bandwidth(values.filter(Number.isFinite)) / width;
  const reach = Math.min(Math.ceil(SPAN * sigma), PICTURES * bins);
  const counts = new Float64Array(bins + 2 * reach);
  for (let i = 0; i < values.length; i++) {
    // The largest value of the range belongs to the last bin.
    const bin = values[i] === high ? bins - 1 : Math.floor((values[i] - low) / width);
    if (bin >= -reach && bin < bins + reach) counts[bin + reach]++;
  }
  const kernel = Float64Array.from({ length: 2 * reach + 1 }, (_, k) =>
    k === reach ? 1 : Math.exp(-0.5 * ((k - reach) / sigma) ** 2),
  );
  let most = 0;
  for (let bin = 0; bin < bins; bin++) {
    let sum = 0;
    for (let k = 0; k < kernel.length; k++) sum += kernel[k] * counts[bin + k];
    out[bin] = sum;
    most = Math.max(most, out[bin]);
  }
  if (most > 0) for (let bin = 0; bin < bins; bin++) out[bin] /= most;
  return out;
}
