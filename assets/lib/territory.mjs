/**
 * Who decides what where, as pixels and lines: the ground of a map of boundaries.
 *
 * Pictures are square in pixels, by rows, row 0 at the top; a pixel stands for its centre. Packed
 * colours as in `glyph.mjs`.
 */

import { pack } from "./glyph.mjs";
import { GROUND, UNLABELLED, colourOf, mix } from "./palette.mjs";

/** @typedef {import("./windows.mjs").Window} Window */
/** @typedef {import("./palette.mjs").Theme} Theme */

/**
 * What is decided at every pixel of a window.
 * @typedef {object} Raster
 * @property {Window} window
 * @property {number} side - pixels in a row of `labels`.
 * @property {Uint8Array | Uint16Array | Int16Array} labels - (side * side,) class.
 * @property {number} grain - pixels in a row of `certainty`, which may be coarser.
 * @property {Uint8Array} certainty - (grain * grain,) 255 where nothing else is possible.
 * @property {boolean} sharp - whether its boundaries are worth a line.
 */

/** Steps from not certain at all to certain. */
export const LEVELS = 64;

/** Share of a class's colour in the ground: where nothing is certain, and where all is. */
const SHARES = Object.freeze({ light: [0.05, 0.5], dark: [0.06, 0.52] });
const STEEPNESS = 1.35; // of the way between them; what is half certain is nearer to nothing
const ASIDE = 0.22; // of that share is left to classes out of focus

/** Veil where a picture is just not to be trusted, and where it is not at all; of 255. */
const THIN = 130;
const THICK = 255;
const WORST = 3; // times a limit that nothing can be worse than

/**
 * Colours of the ground.
 * @param {number} classes
 * @param {Theme} theme
 * @param {number | null} [focus] - a class that stands out.
 * @returns {Uint32Array} (classes + 1, LEVELS) packed; the last row is for what is no class.
 */
export function tints(classes, theme, focus = null) {
  const out = new Uint32Array((classes + 1) * LEVELS);
  const [least, most] = SHARES[theme];
  const picked = focus !== null && focus >= 0 && focus < classes;
  for (let k = 0; k <= classes; k++) {
    const colour = k < classes ? colourOf(k, classes) : UNLABELLED[theme];
    const weight = picked && k !== focus ? ASIDE : 1;
    for (let level = 0; level < LEVELS; level++) {
      const share = least + (most - least) * (level / (LEVELS - 1)) ** STEEPNESS;
      out[k * LEVELS + level] = pack(mix(GROUND[theme], colour, weight * share));
    }
  }
  return out;
}

/**
 * Where the pixels of a finer picture lie between the centres of a coarser one: the one before,
 * and how far it is to the next. Beyond the outermost centres values go on as they are there.
 */
function between(side, grain) {
  const before = new Int32Array(side);
  const part = new Float32Array(side);
  for (let i = 0; i < side; i++) {
    const at = Math.min(grain - 1, Math.max(0, ((i + 0.5) * grain) / side - 0.5));
    before[i] = Math.min(Math.max(0, grain - 2), Math.floor(at));
    part[i] = at - before[i];
  }
  return { before, part };
}

/**
 * Fill a picture with the colours of what is decided and how certainly.
 * @param {Raster} raster
 * @param {Uint32Array} colours - of `tints`.
 * @param {Uint32Array} out - (side * side,) written.
 * @returns {Uint32Array} out.
 */
export function paintTerritory({ side, labels, grain, certainty }, colours, out) {
  const last = colours.length / LEVELS - 1;
  const { before, part } = between(side, grain);
  const scale = (LEVELS - 1) / 255;
  const next = grain > 1 ? 1 : 0;
  for (let row = 0, p = 0; row < side; row++) {
    const up = before[row] * grain;
    const down = up + next * grain;
    const low = part[row];
    for (let column = 0; column < side; column++, p++) {
      const c = before[column];
      const t = part[column];
      const above = certainty[up + c] * (1 - t) + certainty[up + c + next] * t;
      const below = certainty[down + c] * (1 - t) + certainty[down + c + next] * t;
      const level = ((above * (1 - low) + below * low) * scale + 0.5) | 0;
      const label = labels[p];
      out[p] = colours[(label >= 0 && label < last ? label : last) * LEVELS + level];
    }
  }
  return out;
}

