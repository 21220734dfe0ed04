/** Diamonds on a map: inputs that were placed on it, joined by arrows where one follows from another. */
import { GROUND, UNLABELLED, colourOf, toHex } from "../lib/palette.mjs";
import { toPixel } from "../lib/points.mjs";
import { INK } from "./mappoints.mjs";

const SIZE = 6.5; // pixels from the middle of a diamond to its corners
const RIM = 2.6; // around it
const HEAD = 8; // length of an arrow's head
const AWAY = 20; // pixels beyond the canvas from which on nothing of a diamond is seen

/**
 * @typedef {object} Diamond
 * @property {number} x
 * @property {number} y
 * @property {number} label - class of its colour, -1 for none.
 * @property {import("./sequences.mjs").Sequence} sequence - that it belongs to.
 * @property {number} index - in that sequence.
 */
/** @typedef {{diamonds: Diamond[], path: boolean}} Chain - path: each follows from the one before. */

/** Distance from the middle of a diamond to the end of its rim, in pixels of the screen. */
export const REACH = SIZE + RIM;

/**
 * @param {CanvasRenderingContext2D} context
 * @param {object} place - as for the ground.
 * @param {Chain[]} chains
 * @param {{theme: import("../lib/palette.mjs").Theme, classes: number}} style
 */
export function drawDiamonds(context, { area, view, ratio }, chains, { theme, classes }) {
  const at = ({ x, y }) => toPixel(area, view, x, y);
  const [ink, ground] = [toHex(INK[theme]), toHex(GROUND[theme])];
  const colour = (k) => toHex(k < 0 || k >= classes ? UNLABELLED[theme] : colourOf(k, classes));
  for (const { diamonds, path } of chains) {
    if (path) diamonds.slice(1).forEach((to, k) => drawArrow(context, at(diamonds[k]), at(to), { ratio, ink, ground }));
    for (const diamond of diamonds) {
      const [x, y] = at(diamond);
      if (!(x > -AWAY && y > -AWAY && x < area.width + AWAY && y < area.height + AWAY)) continue;
      const layers = [[SIZE + RIM, ground], [SIZE + RIM / 2, ink], [SIZE, colour(diamond.label)]];
      for (const [size, fill] of layers) {
        outline(context, [[x, y - size * ratio], [x + size * ratio, y], [x, y + size * ratio], [x - size * ratio, y]]);
        context.fillStyle = fill;
        context.fill();
      }
    }
  }
}

/** A closed path. @param {[number, number][]} corners */
function outline(context, corners) {
  context.beginPath();
  corners.forEach(([x, y], k) => (k ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.closePath();
}

/** A line with a head that ends where the diamond it leads to begins. */
function drawArrow(context, [x0, y0], [x1, y1], { ratio, ink, ground }) {
  const length = Math.hypot(x1 - x0, y1 - y0);
  const [dx, dy] = [(x1 - x0) / length, (y1 - y0) / length];
  const back = (far, aside = 0) => [x1 - dx * far * ratio - dy * aside * ratio, y1 - dy * far * ratio + dx * aside * ratio];
  const pointed = length > (2 * REACH + HEAD) * ratio; // else there is no room for a head
  const end = back(pointed ? REACH + HEAD / 2 : 0);
  for (const [width, colour] of [[4, ground], [1.6, ink]]) {
    context.beginPath();
    context.moveTo(x0, y0);
    context.lineTo(...end);
    context.lineWidth = width * ratio;
    context.strokeStyle = colour;
    context.stroke();
  }
  if (!pointed) return;
  outline(context, [back(REACH), back(REACH + HEAD, HEAD / 2), back(REACH + HEAD, -HEAD / 2)]);
  context.lineWidth = 2 * ratio;
  context.strokeStyle = ground;
  context.stroke();
  context.fillStyle = ink;
  context.fill();
}

/**
 * The diamond at a pixel of the screen, the last one that is drawn there; null for none.
 * @param {object} place - as for the ground.
 * @param {Chain[]} chains
 * @param {[number, number]} pixel
 * @returns {Diamond | null}
 */
export function diamondAt({ area, view, ratio }, chains, [x, y]) {
  const over = (diamond) => {
    const [px, py] = toPixel(area, view, diamond.x, diamond.y);
    return Math.abs(px / ratio - x) + Math.abs(py / ratio - y) <= REACH;
  };
  for (const { diamonds } of chains.toReversed()) {
    const found = diamonds.findLast(over);
    if (found) return found;
  }
  return null;
}
