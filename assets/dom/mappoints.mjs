/** Samples, markers and a cross on a map. */
import { GROUND, UNLABELLED, colourOf } from "../lib/palette.mjs";
import { toPixel } from "../lib/points.mjs";
import { lay, shapeOf, stampOf } from "../lib/stamps.mjs";

/** Colour of what is drawn upon classes. */
export const INK = { light: [20, 23, 28], dark: [244, 246, 249] };
const AWAY = 40; // pixels beyond the canvas from which on nothing of a sample is seen
const REST = { scale: 0.72, alpha: 0.38 }; // of what is not selected
const CHOSEN = 1.45;
const KEPT = 10; // sizes of stamps
const PIN = 9; // pixels, radius of a marker
const CROSS = 7; // half a side of the cross in the middle

const FILL = 0.035; // of the canvas that is taken by samples
const RADII = [1.3, 4.2]; // pixels, of a sample
const GROWTH = 0.3; // of a sample while the map is zoomed, as a power

/**
 * Radius of a sample, by how many there are and how far the map is zoomed.
 * @param {number} m - samples.
 * @param {import("../lib/windows.mjs").Size} size - of the map on the screen.
 * @param {number} magnification - 1 where all of it is seen.
 * @returns {number} pixels of the screen.
 */
export function radiusOf(m, { width, height }, magnification) {
  const room = Math.sqrt((FILL * width * height) / (Math.PI * Math.max(1, m)));
  const [least, most] = RADII;
  const growth = Math.min(2, Math.max(1, magnification) ** GROWTH);
  return Math.round(growth * Math.min(most, Math.max(least, room)) * 4) / 4; // few sizes are made
}

const css = (colour) => `rgb(${colour.join(",")})`;

/**
 * @typedef {object} Look - how samples are drawn.
 * @property {Int32Array} shown - (m,) class of the colour, -1 for none.
 * @property {Int32Array} ring - (m,) class of the ring around it, -1 for none.
 * @property {Uint8Array} cross - (m,) 1 where there is a cross in it.
 */

/**
 * Samples in the order in which they are drawn: last those that something is to be said of.
 * @param {Look} look
 * @returns {Uint32Array} (m,)
 */
export function orderOf({ ring, cross }) {
  const weight = (i) => (cross[i] ? 2 : ring[i] >= 0 ? 1 : 0);
  return Uint32Array.from(ring.keys()).sort((a, b) => weight(a) - weight(b) || a - b);
}

/**
 * An order split into what stands back and what stands out.
 * @param {Uint32Array} order
 * @param {Uint8Array | null} standing - (m,) 1 for what stands out; null: everything does.
 * @returns {{rest: Uint32Array, chosen: Uint32Array}}
 */
export function splitOrder(order, standing) {
  if (!standing) return { rest: new Uint32Array(0), chosen: order };
  return { rest: order.filter((i) => !standing[i]), chosen: order.filter((i) => standing[i]) };
}

export class MapPoints {
  constructor() {
    this.sets = new Map();
    this.pixels = null;
  }

  /**
   * Draw all samples, and nothing else, into a canvas.
   * @param {HTMLCanvasElement} canvas
   * @param {object} place - `view` and `ratio` as for the ground.
   * @param {{x: Float32Array, y: Float32Array, look: Look}} points
   * @param {object} how
   * @param {{rest: Uint32Array, chosen: Uint32Array}} how.order
   * @param {boolean} how.standing - whether the last ones stand out.
   * @param {number} how.radius - pixels of the screen.
   * @param {number} how.classes
   * @param {import("../lib/palette.mjs").Theme} how.theme
   */
  draw(canvas, { view, ratio }, { x, y, look }, { order, standing, radius, classes, theme }) {
    const { width, height } = canvas;
    if (this.pixels?.width !== width || this.pixels.height !== height) this.pixels = new ImageData(width, height);
    const out = new Uint32Array(this.pixels.data.buffer);
    out.fill(0);
    this.takeStamps(`${radius * ratio} ${classes} ${theme} ${width}`);
    const style = { unit: ratio, classes, theme };
    const styles = [
      { ...style, list: order.rest, radius: REST.scale * radius * ratio, alpha: REST.alpha, chosen: false },
      { ...style, list: order.chosen, radius: (standing ? CHOSEN : 1) * radius * ratio, alpha: 1, chosen: standing },
    ];
    const scale = width / (view.x1 - view.x0);
    for (const one of styles) {
      for (const i of one.list) {
        const px = Math.floor((x[i] - view.x0) * scale);
        const py = Math.floor((view.y1 - y[i]) * scale);
        if (!(px > -AWAY && py > -AWAY && px < width + AWAY && py < height + AWAY)) continue;
        lay(out, this.stamp(look.shown[i], look.ring[i], look.cross[i], one), px, py);
      }
    }
    // Written and read by the processor alone: keeping it off the graphics card is faster.
    canvas.getContext("2d", { willReadFrequently: true }).putImageData(this.pixels, 0, 0);
  }

