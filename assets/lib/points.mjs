/**
 * Points of scatter plots, drawn pixel by pixel into one buffer and picked from it again.
 *
 * Pixel i of a row covers [i, i + 1), its centre is i + 0.5. A disc of radius r covers a pixel whose
 * centre is d away from its own by clamp(r + 0.5 - d, 0, 1), the usual one-pixel ramp for what a
 * round edge leaves of a pixel. A colour of opacity o goes over what is there with a weight of
 * w = round(256 * o * coverage): every channel becomes floor((w * new + (256 - w) * old + 128) / 256).
 *
 * The centre of a disc is moved to the middle of the pixel that it lies in, or of the sixteenth of
 * a pixel in a smooth style, so that 1 or 16 stamps hold every disc. Whole pixels cost a point at
 * most half a pixel and draw it in two thirds of the time. A disc below SHARP is its middle pixel.
 *
 * An area holds the points on all four of its borders: of a range of values the largest belongs to
 * it as the smallest does. Pixels in arguments are those of the buffer, not counted from an area.
 */

/**
 * Whole pixels of the buffer.
 * @typedef {{left: number, top: number, width: number, height: number}} Area
 */
/**
 * The range of data that an area shows; y1 is at the top. Where the ends of a range are equal,
 * nothing is drawn or picked.
 * @typedef {{x0: number, x1: number, y0: number, y1: number}} View
 */
/**
 * How some of the points are drawn.
 * @typedef {object} Style
 * @property {Uint32Array | null} order - which points, the last on top; null for all as they come.
 * @property {number} radius - pixels.
 * @property {number} opacity - 0..1.
 * @property {boolean} [smooth] - for pictures that move; see above.
 */

/** Discs of a smaller radius are single pixels. */
export const SHARP = 0.75;

/** log2 of the places of a smooth disc's centre within a pixel, along either axis. */
const SMOOTH = 2;

/** What rounding may move a point on a border of an area, in pixels. */
const ROUNDING = 1e-6;

/** The affine map of an area and a view, from data to pixels of the buffer. */
function affine({ left, top, width, height }, { x0, x1, y0, y1 }) {
  const sx = width / (x1 - x0);
  const sy = height / (y0 - y1);
  return { sx, tx: left - x0 * sx, sy, ty: top - y1 * sy };
}

/**
 * Where data lie in the buffer.
 * @param {Area} area
 * @param {View} view
 * @param {number} x
 * @param {number} y
 * @returns {[number, number]} pixels, with their fractions.
 */
export function toPixel(area, view, x, y) {
  const { sx, tx, sy, ty } = affine(area, view);
  return [x * sx + tx, y * sy + ty];
}

/**
 * What lies at a place of the buffer; undoes `toPixel`.
 * @param {Area} area
 * @param {View} view
 * @param {number} px
 * @param {number} py
 * @returns {[number, number]} data.
 */
export function toData(area, view, px, py) {
  const { sx, tx, sy, ty } = affine(area, view);
  return [(px - tx) / sx, (py - ty) / sy];
}

/** The part of an area that the buffer has; right and bottom are the first pixels beyond it. */
function clipOf({ left, top, width, height }, stride, rows) {
  return {
    left: Math.max(0, left),
    top: Math.max(0, top),
    right: Math.min(stride, left + width),
    bottom: Math.min(rows, top + height),
  };
}

/**
 * The stamps of a disc, one after the other: that for place (u, v) of the centre has the pixels
 * from `size * (places * v + u)` on, the first `solid` of them of full weight. Columns and rows
 * count from the corner of a box of `side` pixels around the middle one.
 *
 * All have as many, filled up by corners of no weight: a processor guesses the end of a loop well
 * that is always equally long, and a wrong guess at every point takes longer than a few pixels.
 */
function stampsOf({ radius, opacity, smooth = false }, stride) {
  const shift = smooth ? SMOOTH : 0;
  const places = 1 << shift;
  const reach = Math.ceil(radius);
  const side = 2 * reach + 1;
  const full = Math.round(256 * opacity);
  const box = new Int32Array(places ** 2 * side ** 2);
  let [size, solid] = [0, side ** 2];
  for (let stamp = 0, k = 0; stamp < places ** 2; stamp++) {
    const u = ((stamp & (places - 1)) + 0.5) / places + reach - 0.5;
    const v = ((stamp >> shift) + 0.5) / places + reach - 0.5;
    let [seen, whole] = [0, 0];
    for (let row = 0; row < side; row++) {
      for (let column = 0; column < side; column++, k++) {
        const away = Math.sqrt((column - u) ** 2 + (row - v) ** 2);
        box[k] = Math.round(256 * opacity * Math.min(1, Math.max(0, radius + 0.5 - away)));
        if (box[k] === 0) continue;
        seen++;
        if (box[k] === full) whole++;
      }
    }
    size = Math.max(size, seen);
    solid = Math.min(solid, whole);
  }
  const columns = new Int32Array(places ** 2 * size);
  const [rows, offsets, weights] = [columns.slice(), columns.slice(), columns.slice()];
  for (let stamp = 0, k = 0; stamp < places ** 2; stamp++) {
    let at = stamp * size;
    const edge = at + solid;
    let rest = edge;
    for (let row = 0; row < side; row++) {
      for (let column = 0; column < side; column++, k++) {
        if (box[k] === 0) continue;
        const to = box[k] === full && at < edge ? at++ : rest++;
        columns[to] = column;
        rows[to] = row;
        offsets[to] = row * stride + column;
        weights[to] = box[k];
      }
    }
  }
  return { shift, reach, full, size, solid, columns, rows, offsets, weights };
}

