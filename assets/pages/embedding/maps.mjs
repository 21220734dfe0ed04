/** Whose feature maps are shown on the Embedding page: a sample's, a selection's, a class's. */
import { table } from "../../lib/csv.mjs";
import { count } from "../../dom/make.mjs";
import { outcome } from "../../dom/jobs.mjs";

const KEPT = 60; // samples whose maps are kept
const BACK = 500; // milliseconds after the cursor has left until the selection is shown again

/**
 * @typedef {object} Wish - whose maps are to be shown.
 * @property {string} key - "sample 5", "class 3" or "mean ..."; as of what is shown.
 * @property {string} title
 * @property {number} [sample]
 * @property {number} [classOf]
 */

export class MapsPanel {
  /** @param {object} page - of `embedding.mjs`. */
  constructor(page) {
    this.page = page;
    this.of = "hover";
    this.shown = "";
    this.wish = null; // the newest, until it is shown; what comes for an older one is not
    this.about("");
  }

  get workspace() {
    return this.page.bridge.workspace;
  }

  get view() {
    return this.page.parts.maps;
  }

  /** Answers belong to one network on one data set; take up another. */
  about(which) {
    this.network = which;
    this.known = new Map(); // sample -> its maps; a late answer goes to the map that it was asked for
    this.classes = null; // key of the maps of all classes
    this.job = null; // what was asked for last
  }

  mounted() {
    this.shown = "";
    this.wish = null;
    this.layers = "";
    if (this.workspace.ready) this.study();
  }

  /** A study, or another epoch of it, was opened. */
  study() {
    if (!this.view) return;
    const { study } = this.workspace;
    const { networkKey, dataKey } = study;
    const [what, number] = (this.wish?.key ?? this.shown).split(" ");
    if (this.network !== `${networkKey} ${dataKey}`) this.about(`${networkKey} ${dataKey}`);
    if (this.layers !== networkKey) this.view.layers(study.layers);
    this.layers = networkKey;
    this.none();
    const names = study.classes.map((name, k) => ({ value: String(k), label: name }));
    this.page.bridge.set("embedding-maps-class", { data: names });
    const k = Number(number);
    if (what === "class" && k < study.classes.length) this.ofClass(k);
    else if (what === "sample" && k < this.workspace.labels.length) this.show(k);
    else this.selected();
  }

  /** Nobody's maps. */
  none() {
    this.clear("Point at a sample, select some, or take the mean of a class in the legend.");
  }

  clear(text) {
    this.shown = "";
    this.wish = null;
    this.view.clear(text);
  }

  style({ of, classOf, scaling, zoom }) {
    this.of = of;
    if (!this.view) return;
    this.view.scaling = scaling;
    this.view.zoom = zoom;
    if (classOf) {
      this.ofClass(Number(classOf));
      this.page.bridge.set("embedding-maps-class", { value: null }); // so that it can be picked again
    } else if (of === "selection") this.selected();
  }

  /** The cursor is at a sample. */
  point(sample) {
    const { window } = this.page.bridge;
    window.clearTimeout(this.leaving);
    if (this.of !== "hover") return;
    this.show(sample);
    this.leaving = window.setTimeout(() => this.workspace.hovered === null && this.selected(), BACK);
  }

  /** A sample was clicked. */
  pick(sample) {
    this.show(sample);
  }

  /** Another selection was made. */
  selected() {
    const { selected } = this.workspace;
    if (!this.view) return;
    if (this.keep === selected) return; // the class whose mean is shown was selected with it
    if (!selected.length) {
      if (this.wish?.key.startsWith("mean")) this.wish = null;
      if (!this.wish && this.shown.startsWith("mean")) this.none();
      return;
    }
    if (selected.length === 1) this.show(selected[0]);
    else this.mean(selected);
  }

  /** Wish for something. @param {Wish} wish @returns {boolean} whether it has to be fetched. */
  wants(wish) {
    if (this.wish?.key === wish.key) return false; // it is on its way
    this.wish = this.shown === wish.key ? null : wish;
    return this.wish !== null;
  }

