/**
 * Values of a layer as colours: what they range over, and two ramps from the ground, one for each
 * side of zero.
 */

import { pack } from "./glyph.mjs";
import { GROUND, UNLABELLED, mix } from "./palette.mjs";

/** @typedef {{low: number, high: number}} Range - NaN where nothing is finite. */

/** What is no number: a grey that no ramp has, hatched where it is drawn. */
export const NONE = Object.freeze({ light: pack(UNLABELLED.light), dark: pack(UNLABELLED.dark) });

/**
 * Stops of the two ramps, at 0, 0.2, 0.65 and 1: from the ground over a greyish tint to the accent
 * of the theme for values above zero, to orange for those below, which every vision tells apart.
 * The same side serves layers without negative values, so that blue means "above zero" in all.
 */
const STOPS = Object.freeze({
  light: {
    above: [GROUND.light, [200, 213, 227], [31, 111, 184], [8, 40, 80]],
    below: [GROUND.light, [239, 211, 184], [196, 98, 16], [92, 36, 0]],
  },
  dark: {
    above: [GROUND.dark, [44, 62, 84], [90, 160, 225], [214, 236, 255]],
    below: [GROUND.dark, [80, 56, 36], [222, 136, 48], [255, 232, 200]],
  },
});
const PLACES = [0, 0.2, 0.65, 1];
const SHADES = 255; // on each side of zero

function along(stops, share) {
  const k = share <= PLACES[1] ? 0 : share <= PLACES[2] ? 1 : 2;
  return mix(stops[k], stops[k + 1], (share - PLACES[k]) / (PLACES[k + 1] - PLACES[k]));
}

const rampOf = ({ above, below }) =>
  Uint32Array.from({ length: 2 * SHADES + 1 }, (_, i) => {
    const share = (i - SHADES) / SHADES;
    return pack(share < 0 ? along(below, -share) : along(above, share));
  });

/** Packed colours from the strongest below zero over zero to the strongest above. */
const RAMPS = Object.freeze({ light: rampOf(STOPS.light), dark: rampOf(STOPS.dark) });

/**
 * Smallest and largest finite value of a layer.
 * @param {Float32Array} values
 * @param {import("./maps.mjs").Piece} piece
 * @returns {Range}
 */
export function ranges(values, piece) {
  let low = Infinity;
  let high = -Infinity;
  const count = piece.shape.reduce((a, b) => a * b, 1);
  for (let i = piece.start; i < piece.start + count; i++) {
    const value = values[i];
    if (value - value !== 0) continue; // NaN or infinite
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low > high ? { low: NaN, high: NaN } : { low, high };
}

/** One range for several layers. @param {Range[]} list @returns {Range} */
export function union(list) {
  const known = list.filter(({ low }) => !Number.isNaN(low));
  if (!known.length) return { low: NaN, high: NaN };
  return {
    low: Math.min(...known.map(({ low }) => low)),
    high: Math.max(...known.map(({ high }) => high)),
  };
}

/** Shades per unit of value: zero is the ground, the value farthest from it the last shade. */
function slope({ low, high }) {
  const most = Math.max(Math.abs(low), Math.abs(high));
  return most === 0 ? 0 : SHADES / most;
}

function shade(value, scale, ramp, none) {
  const t = value * scale;
  if (t !== t) return none;
  return ramp[t >= SHADES ? 2 * SHADES : t <= -SHADES ? 0 : (t + SHADES + 0.5) | 0];
}

/**
 * Colour of a value: the ground for 0, the same on both sides for the same distance from it.
 * @param {number} value
 * @param {Range} range
 * @param {import("./palette.mjs").Theme} theme
 * @returns {number} packed.
 */
export function colour(value, range, theme) {
  return shade(value, slope(range), RAMPS[theme], NONE[theme]);
}

/**
 * Colours from the lower to the upper end of a range, as a scale shows them.
 * @param {Range} range
 * @param {import("./palette.mjs").Theme} theme
 * @param {number} count - at least 2.
 * @returns {number[]} packed.
 */
export function scaleColours(range, theme, count) {
  const step = (range.high - range.low) / (count - 1);
  return Array.from({ length: count }, (_, k) => colour(range.low + k * step, range, theme));
}

/**
 * Fill pixels with the colours of values that lie evenly apart.
 * @param {Float32Array} values
 * @param {number} start - index of the first.
 * @param {number} step - from one to the next.
 * @param {number} count
 * @param {Range} range
 * @param {import("./palette.mjs").Theme} theme
 * @param {Uint32Array} out - (count,) or longer, written.
 * @returns {Uint32Array} out.
 */
export function paintValues(values, start, step, count, range, theme, out) {
  const scale = slope(range);
  const ramp = RAMPS[theme];
  const none = NONE[theme];
  for (let p = 0, i = start; p < count; p++, i += step) out[p] = shade(values[i], scale, ramp, none);
  return out;
}
