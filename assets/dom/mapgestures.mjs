/** What pointers, wheels and keys do to a map: select, look, move, zoom. */
import { inside, nearest } from "../lib/points.mjs";
import { along } from "../lib/windows.mjs";
import { DRAG, LEAD_REACH, REACH, howOf, shapeTest } from "./gestures.mjs";
import { diamondAt } from "./mapdiamonds.mjs";
import { PIN_REACH } from "./mappoints.mjs";

const KEY_ZOOM = 1.25;
const KEY_PAN = 0.1; // of what is seen
const WHEEL_ZOOM = 0.0015; // of the logarithm of a length, a pixel
const FAR = 24; // pixels within which Enter means a sample
const STEPS = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

/** Tools that draw a line from a place to another one. */
const LINES = new Set(["look", "lead"]);

/** Places on a line that is drawn for a look along it. */
export const ROW = 6;

export class MapGestures {
  /** @param {import("./mapview.mjs").MapView} view */
  constructor(view) {
    this.view = view;
    this.drag = null;
    this.picked = -1; // sample of the last click
    this.keys = false; // whether the map is used by the keyboard
    const listen = (event, act, how) => view.canvas.addEventListener(event, act, how);
    listen("pointerdown", (event) => this.down(event));
    listen("pointermove", (event) => this.move(event));
    listen("pointerup", (event) => this.up(event));
    listen("pointercancel", () => this.stop());
    listen("pointerleave", () => this.leave());
    listen("wheel", (event) => this.wheel(event), { passive: false });
    listen("dblclick", () => this.twice());
    listen("keydown", (event) => this.key(event));
    listen("focus", () => this.byKeys(view.canvas.matches(":focus-visible")));
    listen("blur", () => this.byKeys(false));
  }

  /** The shape that is being drawn, in pixels of the canvas; null without one. */
  get shape() {
    const { drag, view } = this;
    if (!drag?.dragging || drag.pan || LINES.has(view.tool)) return null;
    return drag.trail.map(([x, y]) => [x * view.ratio, y * view.ratio]);
  }

  /** Places on the line that is being drawn; null without one. */
  get line() {
    const { drag, view } = this;
    if (!drag?.dragging || drag.pan || view.tool !== "look") return null;
    return along(view.placeAt(drag.trail[0]), view.placeAt(drag.trail.at(-1)), ROW);
  }

  /** The sample that is being led, and where to: two places; null without one. */
  get arrow() {
    const { drag, view } = this;
    if (!drag?.dragging || drag.pan || view.tool !== "lead" || drag.sample < 0) return null;
    const { x, y } = view.data;
    return [[x[drag.sample], y[drag.sample]], view.placeAt(drag.trail.at(-1))];
  }

