/**
 * Axes around plots: round numbers, their short texts, which of the texts have room, and all lines
 * and texts of a frame, which is the same on the screen and in a file.
 */

/** @typedef {import("./points.mjs").Area} Area */
/** @typedef {{value: number, text: string}} Tick */
/** @typedef {{at: number, text: string}} Mark - a tick and where it is drawn, in pixels. */

/**
 * @typedef {object} Label
 * @property {number} x
 * @property {number} y - middle of the text.
 * @property {string} text
 * @property {"tick" | "name" | "hint"} role
 * @property {"start" | "middle" | "end"} anchor
 * @property {number} size - of its font in pixels.
 * @property {boolean} turned - reads upwards.
 * @property {number} limit - pixels that it may take; longer texts are squeezed.
 * @property {string} [note] - more about it.
 */

/**
 * @typedef {object} Frame
 * @property {Area[]} boxes - borders of the cells.
 * @property {[number, number, number, number][]} ticks - x0, y0, x1, y1.
 * @property {Label[]} labels
 */

const TICK_FONT = 10; // pixels
const LINE = 12; // height that a text beside an axis takes
const NAME_FONT = 12;
const CHARACTER = 0.6; // width of a character in font sizes, roughly: nothing is measured here
const TICK = 3; // length of a tick
const NAME_BAND = 20; // of the gutters on the left and on top
const STEPS = [1, 2, 5];
const FEWEST_PIXELS = 16; // between two ticks
const MOST_TICKS = 8;
const APART = 5; // pixels between two texts
const OVERHANG = 2; // pixels that a text may reach beyond the ends of its axis

/** i steps of `digit` times ten to the `exponent`, as near as a number gets. */
const multiple = (i, digit, exponent) =>
  (exponent < 0 ? (i * digit) / 10 ** -exponent : i * digit * 10 ** exponent) + 0; // no -0

/** Multiples of a step within a range, as the first and the last whole number of steps. */
function within(low, high, digit, exponent) {
  const step = multiple(1, digit, exponent);
  return [Math.ceil(low / step - 1e-9), Math.floor(high / step + 1e-9)];
}

/** Short text of a tick whose neighbours differ in the decimal place `exponent`. */
function write(value, exponent, largest) {
  if (value === 0) return "0";
  const trim = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  if (largest < 1e-3 || largest >= 1e6) {
    const power = Number(value.toExponential().split("e")[1]);
    const [mantissa, tail] = value.toExponential(Math.max(0, power - exponent)).split("e");
    return `${trim(mantissa)}e${Number(tail)}`;
  }
  if (Math.abs(value) >= 1000) return `${trim((value / 1000).toFixed(Math.max(0, 3 - exponent)))}k`;
  return value.toFixed(Math.max(0, -exponent));
}

/**
 * Round numbers in a range, in steps of 1, 2 or 5 times a power of ten.
 * @param {number} low
 * @param {number} high
 * @param {number} most - at most so many.
 * @returns {Tick[]} ascending; none where the range is empty or not finite. Texts are all
 *   different and as short as "0.25", "1.2k", "3e-5".
 */
export function ticks(low, high, most) {
  if (!(high > low) || !Number.isFinite(high - low) || most < 1) return [];
  let before = null;
  for (let exponent = Math.floor(Math.log10((high - low) / most)) - 1; ; exponent++) {
    for (const digit of STEPS) {
      let [first, last] = within(low, high, digit, exponent);
      const found = last - first + 1;
      if (found > most) {
        before = { first, last, digit, exponent };
        continue;
      }
      let step = { digit, exponent };
      if (found < 1) { // the next larger step would leave nothing: the middle of the finer ones
        step = before;
        first = before.first + Math.floor((before.last - before.first + 1 - most) / 2);
        last = first + most - 1;
      }
      const values = Array.from({ length: last - first + 1 }, (_, i) =>
        multiple(first + i, step.digit, step.exponent));
      const largest = Math.max(...values.map(Math.abs));
      return values.map((value) => ({ value, text: write(value, step.exponent, largest) }));
    }
  }
}

/** Whether no text touches the next. */
const apart = (texts) =>
  texts.every(({ at, half }, i) =>
    i === 0 || Math.abs(at - texts[i - 1].at) >= half + texts[i - 1].half + APART);

/**
 * Ticks of a drawn axis whose texts have room: none touches another or reaches beyond the axis.
 * Of all steps it is the one that leaves the most texts.
 * @param {[number, number]} range
 * @param {number} start - pixel of the range's low end.
 * @param {number} end - pixel of its high end; smaller than start on an axis that points up.
 * @param {(text: string) => number} extent - pixels that a text takes along the axis.
 * @returns {Mark[]}
 */
export function marks([low, high], start, end, extent) {
  const length = Math.abs(end - start);
  const [from, to] = [Math.min(start, end) - OVERHANG, Math.max(start, end) + OVERHANG];
  let best = [];
  for (let most = Math.min(MOST_TICKS, Math.max(1, Math.floor(length / FEWEST_PIXELS))); most; most--) {
    const found = ticks(low, high, most)
      .map(({ value, text }) => {
        const at = start + ((value - low) / (high - low)) * (end - start);
        return { at, text, half: extent(text) / 2 };
      })
      .filter(({ at, half }) => at - half >= from && at + half <= to);
    // On a short axis the outermost two say more than a zero in the middle.
    for (const some of [found, [found[0], found.at(-1)]]) {
      if (some.length > best.length && some.length <= found.length && apart(some)) best = some;
    }
  }
  return best.map(({ at, text }) => ({ at, text }));
}

