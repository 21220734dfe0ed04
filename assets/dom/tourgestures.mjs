/** What pointers, wheels and keys do to a tour: drag handles, select, zoom, play. */
import { inside, nearest, toData } from "../lib/points.mjs";
import { DRAG, LEAD_REACH, REACH, howOf, shapeTest } from "./gestures.mjs";

const GRIP = 11; // pixels within which a handle is meant
const STEP = 0.05; // of the length that is seen, that an arrow moves an axis
const ZOOM = 1.25;
const WHEEL_ZOOM = 0.0015; // of the logarithm of a length, a pixel
const KEYS = new Set(["n", "s", "u"]); // what the page does
const STEPS = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

export class TourGestures {
  /** @param {import("./tourpane.mjs").TourPane} pane */
  constructor(pane) {
    this.pane = pane;
    this.grip = null; // what is being dragged: its vector, and by how far beside it was taken
    const listen = (event, act, how) => pane.canvas.addEventListener(event, act, how);
    listen("pointerdown", (event) => this.down(event));
    listen("pointermove", (event) => this.move(event));
    listen("pointerup", (event) => this.up(event));
    listen("pointercancel", () => this.stop());
    listen("pointerleave", () => pane.tour.point(-1));
    listen("wheel", (event) => this.wheel(event), { passive: false });
    listen("keydown", (event) => this.key(event));
  }

  /** What is drawn, and only then can be taken hold of. */
  get ready() {
    return Boolean(this.pane.data && this.pane.ratio);
  }

