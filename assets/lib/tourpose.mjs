/**
 * Where a tour is: which layer is seen, on which plane, and what it is on its way to.
 *
 * A *stop* is one layer of one network, with the samples that are drawn of it. From stop to stop
 * samples go on straight lines: under the same projection where the axes are the same, as in another
 * epoch, else under the one that `layer_frames` has for the other layer, so that only real change
 * moves. Nothing here knows of canvases; times are in milliseconds.
 */
import { advance, placed, project, projection, reachOf, start, towards, velocity } from "./tour.mjs";
import { completed, linkOf, planeThrough } from "./tourlinks.mjs";

const EXPECTED = 2.4; // times the root of the dimensions that a length is drawn shorter at most
const LEAST = 0.35; // of a length, however many dimensions there are
const ROOM = 1.12; // half of what is seen, in the length that is expected to be drawn
const AXIS = 0.8; // of that length, of an axis that is no class
const PACE = 0.25; // radians a second at speed 1
const LONGEST = 100; // milliseconds of a frame, however long the browser was away
const MORPH = 450; // of the way to another epoch
const PASSAGE = 900; // of the way to another layer
const GUIDED = 1400; // of the way to a plane
const ZOOMS = [0.4, 60];

/** Slow at both ends. */
const eased = (t) => t * t * (3 - 2 * t);

/**
 * @typedef {object} Ways - of attacked samples.
 * @property {Int32Array} samples - (m,)
 * @property {Float32Array} values - (m, stops, d), flat, from the clean sample on.
 * @property {number} stops
 * @property {number} step - where they are now.
 */
/**
 * @typedef {object} Stop
 * @property {string} space - of what the axes are those; another epoch of a layer has the same.
 * @property {string} key - of its samples, where they are.
 * @property {string} cloud - address of the clean ones.
 * @property {Ways | null} ways - of those that are attacked.
 * @property {string} layer
 * @property {(Float32Array | null)[]} clouds - (n d,) by rows, one for each picture of it.
 * @property {Float32Array} centre - (d,)
 * @property {Float64Array | null} frame - (d, w) in the space that layers share; null if not known.
 * @property {string} end - of what network and path ends that space is; frames of one are related.
 * @property {string[] | null} names - of the axes; null for axes without meaning.
 * @property {boolean} classes - whether axes end where a sample would be wholly of a class.
 * @property {boolean} coloured - whether axes mean classes.
 * @property {string} title - for those who do not see it.
 */

/** How stops hang together: null if they do not, else with the matrix between them, if any. */
export function relation(from, to) {
  const same = from.clouds[0].length / from.centre.length === to.clouds[0].length / to.centre.length;
  if (!same) return null;
  if (from.space === to.space && from.centre.length === to.centre.length) return { link: null };
  if (!from.frame || !to.frame || from.end !== to.end) return null;
  const framed = ({ frame, centre }) => ({ frame, d: centre.length });
  return { link: linkOf(framed(from), framed(to)) };
}

export class TourPose {
  /** @param {boolean} still - whether little is to move. */
  constructor(still = false) {
    Object.assign(this, { still, data: null, next: null, guide: null, zoom: 1, axis: -1, speed: 1, seed: 1 });
    this.playing = !still;
    this.held = false; // by a hand
  }

  /** Dimensions of the stop that the frame belongs to. */
  get d() {
    return this.data.centre.length;
  }

  /** Come to a stop, by the way that leads there. @param {Stop} stop @param {number} now */
  show(stop, now) {
    if (!this.data) return this.enter(stop);
    if (this.data.key === stop.key) {
      this.data = stop;
      if (this.next) this.head(0, now);
      return undefined;
    }
    if (this.next?.stop.key === stop.key) {
      this.next.stop = stop;
      return this.head(1, now);
    }
    this.interrupt();
    const found = relation(this.data, stop);
    if (!found) return this.enter(stop);
    this.leave(stop, found.link, { begin: now });
    if (this.still) this.arrive();
    return undefined;
  }

  /** Go on to an end of the way: 1 for the other stop, 0 for this one. */
  head(goal, now) {
    const { next } = this;
    if (next.begin === null || next.goal !== goal) Object.assign(next, { goal, from: next.part, begin: now });
    if (this.still) this.end();
  }

