/**
 * Parts of a map: what a link says of them, what a canvas shows, and how that moves.
 *
 * A window is [left, right, bottom, top] in coordinates of the map. A view is what a canvas shows,
 * as `points.mjs` takes it, always with equal axes: a unit is as long across as it is up.
 */

/** @typedef {[number, number, number, number]} Window - left < right, bottom < top. */
/** @typedef {import("./points.mjs").View} View */
/** @typedef {import("./points.mjs").Area} Area */
/** @typedef {{width: number, height: number}} Size - pixels. */

const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/;
const DIGITS = 4; // of a window's size, in a link
const NARROWEST = 1e-4; // view in those that show all
const WIDEST = 2;
const MARGIN = 0.1; // of a view, on each side, within which a finer picture need not be asked again
const SLACK = 1e-3; // of a picture's size that it may lack of what is seen, as rounding takes it
const COARSE = 1.6; // pixels of the screen from which on a picture's pixel is too large

/**
 * @param {unknown} text
 * @returns {Window | null} null for what is no window.
 */
export function readWindow(text) {
  if (typeof text !== "string" || text.length > 200) return null;
  const words = text.split(",");
  if (words.length !== 4 || !words.every((word) => NUMBER.test(word))) return null;
  const [left, right, bottom, top] = words.map(Number);
  return right - left > 0 && top - bottom > 0 && Number.isFinite(right - left + top - bottom)
    ? [left, right, bottom, top]
    : null;
}

/** A window rounded to ten-thousandths of its size. @param {Window} window @returns {Window} */
export function rounded([left, right, bottom, top]) {
  const size = Math.min(right - left, top - bottom);
  const decimals = Math.min(100, Math.max(0, DIGITS - Math.floor(Math.log10(size))));
  return [left, right, bottom, top].map((value) => Number(value.toFixed(decimals)) + 0); // no -0
}

/** @param {Window} window @returns {string} as `readWindow` reads it. */
export const writeWindow = (window) => rounded(window).join(",");

/**
 * The view that shows a window whole, in the middle.
 * @param {Window} window
 * @param {Size} size - of the canvas.
 * @returns {View}
 */
export function fitted([left, right, bottom, top], { width, height }) {
  const unit = Math.max((right - left) / width, (top - bottom) / height);
  const [x, y] = [(left + right) / 2, (bottom + top) / 2];
  const [across, up] = [(unit * width) / 2, (unit * height) / 2];
  return { x0: x - across, x1: x + across, y0: y - up, y1: y + up };
}

/** @param {View} view @returns {Window} */
export const windowOf = ({ x0, x1, y0, y1 }) => [x0, x1, y0, y1];

/**
 * A view after zooming.
 * @param {View} view
 * @param {number} factor - of its length: below 1 zooms in.
 * @param {[number, number]} at - place that stays where it is.
 * @param {View} home - that shows all; the length stays within 1e-4 and 2 times that of this one.
 * @returns {View}
 */
export function zoomed({ x0, x1, y0, y1 }, factor, [x, y], home) {
  const now = (x1 - x0) / (home.x1 - home.x0);
  const share = Math.min(WIDEST, Math.max(NARROWEST, factor * now)) / now;
  return {
    x0: x - (x - x0) * share, x1: x + (x1 - x) * share,
    y0: y - (y - y0) * share, y1: y + (y1 - y) * share,
  };
}

/**
 * A view moved by shares of its size; its middle stays on the map.
 * @param {View} view
 * @param {number} across - positive shows what lies to the right.
 * @param {number} up
 * @param {Window} whole - the map.
 * @returns {View}
 */
export function panned({ x0, x1, y0, y1 }, across, up, [left, right, bottom, top]) {
  const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
  const [x, y] = [(x0 + x1) / 2, (y0 + y1) / 2];
  const dx = clamp(x + across * (x1 - x0), left, right) - x;
  const dy = clamp(y + up * (y1 - y0), bottom, top) - y;
  return { x0: x0 + dx, x1: x1 + dx, y0: y0 + dy, y1: y1 + dy };
}

/**
 * What two windows have in common.
 * @param {Window} one
 * @param {Window} other
 * @returns {Window | null}
 */
