/** One network's half of the Embedding page: its plots, its whole matrix, and what they are called. */
import { markedOf, marksOf } from "../lib/marks.mjs";
import { clampStart } from "../lib/matrix.mjs";
import { cloudText, orderText, overviewText, placesText, pointsText, undrawnText } from "./captions.mjs";
import { CloudView } from "./cloudview.mjs";
import { make } from "./make.mjs";
import { MatrixView } from "./matrixview.mjs";
import { OverviewMap } from "./overviewmap.mjs";

const PARTS = ["plot", "overview", "overview-panel", "overview-text", "title", "subtitle", "status", "again"];

export class Pane {
  /**
   * The hooks `fitted`, `shown`, `pointed` and `picked` are set by whoever makes it.
   *
   * @param {object} parts
   * @param {(name: string) => HTMLElement} parts.find - one of `PARTS` of the page.
   * @param {import("./workspace.mjs").Workspace} parts.workspace
   * @param {import("./tooltip.mjs").Tooltip} parts.tooltip
   * @param {import("./representation.mjs").Representation} parts.rows - on the vertical axes.
   * @param {() => import("./representation.mjs").Representation} parts.columns - on the horizontal.
   * @param {import("../pages/embedding/epochs.mjs").Epochwise} parts.held - ranges and orders that
   *   hold still while epochs go by.
   * @param {string} [parts.name] - "B", where there are two.
   * @param {() => number} parts.usual - plots in a row before anybody chooses.
   * @param {(window: {row: number, column: number}) => void} parts.go
   * @param {(points: number, window: {rows: number, columns: number}) => void} [parts.fitted] -
   *   before so many points are drawn in so many plots.
   * @param {() => void} [parts.shown] - something was drawn.
   * @param {(sample: number) => void} [parts.pointed] - the pointer is at a sample.
   * @param {(sample: number) => void} [parts.picked] - one sample was picked.
   */
  constructor(parts) {
    Object.assign(this, parts);
    // Found once: when the page is left, what is still on its way ends in elements that nobody sees.
    this.elements = Object.fromEntries(PARTS.map((name) => [name, this.find(name)]));
    this.document = this.elements.plot.ownerDocument;
    const { workspace, tooltip } = this;
    const on = {
      select: (points, how) => this.select(points, how),
      hover: (point, event) => this.hover(point, event),
      open: (point) => this.select(Uint32Array.of(point), "replace"),
      move: (rows, columns) => this.shift(rows, columns),
    };
    this.matrix = new MatrixView({ box: this.elements.plot, workspace, tooltip, on });
    this.cloud = new CloudView({ box: this.elements.plot, workspace, on });
    this.map = new OverviewMap({
      box: this.elements.overview,
      on: { move: (row, column) => this.go({ row, column }) },
    });
    this.turn = 0;
  }

  /** Whether this pane's page is still the one that is shown. */
  get here() {
    return this.elements.plot.isConnected;
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
    if (!this.here) return;
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
    let [found, failure] = [null, ""];
    try {
      found = await this.sides(columns, [...down], [...along]);
    } catch (error) {
      failure = String(error.message ?? error);
    }
    if (turn !== this.turn || !this.here) return; // something newer is on its way
    delete this.rows.errors.columns;
    if (failure) this.waiting((this.rows.errors.columns = failure));
    else if (found) this.show(found, window);
  }

  /** Axes of both sides of the window, null if something else is shown meanwhile. */
  async sides(columns, down, along) {
    if (columns !== this.rows) {
      const found = await Promise.all([this.axes(this.rows, down), this.axes(columns, along)]);
      return found.every(Boolean) ? found : null;
    }
    const list = [...new Set([...down, ...along])]; // on the diagonal both have the same ones
    const axes = await this.axes(this.rows, list);
    return axes && [down, along].map((side) => side.map((feature) => axes[list.indexOf(feature)]));
  }