/**
 * A text cut to a width.
 * @param {string} text
 * @param {number} width - pixels.
 * @param {number} character - pixels of one character.
 * @returns {string} with an ellipsis where something is missing.
 */
export function shorten(text, width, character) {
  const most = Math.max(1, Math.floor(width / character));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/**
 * Lines and texts around the cells.
 *
 * @param {object} what
 * @param {import("./matrix.mjs").Layout} what.layout
 * @param {{id: string, name: string, note?: string}[]} what.rows
 * @param {{id: string, name: string, note?: string}[]} what.columns
 * @param {[number, number][]} what.x - of every column.
 * @param {[number, number][]} what.y - of every row.
 * @param {boolean[][]} what.empty - cells without a point.
 * @returns {Frame}
 */
export function frame({ layout: { cells }, rows, columns, x, y, empty }) {
  const ticks = [];
  const labels = [];
  const last = cells[cells.length - 1];
  const wide = (text) => roomOf({ text, size: TICK_FONT });
  const tick = (label) => labels.push({ role: "tick", size: TICK_FONT, turned: false, ...label });
  const name = ({ name: full, note }, place) => {
    const size = roomOf({ text: full, size: NAME_FONT }) > place.limit ? TICK_FONT : NAME_FONT;
    const text = shorten(full, place.limit, CHARACTER * size);
    const more = note ?? (text === full ? "" : full);
    labels.push({ role: "name", size, anchor: "middle", text, note: more, ...place });
  };
  columns.forEach((axis, c) => {
    const { left, width, top } = cells[0][c];
    name(axis, { x: left + width / 2, y: top - NAME_BAND / 2, turned: false, limit: width });
    const bottom = last[c].top + last[c].height;
    for (const { at, text } of marks(x[c], left, left + width, wide)) {
      ticks.push([at, bottom, at, bottom + TICK]);
      tick({ x: at, y: bottom + TICK + 8, text, anchor: "middle", limit: width });
    }
  });
  rows.forEach((axis, r) => {
    const { left, top, height } = cells[r][0];
    name(axis, { x: NAME_BAND / 2, y: top + height / 2, turned: true, limit: height });
    if (columns.every(({ id }) => id === axis.id)) return; // a dot plot's heights mean nothing
    for (const { at, text } of marks(y[r], top + height, top, () => LINE)) {
      ticks.push([left - TICK, at, left, at]);
      const limit = left - NAME_BAND - TICK - 4;
      tick({ x: left - TICK - 3, y: at, text, anchor: "end", limit });
    }
  });
  cells.flat().forEach((area, i) => {
    if (empty.flat()[i]) labels.push(...hint(area));
  });
  return { boxes: cells.flat(), ticks, labels };
}

/**
 * About how wide a text is.
 * @param {{text: string, size: number}} label
 * @returns {number} pixels.
 */
export function roomOf({ text, size }) {
  return CHARACTER * size * text.length;
}

/** What a cell says that has nothing to show, in one line or in three. */
function hint({ left, top, width, height }) {
  const text = "no finite values";
  const lines = roomOf({ text, size: TICK_FONT }) > width ? text.split(" ") : [text];
  return lines.map((line, i) => ({
    x: left + width / 2,
    y: top + height / 2 + (i - (lines.length - 1) / 2) * (TICK_FONT + 2),
    text: line, role: "hint", size: TICK_FONT, anchor: "middle", turned: false, limit: width,
  }));
}

/**
 * The line of a density over a cell's width.
 * @param {Float32Array} heights - 0..1 per bin.
 * @param {Area} area
 * @returns {[number, number][]} pixels; none where there is no density.
 */
export function ridge(heights, { left, top, width, height }) {
  if (!heights.some((value) => value > 0)) return [];
  const step = width / heights.length;
  return Array.from(heights, (value, i) => [
    left + (i + 0.5) * step,
    top + height - 1 - 0.92 * value * (height - 2),
  ]);
}

/**
 * Draw a frame; on the screen the same is done by elements.
 * @param {CanvasRenderingContext2D} context
 * @param {Frame & {ridges: [number, number][][]}} frame
 * @param {{ink: string, quiet: string, line: string, font: string}} colours
 */
export function drawFrame(context, { boxes, ticks, labels, ridges }, { ink, quiet, line, font }) {
  const path = (points) => {
    context.beginPath();
    points.forEach(([x, y], k) => (k ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.stroke();
  };
  context.lineWidth = 1;
  context.strokeStyle = line;
  for (const { left, top, width, height } of boxes) {
    context.strokeRect(left - 0.5, top - 0.5, width + 1, height + 1);
  }
  context.strokeStyle = quiet;
  for (const [x0, y0, x1, y1] of ticks) path([[x0, y0], [x1, y1]]);
  context.strokeStyle = ink;
  for (const points of ridges) path(points);
  context.textBaseline = "middle";
  for (const { x, y, text, role, size, anchor, turned, limit } of labels) {
    context.save();
    context.translate(x, y);
    if (turned) context.rotate(-Math.PI / 2);
    context.fillStyle = role === "name" ? ink : quiet;
    context.font = `${size}px ${font}`;
    context.textAlign = { start: "left", middle: "center", end: "right" }[anchor];
    context.fillText(text, 0, 0, limit);
    context.restore();
  }
}
