/**
 * Where a long drawing is cut into rows: the cuts that let all of it be seen largest, preferably
 * where few edges are cut.
 */

/**
 * @typedef {object} Plan
 * @property {{left: number, right: number, top: number, bottom: number}[]} columns - ranks in one
 *   single row.
 * @property {number[]} crossing - edges over the cut after each column.
 * @property {number[]} covering - edges that need a lane below the gap after each column.
 * @property {{width: number, height: number}} viewport - pixels.
 * @property {number} margin - free space on both sides, where there are two rows or more.
 * @property {number} rowGap - least height of the band between two rows.
 * @property {number} laneGap - height of a lane in a band.
 * @property {number} enough - a zoom beyond which larger is no better.
 */

/**
 * @typedef {object} Row
 * @property {number} first - column.
 * @property {number} last - column, inclusive.
 * @property {number} top - least y of its columns.
 * @property {number} bottom - greatest y of its columns.
 * @property {number} arcs - lanes of edges that go round nodes of this row.
 * @property {number} width
 * @property {number} height - bottom - top.
 * @property {number} band - height of the lanes under it.
 * @property {number} extra - edges beyond the first that the cut after it goes through, at most 4.
 */

/** Each edge beyond the first that a cut goes through counts as if it left this share of zoom. */
const KEEP_TOGETHER = 0.82;

/** Each row beyond the first counts as if it left this share: no row for the sake of a pixel. */
const FEW_ROWS = 0.96;

/** Columns first..last as one row; `shorter` is the row first + 1..last, null if there is none. */
function rowOf({ columns, crossing, covering, rowGap, laneGap }, first, last, shorter) {
  const end = last === columns.length - 1;
  const { top, bottom } = columns[first];
  const row = {
    first,
    last,
    top: shorter ? Math.min(top, shorter.top) : top,
    bottom: shorter ? Math.max(bottom, shorter.bottom) : bottom,
    arcs: shorter ? Math.max(covering[first], shorter.arcs) : 0,
    width: columns[last].right - columns[first].left,
    extra: end ? 0 : Math.min(4, Math.max(0, crossing[last] - 1)),
  };
  const lanes = row.arcs + (end ? 0 : crossing[last]);
  row.height = row.bottom - row.top;
  row.band = Math.max(end ? 0 : rowGap, lanes ? (lanes + 1) * laneGap : 0);
  return row;
}

/**
 * Rows of at most a width with the least sum of heights, bands and penalties (dynamic programming
 * over the place of the last cut); among equals the most even ones. Null if a column is too wide.
 */
function lowest(plan, rows, width, penalty) {
  const best = [{ cost: 0, squares: 0 }];
  for (let last = 0; last < plan.columns.length; last++) {
    let found = null;
    for (let first = last; first >= 0; first--) {
      if (plan.columns[last].right - plan.columns[first].left > width) break;
      const row = rows(first, last);
      const before = best[first];
      const cost = before.cost + row.height + row.band + penalty * row.extra;
      const squares = before.squares + row.width ** 2;
      const equal = found && Math.abs(cost - found.cost) <= 1e-9 * cost;
      if (!found || (equal ? squares < found.squares : cost < found.cost)) {
        found = { cost, squares, before, row };
      }
    }
    if (!found) return null;
    best.push(found);
  }
  const cuts = [];
  for (let at = best[best.length - 1]; at.row; at = at.before) cuts.unshift(at.row);
  return cuts;
}

/** Extent of rows, the zoom at which they fit, and what that is worth with its cuts. */
function judge(rows, { margin, viewport, enough }) {
  const sides = rows.length > 1 ? 2 * margin : 0;
  const width = Math.max(...rows.map((row) => row.width)) + sides;
  const height = rows.reduce((sum, row) => sum + row.height + row.band, 0);
  const zoom = Math.min(viewport.width / width, viewport.height / height);
  const extra = rows.reduce((sum, row) => sum + row.extra, 0);
  const worth = KEEP_TOGETHER ** extra * FEW_ROWS ** (rows.length - 1);
  return { rows, width, height, zoom, score: Math.min(zoom, enough) * worth };
}

/**
 * The rows with the best score, which is the zoom less what cuts and rows cost. The greatest zoom
 * is found by bisection; then somewhat smaller ones are looked at for better cuts.
 * @param {Plan} plan - at least one column.
 * @returns {{rows: Row[], width: number, height: number, zoom: number, score: number}} extent of
 *   the drawing and the zoom at which it fits; never below that of a single row.
 */
export function chooseRows(plan) {
  const { columns, margin, viewport } = plan;
  const known = new Map();
  const rows = (first, last) => {
    const key = first * columns.length + last;
    if (!known.has(key)) {
      const shorter = first < last ? rows(first + 1, last) : null;
      known.set(key, rowOf(plan, first, last, shorter));
    }
    return known.get(key);
  };
  const at = (zoom, penalty) => lowest(plan, rows, viewport.width / zoom - 2 * margin, penalty);
  const tallest = Math.max(...columns.map(({ top, bottom }) => bottom - top));
  let best = judge([rows(0, columns.length - 1)], plan);
  let [low, high] = [best.zoom, viewport.height / tallest];
  for (let step = 0; step < 50 && high > low * (1 + 1e-12); step++) {
    const zoom = (low + high) / 2;
    const found = at(zoom, 0);
    if (found && judge(found, plan).zoom >= zoom) low = zoom;
    else high = zoom;
  }
  for (let share = 1; share > 0.6; share -= 0.02) {
    for (const penalty of [0, tallest]) {
      const found = at(low * share, penalty);
      const judged = found && judge(found, plan);
      if (judged && judged.score > best.score * (1 + 1e-9)) best = judged;
    }
  }
  return best;
}
