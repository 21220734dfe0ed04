/** A graph as rows of a list, side by side in as few lanes as its branches need. */

/**
 * @param {string[]} names - in data-flow order, a row each.
 * @param {[string, string][]} edges - from, to.
 * @returns {Map<string, {row: number, lane: number}>}
 */
export function lanesOf(names, edges) {
  const feeds = new Map(names.map((name) => [name, []]));
  const open = new Map(names.map((name) => [name, 0])); // who still waits for it
  for (const [from, to] of edges) {
    feeds.get(to).push(from);
    open.set(from, open.get(from) + 1);
  }
  const places = new Map();
  const lanes = []; // who holds a lane, null for nobody
  names.forEach((name, row) => {
    const before = feeds.get(name);
    for (const one of before) open.set(one, open.get(one) - 1);
    const free = before.filter((one) => open.get(one) === 0).map((one) => places.get(one).lane);
    let lane = free.length ? Math.min(...free) : lanes.indexOf(null);
    if (lane < 0) lane = lanes.length;
    for (const other of free) lanes[other] = null;
    lanes[lane] = open.get(name) > 0 ? name : null;
    places.set(name, { row, lane });
  });
  return places;
}
