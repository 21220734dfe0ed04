/**
 * One playhead on three rails, epochs, layers and the steps of an attack: it stands at a stop or
 * between two of them. The epoch or layer that it comes to rest at is what every page shows.
 */
import { outcome, progressText } from "../../dom/jobs.mjs";
import { Rail } from "../../dom/rail.mjs";

const PACE = { epoch: 2.5, layer: 0.8, step: 8 }; // stops a second
const NAMED = { epoch: "epoch", layer: "name", step: "step" };
const AHEAD = 3; // stops that are fetched before they are needed
const LONGEST = 0.1; // seconds of a frame

/** Slow at both ends: layers are looked at one by one, a training flows. */
const eased = (t) => t * t * (3 - 2 * t);

export class Playhead {
  /**
   * @param {object} page - of `tour.mjs`.
   * @param {import("./stops.mjs").Stops} stops
   * @param {(a: object, b: object | null, part: number) => void} draw - stand between two stops.
   * @param {(rail: string, entry: object) => void} rest - come to rest at a stop.
   */
  constructor(page, stops, draw, rest) {
    Object.assign(this, { page, stops, draw, rest });
    this.moving = null; // the rail that it moves on
    this.timer = null;
    this.asked = null; // the job of a rail: what it is about
    this.tried = null; // and the one that has ended: what it could not compute is not asked for again
    this.resting = null; // address of what was chosen, as long as the server has no plan of it
  }

  /** Whether something else than the plan's layer is drawn. */
  get away() {
    return this.moving !== null || this.resting !== null;
  }

  /** Its rails were made anew. */
  mounted(box) {
    this.halt();
    box.replaceChildren();
    const rail = (name, label, unit) => new Rail(box, {
      label, unit, scrub: (value) => this.scrub(name, value), go: (place) => this.go(name, place),
      play: () => (this.playing === name ? this.stop() : this.play(name)),
    });
    this.rails = { epoch: rail("epoch", "Epoch"), layer: rail("layer", "Layer"), step: rail("step", "Attack", "step ") };
    this.planned();
  }

  /** The epoch where it is while it moves on that rail, also between two; null else. */
  get epoch() {
    if (this.moving !== "epoch") return null;
    const { value } = this.rails.epoch;
    const [a, b] = [Math.floor(value), Math.ceil(value)].map((place) => this.stops.entries("epoch")[place]?.epoch);
    return a + (value - Math.floor(value)) * (b - a);
  }

  /** The rail that plays, "" for none. */
  get playing() {
    return this.timer === null ? "" : this.moving;
  }

  /** There is another plan: where is it now? */
  planned() {
    if (!this.rails) return;
    const { plan } = this.stops;
    const epochs = this.stops.entries("epoch");
    const layers = this.stops.entries("layer");
    this.rails.epoch.setStops(epochs.map(({ epoch }) => String(epoch)));
    this.rails.layer.setStops(layers.map(({ name }) => name));
    this.rails.step.setStops(this.stops.entries("step").map(({ step }) => String(step)));
    this.resting = null;
    if (this.then) {
      const rail = this.then;
      this.then = null;
      this.play(rail);
    }
    if (!plan || this.moving) return;
    const shown = this.page.bridge.workspace.study?.epoch ?? epochs.at(-1)?.epoch;
    this.rails.epoch.show(Math.max(0, epochs.findIndex(({ epoch }) => epoch === shown)));
    this.rails.layer.show(Math.max(0, layers.findIndex(({ name }) => name === plan.layer)));
    this.rails.step.show(this.stops.step);
    if (this.stops.step) this.need("step"); // the same step of another layer
  }

  /** The handle is held. */
  scrub(rail, value) {
    this.halt(); // or what plays would take the handle out of the hand
    this.leaveFor(rail);
    this.moving = rail;
    this.rails[rail].show(value);
    this.stand(rail, value);
  }

  /** Draw where the playhead is, as soon as that is at hand. @returns {boolean} whether it is. */
  stand(rail, value) {
    const entries = this.stops.entries(rail);
    const [a, b] = [entries[Math.floor(value)], entries[Math.ceil(value)]];
    if (!a) return false;
    this.fetchAhead(rail, Math.floor(value));
    const [from, to] = [a, b].map((entry) => this.stops.at(entry, rail === "layer"));
    if (!from || !to) {
      this.wanted = { rail, value };
      this.need(rail);
      this.rails[rail].wait(`waits for ${rail === "step" ? "step " : ""}${(from ? b : a)[NAMED[rail]]}`);
      return false;
    }
    this.arrived();
    const part = value - Math.floor(value);
    this.draw(from, a === b ? null : to, rail === "layer" ? eased(part) : part);
    return true;
  }

