/** A rectangle drawn over the maps of a layer: which of them it touches. */
import { boxOf } from "../lib/maps.mjs";
import { make } from "./make.mjs";

const STILL = 5; // pixels that a click may move

export class MapBrush {
  /**
   * @param {{canvas: HTMLCanvasElement, stage: HTMLElement, layout: import("../lib/maps.mjs").Layout}} entry
   * @param {(features: number[]) => void} brushed
   * @param {() => boolean} wanted - whether rectangles are drawn now.
   */
  constructor(entry, brushed, wanted) {
    Object.assign(this, { entry, brushed, wanted, from: null, shape: null, taken: false });
    const { canvas } = entry;
    canvas.addEventListener("pointerdown", (event) => this.begin(event));
    canvas.addEventListener("pointermove", (event) => this.go(event));
    canvas.addEventListener("pointerup", (event) => this.end(event));
    canvas.addEventListener("pointercancel", () => this.stop());
  }

  /** Whether the click that comes is the end of a rectangle; asked once. */
  took() {
    const { taken } = this;
    this.taken = false;
    return taken;
  }

  at({ clientX, clientY }) {
    const box = this.entry.canvas.getBoundingClientRect();
    return [clientX - box.left, clientY - box.top];
  }

  begin(event) {
    this.taken = false;
    if (event.button || !this.wanted()) return;
    this.from = this.at(event);
    this.entry.canvas.setPointerCapture(event.pointerId);
  }

  /** The rectangle up to a point: left, top, right, bottom. */
  to([x, y]) {
    const [x0, y0] = this.from;
    return [Math.min(x, x0), Math.min(y, y0), Math.max(x, x0), Math.max(y, y0)];
  }

  go(event) {
    if (!this.from) return;
    const [left, top, right, bottom] = this.to(this.at(event));
    if (!this.shape && Math.max(right - left, bottom - top) < STILL) return;
    if (!this.shape) {
      this.shape = make(this.entry.canvas.ownerDocument, "i.maps-brush");
      this.entry.stage.append(this.shape);
    }
    Object.assign(this.shape.style, { left: `${left}px`, top: `${top}px`, width: `${right - left}px`, height: `${bottom - top}px` });
  }

  end(event) {
    const rectangle = this.shape && this.to(this.at(event));
    this.stop();
    if (!rectangle) return;
    this.taken = true;
    this.brushed(touched(this.entry.layout, rectangle));
  }

  stop() {
    this.from = null;
    this.shape?.remove();
    this.shape = null;
  }
}

/**
 * Maps that a rectangle touches.
 * @param {import("../lib/maps.mjs").Layout} layout
 * @param {[number, number, number, number]} rectangle - left, top, right, bottom.
 * @returns {number[]} ascending.
 */
export function touched(layout, [left, top, right, bottom]) {
  const { channels } = layout.map;
  return Array.from({ length: channels }, (_, k) => k).filter((feature) => {
    const box = boxOf(layout, feature);
    return box.left < right && left < box.left + box.width && box.top < bottom && top < box.top + box.height;
  });
}
