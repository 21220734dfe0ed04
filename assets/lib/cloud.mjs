/**
 * Three dimensions as a cloud that can be turned.
 *
 * x points to the right, y up, z at the viewer, and the cloud is seen from infinitely far away. A
 * matrix is 3 x 3, by rows, in float64: row 0 gives x on the screen, row 1 gives y, row 2 depth.
 */

/** Screen x and y of the cube [-1, 1]^3 stay within [-REACH, REACH], however it is turned. */
export const REACH = 1.2;
const SCALE = REACH / Math.sqrt(3);

/** Steps between the farthest and the nearest point that `depthOrder` tells apart. */
export const DEPTHS = 1 << 14;

/**
 * Points of a cloud.
 * @param {Float32Array[]} columns - three of (m,).
 * @param {[number, number][]} ranges - what becomes -1 and 1; all becomes 0 where they are equal.
 * @returns {Float32Array} (3 m,) x, y, z, x, y, z, ...; NaN stays.
 */
export function normalise(columns, ranges) {
  const out = new Float32Array(3 * columns[0].length);
  columns.forEach((column, axis) => {
    const [low, high] = ranges[axis];
    const middle = (low + high) / 2;
    const scale = high > low ? 2 / (high - low) : 0;
    for (let i = 0; i < column.length; i++) out[3 * i + axis] = (column[i] - middle) * scale;
  });
  return out;
}

/** The matrix of a cloud that is not turned: (9,). */
export function identity() {
  return Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
}

/** Rows made orthonormal again (Gram-Schmidt); the third is the cross product of the others. */
function orthonormal([a, b, c, d, e, f]) {
  const first = Math.hypot(a, b, c);
  [a, b, c] = [a / first, b / first, c / first];
  const along = a * d + b * e + c * f;
  [d, e, f] = [d - along * a, e - along * b, f - along * c];
  const second = Math.hypot(d, e, f);
  [d, e, f] = [d / second, e / second, f / second];
  return Float64Array.of(a, b, c, d, e, f, b * f - c * e, c * d - a * f, a * e - b * d);
}

/**
 * The cloud rolled by a drag: what is in front follows the pointer.
 * @param {Float64Array} matrix - (9,)
 * @param {number} dx - radians to the right.
 * @param {number} dy - radians down, as pointers count.
 * @returns {Float64Array} (9,) orthonormal to rounding, after any number of turns.
 */
export function turn(matrix, dx, dy) {
  const angle = Math.hypot(dx, dy);
  if (angle === 0) return matrix.slice();
  // Rodrigues' rotation about the axis (u, v, 0), which lies across the drag.
  const [u, v] = [dy / angle, dx / angle];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const rotation = [
    cos + u * u * (1 - cos), u * v * (1 - cos), v * sin,
    u * v * (1 - cos), cos + v * v * (1 - cos), -u * sin,
    -v * sin, u * sin, cos,
  ];
  const product = Array.from({ length: 9 }, (_, k) => {
    const [row, column] = [k - (k % 3), k % 3];
    return (
      rotation[row] * matrix[column] +
      rotation[row + 1] * matrix[column + 3] +
      rotation[row + 2] * matrix[column + 6]
    );
  });
  return orthonormal(product);
}

/**
 * The cloud turned about the vertical of the screen.
 * @param {Float64Array} matrix - (9,)
 * @param {number} angle - radians; what is in front goes to the right.
 * @returns {Float64Array} (9,)
 */
export function spin(matrix, angle) {
  return turn(matrix, angle, 0);
}

/**
 * Where points are seen.
 * @param {Float32Array} points3 - (3 m,) from `normalise`.
 * @param {Float64Array} matrix - (9,)
 * @param {Float32Array} x - (m,) written.
 * @param {Float32Array} y - (m,) written; up.
 * @param {Float32Array} depth - (m,) written; larger is nearer.
 */
export function project(points3, matrix, x, y, depth) {
  const [xx, xy, xz, yx, yy, yz, zx, zy, zz] = matrix.map((value) => value * SCALE);
  for (let i = 0, k = 0; i < x.length; i++, k += 3) {
    const px = points3[k];
    const py = points3[k + 1];
    const pz = points3[k + 2];
    x[i] = xx * px + xy * py + xz * pz;
    y[i] = yx * px + yy * py + yz * pz;
    depth[i] = zx * px + zy * py + zz * pz;
  }
}

/**
 * The frame of a cloud: the edges of the cube [-1, 1]^3.
 * @param {Float64Array} matrix - (9,)
 * @returns {number[][][]} twelve pairs of ends, four an axis in the order of the axes. Places are
 *   [x, y, depth] as from `project`.
 */
export function cubeEdges(matrix) {
  const seen = ([x, y, z]) =>
    [0, 3, 6].map((k) => SCALE * (matrix[k] * x + matrix[k + 1] * y + matrix[k + 2] * z));
  return [0, 1, 2].flatMap((axis) =>
    [[-1, -1], [1, -1], [1, 1], [-1, 1]].map((across) =>
      [-1, 1].map((along) => seen(across.toSpliced(axis, 0, along))),
    ),
  );
}

/**
 * Points from back to front, so that drawing them in this order leaves the nearest on top. Depths
 * are told apart in DEPTHS steps; within one the points stay as they came. NaN counts as farthest.
 * @param {Float32Array} depth - (m,)
 * @param {Uint32Array | null} [points] - order only these, indices into `depth`.
 * @returns {Uint32Array} (m,) or as many as `points`.
 */
export function depthOrder(depth, points = null) {
  const count = points === null ? depth.length : points.length;
  let [low, high] = [Infinity, -Infinity];
  for (let k = 0; k < count; k++) {
    const z = depth[points === null ? k : points[k]];
    if (z < low) low = z;
    if (z > high) high = z;
  }
  const scale = high > low ? (DEPTHS - 1) / (high - low) : 0;
  const bins = new Uint16Array(count);
  const starts = new Uint32Array(DEPTHS + 1);
  for (let k = 0; k < count; k++) {
    // | 0 makes 0 of NaN.
    bins[k] = ((depth[points === null ? k : points[k]] - low) * scale) | 0;
    starts[bins[k] + 1]++;
  }
  for (let bin = 0; bin < DEPTHS; bin++) starts[bin + 1] += starts[bin];
  const out = new Uint32Array(count);
  for (let k = 0; k < count; k++) out[starts[bins[k]]++] = points === null ? k : points[k];
  return out;
}
