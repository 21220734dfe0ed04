/**
 * One layer's representation as the browser holds it: its points, and the columns of those features
 * that somebody looks at, fetched when they are asked for.
 */

const COLUMNS_KEPT = 192 * 2 ** 20; // bytes
const MANY = 16; // features from which on the interesting ones come first by themselves

export class Representation {
  /**
   * @param {import("./workspace.mjs").Workspace} workspace
   * @param {(what: string) => void} changed - "points", "features", "overview", "fields" or "error".
   */
  constructor(workspace, changed) {
    Object.assign(this, { workspace, changed });
    this.forget();
  }

  forget() {
    this.plan = null;
    this.error = "";
    this.sample = null;
    this.position = null;
    this.features = null;
    this.overview = null;
    this.boxes = null;
    this.facts = {};
    this.kept = new Map();
    this.asked = new Set();
    this.focus = null;
  }

  /** Take up what there is to show; what is there already is fetched at once. */
  setPlan(plan) {
    if (plan?.error) {
      this.forget();
      this.error = plan.error;
      this.changed("error");
      return;
    }
    if (!plan) return this.forget();
    const same = this.plan?.parts.points.key === plan.parts.points.key;
    const overview = this.plan?.parts.overview.key === plan.parts.overview.key;
    if (!same) this.forget();
    else if (!overview) this.asked.delete("overview");
    this.error = "";
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
      this.facts[name] = facts;
    }
    const columns = Object.entries(this.plan.parts).filter(([name]) => name.startsWith("columns"));
    if (this.there("points") && columns.every(([, part]) => part.facts)) this.take("points");
    for (const name of ["features", "fields", "overview"]) if (this.there(name)) this.take(name);
    return true;
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
    const { plan } = this;
    const { key } = plan.parts[name];
    const array = async (what) => (await this.workspace.array(key, what)).values;
    try {
      const found = await this.read(name, array);
      if (this.plan?.parts[name]?.key !== key) return; // another layer was chosen meanwhile
      Object.assign(this, found);
      this.changed(name);
    } catch (error) {
      this.asked.delete(name);
      this.error = String(error.message ?? error);
      this.changed("error");
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
      if (this.plan.features <= 1024) words.push("order clusters");
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

  /** Features in the chosen order. @returns {Int32Array} */
  order(how) {
    const wanted = how || this.usual;
    const found = this.features?.[`order ${wanted}`];
    if (found) return found;
    this.stored ??= Int32Array.from({ length: this.plan.features }, (_, k) => k);
    if (this.stored.length !== this.plan.features) {
      this.stored = Int32Array.from({ length: this.plan.features }, (_, k) => k);
    }
    return this.stored;
  }

  /** Columns of some features. @returns {Promise<Float32Array[]>} */
  async columns(wanted) {
    const missing = [...new Set(wanted)].filter((feature) => !this.kept.has(feature));
    const { plan } = this;
    const byPart = Map.groupBy(missing, (feature) => Math.floor(feature / 1024));
    await Promise.all(
      [...byPart].map(async ([part, features]) => {
        const { key } = plan.parts[`columns${part}`];
        const block = await this.fetchColumns(key, features);
        if (this.plan !== plan) return;
        features.forEach((feature, k) => this.kept.set(feature, block[k]));
      }),
    );
    if (this.plan !== plan) return null;
    const found = wanted.map((feature) => this.kept.get(feature));
    for (const feature of wanted) {
      const column = this.kept.get(feature); // used last, forgotten last
      this.kept.delete(feature);
      this.kept.set(feature, column);
    }
    const most = Math.max(64, Math.floor(COLUMNS_KEPT / (4 * this.sample.length)));
    for (const feature of this.kept.keys()) {
      if (this.kept.size <= most) break;
      this.kept.delete(feature);
    }
    return this.focus ? this.withFocus(found, wanted) : found;
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
   * @param {object | null} parts - {name: {"key"}} of these samples' own cloud, null for none.
   * @param {Uint8Array} [mask] - (n,) 1 for those samples.
   */
  async setFocus(parts, mask) {
    if (!parts) {
      this.focus = null;
      return;
    }
    const { plan } = this;
    const array = async (what) => (await this.workspace.array(parts.points.key, what)).values;
    const [sample, position] = await Promise.all([array("sample"), array("position")]);
    if (this.plan !== plan) return;
    // Nothing that is drawn already goes: some of it may have been picked itself.
    const code = (who, where) => who * plan.positions + where;
    const drawn = new Set();
    for (let i = 0; i < this.sample.length; i++) {
      if (mask[this.sample[i]]) drawn.add(code(this.sample[i], this.position[i]));
    }
    const fresh = Uint32Array.from(sample.keys()).filter((i) => !drawn.has(code(sample[i], position[i])));
    const points = {
      sample: joined(Int32Array, this.sample, sample, fresh),
      position: joined(Int32Array, this.position, position, fresh),
      count: this.sample.length + fresh.length,
    };
    this.focus = { parts, fresh, points, kept: new Map() };
    this.changed("points");
  }

  async withFocus(columns, wanted) {
    const { focus } = this;
    const missing = [...new Set(wanted)].filter((feature) => !focus.kept.has(feature));
    const byPart = Map.groupBy(missing, (feature) => Math.floor(feature / 1024));
    for (const [part, features] of byPart) {
      const block = await this.fetchColumns(focus.parts[`columns${part}`].key, features);
      features.forEach((feature, k) => {
        const base = columns[wanted.indexOf(feature)];
        focus.kept.set(feature, joined(Float32Array, base, block[k], focus.fresh));
      });
    }
    return this.focus === focus ? wanted.map((feature) => focus.kept.get(feature)) : null;
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
