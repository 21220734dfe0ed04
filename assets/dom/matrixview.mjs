/** A window of a scatter-plot matrix: one canvas of points under one frame, picked and zoomed by cell. */
import { drawFrame, frame, ridge, roomOf } from "../lib/axes.mjs";
import { density, jitter } from "../lib/density.mjs";
import { pack } from "../lib/glyph.mjs";
import {
  cellAt, drawRings, drawShape, layout, padded, panRange, scaled, stylesOf, zoomRange,
} from "../lib/matrix.mjs";
import { GROUND } from "../lib/palette.mjs";
import { drawPoints, gather, inside, nearest, toData } from "../lib/points.mjs";
import { howFromEvent } from "../lib/selection.mjs";
import { polygonTest, rectangleTest } from "../lib/shapes.mjs";
import { make } from "./make.mjs";

const SVG = "http://www.w3.org/2000/svg";
const REACH = 6; // pixels within which a point is meant
const DRAG = 4; // pixels that make a drag of a click
const SMALLEST = 100; // pixels below which nothing is drawn
const CHEAP = 10; // milliseconds that a redraw may take to be done at once
const KEY_ZOOM = 1.25;
const WHEEL_ZOOM = 0.0015; // of the logarithm of a range, a pixel
const HEIGHTS = { y0: -0.03, y1: 1.03 }; // of the jittered points of a dot plot
const TITLE = 26; // pixels above a picture for its title
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/**
 * @typedef {object} Axis
 * @property {string} id - unique per feature.
 * @property {string} name - short: "7", "3 @ 5,7".
 * @property {Float32Array} column - (m,)
 * @property {number} low - smallest value; with high the range that is seen at first.
 * @property {number} high
 * @property {string} [note] - more about the feature.
 */

export class MatrixView {
  /**
   * @param {object} parts
   * @param {HTMLElement} parts.box - is filled.
   * @param {import("./workspace.mjs").Workspace} parts.workspace
   * @param {import("./tooltip.mjs").Tooltip} parts.tooltip
   * @param {object} parts.on
   * @param {(points: Uint32Array, how: import("../lib/selection.mjs").How) => void} parts.on.select
   * @param {(point: number, event?: MouseEvent) => void} parts.on.hover - -1 for no point.
   * @param {(point: number) => void} parts.on.open - double click, or Enter.
   * @param {(rows: number, columns: number) => void} parts.on.move - the window is wanted elsewhere.
   */
  constructor({ box, workspace, tooltip, on }) {
    Object.assign(this, { box, workspace, tooltip, on });
    this.document = box.ownerDocument;
    this.page = this.document.defaultView;
    Object.assign(this, { tool: "rectangle", size: 1.5, opacity: 0.7, layer: null });
    this.colours = () => workspace.colours(this.layer ?? workspace.view.layer);
    this.zoomed = new Map(); // "x:id", "y:id" -> range, and the axis' ends it belongs to
    this.densities = new WeakMap(); // column -> density, and the range it belongs to
    this.plots = [];
    this.data = null;
    this.hovered = -1;
    this.picked = -1;
    this.took = 0; // milliseconds that the last painting took
    this.build();
    const when = (event, listener) => workspace.on(event, listener, box);
    when("colours", () => (this.took < CHEAP ? this.recolour() : this.soon(false)));
    when("sample", () => this.outline());
    when("view", () => this.soon());
    this.observer = new ResizeObserver(() => this.redraw());
    this.observer.observe(this.element);
  }

  build() {
    const { document } = this;
    this.canvas = make(document, "canvas.scatter-points", { tabIndex: 0, role: "application" });
    this.svg = document.createElementNS(SVG, "svg");
    this.svg.classList.add("scatter-frame");
    this.svg.setAttribute("aria-hidden", "true");
    this.over = make(document, "canvas.scatter-over", { "aria-hidden": "true" });
    this.element = make(document, "div.scatter", {}, this.canvas, this.svg, this.over);
    this.box.append(this.element);
    const listen = (event, act, how) => this.canvas.addEventListener(event, act, how);
    listen("pointerdown", (event) => this.down(event));
    listen("pointermove", (event) => this.move(event));
    listen("pointerup", (event) => this.up(event));
    listen("pointercancel", () => this.stop());
    listen("pointerleave", () => this.point(-1));
    listen("wheel", (event) => this.wheel(event), { passive: false });
    listen("dblclick", (event) => this.twice(event));
    listen("keydown", (event) => this.key(event));
  }

