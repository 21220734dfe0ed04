/** The layer that is toured beside other drawings of it, at some epochs of its training. */
import { outcome, progressText, troubleText } from "../../dom/jobs.mjs";
import { count, make } from "../../dom/make.mjs";
import { Multiples } from "../../dom/multiples.mjs";
import { leastOf, moved, rowsOf } from "../../lib/moves.mjs";
import { project, projection, start } from "../../lib/tour.mjs";

const KINDS = { pca: "PCA", umap: "UMAP", "t-sne": "t-SNE" };
const SEEDS = [1, 2]; // of the random planes
const PAUSE = 250; // milliseconds between two drawings of the plane that turns
const TURNED = "PCA, UMAP and t-SNE are turned and scaled onto each other before they are compared; the other rows are compared as they lie. Shares are of the samples' root mean squared distance from their middle, between the two epochs where the layer itself changes least.";

export class Comparison {
  /** @param {object} page - of `tour.mjs`. */
  constructor(page) {
    Object.assign(this, { page, key: "", training: "", wish: null, epochs: null, plan: null, data: null });
    Object.assign(this, { error: "", trouble: "", asked: "", columns: null, timer: null, stale: false });
    this.arrays = new Map(); // address and name -> what was fetched of the plan
  }

  /** What of a wish says which layer of which training is meant. */
  static about(wish) {
    const { study, split, data_of: of, axes_split: axes, recorded, layer } = wish ?? {};
    return JSON.stringify([study, split, of, axes, recorded, layer]);
  }

  /** The panel was made anew. */
  mounted() {
    const { bridge } = this.page;
    this.box = this.page.id("compare");
    const { ownerDocument: document } = this.box;
    const button = (text, act) => {
      const made = make(document, "button.plain", { type: "button" }, text);
      made.addEventListener("click", act);
      return made;
    };
    this.grid = new Multiples(document, bridge.workspace, (epoch) =>
      bridge.changeView({ epoch: epoch === this.plan.recorded.at(-1) ? null : epoch }));
    this.field = make(document, "input.own-field", { type: "text", title: "Epochs that are compared, such as 0, 5, 14" });
    this.field.addEventListener("change", () => this.choose(this.field.value));
    this.controls = make(document, "div.multiples-controls", {},
      make(document, "label", {}, "Epochs ", this.field), button("Large", () => this.enlarge()));
    this.note = make(document, "div.multiples-note", { role: "status" });
    this.place = make(document, "div", {}, this.grid.element);
    this.foot = make(document, "p.quiet", {}, TURNED);
    this.title = make(document, "h2");
    this.hall = make(document, "div.multiples-hall");
    this.dialog = make(document, "dialog.multiples-dialog", { "aria-label": "Comparison with other drawings" },
      make(document, "div.multiples-top", {}, this.title, button("Close", () => this.dialog.close())), this.hall);
    this.dialog.addEventListener("close", () => {
      this.grid.element.classList.remove("large");
      this.place.replaceChildren(this.grid.element);
      this.grid.draw();
    });
    this.box.replaceChildren(this.controls, this.note, this.place, this.foot, this.dialog);
    this.watch();
    this.draw();
    this.fill();
  }

  /** Hear when the panel is shown: until then nothing is fetched for it. */
  watch() {
    const { IntersectionObserver: Observer } = this.page.bridge.window;
    this.seenByAnybody = !Observer;
    if (!Observer) return;
    new Observer((entries) => {
      this.seenByAnybody = entries.some(({ isIntersecting }) => isIntersecting);
      if (this.seenByAnybody && this.waiting && this.wish) this.look();
    }).observe(this.box);
  }

  /** The grid fills most of the screen. */
  enlarge() {
    if (!this.data) return this.page.bridge.toast("There is nothing to enlarge yet.");
    const { study } = this.page.bridge.workspace;
    this.title.textContent = `${this.plan.layer} of ${study?.title ?? "the network"}, epoch by epoch`;
    this.grid.element.classList.add("large");
    this.hall.replaceChildren(this.grid.element);
    this.dialog.showModal();
    return this.grid.draw();
  }

