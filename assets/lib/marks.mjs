/**
 * Positions that were picked themselves, in a layer where every sample has many: a position is
 * sample * positions + position, and belongs to all layers of the same grid.
 */

/** @typedef {{grid: string, positions: number, points: Uint32Array}} Marks - points sorted. */
/** @typedef {{plan: {which: string, positions: number}, grid: number[],
 *   points: {sample: Int32Array, position: Int32Array}}} Cloud - what of a `Representation` counts. */

const nameOf = (grid) => grid.join(" x ");

/**
 * What is marked by picking points.
 * @param {Cloud} cloud
 * @param {Iterable<number>} picked - indices of points.
 * @returns {Marks | null} null where points are samples.
 */
export function marksOf({ plan, grid, points: { sample, position } }, picked) {
  if (plan.which !== "positions") return null;
  const points = Uint32Array.from(picked, (point) => sample[point] * plan.positions + position[point]);
  return { grid: nameOf(grid), positions: plan.positions, points: points.sort() };
}

/**
 * Which points of a cloud are marked.
 * @param {Cloud} cloud
 * @param {Marks | null} marks
 * @returns {Uint8Array | null} (m,) 1 for those; null where no marks are of this grid.
 */
export function markedOf({ plan, grid, points: { sample, position } }, marks) {
  if (!marks || plan.which === "samples" || marks.grid !== nameOf(grid)) return null;
  const picked = new Set(marks.points);
  const out = new Uint8Array(sample.length);
  for (let i = 0; i < out.length; i++) {
    if (picked.has(sample[i] * plan.positions + position[i])) out[i] = 1;
  }
  return out;
}
