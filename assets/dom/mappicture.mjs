/** A map, and what lies at its markers, as pictures for a file. */
import { GROUND, colourOf, toHex } from "../lib/palette.mjs";
import { make } from "./make.mjs";

const HEAD = 46; // pixels above a map for its title
const LINE = 20; // of the legend
const PAD = 12;
const CARD = { width: 210, height: 78, picture: 64 };

/** Colours and font of an element, as the style sheet gives them. */
function inks(document, element) {
  const style = document.defaultView.getComputedStyle(element);
  const of = (name) => style.getPropertyValue(`--${name}`).trim();
  return { ink: of("ink"), quiet: of("quiet"), line: of("line"), ground: of("ground"), font: style.fontFamily };
}

/** Where the entries of a legend stand, in lines no wider than the picture. */
export function legendPlaces(widths, room) {
  let [x, y] = [0, 0];
  return widths.map((width) => {
    if (x > 0 && x + width > room) [x, y] = [0, y + 1];
    const place = { x, y };
    x += width;
    return place;
  });
}

/**
 * A map below its title and above its legend.
 * @param {object} what
 * @param {HTMLCanvasElement} what.canvas - the map.
 * @param {HTMLElement} what.element - whose font and colours are taken.
 * @param {number} what.ratio - pixels of the canvas in one of the screen.
 * @param {string} what.title
 * @param {string} what.subtitle
 * @param {string[]} what.classes
 * @returns {HTMLCanvasElement}
 */
export function mapPicture({ canvas, element, ratio, title, subtitle, classes }) {
  const { ownerDocument: document } = element;
  const { ink, quiet, line, ground, font } = inks(document, element);
  const out = make(document, "canvas");
  const context = out.getContext("2d");
  const width = canvas.width / ratio;
  context.font = `12px ${font}`;
  const widths = classes.map((name) => context.measureText(name).width + 34);
  const places = legendPlaces(widths, width - 2 * PAD);
  const foot = (places.at(-1).y + 1) * LINE + 1.5 * PAD;
  Object.assign(out, { width: canvas.width, height: Math.round((HEAD + foot) * ratio) + canvas.height });
  context.fillStyle = ground;
  context.fillRect(0, 0, out.width, out.height);
  context.drawImage(canvas, 0, Math.round(HEAD * ratio));
  context.scale(ratio, ratio);
  context.strokeStyle = line;
  context.strokeRect(0.5, HEAD + 0.5, width - 1, canvas.height / ratio - 1);
  context.textBaseline = "middle";
  const write = (text, x, y, style, colour, room) => {
    context.font = `${style} ${font}`;
    context.fillStyle = colour;
    context.fillText(text, x, y, room);
  };
  write(title, PAD, 16, "600 14px", ink, width - 2 * PAD);
  write(subtitle, PAD, 34, "11px", quiet, width - 2 * PAD);
  const top = HEAD + canvas.height / ratio + PAD;
  classes.forEach((name, k) => {
    const [x, y] = [PAD + places[k].x, top + places[k].y * LINE + LINE / 2];
    context.fillStyle = toHex(colourOf(k, classes.length));
    context.fillRect(x, y - 6, 12, 12);
    write(name, x + 18, y, "12px", ink);
  });
  return out;
}

/**
 * Markers side by side: number, picture, name and what is decided.
 * @param {object} what
 * @param {HTMLElement} what.element - whose font and colours are taken.
 * @param {import("../lib/palette.mjs").Theme} what.theme
 * @param {string} what.title
 * @param {{number: number, name: string, text: string, label: number, classes: number,
 *   pixels: import("../lib/pictures.mjs").Pixels | null}[]} what.markers - label: of so many classes.
 * @returns {HTMLCanvasElement}
 */
export function markerSheet({ element, theme, title, markers }) {
  const { ownerDocument: document } = element;
  const { ink, quiet, font } = inks(document, element);
  const columns = Math.min(6, markers.length);
  const rows = Math.ceil(markers.length / columns);
  const size = { width: 2 * (columns * CARD.width + 2 * PAD), height: 2 * (rows * CARD.height + HEAD) };
  const out = make(document, "canvas", size);
  const context = out.getContext("2d");
  context.scale(2, 2);
  context.fillStyle = toHex(GROUND[theme]);
  context.fillRect(0, 0, out.width, out.height);
  context.textBaseline = "middle";
  const write = (text, x, y, style, colour, room) => {
    context.font = `${style} ${font}`;
    context.fillStyle = colour;
    context.fillText(text, x, y, room);
  };
  write(title, PAD, 18, "600 13px", ink, columns * CARD.width);
  context.imageSmoothingEnabled = false;
  markers.forEach(({ number, name, text, label, classes, pixels }, k) => {
    const x = PAD + (k % columns) * CARD.width;
    const y = HEAD - 10 + Math.floor(k / columns) * CARD.height;
    if (pixels) stamp(context, pixels, x, y);
    if (label >= 0) {
      context.fillStyle = toHex(colourOf(label, classes));
      context.fillRect(x + CARD.picture + 8, y + 2, 10, 10);
    }
    const left = x + CARD.picture + 8;
    const room = CARD.width - CARD.picture - 20;
    write(`${number}`, left + 15, y + 8, "600 12px", ink);
    write(name, left, y + 26, "12px", ink, room);
    write(text, left, y + 42, "11px", quiet, room);
  });
  return out;
}

/** Draw pixels into the picture's square, with their own proportions. */
function stamp(context, { width, height, data }, x, y) {
  const canvas = make(context.canvas.ownerDocument, "canvas", { width, height });
  canvas.getContext("2d").putImageData(new ImageData(data, width, height), 0, 0);
  const scale = CARD.picture / Math.max(width, height);
  context.drawImage(canvas, x, y, Math.max(1, scale * width), Math.max(4, scale * height));
}
