/**
 * The stops of a tour as the browser holds them: the layer that is shown, those before and behind
 * it, the same layer at other epochs, and with attacked samples at the steps of their way; how they
 * are planned, computed and fetched.
 */
import { outcome, progressText } from "../../dom/jobs.mjs";

const MOST_BYTES = 256 * 2 ** 20; // of clouds that are kept at hand
const MOST_MOVED = 8; // clouds with attacked samples in them that are kept at hand
const PREDICTION = "prediction";

/** @typedef {{key: string | null, facts: object | null}} Part - an answer of the server. */

export class Stops {
  /**
   * @param {object} page - of `tour.mjs`.
   * @param {() => void} changed - a stop has come, or cannot be had.
   * @param {object} [how]
   * @param {string} [how.compute] - store that starts the job of a cloud.
   * @param {() => void} [how.again] - ask the server once more what there is.
   */
  constructor(page, changed, { compute = "tour-to-compute", again } = {}) {
    Object.assign(this, { page, changed, compute, asksAgain: again });
    this.companion = null; // the same of other samples, which are drawn beside
    this.arrays = new Map(); // key -> what was fetched, the least used first
    this.coming = new Map(); // key -> promise of it
    this.moved = new Map(); // key of a stop -> its samples, of which some are attacked
    this.step = 0; // of an attack, 0 for clean samples
    this.forget();
  }

  forget() {
    Object.assign(this, { plan: null, error: "", data: null, asked: null, centres: new Map() });
  }

  /** Address of the cloud that is shown; "" for none. */
  get key() {
    return this.plan?.parts.cloud.key ?? "";
  }

  get facts() {
    return this.plan?.parts.cloud.facts ?? null;
  }

  /** Whether the cloud that is to be shown has come. */
  get there() {
    return Boolean(this.data) && this.data.cloud === this.key;
  }

  /** The server says what there is. */
  setPlan(plan) {
    if (!plan || plan.error) {
      this.forget();
      this.error = plan?.error ?? "";
      return this.changed();
    }
    Object.assign(this, { plan, error: "" });
    this.step = plan.attack ? Math.min(this.step, plan.attack.steps) : 0;
    if (this.facts) return this.take();
    this.asked = this.key;
    this.page.bridge.set(this.compute, { data: { ...plan.wish, asked: Date.now() } });
    return this.changed();
  }

  /** How far the job is. */
  working(progress) {
    if (!progress || this.asked !== this.key) return;
    this.say(progressText(progress));
  }

  /** The job has ended. What belongs to a layer that was left is of no use here. */
  computed(end) {
    if (!end || this.asked === null || !this.plan) return undefined;
    this.say("");
    const { done, reason } = outcome(end);
    if (this.asked !== this.key || (this.key && done.cloud && done.cloud.key !== this.key)) return undefined;
    this.asked = null;
    // Now it is known where the cloud lies.
    if (done.axes || (done.cloud && this.plan.parts.cloud.key === null)) return this.again();
    if (!done.cloud) return this.fail(reason);
    this.takeUp({ cloud: done.cloud });
    return this.take();
  }

  /** Ask the server once more what there is. */
  again() {
    if (this.asksAgain) this.asksAgain();
    else this.page.bridge.set("tour-again", { n_clicks: Date.now() });
  }

  /** Facts that a job has told: name of a part -> {"key", "facts"}. */
  takeUp(done) {
    const { layers, epochs, parts, attack } = this.plan;
    const all = [parts.cloud, ...(attack ? [attack.cloud] : []), ...layers.flatMap(({ cloud, frame }) => [cloud, frame]), ...epochs.map(({ cloud }) => cloud)];
    for (const { key, facts } of Object.values(done)) {
      for (const part of all) if (part.key === key) part.facts = facts;
    }
  }

  fail(reason) {
    this.error = reason;
    this.changed();
  }

  /** Fetch what is to be shown; until it comes, what was drawn before stays. */
  async take() {
    const { key } = this;
    try {
      const stop = await this.fetch(this.shown);
      if (key !== this.key) return;
      this.data = stop;
      this.changed();
    } catch (error) {
      if (key === this.key) this.fail(String(error.message ?? error));
    }
  }

  /** The plan's entry of what is shown. */
  get shown() {
    const { plan } = this;
    const entry = plan.layers.find(({ name }) => name === plan.layer);
    return { ...entry, cloud: plan.parts.cloud, step: plan.attack?.cloud.facts ? this.step : 0 };
  }

  /** Stops of a rail: what the plan has for each. @returns {object[]} */
  entries(rail) {
    if (!this.plan) return [];
    if (rail === "step") return Array.from({ length: (this.plan.attack?.steps ?? -1) + 1 }, (_, step) => ({ ...this.shown, step }));
    if (rail === "layer") return this.plan.layers.filter(({ shape }) => shape.reduce((a, b) => a * b, 1) > 1);
    return this.plan.epochs.map(({ epoch, cloud }) => ({ ...this.shown, epoch, cloud }));
  }

  /** Whether a rail's stops are all computed. */
  complete(rail) {
    const entries = this.entries(rail);
    if (rail === "step") return !entries.length || Boolean(this.plan.attack.cloud.facts);
    return entries.every(({ cloud, frame }) => cloud.facts && (rail !== "layer" || frame.facts));
  }

  /** Whether what a stop shows has been computed, so that it can be fetched. */
  known({ cloud, step }) {
    return Boolean(cloud.facts) && (!step || Boolean(this.plan.attack?.cloud.facts));
  }