  /** Those of a size, theme and width; going back to one of the last finds them again. */
  takeStamps(state) {
    const known = this.sets.get(state) ?? { stamps: new Map(), shapes: new Map() };
    this.sets.delete(state);
    this.sets.set(state, known);
    if (this.sets.size > KEPT) this.sets.delete(this.sets.keys().next().value);
    Object.assign(this, known);
  }

  stamp(shown, ring, cross, style) {
    const place = (k) => Math.min(k, style.classes) + 1; // B may know classes that A does not
    const name = (place(shown) * (style.classes + 2) + place(ring)) * 8 + 4 * cross + 2 * (style.alpha < 1) + style.chosen;
    let stamp = this.stamps.get(name);
    if (!stamp) this.stamps.set(name, (stamp = this.make(shown, ring, cross, style)));
    return stamp;
  }

  make(shown, ring, cross, { classes, theme, chosen, alpha, ...style }) {
    const of = (k) => (k < 0 || k >= classes ? UNLABELLED[theme] : colourOf(k, classes));
    const look = { ...style, edge: chosen && style.radius > 3 * style.unit ? 1.4 : 0.9, ring: ring >= 0, cross: cross === 1 };
    const name = `${style.radius} ${look.edge} ${look.ring} ${look.cross}`;
    if (!this.shapes.has(name)) this.shapes.set(name, shapeOf(look));
    const [ink, ground] = [INK[theme], GROUND[theme]];
    const colours = [chosen ? ink : ground, of(ring), ground, of(shown), ground, ink];
    return stampOf(this.shapes.get(name), colours, alpha, this.pixels.width);
  }
}

/**
 * @typedef {object} Pin - a marker as it is drawn.
 * @property {number} x
 * @property {number} y
 * @property {number} number
 * @property {number} row - markers of one line share it; 0 for none.
 * @property {number} [label] - class that is decided there, once that is known.
 * @property {string} [colour] - of that class; "" for none.
 */

/**
 * Draw markers, and the lines that they lie on.
 * @param {CanvasRenderingContext2D} context
 * @param {object} place - as for the ground.
 * @param {Pin[]} pins
 * @param {{theme: import("../lib/palette.mjs").Theme, font: string}} style
 */
export function drawPins(context, { area, view, ratio }, pins, { theme, font }) {
  const at = ({ x, y }) => toPixel(area, view, x, y);
  const ground = css(GROUND[theme]);
  const rows = new Map();
  for (const pin of pins) if (pin.row) rows.set(pin.row, [...(rows.get(pin.row) ?? []), pin]);
  for (const list of rows.values()) {
    for (const [width, colour] of [[3.5, ground], [1.5, css(INK[theme])]]) {
      context.beginPath();
      list.forEach((pin, k) => (k ? context.lineTo(...at(pin)) : context.moveTo(...at(pin))));
      context.lineWidth = width * ratio;
      context.strokeStyle = colour;
      context.stroke();
    }
  }
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const pin of pins) {
    const [x, y] = at(pin);
    const disc = (size, colour) => {
      context.beginPath();
      context.arc(x, y, size * ratio, 0, 2 * Math.PI);
      context.fillStyle = colour;
      context.fill();
    };
    disc(PIN + 3.5, ground);
    disc(PIN + 2.5, css(INK[theme]));
    disc(PIN + 1.5, pin.colour || ground);
    disc(PIN - 1, ground);
    context.fillStyle = css(INK[theme]);
    context.font = `600 ${(pin.number > 99 ? 8 : 10) * ratio}px ${font}`;
    context.fillText(String(pin.number), x, y + 0.5 * ratio);
  }
}

/** Radius of a marker with its rim, in pixels of the screen. */
export const PIN_REACH = PIN + 3.5;

/** The cross in the middle of a map that is moved by keys. */
export function drawMiddle(context, { area, ratio }, theme) {
  const [x, y] = [area.left + area.width / 2, area.top + area.height / 2];
  const size = CROSS * ratio;
  for (const [width, colour] of [[4, css(GROUND[theme])], [1.6, css(INK[theme])]]) {
    context.beginPath();
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(x + dx * 3 * ratio, y + dy * 3 * ratio);
      context.lineTo(x + dx * size * 1.6, y + dy * size * 1.6);
    }
    context.lineWidth = width * ratio;
    context.strokeStyle = colour;
    context.stroke();
  }
}