export function common([l1, r1, b1, t1], [l2, r2, b2, t2]) {
  const found = [Math.max(l1, l2), Math.min(r1, r2), Math.max(b1, b2), Math.min(t1, t2)];
  return found[0] < found[1] && found[2] < found[3] ? found : null;
}

/** Whether a window holds all of another. */
export function holds([l1, r1, b1, t1], [l2, r2, b2, t2]) {
  return l1 <= l2 && r1 >= r2 && b1 <= b2 && t1 >= t2;
}

/** A window with room around it. @param {Window} window @param {number} share - of its size. */
export function widened([left, right, bottom, top], share) {
  const [across, up] = [share * (right - left), share * (top - bottom)];
  return [left - across, right + across, bottom - up, top + up];
}

/**
 * What to show of a map so that a box in it is seen with its surroundings.
 * @param {Window} box - may be a single place.
 * @param {[number, number]} centre - in the box.
 * @param {Window} whole - all of the map.
 * @param {{room: number, least: number}} how - room around the box, in sizes of it; and the least
 *   share of the map that is seen, in each direction.
 * @returns {Window}
 */
export function surroundings(box, [x, y], [left, right, bottom, top], { room, least }) {
  const [l, r, b, t] = widened(box, room);
  const [across, up] = [(least / 2) * (right - left), (least / 2) * (top - bottom)];
  return [Math.min(l, x - across), Math.max(r, x + across), Math.min(b, y - up), Math.max(t, y + up)];
}

/**
 * The part of the map of which a finer picture is wanted.
 * @param {object} what
 * @param {View} what.view
 * @param {Size} what.size - of the canvas.
 * @param {{window: Window, side: number}[]} what.pictures - those that there are, of the whole map
 *   and of parts, with the pixels in a row and in a column.
 * @param {Window} what.whole - the map.
 * @returns {Window | null} null where what there is will do, or nothing of the map is seen.
 */
export function finerWanted({ view, size, pictures, whole }) {
  const seen = common(windowOf(view), whole);
  if (!seen) return null;
  const unit = (view.x1 - view.x0) / size.width;
  const fine = ({ window: [left, right, bottom, top], side }) =>
    Math.max(right - left, top - bottom) / side <= COARSE * unit;
  const enough = pictures.some((one) => fine(one) && holds(widened(one.window, SLACK), seen));
  return enough ? null : rounded(common(widened(windowOf(view), MARGIN), whole));
}

/**
 * Where a picture of one window lies in the view of another: the pixels of it that are seen, and
 * the pixels of the canvas that they take.
 * @param {Window} window - of the picture.
 * @param {number} side - its pixels in a row and in a column, row 0 at the top.
 * @param {Area} area - of the canvas.
 * @param {View} view
 * @returns {{from: Area, to: Area} | null} both with fractions; null where nothing is seen.
 */
export function stretched(window, side, area, view) {
  const seen = common(window, windowOf(view));
  if (!seen) return null;
  const [left, right, bottom, top] = window;
  const part = (value, low, high, length) => ((value - low) / (high - low)) * length;
  const box = ([l, r, b, t], { x0, x1, y0, y1 }, { left: dx, top: dy, width, height }) => {
    const [x, y] = [part(l, x0, x1, width), part(t, y1, y0, height)];
    return {
      left: dx + x, top: dy + y,
      width: part(r, x0, x1, width) - x, height: part(b, y1, y0, height) - y,
    };
  };
  const whole = { left: 0, top: 0, width: side, height: side };
  return {
    from: box(seen, { x0: left, x1: right, y0: bottom, y1: top }, whole),
    to: box(seen, view, area),
  };
}

/**
 * Places at even distances on a line, both ends among them.
 * @param {[number, number]} start
 * @param {[number, number]} end
 * @param {number} count - 2 or more.
 * @returns {[number, number][]}
 */
export function along(start, end, count) {
  return Array.from({ length: count }, (_, k) => {
    const share = k / (count - 1);
    return [0, 1].map((axis) => start[axis] * (1 - share) + end[axis] * share);
  });
}
