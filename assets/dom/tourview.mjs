/** A layer's samples on a plane that turns, with handles by which the space is turned by hand. */
import { drawShape, stylesOf } from "../lib/matrix.mjs";
import { GROUND, colourOf, toHex } from "../lib/palette.mjs";
import { pack } from "../lib/glyph.mjs";
import { drawPoints, gather, toPixel } from "../lib/points.mjs";
import {
  advance, centroid, placed, project, projection, reachOf, seenBy, start, towards, velocity,
} from "../lib/tour.mjs";
import { make } from "./make.mjs";
import { TourGestures } from "./tourgestures.mjs";

const ROOM = 1.12; // half of what is seen, in the length that is expected to be drawn
const EXPECTED = 2.4; // times the root of the dimensions that a length is drawn shorter at most
const LEAST = 0.35; // of a length, however many dimensions there are
const MOST_HANDLES = 20; // axes that can be told apart
const AXIS = 0.8; // of that length, of an axis that is no class
const PACE = 0.25; // radians a second at speed 1
const LONGEST = 0.1; // seconds of a frame, however long the browser was away
const MORPH = 450; // milliseconds of the way between two epochs
const GUIDED = 1400; // milliseconds of the way to a plane
const ZOOMS = [0.4, 60];

/** Slow at both ends. */
const eased = (t) => t * t * (3 - 2 * t);

/**
 * @typedef {object} TourData
 * @property {string} space - of what the axes are those; another epoch of a layer has the same.
 * @property {string} key - of the cloud.
 * @property {string} layer
 * @property {Float32Array} x - (n w,) by rows.
 * @property {Float32Array} centre - (w,)
 * @property {string[] | null} names - of the axes; null for axes without meaning.
 * @property {boolean} classes - whether axes are classes.
 * @property {string} title - for those who do not see it.
 */

export class TourView {
  /**
   * @param {object} parts
   * @param {HTMLElement} parts.box - is filled.
   * @param {import("./workspace.mjs").Workspace} parts.workspace
   * @param {object} parts.on
   * @param {(samples: Uint32Array, how: import("../lib/selection.mjs").How) => void} parts.on.select
   * @param {(sample: number, event?: MouseEvent) => void} parts.on.hover - -1 for none.
   * @param {(key: "n" | "s") => void} parts.on.key - what the page does for a key.
   * @param {() => void} parts.on.played - it plays or halts.
   */
  constructor({ box, workspace, on }) {
    Object.assign(this, { box, workspace, on, tool: "rectangle", radius: 3, speed: 1, handled: true });
    Object.assign(this, { data: null, zoom: 1, axis: -1, hovered: -1 });
    this.document = box.ownerDocument;
    this.page = this.document.defaultView;
    this.still = this.page.matchMedia?.("(prefers-reduced-motion: reduce)").matches ?? false;
    this.playing = !this.still;
    this.seed = 1;
    this.canvas = make(this.document, "canvas.tour-samples", { tabIndex: 0, role: "application" });
    this.over = make(this.document, "canvas.tour-over", { "aria-hidden": "true" });
    this.element = make(this.document, "div.tour-view", {}, this.canvas, this.over);
    this.gestures = new TourGestures(this);
    const when = (event, act) => workspace.on(event, act, box);
    when("colours", () => this.soon());
    when("selection", () => this.soon());
    when("sample", () => this.outline());
    this.observer = new ResizeObserver(() => this.soon());
    this.observer.observe(this.element);
  }

  /** @param {TourData} data */
  show(data) {
    if (this.element.parentNode !== this.box) this.box.replaceChildren(this.element);
    const before = this.data;
    this.data = data;
    const n = data.x.length / data.centre.length;
    const same = before?.space === data.space && before.x.length === data.x.length;
    if (!same) {
      Object.assign(this, { px: new Float32Array(n), py: new Float32Array(n), morph: null, guide: null });
      this.enter(data);
    } else if (before.key !== data.key && !this.still) {
      this.morph = { x: this.px.slice(), y: this.py.slice(), begin: this.page.performance.now() };
    }
    this.canvas.setAttribute("aria-label", data.title);
    this.soon();
  }

  /** Begin in a space that was not seen before. */
  enter({ x, centre, classes }) {
    const w = centre.length;
    this.frame = start(w, this.seed);
    this.way = velocity(w, this.seed + 1);
    this.axis = -1;
    this.zoom = 1;
    this.unit = reachOf(x, centre) || 1;
    // Of w dimensions two are drawn: lengths are seen as their share of the plane.
    this.expected = Math.max(LEAST, Math.min(1, EXPECTED / Math.sqrt(w)));
    if (classes) for (let k = 0; k < w; k++) this.unit = Math.max(this.unit, length(this.axisOf(k)));
  }

