/**
 * The ways of edges in a folded drawing: straight where nothing is in between, else on lanes of
 * their own through the spaces between columns and rows, so that no edge runs through a picture.
 */

/**
 * @typedef {object} Route
 * @property {string} source
 * @property {string} target
 * @property {"straight" | "elbow" | "lane" | "wrap"} kind - "elbow" runs level with its source to
 *   just before its target, "lane" goes round nodes below its row, "wrap" goes on in a later row.
 * @property {[number, number][]} points - from the source's right side to the target's left side;
 *   after the first and before the last, all segments are horizontal or vertical unless straight.
 */

/** An edge keeps this much away from pictures, or it is not straight. */
const CLEARANCE = 4;

/**
 * Edges whose straight line from side to side would run through another node, and what they do
 * instead if they stay in their row: an elbow where the level of their source is free, else a lane.
 * @param {{nodes: object[], shift: number}[]} columns - ranks; nodes with x, y, width, height;
 *   shift is added to every x.
 * @param {Map<string, number>} columnOf - node id -> column.
 * @param {{source: string, target: string}[]} edges
 * @returns {Map<number, "elbow" | "lane">} by index of edge.
 */
export function detours(columns, columnOf, edges) {
  const box = new Map();
  for (const { nodes, shift } of columns) {
    for (const node of nodes) box.set(node.id, { ...node, x: node.x + shift });
  }
  const found = new Map();
  edges.forEach(({ source, target }, e) => {
    const [from, to] = [box.get(source), box.get(target)];
    const [x0, x1] = [from.x + from.width / 2, to.x - to.width / 2];
    const others = columns
      .slice(columnOf.get(source), columnOf.get(target) + 1)
      .flatMap(({ nodes }) => nodes.map(({ id }) => box.get(id)))
      .filter(({ id }) => id !== source && id !== target);
    const heightAt = (x) =>
      from.y + ((to.y - from.y) * (Math.min(x1, Math.max(x0, x)) - x0)) / (x1 - x0);
    const hits = ({ x, y, width, height }) => {
      const [left, right] = [x - width / 2, x + width / 2];
      if (right <= x0 || left >= x1) return false;
      const [a, b] = [heightAt(left), heightAt(right)];
      return Math.abs(y - (a + b) / 2) < height / 2 + CLEARANCE + Math.abs(a - b) / 2;
    };
    // The target's neighbours count too: another edge may arrive level with them.
    const level = ({ y, height }) => Math.abs(y - from.y) < height / 2 + CLEARANCE;
    if (others.some(hits)) found.set(e, others.some(level) ? "lane" : "elbow");
  });
  return found;
}

/** Lanes for intervals of gaps, first fit by start: as few as overlap anywhere. */
function fit(jobs) {
  const ends = [];
  return jobs
    .sort((a, b) => a.from - b.from || a.to - b.to || a.index - b.index)
    .map((job) => {
      let lane = ends.findIndex((end) => end <= job.from);
      if (lane < 0) lane = ends.length;
      ends[lane] = job.to;
      return lane;
    });
}

/** Order of lanes from above: lower sources turn first and end further left, so that edges nest. */
const nested = (a, b) =>
  a.from - b.from || b.s.y - a.s.y || a.to - b.to || b.t.y - a.t.y || a.index - b.index;

/**
 * Ways of all edges.
 * @param {object} place
 * @param {Map<string, {x: number, y: number, width: number, height: number}>} place.boxes
 * @param {Map<string, number>} place.columnOf - node id -> column.
 * @param {{left: number, right: number}[]} place.extents - of columns.
 * @param {{top: number, height: number}[]} place.bands - under each row, for lanes.
 * @param {number[]} place.rowByColumn
 * @param {number} place.margin - free space on both sides.
 * @param {{source: string, target: string}[]} edges
 * @param {Map<number, "elbow" | "lane">} aside - what edges do that cannot be straight in a row.
 * @returns {Route[]} in the order of the edges.
 */
