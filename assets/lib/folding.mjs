/**
 * A layered drawing that fits the screen: a long chain of ranks folds into rows that read like
 * lines of text, each from left to right, so that everything is seen as large as it can be.
 */

import { layers } from "./layers.mjs";
import { detours, route } from "./routes.mjs";
import { chooseRows } from "./rows.mjs";

/** Ranks from centres: nodes whose x agree to 1 unit; with widths, and x of a single row. */
function columnsOf(nodes, columnGap) {
  const columns = [];
  for (const node of [...nodes].sort((a, b) => a.x - b.x)) {
    const last = columns[columns.length - 1];
    if (last && node.x - last.x <= 1) last.nodes.push(node);
    else columns.push({ x: node.x, nodes: [node] });
  }
  let end = 0;
  return columns.map(({ nodes: members }, c) => {
    const left = Math.min(...members.map((node) => node.x - node.width / 2));
    const right = Math.max(...members.map((node) => node.x + node.width / 2));
    const previous = columns[c - 1];
    const gap = previous
      ? Math.max(columnGap, left - Math.max(...previous.nodes.map((n) => n.x + n.width / 2)))
      : 0;
    const start = end + gap;
    end = start + right - left;
    return {
      nodes: members,
      left: start,
      right: end,
      shift: start - left,
      top: Math.min(...members.map((node) => node.y - node.height / 2)),
      bottom: Math.max(...members.map((node) => node.y + node.height / 2)),
    };
  });
}

/** Edges over each cut (after column c), and edges that need a lane over each gap. */
function traffic(columns, columnOf, edges, aside) {
  const crossing = new Array(columns.length).fill(0);
  const covering = new Array(columns.length).fill(0);
  edges.forEach(({ source, target }, e) => {
    for (let c = columnOf.get(source); c < columnOf.get(target); c++) {
      crossing[c]++;
      if (aside.get(e) === "lane") covering[c]++;
    }
  });
  return { crossing, covering };
}

/**
 * Positions that fit a viewport, and the way of every edge.
 *
 * @param {object} graph
 * @param {{id: string, width: number, height: number, x?: number, y?: number}[]} graph.nodes -
 *   boxes, labels included; with centres where a library has laid them out from left to right (all
 *   or none), else `layers` does.
 * @param {{source: string, target: string}[]} graph.edges - node ids.
 * @param {{width: number, height: number}} graph.viewport - pixels to fill, padding taken off.
 * @param {number} [graph.columnGap] - least space between ranks, and beside folded rows.
 * @param {number} [graph.rowGap] - least space between rows.
 * @param {number} [graph.laneGap] - between the lanes of edges in the space between rows.
 * @param {number} [graph.enough] - a zoom beyond which larger is no better, so that nothing folds
 *   that is seen well in fewer rows.
 * @returns {{positions: Record<string, {x: number, y: number}>, rows: number,
 *   rowOf: Record<string, number>, width: number, height: number, zoom: number,
 *   edges: import("./routes.mjs").Route[]}} centres inside [0, width] x [0, height]; the zoom at
 *   which that fits; routes in the order of the edges. Ranks stay whole and in order; the zoom is
 *   never below that of a single row.
 * @throws {RangeError} on an empty viewport, an unknown node or a cycle.
 */
export function fold({
  nodes, edges, viewport, columnGap = 40, rowGap = 32, laneGap = 10, enough = Infinity,
}) {
  if (!(viewport.width > 0 && viewport.height > 0)) {
    throw new RangeError(`A viewport of ${viewport.width} x ${viewport.height} shows nothing.`);
  }
  if (nodes.length === 0) {
    return { positions: {}, rows: 0, rowOf: {}, width: 0, height: 0, zoom: 1, edges: [] };
  }
  const placed = nodes.every((node) => Number.isFinite(node.x) && Number.isFinite(node.y));
  const columns = columnsOf(placed ? nodes : layers(nodes, edges, { columnGap }), columnGap);
  const columnOf = new Map(columns.flatMap((column, c) => column.nodes.map(({ id }) => [id, c])));
  for (const { source, target } of edges) {
    if (!columnOf.has(source) || !columnOf.has(target)) {
      throw new RangeError(`Edge ${source} -> ${target} has an end that is no node.`);
    }
  }
  const aside = detours(columns, columnOf, edges);
  const { crossing, covering } = traffic(columns, columnOf, edges, aside);
  const margin = columnGap;
  const chosen = chooseRows({
    columns, crossing, covering, viewport, margin, rowGap, laneGap, enough,
  });
  const inset = chosen.rows.length > 1 ? margin : 0;
  const [boxes, extents, bands, rowByColumn] = [new Map(), [], [], []];
  let top = 0;
  chosen.rows.forEach((row, r) => {
    const shift = inset - columns[row.first].left;
    for (let c = row.first; c <= row.last; c++) {
      const column = columns[c];
      rowByColumn[c] = r;
      extents[c] = { left: column.left + shift, right: column.right + shift };
      for (const { id, x, y, width, height } of column.nodes) {
        boxes.set(id, { x: x + column.shift + shift, y: y - row.top + top, width, height });
      }
    }
    bands.push({ top: top + row.height, height: row.band });
    top += row.height + row.band;
  });
  const place = { boxes, columnOf, extents, bands, rowByColumn, margin: inset };
  return {
    positions: Object.fromEntries([...boxes].map(([id, { x, y }]) => [id, { x, y }])),
    rows: chosen.rows.length,
    rowOf: Object.fromEntries([...columnOf].map(([id, c]) => [id, rowByColumn[c]])),
    width: chosen.width,
    height: chosen.height,
    zoom: chosen.zoom,
    edges: route(place, edges, aside),
  };
}
