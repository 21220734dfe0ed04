/** The whole scatter-plot matrix as one small picture, and the window's place in it. */

import { fade, pack } from "./glyph.mjs";
import { GROUND, UNLABELLED, mix } from "./palette.mjs";

const FAINTEST = 0.3; // share of its colour that a pixel with the fewest points has
const LEVELS = 256; // of the density
const LEAST_BOX = 6; // pixels below which a box could not be seen

/** Packed colour of every owner (0 is nobody) at every density: (classes + 2) * LEVELS. */
function tableOf(palette, classes, focus, theme) {
  const focused = focus !== null && focus < classes; // links may be written by hand
  const table = new Uint32Array((classes + 2) * LEVELS).fill(pack(GROUND[theme]));
  for (let k = 0; k <= classes; k++) {
    const own = k < classes ? [...palette.subarray(3 * k, 3 * k + 3)] : UNLABELLED[theme];
    const colour = focused && focus !== k ? fade(own, theme) : own;
    for (let level = 1; level < LEVELS; level++) {
      const share = FAINTEST + ((1 - FAINTEST) * level) / (LEVELS - 1);
      table[(k + 1) * LEVELS + level] = pack(mix(GROUND[theme], colour, share));
    }
  }
  return table;
}

/**
 * Paint the matrix: the colour of the class that owns a pixel, the fainter the fewer points lie
 * there; grey where the unlabelled own it.
 *
 * @param {object} what
 * @param {Uint8Array | Uint16Array} what.owner - (S * S,) S = features * side: 0 for an empty
 *   pixel, k + 1 for class k, classes + 1 for unlabelled.
 * @param {Uint8Array} what.density - (S * S,) 1..255 where not empty.
 * @param {number} what.side - pixels of a cell.
 * @param {number} what.features
 * @param {Int32Array | null} [what.order] - (features,) stored feature at every place, of rows and
 *   columns; null as stored.
 * @param {Uint8Array} what.palette - (3 * classes,) from `flatPalette`.
 * @param {number} what.classes
 * @param {number | null} [what.focus] - class that stands out; the others fade.
 * @param {import("./palette.mjs").Theme} what.theme
 * @param {Uint32Array} what.out - (S * S,) packed colours; written.
 * @returns {Uint32Array} out.
 * @throws {RangeError} where an array is of another length.
 */
export function paintOverview({
  owner, density, side, features, order = null, palette, classes, focus = null, theme, out,
}) {
  const stride = features * side;
  for (const [name, array] of Object.entries({ owner, density, out })) {
    if (array.length !== stride ** 2) {
      throw new RangeError(`${name} has ${array.length} pixels instead of ${stride} x ${stride}.`);
    }
  }
  const table = tableOf(palette, classes, focus, theme);
  if (order === null) {
    for (let p = 0; p < out.length; p++) out[p] = table[owner[p] * LEVELS + density[p]];
    return out;
  }
  const from = Int32Array.from({ length: stride }, (_, p) =>
    order[Math.floor(p / side)] * side + (p % side));
  for (let y = 0, p = 0; y < stride; y++) {
    const base = from[y] * stride;
    for (let x = 0; x < stride; x++, p++) {
      const q = base + from[x];
      out[p] = table[owner[q] * LEVELS + density[q]];
    }
  }
  return out;
}

/**
 * The box of a window in the picture.
 * @param {object} what
 * @param {{start: number, count: number}} what.rows
 * @param {{start: number, count: number}} what.columns
 * @param {number} what.features
 * @param {number} what.size - side of the picture in pixels.
 * @returns {{left: number, top: number, width: number, height: number, cross: boolean,
 *   centre: [number, number]}} cross where the box is too small to be seen: a cross marks its centre.
 */
export function windowBox({ rows, columns, features, size }) {
  const unit = size / features;
  const [left, top] = [columns.start * unit, rows.start * unit];
  const [width, height] = [columns.count * unit, rows.count * unit];
  const cross = width < LEAST_BOX || height < LEAST_BOX;
  return { left, top, width, height, cross, centre: [left + width / 2, top + height / 2] };
}

/**
 * The cell at a place of the picture; the nearest one to a place beside it.
 * @param {number} px
 * @param {number} py
 * @param {number} features
 * @param {number} size - side of the picture in pixels.
 * @returns {{row: number, column: number}}
 */
export function placeAt(px, py, features, size) {
  const place = (p) => Math.max(0, Math.min(features - 1, Math.floor((p * features) / size)));
  return { row: place(py), column: place(px) };
}