export function route({ boxes, columnOf, extents, bands, rowByColumn, margin }, edges, aside) {
  const jobs = edges.map(({ source, target }, index) => {
    const [from, to] = [columnOf.get(source), columnOf.get(target)];
    const [row, goal] = [rowByColumn[from], rowByColumn[to]];
    const kind = row < goal ? "wrap" : (row === goal && aside.get(index)) || "straight";
    const [s, t] = [boxes.get(source), boxes.get(target)];
    return { index, source, target, from, to, row, goal, kind, s, t };
  });
  const wraps = jobs.filter(({ kind }) => kind === "wrap").sort(nested);
  const through = wraps.filter(({ row, goal }) => goal > row + 1);

  const laneY = bands.map(({ top, height }, r) => {
    const arcs = jobs.filter(({ kind, row }) => kind === "lane" && row === r);
    const own = new Map(fit(arcs).map((lane, i) => [arcs[i].index, lane]));
    const used = Math.max(-1, ...own.values()) + 1;
    const passing = wraps.filter(({ row, goal }) => row === r || goal === r + 1);
    passing.forEach(({ index }, i) => own.set(index, used + i));
    const count = used + passing.length;
    return ({ index }) => top + (height * (own.get(index) + 1)) / (count + 1);
  });

  const isFirst = (c) => c === 0 || rowByColumn[c - 1] !== rowByColumn[c];
  const isLast = (c) => c === extents.length - 1 || rowByColumn[c + 1] !== rowByColumn[c];
  const bent = [...wraps, ...jobs.filter(({ kind }) => kind === "lane")];
  const rise = ({ s, t }) => Math.abs(s.y - t.y);
  const elbows = jobs
    .filter(({ kind }) => kind === "elbow")
    .sort((a, b) => rise(a) - rise(b) || a.index - b.index);
  const leaving = (c) => bent.filter(({ from }) => from === c).map((job) => [job, "exit"]);
  const arriving = (c) =>
    [...elbows, ...bent].filter(({ to }) => to === c).map((job) => [job, "entry"]);
  const [exitX, entryX] = [new Map(), new Map()];
  const share = (left, right, list) => {
    const step = (right - left) / (list.length + 1);
    list.forEach(([{ index, goal }, way], i) => {
      let x = left + step * (i + 1);
      if (way === "exit") {
        exitX.set(index, x);
        return;
      }
      // What comes down into this row shares a band with what came down from the row above.
      const above = wraps.filter(({ row }) => row === goal - 1).map((job) => exitX.get(job.index));
      for (let part = 0; part < 6 && above.some((other) => Math.abs(other - x) < 1); part++) {
        x += step / 7;
      }
      entryX.set(index, x);
    });
  };
  const inner = through.length ? margin / 2 : 0;
  extents.forEach(({ left, right }, c) => {
    if (isFirst(c)) share(inner, left, arriving(c));
    else share(extents[c - 1].right, left, [...leaving(c - 1), ...arriving(c)]);
    if (isLast(c)) share(right, right + margin, leaving(c));
  });
  const throughX = new Map(
    through.map(({ index }, i) => [index, (inner * (i + 1)) / (through.length + 1)]),
  );

  return jobs.map((job) => {
    const { index, source, target, row, goal, kind, s, t } = job;
    const points = [[s.x + s.width / 2, s.y]];
    const [out, into] = [exitX.get(index), entryX.get(index)];
    if (kind === "elbow") {
      points.push([into, s.y], [into, t.y]);
    } else if (kind !== "straight") {
      const level = laneY[row](job);
      points.push([out, s.y], [out, level]);
      if (goal > row + 1) {
        const [aside, arrival] = [throughX.get(index), laneY[goal - 1](job)];
        points.push([aside, level], [aside, arrival], [into, arrival]);
      } else {
        points.push([into, level]);
      }
      points.push([into, t.y]);
    }
    points.push([t.x - t.width / 2, t.y]);
    return { source, target, kind, points };
  });
}

/**
 * Bends of a route as Cytoscape takes them for `curve-style: segments` with
 * `edge-distances: endpoints`, `source-endpoint: 50% 0%` and `target-endpoint: -50% 0%`.
 * @param {[number, number][]} points - of a route; its first and last are those ends.
 * @returns {{weights: number[], distances: number[]}} for every bend: how far along the line from
 *   end to end (0..1, or beyond), and how far off it to its right in pixels.
 */
export function segments(points) {
  const [[x0, y0], [x1, y1]] = [points[0], points[points.length - 1]];
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length = Math.hypot(dx, dy);
  const bends = points.slice(1, -1);
  return {
    weights: bends.map(([x, y]) => ((x - x0) * dx + (y - y0) * dy) / length ** 2),
    distances: bends.map(([x, y]) => ((y - y0) * dx - (x - x0) * dy) / length),
  };
}