/**
 * Lines between classes. Around every corner of four pixels the sides that part two classes are
 * joined in their middles, two of them by one line, more of them at the corner, so that a slanting
 * boundary is a line and not a staircase.
 * @param {ArrayLike<number>} labels - (side * side,)
 * @param {number} side
 * @returns {Float32Array} (4 * lines,) x, y, x, y in pixels from the upper left corner.
 */
export function boundaryLines(labels, side) {
  let out = new Float32Array(4096);
  let size = 0;
  const line = (x0, y0, x1, y1) => {
    if (size + 4 > out.length) {
      const larger = new Float32Array(2 * out.length);
      larger.set(out);
      out = larger;
    }
    out[size++] = x0;
    out[size++] = y0;
    out[size++] = x1;
    out[size++] = y1;
  };
  for (let y = 1; y < side; y++) {
    for (let x = 1, p = y * side + 1; x < side; x++, p++) {
      const [a, b, c, d] = [labels[p - side - 1], labels[p - side], labels[p - 1], labels[p]];
      if (a === b && c === d && a === c) continue;
      const ends = [];
      if (a !== b) ends.push([x, y - 0.5]);
      if (c !== d) ends.push([x, y + 0.5]);
      if (a !== c) ends.push([x - 0.5, y]);
      if (b !== d) ends.push([x + 0.5, y]);
      if (ends.length === 2) line(...ends[0], ...ends[1]);
      else for (const end of ends) line(...end, x, y);
    }
  }
  rim(labels, side, line);
  return out.slice(0, size);
}

/** The half sides that lead from the outermost corners to the picture's border. */
function rim(labels, side, line) {
  const last = side - 1;
  for (let i = 1; i < side; i++) {
    if (labels[i - 1] !== labels[i]) line(i, 0, i, 0.5);
    if (labels[last * side + i - 1] !== labels[last * side + i]) line(i, side - 0.5, i, side);
    if (labels[(i - 1) * side] !== labels[i * side]) line(0, i, 0.5, i);
    if (labels[(i - 1) * side + last] !== labels[i * side + last]) line(side - 0.5, i, side, i);
  }
}

/**
 * Lines joined to runs that are as long as they can be, without the places at which a run does not
 * turn: what takes long in drawing a line is its ends.
 * @param {Float32Array} lines - of `boundaryLines`.
 * @param {number} side
 * @returns {Float32Array[]} x, y, x, y, ... of each run; one that is closed ends where it begins.
 */
export function runsOf(lines, side) {
  const width = 2 * side + 1;
  const count = lines.length / 4;
  // Every middle of a side is the end of two lines, every corner of any number of them.
  const [one, other] = [new Map(), new Map()];
  const place = (line, end) => 2 * lines[4 * line + 2 * end + 1] * width + 2 * lines[4 * line + 2 * end];
  const isMiddle = (at) => (at % width) % 2 !== Math.floor(at / width) % 2;
  for (let line = 0; line < count; line++) {
    for (const at of [place(line, 0), place(line, 1)]) {
      if (one.has(at)) other.set(at, line);
      else one.set(at, line);
    }
  }
  const done = new Uint8Array(count);
  const runs = [];
  const walk = (line, start) => {
    let run = [start];
    for (let at = start; line >= 0 && !done[line]; ) {
      done[line] = 1;
      at = place(line, 0) === at ? place(line, 1) : place(line, 0);
      run = turned(run, at, width);
      line = isMiddle(at) ? (one.get(at) === line ? other.get(at) : one.get(at)) : -1;
    }
    runs.push(Float32Array.from(run.flatMap((at) => [(at % width) / 2, Math.floor(at / width) / 2])));
  };
  for (const open of [true, false]) {
    for (let line = 0; line < count; line++) {
      if (done[line]) continue;
      const start = [place(line, 0), place(line, 1)].find((at) => !isMiddle(at));
      if (open && start !== undefined) walk(line, start);
      if (!open) walk(line, place(line, 0));
    }
  }
  return runs;
}

