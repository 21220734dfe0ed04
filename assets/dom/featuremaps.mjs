/** What every layer makes of a sample, or of many on average: all feature maps in one column. */
import {
  beside, boxOf, gridOf, hit, layoutMaps, paintLayer, pixelOf, placeOf, shrink, tableRows,
} from "../lib/maps.mjs";
import { ranges, union } from "../lib/ramps.mjs";
import { make } from "./make.mjs";
import { MapBrush } from "./mapbrush.mjs";
import { mapSheet, shades, short, sizes } from "./mapsheet.mjs";

const NEAR = 300; // pixels beyond the panel within which layers are kept painted
const SIDES = 8; // padding of the column, as in the style sheet
const BELOW = 16; // pixels that stay free below what is scrolled to
const MOST_CROSSED = 2048; // filters of a layer
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @typedef {import("../lib/maps.mjs").Spot} Spot */
/** @typedef {{name: string, kind: string, operation: string, shape: number[]}} Layer */
/** @typedef {{layer: string, feature: number, row: number | null, column: number | null}} Place
 * - of the layer itself, where it is shown smaller where the pixel begins; no row and column in a
 *   vector. */

function frame(element, { left, top, width, height }) {
  const style = { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` };
  Object.assign(element.style, style);
}

export class FeatureMaps {
  #scaling = "layer";
  #zoom = 1;
  #active = null;

  /**
   * @param {object} parts
   * @param {HTMLElement} parts.box - of a height of its own; the layers scroll in it.
   * @param {import("./workspace.mjs").Workspace} parts.workspace
   * @param {import("./tooltip.mjs").Tooltip} parts.tooltip
   * @param {{layer: (name: string) => void, pixel: (place: Place) => void,
   *   brush?: ((layer: string, features: number[]) => void) | null}} parts.on - brush: a lasso
   *   was drawn over maps; none is drawn where it is missing.
   */
  constructor({ box, workspace, tooltip, on }) {
    Object.assign(this, { box, workspace, tooltip, on });
    this.document = box.ownerDocument;
    this.entries = [];
    this.data = null;
    this.heading = make(this.document, "p.maps-title");
    this.column = make(this.document, "div.maps-scroll");
    this.root = make(this.document, "div.maps", {}, this.heading, this.column);
    this.frozen = new Map(); // layer -> filters that are crossed out
    this.pixels = new Uint32Array(0); // one buffer serves every layer in turn
    box.replaceChildren(this.root);
    const when = (event) => workspace.on(event, () => this.theme !== workspace.scheme && this.draw(), box);
    when("view");
    when("colours");
    const { IntersectionObserver, ResizeObserver } = this.document.defaultView;
    const margins = { root: this.column, rootMargin: `${NEAR}px 0px` };
    this.nearness = new IntersectionObserver((seen) => this.look(seen), margins);
    new ResizeObserver(() => this.fit()).observe(this.column);
  }

  /** Take up a network. @param {Layer[]} list - in the order of the data flow. */
  layers(list) {
    this.nearness.disconnect();
    this.data = null;
    this.heading.textContent = "";
    this.entries = list.map((layer) => this.build(layer));
    this.column.replaceChildren(...this.entries.map(({ section }) => section));
    for (const { section } of this.entries) this.nearness.observe(section);
    this.mark();
  }

  build(layer) {
    const { document } = this;
    const part = (tag, ...rest) => make(document, tag, ...rest);
    const name = part("button.maps-name", { type: "button", title: layer.operation }, layer.name);
    const [low, high, bar] = [part("span.maps-end"), part("span.maps-end"), part("i.maps-bar")];
    const scale = part("span.maps-scale", { hidden: true }, low, bar, high);
    const head = part("div.maps-head", {}, name, part("span.maps-shape", {}, sizes(layer.shape)), scale);
    const canvas = part("canvas", { tabIndex: 0, role: "img" });
    const map = part("i.maps-focus", { hidden: true });
    const pixel = part("i.maps-focus.maps-pixel", { hidden: true });
    const pointer = part("i.maps-pointer", { hidden: true });
    const stage = part("div.maps-stage", { hidden: true }, canvas, map, pixel, pointer);
    const section = part("section.maps-layer", {}, head, stage);
    const entry = { layer, section, name, scale, low, high, bar, stage, canvas, map, pixel, pointer };
    name.addEventListener("click", () => this.on.layer(layer.name));
    for (const event of ["pointermove", "pointerdown"]) {
      canvas.addEventListener(event, (at) => this.point(entry, this.under(entry, at), at));
    }
    canvas.addEventListener("pointerleave", () => this.leave(entry));
    const dark = () => this.workspace.scheme === "dark";
    entry.brush = new MapBrush(entry, (features) => this.on.brush?.(layer.name, features), () => Boolean(this.on.brush), dark);
    canvas.addEventListener("click", (event) => {
      if (entry.brush.took()) return;
      // What is pointed at goes before the event, whose place may be rounded to another pixel.
      this.pick(entry, pointer.hidden ? this.under(entry, event) : entry.spot);
    });
    canvas.addEventListener("keydown", (event) => this.key(entry, event));
    canvas.addEventListener("blur", () => this.leave(entry));
    return entry;
  }

  /**
   * Show values of all layers.
   * @param {object} data
   * @param {Float32Array} data.values - all layers' maps, flat, in their order.
   * @param {import("../lib/maps.mjs").Piece[]} data.pieces - one per layer.
   * @param {string} data.title - of what they are.
   * @param {import("../lib/ramps.mjs").Range[]} [data.ranges] - of every layer's colours, where they
   *   are not those of its own values.
   */
  show({ values, pieces, title, ranges: given }) {
    this.data = { values, pieces, given };
    this.overall = null;
    for (const entry of this.entries) entry.range = null;
    if (this.heading.parentNode !== this.root) this.root.replaceChildren(this.heading, this.column);
    this.fit();
    this.heading.textContent = this.heading.title = title;
  }

  /** Show nothing but a hint. @param {string} text */
  clear(text) {
    this.data = null;
    this.tooltip.hide();
    this.root.replaceChildren(make(this.document, "p.hint", {}, text));
  }

  get scaling() {
    return this.#scaling;
  }

  /** @param {"layer" | "global"} scaling - one scale per layer, or one for all but the input. */
  set scaling(scaling) {
    if (scaling === this.#scaling) return;
    this.#scaling = scaling;
    this.draw();
  }

  get zoom() {
    return this.#zoom;
  }

  /** @param {number} zoom - 1 to 4; the layer at the top of the panel stays there. */
  set zoom(zoom) {
    const wanted = Math.min(4, Math.max(1, zoom));
    if (wanted === this.#zoom) return;
    const top = this.column.scrollTop;
    const entry = this.entries.findLast(({ section }) => section.offsetTop <= top);
    const share = entry && (top - entry.section.offsetTop) / entry.section.offsetHeight;
    this.#zoom = wanted;
    this.fit();
    if (entry) this.column.scrollTop = entry.section.offsetTop + share * entry.section.offsetHeight;
  }

  get active() {
    return this.#active;
  }

  set active(name) {
    this.#active = name;
    this.mark();
  }

  mark() {
    for (const { layer, section, name } of this.entries) {
      section.classList.toggle("active", layer.name === this.#active);
      name.setAttribute("aria-current", String(layer.name === this.#active));
    }
  }

  /** Outline a feature's map and one of its pixels. @param {Place | null} place */
  focus(place) {
    this.place = place;
    for (const entry of this.entries) this.outline(entry);
  }

  /** Cross out filters. @param {Map<string, Set<number>>} frozen - layer -> its filters. */
  cross(frozen) {
    this.frozen = frozen;
    for (const entry of this.entries) this.crossed(entry);
  }

  crossed(entry) {
    const filters = entry.layout ? [...(this.frozen.get(entry.layer.name) ?? [])].slice(0, MOST_CROSSED) : [];
    entry.crosses?.forEach((cross) => cross.remove());
    entry.crosses = filters.map((filter) => {
      const cross = make(this.document, "i.maps-frozen");
      frame(cross, boxOf(entry.layout, filter));
      return cross;
    });
    entry.stage.append(...entry.crosses);
  }

  /** Scroll to a layer, and to what is outlined in it, where they are not seen. */
  reveal(name) {
    const { column } = this;
    const entry = this.entries.find(({ layer }) => layer.name === name);
    if (!entry) return;
    const { section, stage, map } = entry;
    const [top, room] = [section.offsetTop, column.clientHeight];
    const bottom = map.hidden
      ? top + Math.min(room, section.offsetHeight)
      : stage.offsetTop + map.offsetTop + map.offsetHeight + BELOW;
    if (top >= column.scrollTop && bottom <= column.scrollTop + room) return;
    column.scrollTop = Math.max(top, bottom - room);
  }

  /** Give every layer its size; what is on the screen is painted at once. */
  fit() {
    const width = this.column.clientWidth - SIDES;
    if (!this.data || width <= 0) return;
    this.entries.forEach((entry, k) => this.lay(entry, this.data.pieces[k], width));
    this.draw();
  }

  lay(entry, piece, width) {
    const { layer, canvas } = entry;
    const { rows, columns, channels } = gridOf(piece.shape);
    const by = Math.max(1, Math.ceil(columns / (width - 2)));
    const all = { values: this.data.values, piece };
    Object.assign(entry, by > 1 ? shrink(all.values, piece, by) : all, { whole: piece });
    const asked = [piece.shape, width, this.#zoom].join();
    if (asked === entry.asked) return; // other values of the same maps
    Object.assign(entry, { asked, spot: null });
    const coloured = layer.kind === "input" && channels === 3 && rows > 1;
    entry.layout = layoutMaps(entry.piece, this.#zoom, width, Number(coloured));
    canvas.style.width = `${entry.layout.width}px`;
    canvas.style.height = `${entry.layout.height}px`;
    const size = rows * columns > 1 ? `${channels} maps of ${rows} × ${columns}` : `${channels} units`;
    const help = "Arrow keys move, Enter goes to the feature.";
    canvas.setAttribute("aria-label", `${layer.name}, ${size}. ${help}`);
    entry.stage.hidden = false;
    entry.pointer.hidden = true;
    this.outline(entry);
    this.crossed(entry);
  }

  look(seen) {
    for (const { target, isIntersecting } of seen) {
      const entry = this.entries.find(({ section }) => section === target);
      if (!entry) continue;
      entry.near = isIntersecting;
      if (isIntersecting) this.paint(entry);
      else entry.canvas.width = 0; // deep networks would hold a hundred megabytes of pixels
    }
  }

  draw() {
    this.theme = this.workspace.scheme;
    for (const entry of this.entries) this.paint(entry);
  }

  /** The range of a layer's colours: the input, which is no answer of the network, has its own. */
  rangeOf(entry) {
    const { values, given } = this.data;
    const own = (each) => (each.range ??= given?.[this.entries.indexOf(each)] ?? ranges(values, each.whole));
    if (this.#scaling === "layer" || entry.layer.kind === "input") return own(entry);
    this.overall ??= union(this.entries.filter(({ layer }) => layer.kind !== "input").map(own));
    return this.overall;
  }

  paint(entry) {
    const { near, layout, canvas, scale } = entry;
    if (!this.data || !near || !layout) return;
    const range = this.rangeOf(entry);
    if (canvas.width !== layout.width) canvas.width = layout.width;
    if (canvas.height !== layout.height) canvas.height = layout.height;
    canvas.getContext("2d").putImageData(this.image(entry, range), 0, 0);
    scale.hidden = Number.isNaN(range.low);
    entry.low.textContent = short(range.low);
    entry.high.textContent = short(range.high);
    entry.bar.style.background = `linear-gradient(90deg, ${shades(range, this.theme)})`;
  }

  image({ values, piece, layout }, range) {
    const { width, height } = layout;
    if (this.pixels.length < width * height) this.pixels = new Uint32Array(width * height);
    paintLayer(values, piece, layout, range, this.theme, this.pixels);
    return new ImageData(new Uint8ClampedArray(this.pixels.buffer, 0, 4 * width * height), width);
  }

  outline({ layer, layout, piece, map, pixel }) {
    const here = this.place?.layer === layer.name && layout ? this.place : null;
    const flat = !here || here.row === null || here.row === undefined || piece.shape.length < 2;
    map.hidden = !here;
    pixel.hidden = flat;
    if (here) frame(map, boxOf(layout, here.feature));
    if (flat) return;
    const { row, column } = pixelOf(piece, layer.shape, here.row, here.column);
    frame(pixel, boxOf(layout, here.feature, row, column));
  }

  under({ canvas, layout }, event) {
    const box = canvas.getBoundingClientRect();
    return hit(layout, event.clientX - box.left, event.clientY - box.top);
  }

  point(entry, spot, at) {
    if (!spot) {
      this.leave(entry);
      return;
    }
    entry.spot = spot;
    entry.pointer.hidden = false;
    frame(entry.pointer, boxOf(entry.layout, spot.feature, spot.row, spot.column));
    this.tooltip.text(at, ...this.words(entry, spot));
  }

  leave(entry) {
    entry.pointer.hidden = true;
    this.tooltip.hide();
  }

  /** Title and lines of the tooltip. */
  words({ layer, piece, values }, { feature, row, column }) {
    const { columns, channels } = gridOf(piece.shape);
    const first = piece.start + (row * columns + column) * channels;
    const said = short(values[first + feature]);
    if (piece.shape.length < 2) return [`${layer.name}, unit ${feature}`, [`value ${said}`]];
    const strip = piece.shape.length === 2;
    const full = gridOf(layer.shape);
    const from = placeOf(piece, layer.shape, row, column);
    const span = (name, start, size) => {
      const last = Math.min(start + piece.factor, size) - 1;
      return last > start ? `${name}s ${start}–${last}` : `${name} ${start}`;
    };
    const across = span(strip ? "step" : "column", from.column, full.columns);
    const where = strip ? across : `${span("row", from.row, full.rows)}, ${across}`;
    const what = piece.factor > 1 ? "mean" : "value";
    if (feature >= 0) return [`${layer.name}, channel ${feature}`, [where, `${what} ${said}`]];
    const colours = ["red", "green", "blue"].map((name, c) => `${name} ${short(values[first + c])}`);
    return [`${layer.name}, in colour`, [where, colours.join(", ")]];
  }

  pick({ layer, piece }, spot) {
    if (!spot || spot.feature < 0) return; // the colour picture is of no single feature
    const vector = piece.shape.length < 2;
    const nowhere = { row: null, column: null };
    const place = vector ? nowhere : placeOf(piece, layer.shape, spot.row, spot.column);
    this.on.pixel({ layer: layer.name, feature: spot.feature, ...place });
  }

  /** The keyboard's way: arrows walk over the pixels and from map to map, Enter clicks. */
  key(entry, event) {
    const step = STEPS[event.key];
    const { layout, pointer, canvas } = entry;
    if (event.key === "Escape") this.leave(entry);
    if (!step && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    const from = entry.spot ?? { feature: 0, row: 0, column: 0 };
    const spot = step && !pointer.hidden ? beside(layout, from, ...step) : from;
    const box = canvas.getBoundingClientRect();
    const { left, top, width, height } = boxOf(layout, spot.feature, spot.row, spot.column);
    const at = { clientX: box.left + left + width / 2, clientY: box.top + top + height / 2 };
    this.point(entry, spot, at);
    pointer.scrollIntoView({ block: "nearest" });
    if (!step) this.pick(entry, spot);
  }

  /** All values for a file. @returns {{columns: string[], rows: Iterable<Array>}} */
  table() {
    const { values, pieces } = this.data ?? { values: new Float32Array(0), pieces: [] };
    const layers = this.entries.map(({ layer }) => layer);
    const columns = ["layer", "channel", "row", "column", "value"];
    return { columns, rows: tableRows(values, pieces, layers) };
  }

  /** The whole column as one picture. @returns {HTMLCanvasElement} */
  download() {
    const shown = this.data ? this.entries.filter(({ layout }) => layout) : [];
    const parts = shown.map((entry) => {
      const range = this.rangeOf(entry);
      const { layer, layout } = entry;
      return { layer, layout, range, image: () => this.image(entry, range) };
    });
    const { root, theme } = this;
    return mapSheet({ root, theme, parts, title: this.heading.textContent, wide: this.column.clientWidth });
  }
}
