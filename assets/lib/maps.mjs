/**
 * Feature maps as pixels: every channel of a layer is a small image, in a wrapped grid.
 *
 * A piece says where a layer lies in the flat array of all layers' maps; its channels vary
 * fastest. Whatever its rank, a channel is drawn as a picture of rows and columns: a vector's
 * units are single pixels, a sequence [T, C] is strips of one row, and of more than two spatial
 * axes the leading ones are folded to rows.
 */

import { pack } from "./glyph.mjs";
import { GROUND } from "./palette.mjs";
import { NONE, paintValues } from "./ramps.mjs";

/**
 * @typedef {object} Piece
 * @property {number} start - index of its first value.
 * @property {number[]} shape - [...spatial, channels]; [units] for a vector.
 * @property {number} factor - how many positions of the layer a pixel is the mean of, per axis.
 */
/** @typedef {import("./ramps.mjs").Range} Range */
/** @typedef {{rows: number, columns: number, channels: number}} Grid */
/** @typedef {{feature: number, row: number, column: number}} Spot - feature -1: colour picture. */
/** @typedef {{left: number, top: number, width: number, height: number}} Box - pixels. */
/**
 * @typedef {object} Layout
 * @property {number} tile - width of a map's pixel on the screen.
 * @property {number} tall - its height; strips are taller than wide.
 * @property {number} columns - maps in a line.
 * @property {number} rows - lines of maps.
 * @property {number} gap - pixels between two maps.
 * @property {number} width
 * @property {number} height
 * @property {number} lead - 1 where a colour picture comes before the first map.
 * @property {Grid} map - pixels of one map, and how many there are.
 */

const MARGIN = 1; // for the line around the outermost maps
const TALL = 260; // a layer is made smaller until it is no taller, pixels at zoom 1
const WIDE = Object.freeze([84, 140]); // most for one map at zoom 1: of many, of a few
const LARGEST_TILE = 16;
const STRIP = 4; // least height of a strip
const SMALL = 24; // maps narrower or lower than this share the line between them
const TALLEST = 16_384; // of a canvas that every browser draws

const LINE = Object.freeze({ light: pack([212, 217, 224]), dark: pack([58, 65, 75]) });
const GROUNDS = Object.freeze({ light: pack(GROUND.light), dark: pack(GROUND.dark) });

const product = (numbers) => numbers.reduce((a, b) => a * b, 1);

/**
 * How the channels of a shape are drawn.
 * @param {number[]} shape
 * @returns {Grid}
 */
export function gridOf(shape) {
  if (shape.length < 2) return { rows: 1, columns: 1, channels: shape[0] ?? 1 };
  return {
    rows: product(shape.slice(0, -2)), columns: shape.at(-2), channels: shape.at(-1),
  };
}

/**
 * Fill one map, a pixel per value.
 * @param {Float32Array} values
 * @param {Piece} piece
 * @param {number} channel
 * @param {Range} range
 * @param {import("./palette.mjs").Theme} theme
 * @param {Uint32Array} out - (rows * columns,) or longer, written.
 * @returns {Uint32Array} out.
 */
export function paintMap(values, piece, channel, range, theme, out) {
  const { rows, columns, channels } = gridOf(piece.shape);
  return paintValues(values, piece.start + channel, channels, rows * columns, range, theme, out);
}

/**
 * Fill one picture from three channels. Values from 0 to 1 or to 255 keep their brightness, all
 * others are stretched to it.
 * @param {Float32Array} values
 * @param {Piece} piece - of three channels.
 * @param {Range} range
 * @param {import("./palette.mjs").Theme} theme
 * @param {Uint32Array} out - (rows * columns,) or longer, written.
 * @returns {Uint32Array} out.
 */
export function paintPicture(values, piece, range, theme, out) {
  const plain = range.low >= 0 && range.high <= 255;
  const low = plain ? 0 : range.low;
  const high = plain ? (range.high <= 1 ? 1 : 255) : range.high;
  const { rows, columns } = gridOf(piece.shape);
  for (let p = 0; p < rows * columns; p++) {
    const i = piece.start + 3 * p;
    const rgb = [0, 1, 2].map((c) => Math.round((255 * (values[i + c] - low)) / (high - low)));
    out[p] = rgb.some(Number.isNaN)
      ? NONE[theme]
      : pack(rgb.map((v) => Math.min(255, Math.max(0, v))));
  }
  return out;
}

/** Lay maps of a given tile out; strips are made taller with the zoom. */
function arrange(map, tile, zoom, room, lead) {
  const single = map.rows * map.columns === 1;
  const tall = map.rows === 1 && !single ? Math.max(tile, Math.round(STRIP * zoom)) : tile;
  const least = Math.min(map.columns * tile, map.rows * tall);
  const gap = single ? Number(tile >= 4) : least < SMALL ? 1 : 3;
  const slots = map.channels + lead;
  const [wide, high] = [map.columns * tile + gap, map.rows * tall + gap];
  const fitting = Math.floor((room - 2 * MARGIN + gap) / wide);
  const columns = Math.max(1, Math.min(slots, fitting));
  const rows = Math.ceil(slots / columns);
  const width = columns * wide - gap + 2 * MARGIN;
  return { tile, tall, columns, rows, gap, width, height: rows * high - gap + 2 * MARGIN, lead, map };
}