/** A run that goes on to a place; where it goes straight on, the place between is left out. */
function turned(run, at, width) {
  const [from, last] = [run.at(-2), run.at(-1)];
  const step = (a, b) => [(b % width) - (a % width), Math.floor(b / width) - Math.floor(a / width)];
  if (from !== undefined) {
    const [[dx, dy], [ex, ey]] = [step(from, last), step(last, at)];
    if (dx * ey === dy * ex && dx * ex + dy * ey > 0) run.pop();
  }
  run.push(at);
  return run;
}

/**
 * A run in coordinates of the map, counted from the middle of the window, y upwards.
 * @param {Float32Array} run - x, y, x, y, ... in pixels.
 * @param {number} side
 * @param {Window} window
 * @returns {Float32Array} as long.
 */
export function onMap(run, side, [left, right, bottom, top]) {
  const [across, up] = [(right - left) / side, (top - bottom) / side];
  return run.map((value, k) => (k % 2 ? (side / 2 - value) * up : (value - side / 2) * across));
}

/**
 * How thickly what cannot be trusted is veiled: not at all where a picture is to be trusted, and
 * the more the farther it is beyond the worse of two limits.
 * @param {object} trust
 * @param {Uint8Array} trust.mask - (s * s,) 1 where the map can be trusted.
 * @param {Float32Array | null} trust.error - (s * s,) of the round trip; NaN counts as the worst.
 * @param {Float32Array | null} trust.reach - (s * s,) to the nearest sample.
 * @param {{error: number, reach: number}} trust.limits
 * @returns {Uint8Array} (s * s,) 0..255.
 */
export function veilOf({ mask, error, reach, limits }) {
  const out = new Uint8Array(mask.length);
  for (let i = 0; i < out.length; i++) {
    if (mask[i]) continue;
    const excess = Math.max(beyond(error, i, limits.error), beyond(reach, i, limits.reach));
    out[i] = Math.round(THIN + (THICK - THIN) * Math.min(1, excess / (WORST - 1)));
  }
  return out;
}

/** By how many times a value is beyond its limit; 0 within it. */
function beyond(values, i, limit) {
  if (!values) return 0;
  const value = values[i];
  if (Number.isNaN(value)) return WORST;
  return limit > 0 ? Math.max(0, value / limit - 1) : value > 0 ? WORST : 0;
}

/**
 * The pixel that a place lies in.
 * @param {Window} window
 * @param {number} side
 * @param {number} x
 * @param {number} y
 * @returns {number} -1 outside of the window.
 */
export function pixelAt([left, right, bottom, top], side, x, y) {
  const [across, down] = [(x - left) / (right - left), (top - y) / (top - bottom)];
  if (!(across >= 0 && across <= 1 && down >= 0 && down <= 1)) return -1;
  const cell = (share) => Math.min(side - 1, Math.floor(share * side));
  return cell(down) * side + cell(across);
}

/**
 * What is decided at a place.
 * @param {Raster} raster
 * @param {number} x
 * @param {number} y
 * @returns {{label: number, certainty: number} | null} certainty 0..1; null outside.
 */
export function decidedAt({ window, side, labels, grain, certainty }, x, y) {
  const fine = pixelAt(window, side, x, y);
  if (fine < 0) return null;
  return { label: labels[fine], certainty: certainty[pixelAt(window, grain, x, y)] / 255 };
}

/**
 * Which share of a picture every class has.
 * @param {ArrayLike<number>} labels
 * @param {number} classes
 * @returns {Float64Array} (classes,)
 */
export function sharesOf(labels, classes) {
  const out = new Float64Array(classes);
  for (let i = 0; i < labels.length; i++) if (labels[i] >= 0 && labels[i] < classes) out[labels[i]]++;
  return out.map((pixels) => pixels / Math.max(1, labels.length));
}
