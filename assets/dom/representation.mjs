/**
 * One layer's representation as the browser holds it: its points, and the columns of those features
 * that somebody looks at, fetched when they are asked for.
 */

import { Columns } from "./columns.mjs";

const KEPT = 192 * 2 ** 20; // bytes of columns
const KEPT_OF_FOCUS = 64 * 2 ** 20; // of columns with more positions of some samples
const LEAST = [64, 24]; // columns that are kept however long they are; a window takes 16
const MANY = 16; // features from which on the interesting ones come first by themselves
const MOST_CLUSTERED = 1024; // features up to which the server puts them in clusters
const SPARED = ["overview", "fields"]; // parts without which the plots are drawn all the same

export class Representation {
  /**
   * @param {import("./workspace.mjs").Workspace} workspace
   * @param {(what: string, part?: string) => void} changed - "points", "features", "overview",
   *   "fields", "focus", or "error" of a part.
   */
  constructor(workspace, changed) {
    Object.assign(this, { workspace, changed });
    this.forget();
  }

  forget() {
    this.plan = null;
    this.errors = {};
    this.sample = null;
    this.position = null;
    this.features = null;
    this.overview = null;
    this.boxes = null;
    this.facts = {};
    this.kept = new Columns(KEPT, LEAST[0]);
    this.asked = new Set();
    this.setFocus(null);
  }

  /** Which cloud is shown: the address of its points; "" for none. */
  get key() {
    return this.plan?.parts.points.key ?? "";
  }

  /** Why nothing can be drawn, "" if nothing is wrong with what is needed for it. */
  get error() {
    const needed = Object.keys(this.errors).filter((part) => !SPARED.includes(part));
    return this.ready || !needed.length ? "" : this.errors[needed[0]];
  }

  /** Take up what there is to show; what is there already is fetched at once. */
  setPlan(plan) {
    if (plan?.error) {
      this.forget();
      this.fail("plan", plan.error);
      return;
    }
    if (!plan) return this.forget();
    const overview = this.plan?.parts.overview.key === plan.parts.overview.key;
    if (this.key !== plan.parts.points.key) this.forget();
    else if (!overview) {
      this.asked.delete("overview");
      delete this.facts.overview;
      this.overview = null;
    }
    this.errors = {};
    this.plan = plan;
    this.done(Object.fromEntries(Object.entries(plan.parts).filter(([, part]) => part.facts)));
  }

  /** Whether a job speaks of what is shown: its parts have the same addresses. */
  concerns(done) {
    const { parts } = this.plan ?? { parts: {} };
    return Object.entries(done).every(([name, { key }]) => parts[name]?.key === key);
  }

