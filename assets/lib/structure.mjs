/** A network in space: every layer a mesh of its feature maps, one layer behind the other. */
import { gridOf, shrink } from "./maps.mjs";

/** @typedef {import("./maps.mjs").Piece} Piece */

/**
 * @typedef {object} Mesh - of one layer, in units in which the widest input is 1 wide.
 * @property {Float32Array} x - (v,) along the depth of the network.
 * @property {Float32Array} y - (v,) across, columns of a map from its right.
 * @property {Float32Array} z - (v,) upwards, rows of a map from its top.
 * @property {Int32Array} i - (2 q,) first vertices of the triangles, two a value.
 * @property {Int32Array} j
 * @property {Int32Array} k
 * @property {Float32Array} intensity - (2 q,) value of every triangle.
 * @property {Int32Array} owner - (v,) filter or unit that a vertex belongs to.
 * @property {number} front - depth of the map that comes first.
 * @property {number} back - of the last one.
 * @property {number} half - the larger half of width and height.
 * @property {[number[], number[], number[]][]} edges - corners of maps as closed lines, x, y and z: of
 *   all maps where there are few, else of the first and the last.
 * @property {{by: number, rows: number, columns: number} | null} reduced - how far maps were made
 *   smaller; null where every value is drawn.
 */

const LEAST = 0.16; // width of the smallest map
const GAP = 0.26; // between two layers
const STACK = 0.4; // depth of a stack of maps, at most
const SHEET = 0.04; // between two maps of a stack, at most
const OPEN = 2.2; // width of all maps of an opened layer, at most
const EDGED = 40; // maps of a stack that all have an outline
const MARGIN = 0.25; // around a map that stands beside others, as a share of its own size

/**
 * As many values as can be drawn: means of several positions, or of several units.
 * @param {Float32Array} values @param {Piece} piece @param {number} most - values.
 */
export function reduced(values, piece, most) {
  const vector = piece.shape.length < 2;
  const { rows, columns, channels } = gridOf(piece.shape);
  const total = rows * columns * channels;
  let by = 1;
  if (vector) {
    by = Math.max(1, Math.ceil(total / most));
    if (by === 1) return { values, piece, by };
    const small = shrink(values, { start: piece.start, shape: [total, 1], factor: 1 }, by);
    return { values: small.values, piece: { start: 0, shape: [small.values.length], factor: by }, by };
  }
  const count = (step) => piece.shape.slice(0, -1).reduce((product, size) => product * Math.ceil(size / step), channels);
  while (count(by) > most && by < Math.max(rows, columns)) by += 1;
  return by === 1 ? { values, piece, by } : { ...shrink(values, piece, by), by };
}

/**
 * @param {object} layer
 * @param {Float32Array} layer.values - of all layers.
 * @param {Piece} layer.piece - where those of this one are.
 * @param {number} layer.wide - pixels of the input's longer side, of which a map has some share.
 * @param {number} layer.at - depth at which the layer begins.
 * @param {boolean} layer.expanded - whether maps stand beside each other instead of behind.
 * @param {number} layer.most - values that are drawn at most.
 * @returns {Mesh}
 */