  /** Pixel of the canvas under the pointer. */
  at(event) {
    const { canvas, ratio } = this.pane;
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) * ratio, (event.clientY - box.top) * ratio];
  }

  placeAt([x, y]) {
    const { area, view } = this.pane;
    return toData(area, view, x, y);
  }

  /** What can be dragged at a pixel: the selection's middle before axes; null for nothing. */
  gripAt([x, y]) {
    const { pane } = this;
    const { pose } = pane;
    if (pose.next?.link) return null; // on the way to other axes
    const near = (vector) => {
      const [px, py] = pane.pixelOf(pose.seen(vector));
      return Math.hypot(px - x, py - y) <= GRIP * pane.ratio;
    };
    if (pane.middle && near(pane.middle)) return { vector: pane.middle, axis: -1 };
    if (!pane.handles) return null;
    for (let k = pane.data.names.length - 1; k >= 0; k--) {
      const vector = pose.axisOf(k);
      if (near(vector)) return { vector, axis: k };
    }
    return null;
  }

  /** The sample at a pixel, -1 for none. */
  under([x, y], least = REACH) {
    const { pane } = this;
    const reach = Math.max(least, pane.radius + 2) * pane.ratio;
    return nearest(pane.area, pane.view, ...pane.places(), x, y, reach);
  }

  /** Pixel of the canvas where a sample is drawn. */
  middleOf(sample) {
    const [x, y] = this.pane.places();
    return this.pane.pixelOf([x[sample], y[sample]]);
  }

  down(event) {
    const { pane } = this;
    if (event.button !== 0 || !this.ready) return;
    pane.canvas.focus({ preventScroll: true });
    pane.canvas.setPointerCapture(event.pointerId);
    const at = this.at(event);
    const leading = pane.tour.tool === "lead";
    const grip = leading ? null : this.gripAt(at);
    if (leading) {
      const sample = this.under(at, LEAD_REACH);
      pane.arrow = { sample, to: at, from: at };
      pane.tour.play(false);
    } else if (grip) {
      const [x, y] = this.placeAt(at);
      const [px, py] = pane.pose.seen(grip.vector);
      this.grip = { ...grip, beside: [px - x, py - y] };
      Object.assign(pane.pose, { axis: grip.axis, held: true });
      pane.tour.on.grip?.();
      pane.tour.play(false); // it stays where it is put
    } else pane.trail = [at];
    pane.tour.point(-1);
    event.preventDefault();
  }

  move(event) {
    const { pane, grip } = this;
    if (!this.ready) return;
    const at = this.at(event);
    if (grip) {
      const [x, y] = this.placeAt(at);
      pane.tour.place(grip.vector, [x + grip.beside[0], y + grip.beside[1]]);
    } else if (pane.arrow) {
      pane.arrow.to = at;
      pane.outline();
    } else if (pane.trail) {
      pane.trail.push(at);
      pane.outline();
    } else {
      const over = pane.tour.tool === "lead" ? null : this.gripAt(at);
      pane.canvas.style.cursor = over ? "grab" : "";
      pane.tour.point(over ? -1 : this.under(at), event);
    }
  }

  up(event) {
    const { pane } = this;
    const { trail, tour, arrow } = pane;
    this.stop();
    const how = howOf(event, tour.workspace);
    if (arrow) {
      const to = this.at(event);
      const far = Math.hypot(to[0] - arrow.from[0], to[1] - arrow.from[1]) > DRAG * pane.ratio;
      if (far) tour.on.lead?.(arrow.sample, this.placeAt(to));
      else if (arrow.sample >= 0) tour.on.select(Uint32Array.of(arrow.sample), how);
    }
    if (!trail) return;
    const [first, last] = [trail[0], this.at(event)];
    const dragged = trail.some(([x, y]) => Math.hypot(x - first[0], y - first[1]) > DRAG * pane.ratio);
    if (dragged) {
      const test = shapeTest(tour.tool, [...trail, last]);
      tour.on.select(inside(pane.area, pane.view, ...pane.places(), test), how);
      return;
    }
    const sample = this.under(last);
    if (sample >= 0) tour.on.select(Uint32Array.of(sample), how);
    else if (how === "replace") tour.on.select(new Uint32Array(0), how);
  }

  stop() {
    this.grip = null;
    this.pane.trail = null;
    this.pane.arrow = null;
    this.pane.pose.held = false;
    this.pane.tour.soon();
  }

  wheel(event) {
    event.preventDefault();
    if (this.ready) this.pane.tour.zoomBy(Math.exp(-WHEEL_ZOOM * (event.deltaMode ? 16 : 1) * event.deltaY));
  }

  key(event) {
    const { tour } = this.pane;
    if (!this.ready || event.ctrlKey || event.metaKey || event.altKey) return;
    const acts = {
      " ": () => tour.play(!tour.playing),
      "+": () => tour.zoomBy(ZOOM),
      "=": () => tour.zoomBy(ZOOM),
      "-": () => tour.zoomBy(1 / ZOOM),
      0: () => tour.reset(),
      "]": () => this.choose(1),
      "[": () => this.choose(-1),
      Escape: () => this.stop(),
    };
    if (STEPS[event.key]) this.nudge(STEPS[event.key]);
    else if (acts[event.key]) acts[event.key]();
    else if (KEYS.has(event.key)) tour.on.key(event.key);
    else return;
    event.preventDefault();
  }

  /** Choose the next axis. */
  choose(step) {
    const { pane } = this;
    if (!pane.handles) return;
    const { length } = pane.data.names;
    const { pose } = pane;
    pose.axis = pose.axis < 0 ? (step > 0 ? 0 : length - 1) : (pose.axis + step + length) % length;
    pane.outline();
  }

  /** Move the chosen axis, or the selection's middle without one. */
  nudge([dx, dy]) {
    const { pane } = this;
    const { pose, tour } = pane;
    if (pose.next?.link) return;
    const vector = pose.axis >= 0 && pane.handles ? pose.axisOf(pose.axis) : pane.middle;
    if (!vector) return;
    const [x, y] = pose.seen(vector);
    const far = (STEP * pose.scale.unit) / pose.zoom;
    tour.on.grip?.();
    tour.play(false);
    tour.place(vector, [x + far * dx, y + far * dy]);
  }
}