  /** The end of the way. */
  end() {
    if (this.next.goal === 1) this.arrive();
    else this.next = null;
  }

  /**
   * Stand between two stops.
   * @param {Stop} a
   * @param {Stop | null} b
   * @param {number} part - of the way from a to b, 0..1.
   */
  between(a, b, part) {
    const known = (key) => key === a.key || key === b?.key;
    if (this.next && known(this.next.stop.key) && !known(this.data?.key)) this.arrive();
    if (!known(this.data?.key)) this.jump(a);
    const back = this.data.key === b?.key;
    const [other, share] = back ? [a, 1 - part] : [b, part];
    if (!other || share === 0) this.next = null;
    else if (this.next?.stop.key === other.key) Object.assign(this.next, { part: share, begin: null });
    else {
      const found = relation(this.data, other);
      this.next = null;
      if (found) this.leave(other, found.link, { part: share });
    }
  }

  /** Be at another stop at once. */
  jump(stop) {
    const found = this.data && relation(this.data, stop);
    if (!found) return this.enter(stop);
    this.leave(stop, found.link, {});
    return this.arrive();
  }

  /** Begin where nothing is known of what was seen before. */
  enter(stop) {
    const d = stop.centre.length;
    Object.assign(this, { data: stop, next: null, guide: null, axis: -1, zoom: 1 });
    this.frame = start(d, this.seed);
    this.way = velocity(d, this.seed + 1);
    this.scale = scaleOf(stop);
  }

  leave(stop, link, { part = 0, begin = null }) {
    const scale = link ? { ...scaleOf(stop) } : this.scale;
    if (link) scale.seen = Math.max(scale.seen, drawnReach(stop, this.planeOf(stop, link)));
    this.next = { stop, link, part, from: part, goal: 1, begin, scale };
  }

  arrive() {
    const { stop, link, scale } = this.next;
    if (link) {
      const d = stop.centre.length;
      this.frame = completed(this.planeOf(stop, link), d);
      this.way = velocity(d, this.seed + 1);
      Object.assign(this, { scale, guide: null, axis: stop.classes && this.data.classes ? this.axis : -1 });
    }
    Object.assign(this, { data: stop, next: null });
  }

  /** What is left on the way becomes a stop of its own, or the nearer end is taken. */
  interrupt() {
    if (!this.next) return;
    const { stop, link, part } = this.next;
    if (!link) {
      const clouds = stop.clouds.map((x, k) => x && this.data.clouds[k] && blend(this.data.clouds[k], x, part));
      this.data = { ...stop, key: "", clouds };
      this.next = null;
    } else if (part >= 0.5) this.arrive();
    else this.next = null;
  }

  /** Go on. @returns {boolean} whether anything moves. */
  step(now) {
    const passed = Math.min(LONGEST, now - (this.last ?? now)) / 1000;
    const turning = this.playing && !this.held;
    if (turning) advance(this.frame, this.d, this.way, PACE * this.speed * passed);
    this.last = turning ? now : null;
    this.follow(now);
    this.pass(now);
    return turning || Boolean(this.guide) || (this.next !== null && this.next.begin !== null);
  }

  /** The way to a plane that was chosen. */
  follow(now) {
    if (!this.guide) return;
    const { from, plane, begin, seen, spin } = this.guide;
    const part = this.still ? 1 : Math.min(1, (now - begin) / GUIDED);
    this.frame = towards(from, this.d, plane, eased(part));
    if (spin) advance(this.frame, this.d, { planes: [0, 1], speeds: [-spin] }, eased(part));
    this.scale = { ...this.scale, seen: seen[0] ** (1 - eased(part)) * seen[1] ** eased(part) };
    if (part === 1) this.guide = null;
  }

  /** The way to another stop. */
  pass(now) {
    if (!this.next || this.next.begin === null) return;
    const { from, goal, begin, link } = this.next;
    const gone = Math.min(1, (now - begin) / (link ? PASSAGE : MORPH));
    this.next.part = from + (goal - from) * eased(gone);
    if (gone === 1) this.end();
  }

  /** Turn another way, by chance. */
  redirect() {
    this.seed += 2;
    this.way = velocity(this.d, this.seed);
    this.play(true);
  }

  /** @param {boolean} playing */
  play(playing) {
    this.playing = playing;
    this.guide = null; // or it would go on to the plane
  }

