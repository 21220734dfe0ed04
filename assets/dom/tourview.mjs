/** A layer's samples on a plane that turns: one picture, or two of them under the same projection. */
import { TourPose } from "../lib/tourpose.mjs";
import { make } from "./make.mjs";
import { TourPane } from "./tourpane.mjs";

const MOST_HANDLES = 20; // axes that can be told apart

export class TourView {
  /**
   * @param {object} parts
   * @param {HTMLElement} parts.box - is filled.
   * @param {import("./workspace.mjs").Workspace} parts.workspace
   * @param {TourPose} [parts.pose] - where a tour was that goes on here.
   * @param {object} parts.on
   * @param {(samples: Uint32Array, how: import("../lib/selection.mjs").How) => void} parts.on.select
   * @param {(sample: number, event?: MouseEvent) => void} parts.on.hover - -1 for none.
   * @param {(key: string) => void} parts.on.key - what the page does for a key.
   * @param {(sample: number, place: [number, number]) => void} [parts.on.lead] - a sample was
   *   dragged elsewhere, with the tool for that; -1 for a drag that began on none.
   * @param {() => void} parts.on.played - it plays or halts.
   * @param {() => void} [parts.on.drawn] - another frame was drawn.
   */
  constructor({ box, workspace, on, pose }) {
    Object.assign(this, { box, workspace, on, tool: "rectangle", radius: 3, handled: true, led: null });
    this.document = box.ownerDocument;
    this.page = this.document.defaultView;
    this.pose = pose ?? new TourPose(this.page.matchMedia?.("(prefers-reduced-motion: reduce)").matches ?? false);
    this.main = new TourPane(this, 0, workspace, true);
    this.panes = [this.main];
    this.element = make(this.document, "div.tour-view", {}, this.main.element);
    const when = (event, act) => workspace.on(event, act, box);
    when("colours", () => this.soon());
    when("selection", () => this.soon());
    when("sample", () => this.main.outline());
  }

  get data() {
    return this.pose.data;
  }

  get playing() {
    return this.pose.playing;
  }

  /** Come to a stop. @param {import("../lib/tourpose.mjs").Stop} stop */
  show(stop) {
    this.attach(stop);
    this.pose.show(stop, this.page.performance.now());
    this.soon();
  }

  /** Stand between two stops. */
  between(a, b, part) {
    this.attach(part < 0.5 || !b ? a : b);
    this.pose.between(a, b, part);
    this.soon();
  }

  attach(stop) {
    if (this.element.parentNode !== this.box) this.box.replaceChildren(this.element);
    this.main.canvas.setAttribute("aria-label", stop.title);
  }

  /** Whether the axes of a stop mean something, and are few enough to be told apart. */
  canHandle({ names, centre }) {
    return names !== null && centre.length <= MOST_HANDLES;
  }

  /** Forget what is drawn: other samples are to come. */
  clear() {
    this.pose.data = null;
    this.pose.next = null;
    this.element.remove();
  }

  /** It is not needed any more; its pose may go on elsewhere. */
  close() {
    for (const pane of this.panes) pane.close();
  }

  /** Have a second picture beside, of other samples; null for none. @param {import("./tourpane.mjs").Crowd | null} crowd */
  beside(crowd) {
    if (Boolean(crowd) === this.panes.length > 1) {
      if (crowd) this.panes[1].crowd = crowd;
      return this.soon();
    }
    if (crowd) {
      this.panes.push(new TourPane(this, 1, crowd, false));
      this.element.append(this.panes[1].element);
    } else this.panes.pop().close();
    this.element.classList.toggle("paired", Boolean(crowd));
    return this.soon();
  }

  /** Turn another way, by chance. */
  redirect() {
    if (!this.data) return;
    this.pose.redirect();
    this.moved();
  }

  /** @param {boolean} playing */
  play(playing) {
    this.pose.play(playing);
    this.moved();
  }

  moved() {
    this.on.played();
    this.soon();
  }

  /** Go to where a plane is drawn, as `TourPose.goTo` has it. */
  goTo(plane, exact = false) {
    this.pose.goTo(plane, this.page.performance.now(), exact);
    this.moved();
  }

  reset() {
    this.pose.zoom = 1;
    this.soon();
  }

  zoomBy(factor) {
    this.pose.zoomBy(factor);
    this.soon();
  }

  /** Turn the space so that a point comes to lie somewhere. @param {[number, number]} target */
  place(vector, target) {
    this.pose.place(vector, target);
    this.soon();
  }

  /** Draw with the screen's next picture. */
  soon() {
    this.pending ??= this.page.requestAnimationFrame(() => this.tick());
  }

  /** One frame: go on, draw, and ask for the next as long as anything moves. */
  tick() {
    this.pending = null;
    if (!this.data || !this.element.isConnected || !this.workspace.ready) {
      this.pose.last = null;
      return;
    }
    const moves = this.pose.step(this.page.performance.now());
    for (const pane of this.panes) pane.draw();
    this.on.drawn?.();
    if (moves) this.soon();
  }

  /** Say which sample is pointed at. */
  point(sample, event) {
    if (sample < 0 && (this.pointed ?? -1) < 0) return;
    this.pointed = sample;
    this.on.hover(sample, event);
  }

  /** What is seen as one picture. @returns {HTMLCanvasElement} */
  picture() {
    const parts = this.panes.map((pane) => pane.picture());
    const out = make(this.document, "canvas", {
      width: parts.reduce((sum, { width }) => sum + width, 0), height: Math.max(...parts.map(({ height }) => height)),
    });
    let left = 0;
    for (const part of parts) {
      out.getContext("2d").drawImage(part, left, 0);
      left += part.width;
    }
    return out;
  }

  /** The drawn columns of the frame: (2 d,) by rows. */
  get matrix() {
    return this.pose.columns[0];
  }
}
