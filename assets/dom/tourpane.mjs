/** One picture of a tour: the samples of one split, with what is drawn over them. */
import { drawShape, stylesOf } from "../lib/matrix.mjs";
import { GROUND } from "../lib/palette.mjs";
import { gather, toPixel } from "../lib/points.mjs";
import { centroid, project } from "../lib/tour.mjs";
import { blend } from "../lib/tourpose.mjs";
import { make } from "./make.mjs";
import { TourGestures } from "./tourgestures.mjs";
import { drawArrow, drawHandles, drawMiddle, drawRing } from "./tourhandles.mjs";
import { canvasFor } from "./tourcanvas.mjs";

const SPRITE = 2.5; // side of a picture in diameters of a point
const LARGEST = 96; // pixels of the screen, of its side
const OPACITY = 0.8;
const MOST_WAYS = 400; // of attacked samples that are drawn

/**
 * @typedef {object} Crowd - whose samples a picture shows; the workspace is one.
 * @property {(layer: string) => Uint32Array} colours
 * @property {Uint8Array | null} standing
 * @property {Uint32Array} selected
 * @property {number | null} hovered
 */

export class TourPane {
  /**
   * @param {import("./tourview.mjs").TourView} tour
   * @param {number} number - of the stop's clouds.
   * @param {Crowd} crowd
   * @param {boolean} own - whether its samples are those that can be selected.
   */
  constructor(tour, number, crowd, own) {
    Object.assign(this, { tour, number, crowd, own, trail: null, arrow: null, sheet: null });
    this.document = tour.document;
    this.page = tour.page;
    this.canvas = make(this.document, "canvas.tour-samples", own ? { tabIndex: 0, role: "application" } : { role: "img" });
    this.over = make(this.document, "canvas.tour-over", { "aria-hidden": "true" });
    this.caption = make(this.document, "p.tour-caption");
    this.element = make(this.document, "div.tour-pane", {}, this.canvas, this.over, this.caption);
    this.painter = canvasFor(this.canvas, () => this.tour.soon());
    if (own) this.gestures = new TourGestures(this);
    this.observer = new ResizeObserver(() => tour.soon());
    this.observer.observe(this.element);
  }

  get pose() {
    return this.tour.pose;
  }

  /** The stop that is drawn, or whose way is being gone. */
  get data() {
    return this.pose.data;
  }

  get radius() {
    return this.tour.radius;
  }

  fit() {
    const ratio = Math.min(this.page.devicePixelRatio || 1, 2);
    const width = Math.round(this.element.clientWidth * ratio);
    const height = Math.round(this.element.clientHeight * ratio);
    if (width < 40 || height < 40) return false;
    for (const canvas of [this.canvas, this.over]) {
      if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    }
    this.ratio = ratio;
    return true;
  }

  get area() {
    return { left: 0, top: 0, width: this.canvas.width, height: this.canvas.height };
  }

  /** The part of the plane that is seen, the same scale both ways. */
  get view() {
    const { width, height } = this.canvas;
    const side = Math.min(width, height) || 1;
    const [x, y] = [(this.pose.half * width) / side, (this.pose.half * height) / side];
    return { x0: -x, x1: x, y0: -y, y1: y };
  }

  /** The samples of a stop that this picture shows. */
  cloudOf(stop) {
    return stop.clouds[this.number];
  }

  /** Samples where they are now. */
  draw() {
    const { pose, tour, crowd, data } = this;
    const x = data && this.cloudOf(data);
    this.stale = true;
    if (!x || !this.fit()) return;
    const [own, other] = pose.columns;
    const next = pose.next && this.cloudOf(pose.next.stop);
    const count = x.length / data.centre.length;
    const radius = tour.radius * this.ratio;
    const styles = this.stylesOf(crowd.standing, count, radius, this.sheet ? 1 : OPACITY);
    const { width, height } = this.canvas;
    this.painter.draw({
      width, height, view: this.view, ground: GROUND[tour.workspace.scheme],
      colours: gather(crowd.colours(data.layer), null, count), styles,
      sheet: this.sheet, radius,
      side: Math.min(LARGEST, 2 * SPRITE * tour.radius * pose.zoom) * this.ratio,
      from: { x, centre: data.centre, columns: own },
      to: next ? { x: next, centre: pose.next.stop.centre, columns: other } : null,
      part: pose.next?.part ?? 0,
      places: () => this.places(),
    });
    this.outline();
  }

  /** How samples are drawn; the same object as long as nothing of it changes. */
  stylesOf(mask, count, radius, opacity) {
    const about = [mask, count, radius, opacity];
    if (!this.styled || about.some((one, k) => one !== this.styled.about[k])) {
      this.styled = { about, styles: stylesOf({ mask, marks: null, sample: null, count, radius, opacity }) };
    }
    return this.styled.styles;
  }

  /** Where samples are in the plane, worked out when somebody asks. @returns {[Float32Array, Float32Array]} */
  places() {
    const { pose, data } = this;
    const x = this.cloudOf(data);
    const count = x.length / data.centre.length;
    if (this.x?.length !== count) {
      Object.assign(this, { x: new Float32Array(count), y: new Float32Array(count), stale: true });
      this.spare = [new Float32Array(count), new Float32Array(count)];
    }
    if (this.stale) {
      const [own, other] = pose.columns;
      project(x, data.centre, own, this.x, this.y);
      const next = pose.next && this.cloudOf(pose.next.stop);
      if (next) {
        const [qx, qy] = this.spare;
        project(next, pose.next.stop.centre, other, qx, qy);
        blend(this.x, qx, pose.next.part, this.x);
        blend(this.y, qy, pose.next.part, this.y);
      }
      this.stale = false;
    }
    return [this.x, this.y];
  }

