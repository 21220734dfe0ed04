/** One network's half of the Embedding page: its plots, its whole matrix, and what they are called. */
import { clampStart } from "../lib/matrix.mjs";
import { CloudView } from "./cloudview.mjs";
import { count, make } from "./make.mjs";
import { MatrixView } from "./matrixview.mjs";
import { OverviewMap } from "./overviewmap.mjs";

export class Pane {
  /**
   * @param {object} parts
   * @param {(name: string) => HTMLElement} parts.find - "plot", "overview", "overview-text", "title",
   *   "subtitle", "status".
   * @param {import("./workspace.mjs").Workspace} parts.workspace
   * @param {import("./tooltip.mjs").Tooltip} parts.tooltip
   * @param {import("./representation.mjs").Representation} parts.rows - on the vertical axes.
   * @param {() => import("./representation.mjs").Representation} parts.columns - on the horizontal.
   * @param {import("../pages/embedding/epochs.mjs").Epochwise} parts.held - ranges and orders that
   *   hold still while epochs go by.
   * @param {string} [parts.name] - "B", where there are two.
   * @param {() => number} parts.usual - plots in a row before anybody chooses.
   * @param {(window: {row: number, column: number}) => void} parts.go
   * @param {(feature: number) => void} parts.chosen - a plot was opened.
   */
  constructor(parts) {
    Object.assign(this, parts);
    this.document = this.find("plot").ownerDocument;
    const { workspace, tooltip } = this;
    const on = {
      select: (points, how) => this.select(points, how),
      hover: (point, event) => this.hover(point, event),
      open: (point) => this.select(Uint32Array.of(point), "replace"),
      move: (rows, columns) => this.shift(rows, columns),
    };
    this.matrix = new MatrixView({ box: this.find("plot"), workspace, tooltip, on });
    this.cloud = new CloudView({ box: this.find("plot"), workspace, on });
    this.map = new OverviewMap({
      box: this.find("overview"),
      on: { move: (row, column) => this.go({ row, column }) },
    });
    this.turn = 0;
  }

  /** Features of this pane in order, rows and columns. */
  get orders() {
    const { view } = this.workspace;
    const columns = this.columns();
    const across = columns !== this.rows;
    // What is turned towards another representation has that one's features.
    const own = this.turned ? this.turned.rep : this.rows;
    const order = this.held.order(own, view.order);
    return { rows: order, columns: across ? this.held.order(columns, null) : order };
  }

  /** Whether one plot says it all, and nobody has asked for more. */
  get single() {
    const { view } = this.workspace;
    return this.columns() === this.rows && this.orders.rows.length === 2 && view.size === null;
  }

  /** Which places are in the window. */
  window(orders = this.orders) {
    const { view } = this.workspace;
    // Two features make one plot: the others are its mirror and two dot plots.
    if (this.single) return { rows: 1, columns: 1, row: 1, column: 0 };
    const size = Math.min(8, Math.max(1, view.size ?? this.usual()));
    const rows = Math.min(size, orders.rows.length);
    const columns = Math.min(size, orders.columns.length);
    return {
      rows,
      columns,
      row: clampStart(view.row ?? 0, rows, orders.rows.length),
      column: clampStart(view.column ?? 0, columns, orders.columns.length),
    };
  }

  /** Draw what is there: plots, or why there are none yet. */
  async draw() {
    const columns = this.columns();
    const trouble = this.rows.error || columns.error;
    if (trouble || !this.rows.ready || !columns.ready) {
      this.waiting(trouble);
      return;
    }
    const turn = ++this.turn;
    const orders = this.orders;
    const window = this.window(orders);
    const { view } = this.workspace;
    const places = view.form === "cloud" ? { ...window, rows: 3, columns: 0, column: 0 } : window;
    places.row = clampStart(places.row, places.rows, orders.rows.length);
    const down = view.form === "cloud" ? this.axesOf(orders.rows, places) : slice(orders.rows, places.row, places.rows);
    const along = slice(orders.columns, places.column, places.columns);
    let found;
    try {
      found = await Promise.all([this.axes(this.rows, down), this.axes(columns, along)]);
    } catch (error) {
      this.waiting(String(error.message ?? error));
      return;
    }
    if (turn !== this.turn || found.some((axes) => !axes)) return; // something newer is on its way
    this.show(found, window);
  }

