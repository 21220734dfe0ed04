/** Samples of a tour drawn pixel by pixel: the quickest way without a graphics card. */
import { pack } from "../lib/glyph.mjs";
import { drawPoints } from "../lib/points.mjs";
import { drawSprites } from "../lib/sprites.mjs";

/**
 * @typedef {object} Scene - what one picture of a tour shows.
 * @property {number} width - pixels.
 * @property {number} height
 * @property {import("../lib/points.mjs").View} view
 * @property {import("../lib/palette.mjs").Rgb} ground
 * @property {Uint32Array} colours - (n,) packed.
 * @property {import("../lib/points.mjs").Style[]} styles - the last on top.
 * @property {import("../lib/sprites.mjs").Sheet | null} sheet - pictures instead of points.
 * @property {number} side - of a picture whose style has the radius `radius`, in pixels.
 * @property {number} radius
 * @property {{x: Float32Array, centre: Float32Array, columns: Float64Array}} from
 * @property {{x: Float32Array, centre: Float32Array, columns: Float64Array} | null} to
 * @property {number} part - of the way from the one to the other.
 * @property {() => [Float32Array, Float32Array]} places - where samples are drawn, in the plane.
 */

export class TourPixels {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.context = canvas.getContext("2d");
    this.pixels = null;
  }

  close() {
    this.pixels = null;
  }

  /** @param {Scene} scene */
  draw({ width, height, view, ground, colours, styles, sheet, side, radius, places }) {
    if (this.pixels?.width !== width || this.pixels.height !== height) this.pixels = new ImageData(width, height);
    const out = new Uint32Array(this.pixels.data.buffer);
    out.fill(pack(ground));
    const [x, y] = places();
    if (sheet) {
      const sized = styles.map((style) => ({ ...style, side: Math.round((side * style.radius) / radius) }));
      drawSprites(out, { width, height }, view, x, y, sheet, colours, sized);
    } else {
      const smooth = styles.map((style) => ({ ...style, smooth: true }));
      drawPoints(out, width, { left: 0, top: 0, width, height }, view, x, y, colours, smooth);
    }
    this.context.putImageData(this.pixels, 0, 0);
  }
}