  /** Turn another way, by chance. */
  redirect() {
    if (!this.data) return;
    this.seed += 2;
    this.way = velocity(this.data.centre.length, this.seed);
    this.play(true);
  }

  /** @param {boolean} playing */
  play(playing) {
    this.playing = playing;
    this.guide = null; // or it would go on to the plane
    this.on.played();
    this.soon();
  }

  /** Go to where a plane is drawn. @param {Float64Array} plane - (2 w,) orthonormal columns by rows. */
  goTo(plane) {
    this.play(false);
    this.guide = { from: this.frame, plane, begin: this.page.performance.now() };
    this.soon();
  }

  reset() {
    this.zoom = 1;
    this.soon();
  }

  zoomBy(factor) {
    this.zoom = Math.min(ZOOMS[1], Math.max(ZOOMS[0], this.zoom * factor));
    this.soon();
  }

  /** Whether axes have handles here. */
  get handles() {
    const { names, centre } = this.data;
    return this.handled && names !== null && centre.length <= MOST_HANDLES;
  }

  /** Where an axis ends, from the centre. @returns {Float64Array} */
  axisOf(k) {
    const { centre, classes } = this.data;
    return Float64Array.from(centre, (value, i) => (classes ? Number(i === k) - value : i === k ? AXIS * this.unit : 0));
  }

  /** The selection's middle, from the centre; null where nothing is selected. */
  get middle() {
    const { x, centre } = this.data;
    const { selected } = this.workspace;
    if (this.middleOf?.selected !== selected || this.middleOf.x !== x) {
      this.middleOf = { selected, x, vector: selected.length ? centroid(x, centre, selected) : null };
    }
    return this.middleOf.vector;
  }

  /** Turn the space so that a point comes to lie somewhere. @param {[number, number]} target */
  place(vector, target) {
    this.frame = placed(this.frame, this.data.centre.length, vector, target);
    this.guide = null;
    this.soon();
  }

  /** Where a vector is drawn, in the plane. */
  seen(vector) {
    const [x, y] = seenBy(this.frame, this.data.centre.length, vector);
    return [x, y];
  }

  get area() {
    return { left: 0, top: 0, width: this.canvas.width, height: this.canvas.height };
  }

  /** The part of the plane that is seen, the same scale both ways. */
  get view() {
    const { width, height } = this.canvas;
    const half = (ROOM * this.unit * this.expected) / this.zoom;
    const side = Math.min(width, height) || 1;
    const [x, y] = [(half * width) / side, (half * height) / side];
    return { x0: -x, x1: x, y0: -y, y1: y };
  }

  /** Draw with the screen's next picture. */
  soon() {
    this.pending ??= this.page.requestAnimationFrame(() => this.tick());
  }

  /** One frame: turn on, draw, and ask for the next as long as anything moves. */
  tick() {
    this.pending = null;
    const now = this.page.performance.now();
    if (!this.data || !this.element.isConnected || !this.workspace.ready) {
      this.last = null;
      return;
    }
    const passed = Math.min(LONGEST, (now - (this.last ?? now)) / 1000);
    const turning = this.playing && !this.gestures.held;
    if (turning) advance(this.frame, this.data.centre.length, this.way, PACE * this.speed * passed);
    this.follow();
    this.draw();
    this.last = turning ? now : null;
    if (turning || this.guide || this.morph) this.soon();
  }

  /** The way to a plane that was chosen. */
  follow() {
    if (!this.guide) return;
    const { from, plane, begin } = this.guide;
    const part = this.still ? 1 : Math.min(1, (this.page.performance.now() - begin) / GUIDED);
    this.frame = towards(from, this.data.centre.length, plane, eased(part));
    if (part === 1) this.guide = null;
  }

  fit() {
    const ratio = Math.min(this.page.devicePixelRatio || 1, 2);
    const width = Math.round(this.element.clientWidth * ratio);
    const height = Math.round(this.element.clientHeight * ratio);
    if (width < 40 || height < 40) return false;
    for (const canvas of [this.canvas, this.over]) {
      if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    }
    if (this.pixels?.width !== width || this.pixels.height !== height) this.pixels = new ImageData(width, height);
    this.ratio = ratio;
    return true;
  }

  /** Samples where they are now. */
  draw() {
    if (!this.fit()) return;
    const { data, workspace } = this;
    project(data.x, data.centre, this.frame, this.px, this.py);
    this.between();
    const out = new Uint32Array(this.pixels.data.buffer);
    out.fill(pack(GROUND[workspace.scheme]));
    const count = this.px.length;
    const styles = stylesOf({
      mask: workspace.standing, marks: null, sample: null, count, radius: this.radius * this.ratio, opacity: 0.8,
    }).map((style) => ({ ...style, smooth: true }));
    const colours = gather(workspace.colours(data.layer), null, count);
    drawPoints(out, this.pixels.width, this.area, this.view, this.px, this.py, colours, styles);
    this.canvas.getContext("2d").putImageData(this.pixels, 0, 0);
    this.outline();
  }

