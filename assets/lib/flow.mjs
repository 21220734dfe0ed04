/**
 * Dots that flow along the edges of a graph: paths by arc length, dots as a function of time.
 *
 * Points are [x, y] in the units of the picture, times are seconds.
 */

/** @typedef {[number, number]} Point */
/** @typedef {{length: number, at: (s: number) => Point}} Path */

/**
 * A polyline by arc length.
 * @param {Point[]} points - at least one.
 * @returns {Path} `length`, and `at(s)`: the point after a way of s, which is clipped to
 *   [0, length].
 * @throws {RangeError} if there is no point.
 */
export function path(points) {
  if (points.length === 0) throw new RangeError("A path needs at least one point.");
  const ends = new Float64Array(points.length);
  for (let i = 1; i < points.length; i++) {
    const [[x0, y0], [x1, y1]] = [points[i - 1], points[i]];
    ends[i] = ends[i - 1] + Math.hypot(x1 - x0, y1 - y0);
  }
  const length = ends[ends.length - 1];
  const at = (s) => {
    const way = Math.min(length, Math.max(0, s));
    let [low, high] = [0, points.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ends[middle] < way) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return [...points[0]];
    const [[x0, y0], [x1, y1]] = [points[low - 1], points[low]];
    const share = (way - ends[low - 1]) / (ends[low] - ends[low - 1]);
    return [x0 + (x1 - x0) * share, y0 + (y1 - y0) * share];
  };
  return { length, at };
}

/**
 * A quadratic Bezier curve as a polyline.
 * @param {Point} p0 - start.
 * @param {Point} c - control point.
 * @param {Point} p1 - end.
 * @param {number} [steps] - segments.
 * @returns {Point[]} (steps + 1) points, p0 and p1 among them.
 */
export function quadratic(p0, c, p1, steps = 16) {
  return Array.from({ length: steps + 1 }, (_, i) => {
    const t = i / steps;
    const [a, b, d] = [(1 - t) * (1 - t), 2 * t * (1 - t), t * t];
    return [a * p0[0] + b * c[0] + d * p1[0], a * p0[1] + b * c[1] + d * p1[1]];
  });
}

/**
 * A polyline with its corners rounded by quadratic curves.
 * @param {Point[]} points
 * @param {number} radius - at most so much of a segment goes into a corner, and never more than
 *   half of it.
 * @param {number} [steps] - segments of a corner.
 * @returns {Point[]} with the same ends.
 */
export function rounded(points, radius, steps = 6) {
  const out = [points[0]];
  for (let i = 1; i + 1 < points.length; i++) {
    const towards = (other) => {
      const [dx, dy] = [other[0] - points[i][0], other[1] - points[i][1]];
      const length = Math.hypot(dx, dy);
      const share = length > 0 ? Math.min(radius / length, 0.5) : 0;
      return [points[i][0] + dx * share, points[i][1] + dy * share];
    };
    out.push(...quadratic(towards(points[i - 1]), points[i], towards(points[i + 1]), steps));
  }
  if (points.length > 1) out.push(points[points.length - 1]);
  return out;
}

/**
 * Dots on all paths at a time: on each, one every `spacing` from where the first is by now.
 *
 * A function of time alone: as time grows every dot moves on by `speed` and none jumps; one enters
 * at a path's start as often as one leaves at its end.
 * @param {Path[]} paths
 * @param {number} time - seconds.
 * @param {object} how
 * @param {number} how.spacing - way between two dots, > 0.
 * @param {number} how.speed - way per second.
 * @returns {Float32Array} (2 k,) x, y, x, y, ...
 * @throws {RangeError} if spacing is not positive.
 */
export function dots(paths, time, { spacing, speed }) {
  if (!(spacing > 0)) throw new RangeError(`Dots need a positive spacing; got ${spacing}.`);
  const phase = (((time * speed) % spacing) + spacing) % spacing;
  const counts = paths.map(({ length }) => Math.max(0, Math.ceil((length - phase) / spacing)));
  const xy = new Float32Array(2 * counts.reduce((sum, count) => sum + count, 0));
  let i = 0;
  paths.forEach(({ at }, p) => {
    for (let k = 0; k < counts[p]; k++) {
      const [x, y] = at(phase + k * spacing);
      xy[i++] = x;
      xy[i++] = y;
    }
  });
  return xy;
}

/**
 * Draw dots as one filled shape.
 * @param {CanvasRenderingContext2D} context - its transform and anything else stay as they are.
 * @param {Float32Array} xy - (2 k,) from `dots`.
 * @param {object} how
 * @param {number} how.radius - in the units of the points.
 * @param {string} how.colour - CSS colour.
 */
export function drawDots(context, xy, { radius, colour }) {
  context.save();
  context.fillStyle = colour;
  context.beginPath();
  for (let i = 0; i < xy.length; i += 2) {
    context.moveTo(xy[i] + radius, xy[i + 1]);
    context.arc(xy[i], xy[i + 1], radius, 0, 2 * Math.PI);
  }
  context.fill();
  context.restore();
}
