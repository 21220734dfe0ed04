/** Lines over places on an axis, such as epochs or steps; a click or an arrow key chooses one. */
import { acrossOf, pieces, placeAt } from "../lib/curves.mjs";
import { make } from "./make.mjs";

const EDGES = { left: 30, top: 8, right: 8, bottom: 20 };

/**
 * @typedef {object} Line
 * @property {(number | null)[]} values - one a place; null where none is known.
 * @property {string} [colour] - that of text by default.
 * @property {number} [width] - pixels.
 * @property {number[]} [dash]
 * @property {number} [alpha]
 * @property {boolean} [dots] - at every place.
 */
/**
 * @typedef {object} Lines
 * @property {number[]} places - ascending.
 * @property {Line[]} lines - the last one on top.
 * @property {number} top - value at the upper edge; the lower is 0.
 * @property {[string, string]} ends - written below the first and the last place.
 * @property {number | null} [now] - the place that is shown.
 */

/** A piece of a line as a chart draws it, for a legend. @param {Document} document @param {number[]} [dash] */
export function lineSample(document, dash) {
  const canvas = make(document, "canvas.line-sample", { width: 56, height: 8, "aria-hidden": "true" });
  const context = canvas.getContext("2d");
  Object.assign(context, { strokeStyle: "#888", lineWidth: 4 });
  if (dash) context.setLineDash(dash.map((length) => 2 * length));
  context.beginPath();
  context.moveTo(0, 4);
  context.lineTo(56, 4);
  context.stroke();
  return canvas;
}

export class LineChart {
  /**
   * @param {HTMLElement} box - the chart is put into it.
   * @param {object} what
   * @param {string} what.label - for who does not see it.
   * @param {number} what.height - pixels.
   * @param {string} [what.kind] - class of the canvas.
   * @param {(place: number) => void} [what.go] - a place was chosen.
   */
  constructor(box, { label, height, kind = "line-chart", go }) {
    Object.assign(this, { height, go, drawn: null, between: null });
    this.document = box.ownerDocument;
    this.page = this.document.defaultView;
    this.canvas = make(this.document, `canvas.${kind}`, { role: go ? "slider" : "img", "aria-label": label, style: { height: `${height}px` } });
    box.append(this.canvas);
    if (go) {
      this.canvas.tabIndex = 0;
      this.canvas.addEventListener("click", (event) => this.click(event));
      this.canvas.addEventListener("keydown", (event) => this.key(event));
    }
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.canvas);
  }

  /** @param {Lines} lines */
  show(lines) {
    this.drawn = lines;
    this.draw();
  }

  /** Where one is while one moves, also between two places; null where one rests. */
  mark(place) {
    if (this.between === place) return;
    this.between = place;
    this.draw();
  }

  get area() {
    const { left, top, right, bottom } = EDGES;
    return { left, top, width: this.canvas.clientWidth - left - right, height: this.height - top - bottom };
  }

  click(event) {
    if (!this.drawn) return;
    const { left } = this.canvas.getBoundingClientRect();
    this.go(placeAt(this.area, this.drawn.places, event.clientX - left));
  }

  key(event) {
    if (!this.drawn || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    const { places, now } = this.drawn;
    const next = places[places.indexOf(now) + (event.key === "ArrowLeft" ? -1 : 1)];
    if (next === undefined) return;
    event.preventDefault();
    this.go(next);
  }

  draw() {
    const { canvas, drawn, height } = this;
    const width = canvas.clientWidth;
    if (!drawn || width < 60) return;
    const ratio = Math.min(this.page.devicePixelRatio || 1, 2);
    Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    const style = this.page.getComputedStyle(canvas);
    const [ink, quiet, line, accent] = ["--ink", "--quiet", "--line", "--accent"].map((name) => style.getPropertyValue(name));
    this.axes(context, { quiet, line, font: style.fontFamily });
    for (const one of drawn.lines) this.line(context, one, ink);
    context.globalAlpha = 1;
    const now = this.between ?? drawn.now ?? null;
    if (now !== null) this.now(context, now, accent);
    if (!this.go) return;
    canvas.setAttribute("aria-valuenow", String(drawn.now));
    canvas.setAttribute("aria-valuemin", String(drawn.places[0]));
    canvas.setAttribute("aria-valuemax", String(drawn.places.at(-1)));
  }

  line(context, { values, colour, width = 1.25, dash, alpha = 1, dots = false }, ink) {
    const { places, top } = this.drawn;
    Object.assign(context, { strokeStyle: colour ?? ink, fillStyle: colour ?? ink, lineWidth: width, globalAlpha: alpha });
    if (dash) context.setLineDash(dash);
    for (const piece of pieces(this.area, places, values, top)) {
      context.beginPath();
      piece.forEach(([x, y], k) => (k ? context.lineTo(x, y) : context.moveTo(x, y)));
      context.stroke();
      for (const [x, y] of dots ? piece : []) {
        context.beginPath();
        context.arc(x, y, 2 + width / 2, 0, 2 * Math.PI);
        context.fill();
      }
    }
    if (dash) context.setLineDash([]);
  }

  now(context, place, accent) {
    const { area } = this;
    const x = acrossOf(area, this.drawn.places, place);
    Object.assign(context, { strokeStyle: accent, lineWidth: 1.5 });
    context.beginPath();
    context.moveTo(x, area.top);
    context.lineTo(x, area.top + area.height);
    context.stroke();
  }

  axes(context, { quiet, line, font }) {
    const { left, top, width, height } = this.area;
    const { top: most, ends } = this.drawn;
    Object.assign(context, { strokeStyle: line, lineWidth: 1 });
    context.strokeRect(left + 0.5, top + 0.5, width - 1, height - 1);
    Object.assign(context, { fillStyle: quiet, font: `11px ${font}`, textBaseline: "middle", textAlign: "right" });
    for (const share of [0, 0.5, 1]) {
      const value = share * most;
      context.fillText(value.toFixed(value && most < 1 ? 2 : 1), left - 4, top + height * (1 - share) + (share === 1 ? 5 : 0));
    }
    context.textBaseline = "top";
    context.textAlign = "left";
    context.fillText(ends[0], left, top + height + 5);
    context.textAlign = "right";
    context.fillText(ends[1], left + width, top + height + 5);
  }
}
