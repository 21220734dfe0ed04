/** A map of decisions: its ground, its samples, what is placed on it, markers, and what is drawn over. */
import { toData, toPixel } from "../lib/points.mjs";
import { colourOf, toHex } from "../lib/palette.mjs";
import { fitted, panned, readWindow, windowOf, zoomed } from "../lib/windows.mjs";
import { make } from "./make.mjs";
import { drawDiamonds } from "./mapdiamonds.mjs";
import { MapGestures } from "./mapgestures.mjs";
import { MapGround } from "./mapground.mjs";
import { drawOver } from "./mapover.mjs";
import { MapPoints, drawPins, orderOf, radiusOf, splitOrder } from "./mappoints.mjs";

const SMALLEST = 80; // pixels below which nothing is drawn

/**
 * @typedef {object} MapData
 * @property {string} key - of the map.
 * @property {import("../lib/windows.mjs").Window} window - all of it.
 * @property {Int32Array} samples - (m,) in the study.
 * @property {Float32Array} x - (m,)
 * @property {Float32Array} y - (m,)
 */

export class MapView {
  /**
   * @param {object} parts
   * @param {HTMLElement} parts.box - is filled.
   * @param {import("./workspace.mjs").Workspace} parts.workspace
   * @param {object} parts.on
   * @param {(points: Uint32Array, how: import("../lib/selection.mjs").How) => void} parts.on.select
   * @param {(point: number, event?: MouseEvent) => void} parts.on.hover - -1 for no sample.
   * @param {(place: [number, number] | null, byKeys: boolean) => void} parts.on.place - pointed at.
   * @param {(from: [number, number], to: [number, number] | null) => void} parts.on.look - a place
   *   was clicked, or a line was drawn, with the tool for that.
   * @param {(sample: number, to: [number, number]) => void} parts.on.lead - a sample was dragged to a
   *   place, with the tool for that; -1 for a drag that began on none.
   * @param {(pin: import("./mappoints.mjs").Pin) => void} parts.on.pin - a marker was clicked.
   * @param {(diamond: import("./mapdiamonds.mjs").Diamond | null, event?: MouseEvent) => void} parts.on.diamond
   *   - pointed at.
   * @param {(diamond: import("./mapdiamonds.mjs").Diamond) => void} parts.on.open - it was clicked.
   * @param {() => void} parts.on.moved - another part is seen.
   */
  constructor({ box, workspace, on }) {
    Object.assign(this, { box, workspace, on });
    this.document = box.ownerDocument;
    this.page = this.document.defaultView;
    this.tool = "rectangle";
    this.ground = new MapGround(this.document);
    this.points = new MapPoints();
    Object.assign(this, { data: null, look: null, pins: [], next: 1, view: null, hovered: -1 });
    Object.assign(this, { chains: [], marked: null });
    this.build();
    const when = (event, act) => workspace.on(event, act, box);
    when("colours", () => this.recolour());
    when("sample", () => this.outline());
    this.observer = new ResizeObserver(() => this.resized());
    this.observer.observe(this.element);
  }

  build() {
    const canvas = (name, attributes) => make(this.document, `canvas.${name}`, attributes);
    this.floor = canvas("map-floor", { "aria-hidden": "true" });
    this.canvas = canvas("map-samples", { tabIndex: 0, role: "application" });
    this.over = canvas("map-over", { "aria-hidden": "true" });
    this.element = make(this.document, "div.map", {}, this.floor, this.canvas, this.over);
    this.box.append(this.element);
    this.gestures = new MapGestures(this);
  }

  /**
   * Show a map. Another one is seen whole, unless a window of it is named.
   * @param {MapData} data
   * @param {import("./mappoints.mjs").Look} look
   * @param {string} window - of a link; "" for all.
   */
  show(data, look, window) {
    if (this.element.parentNode !== this.box) this.box.replaceChildren(this.element);
    const other = this.data?.key !== data.key;
    this.data = data;
    this.setLook(look);
    if (other) {
      this.where = new Map(Array.from(data.samples, (sample, point) => [sample, point]));
      this.point(-1);
      this.view = null;
    }
    if (other) this.wanted = readWindow(window);
    this.redraw();
  }