  show([rows, columns], window) {
    const { view } = this.workspace;
    const { sample, position, count: points } = this.rows.points;
    this.seen = { columns: [...rows, ...columns].map(({ column }) => column), points };
    const title = this.headline(window);
    this.fitted?.(points, window);
    const whole = sample.length === this.workspace.labels.length && this.rows.plan.which !== "positions";
    const data = {
      sample: whole ? null : sample, position, count: points, title, layer: this.rows.plan.layer,
      marks: this.marks(sample, position),
    };
    this.note("");
    if (view.form === "cloud" && rows.length < 3) {
      this.matrix.element?.remove();
      const text = `A cloud needs three features; '${this.rows.plan.layer}' has ${rows.length}.`;
      this.find("plot").replaceChildren(make(this.document, "p.hint", {}, text));
    } else if (view.form === "cloud") {
      this.cloud.show({ ...data, axes: rows });
    } else {
      this.matrix.show({ ...data, rows, columns });
    }
    this.drawn = { rows, columns, window };
    this.overview(window);
    this.shown?.();
  }

  /** Which points were picked themselves, where positions count. */
  marks(sample, position) {
    const { marks } = this.workspace;
    const { plan, grid } = this.rows;
    if (!marks || plan.which === "samples" || marks.grid !== grid.join(" x ")) return null;
    const picked = new Set(marks.points);
    const out = new Uint8Array(sample.length);
    for (let i = 0; i < out.length; i++) {
      if (picked.has(sample[i] * plan.positions + position[i])) out[i] = 1;
    }
    return out;
  }

  /** Three features of a cloud: those that somebody named, else the first of the window. */
  axesOf(order, { row, rows }) {
    const named = this.workspace.view.axes.split(",").map(Number);
    const there = named.length === 3 && named.every((k) => Number.isInteger(k) && k >= 0 && k < order.length);
    return there ? Int32Array.from(named) : slice(order, row, rows);
  }

  async axes(rep, features) {
    const list = Array.from(features);
    if (this.turned) return this.turnedAxes(list);
    const columns = await rep.columns(list);
    if (!columns) return null;
    return list.map((feature, k) => {
      const [low, high] = this.held.range(rep, feature) ?? [rep.features.low[feature], rep.features.high[feature]];
      const id = `${rep.plan.layer} ${feature}`;
      const name = rep.featureName(feature);
      return { id, name, column: columns[k], low, high, feature };
    });
  }

  /** Features of B turned towards A's, named by them. */
  async turnedAxes(list) {
    const { turned } = this;
    const block = await this.rows.fetchColumns(turned.key, list);
    return list.map((feature, k) => ({
      id: `turned ${feature}`,
      name: `≈ ${turned.rep.featureName(feature)}`,
      column: block[k],
      low: turned.low[feature],
      high: turned.high[feature],
      feature,
    }));
  }

  /** What is seen, in words; also the plot's text for those who do not see it. */
  headline(window) {
    const { plan, facts, grid } = this.rows;
    const { workspace } = this;
    const { study } = workspace;
    const shape = plan.shape.join(" x ");
    const title = this.name ? `${this.name}, ${plan.layer}` : plan.layer;
    this.find("title").textContent = this.name ?? `${title}: ${shape}`;
    const { count: shown, total } = facts.points;
    const { count: drawn } = this.rows.points;
    const where = {
      samples: plan.positions > 1 ? ", every value a feature" : "",
      strongest: " at their strongest position",
      position: grid.length ? ` at position ${this.rows.placeName(plan.position)}` : "",
      positions: "",
    }[plan.which];
    const points =
      plan.which === "positions"
        ? `${count(Math.max(shown, drawn))} of ${count(total)} points: ${count(study.n)} ${study.split} samples at ` +
          (shown < total ? `${Math.round(shown / study.n)} of ${count(plan.positions)} positions each` : `${count(plan.positions)} positions`) +
          (this.rows.focus ? ", the selected at more" : "")
        : `${count(study.n)} of ${count(study.total)} ${study.split} samples${where}`;
    const text = `${points}; ${this.places(window)}.${this.undrawn()}`;
    this.find("subtitle").textContent = text;
    return `${title}. ${text}`;
  }

  /** Which features are seen, by their places in the order. */
  places(window) {
    const { plan, usual } = this.rows;
    const { view } = this.workspace;
    const across = this.columns();
    const to = (start, size) => (size === 1 ? `${start + 1}` : `${start + 1}–${start + size}`);
    const rows = this.orders.rows.length;
    const order = {
      stored: "as stored", separation: "by class separation", variance: "by variance", clusters: "by correlation",
    }[view.order || (this.turned?.rep.usual ?? usual)];
    if (view.form === "cloud") {
      const named = Array.from(this.axesOf(this.orders.rows, { row: window.row, rows: 3 }), (k) => this.rows.featureName(k));
      return `${named.join(", ")} of ${count(rows)} features`;
    }
    const up = `places ${to(window.row, window.rows)} up`;
    const along = to(window.column, window.columns);
    if (across !== this.rows) {
      return `${up} of ${count(rows)} features ${order}, ${along} of ${count(across.plan.features)} of ${across.plan.layer} across`;
    }
    const what = this.turned ? `features of A, towards which ${plan.layer} is turned,` : "features";
    return `${up}, ${along} across of ${count(rows)} ${what} ${order}`;
  }

