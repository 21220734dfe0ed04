/** What pointers, wheels and keys do to a tour: drag handles, select, zoom, play. */
import { inside, nearest, toData } from "../lib/points.mjs";
import { DRAG, REACH, howOf, shapeTest } from "./gestures.mjs";

const GRIP = 11; // pixels within which a handle is meant
const STEP = 0.05; // of the length that is seen, that an arrow moves an axis
const ZOOM = 1.25;
const WHEEL_ZOOM = 0.0015; // of the logarithm of a length, a pixel
const STEPS = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

export class TourGestures {
  /** @param {import("./tourview.mjs").TourView} view */
  constructor(view) {
    this.view = view;
    this.grip = null; // what is being dragged: its vector, and by how far beside it was taken
    this.trail = null;
    const listen = (event, act, how) => view.canvas.addEventListener(event, act, how);
    listen("pointerdown", (event) => this.down(event));
    listen("pointermove", (event) => this.move(event));
    listen("pointerup", (event) => this.up(event));
    listen("pointercancel", () => this.stop());
    listen("pointerleave", () => view.point(-1));
    listen("wheel", (event) => this.wheel(event), { passive: false });
    listen("keydown", (event) => this.key(event));
  }

  /** Whether the space is held by a hand. */
  get held() {
    return Boolean(this.grip);
  }

  /** Pixel of the canvas under the pointer. */
  at(event) {
    const { canvas, ratio } = this.view;
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) * ratio, (event.clientY - box.top) * ratio];
  }

  placeAt([x, y]) {
    const { area, view } = this.view;
    return toData(area, view, x, y);
  }

  /** What can be dragged at a pixel: the selection's middle before axes; null for nothing. */
  gripAt([x, y]) {
    const { view } = this;
    const near = (vector) => {
      const [px, py] = view.pixelOf(view.seen(vector));
      return Math.hypot(px - x, py - y) <= GRIP * view.ratio;
    };
    if (view.middle && near(view.middle)) return { vector: view.middle, axis: -1 };
    if (!view.handles) return null;
    for (let k = view.data.names.length - 1; k >= 0; k--) {
      const vector = view.axisOf(k);
      if (near(vector)) return { vector, axis: k };
    }
    return null;
  }

  /** The sample at a pixel, -1 for none. */
  under([x, y]) {
    const { view } = this;
    const reach = Math.max(REACH, view.radius + 2) * view.ratio;
    return nearest(view.area, view.view, view.px, view.py, x, y, reach);
  }

  down(event) {
    const { view } = this;
    if (event.button !== 0 || !view.data || !view.ratio) return;
    view.canvas.focus({ preventScroll: true });
    view.canvas.setPointerCapture(event.pointerId);
    const at = this.at(event);
    const grip = this.gripAt(at);
    if (grip) {
      const [x, y] = this.placeAt(at);
      const [px, py] = view.seen(grip.vector);
      this.grip = { ...grip, beside: [px - x, py - y] };
      view.axis = grip.axis;
      view.play(false); // it stays where it is put
    } else this.trail = [at];
    view.point(-1);
    event.preventDefault();
  }

  move(event) {
    const { view, grip, trail } = this;
    if (!view.data || !view.ratio) return;
    const at = this.at(event);
    if (grip) {
      const [x, y] = this.placeAt(at);
      view.place(grip.vector, [x + grip.beside[0], y + grip.beside[1]]);
    } else if (trail) {
      trail.push(at);
      view.outline();
    } else {
      const over = this.gripAt(at);
      view.canvas.style.cursor = over ? "grab" : "";
      view.point(over ? -1 : this.under(at), event);
    }
  }

  up(event) {
    const { view, trail } = this;
    this.stop();
    if (!trail) return;
    const how = howOf(event, view.workspace);
    const [first, last] = [trail[0], this.at(event)];
    const dragged = trail.some(([x, y]) => Math.hypot(x - first[0], y - first[1]) > DRAG * view.ratio);
    if (dragged) {
      const test = shapeTest(view.tool, [...trail, last]);
      view.on.select(inside(view.area, view.view, view.px, view.py, test), how);
      return;
    }
    const sample = this.under(last);
    if (sample >= 0) view.on.select(Uint32Array.of(sample), how);
    else if (how === "replace") view.on.select(new Uint32Array(0), how);
  }

  stop() {
    this.grip = null;
    this.trail = null;
    this.view.soon();
  }

  wheel(event) {
    event.preventDefault();
    if (this.view.data) this.view.zoomBy(Math.exp(-WHEEL_ZOOM * (event.deltaMode ? 16 : 1) * event.deltaY));
  }

  key(event) {
    const { view } = this;
    if (!view.data || event.ctrlKey || event.metaKey || event.altKey) return;
    const acts = {
      " ": () => view.play(!view.playing),
      n: () => view.on.key("n"),
      s: () => view.on.key("s"),
      "+": () => view.zoomBy(ZOOM),
      "=": () => view.zoomBy(ZOOM),
      "-": () => view.zoomBy(1 / ZOOM),
      0: () => view.reset(),
      "]": () => this.choose(1),
      "[": () => this.choose(-1),
      Escape: () => this.stop(),
    };
    if (STEPS[event.key]) this.nudge(STEPS[event.key]);
    else if (acts[event.key]) acts[event.key]();
    else return;
    event.preventDefault();
  }

  /** Choose the next axis. */
  choose(step) {
    const { view } = this;
    if (!view.handles) return;
    const { length } = view.data.names;
    view.axis = view.axis < 0 ? (step > 0 ? 0 : length - 1) : (view.axis + step + length) % length;
    view.outline();
  }

  /** Move the chosen axis, or the selection's middle without one. */
  nudge([dx, dy]) {
    const { view } = this;
    const vector = view.axis >= 0 && view.handles ? view.axisOf(view.axis) : view.middle;
    if (!vector) return;
    const [x, y] = view.seen(vector);
    const far = (STEP * view.unit) / view.zoom;
    view.play(false);
    view.place(vector, [x + far * dx, y + far * dy]);
  }
}
