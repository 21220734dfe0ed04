/** Whose feature maps are shown on the Embedding page: a sample's, a selection's, a class's. */
import { table } from "../../lib/csv.mjs";
import { count } from "../../dom/make.mjs";

const KEPT = 60; // samples whose maps are kept
const BACK = 500; // milliseconds after the cursor has left until the selection is shown again

export class MapsPanel {
  /** @param {object} page - of `embedding.mjs`. */
  constructor(page) {
    this.page = page;
    this.known = new Map();
    this.of = "hover";
    this.shown = "";
  }

  get workspace() {
    return this.page.bridge.workspace;
  }

  get view() {
    return this.page.parts.maps;
  }

  mounted() {
    this.shown = "";
    if (this.workspace.ready) this.study();
  }

  /** A study, or another epoch of it, was opened. */
  study() {
    if (!this.view) return;
    const { study } = this.workspace;
    if (this.network !== study.networkKey || !this.shown) {
      this.network = study.networkKey;
      this.known.clear();
      this.classes = null;
      this.view.layers(study.layers);
      this.none();
    }
    const names = study.classes.map((name, k) => ({ value: String(k), label: name }));
    this.page.bridge.set("embedding-maps-class", { data: names });
    const again = this.shown;
    this.shown = "";
    if (again.startsWith("class")) this.ofClass(Number(again.split(" ")[1]));
    else if (again.startsWith("sample")) this.show(Number(again.split(" ")[1]));
    else this.selected();
  }

  /** Nobody's maps. */
  none() {
    this.shown = "";
    this.waiting = null;
    this.view.clear("Point at a sample, select some, or take the mean of a class in the legend.");
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
      if (this.shown.startsWith("mean") || this.waiting?.key.startsWith("mean")) this.none();
      return;
    }
    if (selected.length === 1) this.show(selected[0]);
    else this.mean(selected);
  }

  mean(selected) {
    const { ask, wishOf } = this.page;
    const key = `mean ${selected.length} ${selected[0]} ${selected.at(-1)} ${selected.reduce((a, b) => (a * 31 + b) | 0, 7)}`;
    if (this.shown === key || this.waiting?.key === key) return;
    this.waiting = { key, title: `Mean of ${count(selected.length)} selected samples` };
    ask("maps", { ...wishOf(), samples: Array.from(selected) });
  }

  /** The mean of all samples of a class, which may just have been selected. */
  async ofClass(k) {
    const { ask, wishOf } = this.page;
    this.keep = this.workspace.selected;
    this.waiting = { key: `class ${k}`, classOf: k };
    if (this.classes) this.showClass(k);
    else ask("maps", { ...wishOf(), samples: null });
  }

  async showClass(k) {
    const { values } = await this.workspace.array(this.classes, String(k));
    const { study } = this.workspace;
    this.put(values, `class ${k}`, `Mean of class ${study.classes[k]}`);
  }

  async answer(end) {
    const { bridge } = this.page;
    if (!end || !this.view) return;
    bridge.byId("frame-jobs").textContent = "";
    const { waiting } = this;
    if (end.state !== "done" || Object.keys(end.result.failed).length) {
      this.waiting = null;
      this.view.clear(end.error || Object.values(end.result.failed)[0]);
      return;
    }
    const { done } = end.result;
    if (done["class maps"]) {
      this.classes = done["class maps"].key;
      if (waiting?.classOf !== undefined) this.showClass(waiting.classOf);
    } else if (waiting && done["mean maps"]) {
      const { values } = await this.workspace.array(done["mean maps"].key, "values");
      if (this.waiting === waiting) this.put(values, waiting.key, waiting.title);
    }
  }

  put(values, key, title) {
    this.waiting = null;
    this.shown = key;
    this.view.show({ values, pieces: this.workspace.study.pieces, title });
  }

  /** One sample: the newest wish wins, one request at a time. */
  async show(sample) {
    const key = `sample ${sample}`;
    if (this.shown === key) return;
    this.waiting = null;
    this.wanted = sample;
    if (this.asking) return;
    this.asking = true;
    try {
      while (this.wanted !== null) {
        const next = this.wanted;
        this.wanted = null;
        const { study } = this.workspace;
        let values = this.known.get(next);
        if (!values) {
          values = await this.workspace.maps(next, study.wish);
          if (study !== this.workspace.study) continue;
          this.known.set(next, values);
          if (this.known.size > KEPT) this.known.delete(this.known.keys().next().value);
        }
        if (!this.waiting) this.put(values, `sample ${next}`, this.titleOf(next));
      }
    } catch (error) {
      this.view.clear(String(error.message ?? error));
    } finally {
      this.asking = false;
    }
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
