/** A window of a scatter-plot matrix: one canvas of points under one frame, picked and zoomed by cell. */
import { frame, ridge } from "../lib/axes.mjs";
import { density, jitter } from "../lib/density.mjs";
import { pack } from "../lib/glyph.mjs";
import { drawRings, drawShape, layout, padded, scaled, stylesOf, zoomRange } from "../lib/matrix.mjs";
import { GROUND } from "../lib/palette.mjs";
import { drawPoints, gather } from "../lib/points.mjs";
import { MatrixGestures } from "./gestures.mjs";
import { make } from "./make.mjs";
import { fillFrame, framedPicture, makeFrame } from "./plotframe.mjs";

const SMALLEST = 100; // pixels below which nothing is drawn
const CHEAP = 10; // milliseconds that a redraw may take to be done at once
const HEIGHTS = { y0: -0.03, y1: 1.03 }; // of the jittered points of a dot plot

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
    this.svg = makeFrame(document);
    this.over = make(document, "canvas.scatter-over", { "aria-hidden": "true" });
    this.element = make(document, "div.scatter", {}, this.canvas, this.svg, this.over);
    this.box.append(this.element);
    this.gestures = new MatrixGestures(this);
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
    const { cell } = this.gestures;
    if (cell && !(data.rows[cell.row] && data.columns[cell.column])) this.gestures.stop();
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

  /** Zoom an axis about a value, the middle of what it shows by default. */
  zoom(letter, axis, factor, at) {
    const range = this.range(letter, axis);
    const middle = (range[0] + range[1]) / 2;
    this.setRange(letter, axis, zoomRange(range, factor, at ?? middle, home(axis)));
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
    fillFrame(this.svg, this.lines);
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
    const { over, ratio } = this;
    const context = over.getContext("2d");
    context.clearRect(0, 0, over.width, over.height);
    if (!this.data || !this.plots.length) return;
    const style = { width: 1.5 * ratio, dark: this.workspace.scheme === "dark" };
    const radius = Math.max(4, 1.4 * this.size + 2) * ratio;
    const plots = this.plots.flat().filter(({ empty }) => !empty);
    const points = this.pointed();
    if (points.length) drawRings(context, plots, points, { ...style, radius });
    if (this.hovered >= 0) drawRings(context, plots, [this.hovered], { ...style, radius: 1.5 * radius });
    const { shape } = this.gestures;
    if (shape) drawShape(context, shape, { ...style, lasso: this.tool === "lasso" });
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

  /** Say which point is pointed at. */
  point(point, event) {
    if (point < 0 && this.hovered < 0) return;
    const changed = point !== this.hovered;
    this.hovered = point;
    this.on.hover(point, event);
    if (changed) this.outline();
  }

  /** Everything that is seen, with its title, for a file. @returns {HTMLCanvasElement | null} */
  picture() {
    if (!this.plots.length) return null;
    const { canvas, lines, ratio, data } = this;
    const style = this.page.getComputedStyle(this.element);
    return framedPicture({ canvas, lines, ratio, style, title: data.title });
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
