/** A lasso drawn over the maps of a layer: which of them it touches or encloses. */
import { boxOf } from "../lib/maps.mjs";
import { drawShape } from "../lib/matrix.mjs";
import { polygonTest } from "../lib/shapes.mjs";
import { make } from "./make.mjs";

const STILL = 5; // pixels that a click may move

/** @typedef {[number, number]} Place - in pixels of the screen, from the maps' upper left corner. */

export class MapBrush {
  /**
   * @param {{section: HTMLElement, canvas: HTMLCanvasElement, stage: HTMLElement, layout: import("../lib/maps.mjs").Layout}} entry
   *   a layer's maps; a lasso may begin anywhere in its section.
   * @param {(features: number[]) => void} brushed
   * @param {() => boolean} wanted - whether lassos are drawn now.
   * @param {() => boolean} dark - whether they are seen on a dark theme.
   */
  constructor(entry, brushed, wanted, dark) {
    Object.assign(this, { entry, brushed, wanted, dark, trail: null, over: null, taken: false });
    const listen = (event, act) => entry.section.addEventListener(event, act);
    listen("pointerdown", (event) => this.begin(event));
    listen("pointermove", (event) => this.go(event));
    listen("pointerup", () => this.end());
    listen("pointercancel", () => this.stop());
    listen("keydown", ({ key }) => key === "Escape" && this.stop());
  }

  /** Whether the click that comes is the end of a lasso; asked once. */
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
    this.trail = [this.at(event)];
  }

  go(event) {
    const { trail, over, entry } = this;
    if (!trail) return;
    if (!event.buttons) return this.stop(); // let go elsewhere
    const here = this.at(event);
    if (!over && Math.hypot(here[0] - trail[0][0], here[1] - trail[0][1]) < STILL) return;
    // Not before: a click would be the section's, and not that of what is clicked.
    if (!over) entry.section.setPointerCapture(event.pointerId);
    trail.push(here);
    this.draw();
  }

  /** The lasso so far, over the maps. */
  draw() {
    const { canvas, stage } = this.entry;
    const { clientWidth: width, clientHeight: height } = stage;
    const ratio = canvas.ownerDocument.defaultView.devicePixelRatio;
    if (!this.over) {
      this.over = make(canvas.ownerDocument, "canvas.maps-lasso", { width: width * ratio, height: height * ratio });
      stage.append(this.over);
    }
    const context = this.over.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    drawShape(context, this.trail, { lasso: true, width: 1.5, dark: this.dark() });
  }

  end() {
    const { trail, over } = this;
    this.stop();
    if (!over) return;
    this.taken = true;
    this.brushed(touched(this.entry.layout, trail));
  }

  stop() {
    this.trail = null;
    this.over?.remove();
    this.over = null;
  }
}

/**
 * Maps that a lasso touches or encloses.
 * @param {import("../lib/maps.mjs").Layout} layout
 * @param {Place[]} trail - its corners, at least 2; it closes by itself.
 * @returns {number[]} ascending.
 */
export function touched(layout, trail) {
  const encloses = polygonTest(trail);
  const edges = trail.map((place, k) => [place, trail[(k + 1) % trail.length]]);
  const features = Array.from({ length: layout.map.channels }, (_, feature) => feature);
  return features.filter((feature) => {
    const box = boxOf(layout, feature);
    return encloses(box.left, box.top) || edges.some(([from, to]) => crosses(box, from, to));
  });
}

/** Whether a line has a part within a box: what is left of it, cut at each side in turn. */
function crosses({ left, top, width, height }, [x0, y0], [x1, y1]) {
  let [enters, leaves] = [0, 1];
  for (const [from, way, low, high] of [[x0, x1 - x0, left, left + width], [y0, y1 - y0, top, top + height]]) {
    if (!way && (from < low || from > high)) return false;
    if (!way) continue;
    const [one, other] = [(low - from) / way, (high - from) / way];
    enters = Math.max(enters, Math.min(one, other));
    leaves = Math.min(leaves, Math.max(one, other));
  }
  return enters <= leaves;
}
