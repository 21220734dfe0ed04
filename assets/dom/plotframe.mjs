/** The frame around plots: elements on the screen, lines of a picture in a file. */
import { drawFrame, roomOf } from "../lib/axes.mjs";
import { make } from "./make.mjs";

const SVG = "http://www.w3.org/2000/svg";
const TITLE = 26; // pixels above a picture for its title

/** @typedef {import("../lib/axes.mjs").Frame & {ridges: [number, number][][]}} Lines */

/** An empty frame. @param {Document} document @returns {SVGElement} */
export function makeFrame(document) {
  const svg = document.createElementNS(SVG, "svg");
  svg.classList.add("scatter-frame");
  svg.setAttribute("aria-hidden", "true");
  return svg;
}

/**
 * Show a frame instead of what was there.
 * @param {SVGElement} svg - as `makeFrame` makes it.
 * @param {Lines} lines
 */
export function fillFrame(svg, { boxes, ticks, labels, ridges }) {
  const shape = (tag, attributes, text = "") => {
    const element = svg.ownerDocument.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.textContent = text;
    return element;
  };
  const line = (points) => `M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}`;
  svg.replaceChildren(
    ...boxes.map(({ left, top, width, height }) =>
      shape("rect", { x: left - 0.5, y: top - 0.5, width: width + 1, height: height + 1 })),
    shape("path", {
      class: "ticks", d: ticks.map(([x0, y0, x1, y1]) => line([[x0, y0], [x1, y1]])).join(""),
    }),
    ...ridges.map((points) => shape("path", { class: "ridge", d: line(points) })),
    ...labels.map((label) => {
      const { x, y, text, role, size, anchor, turned, limit, note } = label;
      const place = turned ? { transform: `translate(${x} ${y}) rotate(-90)` } : { x, y };
      const squeeze = roomOf(label) > limit ? { textLength: limit, lengthAdjust: "spacingAndGlyphs" } : {};
      const style = { class: role, "font-size": size, "text-anchor": anchor };
      const element = shape("text", { ...style, ...place, ...squeeze }, text);
      if (note) element.append(shape("title", {}, note));
      return element;
    }),
  );
}

/**
 * Points with their frame below a title.
 * @param {object} what
 * @param {HTMLCanvasElement} what.canvas - the points.
 * @param {Lines} what.lines
 * @param {number} what.ratio - pixels of the canvas in one of the screen.
 * @param {CSSStyleDeclaration} what.style - whose font and colours are taken.
 * @param {string} what.title
 * @returns {HTMLCanvasElement}
 */
export function framedPicture({ canvas, lines, ratio, style, title }) {
  const of = (name) => style.getPropertyValue(`--${name}`).trim();
  const colours = { ink: of("ink"), quiet: of("quiet"), line: of("line"), font: style.fontFamily };
  const top = Math.round(TITLE * ratio);
  const out = make(canvas.ownerDocument, "canvas", { width: canvas.width, height: canvas.height + top });
  const context = out.getContext("2d");
  context.fillStyle = of("ground");
  context.fillRect(0, 0, out.width, out.height);
  context.drawImage(canvas, 0, top);
  context.scale(ratio, ratio);
  context.fillStyle = colours.ink;
  context.font = `600 13px ${colours.font}`;
  context.textBaseline = "middle";
  context.fillText(title, 10, TITLE / 2 + 2, canvas.width / ratio - 20);
  context.translate(0, top / ratio);
  drawFrame(context, lines, colours);
  return out;
}