  /** Pixel of the screen under the pointer. */
  at(event) {
    const box = this.view.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  /** The sample at a pixel, -1 for none; what lies on top comes first. */
  under([x, y], reach = Math.max(REACH, this.view.radius + 2)) {
    const { data, drawn, ratio, area, view } = this.view;
    if (!data || !view || !drawn) return -1;
    const orders = [drawn.rest, drawn.chosen];
    return nearest(area, view, data.x, data.y, x * ratio, y * ratio, reach * ratio, orders);
  }

  /** The marker at a pixel, null for none. */
  pin([x, y]) {
    const { view } = this;
    return view.pins.findLast((pin) => {
      const [px, py] = view.pixelOf([pin.x, pin.y]);
      return Math.hypot(px / view.ratio - x, py / view.ratio - y) <= PIN_REACH;
    }) ?? null;
  }

  byKeys(keys) {
    if (this.keys === keys) return;
    this.keys = keys;
    this.view.outline();
  }

  down(event) {
    const { view } = this;
    if (!view.view || event.button > 1 || this.drag) return;
    if (event.button === 1) event.preventDefault(); // no scrolling by itself
    view.canvas.focus({ preventScroll: true, focusVisible: false }); // so that Escape can call the shape off
    this.byKeys(false);
    view.canvas.setPointerCapture(event.pointerId);
    const pan = event.button === 1 || view.tool === "pan";
    const sample = view.tool === "lead" ? this.under(this.at(event), LEAD_REACH) : -1;
    this.drag = { trail: [this.at(event)], sample, pan, button: event.button, from: view.view, dragging: false };
  }

  move(event) {
    const { drag, view } = this;
    if (!view.view) return;
    const here = this.at(event);
    if (!drag) {
      this.point(here, event);
      view.on.place(view.placeAt(here), false);
      return;
    }
    const [x, y] = drag.trail[0];
    const [dx, dy] = [here[0] - x, here[1] - y];
    if (!drag.dragging && Math.hypot(dx, dy) <= DRAG) return;
    drag.dragging = true;
    if (drag.pan) this.pan(dx, dy);
    else this.extend(here);
  }

  /** Point at the diamond, else at the sample, that is there. */
  point(here, event) {
    const { view } = this;
    const diamond = diamondAt(view.place, view.chains, here);
    if (diamond) view.point(-1);
    view.pointDiamond(diamond, event);
    if (!diamond) view.point(this.under(here), event);
  }

  pan(dx, dy) {
    const { view, drag } = this;
    const { width, height } = view.size;
    view.element.classList.add("panning");
    view.pan(-dx / width, dy / height, drag.from);
  }

  /** Draw on at the shape or the line, within the map. */
  extend([x, y]) {
    const { view, drag } = this;
    const { width, height } = view.size;
    const within = [Math.min(width, Math.max(0, x)), Math.min(height, Math.max(0, y))];
    if (view.tool === "lasso") drag.trail.push(within);
    else drag.trail[1] = within;
    view.point(-1);
    view.pointDiamond(null);
    view.outline();
  }

  up(event) {
    const { drag, view, shape, line, arrow } = this;
    if (!drag) return;
    this.stop();
    if (!drag.dragging && drag.button === 0) this.click(this.at(event), event);
    if (line) view.on.look(line[0], line.at(-1));
    if (arrow) view.on.lead(view.data.samples[drag.sample], arrow[1]);
    else if (drag.dragging && !drag.pan && view.tool === "lead") view.on.lead(-1, null);
    if (!shape) return;
    const { data, area } = view;
    const found = inside(area, view.view, data.x, data.y, shapeTest(view.tool, shape));
    view.on.select(found, howOf(event, view.workspace));
  }

  /** Open a marker or what was placed, select a sample, or look at a place where there is none. */
  click(here, event) {
    const { view } = this;
    const pin = this.pin(here);
    const diamond = diamondAt(view.place, view.chains, here);
    this.picked = this.under(here);
    if (pin) view.on.pin(pin);
    else if (diamond) view.on.open(diamond);
    else if (this.picked >= 0) view.on.select(Uint32Array.of(this.picked), howOf(event, view.workspace));
    else if (view.tool === "look") view.on.look(view.placeAt(here), null);
    else if (howOf(event, view.workspace) === "replace") view.on.select(new Uint32Array(0), "replace");
  }

  /** Call a drag off. */
  stop() {
    this.drag = null;
    this.view.element.classList.remove("panning");
    this.view.outline();
  }

  leave() {
    this.view.point(-1);
    this.view.pointDiamond(null);
    this.view.on.place(null, false);
  }

  twice() {
    const { view } = this;
    if (view.view && this.picked < 0 && view.tool !== "look") view.reset();
  }

  wheel(event) {
    const { view } = this;
    if (!view.view) return;
    event.preventDefault();
    const unit = [1, 16, view.size.height][event.deltaMode];
    const factor = Math.exp(WHEEL_ZOOM * unit * (event.deltaY || event.deltaX)); // shift turns it
    view.zoom(factor, view.placeAt(this.at(event)));
  }

  /** The keyboard's way: the map moves under a cross in its middle, which Enter acts on. */
  key(event) {
    const { view } = this;
    if (!view.view || event.ctrlKey || event.metaKey || event.altKey) return;
    const factor = { "+": 1 / KEY_ZOOM, "=": 1 / KEY_ZOOM, "-": KEY_ZOOM, _: KEY_ZOOM }[event.key];
    if (STEPS[event.key]) {
      const [across, up] = STEPS[event.key];
      view.pan(KEY_PAN * across, KEY_PAN * up);
    } else if (factor) view.zoom(factor);
    else if (event.key === "0") view.reset();
    else if (event.key === "Enter") this.enter(event);
    else {
      if (event.key === "Escape") this.stop();
      return;
    }
    event.preventDefault();
    this.byKeys(true);
    view.on.place(view.middle, true);
  }

  enter(event) {
    const { view } = this;
    const { width, height } = view.size;
    if (view.tool === "look") return view.on.look(view.middle, null);
    const found = this.under([width / 2, height / 2], FAR);
    return found < 0 ? undefined : view.on.select(Uint32Array.of(found), howOf(event, view.workspace));
  }
}