  /** What is toured: look up what there is of it, unless that is known. @param {object} [wish] */
  about(wish) {
    if (!wish) return;
    const key = Comparison.about(wish);
    const { study, split, data_of: of } = wish;
    const training = JSON.stringify([study, split, of]);
    if (key === this.key && this.plan && !this.plan.missing && !this.error) return;
    if (key !== this.key) {
      // What was typed stays from layer to layer, unless it names no epochs of this training.
      if (training !== this.training || this.error) this.epochs = null;
      Object.assign(this, { plan: null, data: null, error: "", trouble: "" });
      this.arrays.clear();
      this.grid?.clear();
      this.draw();
    }
    const { path: _, ...named } = wish;
    Object.assign(this, { key, training, wish: named });
    this.look();
  }

  /** Ask the server what there is, once somebody sees the panel. */
  look() {
    this.waiting = !this.seenByAnybody;
    if (this.waiting) return;
    const epochs = this.epochs ? { epochs: this.epochs } : {};
    this.page.bridge.set("tour-compared", { data: { ...this.wish, ...epochs, again: Date.now() } });
  }

  /** Epochs were typed. */
  choose(text) {
    const words = text.split(/[\s,;]+/).filter(Boolean);
    const odd = words.find((word) => !/^\d+$/.test(word));
    if (odd !== undefined) {
      this.error = `Epochs are whole numbers, such as 0, 5, 14; got "${odd}".`;
      return this.draw();
    }
    Object.assign(this, { epochs: words.length ? words.map(Number) : null, trouble: "" });
    return this.look();
  }

  /** The server says what there is. */
  planned(plan) {
    if (!plan || Comparison.about(plan.wish) !== this.key) return undefined;
    if (JSON.stringify(plan.wish.epochs ?? null) !== JSON.stringify(this.epochs)) return undefined;
    this.error = plan.error ?? "";
    if (!plan.error) {
      this.plan = plan;
      if (this.field) this.field.value = plan.epochs.join(", ");
    }
    this.draw();
    return plan.error ? undefined : this.fetch();
  }

  /** Have everything computed that is not there. */
  ask() {
    this.asked = this.question;
    this.trouble = "";
    const { wish, epochs } = this.plan;
    this.page.bridge.set("tour-wish-views", { data: { ...wish, epochs, asked: Date.now() } });
    this.draw();
  }

  /** What a job would be about. */
  get question() {
    return this.plan ? JSON.stringify([this.key, this.plan.epochs]) : "";
  }

  working(progress) {
    if (!progress || !this.asked) return;
    const text = progressText(progress);
    this.page.bridge.byId("frame-jobs").textContent = text;
    if (this.far?.isConnected) this.far.textContent = text;
  }

  /** The job has ended: ask once more what there is. */
  answer(end) {
    if (!end || !this.asked) return;
    this.page.bridge.byId("frame-jobs").textContent = "";
    const mine = this.asked === this.question;
    this.asked = "";
    if (!mine) return this.draw();
    this.trouble = (end.state === "done" ? outcome(end).reason : troubleText(end)) ?? "";
    this.look();
    return this.draw();
  }

  /** Fetch what is there, and show it. */
  async fetch() {
    const { plan } = this;
    const used = new Set();
    const bring = async ({ key, facts }, name) => {
      if (!facts) return null;
      const address = `${key} ${name}`;
      used.add(address);
      if (!this.arrays.has(address)) this.arrays.set(address, (await this.page.bridge.workspace.array(key, name)).values);
      return this.arrays.get(address) ?? null;
    };
    try {
      const known = plan.cells.flatMap((cell) => Object.keys(KINDS).map((kind) => cell[kind])).find(({ facts }) => facts);
      const samples = known ? await bring(known, "samples") : null;
      const cells = await Promise.all(plan.cells.map((cell) => this.cellOf(cell, samples, bring)));
      if (plan !== this.plan) return; // another comparison was asked for meanwhile
      this.data = samples ? { samples, cells } : null;
      for (const address of this.arrays.keys()) if (!used.has(address)) this.arrays.delete(address);
    } catch (error) {
      if (plan !== this.plan) return;
      Object.assign(this, { data: null, trouble: String(error.message ?? error) });
    }
    this.draw();
    this.fill();
  }

  /** One epoch: its samples in the layer, and in every drawing; null for what is not there. */
  async cellOf(cell, samples, bring) {
    const [x, centre, ...places] = await Promise.all([
      bring(cell.cloud, "x"), bring(cell.cloud, "centre"), ...Object.keys(KINDS).map((kind) => bring(cell[kind], "places")),
    ]);
    const drawn = Object.keys(KINDS).map((kind, k) => [kind, places[k] && columnsOf(places[k])]);
    return { cloud: x && samples ? rowsOf(x, centre.length, samples) : null, centre, ...Object.fromEntries(drawn) };
  }