export function mesh({ values: all, piece: whole, wide, at, expanded, most }) {
  const { values, piece, by } = reduced(all, whole, most);
  const vector = piece.shape.length < 2;
  const grid = gridOf(piece.shape);
  // Units of a vector stand in a square, as pixels of one map do.
  const side = Math.ceil(Math.sqrt(grid.channels));
  const [maps, columns, rows] = vector ? [1, side, Math.ceil(grid.channels / side)] : [grid.channels, grid.columns, grid.rows];
  const full = gridOf(whole.shape);
  const own = vector ? Math.max(LEAST, Math.min(0.8, side / 20)) : Math.max(LEAST, (full.columns * (whole.factor ?? 1)) / wide);
  const across = expanded ? Math.ceil(Math.sqrt((maps * rows) / columns)) : 1;
  const width = expanded ? Math.min(own, OPEN / (across * (1 + MARGIN))) : own;
  const cell = width / columns;
  const height = cell * rows;
  const [stepY, stepZ] = [width * (1 + MARGIN), height + width * MARGIN];
  const down = Math.ceil(maps / across);
  const sheet = expanded || maps < 2 ? 0 : Math.min(SHEET, STACK / (maps - 1));
  const cells = vector ? grid.channels : rows * columns;
  const quads = maps * cells;
  const out = {
    x: new Float32Array(4 * quads), y: new Float32Array(4 * quads), z: new Float32Array(4 * quads),
    i: new Int32Array(2 * quads), j: new Int32Array(2 * quads), k: new Int32Array(2 * quads),
    intensity: new Float32Array(2 * quads), owner: new Int32Array(4 * quads),
    front: at, back: at + sheet * (maps - 1),
    half: Math.max(expanded ? (across * stepY) / 2 : width / 2, expanded ? (down * stepZ) / 2 : height / 2),
    edges: [],
    reduced: by > 1 ? { by, rows, columns } : null,
  };
  const centre = { y: ((across - 1) * stepY) / 2, z: ((down - 1) * stepZ) / 2 };
  let q = 0;
  for (let map = 0; map < maps; map++) {
    const left = (expanded ? (map % across) * stepY - centre.y : 0) - width / 2;
    const top = (expanded ? centre.z - Math.floor(map / across) * stepZ : 0) + height / 2;
    const depth = at + sheet * map;
    if (maps <= EDGED || expanded || map === 0 || map === maps - 1) out.edges.push(edge(depth, left, top, width, height));
    for (let p = 0; p < cells; p++, q++) {
      const [row, column] = [Math.floor(p / columns), p % columns];
      const [y0, z0] = [left + column * cell, top - row * cell];
      [[y0, z0], [y0 + cell, z0], [y0 + cell, z0 - cell], [y0, z0 - cell]].forEach(([y, z], corner) => {
        const v = 4 * q + corner;
        // Whoever looks along the depth of the network has what is across to the left.
        [out.x[v], out.y[v], out.z[v]] = [depth, -y, z];
        out.owner[v] = vector ? p * by : map;
      });
      const value = vector ? values[piece.start + p] : values[piece.start + p * grid.channels + map];
      for (const [t, corners] of [[2 * q, [0, 1, 2]], [2 * q + 1, [0, 2, 3]]]) {
        [out.i[t], out.j[t], out.k[t]] = corners.map((corner) => 4 * q + corner);
        out.intensity[t] = value;
      }
    }
  }
  return out;
}

/** A map's outline. */
const edge = (depth, left, top, width, height) => [
  Array(5).fill(depth),
  [-left, -left - width, -left - width, -left, -left],
  [top, top, top - height, top - height, top],
];

/**
 * All layers of a network, one behind the other.
 * @param {object} network
 * @param {Float32Array} network.values
 * @param {Piece[]} network.pieces - one per layer.
 * @param {number} network.expanded - place of the layer whose maps stand beside each other; -1 for
 *   none.
 * @param {number} network.most - values of all layers that are drawn at most.
 * @returns {Mesh[]}
 */
export function meshes({ values, pieces, expanded, most }) {
  const input = gridOf(pieces[0].shape);
  const pictures = pieces.filter(({ shape }) => shape.length > 1).map(({ shape, factor }) => gridOf(shape).columns * (factor ?? 1));
  const wide = Math.max(input.columns * (pieces[0].factor ?? 1), ...pictures, 1);
  const each = Math.max(200, Math.floor(most / pieces.length));
  let at = 0;
  return pieces.map((piece, k) => {
    const open = k === expanded && piece.shape.length > 1;
    const made = mesh({ values, piece, wide, at: open ? at + GAP : at, expanded: open, most: open ? 4 * each : each });
    at = made.back + (open ? 2 : 1) * GAP;
    return made;
  });
}
