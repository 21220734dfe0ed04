/**
 * A layered drawing of an acyclic graph, from left to right, without any library: ranks by longest
 * path, order by barycentres, heights by least squares.
 */

/** Mean, or `otherwise` of nothing. */
const mean = (values, otherwise) =>
  values.length ? values.reduce((sum, v) => sum + v, 0) / values.length : otherwise;

/** For every node the nodes before and after it; edges to itself and repeated edges count once. */
function neighbours(nodes, edges) {
  const before = new Map(nodes.map(({ id }) => [id, new Set()]));
  const after = new Map(nodes.map(({ id }) => [id, new Set()]));
  for (const { source, target } of edges) {
    if (!before.has(source) || !before.has(target)) {
      throw new RangeError(`Edge ${source} -> ${target} has an end that is no node.`);
    }
    if (source === target) continue;
    after.get(source).add(target);
    before.get(target).add(source);
  }
  return { before, after };
}

/** Rank of every node: longest way from a source; then sources come up to what they feed. */
function rank(nodes, before, after) {
  const ranks = new Map();
  const open = new Map(nodes.map(({ id }) => [id, before.get(id).size]));
  const ready = nodes.filter(({ id }) => open.get(id) === 0).map(({ id }) => id);
  for (const id of ready) {
    ranks.set(id, Math.max(-1, ...[...before.get(id)].map((other) => ranks.get(other))) + 1);
    for (const next of after.get(id)) {
      open.set(next, open.get(next) - 1);
      if (open.get(next) === 0) ready.push(next);
    }
  }
  if (ranks.size < nodes.length) throw new RangeError("The graph has a cycle.");
  for (const { id } of nodes) {
    if (before.get(id).size === 0 && after.get(id).size > 0) {
      ranks.set(id, Math.min(...[...after.get(id)].map((other) => ranks.get(other))) - 1);
    }
  }
  return ranks;
}

/** How many pairs of edges between neighbouring columns cross. */
function crossings(columns, after) {
  let count = 0;
  columns.slice(1).forEach((column, c) => {
    const place = new Map(column.map((id, i) => [id, i]));
    const ends = [];
    for (const id of columns[c]) {
      const own = [...after.get(id)].filter((other) => place.has(other)).map((o) => place.get(o));
      for (const end of own) for (const earlier of ends) if (earlier > end) count++;
      ends.push(...own);
    }
  });
  return count;
}

/** Order within columns with few crossings: the best that sweeps of barycentres come across. */
function order(columns, before, after) {
  let best = columns.map((column) => [...column]);
  let fewest = crossings(best, after);
  const current = best.map((column) => [...column]);
  for (let sweep = 0; sweep < 8 && fewest > 0; sweep++) {
    const place = new Map();
    const note = (column) =>
      column.forEach((id, i) => place.set(id, i - (column.length - 1) / 2));
    current.forEach(note);
    const near = sweep % 2 === 0 ? before : after;
    for (const column of sweep % 2 === 0 ? current : [...current].reverse()) {
      const wish = new Map(
        column.map((id) => [id, mean([...near.get(id)].map((o) => place.get(o)), place.get(id))]),
      );
      column.sort((a, b) => wish.get(a) - wish.get(b));
      note(column);
    }
    const count = crossings(current, after);
    if (count < fewest) {
      fewest = count;
      best = current.map((column) => [...column]);
    }
  }
  return best;
}

/**
 * Values next to the wished ones, by least squares, that keep their distances: y[k + 1] - y[k] is
 * at least distances[k]. (Isotonic regression by pooling adjacent violators.)
 * @param {number[]} wishes - (n,)
 * @param {number[]} distances - (n - 1,)
 * @returns {number[]} (n,)
 */
export function spaced(wishes, distances) {
  const offsets = [0];
  for (const distance of distances) offsets.push(offsets[offsets.length - 1] + distance);
  const pools = [];
  wishes.forEach((wish, k) => {
    let pool = { value: wish - offsets[k], size: 1 };
    while (pools.length && pools[pools.length - 1].value > pool.value) {
      const { value, size } = pools.pop();
      const total = size + pool.size;
      pool = { value: (value * size + pool.value * pool.size) / total, size: total };
    }
    pools.push(pool);
  });
  return pools.flatMap(({ value, size }) => Array(size).fill(value)).map((v, k) => v + offsets[k]);
}

/** Height of every node: drawn to the middle of its neighbours, from both sides in turn. */
function heights(columns, before, after, sizes, nodeGap) {
  const y = new Map();
  const settle = (column, wish) => {
    const distances = column
      .slice(1)
      .map((id, i) => (sizes.get(id).height + sizes.get(column[i]).height) / 2 + nodeGap);
    spaced(column.map(wish), distances).forEach((value, i) => y.set(column[i], value));
  };
  for (const column of columns) {
    settle(column, () => 0);
  }
  for (let sweep = 0; sweep < 8; sweep++) {
    const near = sweep % 2 === 0 ? before : after;
    for (const column of sweep % 2 === 0 ? columns : [...columns].reverse()) {
      settle(column, (id) => mean([...near.get(id)].map((other) => y.get(other)), y.get(id)));
    }
  }
  return y;
}

/**
 * Lay a graph out from left to right; the same input always gives the same drawing.
 * @param {{id: string, width: number, height: number}[]} nodes
 * @param {{source: string, target: string}[]} edges - node ids.
 * @param {object} [gaps]
 * @param {number} [gaps.columnGap] - between the columns of neighbouring ranks.
 * @param {number} [gaps.nodeGap] - between nodes of one rank.
 * @returns {{id: string, width: number, height: number, x: number, y: number, rank: number}[]}
 *   nodes as they came, with centres; equal rank, equal x.
 * @throws {RangeError} on a cycle or an unknown node.
 */
export function layers(nodes, edges, { columnGap = 60, nodeGap = 24 } = {}) {
  const { before, after } = neighbours(nodes, edges);
  const ranks = rank(nodes, before, after);
  const columns = [];
  for (const { id } of nodes) (columns[ranks.get(id)] ??= []).push(id);
  const sizes = new Map(nodes.map((node) => [node.id, node]));
  const ordered = order(columns, before, after);
  const y = heights(ordered, before, after, sizes, nodeGap);
  const x = [];
  let left = 0;
  for (const column of columns) {
    const width = Math.max(...column.map((id) => sizes.get(id).width));
    x.push(left + width / 2);
    left += width + columnGap;
  }
  return nodes.map((node) => {
    const r = ranks.get(node.id);
    return { ...node, x: x[r], y: y.get(node.id), rank: r };
  });
}