/**
 * Where the maps of a layer lie: as large as lets the layer be seen in one look, in whole screen
 * pixels; many channels get smaller ones. Maps wider than the panel reach out of it.
 * @param {Piece} piece
 * @param {number} zoom - 1 to 4, times the size that is chosen for zoom 1.
 * @param {number} width - of the panel, pixels.
 * @param {number} [lead] - 1 leaves the first place to a colour picture.
 * @returns {Layout}
 */
export function layoutMaps(piece, zoom, width, lead = 0) {
  const map = gridOf(piece.shape);
  const room = Math.max(1, Math.floor(width));
  const single = map.rows * map.columns === 1;
  const least = single ? 2 : 1;
  const share = Math.min(WIDE[1], Math.max(WIDE[0], room / (map.channels + lead) - 2));
  const wide = map.rows === 1 && !single ? room : share;
  let tile = Math.max(least, Math.min(LARGEST_TILE, Math.floor(wide / map.columns)));
  while (tile > least && arrange(map, tile, 1, room, lead).height > TALL) tile -= 1;
  const widest = Math.max(least, Math.floor((room - 2 * MARGIN) / map.columns));
  tile = Math.min(widest, Math.max(least, Math.round(tile * zoom)));
  while (tile > least && arrange(map, tile, zoom, room, lead).height > TALLEST) tile -= 1;
  return arrange(map, tile, zoom, room, lead);
}

/**
 * Where a map lies, or one of its pixels.
 * @param {Layout} layout
 * @param {number} feature
 * @param {number} [row]
 * @param {number} [column]
 * @returns {Box}
 */
export function boxOf({ tile, tall, columns, gap, lead, map }, feature, row, column) {
  const slot = feature + lead;
  const left = MARGIN + (slot % columns) * (map.columns * tile + gap);
  const top = MARGIN + Math.floor(slot / columns) * (map.rows * tall + gap);
  return row === undefined || row === null
    ? { left, top, width: map.columns * tile, height: map.rows * tall }
    : { left: left + column * tile, top: top + row * tall, width: tile, height: tall };
}

/**
 * What lies under a point.
 * @param {Layout} layout
 * @param {number} px - pixels from the left of the layer's canvas.
 * @param {number} py - from its top.
 * @returns {Spot | null} null in a gap or outside.
 */
export function hit(layout, px, py) {
  const { tile, tall, columns, gap, lead, map } = layout;
  const [x, y] = [px - MARGIN, py - MARGIN];
  const across = Math.floor(x / (map.columns * tile + gap));
  const down = Math.floor(y / (map.rows * tall + gap));
  const column = Math.floor((x - across * (map.columns * tile + gap)) / tile);
  const row = Math.floor((y - down * (map.rows * tall + gap)) / tall);
  const slot = down * columns + across;
  if (across < 0 || across >= columns || slot < 0 || slot >= map.channels + lead) return null;
  return column >= map.columns || row >= map.rows ? null : { feature: slot - lead, row, column };
}

/**
 * The pixel beside another one, in the next map where this one ends.
 * @param {Layout} layout
 * @param {Spot} spot
 * @param {number} dx - steps to the right.
 * @param {number} dy - steps down.
 * @returns {Spot} the same where there is none.
 */
export function beside({ columns, lead, map }, spot, dx, dy) {
  const slot = spot.feature + lead;
  const x = (slot % columns) * map.columns + spot.column + dx;
  const y = Math.floor(slot / columns) * map.rows + spot.row + dy;
  const next = Math.floor(y / map.rows) * columns + Math.floor(x / map.columns);
  if (x < 0 || y < 0 || x >= columns * map.columns || next >= map.channels + lead) return spot;
  return { feature: next - lead, row: y % map.rows, column: x % map.columns };
}

function fillBox(out, stride, { left, top, width, height }, value) {
  for (let y = top; y < top + height; y++) {
    out.fill(value, y * stride + left, y * stride + left + width);
  }
}

/** Put a map into the layer's picture, every pixel as a tile. */
function magnify(pixels, layout, box, theme, out) {
  const { tile, tall, width: stride, map } = layout;
  for (let row = 0, p = 0; row < map.rows; row++) {
    const first = (box.top + row * tall) * stride + box.left;
    let hatched = false;
    for (let column = 0, at = first; column < map.columns; column++, p++) {
      const value = pixels[p];
      hatched ||= value === NONE[theme];
      for (const end = at + tile; at < end; at++) out[at] = value;
    }
    for (let y = 1; y < tall; y++) {
      out.copyWithin(first + y * stride, first, first + box.width);
    }
    if (hatched) hatch(out, stride, { ...box, top: box.top + row * tall, height: tall }, theme);
  }
}