  /**
   * A stop that is at hand, null if it has to be fetched first.
   * @param {object} entry
   * @param {boolean} framed - whether it is of use only if its frame is known.
   */
  at(entry, framed = false) {
    const { cloud, frame, step } = entry;
    if (step && !this.arrays.has(this.plan.attack?.cloud.key)) return null;
    if (!cloud.facts || !this.arrays.has(cloud.key) || (framed && !frame?.facts)) return null;
    if (frame?.facts && !this.arrays.has(frame.key)) return null;
    return this.stopOf(entry);
  }

  /** @returns {Promise<import("../../lib/tourpose.mjs").Stop | null>} null if it is of no use any more. */
  async fetch(entry) {
    const { cloud, frame, step } = entry;
    const attacked = step ? this.plan.attack?.cloud : null;
    await Promise.all([
      this.bring(cloud.key, ["x", "centre"]),
      attacked?.facts ? this.bring(attacked.key, ["x", "samples"]) : null,
      frame?.facts ? this.bring(frame.key, ["frame"]) : null,
    ]);
    const there = this.plan && (!step || this.arrays.has(this.plan.attack?.cloud.key));
    return there ? this.stopOf(entry) : null;
  }

  bring(key, names) {
    if (this.arrays.has(key)) {
      const known = this.arrays.get(key);
      this.arrays.delete(key);
      this.arrays.set(key, known); // it was used just now
      return known;
    }
    if (!this.coming.has(key)) {
      const { workspace } = this.page.bridge;
      const coming = Promise.all(names.map((name) => workspace.array(key, name)))
        .then((found) => this.keep(key, Object.fromEntries(names.map((name, k) => [name, found[k]]))))
        .finally(() => this.coming.delete(key));
      this.coming.set(key, coming);
    }
    return this.coming.get(key);
  }

  keep(key, found) {
    this.arrays.set(key, found);
    const size = (arrays) => Object.values(arrays).reduce((sum, { values }) => sum + values.byteLength, 0);
    let bytes = [...this.arrays.values()].reduce((sum, arrays) => sum + size(arrays), 0);
    for (const [old, arrays] of this.arrays) {
      if (bytes <= MOST_BYTES || old === key) break;
      this.arrays.delete(old);
      bytes -= size(arrays);
    }
    return found;
  }

  stopOf(entry) {
    const { name, shape, cloud, frame, step = 0 } = entry;
    const { plan, page } = this;
    const { study } = page.bridge.workspace;
    const { x, centre } = this.arrays.get(cloud.key);
    const turned = frame?.facts ? this.arrays.get(frame.key) : null;
    // Axes of its own are the same in every network of that form; principal ones are the home's.
    const { dimensions, axes } = cloud.facts;
    const space = `${study.dataKey} ${name} ${dimensions > axes ? plan.home : dimensions}`;
    // Through all epochs places are counted from one centre, or its own motion would not be seen.
    if (!this.centres.has(space)) this.centres.set(space, centre.values);
    const names = this.namesOf(name, cloud.facts, frame?.facts);
    const attacked = step ? this.attackedAt(cloud.key, x.values, step) : null;
    const own = attacked?.cloud ?? x.values;
    return {
      space, key: attacked?.key ?? cloud.key, cloud: cloud.key, layer: name, shape, centre: this.centres.get(space),
      clouds: this.companion ? [own, this.companion.cloudAt(entry)] : [own], ways: attacked?.ways ?? null,
      frame: turned ? Float64Array.from(turned.frame.values) : null,
      end: plan.home ?? "", names, facts: cloud.facts, how: frame?.facts ?? null,
      classes: name === PREDICTION && page.bridge.workspace.classifies,
      coloured: Boolean(names) && (name === PREDICTION || Boolean(frame?.facts?.classes)),
    };
  }

  /**
   * All samples, of which the attacked ones are where a step has brought them.
   * @param {string} clean - address of the clean ones.
   * @param {Float32Array} x - (n w,) those.
   * @param {number} step
   * @returns {{key: string, cloud: Float32Array, ways: import("../../lib/tourpose.mjs").Ways}}
   */
  attackedAt(clean, x, step) {
    const { key: address } = this.plan.attack.cloud;
    const key = `${clean} ${address} ${step}`;
    if (this.moved.has(key)) return this.moved.get(key);
    const { x: found, samples } = this.arrays.get(address);
    const [, stops, width] = found.shape;
    const cloud = Float32Array.from(x);
    samples.values.forEach((sample, k) => {
      const at = (k * stops + step) * width;
      cloud.set(found.values.subarray(at, at + width), sample * width);
    });
    const made = { key, cloud, ways: { samples: samples.values, values: found.values, stops, step } };
    this.moved.set(key, made);
    if (this.moved.size > MOST_MOVED) this.moved.delete(this.moved.keys().next().value);
    return made;
  }

  /** The samples of this one at another's stop; null until they have come. */
  cloudAt({ name, epoch }) {
    const { plan } = this;
    if (!plan || plan.error) return null;
    const entry = epoch === undefined
      ? this.entries("layer").find((one) => one.name === name)
      : plan.layer === name && this.entries("epoch").find((one) => one.epoch === epoch);
    if (!entry?.cloud.facts) return null;
    const known = this.arrays.get(entry.cloud.key);
    if (known) return known.x.values;
    this.bring(entry.cloud.key, ["x", "centre"]).then(() => this.changed(), (error) => this.fail(String(error.message ?? error)));
    return null;
  }

  /** Names of the axes, where they have any. */
  namesOf(layer, { dimensions, axes }, frame) {
    const { workspace } = this.page.bridge;
    if (dimensions > axes) return null; // principal axes mean nothing by themselves
    const ofClasses = workspace.classifies && (layer === PREDICTION || frame?.classes);
    return Array.from({ length: axes }, (_, k) => (ofClasses ? workspace.className(k) : `#${k}`));
  }

  say(text) {
    this.page.bridge.byId("frame-jobs").textContent = text;
  }
}
