/**
 * Looks of a sample on a map, made once as a few pixels and stamped where samples lie.
 *
 * Pixels are packed as in `glyph.mjs`, with their alpha: buffer and stamps are see-through where
 * nothing is drawn.
 */

/** @typedef {import("./palette.mjs").Rgb} Rgb */
/**
 * @typedef {object} Stamp - the pixels of a look that are seen.
 * @property {number} half - pixels from its middle to the farthest of them, along either axis.
 * @property {number} stride - of the buffers that it is made for.
 * @property {Int32Array} columns - (k,) counted from its middle.
 * @property {Int32Array} rows
 * @property {Int32Array} offsets - places in such a buffer, counted from its middle.
 * @property {Uint32Array} colours
 */

const OPAQUE = 0xff000000;
const BAR = 0.7; // half the width of a cross's bars, in pixels of the screen
const HALO = 1.15; // and with what sets it off

/** How much of a pixel, whose centre is `away` beyond an edge, lies within: a ramp of one pixel. */
const within = (away) => Math.min(1, Math.max(0, 0.5 - away));

/** Where the bars of a cross are, as a distance. */
function toCross(x, y, arm) {
  const reach = Math.SQRT1_2 * arm;
  const bar = (a, b) => {
    const along = Math.max(-reach, Math.min(reach, (a + b) / 2));
    return Math.hypot(a - along, b - along);
  };
  return Math.min(bar(x, y), bar(x, -y));
}

/** In which order the layers of a look are drawn, the last on top. */
export const LAYERS = ["rim", "ring", "gap", "fill", "halo", "cross"];

/**
 * @typedef {object} Shape - of a look, whatever its colours are.
 * @property {number} side
 * @property {Float32Array[]} covers - one a layer, (side * side,) how much of each pixel it covers.
 */

/**
 * A disc with a rim; with a ring around it and a gap between them, and with a cross and its halo.
 * @param {object} look
 * @param {number} look.radius - of the disc in pixels.
 * @param {number} look.unit - pixels of one pixel of the screen, for rims and lines.
 * @param {number} look.edge - width of the outer rim in pixels of the screen.
 * @param {boolean} look.ring
 * @param {boolean} look.cross
 * @returns {Shape}
 */
export function shapeOf({ radius, unit, edge, ring, cross }) {
  const inner = radius + (ring ? 0.8 * unit : 0);
  const outer = inner + (ring ? Math.max(1.4 * unit, 0.42 * radius) : 0);
  const arm = cross ? Math.max(0.95 * radius, 3.6 * unit) : 0;
  const half = Math.ceil(Math.max(outer + edge * unit, arm + HALO * unit) + 0.5);
  const side = 2 * half + 1;
  const covers = LAYERS.map(() => new Float32Array(side * side));
  for (let p = 0; p < side * side; p++) {
    const [x, y] = [(p % side) - half, Math.floor(p / side) - half];
    const away = Math.hypot(x, y);
    covers[0][p] = within(away - outer - edge * unit);
    covers[3][p] = within(away - radius);
    if (ring) [covers[1][p], covers[2][p]] = [within(away - outer), within(away - inner)];
    if (cross) {
      const off = toCross(x, y, arm);
      [covers[4][p], covers[5][p]] = [within(off - HALO * unit), within(off - BAR * unit)];
    }
  }
  return { side, covers };
}

/**
 * A shape in colours.
 * @param {Shape} shape
 * @param {(Rgb | null)[]} colours - one a layer; null for a layer that is left out.
 * @param {number} alpha - of all of it.
 * @param {number} stride - pixels in a row of the buffers that it is laid on.
 * @returns {Stamp}
 */
export function stampOf({ side, covers }, colours, alpha, stride) {
  const half = side >> 1;
  const [columns, rows, offsets] = [[], [], []];
  const seen = [];
  for (let p = 0; p < side * side; p++) {
    let [r, g, b, a] = [0, 0, 0, 0];
    for (let k = 0; k < covers.length; k++) {
      const cover = covers[k][p];
      if (cover === 0 || colours[k] === null) continue;
      const rest = a * (1 - cover);
      a = cover + rest;
      r = (r * rest + colours[k][0] * cover) / a;
      g = (g * rest + colours[k][1] * cover) / a;
      b = (b * rest + colours[k][2] * cover) / a;
    }
    const opacity = (255 * alpha * a + 0.5) | 0;
    if (opacity === 0) continue;
    const [column, row] = [(p % side) - half, Math.floor(p / side) - half];
    columns.push(column);
    rows.push(row);
    offsets.push(row * stride + column);
    seen.push(((opacity << 24) | ((b + 0.5) << 16) | ((g + 0.5) << 8) | (r + 0.5)) >>> 0);
  }
  const [c, r, o] = [columns, rows, offsets].map((list) => Int32Array.from(list));
  return { half, stride, columns: c, rows: r, offsets: o, colours: Uint32Array.from(seen) };
}

/**
 * Lay a stamp over what a buffer holds.
 * @param {Uint32Array} out - by rows of the stamp's stride; written.
 * @param {Stamp} stamp
 * @param {number} x - pixel that its middle goes to; what lies beyond the buffer is left out.
 * @param {number} y
 */
export function lay(out, { half, stride, columns, rows, offsets, colours }, x, y) {
  const tall = out.length / stride;
  const middle = y * stride + x;
  const whole = x >= half && y >= half && x + half < stride && y + half < tall;
  for (let k = 0; k < offsets.length; k++) {
    if (!whole) {
      const [column, row] = [x + columns[k], y + rows[k]];
      if (column < 0 || row < 0 || column >= stride || row >= tall) continue;
    }
    const to = middle + offsets[k];
    const colour = colours[k];
    const under = out[to];
    out[to] = colour >= OPAQUE || under === 0 ? colour : over(colour, under);
  }
}

/** One see-through colour over another. */
function over(colour, under) {
  const a = colour >>> 24;
  const rest = ((under >>> 24) * (255 - a) + 127) / 255;
  const all = a + rest;
  const share = a / all;
  const r = (colour & 255) * share + (under & 255) * (1 - share) + 0.5;
  const g = ((colour >>> 8) & 255) * share + ((under >>> 8) & 255) * (1 - share) + 0.5;
  const b = ((colour >>> 16) & 255) * share + ((under >>> 16) & 255) * (1 - share) + 0.5;
  return (((all + 0.5) << 24) | ((b | 0) << 16) | ((g | 0) << 8) | (r | 0)) >>> 0;
}
