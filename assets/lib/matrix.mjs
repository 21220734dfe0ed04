/**
 * A window of a scatter-plot matrix as pure geometry: cells and gutters, ranges that zoom and pan,
 * the styles in which points are drawn, and what is drawn over them while somebody points.
 */

import { SHARP, split, toPixel } from "./points.mjs";

/** @typedef {import("./points.mjs").Area} Area */
/** @typedef {[number, number]} Range - low and high end of what an axis shows; NaN for nothing. */
/** @typedef {{cells: Area[][]}} Layout - cells by rows, then columns. */

const GUTTERS = Object.freeze({ left: 64, top: 22, right: 6, bottom: 18 }); // pixels
const MARGIN = 0.04; // of a range, on both sides
const NARROWEST = 1e-5; // range in home ranges
const WIDEST = 20;
const STEADY = 1e-6; // spans below this share of their values are a constant's rounding

/** How selected and other points differ from a plain one, as factors. */
const CHOSEN_RADIUS = 1.4;
const CROSS = 0.9;
const SHIMMER = 0.25;
const REST_RADIUS = 0.49;
const REST_OPACITY = 0.8;
const LEAST_RADIUS = 0.5;

/** Borders of `count` equal parts of a length with gaps between them, in whole pixels. */
function parts(start, length, count, gap) {
  const edge = (i) => start + Math.round((i * (length + gap)) / count);
  return Array.from({ length: count }, (_, i) => [edge(i), Math.max(1, edge(i + 1) - gap - edge(i))]);
}

/**
 * Where cells lie: whole pixels that never overlap, widths that differ by one at most.
 * @param {{width: number, height: number, rows: number, columns: number}} box - in pixels.
 * @returns {Layout}
 */
export function layout({ width, height, rows, columns }) {
  const { left, top, right, bottom } = GUTTERS;
  const gap = Math.max(rows, columns) > 4 ? 4 : 8;
  const across = parts(left, Math.max(columns, width - left - right), columns, gap);
  const down = parts(top, Math.max(rows, height - top - bottom), rows, gap);
  const cells = down.map(([y, tall]) =>
    across.map(([x, wide]) => ({ left: x, top: y, width: wide, height: tall })));
  return { cells };
}

/**
 * The cell at a place.
 * @param {Layout} layout
 * @param {number} px
 * @param {number} py
 * @returns {{row: number, column: number} | null} null between cells and in the gutters.
 */
export function cellAt({ cells }, px, py) {
  const row = cells.findIndex(([{ top, height }]) => py >= top && py < top + height);
  const column = (cells[0] ?? []).findIndex(({ left, width }) => px >= left && px < left + width);
  return row < 0 || column < 0 ? null : { row, column };
}

/**
 * An area in pixels of a screen that has more (or fewer) of them; borders stay whole pixels.
 * @param {Area} area
 * @param {number} ratio
 * @returns {Area}
 */
export function scaled({ left, top, width, height }, ratio) {
  const [x, y] = [Math.round(left * ratio), Math.round(top * ratio)];
  return {
    left: x, top: y,
    width: Math.max(1, Math.round((left + width) * ratio) - x),
    height: Math.max(1, Math.round((top + height) * ratio) - y),
  };
}

/**
 * The range that shows all values of a feature with a margin, and a constant in its middle.
 * @param {number} low - smallest value.
 * @param {number} high - largest value.
 * @returns {Range} NaN where either is not finite.
 */
export function padded(low, high) {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [NaN, NaN];
  const largest = Math.max(Math.abs(low), Math.abs(high));
  const constant = high - low <= STEADY * largest;
  const margin = constant ? Math.max(0.5, 0.1 * largest) : MARGIN * (high - low);
  return [low - margin, high + margin];
}

/**
 * A range after zooming.
 * @param {Range} range
 * @param {number} factor - of the range's length: below 1 zooms in.
 * @param {number} at - value that stays where it is.
 * @param {Range} home - the length stays within 1e-5 and 20 times that of this one.
 * @returns {Range}
 */
export function zoomRange([low, high], factor, at, home) {
  const unit = home[1] - home[0];
  const wanted = Math.min(WIDEST * unit, Math.max(NARROWEST * unit, factor * (high - low)));
  const share = wanted / (high - low);
  return [at - (at - low) * share, at + (high - at) * share];
}