  /** Nothing is waited for any more. */
  arrived() {
    this.wanted = null;
    for (const rail of Object.values(this.rails ?? {})) rail.wait("");
  }

  /** Fetch what comes next; what cannot be fetched is said when it is needed. */
  fetchAhead(rail, place) {
    for (const entry of this.stops.entries(rail).slice(place, place + AHEAD + 1)) {
      if (!this.stops.known(entry) || this.stops.at(entry)) continue;
      this.stops.fetch(entry).then(() => this.came(), (error) => this.failed(error));
    }
  }

  /** Something that was waited for may have come. */
  came() {
    if (this.wanted && this.wanted.rail === this.moving) this.stand(this.wanted.rail, this.wanted.value);
  }

  failed(error) {
    if (!this.wanted) return;
    this.arrived();
    this.halt();
    this.page.bridge.toast(String(error.message ?? error));
  }

  /** Have a rail's stops computed, unless they are. */
  need(rail) {
    const { plan } = this.stops;
    if (!plan || this.stops.complete(rail)) return;
    const about = JSON.stringify([rail, plan.wish, plan.layers.map(({ name }) => name)]);
    if (about === this.asked || about === this.tried) return;
    this.asked = about;
    const path = plan.layers.map(({ name }) => name);
    this.page.bridge.set(`tour-wish-${rail}s`, { data: { ...plan.wish, path, asked: Date.now() } });
  }

  /** How far that is. */
  working(progress) {
    if (!progress || !this.asked || !this.stops.plan) return;
    this.stops.say(progressText(progress));
    this.stops.takeUp(progress.done ?? {});
    if (this.wanted) this.stand(this.wanted.rail, this.wanted.value);
  }

  computed(end) {
    if (!end || !this.asked) return;
    Object.assign(this, { asked: null, tried: end.state === "done" ? this.asked : null });
    this.stops.say("");
    const { reason } = outcome(end);
    if (reason && end.state !== "cancelled") this.page.bridge.toast(`Not everything on the rail can be shown: ${reason}`);
    if (end.state !== "done") {
      this.arrived();
      this.halt();
      this.moving = null;
    }
    this.stops.again();
  }

  /** There may be stops now that were waited for. */
  refreshed() {
    this.planned();
    if (this.wanted && this.wanted.rail === this.moving) this.stand(this.wanted.rail, this.wanted.value);
  }

  /** Come to rest at a stop. */
  go(rail, place) {
    this.halt();
    const entry = this.stops.entries(rail)[place];
    if (!entry) return undefined;
    this.moving = null;
    this.arrived();
    this.rails[rail].show(place);
    this.need(rail);
    if (rail === "step") this.stops.step = place;
    if (entry.cloud.key === this.stops.key) return this.stops.changed();
    this.resting = entry.cloud.key ?? "";
    return this.rest(rail, entry);
  }

  /** Come to rest on the other rail first. @returns {boolean} whether there is something to wait for. */
  leaveFor(rail) {
    if (!this.moving || this.moving === rail) return false;
    this.go(this.moving, Math.round(this.rails[this.moving].value));
    return this.resting !== null;
  }

  /** Other samples are to be shown: nothing of these is. */
  leave() {
    this.halt();
    this.arrived();
    Object.assign(this, { moving: null, resting: null, then: null });
  }

  play(rail) {
    if (this.leaveFor(rail)) {
      this.then = rail;
      return;
    }
    this.halt();
    const { length } = this.stops.entries(rail);
    if (length < 2) return;
    this.moving = rail;
    let value = this.rails[rail].value >= length - 1 ? 0 : this.rails[rail].value;
    const { window } = this.page.bridge;
    this.rails[rail].playing(true);
    let before = window.performance.now();
    const tick = () => {
      const now = window.performance.now();
      const further = Math.min(LONGEST, (now - before) / 1000) * PACE[rail];
      before = now;
      // It waits where it is until what comes next is there.
      const next = Math.min(length - 1, value + further);
      if (this.stand(rail, next)) value = next;
      if (this.timer === null) return; // it was halted meanwhile
      this.rails[rail].show(value);
      if (value >= length - 1) this.stop();
      else this.timer = window.requestAnimationFrame(tick);
    };
    this.timer = window.requestAnimationFrame(tick);
  }

  /** Stop playing, and rest at the next stop. */
  stop() {
    const rail = this.moving;
    this.go(rail, Math.round(this.rails[rail].value));
  }

  halt() {
    if (this.timer === null) return;
    this.page.bridge.window.cancelAnimationFrame(this.timer);
    this.timer = null;
    this.rails?.[this.moving]?.playing(false);
  }
}
