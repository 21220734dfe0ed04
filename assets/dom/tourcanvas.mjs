/** Which way of drawing a canvas gets. */
import { TourPixels } from "./tourpixels.mjs";

/**
 * @param {HTMLCanvasElement} canvas
 * @param {() => void} _again - draw once more.
 * @returns {{draw: (scene: import("./tourpixels.mjs").Scene) => void}}
 */
export function canvasFor(canvas, _again) {
  return new TourPixels(canvas);
}
