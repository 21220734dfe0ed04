/** Losses over epochs, overall and class by class; a click is an epoch. */
import { acrossOf, epochAt, pieces, topOf } from "../lib/curves.mjs";
import { colourOf, toHex } from "../lib/palette.mjs";
import { make } from "./make.mjs";

const HEIGHT = 190;
const EDGES = { left: 30, top: 8, right: 8, bottom: 20 };

export class LossChart {
  /**
   * @param {HTMLElement} box - the chart is put into it.
   * @param {import("./workspace.mjs").Workspace} workspace
   * @param {(epoch: number) => void} go
   */
  constructor(box, workspace, go) {
    Object.assign(this, { workspace, go, curves: null });
    this.document = box.ownerDocument;
    this.page = this.document.defaultView;
    this.canvas = make(this.document, "canvas.loss-chart", { tabIndex: 0, role: "slider", "aria-label": "Epoch, in the curves of the loss" });
    box.append(this.canvas);
    this.canvas.addEventListener("click", (event) => {
      const left = this.canvas.getBoundingClientRect().left;
      this.go(epochAt(this.area, this.curves.epochs, event.clientX - left));
    });
    this.canvas.addEventListener("keydown", (event) => this.key(event));
    for (const event of ["colours", "view"]) workspace.on(event, () => this.draw(), this.canvas);
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.canvas);
  }

  /** @param {import("../lib/curves.mjs").Curves} curves */
  show(curves) {
    this.curves = curves;
    this.draw();
  }

  /** The recorded epoch that is shown on the page. */
  get now() {
    return this.workspace.view.epoch ?? this.curves.epochs.at(-1);
  }

  /** Where the playhead is while it moves, also between two epochs; null where it rests. */
  mark(epoch) {
    if (this.between === epoch) return;
    this.between = epoch;
    this.draw();
  }

  get area() {
    const { left, top, right, bottom } = EDGES;
    return { left, top, width: this.canvas.clientWidth - left - right, height: HEIGHT - top - bottom };
  }

  key(event) {
    const { epochs } = this.curves;
    const place = epochs.indexOf(this.now) + ({ ArrowLeft: -1, ArrowRight: 1 }[event.key] ?? 0);
    if (!["ArrowLeft", "ArrowRight"].includes(event.key) || !epochs[place]?.toString()) return;
    event.preventDefault();
    this.go(epochs[place]);
  }

  draw() {
    const { canvas, curves } = this;
    const width = canvas.clientWidth;
    if (!curves || width < 60 || !this.workspace.ready) return;
    const ratio = Math.min(this.page.devicePixelRatio || 1, 2);
    Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(HEIGHT * ratio) });
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    const style = this.page.getComputedStyle(canvas);
    const [ink, quiet, line, accent] = ["--ink", "--quiet", "--line", "--accent"].map((name) => style.getPropertyValue(name));
    const box = this.area;
    const top = topOf(curves);
    this.axes(context, box, top, { quiet, line, font: style.fontFamily });
    const stroke = (values, colour, thick) => {
      context.strokeStyle = colour;
      context.lineWidth = thick;
      for (const piece of pieces(box, curves.epochs, values, top)) {
        context.beginPath();
        piece.forEach(([x, y], k) => (k ? context.lineTo(x, y) : context.moveTo(x, y)));
        context.stroke();
      }
    };
    const focus = this.workspace.peeked ?? this.workspace.view.focus ?? null;
    curves.byClass.forEach((values, k) => {
      context.globalAlpha = focus === null || focus === k ? 1 : 0.2;
      stroke(values, toHex(colourOf(k, curves.byClass.length)), focus === k ? 2.5 : 1.25);
    });
    context.globalAlpha = 1;
    stroke(curves.overall, ink, 2.5);
    if (curves.beside) {
      context.setLineDash([5, 4]);
      stroke(curves.beside, ink, 2);
      context.setLineDash([]);
    }
    const x = acrossOf(box, curves.epochs, this.between ?? this.now);
    context.strokeStyle = accent;
    context.lineWidth = 1.5;
    context.beginPath();
    context.moveTo(x, box.top);
    context.lineTo(x, box.top + box.height);
    context.stroke();
    canvas.setAttribute("aria-valuenow", String(this.now));
    canvas.setAttribute("aria-valuemin", String(curves.epochs[0]));
    canvas.setAttribute("aria-valuemax", String(curves.epochs.at(-1)));
  }

  axes(context, { left, top, width, height }, most, { quiet, line, font }) {
    const { epochs } = this.curves;
    context.strokeStyle = line;
    context.lineWidth = 1;
    context.strokeRect(left + 0.5, top + 0.5, width - 1, height - 1);
    context.fillStyle = quiet;
    context.font = `11px ${font}`;
    context.textBaseline = "middle";
    context.textAlign = "right";
    for (const share of [0, 0.5, 1]) {
      const value = share * most;
      context.fillText(value.toFixed(value && most < 1 ? 2 : 1), left - 4, top + height * (1 - share) + (share === 1 ? 5 : 0));
    }
    context.textBaseline = "top";
    context.textAlign = "left";
    context.fillText(String(epochs[0]), left, top + height + 5);
    context.textAlign = "right";
    context.fillText(`epoch ${epochs.at(-1)}`, left + width, top + height + 5);
  }
}