  mean(selected) {
    const key = `mean ${selected.length} ${selected[0]} ${selected.at(-1)} ${selected.reduce((a, b) => (a * 31 + b) | 0, 7)}`;
    const title = `Mean of ${count(selected.length)} selected samples`;
    if (this.wants({ key, title })) this.ask(Array.from(selected));
  }

  /** The mean of all samples of a class, which may just have been selected. */
  ofClass(k) {
    if (!this.workspace.ready) return;
    this.keep = this.workspace.selected;
    const title = `Mean of class ${this.workspace.study.classes[k]}`;
    if (!this.wants({ key: `class ${k}`, title, classOf: k })) return;
    if (this.classes) this.fetch(this.wish, this.classes, String(k));
    else this.ask(null);
  }

  /** Have means computed. @param {number[] | null} samples - null for those of every class. */
  ask(samples) {
    const { ask, wishOf } = this.page;
    this.job = { wish: this.wish, network: this.network };
    ask("maps", { ...wishOf(), samples });
  }

  async answer(end) {
    const { bridge } = this.page;
    if (!end || !this.view) return;
    bridge.byId("frame-jobs").textContent = "";
    const { job } = this;
    this.job = null;
    if (!job || job.network !== this.network) return; // another study was opened meanwhile
    const { done, reason } = outcome(end);
    const { "class maps": classes, "mean maps": mean } = done;
    if (classes) {
      this.classes = classes.key;
      const { wish } = this; // perhaps another class by now
      if (wish?.classOf !== undefined) await this.fetch(wish, classes.key, String(wish.classOf));
    } else if (mean) await this.fetch(job.wish, mean.key, "values");
    else this.fail(job.wish, reason);
  }

  /** Show an array, if it is still wished for when it comes. */
  async fetch(wish, key, name) {
    let values;
    try {
      ({ values } = await this.workspace.array(key, name));
    } catch (error) {
      this.fail(wish, error);
    }
    if (values) this.put(wish, values);
  }

  /** Say why something cannot be shown, if it is still wished for. */
  fail(wish, error) {
    if (this.wish === wish) this.clear(String(error.message ?? error));
  }

  put(wish, values) {
    if (this.wish !== wish) return; // something newer is wished for
    this.wish = null;
    this.shown = wish.key;
    this.view.show({ values, pieces: this.workspace.study.pieces, title: wish.title });
  }

  /** One sample: the newest wish wins, one request at a time. */
  async show(sample) {
    if (!this.workspace.ready) return; // another study is being opened
    const wish = { key: `sample ${sample}`, title: this.titleOf(sample), sample };
    if (!this.wants(wish) || this.asking) return;
    this.asking = true;
    try {
      while (this.wish?.sample !== undefined) await this.fetchSample(this.wish);
    } finally {
      this.asking = false;
    }
  }

  async fetchSample(wish) {
    const { known } = this;
    let values = known.get(wish.sample);
    try {
      values ??= await this.workspace.maps(wish.sample, this.workspace.study.wish);
    } catch (error) {
      this.fail(wish, error);
      return;
    }
    known.set(wish.sample, values);
    if (known.size > KEPT) known.delete(known.keys().next().value);
    this.put(wish, values);
  }

  titleOf(sample) {
    const { workspace } = this;
    const label = workspace.labels[sample];
    const said = label < 0 ? "unlabelled" : `true ${workspace.className(label)}`;
    const guess = workspace.classifies ? `, predicted ${workspace.className(workspace.predicted[sample])}` : "";
    return `Sample ${sample}: ${said}${guess}`;
  }

  png() {
    const { save, toast } = this.page.bridge;
    if (!this.shown) return toast("There are no feature maps yet: point at a sample.");
    return this.view.download().toBlob((blob) => save(`-maps-${this.shown.replaceAll(" ", "-")}.png`, blob, "image/png"));
  }

  csv() {
    const { save, toast } = this.page.bridge;
    if (!this.shown) return toast("There are no feature maps yet: point at a sample.");
    const { columns, rows } = this.view.table();
    return save(`-maps-${this.shown.replaceAll(" ", "-")}.csv`, table(columns, rows), "text/csv");
  }
}
