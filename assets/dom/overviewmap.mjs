/** The whole scatter-plot matrix of a layer in small, with the window in it to be dragged. */
import { clampStart } from "../lib/matrix.mjs";
import { paintOverview, placeAt, windowBox } from "../lib/overview.mjs";
import { count, make } from "./make.mjs";

const NOTCH = 100; // pixels that a wheel's notch scrolls
const LEAST_LINED = 12; // pixels of a cell below which borders would hide it

export class OverviewMap {
  /**
   * @param {object} parts
   * @param {HTMLElement} parts.box - the picture is as wide as this.
   * @param {{move: (rowStart: number, columnStart: number) => void}} parts.on - the window is
   *   wanted elsewhere.
   */
  constructor({ box, on }) {
    Object.assign(this, { box, on });
    this.document = box.ownerDocument;
    this.data = null;
    this.place = { rowStart: 0, columnStart: 0, rows: 1, columns: 1 };
    this.scrolled = [0, 0]; // rows, columns
    this.build();
    new ResizeObserver(() => this.fit()).observe(box);
  }

  build() {
    const { document } = this;
    this.canvas = make(document, "canvas", { "aria-hidden": "true" });
    this.mark = make(document, "i.overview-window", { hidden: true });
    this.message = make(document, "p.overview-message", { hidden: true, role: "status" });
    this.element = make(
      document,
      "div.overview-map",
      { role: "slider", "aria-orientation": "vertical", "aria-valuemin": 1 },
      this.canvas,
      this.mark,
      this.message,
    );
    this.box.append(this.element);
    const listen = (event, act) => this.element.addEventListener(event, act);
    listen("pointerdown", (event) => this.down(event));
    listen("pointermove", (event) => this.held && this.drag(event));
    for (const end of ["pointerup", "pointercancel"]) listen(end, () => (this.held = false));
    this.element.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    listen("keydown", (event) => this.key(event));
  }

  /**
   * Paint the matrix; what `paintOverview` takes, without `out`.
   * @param {{features: number, side: number, text: string}} data - text says what is shown.
   */
  show(data) {
    this.data = data;
    const side = data.features * data.side;
    if (this.pixels?.width !== side) {
      this.pixels = new ImageData(side, side);
      this.canvas.width = side;
      this.canvas.height = side;
    }
    paintOverview({ ...data, out: new Uint32Array(this.pixels.data.buffer) });
    this.canvas.getContext("2d").putImageData(this.pixels, 0, 0);
    this.state("", false);
    this.element.setAttribute("aria-label", data.text);
    this.fit();
  }

  /** @param {{rowStart: number, columnStart: number, rows: number, columns: number}} place */
  window(place) {
    this.place = place;
    this.draw();
  }

  /** Say why there is no picture yet. */
  waiting(text) {
    this.state(text, false);
  }

  /** Say why there will be none. */
  failed(text) {
    this.state(text, true);
  }

  state(text, failed) {
    if (text) this.data = null;
    this.element.classList.toggle("waiting", Boolean(text) && !failed);
    this.element.classList.toggle("failed", failed);
    this.element.tabIndex = text ? -1 : 0;
    this.message.textContent = text;
    this.message.hidden = !text;
    this.draw();
  }

  get size() {
    return this.element.clientWidth;
  }

  fit() {
    if (!this.data || !this.size) return;
    const ratio = this.document.defaultView.devicePixelRatio || 1;
    this.element.classList.toggle("magnified", this.size * ratio > this.canvas.width);
    const cell = this.size / this.data.features;
    this.element.classList.toggle("lined", cell >= LEAST_LINED);
    this.element.style.setProperty("--cell", `${cell}px`);
    this.draw();
  }

  /** The box, or where it could not be seen a cross. */
  draw() {
    const { data, mark, place, element, size } = this;
    mark.hidden = !data || !size;
    if (mark.hidden) return;
    const { rowStart, columnStart, rows, columns } = place;
    const { left, top, width, height, cross, centre } = windowBox({
      rows: { start: rowStart, count: rows },
      columns: { start: columnStart, count: columns },
      features: data.features,
      size,
    });
    mark.classList.toggle("cross", cross);
    const [x, y] = cross ? centre : [left, top];
    Object.assign(mark.style, {
      transform: `translate(${x}px, ${y}px)`,
      width: cross ? "0" : `${width}px`,
      height: cross ? "0" : `${height}px`,
    });
    const all = count(data.features);
    const words = (start, size) => (size > 1 ? `${start + 1}–${start + size}` : `${start + 1}`);
    element.setAttribute("aria-valuemax", Math.max(1, data.features - rows + 1));
    element.setAttribute("aria-valuenow", rowStart + 1);
    element.setAttribute(
      "aria-valuetext",
      `Window at rows ${words(rowStart, rows)} of ${all}, columns ${words(columnStart, columns)} of ${all}`,
    );
  }

  /** Ask for another place of the window; it is drawn there at once. */
  go(row, column) {
    const { rows, columns, rowStart, columnStart } = this.place;
    const next = {
      rowStart: clampStart(row, rows, this.data.features),
      columnStart: clampStart(column, columns, this.data.features),
    };
    if (next.rowStart === rowStart && next.columnStart === columnStart) return;
    this.window({ ...this.place, ...next });
    this.on.move(next.rowStart, next.columnStart);
  }

  down(event) {
    if (event.button !== 0 || !this.data) return;
    this.held = true;
    this.element.setPointerCapture(event.pointerId);
    this.drag(event);
  }

  /** The window's centre follows the pointer. */
  drag(event) {
    if (!this.data) return;
    const box = this.canvas.getBoundingClientRect();
    const { features } = this.data;
    const at = placeAt(event.clientX - box.left, event.clientY - box.top, features, this.size);
    const { rows, columns } = this.place;
    this.go(at.row - Math.floor((rows - 1) / 2), at.column - Math.floor((columns - 1) / 2));
  }

  /** A notch scrolls half a window; small steps of a touch pad add up. */
  wheel(event) {
    if (!this.data || event.ctrlKey) return;
    event.preventDefault();
    const unit = [1, 16, this.size][event.deltaMode];
    const { rows, columns, rowStart, columnStart } = this.place;
    const [dx, dy] = event.shiftKey && !event.deltaX ? [event.deltaY, 0] : [event.deltaX, event.deltaY];
    const moved = [[dy, rows], [dx, columns]].map(([delta, many], k) => {
      this.scrolled[k] += ((delta * unit) / NOTCH) * Math.max(1, many / 2);
      const whole = Math.trunc(this.scrolled[k]);
      this.scrolled[k] -= whole;
      return whole;
    });
    this.go(rowStart + moved[0], columnStart + moved[1]);
  }

  key(event) {
    if (!this.data) return;
    const { rowStart, columnStart, rows } = this.place;
    const { features } = this.data;
    const places = {
      ArrowUp: [rowStart - 1, columnStart],
      ArrowDown: [rowStart + 1, columnStart],
      ArrowLeft: [rowStart, columnStart - 1],
      ArrowRight: [rowStart, columnStart + 1],
      PageUp: [rowStart - rows, columnStart],
      PageDown: [rowStart + rows, columnStart],
      Home: [0, 0],
      End: [features, features],
    };
    const place = places[event.key];
    if (!place || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.go(...place);
  }
}