/**
 * A range moved along its axis.
 * @param {Range} range
 * @param {number} share - of its length.
 * @returns {Range}
 */
export function panRange([low, high], share) {
  const by = share * (high - low);
  return [low + by, high + by];
}

/**
 * The start of a window nearest to the wanted one that keeps it among what there is.
 * @param {number} start
 * @param {number} size - of the window.
 * @param {number} count - of all places.
 * @returns {number}
 */
export function clampStart(start, size, count) {
  return Math.max(0, Math.min(Math.round(start), count - size));
}

/**
 * How points are drawn while some are selected: those smaller and fainter that are not, then the
 * selected, larger. Where positions were picked themselves, they alone are large; other points of
 * their samples are a shimmer of their colour, as small as the rest.
 *
 * @param {object} what
 * @param {Uint8Array | null} what.mask - (n,) selected samples; null for no selection.
 * @param {Uint8Array | null} [what.marks] - (m,) picked points.
 * @param {Int32Array | null} what.sample - (m,) sample of every point; null where they are the same.
 * @param {number} what.count - m.
 * @param {number} what.radius - of a plain point in pixels.
 * @param {number} what.opacity - of a plain point.
 * @returns {import("./points.mjs").Style[]} the last on top.
 */
export function stylesOf({ mask, marks: picked = null, sample, count, radius, opacity }) {
  const marked = picked?.some(Boolean) ? picked : null;
  if (!mask && !marked) return [{ order: null, radius, opacity }];
  const { rest, chosen } = split(mask, sample, count);
  const least = Math.max(LEAST_RADIUS, REST_RADIUS * radius);
  // Single pixels are told apart by their faded colour alone, which is quicker than mixing it.
  const small = { radius: least, opacity: least < SHARP ? 1 : REST_OPACITY * opacity };
  // Up to this size a disc is a cross of five pixels; many points leave no room for more.
  const large = { radius: radius <= SHARP ? CROSS : CHOSEN_RADIUS * radius, opacity };
  if (!marked) return [{ order: rest, ...small }, { order: chosen, ...large }];
  const plain = (order) => order.filter((i) => !marked[i]);
  return [
    { order: plain(rest), ...small },
    { order: plain(chosen), radius: least, opacity: SHIMMER * opacity },
    { order: split(marked, null, count).chosen, ...large },
  ];
}

/** Stroke a path so that it is seen on points of any colour. */
function stroke(context, width, dark) {
  context.lineWidth = 2 * width;
  context.strokeStyle = dark ? "#000" : "#fff";
  context.stroke();
  context.lineWidth = width;
  context.strokeStyle = dark ? "#fff" : "#111";
  context.stroke();
}

/**
 * Draw rings around some points of many cells, as one path.
 * @param {CanvasRenderingContext2D} context
 * @param {{area: Area, view: import("./points.mjs").View, x: Float32Array, y: Float32Array}[]} plots
 * @param {Iterable<number>} points - those out of sight get no ring.
 * @param {{radius: number, width: number, dark: boolean}} style - in pixels.
 */
export function drawRings(context, plots, points, { radius, width, dark }) {
  context.beginPath();
  for (const { area, view, x, y } of plots) {
    for (const point of points) {
      const [px, py] = toPixel(area, view, x[point], y[point]);
      const [dx, dy] = [px - area.left, py - area.top];
      if (!(dx >= 0 && dx <= area.width && dy >= 0 && dy <= area.height)) continue;
      context.moveTo(px + radius, py);
      context.arc(px, py, radius, 0, 2 * Math.PI);
    }
  }
  stroke(context, width, dark);
}

/**
 * Draw the shape that somebody is drawing.
 * @param {CanvasRenderingContext2D} context
 * @param {[number, number][]} trail - corners of a lasso, or two opposite ones of a rectangle.
 * @param {{lasso: boolean, width: number, dark: boolean}} style - width in pixels.
 */
export function drawShape(context, trail, { lasso, width, dark }) {
  const [[x0, y0], [x1, y1]] = trail;
  const corners = lasso ? trail : [[x0, y0], [x1, y0], [x1, y1], [x0, y1]];
  context.beginPath();
  corners.forEach(([x, y], k) => (k ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.closePath();
  context.fillStyle = dark ? "rgba(255,255,255,0.16)" : "rgba(20,30,45,0.12)";
  context.fill();
  stroke(context, width, dark);
}
