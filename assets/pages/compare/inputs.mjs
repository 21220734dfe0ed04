/** What can be compared, and what every layer makes of it. */
import { outcome } from "../../dom/jobs.mjs";
import { count } from "../../dom/make.mjs";

const KEPT = 40; // inputs whose maps are kept

/** A sample that a link names, by itself or in network B. @param {string} value */
const numbered = (value) => {
  const [, kind, sample] = /^(sample|beside) (\d+)$/.exec(value) ?? [];
  return kind ? { kind, sample: Number(sample) } : null;
};

/** Whether two networks' maps can be laid on each other. */
const alike = (one, other) => JSON.stringify(one) === JSON.stringify(other);

export class Inputs {
  /** @param {object} page - of `compare.mjs`. */
  constructor(page) {
    this.page = page;
    this.chosen = []; // what may be named by its number
    this.forget();
  }

  get workspace() {
    return this.page.bridge.workspace;
  }

  /** Another study: nothing of the one before is of use. */
  forget() {
    this.known = new Map();
    this.jobs?.forEach(({ fail }) => fail(new Error("Another study was opened meanwhile.")));
    this.jobs = [];
  }

  /** The first two samples that are meant: those that are selected, else the first of the study. */
  get samples() {
    const { selected, study } = this.workspace;
    return [selected[0] ?? 0, selected[1] ?? (selected.length || study.n < 2 ? null : 1)];
  }

  classOf(sample) {
    const { labels, predicted } = this.workspace;
    return labels[sample] >= 0 ? labels[sample] : predicted[sample];
  }

  /** The network beside, if its maps have the same shapes. */
  get beside() {
    const { second, study } = this.workspace;
    return second && alike(second.study.pieces, study.pieces) ? second.study : null;
  }

  /** The attack that is shown elsewhere, if it is one of this study. */
  get attack() {
    const { attack, study } = this.workspace;
    return attack && attack.network === study.networkKey && attack.data === study.dataKey ? attack : null;
  }

  /** Everything that can stand on a side: [{value, label}]. */
  get options() {
    const { workspace, attack, beside } = this;
    const { study, selected } = workspace;
    const [first, second] = this.samples;
    const found = [{ value: "first", label: selected.length ? `First selected: ${first}` : `Sample ${first}` }];
    if (second !== null) found.push({ value: "second", label: selected.length ? `Second selected: ${second}` : `Sample ${second}` });
    if (this.classOf(first) >= 0) found.push({ value: "own", label: `Mean of sample ${first}'s class` });
    if (selected.length > 1) found.push({ value: "selection", label: `Mean of the selection (${count(selected.length)})` });
    if (attack) {
      found.push({ value: "clean", label: `Sample ${attack.sample}, clean` }, { value: "attacked", label: `Sample ${attack.sample}, attacked` });
    }
    if (beside) found.push({ value: "beside", label: `Sample ${first} in network B` });
    for (const value of new Set(this.chosen)) {
      const { kind, sample } = numbered(value) ?? {};
      if (kind === "sample" && sample < study.n) found.push({ value, label: `Sample ${sample}` });
      if (kind === "beside" && beside && sample < study.n) found.push({ value, label: `Sample ${sample} in network B` });
    }
    const classes = workspace.classifies || study.labelled ? study.classes : [];
    return [...found, ...classes.map((name, k) => ({ value: `class ${k}`, label: `Mean of class ${name}` }))];
  }