  /**
   * Go to where a plane is drawn.
   * @param {Float64Array} plane - (2 d,) orthonormal columns by rows.
   * @param {number} now
   * @param {boolean} exact - whether it is to lie in the picture as it is given, not only in space.
   */
  goTo(plane, now, exact = false) {
    this.play(false);
    const { seen } = this.scale;
    this.guide = { from: this.frame, plane, begin: now, spin: exact ? spinTo(towards(this.frame, this.d, plane, 1), this.d, plane) : 0, seen: [seen, Math.max(seen, drawnReach(this.data, plane))] };
  }

  /** Turn the space so that a point comes to lie somewhere. @param {[number, number]} target */
  place(vector, target) {
    this.frame = placed(this.frame, this.d, vector, target);
    this.guide = null;
  }

  zoomBy(factor) {
    this.zoom = Math.min(ZOOMS[1], Math.max(ZOOMS[0], this.zoom * factor));
  }

  /** Half of what is seen along the shorter side of a picture. */
  get half() {
    const { scale, next } = this;
    const far = next ? scale.seen ** (1 - next.part) * next.scale.seen ** next.part : scale.seen;
    return (ROOM * far) / this.zoom;
  }

  /** Where a vector from the centre is drawn, in the plane. */
  seen(vector) {
    let [x, y] = [0, 0];
    for (let k = 0; k < this.d; k++) {
      x += vector[k] * this.frame[k * this.d];
      y += vector[k] * this.frame[k * this.d + 1];
    }
    return [x, y];
  }

  /** Where an axis ends, from the centre. @returns {Float64Array} */
  axisOf(k) {
    return axisEnd(this.data, k, this.scale.unit);
  }

  /** The drawn columns of this stop's frame, and of the one on whose way it is: (2 d,) by rows. */
  get columns() {
    const own = projection(this.frame, this.d);
    if (!this.next) return [own, null];
    const { link, stop } = this.next;
    return [own, link ? this.planeOf(stop, link) : own];
  }

  /** What another stop draws of this plane: (e, 2). */
  planeOf(stop, link) {
    return planeThrough(this.frame, this.d, link, stop.centre.length);
  }
}

function axisEnd({ centre, classes }, k, unit) {
  return Float64Array.from(centre, (value, i) => (classes ? Number(i === k) - value : i === k ? AXIS * unit : 0));
}

/** The length that is to be seen of a stop, and how long it is drawn. */
function scaleOf(stop) {
  const { clouds, centre, classes } = stop;
  let unit = reachOf(clouds[0], centre) || 1;
  if (classes) centre.forEach((_, k) => (unit = Math.max(unit, Math.hypot(...axisEnd(stop, k, unit)))));
  // Of d dimensions two are drawn: lengths are seen as their share of the plane.
  return { unit, seen: unit * Math.max(LEAST, Math.min(1, EXPECTED / Math.sqrt(centre.length))) };
}

/** By which angle the drawn plane has to be turned in itself to lie as another one; 0 for mirrored ones. */
function spinTo(frame, d, plane) {
  const across = [0, 0, 0, 0];
  for (let row = 0; row < d; row++) {
    for (const i of [0, 1]) for (const j of [0, 1]) across[2 * i + j] += frame[row * d + i] * plane[2 * row + j];
  }
  const [a, b, c, e] = across;
  return a * e - b * c > 0 ? Math.atan2(c, a) : 0;
}

/** How far from the middle nearly all samples are drawn on a plane. */
function drawnReach({ clouds: [x], centre }, plane) {
  const [px, py] = [new Float32Array(x.length / centre.length), new Float32Array(x.length / centre.length)];
  project(x, centre, plane, px, py);
  const pairs = Float32Array.from({ length: 2 * px.length }, (_, k) => (k % 2 ? py[k >> 1] : px[k >> 1]));
  return reachOf(pairs, new Float32Array(2));
}

/** Samples on their way; what was not there appears where it is. */
export function blend(a, b, part, out = new Float32Array(a.length)) {
  for (let i = 0; i < a.length; i++) {
    const way = a[i] + part * (b[i] - a[i]);
    out[i] = Number.isNaN(way) ? (Number.isNaN(b[i]) ? a[i] : b[i]) : way;
  }
  return out;
}
