/**
 * The picture of a network as a standalone SVG file: text in, text out.
 */

import { GROUND, toHex } from "./palette.mjs";

const INK = { light: "#1b1d22", dark: "#e7e9ee" };
const LINE = { light: "#9a9ea8", dark: "#6b707b" };
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";
const PAD = 24;
const TITLE = 18;
const TEXT = 12;
const LINE_HEIGHT = 18;

/** Text and attribute values, without the characters that XML 1.0 has no place for. */
const escape = (text) =>
  String(text)
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");

/** A number for a file: two decimals are a hundredth of a pixel. */
const number = (value) => {
  if (!Number.isFinite(value)) throw new RangeError(`${value} is no place in a picture.`);
  return String(Math.round(value * 100) / 100);
};

/** A rough width of text in pixels; nothing is measured here. */
const widthOf = (text, size) => String(text).length * size * 0.6;

/** Left, top, right and bottom of what is drawn, labels included. */
function extent(nodes, edges) {
  const xs = edges.flatMap(({ points }) => points.map(([x]) => x));
  const ys = edges.flatMap(({ points }) => points.map(([, y]) => y));
  for (const { x, y, width, height, label } of nodes) {
    const half = Math.max(width, widthOf(label, TEXT)) / 2;
    xs.push(x - half, x + half);
    ys.push(y - height / 2 - LINE_HEIGHT, y + height / 2 + LINE_HEIGHT);
  }
  const least = (values) => values.reduce((a, b) => Math.min(a, b), Infinity);
  const most = (values) => values.reduce((a, b) => Math.max(a, b), -Infinity);
  if (xs.length === 0) return { left: 0, top: 0, right: 0, bottom: 0 };
  return { left: least(xs), top: least(ys), right: most(xs), bottom: most(ys) };
}

/** One node: its picture, its name above, its score below. */
function nodeMarkup({ x, y, width, height, label, score, image }) {
  if (image && !/^data:image\/[\w.+-]+[;,]/.test(image)) {
    throw new RangeError(`Picture of "${label}" is no data: URL of an image, as a file needs it.`);
  }
  const box = `x="${number(x - width / 2)}" y="${number(y - height / 2)}" ` +
    `width="${number(width)}" height="${number(height)}"`;
  const below = typeof score === "number" ? score.toFixed(2) : score ?? "";
  const text = (baseline, words) =>
    `<text x="${number(x)}" y="${number(baseline)}" text-anchor="middle">${escape(words)}</text>`;
  return [
    "<g>",
    image ? `<image ${box} preserveAspectRatio="none" href="${escape(image)}"/>` : "",
    `<rect ${box} class="frame"/>`,
    text(y - height / 2 - 6, label),
    below === "" ? "" : text(y + height / 2 + TEXT + 3, below),
    "</g>",
  ].filter(Boolean).join("");
}

/** Legend in lines no wider than the picture; its markup and height. */
function legendMarkup(legend, top, width) {
  let [x, y] = [PAD, top];
  const parts = legend.map(({ name, colour }) => {
    const advance = TEXT + 6 + widthOf(name, TEXT) + 16;
    if (x > PAD && x + advance > width - PAD) [x, y] = [PAD, y + LINE_HEIGHT];
    const swatch = `<rect x="${number(x)}" y="${number(y)}" width="${TEXT}" height="${TEXT}" ` +
      `fill="${escape(colour)}"/>`;
    const word = `<text x="${number(x + TEXT + 6)}" y="${number(y + TEXT - 2)}">` +
      `${escape(name)}</text>`;
    x += advance;
    return swatch + word;
  });
  return { markup: parts, height: parts.length ? y - top + LINE_HEIGHT : 0 };
}

/**
 * The picture as SVG text that needs nothing outside itself.
 *
 * @param {object} picture
 * @param {string} picture.title - says what is seen; drawn on top and the file's accessible name.
 * @param {string} picture.description - text alternative, not drawn.
 * @param {{x: number, y: number, width: number, height: number, label: string,
 *   score?: number | string | null, image?: string | null}[]} picture.nodes - centre and size of
 *   each picture in pixels; a numeric score is written with two decimals; image is a data: URL,
 *   drawn with hard pixels.
 * @param {{points: [number, number][]}[]} picture.edges - polylines in the same pixels.
 * @param {{name: string, colour: string}[]} picture.legend - CSS colours.
 * @param {import("./palette.mjs").Theme} [picture.theme]
 * @returns {string}
 * @throws {RangeError} if a coordinate is not finite or an image no data: URL of an image.
 */
export function pictureSvg({ title, description, nodes, edges, legend, theme = "light" }) {
  const { left, top, right, bottom } = extent(nodes, edges);
  const width = Math.max(right - left, widthOf(title, TITLE), 160) + 2 * PAD;
  const head = PAD + TITLE + 12;
  const foot = head + bottom - top + 16;
  const list = legendMarkup(legend, foot, width);
  const height = foot + list.height + PAD - 8;
  const size = `${number(width)} ${number(height)}`;
  const shift = `translate(${number(PAD - left)} ${number(head - top)})`;
  const lines = edges.map(({ points }) => {
    const way = points.map(([x, y]) => `${number(x)},${number(y)}`).join(" ");
    return `<polyline points="${way}" class="edge" marker-end="url(#arrow)"/>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size}" width="${number(width)}" ` +
      `height="${number(height)}" role="img" aria-labelledby="title description">`,
    `<title id="title">${escape(title)}</title>`,
    `<desc id="description">${escape(description)}</desc>`,
    "<style>",
    `text { font: ${TEXT}px ${FONT}; fill: ${INK[theme]}; }`,
    `.title { font-size: ${TITLE}px; font-weight: 600; }`,
    "image { image-rendering: pixelated; }",
    `.frame { fill: none; stroke: ${LINE[theme]}; }`,
    `.edge { fill: none; stroke: ${LINE[theme]}; stroke-width: 1.5; }`,
    "</style>",
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="6" ' +
      'markerHeight="6" orient="auto">' +
      `<path d="M0 0L8 4L0 8Z" fill="${LINE[theme]}"/></marker></defs>`,
    `<rect width="100%" height="100%" fill="${toHex(GROUND[theme])}"/>`,
    `<text class="title" x="${PAD}" y="${PAD + TITLE - 4}">${escape(title)}</text>`,
    `<g transform="${shift}">`,
    ...lines,
    ...nodes.map(nodeMarkup),
    "</g>",
    ...list.markup,
    "</svg>",
    "",
  ].join("\n");
}