  /**
   * @param {object} data
   * @param {Axis[]} data.rows - on the vertical axes.
   * @param {Axis[]} data.columns - on the horizontal ones.
   * @param {Int32Array | null} data.sample - (m,) of every point; null where points are samples.
   * @param {Int32Array | null} data.position - (m,)
   * @param {number} data.count - m.
   * @param {string} data.title
   * @param {Uint8Array | null} [data.marks] - (m,) 1 where a point's position was picked itself.
   * @param {string} [data.layer] - whose colours are shown.
   */
  show(data) {
    if (this.element.parentNode !== this.box) this.box.replaceChildren(this.element);
    if (this.data?.count !== data.count) this.heights = jitter(data.count);
    const { cell } = this.gesture ?? {};
    if (cell && !(data.rows[cell.row] && data.columns[cell.column])) this.stop();
    const ids = ({ rows, columns }) => [...rows, ...columns].map(({ id }) => id).join("\n");
    const same = this.data?.sample === data.sample && this.data.count === data.count;
    if (!same || ids(data) !== ids(this.data)) this.point(-1);
    this.data = data;
    this.layer = data.layer ?? this.layer;
    const seen = (axis) => Number.isFinite(axis.low + axis.high) && axis.column.some(Number.isFinite);
    this.finite = new Map([...data.rows, ...data.columns].map((axis) => [axis, seen(axis)]));
    this.canvas.setAttribute("aria-label", `${data.title} Arrow keys move the window, + and - zoom.`);
    this.redraw();
  }

  /** What an axis shows: where somebody zoomed it to, else all of it. */
  range(letter, axis) {
    const zoom = this.zoomed.get(`${letter}:${axis.id}`);
    return zoom?.low === axis.low && zoom.high === axis.high ? zoom.range : home(axis);
  }

  setRange(letter, axis, range) {
    this.zoomed.set(`${letter}:${axis.id}`, { range, low: axis.low, high: axis.high });
    this.point(-1); // what was pointed at is somewhere else now
  }

  /**
   * Draw with the screen's next picture, once however often it is asked for meanwhile.
   * @param {boolean} [moved] - more than colours has changed.
   */
  soon(moved = true) {
    this.moved ||= moved;
    const draw = () => (this.moved ? this.redraw() : this.recolour());
    this.pending ??= this.page.requestAnimationFrame(draw);
  }

  /** What is asked for is being drawn. */
  settle() {
    this.page.cancelAnimationFrame(this.pending);
    this.pending = null;
    this.moved = false;
  }

  redraw() {
    this.settle();
    if (!this.data || !this.fit()) return;
    this.element.dataset.tool = this.tool;
    this.arrange();
    this.drawFrame();
    this.paint();
    this.outline();
  }

  /** Show everything again. */
  reset() {
    this.zoomed.clear();
    this.redraw();
  }

  fit() {
    const { clientWidth: width, clientHeight: height } = this.element;
    if (width < SMALLEST || height < SMALLEST) return false;
    this.ratio = Math.min(this.page.devicePixelRatio || 1, 2);
    const [wide, tall] = [Math.round(width * this.ratio), Math.round(height * this.ratio)];
    if (this.pixels?.width !== wide || this.pixels.height !== tall) {
      this.pixels = new ImageData(wide, tall);
      for (const canvas of [this.canvas, this.over]) Object.assign(canvas, { width: wide, height: tall });
    }
    for (const { style } of [this.canvas, this.over]) {
      Object.assign(style, { width: `${width}px`, height: `${height}px` });
    }
    this.layout = layout({
      width, height, rows: this.data.rows.length, columns: this.data.columns.length,
    });
    return true;
  }

  /** What every cell shows, and where. */
  arrange() {
    const { rows, columns } = this.data;
    this.plots = rows.map((up, row) =>
      columns.map((along, column) => {
        const dots = up.id === along.id;
        const [x0, x1] = this.range("x", along);
        const [y0, y1] = this.range("y", up);
        const box = this.layout.cells[row][column];
        return {
          up, along, dots, box,
          area: scaled(box, this.ratio),
          view: { x0, x1, ...(dots ? HEIGHTS : { y0, y1 }) },
          x: along.column,
          y: dots ? this.heights : up.column,
          empty: !this.finite.get(along) || !this.finite.get(up),
        };
      }),
    );
  }

