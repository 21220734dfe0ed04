/** Three features as a cloud that can be turned. */
import { cubeEdges, depthOrder, identity, normalise, project, spin, turn } from "../lib/cloud.mjs";
import { drawShape, stylesOf } from "../lib/matrix.mjs";
import { drawPoints, gather, inside, nearest } from "../lib/points.mjs";
import { GROUND } from "../lib/palette.mjs";
import { pack } from "../lib/glyph.mjs";
import { DRAG, REACH, howOf, shapeTest } from "./gestures.mjs";
import { make } from "./make.mjs";

const SEEN = 1.25; // half of what is seen, in half sides of the cube
const TURN = 0.12; // radians a key

export class CloudView {
  /**
   * @param {object} parts
   * @param {HTMLElement} parts.box
   * @param {import("./workspace.mjs").Workspace} parts.workspace
   * @param {{select: Function, hover: Function}} parts.on - as of `MatrixView`.
   */
  constructor({ box, workspace, on }) {
    Object.assign(this, { box, workspace, on, tool: "pan", size: 1.5, opacity: 0.7 });
    this.document = box.ownerDocument;
    this.matrix = turn(identity(), 0.6, 0.35);
    this.zoom = 1;
    this.canvas = make(this.document, "canvas.cloud", { tabIndex: 0, role: "img" });
    this.over = make(this.document, "canvas.cloud-over", { "aria-hidden": "true" });
    this.element = make(this.document, "div.cloud-view", {}, this.canvas, this.over);
    const listen = (event, act) => this.canvas.addEventListener(event, act);
    listen("pointerdown", (event) => this.down(event));
    listen("pointermove", (event) => this.move(event));
    listen("pointerup", (event) => this.up(event));
    listen("pointercancel", () => this.stop());
    listen("pointerleave", () => on.hover(-1));
    listen("wheel", (event) => this.wheel(event));
    listen("keydown", (event) => this.key(event));
    workspace.on("colours", () => this.redraw(), box); // the view itself is not there at first
    this.observer = new ResizeObserver(() => this.redraw());
    this.observer.observe(this.element);
  }

  /** @param {{axes: object[], sample: Int32Array | null, count: number, title: string}} data */
  show(data) {
    if (this.element.parentNode !== this.box) this.box.replaceChildren(this.element);
    this.data = data;
    const ranges = data.axes.map(({ low, high }) => [low, high]);
    this.points = normalise(data.axes.map(({ column }) => column), ranges);
    this.x = new Float32Array(data.count);
    this.y = new Float32Array(data.count);
    this.depth = new Float32Array(data.count);
    this.canvas.setAttribute("aria-label", `${data.title} Arrow keys turn the cloud.`);
    this.redraw();
  }

  get area() {
    return { left: 0, top: 0, width: this.canvas.width, height: this.canvas.height };
  }

  /** The part of the plane that is seen, the same scale both ways. */
  get seen() {
    const { width, height } = this.canvas;
    const half = SEEN / this.zoom;
    const side = Math.min(width, height) || 1;
    const [x, y] = [(half * width) / side, (half * height) / side];
    return { x0: -x, x1: x, y0: -y, y1: y };
  }

  redraw() {
    if (!this.data || !this.element.isConnected) return;
    const { document } = this;
    const ratio = Math.min(document.defaultView.devicePixelRatio || 1, 2);
    const width = Math.round(this.element.clientWidth * ratio);
    const height = Math.round(this.element.clientHeight * ratio);
    if (width < 20 || height < 20) return;
    for (const canvas of [this.canvas, this.over]) {
      if (canvas.width !== width) canvas.width = width;
      if (canvas.height !== height) canvas.height = height;
    }
    this.ratio = ratio;
    project(this.points, this.matrix, this.x, this.y, this.depth);
    const out = new Uint32Array(width * height).fill(pack(GROUND[this.workspace.scheme]));
    const { sample, count } = this.data;
    const { workspace } = this;
    const mask = workspace.standing;
    const colours = gather(workspace.colours(this.data.layer), sample, count);
    const styles = stylesOf({
      mask, marks: this.data.marks, sample, count, radius: this.size * ratio, opacity: this.opacity,
    }).map((style) => ({ ...style, smooth: true, order: depthOrder(this.depth, style.order) }));
    drawPoints(out, width, this.area, this.seen, this.x, this.y, colours, styles);
    const pixels = new ImageData(new Uint8ClampedArray(out.buffer), width);
    this.canvas.getContext("2d").putImageData(pixels, 0, 0);
    this.frame();
  }