  /** Show the pictures. */
  fill() {
    if (!this.grid || !this.data) return this.grid?.clear();
    const { plan, data } = this;
    const d = data.cells.find(({ centre }) => centre)?.centre.length ?? 0;
    const fixed = (columns) => (k) => this.seen(k, columns);
    const row = (label, places, jumps) => ({
      label, places, shared: !jumps, words: () => this.words(jumps ?? this.moves(places)),
    });
    const random = SEEDS.map((seed) => fixed(d > 1 ? projection(start(d, seed), d) : null));
    return this.grid.show({
      layer: plan.layer, samples: data.samples, epochs: plan.epochs, last: plan.recorded.at(-1),
      rows: [
        row("This projection", (k) => this.seen(k, this.columns)),
        ...Object.entries(KINDS).map(([kind, label]) => row(label, (k) => data.cells[k][kind], plan.jumps[kind])),
        ...random.map((places, k) => row(`Random ${k + 1}`, places)),
      ],
    });
  }

  /** Samples of an epoch on a plane, all epochs seen from one centre; null for what is not there. */
  seen(k, columns) {
    const { cloud } = this.data.cells[k];
    const centre = this.data.cells.findLast((cell) => cell.centre)?.centre;
    if (!cloud || columns?.length !== 2 * centre.length) return null;
    const places = [0, 1].map(() => new Float32Array(this.data.samples.length));
    project(cloud, centre, columns, ...places);
    return places;
  }

  /** How far samples move from each epoch to the next; null where that is not known. */
  moves(places) {
    const drawn = this.plan.epochs.map((_, k) => places(k));
    return drawn.slice(1).map((after, k) => {
      const value = drawn[k] && after ? moved(drawn[k], after) : NaN;
      return Number.isFinite(value) ? value : null;
    });
  }

  /** What is said below a row: of the two epochs between which the layer itself changes least. */
  words(jumps) {
    const { epochs, jumps: { layer } } = this.plan;
    const known = layer.map((value, k) => (jumps[k] === null ? null : value));
    const told = (k) => `Samples move ${share(jumps[k])} of the picture between epochs ${epochs[k]} and ${epochs[k + 1]}, in the layer itself ${share(layer[k])}.`;
    const least = leastOf(known);
    const all = known.map((value, k) => (value === null ? "" : told(k))).filter(Boolean);
    return { text: least < 0 ? "" : told(least), more: all.join("\n") };
  }

  /** The plane of the tour has turned. @param {Float64Array} columns - (2 d,) @param {string} layer */
  frameChanged(columns, layer) {
    this.columns = layer === this.plan?.layer ? columns : null;
    if (!this.data) return;
    this.stale = true;
    if (this.timer === null) this.follow();
  }

  follow() {
    this.stale = false;
    if (this.grid.rows.length) this.grid.draw(0);
    this.timer = this.page.bridge.window.setTimeout(() => {
      this.timer = null;
      if (this.stale && this.data) this.follow();
    }, PAUSE);
  }

  /** What stands around the pictures. */
  draw() {
    const { box, plan, error, trouble } = this;
    if (!box?.isConnected) return;
    const { ownerDocument: document } = box;
    this.controls.hidden = !plan;
    this.foot.hidden = !plan || !this.data;
    const hint = (text, ...more) => this.note.replaceChildren(make(document, "div.hint", {}, make(document, "p", {}, text), ...more));
    if (!plan) return hint(error || "Other drawings are looked up once a layer is shown.");
    const wrong = [error, trouble].filter(Boolean).map((text) => make(document, "p.wrong", {}, text));
    if (!plan.missing) return this.note.replaceChildren(...wrong);
    const button = make(document, "button.plain", { type: "button" }, this.asked ? "Computing …" : "Compute the comparison");
    button.disabled = Boolean(this.asked);
    button.addEventListener("click", () => this.ask());
    this.far = make(document, "p.quiet");
    const text = `${plan.layer} at ${count(plan.epochs.length)} epochs by PCA, UMAP and t-SNE, beside this projection: some seconds an epoch.`;
    return hint(text, ...wrong, button, ...(this.asked ? [this.far] : []));
  }
}

const share = (value) => (value < 0.005 ? "less than 0.01" : value.toFixed(2));

/** Columns of places by rows. */
function columnsOf(places) {
  const count = places.length / 2;
  return [0, 1].map((axis) => Float32Array.from({ length: count }, (_, i) => places[2 * i + axis]));
}
