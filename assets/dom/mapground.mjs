/** The ground of a map: pictures of who decides what, prepared once and drawn to any scale. */
import { GROUND, mix } from "../lib/palette.mjs";
import { boundaryLines, onMap, paintTerritory, runsOf, tints } from "../lib/territory.mjs";
import { stretched } from "../lib/windows.mjs";
import { make } from "./make.mjs";

/** @typedef {import("../lib/territory.mjs").Raster} Raster */

const INK = { light: [28, 32, 38], dark: [240, 242, 246] };
const GREY = { light: [214, 218, 225], dark: [58, 63, 72] };
const LINE = 1.1; // pixels of a boundary
const OTHER = 1.9; // of B's
const HATCH = 8; // pixels from one line of the veil to the next

const css = (colour, alpha = 1) => `rgba(${colour.join(",")},${alpha})`;

export class MapGround {
  /** @param {Document} document */
  constructor(document) {
    this.document = document;
    this.pictures = new WeakMap(); // raster -> its canvas, and what it was painted with
    this.paths = new WeakMap(); // raster -> its boundaries as a path
    this.veils = new WeakMap(); // veil -> its canvas
    this.rasters = [];
    this.other = [];
    this.veil = null;
    this.strength = 0;
  }

  /**
   * What is drawn from now on.
   * @param {object} what
   * @param {Raster[]} what.rasters - the coarsest first; finer ones of parts lie over it.
   * @param {Raster[]} what.other - those of another network, of which only boundaries are drawn.
   * @param {{alpha: Uint8Array, side: number, window: import("../lib/windows.mjs").Window} | null}
   *   what.veil
   */
  set({ rasters, other, veil }) {
    Object.assign(this, { rasters, other, veil });
  }

  /** A canvas with the pixels of a picture. */
  canvas(side, pixels) {
    const canvas = make(this.document, "canvas", { width: side, height: side });
    const data = new Uint8ClampedArray(pixels.buffer);
    canvas.getContext("2d").putImageData(new ImageData(data, side, side), 0, 0);
    return canvas;
  }

  picture(raster, { classes, theme, focus }) {
    const state = `${classes} ${theme} ${focus}`;
    const old = this.pictures.get(raster);
    if (old?.state === state) return old.canvas;
    const pixels = new Uint32Array(raster.side ** 2);
    const canvas = this.canvas(raster.side, paintTerritory(raster, tints(classes, theme, focus), pixels));
    this.pictures.set(raster, { state, canvas });
    return canvas;
  }

  /** Boundaries as a path in coordinates of the map, from the middle of the picture's window. */
  path(raster) {
    const old = this.paths.get(raster);
    if (old) return old;
    const { side, window, labels } = raster;
    const path = new this.document.defaultView.Path2D();
    for (const run of runsOf(boundaryLines(labels, side), side)) {
      const places = onMap(run, side, window);
      path.moveTo(places[0], places[1]);
      for (let i = 2; i < places.length; i += 2) path.lineTo(places[i], places[i + 1]);
    }
    this.paths.set(raster, path);
    return path;
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {object} place
   * @param {import("../lib/points.mjs").Area} place.area - pixels of the canvas.
   * @param {import("../lib/points.mjs").View} place.view
   * @param {number} place.ratio - pixels of the canvas in one of the screen.
   * @param {import("../lib/windows.mjs").Window} place.whole - the map, beyond which nothing is drawn.
   * @param {{classes: number, theme: import("../lib/palette.mjs").Theme, focus: number | null}} look
   */
  draw(context, { area, view, ratio, whole }, look) {
    const { theme } = look;
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    const floor = stretched(whole, 1, area, view)?.to;
    context.fillStyle = css(GROUND[theme]);
    if (floor) context.fillRect(floor.left, floor.top, floor.width, floor.height);
    context.imageSmoothingEnabled = true;
    for (const raster of this.rasters) {
      this.stamp(context, this.picture(raster, look), raster, area, view);
      // What is decided on a coarse grid is soft; boundaries are drawn once they are known.
      if (raster.sharp) this.stroke(context, raster, { area, view }, [[LINE * ratio, css(INK[theme], 0.62)]]);
    }
    const own = this.other.findLast(({ window }) => this.covers(window, view)) ?? this.other[0];
    if (own) {
      const strokes = [[(OTHER + 2) * ratio, css(GROUND[theme], 0.9)], [OTHER * ratio, css(INK[theme])]];
      this.stroke(context, own, { area, view }, strokes);
    }
    if (this.veil && this.strength > 0) this.drawVeil(context, { area, view, ratio }, theme);
  }

  covers([left, right, bottom, top], { x0, x1, y0, y1 }) {
    return left <= x0 && right >= x1 && bottom <= y0 && top >= y1;
  }

  /** Draw a canvas of a window where it lies in the view. */
  stamp(context, canvas, { window, side }, area, view) {
    const place = stretched(window, side, area, view);
    if (!place) return;
    const { from, to } = place;
    context.drawImage(
      canvas, from.left, from.top, from.width, from.height, to.left, to.top, to.width, to.height,
    );
  }

  /** Draw boundaries, as thick as is said however far they are zoomed. */
  stroke(context, raster, { area, view }, strokes) {
    const [left, right, bottom, top] = raster.window;
    const scale = area.width / (view.x1 - view.x0);
    const x = area.left + ((left + right) / 2 - view.x0) * scale;
    const y = area.top + (view.y1 - (bottom + top) / 2) * scale;
    context.save();
    context.beginPath();
    context.rect(area.left, area.top, area.width, area.height);
    context.clip();
    context.setTransform(scale, 0, 0, -scale, x, y);
    context.lineJoin = "round";
    for (const [width, colour] of strokes) {
      context.lineWidth = width / scale;
      context.strokeStyle = colour;
      context.stroke(this.path(raster));
    }
    context.restore();
  }

  /** Grey and hatched over what cannot be trusted. */
  drawVeil(context, { area, view, ratio }, theme) {
    const { width, height } = context.canvas;
    this.screen ??= make(this.document, "canvas");
    if (this.screen.width !== width || this.screen.height !== height) Object.assign(this.screen, { width, height });
    const screen = this.screen.getContext("2d");
    screen.globalCompositeOperation = "source-over";
    screen.fillStyle = css(GREY[theme]);
    screen.fillRect(0, 0, width, height);
    screen.beginPath();
    for (let x = -height; x < width; x += HATCH * ratio) {
      screen.moveTo(x, height);
      screen.lineTo(x + height, 0);
    }
    screen.lineWidth = ratio;
    screen.strokeStyle = css(mix(GREY[theme], INK[theme], 0.3));
    screen.stroke();
    screen.globalCompositeOperation = "destination-in";
    const mask = this.veilCanvas();
    const place = stretched(this.veil.window, this.veil.side, area, view);
    if (place) {
      const { from, to } = place;
      screen.drawImage(mask, from.left, from.top, from.width, from.height, to.left, to.top, to.width, to.height);
    } else screen.clearRect(0, 0, width, height);
    context.save();
    context.globalAlpha = this.strength;
    context.drawImage(this.screen, 0, 0);
    context.restore();
  }

  veilCanvas() {
    const { veil } = this;
    if (!this.veils.has(veil)) {
      const pixels = Uint32Array.from(veil.alpha, (alpha) => (alpha << 24) >>> 0);
      this.veils.set(veil, this.canvas(veil.side, pixels));
    }
    return this.veils.get(veil);
  }
}