  /** Samples on their way from another epoch, on straight lines. */
  between() {
    if (!this.morph) return;
    const { x, y, begin } = this.morph;
    const part = eased(Math.min(1, (this.page.performance.now() - begin) / MORPH));
    for (let i = 0; i < x.length; i++) {
      // What was not there appears where it is.
      if (Number.isFinite(x[i])) this.px[i] = x[i] + part * (this.px[i] - x[i]);
      if (Number.isFinite(y[i])) this.py[i] = y[i] + part * (this.py[i] - y[i]);
    }
    if (part === 1) this.morph = null;
  }

  /** Pixel of the canvas of a place on the plane. */
  pixelOf([x, y]) {
    return toPixel(this.area, this.view, x, y);
  }

  /** Handles, the selection's middle, what is pointed at and what is being drawn. */
  outline() {
    if (!this.data || !this.ratio) return;
    const context = this.over.getContext("2d");
    context.clearRect(0, 0, this.over.width, this.over.height);
    const style = this.page.getComputedStyle(this.element);
    const ink = style.getPropertyValue("--ink");
    if (this.handles) this.drawHandles(context, style, ink);
    if (this.middle) this.drawMiddle(context, ink);
    const sample = this.workspace.hovered;
    if (sample !== null && Number.isFinite(this.px[sample])) {
      this.ring(context, this.pixelOf([this.px[sample], this.py[sample]]), (this.radius + 4) * this.ratio, ink);
    }
    const { trail } = this.gestures;
    if (trail?.length > 1) {
      const lasso = this.tool === "lasso";
      const shape = lasso ? trail : [trail[0], trail.at(-1)];
      drawShape(context, shape, { lasso, dark: this.workspace.scheme === "dark", width: 1.5 * this.ratio });
    }
  }

  drawHandles(context, style, ink) {
    const { names, classes } = this.data;
    const { ratio } = this;
    const [x0, y0] = this.pixelOf([0, 0]);
    context.font = `${12 * ratio}px ${style.fontFamily}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    names.forEach((name, k) => {
      const [x, y] = this.pixelOf(this.seen(this.axisOf(k)));
      const colour = classes ? toHex(colourOf(k, names.length)) : style.getPropertyValue("--quiet");
      context.strokeStyle = colour;
      context.lineWidth = (k === this.axis ? 2.5 : 1) * ratio;
      context.globalAlpha = 0.75;
      context.beginPath();
      context.moveTo(x0, y0);
      context.lineTo(x, y);
      context.stroke();
      context.globalAlpha = 1;
      context.beginPath();
      context.arc(x, y, 5 * ratio, 0, 2 * Math.PI);
      context.fillStyle = colour;
      context.fill();
      context.strokeStyle = k === this.axis ? ink : style.getPropertyValue("--ground");
      context.lineWidth = 1.5 * ratio;
      context.stroke();
      const far = Math.hypot(x - x0, y - y0) || 1;
      const away = 15 * ratio;
      const at = [x + (away * (x - x0)) / far, y + (away * (y - y0)) / far];
      context.lineWidth = 3 * ratio;
      context.strokeStyle = style.getPropertyValue("--ground");
      context.strokeText(name, ...at);
      context.fillStyle = ink;
      context.fillText(name, ...at);
    });
  }

  /** A cross in a circle: by it the selection is dragged. */
  drawMiddle(context, ink) {
    const [x, y] = this.pixelOf(this.seen(this.middle));
    const r = 9 * this.ratio;
    this.ring(context, [x, y], r, ink);
    context.beginPath();
    context.moveTo(x - r, y);
    context.lineTo(x + r, y);
    context.moveTo(x, y - r);
    context.lineTo(x, y + r);
    context.stroke();
  }

  ring(context, [x, y], radius, ink) {
    context.strokeStyle = ink;
    context.lineWidth = 1.75 * this.ratio;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.stroke();
  }

  /** Say which sample is pointed at. */
  point(sample, event) {
    if (sample < 0 && this.hovered < 0) return;
    this.hovered = sample;
    this.on.hover(sample, event);
  }

  /** What is seen as one picture. @returns {HTMLCanvasElement} */
  picture() {
    this.draw();
    const { width, height } = this.canvas;
    const out = make(this.document, "canvas", { width, height });
    const context = out.getContext("2d");
    for (const canvas of [this.canvas, this.over]) context.drawImage(canvas, 0, 0);
    return out;
  }

  /** The drawn columns of the frame: (2 w,) by rows. */
  get matrix() {
    return projection(this.frame, this.data.centre.length);
  }
}

const length = (vector) => Math.hypot(...vector);