  drawFrame() {
    const { rows, columns } = this.data;
    this.lines = frame({
      layout: this.layout, rows, columns,
      x: columns.map((axis) => (this.finite.get(axis) ? this.range("x", axis) : [NaN, NaN])),
      y: rows.map((axis) => (this.finite.get(axis) ? this.range("y", axis) : [NaN, NaN])),
      empty: this.plots.map((line) => line.map(({ empty }) => empty)),
    });
    this.lines.ridges = this.plots
      .flat()
      .filter(({ dots, empty }) => dots && !empty)
      .map(({ x, view, box }) => ridge(this.densityOf(x, view.x0, view.x1), box))
      .filter((points) => points.length);
    this.svg.replaceChildren(...svgOf(this.document, this.lines));
  }

  /** Density of a column within a range; the last one is kept, for most stay while one is zoomed. */
  densityOf(column, low, high) {
    const old = this.densities.get(column);
    if (old?.low === low && old.high === high) return old.heights;
    const heights = density(column, low, high);
    this.densities.set(column, { low, high, heights });
    return heights;
  }

  recolour() {
    if (this.moved) return; // all of it is drawn in a moment
    this.settle();
    if (this.plots.length && this.element.isConnected) this.paint();
  }

  /** The points of all cells. */
  paint() {
    const { data, workspace, ratio, pixels } = this;
    if (!workspace.ready) return;
    const started = this.page.performance.now();
    const out = new Uint32Array(pixels.data.buffer);
    const ground = pack(GROUND[workspace.scheme]);
    const colours = gather(this.colours(), data.sample, data.count);
    this.styles = stylesOf({
      mask: workspace.standing,
      marks: data.marks,
      sample: data.sample,
      count: data.count,
      radius: this.size * ratio,
      opacity: this.opacity,
    });
    out.fill(0);
    for (const { area, view, x, y, empty } of this.plots.flat()) {
      for (let row = area.top; row < area.top + area.height; row++) {
        const start = row * pixels.width + area.left;
        out.fill(ground, start, start + area.width);
      }
      if (!empty) drawPoints(out, pixels.width, area, view, x, y, colours, this.styles);
    }
    // Written and read by the processor alone: keeping it off the graphics card is faster.
    this.canvas.getContext("2d", { willReadFrequently: true }).putImageData(pixels, 0, 0);
    this.took = this.page.performance.now() - started;
  }

  /** Rings around the sample that is pointed at, and the shape that is being drawn. */
  outline() {
    const { over, ratio, gesture } = this;
    const context = over.getContext("2d");
    context.clearRect(0, 0, over.width, over.height);
    if (!this.data || !this.plots.length) return;
    const style = { width: 1.5 * ratio, dark: this.workspace.scheme === "dark" };
    const radius = Math.max(4, 1.4 * this.size + 2) * ratio;
    const plots = this.plots.flat().filter(({ empty }) => !empty);
    const points = this.pointed();
    if (points.length) drawRings(context, plots, points, { ...style, radius });
    if (this.hovered >= 0) drawRings(context, plots, [this.hovered], { ...style, radius: 1.5 * radius });
    if (!gesture?.dragging || gesture.pan) return;
    const trail = gesture.trail.map(([x, y]) => [x * ratio, y * ratio]);
    drawShape(context, trail, { ...style, lasso: this.tool === "lasso" });
  }

  /** Points of the sample that is pointed at, here or elsewhere. */
  pointed() {
    const { sample, count } = this.data;
    const { hovered } = this.workspace;
    if (hovered === null) return [];
    if (!sample) return hovered < count ? [hovered] : [];
    const found = [];
    for (let i = 0; i < count; i++) if (sample[i] === hovered) found.push(i);
    return found;
  }

  /** Place of the pointer in pixels of the screen, and the plot it is over. */
  at(event) {
    const box = this.canvas.getBoundingClientRect();
    const place = [event.clientX - box.left, event.clientY - box.top];
    const cell = this.data && this.plots.length ? cellAt(this.layout, ...place) : null;
    return { place, cell, plot: cell && this.plots[cell.row][cell.column] };
  }

