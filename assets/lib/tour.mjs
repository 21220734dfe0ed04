/**
 * Grand tours: which plane of a space of many dimensions is looked at, and how it moves.
 *
 * The arithmetic of `analysis/tour.py`, whose docstrings say why; the tests compare both. A frame is
 * an orthonormal matrix of d x d numbers by rows, in float64. Samples are rows; their products with
 * the frame are coordinates in the view, of which the first two are drawn.
 */

const HIDDEN = 0.5; // speed of hidden directions among each other
const SAME = 1e-9; // share of a length below which a direction is nothing but rounding

/**
 * @typedef {object} Velocity - how a frame turns.
 * @property {Int32Array} planes - (2 m,) columns, two and two.
 * @property {Float64Array} speeds - (m,) radians per second.
 */

/**
 * Numbers drawn evenly from [0, 1), the same for a seed (mulberry32).
 * @param {number} seed
 * @returns {() => number}
 */
export function dice(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** The frame that draws the first two dimensions. @param {number} d @returns {Float64Array} */
export function identity(d) {
  return Float64Array.from({ length: d * d }, (_, k) => (k % (d + 1) ? 0 : 1));
}

/** A random frame, all of them equally likely. @param {number} d @param {number} seed */
export function start(d, seed) {
  const draw = dice(seed);
  // Box and Muller's normal numbers point anywhere alike.
  const normal = () => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
  return orthonormal(Float64Array.from({ length: d * d }, normal), d);
}

/**
 * A random way to turn, by which the drawn plane moves at one radian per second.
 * @param {number} d
 * @param {number} seed
 * @returns {Velocity}
 */
export function velocity(d, seed) {
  if (d < 3) return { planes: Int32Array.of(0, 1), speeds: Float64Array.of(1) };
  const draw = dice(seed);
  const speed = () => (0.5 + draw()) * (draw() < 0.5 ? -1 : 1);
  const [planes, seen, behind] = [[], [], []];
  for (let hidden = 2; hidden < d; hidden++) {
    for (const drawn of [0, 1]) {
      planes.push(drawn, hidden);
      seen.push(speed());
    }
  }
  for (let hidden = 2; hidden + 1 < d; hidden++) {
    planes.push(hidden, hidden + 1);
    behind.push(HIDDEN * speed());
  }
  const size = Math.hypot(...seen);
  return {
    planes: Int32Array.from(planes),
    speeds: Float64Array.from([...seen.map((one) => one / size), ...behind]),
  };
}

/**
 * Turn a frame on.
 * @param {Float64Array} frame - is changed.
 * @param {number} d
 * @param {Velocity} way
 * @param {number} seconds
 */
export function advance(frame, d, { planes, speeds }, seconds) {
  for (let k = 0; k < speeds.length; k++) {
    const [one, other] = [planes[2 * k], planes[2 * k + 1]];
    const [cos, sin] = [Math.cos(speeds[k] * seconds), Math.sin(speeds[k] * seconds)];
    for (let row = 0; row < d * d; row += d) {
      const [a, b] = [frame[row + one], frame[row + other]];
      frame[row + one] = cos * a - sin * b;
      frame[row + other] = sin * a + cos * b;
    }
  }
}

/**
 * The frame after a point is dragged: the smallest rotation that takes it where it is wanted, or as
 * near as its distance from the centre allows.
 * @param {Float64Array} frame
 * @param {number} d
 * @param {ArrayLike<number>} vector - (d,) of the point, relative to the centre.
 * @param {[number, number]} target - where it is to be drawn.
 * @returns {Float64Array}
 */
export function placed(frame, d, vector, target) {
  const length = Math.sqrt(dot(vector, vector));
  if (length === 0) return frame.slice();
  const before = seenBy(frame, d, vector).map((value) => value / length);
  return rotated(frame, d, before, wanted(before, [target[0] / length, target[1] / length]));
}

function wanted(before, [x, y]) {
  const far = Math.hypot(x, y);
  if (far > 1 || before.length === 2) {
    if (far === 0) return before;
    [x, y] = [x / far, y / far];
  }
  const depth = far < 1 ? Math.sqrt(1 - far * far) : 0;
  const after = before.slice();
  [after[0], after[1]] = [x, y];
  let size = 0;
  for (let k = 2; k < before.length; k++) size += before[k] * before[k];
  size = Math.sqrt(size);
  for (let k = 2; k < before.length; k++) {
    after[k] = size > SAME ? before[k] * (depth / size) : k === 2 ? depth : 0;
  }
  return after;
}

/** Columns rotated in the plane of two unit vectors of the view, from one to the other. */
function rotated(frame, d, before, after) {
  const cos = Math.min(1, Math.max(-1, dot(before, after)));
  let across = after.map((value, k) => value - cos * before[k]);
  let sin = Math.sqrt(dot(across, across));
  if (sin < SAME) {
    if (cos > 0) return frame.slice();
    across = anyAcross(before);
    sin = 0;
  } else across = across.map((value) => value / sin);
  const found = frame.slice();
  for (let row = 0; row < d * d; row += d) {
    let [along, aside] = [0, 0];
    for (let k = 0; k < d; k++) {
      along += frame[row + k] * before[k];
      aside += frame[row + k] * across[k];
    }
    for (let k = 0; k < d; k++) {
      found[row + k] +=
        along * ((cos - 1) * before[k] + sin * across[k]) + aside * ((cos - 1) * across[k] - sin * before[k]);
    }
  }
  return found;
}

/** A unit vector across another: of the column that it has least of. */
function anyAcross(before) {
  let least = 0;
  before.forEach((value, k) => {
    if (Math.abs(value) < Math.abs(before[least])) least = k;
  });
  const across = before.map((value, k) => (k === least ? 1 : 0) - before[least] * value);
  const size = Math.sqrt(dot(across, across));
  return across.map((value) => value / size);
}

/**
 * A frame on the shortest way to where a plane is drawn, without spin.
 * @param {Float64Array} frame
 * @param {number} d
 * @param {Float64Array} plane - (2 d,) by rows: two orthonormal columns.
 * @param {number} part - of the way, 0..1.
 * @returns {Float64Array}
 */
export function towards(frame, d, plane, part) {
  const across = [0, 0, 0, 0];
  for (let row = 0; row < d; row++) {
    for (const i of [0, 1]) for (const j of [0, 1]) across[2 * i + j] += frame[row * d + i] * plane[2 * row + j];
  }
  const { left, right, cosines } = principal(across);
  const found = frame.slice();
  for (const k of [0, 1]) {
    const a = Float64Array.from({ length: d }, (_, row) => frame[row * d] * left[k][0] + frame[row * d + 1] * left[k][1]);
    const end = a.map((_, row) => plane[2 * row] * right[k][0] + plane[2 * row + 1] * right[k][1]);
    const cos = Math.min(1, cosines[k]);
    const b = end.map((value, row) => value - cos * a[row]);
    const sin = Math.sqrt(dot(b, b));
    if (sin < SAME) continue;
    const angle = part * Math.atan2(sin, cos);
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    for (let column = 0; column < d; column++) {
      let [ofA, ofB] = [0, 0];
      for (let row = 0; row < d; row++) {
        ofA += a[row] * frame[row * d + column];
        ofB += (b[row] / sin) * frame[row * d + column];
      }
      for (let row = 0; row < d; row++) {
        const [p, q] = [a[row], b[row] / sin];
        found[row * d + column] += ((c - 1) * p + s * q) * ofA + ((c - 1) * q - s * p) * ofB;
      }
    }
  }
  return found;
}

/** Principal directions of two planes and the cosines between them, from the products of axes. */
function principal([p, q, r, s]) {
  const [e, f, g, h] = [(p + s) / 2, (p - s) / 2, (r + q) / 2, (r - q) / 2];
  const [sum, difference] = [Math.hypot(e, h), Math.hypot(f, g)];
  const [one, other] = [Math.atan2(g, f), Math.atan2(h, e)];
  const [turn, back] = [(other + one) / 2, (other - one) / 2];
  const left = [[Math.cos(turn), Math.sin(turn)], [-Math.sin(turn), Math.cos(turn)]];
  const right = [[Math.cos(back), -Math.sin(back)], [Math.sin(back), Math.cos(back)]];
  const second = sum - difference;
  if (second < 0) right[1] = right[1].map((value) => -value); // the planes are seen from both sides
  return { left, right, cosines: [sum + difference, Math.abs(second)] };
}

/** The two drawn columns: (2 d,) by rows. @returns {Float64Array} */
export function projection(frame, d) {
  return Float64Array.from({ length: 2 * d }, (_, k) => frame[(k >> 1) * d + (k & 1)]);
}

/** Coordinates of a vector in the view. @returns {Float64Array} (d,) */
export function seenBy(frame, d, vector) {
  const found = new Float64Array(d);
  for (let row = 0; row < d; row++) for (let k = 0; k < d; k++) found[k] += vector[row] * frame[row * d + k];
  return found;
}

/**
 * Rows made orthonormal again, each against those before it (Gram-Schmidt, twice for rounding).
 * @param {Float64Array} frame - is changed.
 * @param {number} d
 * @returns {Float64Array} frame.
 */
export function orthonormal(frame, d) {
  for (let row = 0; row < d; row++) {
    const own = frame.subarray(row * d, (row + 1) * d);
    for (let pass = 0; pass < 2; pass++) {
      for (let before = 0; before < row; before++) {
        const other = frame.subarray(before * d, (before + 1) * d);
        const along = dot(own, other);
        for (let k = 0; k < d; k++) own[k] -= along * other[k];
      }
    }
    const size = Math.sqrt(dot(own, own));
    for (let k = 0; k < d; k++) own[k] /= size;
  }
  return frame;
}

function dot(a, b) {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}

/**
 * Where samples are drawn: (x - centre) times two columns.
 * @param {Float32Array} x - (n w,) by rows.
 * @param {Float32Array} centre - (w,)
 * @param {Float64Array} columns - (w, 2) by rows.
 * @param {Float32Array} outX - (n,) written; NaN where a value is.
 * @param {Float32Array} outY - (n,) written.
 */
export function project(x, centre, columns, outX, outY) {
  const w = centre.length;
  const [across, up] = [new Float64Array(w), new Float64Array(w)];
  let [offX, offY] = [0, 0];
  for (let k = 0; k < w; k++) {
    across[k] = columns[2 * k];
    up[k] = columns[2 * k + 1];
    offX += centre[k] * across[k];
    offY += centre[k] * up[k];
  }
  for (let i = 0, at = 0; i < outX.length; i++) {
    let [px, py] = [-offX, -offY];
    for (let k = 0; k < w; k++, at++) {
      px += x[at] * across[k];
      py += x[at] * up[k];
    }
    outX[i] = px;
    outY[i] = py;
  }
}

/**
 * How far from the centre nearly all samples are: the length that a picture has to show.
 * @param {Float32Array} x - (n w,)
 * @param {Float32Array} centre - (w,)
 * @param {number} share - of the samples that are to be no farther.
 */
export function reachOf(x, centre, share = 0.99) {
  const w = centre.length;
  const far = new Float64Array(x.length / w);
  for (let i = 0; i < far.length; i++) {
    let sum = 0;
    for (let k = 0; k < w; k++) sum += (x[i * w + k] - centre[k]) ** 2;
    far[i] = Math.sqrt(sum);
  }
  const finite = far.filter(Number.isFinite).sort();
  return finite.length ? finite[Math.min(finite.length - 1, Math.floor(share * finite.length))] : 0;
}

/** Mean of some samples relative to the centre, without those that are not finite; null for none. */
export function centroid(x, centre, samples) {
  const w = centre.length;
  const sum = new Float64Array(w);
  let count = 0;
  for (const i of samples) {
    const row = x.subarray(i * w, (i + 1) * w);
    if (!row.every(Number.isFinite)) continue;
    for (let k = 0; k < w; k++) sum[k] += row[k] - centre[k];
    count++;
  }
  return count ? sum.map((value) => value / count) : null;
}