function hatch(out, stride, { left, top, width, height }, theme) {
  for (let y = top; y < top + height; y++) {
    for (let x = left; x < left + width; x++) {
      const at = y * stride + x;
      if (out[at] === NONE[theme] && (x + y) % 4 < 2) out[at] = GROUNDS[theme];
    }
  }
}

/**
 * Paint all maps of a layer, each in a thin line, on nothing.
 * @param {Float32Array} values
 * @param {Piece} piece
 * @param {Layout} layout - of this piece.
 * @param {Range} range
 * @param {import("./palette.mjs").Theme} theme
 * @param {Uint32Array} out - (layout.height * layout.width,) or longer, written.
 * @returns {Uint32Array} out.
 */
export function paintLayer(values, piece, layout, range, theme, out) {
  const { width, height, lead, map } = layout;
  out.fill(0, 0, width * height);
  const boxes = Array.from({ length: map.channels + lead }, (_, k) => boxOf(layout, k - lead));
  for (const box of boxes) {
    const around = { left: box.left - 1, top: box.top - 1 };
    fillBox(out, width, { ...around, width: box.width + 2, height: box.height + 2 }, LINE[theme]);
  }
  const pixels = new Uint32Array(map.rows * map.columns);
  boxes.forEach((box, k) => {
    if (k < lead) paintPicture(values, piece, range, theme, pixels);
    else paintMap(values, piece, k - lead, range, theme, pixels);
    magnify(pixels, layout, box, theme, out);
  });
  return out;
}

/** A position of one grid of axes in another, axis by axis; positions count along the last axis. */
function moved(position, from, to, step) {
  let rest = position;
  let out = 0;
  for (let axis = from.length - 1, size = 1; axis >= 0; axis--) {
    out += step(rest % from[axis], to[axis]) * size;
    rest = Math.floor(rest / from[axis]);
    size *= to[axis];
  }
  return out;
}

/**
 * Where in its layer a pixel begins: a map may show the layer smaller than it is.
 * @param {Piece} piece
 * @param {number[]} shape - of the layer itself.
 * @param {number} row - of the map.
 * @param {number} column
 * @returns {{row: number, column: number}} of the layer, leading axes folded to rows.
 */
export function placeOf(piece, shape, row, column) {
  const at = row * gridOf(piece.shape).columns + column;
  const step = (k) => k * piece.factor;
  const position = moved(at, piece.shape.slice(0, -1), shape.slice(0, -1), step);
  const { columns } = gridOf(shape);
  return { row: Math.floor(position / columns), column: position % columns };
}

/**
 * The pixel that shows a place of the layer: the inverse of `placeOf`.
 * @param {Piece} piece
 * @param {number[]} shape - of the layer itself.
 * @param {number} row - of the layer.
 * @param {number} column
 * @returns {{row: number, column: number}} of the map.
 */
export function pixelOf(piece, shape, row, column) {
  const at = row * gridOf(shape).columns + column;
  const step = (k) => Math.floor(k / piece.factor);
  const position = moved(at, shape.slice(0, -1), piece.shape.slice(0, -1), step);
  const { columns } = gridOf(piece.shape);
  return { row: Math.floor(position / columns), column: position % columns };
}

/**
 * Maps too wide for a panel made smaller: means of `by` positions along every axis; at the ends
 * of fewer.
 * @param {Float32Array} values
 * @param {Piece} piece
 * @param {number} by
 * @returns {{values: Float32Array, piece: Piece}}
 */
export function shrink(values, piece, by) {
  const axes = piece.shape.slice(0, -1);
  const channels = piece.shape.at(-1);
  const small = axes.map((size) => Math.ceil(size / by));
  const sums = new Float64Array(product(small) * channels);
  const counts = new Uint32Array(product(small));
  for (let p = 0; p < product(axes); p++) {
    const to = moved(p, axes, small, (k) => Math.floor(k / by));
    counts[to] += 1;
    for (let c = 0; c < channels; c++) {
      sums[to * channels + c] += values[piece.start + p * channels + c];
    }
  }
  return {
    values: Float32Array.from(sums, (sum, i) => sum / counts[Math.floor(i / channels)]),
    piece: { start: 0, shape: [...small, channels], factor: piece.factor * by },
  };
}

/**
 * All values as rows of a table, in the order in which they are stored.
 * @param {Float32Array} values
 * @param {Piece[]} pieces - one per layer.
 * @param {{name: string, shape: number[]}[]} layers
 * @returns {Generator<[string, number, number | null, number | null, number]>} layer, channel,
 *   row, column (of the layer, where the pixel begins; none of a vector), value.
 */
export function* tableRows(values, pieces, layers) {
  for (const [k, piece] of pieces.entries()) {
    const { rows, columns, channels } = gridOf(piece.shape);
    const vector = piece.shape.length < 2;
    const { name, shape } = layers[k];
    for (let p = 0, i = piece.start; p < rows * columns; p++) {
      const at = placeOf(piece, shape, Math.floor(p / columns), p % columns);
      const where = vector ? [null, null] : [at.row, at.column];
      for (let c = 0; c < channels; c++, i++) yield [name, c, ...where, values[i]];
    }
  }
}