/** `colour` over `under` with a weight of 0..256, in two lanes: red and blue, and green. */
function blend(under, colour, weight) {
  const rest = 256 - weight;
  const rb = Math.imul(under & 0xff00ff, rest) + Math.imul(colour & 0xff00ff, weight) + 0x800080;
  const g = Math.imul((under >>> 8) & 0xff, rest) + Math.imul((colour >>> 8) & 0xff, weight) + 0x80;
  return 0xff000000 | ((rb >>> 8) & 0xff00ff) | (g & 0xff00);
}

/** Draw discs of one style. */
function drawDiscs(out, stride, clip, { sx, tx, sy, ty }, x, y, colours, order, stamps) {
  const { shift, reach, full, size, solid, columns, rows, offsets, weights } = stamps;
  const { left, top, right, bottom } = clip;
  const places = 1 << shift;
  const count = order === null ? x.length : order.length;
  for (let k = 0; k < count; k++) {
    const i = order === null ? k : order[k];
    // Moved by the reach, nothing that can be seen is negative, and | 0 rounds down.
    const px = x[i] * sx + tx + reach;
    const py = y[i] * sy + ty + reach;
    // Written so that NaN is left out as well.
    if (!(px >= left && px < right + 2 * reach && py >= top && py < bottom + 2 * reach)) continue;
    const qx = (px * places) | 0;
    const qy = (py * places) | 0;
    const column = (qx >> shift) - 2 * reach;
    const row = (qy >> shift) - 2 * reach;
    const corner = (Math.imul(row, stride) + column) | 0;
    const colour = colours[i] | 0xff000000;
    let at = Math.imul(((qy & (places - 1)) << shift) + (qx & (places - 1)), size);
    const edge = (at + solid) | 0;
    const end = (at + size) | 0;
    if (column < left || column + 2 * reach >= right || row < top || row + 2 * reach >= bottom) {
      for (; at < end; at++) {
        const c = column + columns[at];
        const r = row + rows[at];
        if (c < left || c >= right || r < top || r >= bottom) continue;
        const p = corner + offsets[at];
        out[p] = blend(out[p], colour, weights[at]);
      }
      continue;
    }
    if (full === 256) {
      for (; at < edge; at++) out[corner + offsets[at]] = colour;
    }
    const rb = Math.imul(colour & 0xff00ff, full) + 0x800080;
    const g = Math.imul((colour >>> 8) & 0xff, full) + 0x80;
    for (; at < edge; at++) {
      const p = (corner + offsets[at]) | 0;
      const under = out[p];
      const mixedRb = Math.imul(under & 0xff00ff, 256 - full) + rb;
      const mixedG = Math.imul((under >>> 8) & 0xff, 256 - full) + g;
      out[p] = 0xff000000 | ((mixedRb >>> 8) & 0xff00ff) | (mixedG & 0xff00);
    }
    for (; at < end; at++) {
      const p = (corner + offsets[at]) | 0;
      out[p] = blend(out[p], colour, weights[at]);
    }
  }
}

/** Draw single pixels of one style. */
function drawPixels(out, stride, clip, { sx, tx, sy, ty }, x, y, colours, order, weight) {
  const [left, top] = [clip.left - ROUNDING, clip.top - ROUNDING];
  const [right, bottom] = [clip.right + ROUNDING, clip.bottom + ROUNDING];
  const count = order === null ? x.length : order.length;
  for (let k = 0; k < count; k++) {
    const i = order === null ? k : order[k];
    const px = x[i] * sx + tx;
    const py = y[i] * sy + ty;
    if (!(px >= left && px <= right && py >= top && py <= bottom)) continue;
    const column = Math.max(clip.left, Math.min(px | 0, clip.right - 1));
    const row = Math.max(clip.top, Math.min(py | 0, clip.bottom - 1));
    const p = row * stride + column;
    out[p] = weight === 256 ? colours[i] | 0xff000000 : blend(out[p], colours[i], weight);
  }
}

