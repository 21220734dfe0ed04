/**
 * Colours of classes and of the other things a glyph shows, the same on every page.
 *
 * A colour is [r, g, b], integers 0..255. A theme is "light" or "dark".
 */

/** @typedef {readonly [number, number, number]} Rgb */
/** @typedef {"light" | "dark"} Theme */

/**
 * Twenty colours for classes, most distinct first.
 *
 * Found by annealing from the hues of Okabe and Ito (2008) in the space of CIEDE2000 differences
 * as seen with normal vision and, by the matrices of Machado et al. (2009), without the L, M or S
 * cones: the smallest difference of two is at least 22 for normal and 13 for every simulated
 * vision among the first ten, 14 and 8.5 among all. No colour is near grey, which means
 * "unlabelled" or "not selected"; each has a contrast of 1.6 or more against both grounds.
 * @type {readonly Rgb[]}
 */
export const PALETTE = Object.freeze([
  [20, 71, 252],
  [249, 161, 20],
  [104, 39, 0],
  [99, 210, 192],
  [33, 123, 103],
  [105, 150, 219],
  [181, 29, 64],
  [139, 30, 138],
  [223, 95, 36],
  [228, 189, 254],
  [124, 113, 165],
  [192, 128, 162],
  [252, 191, 159],
  [118, 147, 81],
  [191, 175, 104],
  [204, 15, 1],
  [207, 37, 141],
  [13, 167, 123],
  [74, 49, 93],
  [39, 0, 195],
].map((colour) => Object.freeze(colour)));

/** What glyphs are drawn on. @type {Readonly<Record<Theme, Rgb>>} */
export const GROUND = Object.freeze({ light: [255, 255, 255], dark: [21, 23, 28] });

/** Samples without a label. @type {Readonly<Record<Theme, Rgb>>} */
export const UNLABELLED = Object.freeze({ light: [150, 152, 156], dark: [112, 115, 122] });

/**
 * Greys of the relative levels: 0 (no neighbour in the order has the sample's class), 1 (one has),
 * 2 (both have). An outlier stands out most from the ground in either theme.
 * @type {Readonly<Record<Theme, readonly Rgb[]>>}
 */
export const RELATIVE = Object.freeze({
  light: [[24, 26, 30], [112, 115, 121], [188, 191, 196]],
  dark: [[245, 246, 248], [158, 162, 170], [84, 88, 97]],
});

/** Right and wrong predictions: blue and vermilion of Okabe and Ito. */
export const OUTCOME = Object.freeze({ correct: [0, 114, 178], wrong: [213, 94, 0] });

/**
 * Answers of two networks: the same; only the first is right; only the second; both are wrong, or
 * nobody knows, and they differ. Where they agree there is little to see.
 */
export const BESIDE = Object.freeze({
  light: [[222, 226, 231], OUTCOME.correct, OUTCOME.wrong, [95, 35, 120]],
  dark: [[52, 58, 67], [86, 180, 233], [230, 140, 60], [204, 140, 222]],
});

const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));
const LIGHTNESSES = [0.54, 0.76, 0.65];

/** Linear light 0..1 -> sRGB 0..255, not clipped. */
const encode = (v) => 255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055);

/** OKLCH -> sRGB, unrounded; outside 0..255 where there is no such colour (Ottosson 2020). */
function fromOklch(lightness, chroma, hue) {
  const a = chroma * Math.cos(hue);
  const b = chroma * Math.sin(hue);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    encode(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    encode(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    encode(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/** The k-th of arbitrarily many hues: golden angle steps, three lightnesses, as vivid as can be. */
function spread(k) {
  for (let chroma = 0.16; ; chroma -= 0.01) {
    const colour = fromOklch(LIGHTNESSES[k % 3], chroma, k * GOLDEN_ANGLE);
    if (chroma < 0.05 || colour.every((v) => v >= 0 && v <= 255)) {
      return colour.map((v) => Math.round(Math.min(255, Math.max(0, v))));
    }
  }
}

/**
 * Colour of class k of `count` classes: from the palette, past 20 classes from spread hues.
 * @param {number} k - class index, 0 <= k < count.
 * @param {number} count - number of classes.
 * @returns {Rgb}
 * @throws {RangeError} if k is not a class index.
 */
export function colourOf(k, count) {
  if (!Number.isInteger(k) || k < 0 || k >= count) {
    throw new RangeError(`Class index ${k} is not one of 0..${count - 1}.`);
  }
  return count <= PALETTE.length ? PALETTE[k] : spread(k);
}

/**
 * Colours of all classes in one array, as `colourSamples` takes them.
 * @param {number} count - number of classes.
 * @returns {Uint8Array} (3 * count,) r, g, b, r, g, b, ...
 */
export function flatPalette(count) {
  const flat = new Uint8Array(3 * count);
  for (let k = 0; k < count; k++) flat.set(colourOf(k, count), 3 * k);
  return flat;
}

/**
 * Colour between two others.
 * @param {Rgb} a
 * @param {Rgb} b
 * @param {number} share - 0 gives a, 1 gives b.
 * @returns {Rgb}
 */
export function mix(a, b, share) {
  return a.map((v, i) => Math.round(v + (b[i] - v) * share));
}

/**
 * CSS notation of a colour.
 * @param {Rgb} colour
 * @returns {string} "#rrggbb".
 */
export function toHex(colour) {
  return `#${colour.map((v) => v.toString(16).padStart(2, "0")).join("")}`;
}