  /**
   * What an option means now.
   * @returns {{key: string, title: string, fetch: () => Promise<Float32Array>} | null} null where
   *   there is no such thing any more.
   */
  meant(value) {
    const { workspace } = this;
    if (!this.options.some((option) => option.value === value)) return null;
    const [first, second] = this.samples;
    if (value === "first") return this.sample(first);
    if (value === "second") return this.sample(second);
    if (value === "own") return this.classMean(this.classOf(first));
    if (value === "clean") return this.sample(this.attack.sample);
    if (value === "attacked") return this.attacked(this.attack);
    if (value === "beside") return this.inBeside(first);
    const named = numbered(value);
    if (named) return named.kind === "sample" ? this.sample(named.sample) : this.inBeside(named.sample);
    if (value === "selection") {
      const samples = Array.from(workspace.selected);
      return { key: `mean ${samples.join()}`, title: `Mean of ${count(samples.length)} selected samples`, fetch: () => this.means(samples, "mean maps", "values") };
    }
    return this.classMean(Number(value.split(" ")[1]));
  }

  /**
   * What an option means now, in words that mean the same to somebody who has selected other samples.
   * @returns {string} one of `SIDE` of `address.mjs`.
   */
  lasting(value) {
    const { selected } = this.workspace;
    if (!selected.length || !this.options.some((option) => option.value === value)) return value;
    const [first, second] = this.samples;
    const meant = { first: `sample ${first}`, second: `sample ${second}`, own: `class ${this.classOf(first)}`, beside: `beside ${first}` };
    return meant[value] ?? value;
  }

  inBeside(sample) {
    const { workspace } = this;
    const { wish, networkKey, title, epoch, epochs } = this.beside;
    const at = epochs.length > 1 ? `, epoch ${epoch ?? epochs.at(-1)}` : "";
    const said = workspace.classifies ? `: predicted ${workspace.className(workspace.second.predicted[sample])}` : "";
    return { key: `b ${networkKey} ${sample}`, title: `Sample ${sample} in B (${title}${at})${said}`, fetch: () => workspace.maps(sample, wish) };
  }

  sample(sample) {
    const { workspace } = this;
    const { labels, predicted } = workspace;
    const truth = labels[sample] < 0 ? "unlabelled" : `true ${workspace.className(labels[sample])}`;
    const said = workspace.classifies ? `, predicted ${workspace.className(predicted[sample])}` : "";
    return { key: `sample ${sample}`, title: `Sample ${sample}: ${truth}${said}`, fetch: () => workspace.maps(sample, workspace.study.wish) };
  }

  classMean(k) {
    return { key: `class ${k}`, title: `Mean of class ${this.workspace.className(k)}`, fetch: () => this.means(null, "class maps", String(k)) };
  }

  attacked({ key, sample, steps, end }) {
    const { workspace } = this;
    return {
      key: `attacked ${key} ${sample}`, title: `Sample ${sample}, attacked: predicted ${workspace.className(end)}`,
      fetch: () => workspace.attackedMaps(key, sample, steps, workspace.study.wish),
    };
  }

  /** The values of what is meant; kept, so that it is asked for once. */
  async values({ key, fetch }) {
    const { known } = this;
    if (!known.has(key)) {
      known.set(key, fetch());
      if (known.size > KEPT) known.delete(known.keys().next().value);
    }
    try {
      return await known.get(key);
    } catch (error) {
      known.delete(key); // or it would fail for good
      throw error;
    }
  }

  /**
   * Have means computed, one job after the other.
   * @param {number[] | null} samples - null for those of every class.
   * @param {string} name - of the answer.
   * @param {string} array - of it.
   */
  async means(samples, name, array) {
    const key = await new Promise((keep, fail) => {
      this.jobs.push({ wish: { ...this.workspace.study.wish, samples }, name, keep, fail });
      if (this.jobs.length === 1) this.next();
    });
    return (await this.workspace.array(key, array)).values;
  }

  next() {
    if (this.jobs.length) this.page.bridge.set("compare-wish-means", { data: { ...this.jobs[0].wish, asked: Date.now() } });
  }

  /** A job has ended. */
  answer(end) {
    const job = this.jobs.shift();
    if (!job) return;
    const { done, reason } = outcome(end);
    if (done[job.name]) job.keep(done[job.name].key);
    else job.fail(new Error(end.state === "cancelled" ? "It was cancelled." : reason));
    this.next();
  }
}