  /** @param {import("./mappoints.mjs").Look} look */
  setLook(look) {
    this.look = look;
    this.order = orderOf(look);
  }

  /** What the map is called for those who do not see it. */
  describe(text) {
    this.canvas.setAttribute("aria-label", text);
  }

  /** @param {Parameters<MapGround["set"]>[0]} what */
  setGround(what) {
    this.ground.set(what);
    this.soon();
  }

  /** @param {import("./mappoints.mjs").Pin[]} pins @param {number} next - number of a new one. */
  setPins(pins, next) {
    Object.assign(this, { pins, next });
    this.soon();
  }

  /** @param {import("./mapdiamonds.mjs").Chain[]} chains - of what is placed on the map. */
  setChains(chains) {
    this.chains = chains;
    if (!chains.some(({ diamonds }) => diamonds.includes(this.marked))) this.pointDiamond(null);
    this.soon();
  }

  /** @param {number} strength - of the veil, 0..1. */
  setVeil(strength) {
    this.ground.strength = strength;
    this.soon();
  }

  get whole() {
    return this.data.window;
  }

  /** The view that shows all. */
  get home() {
    return fitted(this.whole, this.size);
  }

  /** Pixels of the screen that the map has. */
  get size() {
    return { width: this.element.clientWidth, height: this.element.clientHeight };
  }

  /** The whole canvas. @returns {import("../lib/points.mjs").Area} */
  get area() {
    return { left: 0, top: 0, width: this.canvas.width, height: this.canvas.height };
  }

  /** How many times larger than at home things are. */
  get magnification() {
    const { home, view } = this;
    return (home.x1 - home.x0) / (view.x1 - view.x0);
  }

  /** The part that is seen; null for all of it. */
  get window() {
    return this.wanted && this.view ? windowOf(this.view) : null;
  }

  /** See a window, in the middle. @param {import("../lib/windows.mjs").Window | null} window */
  goTo(window) {
    if (this.view) this.setView(window ? fitted(window, this.size) : this.home, window);
    else this.wanted = window;
  }

  reset() {
    this.goTo(null);
  }

  /** @param {number} factor @param {[number, number]} [at] - place that stays, else the middle. */
  zoom(factor, at = this.middle) {
    this.setView(zoomed(this.view, factor, at, this.home));
  }

  /** @param {number} across - in sizes of what is seen. @param {number} up */
  pan(across, up, from = this.view) {
    this.setView(panned(from, across, up, this.whole));
  }

  /** Bring a place to the middle. @param {[number, number]} place */
  centre([x, y]) {
    const [x0, y0] = this.middle;
    const { view } = this;
    this.pan((x - x0) / (view.x1 - view.x0), (y - y0) / (view.y1 - view.y0));
  }

  get middle() {
    const { x0, x1, y0, y1 } = this.view;
    return [(x0 + x1) / 2, (y0 + y1) / 2];
  }

  /**
   * @param {import("../lib/points.mjs").View} view
   * @param {import("../lib/windows.mjs").Window | null} [wanted] - what shall be seen whatever size
   *   the map has; null for all. Fitting what was fitted before would lead further out each time.
   */
  setView(view, wanted = windowOf(view)) {
    Object.assign(this, { view, wanted });
    this.point(-1); // what was pointed at is somewhere else now
    this.pointDiamond(null);
    this.soon();
    this.on.moved();
  }

  /** Place of a pixel of the screen on the map. */
  placeAt([x, y]) {
    return toData(this.area, this.view, x * this.ratio, y * this.ratio);
  }

  /** Pixel of the canvas of a place on the map. */
  pixelOf([x, y]) {
    return toPixel(this.area, this.view, x, y);
  }

  /** Draw with the screen's next picture, once however often it is asked for meanwhile. */
  soon() {
    this.pending ??= this.page.requestAnimationFrame(() => this.redraw());
  }

  resized() {
    const { width, height } = this.size;
    if (this.view && width >= SMALLEST && height >= SMALLEST) {
      this.view = fitted(this.wanted ?? this.whole, this.size);
    }
    this.redraw();
  }