  /** The point under the pointer, -1 for none; what lies on top comes first. */
  under({ place: [x, y], plot }) {
    if (!plot || plot.empty || !this.styles) return -1;
    const { ratio } = this;
    const orders = this.styles.map(({ order }) => order);
    const [px, py, reach] = [x * ratio, y * ratio, REACH * ratio];
    return nearest(plot.area, plot.view, plot.x, plot.y, px, py, reach, orders);
  }

  /** Say which point is pointed at. */
  point(point, event) {
    if (point < 0 && this.hovered < 0) return;
    const changed = point !== this.hovered;
    this.hovered = point;
    this.on.hover(point, event);
    if (changed) this.outline();
  }

  down(event) {
    const { place, cell, plot } = this.at(event);
    if (!plot || event.button > 1 || this.gesture) return;
    if (event.button === 1) event.preventDefault(); // no scrolling by itself
    this.canvas.focus({ preventScroll: true }); // so that Escape can call the shape off
    this.canvas.setPointerCapture(event.pointerId);
    const pan = event.button === 1 || this.tool === "pan";
    this.gesture = { trail: [place], cell, pan, button: event.button, from: plot.view, dragging: false };
  }

  move(event) {
    const { gesture } = this;
    const here = this.at(event);
    if (!gesture) {
      this.point(this.under(here), event);
      return;
    }
    const [x, y] = gesture.trail[0];
    const [dx, dy] = [here.place[0] - x, here.place[1] - y];
    if (!gesture.dragging && Math.hypot(dx, dy) <= DRAG) return;
    gesture.dragging = true;
    const plot = this.plots[gesture.cell.row][gesture.cell.column];
    const { left, top, width, height } = plot.box;
    if (gesture.pan) {
      this.element.classList.add("panning");
      const { x0, x1, y0, y1 } = gesture.from;
      this.setRange("x", plot.along, panRange([x0, x1], -dx / width));
      if (!plot.dots) this.setRange("y", plot.up, panRange([y0, y1], dy / height));
      this.soon();
      return;
    }
    const within = [
      Math.min(left + width, Math.max(left, here.place[0])),
      Math.min(top + height, Math.max(top, here.place[1])),
    ];
    if (this.tool === "lasso") gesture.trail.push(within);
    else gesture.trail[1] = within;
    this.point(-1);
    this.tooltip.hide();
    this.outline();
  }

  up(event) {
    const { gesture, ratio } = this;
    if (!gesture) return;
    const here = this.at(event);
    this.stop();
    if (!gesture.dragging && gesture.button === 0) this.pick(this.under(here), event);
    if (!gesture.dragging || gesture.pan) return;
    const trail = gesture.trail.map(([x, y]) => [x * ratio, y * ratio]);
    const [[x0, y0], [x1, y1]] = trail;
    const test = this.tool === "lasso" ? polygonTest(trail) : rectangleTest({ x0, y0, x1, y1 });
    const { area, view, x, y, empty } = this.plots[gesture.cell.row][gesture.cell.column];
    const found = empty ? new Uint32Array(0) : inside(area, view, x, y, test);
    this.on.select(found, this.how(event));
  }

  how(event) {
    const how = howFromEvent(event);
    return how === "replace" ? this.workspace.how : how;
  }

  /** Select one point; a click beside all of them selects none unless it was to add or take away. */
  pick(point, event) {
    const how = this.how(event);
    this.picked = point;
    if (point >= 0) this.on.select(Uint32Array.of(point), how);
    else if (how === "replace") this.on.select(new Uint32Array(0), how);
  }

  stop() {
    this.gesture = null;
    this.element.classList.remove("panning");
    this.outline();
  }

  twice(event) {
    // What its clicks picked: its own place is rounded, which among many points makes another.
    if (!this.at(event).plot) return;
    if (this.picked >= 0) this.on.open(this.picked);
    else this.reset();
  }