  /** Parts that have been computed: {name: {"key", "facts"}}. */
  done(parts) {
    if (!this.plan || !this.concerns(parts)) return false;
    for (const [name, { facts }] of Object.entries(parts)) {
      this.plan.parts[name].facts = facts;
      this.facts[name] ??= facts; // one address has one answer, and one object of it
    }
    const columns = Object.entries(this.plan.parts).filter(([name]) => name.startsWith("columns"));
    if (this.there("points") && columns.every(([, part]) => part.facts)) this.take("points");
    for (const name of ["features", "fields", "overview"]) if (this.there(name)) this.take(name);
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

  there(name) {
    return Boolean(this.plan?.parts[name]?.facts);
  }

  get ready() {
    return Boolean(this.sample && this.features);
  }

  /** Fetch one part, once. */
  async take(name) {
    if (this.asked.has(name)) return;
    this.asked.add(name);
    const { asked } = this;
    const { key } = this.plan.parts[name];
    const array = async (what) => (await this.workspace.array(key, what)).values;
    // Another layer, or another order of the whole matrix, may have been chosen meanwhile.
    const wanted = () => this.asked === asked && this.plan?.parts[name]?.key === key;
    try {
      const found = await this.read(name, array);
      if (!wanted()) return;
      Object.assign(this, found);
      delete this.errors[name];
      this.changed(name);
    } catch (error) {
      if (!wanted()) return;
      this.asked.delete(name);
      this.fail(name, error);
    }
  }

  async read(name, array) {
    if (name === "points") {
      const [sample, position] = await Promise.all([array("sample"), array("position")]);
      return { sample, position };
    }
    if (name === "features") {
      const words = ["mean", "deviation", "low", "high", "f_ratio", "dead", "order separation"];
      words.push("order variance");
      if (this.plan.features <= MOST_CLUSTERED) words.push("order clusters");
      const found = await Promise.all(words.map(array));
      return { features: Object.fromEntries(words.map((word, k) => [word, found[k]])) };
    }
    if (name === "fields") return { boxes: await array("boxes") };
    const [owner, density, features] = await Promise.all([
      array("owner"), array("density"), array("features"),
    ]);
    return { overview: { owner, density, features, ...this.facts.overview } };
  }

  /** How features are put in order if nobody has said. */
  get usual() {
    return (this.plan?.features ?? 0) > MANY ? "separation" : "stored";
  }

  /**
   * Which order is in force where one is asked for: of very many features there are no clusters,
   * and the server takes their separation instead, as `questions` of `dashboard/clouds.py` does.
   * @param {string | null} how - "" or null for the usual one.
   */
  orderName(how) {
    const name = how || this.usual;
    return name === "clusters" && this.plan?.features > MOST_CLUSTERED ? "separation" : name;
  }

  /** Features in the chosen order. @returns {Int32Array} */
  order(how) {
    const found = this.features?.[`order ${this.orderName(how)}`];
    if (found) return found;
    if (this.stored?.length !== this.plan.features) {
      this.stored = Int32Array.from({ length: this.plan.features }, (_, k) => k);
    }
    return this.stored;
  }

  /**
   * Columns of some features.
   * @param {number[]} wanted
   * @returns {Promise<Float32Array[] | null>} null if something else is shown meanwhile.
   */
  async columns(wanted) {
    const { plan, focus, kept } = this;
    const fetch = (parts) => async (part, features) =>
      this.fetchColumns(parts[`columns${part}`].key, features);
    const columns = await kept.take(wanted, fetch(plan.parts));
    const newer = () => this.kept !== kept || this.focus !== focus;
    if (!focus || newer()) return newer() ? null : columns;
    const whole = await focus.kept.take(wanted, async (part, features) => {
      const block = await fetch(focus.parts)(part, features);
      return features.map((feature, k) =>
        joined(Float32Array, columns[wanted.indexOf(feature)], block[k], focus.fresh));
    });
    return newer() ? null : whole;
  }

  async fetchColumns(key, features) {
    const { values, shape } = await this.workspace.columns(key, features);
    return features.map((_, k) => values.subarray(k * shape[1], (k + 1) * shape[1]));
  }

  /** Samples and positions of what is drawn, with all positions of the focus. */
  get points() {
    const { sample, position, focus } = this;
    return focus ? focus.points : { sample, position, count: sample.length };
  }

  /**
   * Draw also the positions of some samples that the cloud leaves out.
   * @param {object | null} more - null for no longer.
   * @param {string} more.of - `key` of the cloud that they belong to; another one takes none.
   * @param {object} more.parts - {name: {"key"}} of these samples' own cloud.
   * @param {Uint8Array} more.mask - (n,) 1 for those samples.
   * @throws {Error} if they cannot be fetched.
   */
  async setFocus(more) {
    this.focus = null;
    this.focusing = more;
    if (!more || more.of !== this.key) return;
    const { parts, mask, of: key } = more;
    const array = async (what) => (await this.workspace.array(parts.points.key, what)).values;
    const [sample, position] = await Promise.all([array("sample"), array("position")]);
    if (this.focusing !== more || this.key !== key || !this.ready) return;
    const fresh = this.undrawn(sample, position, mask);
    const points = {
      sample: joined(Int32Array, this.sample, sample, fresh),
      position: joined(Int32Array, this.position, position, fresh),
      count: this.sample.length + fresh.length,
    };
    this.focus = { parts, fresh, points, kept: new Columns(KEPT_OF_FOCUS, LEAST[1]) };
    this.changed("focus");
  }

  /** Which of these points the cloud leaves out: all that it draws stay, some may be marked. */
  undrawn(sample, position, mask) {
    const code = (who, where) => who * this.plan.positions + where;
    const drawn = new Set();
    for (let i = 0; i < this.sample.length; i++) {
      if (mask[this.sample[i]]) drawn.add(code(this.sample[i], this.position[i]));
    }
    return Uint32Array.from(sample.keys()).filter((i) => !drawn.has(code(sample[i], position[i])));
  }

  /** What a feature is called: its channel, or its class, and where it is. */
  featureName(feature) {
    const { plan, workspace } = this;
    if (plan.which === "samples" && plan.positions > 1) {
      const depth = plan.shape.at(-1);
      return `#${feature % depth} @ ${this.placeName(Math.floor(feature / depth))}`;
    }
    return plan.layer === "prediction" ? workspace.className(feature) : `#${feature}`;
  }

  /** A position as people say it: "row, column". */
  placeName(position) {
    const grid = this.grid;
    const parts = [];
    for (let rest = position, k = grid.length - 1; k >= 0; k--) {
      parts.unshift(rest % grid[k]);
      rest = Math.floor(rest / grid[k]);
    }
    return parts.join(",");
  }

  /** Sizes of the axes that are positions. */
  get grid() {
    return this.plan.shape.slice(0, -1);
  }

  /** Receptive field of a point, null if it is the whole picture or none is known. */
  boxOf(point) {
    if (!this.boxes) return null;
    const at = 4 * this.points.position[point];
    return this.boxes.subarray(at, at + 4);
  }
}

/** One array after another's chosen values. */
function joined(Kind, base, more, chosen) {
  const out = new Kind(base.length + chosen.length);
  out.set(base);
  for (let i = 0; i < chosen.length; i++) out[base.length + i] = more[chosen[i]];
  return out;
}