  /** The cube's edges and the names of the axes, over the points. */
  frame() {
    const context = this.over.getContext("2d");
    const { width, height } = this.over;
    const { x1, y1 } = this.seen;
    const at = ([x, y]) => [(0.5 + (0.5 * x) / x1) * width, (0.5 - (0.5 * y) / y1) * height];
    const style = this.document.defaultView.getComputedStyle(this.element);
    context.clearRect(0, 0, width, height);
    context.lineWidth = this.ratio;
    context.fillStyle = style.getPropertyValue("--ink");
    context.font = `${12 * this.ratio}px ${style.fontFamily}`;
    context.textAlign = "center";
    cubeEdges(this.matrix).forEach(([from, to], k) => {
      const named = k % 4 === 0; // the three that leave the corner of the smallest values
      context.strokeStyle = style.getPropertyValue(named ? "--quiet" : "--line");
      context.beginPath();
      context.moveTo(...at(from));
      context.lineTo(...at(to));
      context.stroke();
      const beyond = [0, 1].map((side) => to[side] + 0.06 * (to[side] - from[side]));
      if (named) context.fillText(this.data.axes[k / 4].name, ...at(beyond));
    });
    if (this.trail?.length > 1 && this.tool !== "pan") this.outline(context);
  }

  outline(context) {
    const [lasso, dark] = [this.tool === "lasso", this.workspace.scheme === "dark"];
    const trail = lasso ? this.trail : [this.trail[0], this.trail.at(-1)];
    drawShape(context, trail, { lasso, dark, width: 1.5 * this.ratio });
  }

  place(event) {
    const box = this.canvas.getBoundingClientRect();
    return [(event.clientX - box.left) * this.ratio, (event.clientY - box.top) * this.ratio];
  }

  pick(event) {
    const [px, py] = this.place(event);
    return nearest(this.area, this.seen, this.x, this.y, px, py, REACH * this.ratio);
  }

  down(event) {
    if (event.button > 1) return;
    this.canvas.focus({ preventScroll: true });
    this.canvas.setPointerCapture(event.pointerId);
    this.turning = this.tool === "pan" || event.button === 1;
    this.trail = [this.place(event)];
    this.dragging = false;
    event.preventDefault();
  }

  move(event) {
    if (!this.trail) {
      this.on.hover(this.pick(event), event);
      return;
    }
    const point = this.place(event);
    const [x, y] = this.trail.at(this.turning ? -1 : 0);
    this.dragging ||= Math.hypot(point[0] - x, point[1] - y) > DRAG;
    if (!this.dragging) return;
    this.on.hover(-1);
    if (this.turning) {
      const side = Math.min(this.canvas.width, this.canvas.height);
      const radians = Math.PI / side;
      this.matrix = turn(this.matrix, (point[0] - x) * radians, (point[1] - y) * radians);
      this.trail = [point];
      this.redraw();
    } else {
      this.trail.push(point);
      this.frame();
    }
  }

  up(event) {
    if (!this.trail) return;
    const { trail, dragging, turning } = this;
    const how = howOf(event, this.workspace);
    this.stop();
    if (!dragging) {
      const point = this.pick(event);
      this.on.select(point < 0 ? new Uint32Array(0) : Uint32Array.of(point), how);
    } else if (!turning) {
      const test = shapeTest(this.tool, trail);
      this.on.select(inside(this.area, this.seen, this.x, this.y, test), how);
    }
  }

  stop() {
    this.trail = null;
    this.dragging = false;
    if (this.data) this.frame();
  }

  wheel(event) {
    event.preventDefault();
    this.zoom = Math.min(40, Math.max(0.5, this.zoom * Math.exp(-event.deltaY / 500)));
    this.redraw();
  }

  key(event) {
    const turns = { ArrowUp: [0, -TURN], ArrowDown: [0, TURN] };
    const spins = { ArrowLeft: -TURN, ArrowRight: TURN };
    if (event.key in turns) this.matrix = turn(this.matrix, ...turns[event.key]);
    else if (event.key in spins) this.matrix = spin(this.matrix, spins[event.key]);
    else if (event.key === "+" || event.key === "-") this.zoom *= event.key === "+" ? 1.2 : 1 / 1.2;
    else if (event.key === "0") return this.reset();
    else if (event.key === "Escape") return this.stop();
    else return undefined;
    event.preventDefault();
    return this.redraw();
  }

  reset() {
    this.matrix = turn(identity(), 0.6, 0.35);
    this.zoom = 1;
    this.redraw();
  }

  /** The cloud and its frame in one picture. */
  picture() {
    const { width, height } = this.canvas;
    const whole = make(this.document, "canvas", { width, height });
    const context = whole.getContext("2d");
    context.drawImage(this.canvas, 0, 0);
    context.drawImage(this.over, 0, 0);
    return whole;
  }
}