  wheel(event) {
    const { place, plot } = this.at(event);
    if (!plot || plot.empty) return;
    event.preventDefault();
    const unit = [1, 16, plot.box.height][event.deltaMode];
    const factor = Math.exp(WHEEL_ZOOM * unit * (event.deltaY || event.deltaX)); // shift turns it
    // Where things are now, not where they were drawn last: several notches may share a frame.
    const [x0, x1] = this.range("x", plot.along);
    const [y0, y1] = this.range("y", plot.up);
    const [x, y] = toData(plot.box, { x0, x1, y0, y1 }, ...place);
    if (!event.altKey) this.zoom("x", plot.along, factor, x);
    if (!event.shiftKey && !plot.dots) this.zoom("y", plot.up, factor, y);
    this.soon();
  }

  zoom(letter, axis, factor, at) {
    const range = this.range(letter, axis);
    const middle = (range[0] + range[1]) / 2;
    this.setRange(letter, axis, zoomRange(range, factor, at ?? middle, home(axis)));
  }

  /** The keyboard's way: arrows move the window, + and - zoom all plots about their middles. */
  key(event) {
    if (!this.data || event.ctrlKey || event.metaKey || event.altKey) return;
    const factor = { "+": 1 / KEY_ZOOM, "=": 1 / KEY_ZOOM, "-": KEY_ZOOM, _: KEY_ZOOM }[event.key];
    if (STEPS[event.key]) this.on.move(...STEPS[event.key]);
    else if (factor) {
      for (const axis of this.data.columns) this.zoom("x", axis, factor);
      for (const axis of this.data.rows) this.zoom("y", axis, factor);
      this.soon();
    } else if (event.key === "0") this.reset();
    else if (event.key === "Enter" && this.hovered >= 0) this.on.open(this.hovered);
    else {
      if (event.key === "Escape") this.stop();
      return;
    }
    event.preventDefault();
  }

  /** Everything that is seen, with its title, for a file. @returns {HTMLCanvasElement | null} */
  picture() {
    if (!this.plots.length) return null;
    const { canvas, ratio, document } = this;
    const style = this.page.getComputedStyle(this.element);
    const of = (name) => style.getPropertyValue(`--${name}`).trim();
    const colours = { ink: of("ink"), quiet: of("quiet"), line: of("line"), font: style.fontFamily };
    const top = Math.round(TITLE * ratio);
    const out = make(document, "canvas", { width: canvas.width, height: canvas.height + top });
    const context = out.getContext("2d");
    context.fillStyle = of("ground");
    context.fillRect(0, 0, out.width, out.height);
    context.drawImage(canvas, 0, top);
    context.scale(ratio, ratio);
    context.fillStyle = colours.ink;
    context.font = `600 13px ${colours.font}`;
    context.textBaseline = "middle";
    context.fillText(this.data.title, 10, TITLE / 2 + 2, canvas.width / ratio - 20);
    context.translate(0, top / ratio);
    drawFrame(context, this.lines, colours);
    return out;
  }

  destroy() {
    this.observer.disconnect();
    this.settle();
    this.data = null;
    this.plots = [];
    this.element.remove();
  }
}

/** What an axis shows that nobody zoomed. */
const home = ({ low, high }) => padded(low, high);

/** A frame as elements. */
function svgOf(document, { boxes, ticks, labels, ridges }) {
  const shape = (tag, attributes, text = "") => {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.textContent = text;
    return element;
  };
  const line = (points) => `M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}`;
  return [
    ...boxes.map(({ left, top, width, height }) =>
      shape("rect", { x: left - 0.5, y: top - 0.5, width: width + 1, height: height + 1 })),
    shape("path", {
      class: "ticks", d: ticks.map(([x0, y0, x1, y1]) => line([[x0, y0], [x1, y1]])).join(""),
    }),
    ...ridges.map((points) => shape("path", { class: "ridge", d: line(points) })),
    ...labels.map((label) => {
      const { x, y, text, role, size, anchor, turned, limit, note } = label;
      const place = turned ? { transform: `translate(${x} ${y}) rotate(-90)` } : { x, y };
      const squeeze = roomOf(label) > limit ? { textLength: limit, lengthAdjust: "spacingAndGlyphs" } : {};
      const style = { class: role, "font-size": size, "text-anchor": anchor };
      const element = shape("text", { ...style, ...place, ...squeeze }, text);
      if (note) element.append(shape("title", {}, note));
      return element;
    }),
  ];
}
