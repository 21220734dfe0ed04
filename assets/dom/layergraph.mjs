/** The network as a narrow list of its layers beside a tour: which path is gone, and where one is. */
import { lanesOf } from "../lib/lanes.mjs";
import { make } from "./make.mjs";

const ROW = 21; // pixels
const LANE = 13;
const SVG = "http://www.w3.org/2000/svg";

export class LayerGraph {
  /**
   * @param {HTMLElement} box - is filled.
   * @param {(layer: string) => void} go
   */
  constructor(box, go) {
    Object.assign(this, { box, go, known: "" });
    this.document = box.ownerDocument;
  }

  /**
   * @param {object} what
   * @param {{name: string, shape: number[]}[]} what.layers - all of them, in data-flow order.
   * @param {[string, string][]} what.edges
   * @param {string[]} what.path - the layers of the rail.
   * @param {string} what.now - the layer that is shown.
   */
  show({ layers, edges, path, now }) {
    const known = JSON.stringify([layers, edges, path]);
    if (known !== this.known || !this.list?.isConnected) this.build(layers, edges, path);
    this.known = known;
    this.mark(now);
  }

  /** Which layer is shown. @param {string} now */
  mark(now) {
    for (const [name, row] of this.rows) {
      if (name === now) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
    const row = this.rows.get(now);
    const { scroller } = this;
    const top = ROW * [...this.rows.keys()].indexOf(now);
    if (row && (top < scroller.scrollTop || top + ROW > scroller.scrollTop + scroller.clientHeight)) {
      scroller.scrollTop = top - scroller.clientHeight / 2;
    }
  }

  build(layers, edges, path) {
    const names = layers.map(({ name }) => name);
    const places = lanesOf(names, edges);
    const onPath = new Set(path);
    const wide = LANE * (1 + Math.max(...[...places.values()].map(({ lane }) => lane)));
    const at = (name) => [LANE * (places.get(name).lane + 0.5), ROW * (places.get(name).row + 0.5)];
    const svg = this.document.createElementNS(SVG, "svg");
    for (const [name, value] of Object.entries({ width: wide, height: ROW * names.length, "aria-hidden": "true" })) svg.setAttribute(name, value);
    const draw = (tag, attributes) => {
      const made = this.document.createElementNS(SVG, tag);
      for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
      svg.append(made);
    };
    const followed = new Set(path.slice(1).map((name, k) => `${path[k]} ${name}`));
    for (const [from, to] of edges) {
      const [[x0, y0], [x1, y1]] = [at(from), at(to)];
      const bend = x0 === x1 ? `L${x1} ${y1}` : x1 > x0 ? `Q${x1} ${y0} ${x1} ${y0 + ROW} L${x1} ${y1}` : `L${x0} ${y1 - ROW} Q${x0} ${y1} ${x1} ${y1}`;
      draw("path", { d: `M${x0} ${y0}${bend}`, class: followed.has(`${from} ${to}`) ? "edge followed" : "edge" });
    }
    for (const name of names) {
      const [cx, cy] = at(name);
      draw("circle", { cx, cy, r: 3.5, class: onPath.has(name) ? "dot followed" : "dot" });
    }
    this.rows = new Map(layers.map(({ name, shape }) => {
      const button = make(
        this.document, onPath.has(name) ? "button.layer-row.followed" : "button.layer-row", { type: "button" },
        make(this.document, "span.layer-name", {}, name), make(this.document, "span.quiet.number", {}, shape.join(" x ")),
      );
      button.disabled = shape.reduce((a, b) => a * b, 1) < 2;
      button.addEventListener("click", () => this.go(name));
      return [name, button];
    }));
    this.list = make(this.document, "div.layer-list", { role: "group", "aria-label": "Layers" }, ...this.rows.values());
    this.scroller = make(this.document, "div.layer-graph", {}, svg, this.list);
    this.box.replaceChildren(make(this.document, "h2", {}, "Layers"), this.scroller);
  }
}
