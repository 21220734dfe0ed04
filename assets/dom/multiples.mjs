/** Small pictures of the same samples side by side: a row for every way to draw them, a column for
 * every epoch. */
import { pack } from "../lib/glyph.mjs";
import { stylesOf } from "../lib/matrix.mjs";
import { halfOf } from "../lib/moves.mjs";
import { GROUND } from "../lib/palette.mjs";
import { drawPoints, gather } from "../lib/points.mjs";
import { make } from "./make.mjs";

const OPACITY = 0.8;
const ROOM = 1.06; // around the samples
const NEARLY = 0.99; // samples that a row with one scale has to show
const [FINE, COARSE] = [0.8, 2.2]; // radius of a point in pixels of the screen
const POINTS_PER_SIDE = 80; // pixels of a cell for one of its radius

/**
 * @typedef {object} Row
 * @property {string} label
 * @property {boolean} shared - one scale for all its pictures, which are the same projection.
 * @property {(column: number) => [Float32Array, Float32Array] | null} places - x and y of every
 *   sample, null for what is not there; asked whenever it is drawn.
 * @property {() => {text: string, more: string}} words - what is said below it.
 */

export class Multiples {
  /**
   * @param {Document} document
   * @param {import("./workspace.mjs").Workspace} workspace
   * @param {(epoch: number) => void} go - an epoch was clicked on.
   */
  constructor(document, workspace, go) {
    Object.assign(this, { document, workspace, go, rows: [], epochs: [] });
    this.element = make(document, "div.multiples");
    for (const event of ["colours", "selection"]) workspace.on(event, () => this.draw(), this.element);
    workspace.on("view", () => this.mark(), this.element);
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.element);
  }

  /**
   * @param {object} what
   * @param {string} what.layer
   * @param {Int32Array} what.samples - (m,) that are drawn.
   * @param {number[]} what.epochs
   * @param {number} what.last - epoch of the finished network.
   * @param {Row[]} what.rows
   */
  show({ layer, samples, epochs, last, rows }) {
    Object.assign(this, { layer, samples, epochs, last });
    const { document } = this;
    const line = (name, cells, words) => make(document, "div.multiples-row", {}, name, make(document, "div.multiples-cells", {}, ...cells), words);
    this.heads = epochs.map((epoch) => {
      const head = make(document, "button.multiples-epoch", { type: "button", title: `Show epoch ${epoch}` }, String(epoch));
      head.addEventListener("click", () => this.go(epoch));
      return head;
    });
    this.rows = rows.map((row) => ({
      ...row, half: 0, said: make(document, "p.multiples-words"),
      cells: epochs.map((epoch) => make(document, "canvas", { role: "img", "aria-label": `${row.label}, epoch ${epoch}` })),
    }));
    this.element.replaceChildren(
      line(make(document, "p.multiples-name", {}, "Epoch"), this.heads, ""),
      ...this.rows.map(({ label, cells, said }) => line(make(document, "h3.multiples-name", {}, label), cells, said)),
    );
    this.mark();
    this.draw();
  }

  clear() {
    this.rows = [];
    this.element.replaceChildren();
  }

  /** Which epoch is the one on the page. */
  mark() {
    const now = this.workspace.view.epoch ?? this.last;
    this.epochs.forEach((epoch, k) => {
      if (epoch === now) this.heads?.[k].setAttribute("aria-current", "true");
      else this.heads?.[k].removeAttribute("aria-current");
    });
  }

  /** Draw all rows, or one. @param {number | null} number */
  draw(number = null) {
    const { rows, workspace } = this;
    const width = rows[0]?.cells[0].clientWidth ?? 0;
    if (width < 8 || !workspace.ready) return; // behind another tab
    const ratio = Math.min(this.document.defaultView.devicePixelRatio || 1, 2);
    const side = Math.round(width * ratio);
    const { samples } = this;
    const radius = Math.min(COARSE, Math.max(FINE, width / POINTS_PER_SIDE)) * ratio;
    const styles = stylesOf({ mask: workspace.standing, sample: samples, count: samples.length, radius, opacity: OPACITY });
    const scene = { side, styles, colours: gather(workspace.colours(this.layer), samples, samples.length) };
    for (const row of number === null ? rows : [rows[number]]) this.drawRow(row, scene);
  }

  drawRow(row, { side, styles, colours }) {
    const drawn = row.cells.map((_, column) => row.places(column));
    // What turns under one projection keeps its scale while it turns.
    if (row.shared) row.half = Math.max(row.half, ...drawn.map((places) => (places ? halfOf(places, NEARLY) : 0)));
    row.cells.forEach((canvas, column) => {
      if (canvas.width !== side || canvas.height !== side) Object.assign(canvas, { width: side, height: side });
      const pixels = new ImageData(side, side);
      const out = new Uint32Array(pixels.data.buffer);
      out.fill(pack(GROUND[this.workspace.scheme]));
      const places = drawn[column];
      if (places) {
        const half = ROOM * (row.shared ? row.half : halfOf(places)) || 1;
        const area = { left: 0, top: 0, width: side, height: side };
        drawPoints(out, side, area, { x0: -half, x1: half, y0: -half, y1: half }, ...places, colours, styles.map((style) => ({ ...style, smooth: true })));
      }
      canvas.getContext("2d").putImageData(pixels, 0, 0);
    });
    const { text, more } = row.words();
    if (row.said.textContent !== text) row.said.textContent = text;
    row.said.title = more;
  }
}
