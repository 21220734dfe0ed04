/** Feature maps of all layers as one picture for a file, and the words and scales that it shares. */
import { GROUND, toHex } from "../lib/palette.mjs";
import { scaleColours } from "../lib/ramps.mjs";
import { make } from "./make.mjs";

/** Height at which the column is continued beside, most pixels, spaces, fonts. */
const SHEET = { tall: 3000, pixels: 40e6, pad: 16, head: 22, apart: 14, scale: 52, font: "12px" };
const SHADES = 13; // of a layer's scale

/**
 * @typedef {object} Part - one layer.
 * @property {{name: string, shape: number[]}} layer
 * @property {import("../lib/maps.mjs").Layout} layout
 * @property {import("../lib/ramps.mjs").Range} range
 * @property {() => ImageData} image - its maps; lent until the next one is asked for.
 */

/** A packed colour as CSS has it. */
export const hex = (packed) => toHex([packed & 255, (packed >> 8) & 255, (packed >> 16) & 255]);

/** A value in three digits. */
export const short = (value) =>
  Number.isFinite(value) ? String(+value.toPrecision(3)) : String(value);

/** A shape in words. */
export const sizes = (shape) => shape.join(" × ") || "1";

/** Colours of a layer's scale for a style sheet, the lowest value first. */
export const shades = (range, theme) => scaleColours(range, theme, SHADES).map(hex);

/**
 * All layers below each other; a long column goes on beside.
 * @param {object} what
 * @param {HTMLElement} what.root - whose font and colours are taken.
 * @param {import("../lib/palette.mjs").Theme} what.theme
 * @param {Part[]} what.parts
 * @param {string} what.title
 * @param {number} what.wide - width of a column in pixels.
 * @returns {HTMLCanvasElement}
 */
export function mapSheet({ root, theme, parts, title, wide }) {
  const { pad, head, apart, pixels } = SHEET;
  const heights = parts.map(({ layout }) => head + layout.height + apart);
  const start = pad + head;
  const total = heights.reduce((a, b) => a + b, 0);
  const tall = Math.max(SHEET.tall, Math.sqrt(total * wide)); // then it is nearly square
  let [left, top, bottom] = [pad, start, start];
  const places = heights.map((height) => {
    if (top > start && top + height > tall) [left, top] = [left + wide + pad, start];
    const place = { left, top };
    top += height;
    bottom = Math.max(bottom, top);
    return place;
  });
  const [width, height] = [left + wide + pad, bottom + pad - apart];
  const times = Math.min(2, Math.sqrt(pixels / (width * height)));
  const size = { width: Math.floor(width * times), height: Math.floor(height * times) };
  const canvas = make(root.ownerDocument, "canvas", size);
  const context = canvas.getContext("2d");
  context.scale(times, times);
  context.fillStyle = toHex(GROUND[theme]);
  context.fillRect(0, 0, width, height);
  context.imageSmoothingEnabled = times < 1;
  const write = writer(context, root);
  write(title, pad, pad + head / 2, { bold: true, room: width - 2 * pad });
  parts.forEach((part, k) => stamp(context, write, part, { ...places[k], wide, theme }));
  return canvas;
}

/** Writes text as the panel does, what has no room narrower; tells how wide it is. */
function writer(context, root) {
  const style = root.ownerDocument.defaultView.getComputedStyle(root);
  context.textBaseline = "middle";
  return (text, x, y, { bold = false, align = "left", room = Infinity } = {}) => {
    context.font = `${bold ? "600 " : ""}${SHEET.font} ${style.fontFamily}`;
    context.fillStyle = style.getPropertyValue(bold ? "--ink" : "--quiet");
    context.textAlign = align;
    const width = Math.min(room, context.measureText(text).width);
    if (width > 0) context.fillText(text, x, y, width);
    return width;
  };
}

/** One layer: name, shape, scale, maps. */
function stamp(context, write, { layer, layout, range, image }, { left, top, wide, theme }) {
  const y = top + SHEET.head / 2 - 2;
  let right = left + wide;
  if (!Number.isNaN(range.low)) {
    right -= write(short(range.high), right, y, { align: "right" }) + SHEET.scale + 6;
    const step = SHEET.scale / SHADES;
    shades(range, theme).forEach((colour, k) => {
      context.fillStyle = colour;
      context.fillRect(right + k * step, y - 4, step + 0.5, 8);
    });
    right -= write(short(range.low), right - 6, y, { align: "right" }) + 14;
  }
  const named = write(layer.name, left, y, { bold: true, room: right - left });
  write(sizes(layer.shape), left + named + 8, y, { room: right - left - named - 8 });
  const { width, height } = layout;
  const maps = make(context.canvas.ownerDocument, "canvas", { width, height });
  maps.getContext("2d").putImageData(image(), 0, 0);
  context.drawImage(maps, left, top + SHEET.head);
}
