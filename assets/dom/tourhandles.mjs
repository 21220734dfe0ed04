/** What is drawn over the samples of a tour: axes with their handles, the selection's middle, rings. */
import { colourOf, toHex } from "../lib/palette.mjs";

const NAME = 15; // pixels from a handle to its name

/**
 * Draw the axes of a tour.
 * @param {CanvasRenderingContext2D} context
 * @param {object} look
 * @param {[number, number]} look.middle - pixel of the centre.
 * @param {[number, number][]} look.ends - pixel of every axis's end.
 * @param {string[]} look.names
 * @param {boolean} look.coloured - whether axes mean classes, and have their colours.
 * @param {number} look.chosen - axis that keys move, -1 for none.
 * @param {CSSStyleDeclaration} look.style - of the page.
 * @param {number} look.ratio - pixels of one pixel of the screen.
 * @param {number} look.alpha - of all of it.
 */
export function drawHandles(context, { middle, ends, names, coloured, chosen, style, ratio, alpha }) {
  const [x0, y0] = middle;
  const { canvas } = context;
  const [ink, quiet, ground] = ["--ink", "--quiet", "--ground"].map((name) => style.getPropertyValue(name));
  context.font = `${12 * ratio}px ${style.fontFamily}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  ends.forEach(([x, y], k) => {
    const colour = coloured ? toHex(colourOf(k, names.length)) : quiet;
    context.strokeStyle = colour;
    context.lineWidth = (k === chosen ? 2.5 : 1) * ratio;
    context.globalAlpha = 0.75 * alpha;
    context.beginPath();
    context.moveTo(x0, y0);
    context.lineTo(x, y);
    context.stroke();
    context.globalAlpha = alpha;
    context.beginPath();
    context.arc(x, y, 5 * ratio, 0, 2 * Math.PI);
    context.fillStyle = colour;
    context.fill();
    context.strokeStyle = k === chosen ? ink : ground;
    context.lineWidth = 1.5 * ratio;
    context.stroke();
    const far = Math.hypot(x - x0, y - y0) || 1;
    const away = NAME * ratio;
    const at = [x + (away * (x - x0)) / far, y + (away * (y - y0)) / far];
    if (isIn(canvas, x, y)) {
      at[0] = within(at[0], context.measureText(names[k]).width / 2 + 3 * ratio, canvas.width);
      at[1] = within(at[1], NAME * ratio / 2, canvas.height);
    }
    context.lineWidth = 3 * ratio;
    context.strokeStyle = ground;
    context.strokeText(names[k], ...at);
    context.fillStyle = ink;
    context.fillText(names[k], ...at);
  });
  context.globalAlpha = 1;
}

const isIn = ({ width, height }, x, y) => x >= 0 && y >= 0 && x <= width && y <= height;

/** The middle of a text that is to be read whole, as long as there is room for it. */
const within = (middle, half, width) => (2 * half > width ? middle : Math.min(width - half, Math.max(half, middle)));

/** A cross in a circle: by it the selection is dragged. */
export function drawMiddle(context, [x, y], ink, ratio) {
  const r = 9 * ratio;
  drawRing(context, [x, y], r, ink, ratio);
  context.beginPath();
  context.moveTo(x - r, y);
  context.lineTo(x + r, y);
  context.moveTo(x, y - r);
  context.lineTo(x, y + r);
  context.stroke();
}

/** A line to where something is dragged, with a cross at its end. */
export function drawArrow(context, [x0, y0], [x1, y1], ink, ratio) {
  const r = 5 * ratio;
  Object.assign(context, { strokeStyle: ink, lineWidth: 1.5 * ratio });
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
  context.beginPath();
  for (const sign of [1, -1]) {
    context.moveTo(x1 - r, y1 - sign * r);
    context.lineTo(x1 + r, y1 + sign * r);
  }
  context.stroke();
}

/** A ring around what is pointed at. */
export function drawRing(context, [x, y], radius, ink, ratio) {
  context.strokeStyle = ink;
  context.lineWidth = 1.75 * ratio;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.stroke();
}
