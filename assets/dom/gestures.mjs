/** What pointers, wheels and keys do to plots. */
import { cellAt, panRange } from "../lib/matrix.mjs";
import { inside, nearest, toData } from "../lib/points.mjs";
import { howFromEvent } from "../lib/selection.mjs";
import { polygonTest, rectangleTest } from "../lib/shapes.mjs";

export const REACH = 6; // pixels within which a point is meant
export const LEAD_REACH = 18; // the same of one that is to be dragged elsewhere
export const DRAG = 4; // pixels that make a drag of a click
const KEY_ZOOM = 1.25;
const WHEEL_ZOOM = 0.0015; // of the logarithm of a range, a pixel
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/**
 * How a selection changes: as the keys say that are held, else as the bar says.
 * @param {MouseEvent} event
 * @param {import("./workspace.mjs").Workspace} workspace
 * @returns {import("../lib/selection.mjs").How}
 */
export function howOf(event, workspace) {
  const how = howFromEvent(event);
  return how === "replace" ? workspace.how : how;
}

/**
 * What lies in a shape that was drawn.
 * @param {string} tool - "lasso", or a rectangle from the first to the last place.
 * @param {[number, number][]} trail
 * @returns {import("../lib/shapes.mjs").Inside}
 */
export function shapeTest(tool, trail) {
  if (tool === "lasso") return polygonTest(trail);
  const [[x0, y0], [x1, y1]] = [trail[0], trail.at(-1)];
  return rectangleTest({ x0, y0, x1, y1 });
}

/** Those of a scatter-plot matrix: its points are picked, its plots zoomed, moved and brushed. */
export class MatrixGestures {
  /** @param {import("./matrixview.mjs").MatrixView} view */
  constructor(view) {
    this.view = view;
    this.drag = null;
    this.picked = -1; // point of the last click
    const listen = (event, act, how) => view.canvas.addEventListener(event, act, how);
    listen("pointerdown", (event) => this.down(event));
    listen("pointermove", (event) => this.move(event));
    listen("pointerup", (event) => this.up(event));
    listen("pointercancel", () => this.stop());
    listen("pointerleave", () => view.point(-1));
    listen("wheel", (event) => this.wheel(event), { passive: false });
    listen("dblclick", (event) => this.twice(event));
    listen("keydown", (event) => this.key(event));
  }

  /** Row and column of the plot in which a drag began; null without one. */
  get cell() {
    return this.drag?.cell ?? null;
  }

  /** That plot. */
  get plot() {
    return this.view.plots[this.cell.row][this.cell.column];
  }

  /** The shape that is being drawn, in pixels of the canvas; null without one. */
  get shape() {
    const { drag, view } = this;
    if (!drag?.dragging || drag.pan) return null;
    return drag.trail.map(([x, y]) => [x * view.ratio, y * view.ratio]);
  }

  /** Place of the pointer in pixels of the screen, and the plot it is over. */
  at(event) {
    const { canvas, data, layout, plots } = this.view;
    const box = canvas.getBoundingClientRect();
    const place = [event.clientX - box.left, event.clientY - box.top];
    const cell = data && plots.length ? cellAt(layout, ...place) : null;
    return { place, cell, plot: cell && plots[cell.row][cell.column] };
  }

  /** The point under the pointer, -1 for none; what lies on top comes first. */
  under({ place: [x, y], plot }) {
    const { ratio, styles } = this.view;
    if (!plot || plot.empty || !styles) return -1;
    const orders = styles.map(({ order }) => order);
    const [px, py, reach] = [x * ratio, y * ratio, REACH * ratio];
    return nearest(plot.area, plot.view, plot.x, plot.y, px, py, reach, orders);
  }

  down(event) {
    const { place, cell, plot } = this.at(event);
    if (!plot || event.button > 1 || this.drag) return;
    if (event.button === 1) event.preventDefault(); // no scrolling by itself
    const { canvas, tool } = this.view;
    canvas.focus({ preventScroll: true }); // so that Escape can call the shape off
    canvas.setPointerCapture(event.pointerId);
    const pan = event.button === 1 || tool === "pan";
    this.drag = { trail: [place], cell, pan, button: event.button, from: plot.view, dragging: false };
  }