  /** Whether axes have handles here. */
  get handles() {
    return this.tour.handled && this.tour.canHandle(this.data);
  }

  /** The selection's middle, from the centre; null where nothing is selected. */
  get middle() {
    if (!this.own) return null;
    const { centre } = this.data;
    const x = this.cloudOf(this.data);
    const { selected } = this.crowd;
    if (this.middleOf?.selected !== selected || this.middleOf.x !== x) {
      this.middleOf = { selected, x, vector: selected.length ? centroid(x, centre, selected) : null };
    }
    return this.middleOf.vector;
  }

  /** Pixel of the canvas of a place on the plane. */
  pixelOf([x, y]) {
    return toPixel(this.area, this.view, x, y);
  }

  /** Handles, the selection's middle, what is pointed at and what is being drawn. */
  outline() {
    const { data, pose, ratio, crowd } = this;
    if (!data || !ratio || !this.cloudOf(data)) return;
    const context = this.over.getContext("2d");
    context.clearRect(0, 0, this.over.width, this.over.height);
    const style = this.page.getComputedStyle(this.element);
    const ink = style.getPropertyValue("--ink");
    // On the way to other axes these fade.
    const alpha = pose.next?.link ? 1 - pose.next.part : 1;
    if (this.handles) {
      const ends = data.names.map((_, k) => this.pixelOf(pose.seen(pose.axisOf(k))));
      const { names, coloured } = data;
      drawHandles(context, { middle: this.pixelOf([0, 0]), ends, names, coloured, chosen: pose.axis, style, ratio, alpha });
    }
    if (this.middle && !pose.next) drawMiddle(context, this.pixelOf(pose.seen(this.middle)), ink, ratio);
    if (this.own) this.ways(context, ink);
    if (this.own && this.tour.led) this.led(context, style.getPropertyValue("--accent"), ink);
    if (this.arrow?.sample >= 0) drawArrow(context, this.gestures.middleOf(this.arrow.sample), this.arrow.to, ink, ratio);
    const sample = this.own ? crowd.hovered : null;
    if (sample !== null) {
      const [x, y] = this.places();
      if (Number.isFinite(x[sample])) {
        drawRing(context, this.pixelOf([x[sample], y[sample]]), (this.radius + 4) * ratio, ink, ratio);
      }
    }
    if (this.trail?.length > 1) {
      const lasso = this.tour.tool === "lasso";
      const shape = lasso ? this.trail : [this.trail[0], this.trail.at(-1)];
      drawShape(context, shape, { lasso, dark: this.tour.workspace.scheme === "dark", width: 1.5 * ratio });
    }
  }

  /** The ways of attacked samples from where they were: of those that are selected, if any is. */
  ways(context, ink) {
    const { data, pose, crowd } = this;
    const other = pose.next?.link ? null : pose.next?.stop;
    const ways = data.ways ?? other?.ways;
    if (!ways) return;
    const here = data.ways?.step ?? 0;
    const last = Math.min(here, other ? (other.ways?.step ?? 0) : here) + 1; // stops that were passed
    const { samples, values, stops } = ways;
    const chosen = crowd.selected.length ? new Set(crowd.selected) : null;
    const rows = Array.from(samples.keys()).filter((k) => !chosen || chosen.has(samples[k])).slice(0, MOST_WAYS);
    const [own] = pose.columns;
    const width = data.centre.length;
    const [nowX, nowY] = this.places();
    const [x, y] = [new Float32Array(last), new Float32Array(last)];
    Object.assign(context, { strokeStyle: ink, lineWidth: this.ratio, globalAlpha: rows.length > 60 ? 0.25 : 0.5 });
    for (const row of rows) {
      project(values.subarray(row * stops * width, (row * stops + last) * width), data.centre, own, x, y);
      context.beginPath();
      for (let k = 0; k < last; k++) context[k ? "lineTo" : "moveTo"](...this.pixelOf([x[k], y[k]]));
      context.lineTo(...this.pixelOf([nowX[samples[row]], nowY[samples[row]]]));
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  /** The way of a sample that was led somewhere; where to, as long as the plane is that of then. */
  led(context, accent, ink) {
    const { data, pose, tour, ratio } = this;
    const { layer, path, goal, matrix } = tour.led;
    if (data.layer !== layer || pose.next) return;
    const [own] = pose.columns;
    const width = data.centre.length;
    const stops = path.length / width;
    const [x, y] = [new Float32Array(stops), new Float32Array(stops)];
    project(path, new Float64Array(width), own, x, y);
    const last = this.pixelOf([x.at(-1), y.at(-1)]);
    Object.assign(context, { strokeStyle: accent, lineWidth: 2.5 * ratio, lineJoin: "round" });
    context.beginPath();
    for (let k = 0; k < stops; k++) context[k ? "lineTo" : "moveTo"](...this.pixelOf([x[k], y[k]]));
    context.stroke();
    drawRing(context, last, (this.radius + 3) * ratio, accent, ratio);
    if (!matrix.every((value, k) => Math.abs(value - own[k]) < 1e-9)) return;
    context.setLineDash([4 * ratio, 4 * ratio]);
    drawArrow(context, last, this.pixelOf(goal), ink, ratio);
    context.setLineDash([]);
  }

  /** It is not needed any more. */
  close() {
    this.observer.disconnect();
    this.painter.close();
    this.element.remove();
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
}