  /** How many points have no place in some plot, because a value is no number. */
  undrawn() {
    if (!this.seen) return "";
    let missing = 0;
    const { columns, points } = this.seen;
    for (let i = 0; i < points; i++) if (columns.some((column) => !Number.isFinite(column[i]))) missing++;
    return missing ? ` ${count(missing)} of these points lack a finite value here and are not drawn.` : "";
  }

  /** The whole matrix, and where the window is in it. */
  overview(window) {
    const { rows, workspace } = this;
    const square = this.columns() === rows && !this.turned;
    const { overview } = rows;
    this.find("overview-panel").classList.toggle("hidden", !square || rows.plan.features < 2);
    if (!square) return;
    if (!overview) {
      this.map.waiting("The whole matrix is being drawn");
      return;
    }
    const order = this.held.order(rows, workspace.view.order);
    const wide = rows.plan.features > overview.features.length;
    const state = [overview, order, workspace.scheme, workspace.peeked ?? workspace.view.focus];
    if (!this.painted || state.some((one, k) => one !== this.painted[k])) {
      this.painted = state;
      this.map.show({
        ...overview,
        features: overview.features.length,
        order: wide ? null : order,
        palette: workspace.palette,
        classes: workspace.study.classes.length,
        focus: workspace.peeked ?? workspace.view.focus,
        theme: workspace.scheme,
        text: `All ${rows.plan.features} x ${rows.plan.features} plots of ${rows.plan.layer}`,
      });
    }
    this.map.window({ rowStart: window.row, columnStart: window.column, rows: window.rows, columns: window.columns });
    const { shown, total } = overview;
    this.find("overview-text").textContent =
      (wide ? `The first ${count(overview.features.length)} of ${count(rows.plan.features)} features. ` : "") +
      (shown < total ? `${count(shown)} of ${count(total)} points. ` : "") +
      "All points, whatever is selected. Drag the box, or scroll.";
  }

  waiting(trouble) {
    const { document } = this;
    const text = trouble || "This layer has not been computed yet; it will appear by itself.";
    this.note(trouble ? "" : "Waiting for the worker");
    this.turn += 1;
    this.drawn = null;
    this.find("plot").replaceChildren(make(document, trouble ? "p.hint.failure" : "p.hint", {}, text));
    this.find("title").textContent = this.name ?? this.rows.plan?.layer ?? "";
    this.find("subtitle").textContent = "";
    if (trouble) this.map.failed(trouble);
    else this.map.waiting("Waiting for the layer");
    this.painted = null;
  }

  /** A part could not be had, while the plots are there. */
  partly(text) {
    this.note(text);
    if (!this.rows.overview) this.map.failed(text);
  }

  note(text) {
    this.find("status").textContent = text;
  }

  select(points, how) {
    const { sample, position } = this.rows.points;
    const { plan, grid } = this.rows;
    const samples = Array.from(points, (point) => sample[point]);
    const marks =
      plan.which === "positions" && points.length
        ? {
            grid: grid.join(" x "),
            positions: plan.positions,
            points: Uint32Array.from(points, (point) => sample[point] * plan.positions + position[point]).sort(),
          }
        : null;
    this.workspace.select(samples, how, marks);
    if (points.length === 1) this.picked?.(samples[0]);
  }

  hover(point, event) {
    if (point < 0) {
      this.workspace.hover(null);
      this.tooltip.hide();
      return;
    }
    const { sample, position } = this.rows.points;
    const { plan } = this.rows;
    this.workspace.hover(sample[point]);
    const placed = plan.positions > 1 && plan.which !== "samples";
    const lines = placed ? [`position ${this.rows.placeName(position[point])} of ${plan.layer}`] : [];
    this.tooltip.sample(event, sample[point], { lines, box: placed ? this.rows.boxOf(point) : null });
    this.pointed?.(sample[point]);
  }

  shift(rows, columns) {
    const { row, column } = this.window();
    this.go({ row: row + rows, column: column + columns });
  }

  get view() {
    return this.workspace.view.form === "cloud" ? this.cloud : this.matrix;
  }

  /** How points look from the next drawing on. */
  look({ tool, radius, opacity }) {
    for (const view of [this.matrix, this.cloud]) Object.assign(view, { tool, size: radius, opacity });
  }

  style(style) {
    this.look(style);
    if (this.drawn) this.view.redraw();
  }
}

const slice = (order, start, size) => order.subarray(start, start + size);
