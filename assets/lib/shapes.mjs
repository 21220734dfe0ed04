/**
 * Which points lie in a shape that somebody drew.
 *
 * Shapes are closed: a point on the boundary is inside. A point with NaN is outside of everything.
 */

/** @typedef {{x0: number, y0: number, x1: number, y1: number}} Rectangle - corners in any order. */
/** @typedef {(x: number, y: number) => boolean} Inside */

/**
 * Membership test of a rectangle.
 * @param {Rectangle} rect
 * @returns {Inside}
 */
export function rectangleTest({ x0, y0, x1, y1 }) {
  const [left, right] = [Math.min(x0, x1), Math.max(x0, x1)];
  const [top, bottom] = [Math.min(y0, y1), Math.max(y0, y1)];
  return (x, y) => x >= left && x <= right && y >= top && y <= bottom;
}

/**
 * Membership test of a polygon of any shape, by the even-odd rule: where it crosses itself, what
 * it encloses twice is outside. Edges are filed in horizontal bands, so that a test looks at the
 * few edges near the point's height and not at a whole lasso.
 * @param {[number, number][]} polygon - corners; closes by itself; fewer than 3 hold nothing.
 * @returns {Inside}
 * @throws {RangeError} if a corner is not finite.
 */
export function polygonTest(polygon) {
  if (polygon.length < 3) return () => false;
  if (!polygon.every(([x, y]) => Number.isFinite(x) && Number.isFinite(y))) {
    throw new RangeError("The corners of a polygon have to be finite numbers.");
  }
  const box = { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity };
  for (const [x, y] of polygon) {
    box.x0 = Math.min(box.x0, x);
    box.y0 = Math.min(box.y0, y);
    box.x1 = Math.max(box.x1, x);
    box.y1 = Math.max(box.y1, y);
  }
  const near = rectangleTest(box);
  const bands = Array.from({ length: Math.min(512, polygon.length) }, () => []);
  const scale = box.y1 > box.y0 ? bands.length / (box.y1 - box.y0) : 0;
  // The same monotone arithmetic files edges and points, so rounding cannot part them.
  const bandOf = (y) => Math.min(bands.length - 1, Math.floor((y - box.y0) * scale));
  polygon.forEach(([x1, y1], i) => {
    const [x2, y2] = polygon[(i + 1) % polygon.length];
    const edge = [x1, y1, x2, y2];
    const end = bandOf(Math.max(y1, y2));
    for (let band = bandOf(Math.min(y1, y2)); band <= end; band++) bands[band].push(edge);
  });
  return (x, y) => {
    if (!near(x, y)) return false;
    let odd = false;
    for (const [x1, y1, x2, y2] of bands[bandOf(y)]) {
      const side = (x2 - x1) * (y - y1) - (x - x1) * (y2 - y1);
      if (side === 0 && (x - x1) * (x - x2) <= 0 && (y - y1) * (y - y2) <= 0) return true;
      if ((y1 > y) !== (y2 > y) && (side > 0) === (y2 > y1)) odd = !odd;
    }
    return odd;
  };
}

/** Indices of the points that pass. */
function filter(points, inside) {
  const found = new Uint32Array(points.length >> 1);
  let count = 0;
  for (let i = 0; i < found.length; i++) {
    if (inside(points[2 * i], points[2 * i + 1])) found[count++] = i;
  }
  return found.slice(0, count);
}

/**
 * Points inside a rectangle.
 * @param {Float32Array} points - (2 n,) x, y, x, y, ...
 * @param {Rectangle} rect
 * @returns {Uint32Array} sorted indices of points.
 */
export function insideRectangle(points, rect) {
  return filter(points, rectangleTest(rect));
}

/**
 * Points inside a polygon (even-odd rule).
 * @param {Float32Array} points - (2 n,) x, y, x, y, ...
 * @param {[number, number][]} polygon - corners; closes by itself.
 * @returns {Uint32Array} sorted indices of points.
 * @throws {RangeError} if a corner is not finite.
 */
export function insidePolygon(points, polygon) {
  return filter(points, polygonTest(polygon));
}