  fit() {
    const { width, height } = this.size;
    if (width < SMALLEST || height < SMALLEST) return false;
    this.ratio = Math.min(this.page.devicePixelRatio || 1, 2);
    const [wide, tall] = [Math.round(width * this.ratio), Math.round(height * this.ratio)];
    for (const canvas of [this.floor, this.canvas, this.over]) {
      if (canvas.width !== wide || canvas.height !== tall) Object.assign(canvas, { width: wide, height: tall });
      Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
    }
    if (!this.view) {
      this.view = fitted(this.wanted ?? this.whole, this.size);
      this.on.moved();
    }
    return true;
  }

  redraw() {
    this.page.cancelAnimationFrame(this.pending);
    this.pending = null;
    if (!this.data || !this.workspace.ready || !this.fit()) return;
    this.element.dataset.tool = this.tool;
    this.paintGround();
    this.paintSamples();
    this.outline();
  }

  get place() {
    return { area: this.area, view: this.view, ratio: this.ratio, whole: this.whole };
  }

  get classes() {
    return this.workspace.study.classes.length;
  }

  /** The class that stands out for the moment or for good. */
  get focus() {
    const { peeked, view } = this.workspace;
    return peeked ?? view.focus ?? null;
  }

  paintGround() {
    const { scheme: theme } = this.workspace;
    const look = { classes: this.classes, theme, focus: this.focus };
    this.painted = `${theme} ${this.focus}`;
    this.ground.draw(this.floor.getContext("2d"), this.place, look);
  }

  recolour() {
    if (!this.data || !this.view || !this.element.isConnected || !this.workspace.ready) return;
    if (this.painted !== `${this.workspace.scheme} ${this.focus}`) this.paintGround();
    this.paintSamples();
  }

  /** (m,) which samples stand out: the selection, else the class in focus; null for all. */
  get standing() {
    const { workspace, data, look } = this;
    if (workspace.selected.length) return Uint8Array.from(data.samples, (sample) => workspace.mask[sample]);
    const { focus } = this;
    return focus === null ? null : Uint8Array.from(look.shown, (k) => Number(k === focus));
  }

  /** Of a sample, in pixels of the screen. */
  get radius() {
    return radiusOf(this.data.samples.length, this.size, this.magnification);
  }

  paintSamples() {
    const { workspace, data, look } = this;
    if (!workspace.ready) return;
    const { standing } = this;
    this.drawn = splitOrder(this.order, standing);
    const how = {
      order: this.drawn, standing: Boolean(standing), radius: this.radius, classes: this.classes,
      theme: workspace.scheme,
    };
    this.points.draw(this.canvas, this.place, { x: data.x, y: data.y, look }, how);
    const context = this.canvas.getContext("2d");
    drawDiamonds(context, this.place, this.chains, { theme: workspace.scheme, classes: this.classes });
    this.drawPins(context, this.pins);
  }

  drawPins(context, list) {
    const font = this.page.getComputedStyle(this.element).fontFamily;
    const pins = list.map((pin) => ({
      ...pin, colour: pin.label >= 0 ? toHex(colourOf(pin.label, this.classes)) : "",
    }));
    drawPins(context, this.place, pins, { theme: this.workspace.scheme, font });
  }

  /** What is pointed at, and what is being drawn. */
  outline() {
    drawOver(this);
  }

  /** Say which sample is pointed at. */
  point(point, event) {
    if (point < 0 && this.hovered < 0) return;
    const changed = point !== this.hovered;
    this.hovered = point;
    this.on.hover(point, event);
    if (changed) this.outline();
  }

  /** Say which diamond is pointed at. */
  pointDiamond(diamond, event) {
    if (!diamond && !this.marked) return;
    this.mark(diamond);
    this.on.diamond(diamond, event);
  }

  /** Point a diamond out. @param {import("./mapdiamonds.mjs").Diamond | null} diamond */
  mark(diamond) {
    if (diamond === this.marked) return;
    this.marked = diamond;
    this.outline();
  }

  /** What is seen as one picture, without what only the pointer shows. @returns {HTMLCanvasElement} */
  picture() {
    const { width, height } = this.canvas;
    const out = make(this.document, "canvas", { width, height });
    const context = out.getContext("2d");
    for (const canvas of [this.floor, this.canvas]) context.drawImage(canvas, 0, 0);
    return out;
  }
}