/**
 * Draw points over what a buffer holds. It stays opaque.
 * @param {Uint32Array} out - packed pixels by rows (see glyph.mjs); written.
 * @param {number} stride - pixels of a row of the buffer.
 * @param {Area} area - nothing is drawn outside of it.
 * @param {View} view
 * @param {Float32Array} x - (m,) points with a NaN are left out.
 * @param {Float32Array} y - (m,)
 * @param {Uint32Array} colours - (m,) one packed colour a point; its alpha is not looked at.
 * @param {Style[]} styles - drawn one after the other.
 */
export function drawPoints(out, stride, area, view, x, y, colours, styles) {
  const clip = clipOf(area, stride, Math.floor(out.length / stride));
  const map = affine(area, view);
  for (const style of styles) {
    const { order, radius, opacity } = style;
    if (radius < SHARP) {
      const weight = Math.round(256 * opacity);
      drawPixels(out, stride, clip, map, x, y, colours, order, weight);
    } else {
      drawDiscs(out, stride, clip, map, x, y, colours, order, stampsOf(style, stride));
    }
  }
}

/**
 * Points of unselected and of selected samples, for styles of their own.
 * @param {Uint8Array | null} mask - (n,) 1 where a sample is selected; null: none is.
 * @param {Int32Array | null} sample - (m,) sample of every point; null: point i is sample i.
 * @param {number} m - points.
 * @returns {{rest: Uint32Array, chosen: Uint32Array}} sorted indices of points.
 */
export function split(mask, sample, m) {
  const rest = new Uint32Array(m);
  const chosen = new Uint32Array(m);
  let count = 0;
  for (let i = 0; i < m; i++) {
    // Both are written and one is kept, without a jump that nobody can foresee.
    rest[i - count] = i;
    chosen[count] = i;
    if (mask !== null && mask[sample === null ? i : sample[i]] === 1) count++;
  }
  return { rest: rest.slice(0, m - count), chosen: chosen.slice(0, count) };
}

/**
 * Colours of points from those of their samples.
 * @param {Uint32Array} colours - (n,) packed colours.
 * @param {Int32Array | null} sample - (m,) sample of every point; null: point i is sample i.
 * @param {number} m - points.
 * @returns {Uint32Array} (m,); a view of `colours` where points are samples.
 */
export function gather(colours, sample, m) {
  if (sample === null) return colours.subarray(0, m);
  const out = new Uint32Array(m);
  for (let i = 0; i < m; i++) out[i] = colours[sample[i]];
  return out;
}

/** Call `visit(i, px, py)` for the points of an area, in the order in which they are drawn. */
function visitInside(area, view, x, y, orders, visit) {
  const { sx, tx, sy, ty } = affine(area, view);
  const [left, top] = [area.left - ROUNDING, area.top - ROUNDING];
  const right = area.left + area.width + ROUNDING;
  const bottom = area.top + area.height + ROUNDING;
  for (const order of orders) {
    const count = order === null ? x.length : order.length;
    for (let k = 0; k < count; k++) {
      const i = order === null ? k : order[k];
      const px = x[i] * sx + tx;
      const py = y[i] * sy + ty;
      if (px >= left && px <= right && py >= top && py <= bottom) visit(i, px, py);
    }
  }
}

/**
 * The point nearest to a place; of several the one drawn last. Points beyond the area do not count.
 * @param {Area} area
 * @param {View} view
 * @param {Float32Array} x - (m,)
 * @param {Float32Array} y - (m,)
 * @param {number} px
 * @param {number} py
 * @param {number} reach - pixels; a point just as far away is still found.
 * @param {(Uint32Array | null)[]} [orders] - of the styles that the points were drawn in.
 * @returns {number} index of the point, or -1.
 */
export function nearest(area, view, x, y, px, py, reach, orders = [null]) {
  let found = -1;
  let least = reach * reach;
  visitInside(area, view, x, y, orders, (i, qx, qy) => {
    const away = (qx - px) ** 2 + (qy - py) ** 2;
    if (away <= least) {
      found = i;
      least = away;
    }
  });
  return found;
}

/**
 * The points in a shape. Points beyond the area do not count.
 * @param {Area} area
 * @param {View} view
 * @param {Float32Array} x - (m,)
 * @param {Float32Array} y - (m,)
 * @param {import("./shapes.mjs").Inside} test - of pixels of the buffer.
 * @param {(Uint32Array | null)[]} [orders] - only points in these.
 * @returns {Uint32Array} sorted indices of points.
 */
export function inside(area, view, x, y, test, orders = [null]) {
  const marks = new Uint8Array(x.length);
  visitInside(area, view, x, y, orders, (i, px, py) => {
    if (marks[i] === 0 && test(px, py)) marks[i] = 1;
  });
  return split(marks, null, marks.length).chosen;
}