  move(event) {
    const { drag, view } = this;
    const here = this.at(event);
    if (!drag) {
      view.point(this.under(here), event);
      return;
    }
    const [x, y] = drag.trail[0];
    const [dx, dy] = [here.place[0] - x, here.place[1] - y];
    if (!drag.dragging && Math.hypot(dx, dy) <= DRAG) return;
    drag.dragging = true;
    if (drag.pan) this.pan(dx, dy);
    else this.extend(here.place);
  }

  /** Move what the plot shows, by pixels since the drag began. */
  pan(dx, dy) {
    const { view, drag, plot } = this;
    view.element.classList.add("panning");
    const { x0, x1, y0, y1 } = drag.from;
    view.setRange("x", plot.along, panRange([x0, x1], -dx / plot.box.width));
    if (!plot.dots) view.setRange("y", plot.up, panRange([y0, y1], dy / plot.box.height));
    view.soon();
  }

  /** Draw on at the shape, within its plot. */
  extend([x, y]) {
    const { view, drag, plot } = this;
    const { left, top, width, height } = plot.box;
    const within = [
      Math.min(left + width, Math.max(left, x)), Math.min(top + height, Math.max(top, y)),
    ];
    if (view.tool === "lasso") drag.trail.push(within);
    else drag.trail[1] = within;
    view.point(-1);
    view.tooltip.hide();
    view.outline();
  }

  up(event) {
    const { drag, view, shape } = this;
    if (!drag) return;
    const here = this.at(event);
    const plot = shape && this.plot;
    this.stop();
    if (!drag.dragging && drag.button === 0) this.pick(this.under(here), event);
    if (!shape) return;
    const { area, view: seen, x, y, empty } = plot;
    const found = empty ? new Uint32Array(0) : inside(area, seen, x, y, shapeTest(view.tool, shape));
    view.on.select(found, howOf(event, view.workspace));
  }

  /** Select one point; a click beside all of them selects none unless it was to add or take away. */
  pick(point, event) {
    const { on, workspace } = this.view;
    const how = howOf(event, workspace);
    this.picked = point;
    if (point >= 0) on.select(Uint32Array.of(point), how);
    else if (how === "replace") on.select(new Uint32Array(0), how);
  }

  /** Call a drag off. */
  stop() {
    this.drag = null;
    this.view.element.classList.remove("panning");
    this.view.outline();
  }

  twice(event) {
    // What its clicks picked: its own place is rounded, which among many points makes another.
    if (!this.at(event).plot) return;
    if (this.picked >= 0) this.view.on.open(this.picked);
    else this.view.reset();
  }

  wheel(event) {
    const { place, plot } = this.at(event);
    if (!plot || plot.empty) return;
    event.preventDefault();
    const { view } = this;
    const unit = [1, 16, plot.box.height][event.deltaMode];
    const factor = Math.exp(WHEEL_ZOOM * unit * (event.deltaY || event.deltaX)); // shift turns it
    // Where things are now, not where they were drawn last: several notches may share a frame.
    const [x0, x1] = view.range("x", plot.along);
    const [y0, y1] = view.range("y", plot.up);
    const [x, y] = toData(plot.box, { x0, x1, y0, y1 }, ...place);
    if (!event.altKey) view.zoom("x", plot.along, factor, x);
    if (!event.shiftKey && !plot.dots) view.zoom("y", plot.up, factor, y);
    view.soon();
  }

  /** The keyboard's way: arrows move the window, + and - zoom all plots about their middles. */
  key(event) {
    const { data, hovered, on } = this.view;
    if (!data || event.ctrlKey || event.metaKey || event.altKey) return;
    const factor = { "+": 1 / KEY_ZOOM, "=": 1 / KEY_ZOOM, "-": KEY_ZOOM, _: KEY_ZOOM }[event.key];
    if (STEPS[event.key]) on.move(...STEPS[event.key]);
    else if (factor) {
      for (const axis of data.columns) this.view.zoom("x", axis, factor);
      for (const axis of data.rows) this.view.zoom("y", axis, factor);
      this.view.soon();
    } else if (event.key === "0") this.view.reset();
    else if (event.key === "Enter" && hovered >= 0) on.open(hovered);
    else {
      if (event.key === "Escape") this.stop();
      return;
    }
    event.preventDefault();
  }
}