  show([rows, columns], window) {
    const { view } = this.workspace;
    const { sample, position, count: points } = this.rows.points;
    const title = this.headline(window, [...rows, ...columns].map(({ column }) => column));
    this.fitted?.(points, window);
    const whole = sample.length === this.workspace.labels.length && this.rows.plan.which !== "positions";
    const data = {
      sample: whole ? null : sample, position, count: points, title, layer: this.rows.plan.layer,
      marks: markedOf(this.rows, this.workspace.marks),
    };
    this.trouble();
    if (view.form === "cloud" && rows.length < 3) {
      this.matrix.element?.remove();
      const text = `A cloud needs three features; '${this.rows.plan.layer}' has ${rows.length}.`;
      this.elements.plot.replaceChildren(make(this.document, "p.hint", {}, text));
    } else if (view.form === "cloud") {
      this.cloud.show({ ...data, axes: rows });
    } else {
      this.matrix.show({ ...data, rows, columns });
    }
    this.drawn = { rows, columns, window };
    this.overview(window);
    this.shown?.();
  }

  /** Three features of a cloud: those that somebody named, else the first of the window. */
  axesOf(order, { row, rows }) {
    const named = this.workspace.view.axes.split(",").map(Number);
    const there = named.length === 3 && named.every((k) => Number.isInteger(k) && k >= 0 && k < order.length);
    return there ? Int32Array.from(named) : slice(order, row, rows);
  }

  async axes(rep, list) {
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
  headline(window, columns) {
    const { plan } = this.rows;
    const title = this.name ? `${this.name}, ${plan.layer}` : plan.layer;
    this.elements.title.textContent = this.name ?? `${title}: ${plan.shape.join(" x ")}`;
    const points = pointsText(this.rows, this.workspace.study);
    const text = `${points}; ${this.places(window)}.${undrawnText(columns, this.rows.points.count)}`;
    this.elements.subtitle.textContent = text;
    return `${title}. ${text}`;
  }

  /** Which features are seen. */
  places(window) {
    const { rows } = this.orders;
    if (this.workspace.view.form === "cloud") {
      const named = Array.from(this.axesOf(rows, { row: window.row, rows: 3 }), (k) => this.rows.featureName(k));
      return cloudText(named, rows.length);
    }
    const across = this.columns();
    return placesText({
      window,
      features: rows.length,
      order: this.orderText(this.turned ? this.turned.rep : this.rows),
      across: across === this.rows ? null : across.plan,
      turned: this.turned ? this.rows.plan.layer : null,
    });
  }

  /** In which order the features of the plots stand. */
  orderText(rep) {
    const { order } = this.workspace.view;
    return orderText(rep.orderName(order), this.held.orderEpoch(rep, order));
  }

  /** The whole matrix, and where the window is in it. */
  overview(window) {
    const { rows, workspace } = this;
    const square = this.columns() === rows && !this.turned;
    const { overview } = rows;
    this.elements["overview-panel"].classList.toggle("hidden", !square || rows.plan.features < 2);
    if (!square) return;
    if (!overview) {
      const trouble = rows.errors.overview ?? rows.errors.job;
      if (trouble) this.map.failed(trouble);
      else this.map.waiting("The whole matrix is being drawn");
      this.painted = null;
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
    const [own, held] = [orderText(rows.orderName(workspace.view.order)), this.orderText(rows)];
    this.elements["overview-text"].textContent = overviewText({
      pictured: overview.features.length,
      features: rows.plan.features,
      points: overview,
      order: own,
      held: held === own ? "" : held,
    });
  }

  waiting(trouble) {
    if (!this.here) return;
    const { document } = this;
    const text = trouble || "This layer has not been computed yet; it will appear by itself.";
    this.trouble(trouble ? "" : "Waiting for the worker");
    this.turn += 1;
    this.drawn = null;
    this.elements.plot.replaceChildren(make(document, trouble ? "p.hint.failure" : "p.hint", {}, text));
    this.elements.title.textContent = this.name ?? this.rows.plan?.layer ?? "";
    this.elements.subtitle.textContent = "";
    if (trouble) this.map.failed(trouble);
    else this.map.waiting("Waiting for the layer");
    this.painted = null;
  }

  /** Say below the plots what could not be had of what they show, and offer to try again. */
  trouble(text = this.partial) {
    this.elements.status.textContent = text;
    this.elements.again?.classList.toggle("hidden", !Object.keys(this.rows.errors).length);
  }

  /** What could not be had while the plots are there, in words. */
  get partial() {
    return [...new Set(Object.values(this.rows.errors))].join(" ");
  }

  select(points, how) {
    const { sample } = this.rows.points;
    const samples = Array.from(points, (point) => sample[point]);
    this.workspace.select(samples, how, marksOf(this.rows, points));
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
