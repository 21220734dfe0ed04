/** A map of boundaries as the browser holds it: its parts, fetched as they are computed. */
import { veilOf } from "../../lib/territory.mjs";

/** What a map consists of, in the order in which it is computed; "second" is network B's ground. */
export const PARTS = ["map", "coarse", "fine", "trust", "pockets"];

const COARSE_SIDE = 32; // pixels up to which a territory has no sharpened boundaries

/**
 * @typedef {object} Placed - the samples of a map.
 * @property {Int32Array} samples - (m,) in the study.
 * @property {Float32Array} x - (m,)
 * @property {Float32Array} y - (m,)
 */

export class MapParts {
  /**
   * @param {import("../../dom/workspace.mjs").Workspace} workspace
   * @param {(what: string, part?: string) => void} changed - name of a part, or "error" of one.
   */
  constructor(workspace, changed) {
    Object.assign(this, { workspace, changed });
    this.forget();
  }

  forget() {
    this.plan = null;
    this.errors = {};
    this.facts = {};
    this.asked = new Map(); // part -> key that was asked for
    for (const name of [...PARTS, "second"]) this[name] = null;
  }

  /** Which map is shown: the address of its first part; "" for none. */
  get key() {
    return this.plan?.parts.map.key ?? "";
  }

  get ready() {
    return Boolean(this.map);
  }

  /** Why nothing can be drawn, "" if nothing is wrong with what is needed for it. */
  get error() {
    if (this.ready) return "";
    return this.errors.plan ?? this.errors.map ?? this.errors.job ?? "";
  }

  /** Parts that have not been computed; that of B is asked for by itself. */
  get lacking() {
    return PARTS.filter((name) => this.plan && !this.plan.parts[name].facts);
  }

  /** Those of them that may still come. */
  get awaited() {
    return this.lacking.filter((name) => !this.errors[name]);
  }

  /** The whole map's own picture, as fine as there is one. */
  get raster() {
    return this.fine ?? this.coarse;
  }

  /** Take up what there is to show; what is there already is fetched at once. */
  setPlan(plan) {
    if (!plan || plan.error) {
      this.forget();
      if (plan) this.fail("plan", plan.error);
      return;
    }
    if (this.key !== plan.parts.map.key) this.forget();
    if (this.plan?.parts.second?.key !== plan.parts.second?.key) this.second = null;
    this.errors = { ...plan.errors };
    this.plan = plan;
    const there = Object.entries(plan.parts).filter(([, part]) => part.facts);
    this.done(Object.fromEntries(there));
  }

  /** Whether a job speaks of what is shown: its parts have the same addresses. */
  concerns(done) {
    return Object.entries(done).every(([name, { key }]) => this.plan?.parts[name]?.key === key);
  }

  /** Parts that have been computed: {name: {"key", "facts"}}. */
  done(parts) {
    if (!this.plan || !this.concerns(parts)) return false;
    for (const [name, { facts }] of Object.entries(parts)) {
      this.plan.parts[name].facts = facts;
      this.facts[name] = facts;
      delete this.errors[name];
    }
    for (const name of Object.keys(this.plan.parts)) if (this.plan.parts[name].facts) this.take(name);
    return true;
  }

  /**
   * Note that a part cannot be had.
   * @param {string} part - "plan", or "job" for all that is not there yet.
   */
  fail(part, error) {
    this.errors[part] = String(error.message ?? error);
    this.changed("error", part);
  }

  /** Fetch one part, once. */
  async take(name) {
    const { key, facts } = this.plan.parts[name];
    if (this.asked.get(name) === key) return;
    this.asked.set(name, key);
    const wanted = () => this.plan?.parts[name]?.key === key; // another map may have been chosen
    try {
      const found = await this.read(name, key, facts);
      if (!wanted()) return;
      this[name] = found;
      this.changed(name);
    } catch (error) {
      if (!wanted()) return;
      this.asked.delete(name);
      this.fail(name, error);
    }
  }

  async read(name, key, facts) {
    if (name === "pockets") return facts;
    if (name === "map") return this.readPlaces(key);
    if (name === "trust") return this.readTrust(key, facts);
    return this.territory(key, facts);
  }

  async readPlaces(key) {
    const [samples, embedding] = await this.arrays(key, ["samples", "embedding"]);
    const axis = (k) => Float32Array.from({ length: samples.values.length }, (_, i) => embedding.values[2 * i + k]);
    return { samples: samples.values, x: axis(0), y: axis(1) };
  }

  /**
   * What is decided in a window, as the ground is drawn from it.
   * @param {string} key
   * @param {{window: import("../../lib/windows.mjs").Window, side: number}} facts
   * @returns {Promise<import("../../lib/territory.mjs").Raster>}
   */
  async territory(key, facts) {
    const sharp = facts.side > COARSE_SIDE;
    const [labels, certainty] = await this.arrays(key, [sharp ? "sharp" : "label", "certainty"]);
    return {
      window: facts.window, sharp,
      side: labels.shape[0], labels: labels.values,
      grain: certainty.shape[0], certainty: certainty.values,
    };
  }

  async readTrust(key, facts) {
    const names = ["mask", "error", "reach", "contradicting"];
    const [mask, error, reach, contradicting] = await this.arrays(key, names);
    const window = facts.window ?? this.facts.map.window;
    const pictures = { mask: mask.values, error: error.values, reach: reach.values };
    const alpha = veilOf({ ...pictures, limits: facts.thresholds });
    return { ...pictures, alpha, side: mask.shape[0], window, contradicting: contradicting.values };
  }

  arrays(key, names) {
    return Promise.all(names.map((name) => this.workspace.array(key, name)));
  }
}
