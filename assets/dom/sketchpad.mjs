/** A pad that one draws on with mouse, pen or finger. */
import { make } from "./make.mjs";

/** Pixels of the pad, however large it is on the screen. */
export const SIDE = 280;

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEP = 8; // pixels that an arrow key draws

/** @typedef {{width: number, points: [number, number][]}} Stroke */

export class Sketchpad {
  /**
   * @param {Document} document
   * @param {(ink: Float32Array) => void} changed - (SIDE * SIDE,) in [0, 1]; called once a frame.
   */
  constructor(document, changed) {
    Object.assign(this, { changed, width: 24, cursor: [SIDE / 2, SIDE / 2] });
    /** @type {Stroke[]} */
    this.strokes = [];
    this.stroke = null;
    this.canvas = make(document, "canvas.sketchpad", {
      width: SIDE, height: SIDE, tabIndex: 0, role: "img",
      "aria-label": "Pad to draw on. Arrow keys draw while Space is held; Delete clears, Z takes the last stroke back.",
    });
    const listen = (event, act) => this.canvas.addEventListener(event, act);
    listen("pointerdown", (event) => this.begin(event));
    listen("pointermove", (event) => this.go(event));
    for (const event of ["pointerup", "pointercancel"]) listen(event, () => (this.stroke = null));
    listen("keydown", (event) => this.key(event));
    listen("keyup", ({ key }) => key === " " && (this.stroke = null));
    this.paint();
  }

  get empty() {
    return !this.strokes.length;
  }

  /** Place of the pointer on the pad. */
  at({ clientX, clientY }) {
    const box = this.canvas.getBoundingClientRect();
    return [((clientX - box.left) / box.width) * SIDE, ((clientY - box.top) / box.height) * SIDE];
  }

  begin(event) {
    if (event.button) return;
    event.preventDefault(); // a finger would scroll the page
    this.canvas.focus();
    this.canvas.setPointerCapture(event.pointerId);
    this.start(this.at(event));
  }

  start(point) {
    this.stroke = { width: this.width, points: [point] };
    this.strokes.push(this.stroke);
    this.later();
  }

  go(event) {
    if (!this.stroke || !event.buttons) return;
    // All places since the last frame: fast strokes stay round.
    const events = event.getCoalescedEvents?.() ?? [];
    for (const each of events.length ? events : [event]) this.stroke.points.push(this.at(each));
    this.later();
  }

  key(event) {
    const { key } = event;
    const step = STEPS[key];
    if (key === "Delete" || key === "Backspace") this.clear();
    else if (key === "z" || key === "Z") this.undo();
    else if (key === " ") {
      if (!this.stroke) this.start([...this.cursor]);
    } else if (step) {
      this.cursor = this.cursor.map((value, k) => Math.min(SIDE, Math.max(0, value + STEP * step[k])));
      this.stroke?.points.push([...this.cursor]);
      this.later();
    } else return;
    event.preventDefault();
  }

  undo() {
    this.strokes.pop();
    this.stroke = null;
    this.later();
  }

  clear() {
    this.strokes = [];
    this.stroke = null;
    this.later();
  }

  /** Paint once a frame, however often the pointer tells of itself. */
  later() {
    if (this.waiting) return;
    this.waiting = true;
    this.canvas.ownerDocument.defaultView.requestAnimationFrame(() => {
      this.waiting = false;
      this.paint();
      this.changed(this.ink());
    });
  }

  paint() {
    const context = this.canvas.getContext("2d", { willReadFrequently: true });
    context.fillStyle = "#000";
    context.fillRect(0, 0, SIDE, SIDE);
    Object.assign(context, { strokeStyle: "#fff", lineCap: "round", lineJoin: "round" });
    for (const { width, points } of this.strokes) {
      context.lineWidth = width;
      context.beginPath();
      const [[x, y], ...rest] = points;
      context.moveTo(x, y);
      if (!rest.length) context.lineTo(x, y + 0.01); // a dot
      for (const point of rest) context.lineTo(...point);
      context.stroke();
    }
  }

  /** What is drawn: (SIDE * SIDE,) in [0, 1]. */
  ink() {
    const { data } = this.canvas.getContext("2d").getImageData(0, 0, SIDE, SIDE);
    return Float32Array.from({ length: SIDE * SIDE }, (_, k) => data[4 * k] / 255);
  }
}
