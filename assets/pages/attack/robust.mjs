/** How much a network withstands: accuracy over epsilon, and who falls first. */
import { outcome, progressText, troubleText } from "../../dom/jobs.mjs";
import { colourOf, toHex } from "../../lib/palette.mjs";
import { LineChart, lineSample } from "../../dom/linechart.mjs";
import { count, make } from "../../dom/make.mjs";
import { NORMS, short } from "../../lib/attacks.mjs";
import { firsts, robustText } from "../../lib/robustness.mjs";

const TRIED = [100, 200, 500, 1000, 2000];
const DASHES = [null, [6, 4], [2, 3], [9, 3, 2, 3], [4, 2], [1, 2]];
const SETTLED = 400; // milliseconds after the last letter
const PICTURES = 24; // samples that fell first

export class Robust {
  /** @param {object} page - of `attack.mjs`. */
  constructor(page) {
    this.page = page;
    this.attacks = new Set(["fast gradient", "pgd"]);
    this.count = 200;
    this.most = "";
    this.forget();
  }

  forget() {
    Object.assign(this, { plan: null, trouble: "", asked: "", arrays: new Map(), epsilon: null });
  }

  mounted() {
    this.box = this.page.id("robust");
    this.chart = null;
    this.controls();
    this.look();
  }

  /** The form has changed, perhaps with every letter: the attacks of another norm, as far as it goes. */
  formed() {
    const { window } = this.page.bridge;
    window.clearTimeout(this.forming);
    if (`${this.norm} ${this.largest}` === this.about) return;
    const follow = () => {
      this.controls();
      this.look();
    };
    if (this.about === undefined) follow();
    else this.forming = window.setTimeout(follow, SETTLED);
  }

  /** Controls of its own; they stay while what is below them changes. */
  controls() {
    const { box } = this;
    if (!box?.isConnected || !this.page.form.methods.size) return;
    this.about = `${this.norm} ${this.largest}`;
    const { ownerDocument: document } = box;
    const methods = [...this.page.form.methods.values()].filter(({ bounded, norms }) => bounded && norms.includes(this.norm));
    const boxes = methods.map(({ name, title }) => {
      const input = make(document, "input", { type: "checkbox", checked: this.attacks.has(name) });
      input.addEventListener("change", () => {
        if (input.checked) this.attacks.add(name);
        else this.attacks.delete(name);
        this.look();
      });
      return make(document, "label", {}, input, title);
    });
    const most = make(document, "input.own-field", { type: "text", value: this.largest, size: 6, "aria-label": "Largest epsilon" });
    most.addEventListener("change", () => {
      this.most = most.value;
      this.look();
    });
    const samples = make(document, "select.own-field", { "aria-label": "Samples of the curve" },
      ...TRIED.map((number) => make(document, "option", { value: String(number), selected: number === this.count }, count(number))));
    samples.addEventListener("change", () => {
      this.count = Number(samples.value);
      this.look();
    });
    this.below = make(document, "div.robust-below");
    box.replaceChildren(
      make(document, "div.robust-attacks", { role: "group", "aria-label": "Attacks of the curve" }, ...boxes),
      make(document, "div.robust-row", {}, make(document, "label", {}, "ε up to ", most), make(document, "label", {}, "Samples ", samples)),
      this.below,
    );
    this.chart = null;
  }

  get norm() {
    return this.page.form.values?.norm ?? "linf";
  }

  /** As far as twice what the attack itself goes, unless somebody says otherwise. */
  get largest() {
    if (this.most) return this.most;
    const [above, below = "1"] = String(this.page.form.values?.epsilon || "0.1").split("/");
    const twice = (2 * Number(above)) / Number(below);
    return Number.isFinite(twice) && twice > 0 ? short(twice) : "0.2";
  }

  /** Ask what is known of the curves. */
  look() {
    const { workspace, set } = this.page.bridge;
    if (!this.box?.isConnected || !workspace.ready || !this.page.form.methods.size) return;
    if (!this.below) this.controls();
    const attacks = [...this.attacks].filter((name) => this.page.form.methods.get(name)?.norms.includes(this.norm));
    this.wish = { ...workspace.study.wish, attacks, most: this.largest, norm: this.norm, count: this.count };
    this.trouble = "";
    set("attack-curve", { data: this.wish });
  }

  /** The server says what is known. */
  planned(plan) {
    if (!plan) return;
    this.plan = plan;
    this.draw();
    this.fetch();
  }

  /** Have the curves computed. */
  ask() {
    this.asked = JSON.stringify(this.wish);
    this.trouble = "";
    this.page.bridge.set("attack-wish-curves", { data: { ...this.wish, asked: Date.now() } });
    this.draw();
  }

  working(progress) {
    if (progress) this.page.bridge.byId("frame-jobs").textContent = progressText(progress);
  }

  answer(end) {
    if (!end || !this.asked) return;
    this.page.bridge.byId("frame-jobs").textContent = "";
    const mine = this.asked === JSON.stringify(this.wish);
    this.asked = "";
    const trouble = (end.state === "done" ? outcome(end).reason : troubleText(end)) ?? "";
    if (!mine) return this.draw();
    this.look();
    this.trouble = end.state === "cancelled" ? "" : trouble;
    return undefined;
  }

  /** Which samples fell, and into what, of all curves that are there. */
  async fetch() {
    const { workspace } = this.page.bridge;
    const { plan } = this;
    const parts = Object.values(plan.parts ?? {}).filter(({ key, facts }) => facts && !this.arrays.has(key));
    try {
      await Promise.all(parts.map(async ({ key }) => {
        const names = ["samples", "fell", "into", "right", "count"];
        const found = await Promise.all(names.map((name) => workspace.array(key, name)));
        this.arrays.set(key, Object.fromEntries(names.map((name, k) => [name, found[k].values])));
      }));
    } catch (error) {
      this.trouble = String(error.message ?? error);
    }
    if (parts.length && this.plan === plan) this.draw();
  }

  draw() {
    const { below, plan } = this;
    if (!below?.isConnected) return;
    const { ownerDocument: document } = below;
    const wrong = this.trouble ? [make(document, "p.wrong", {}, this.trouble)] : [];
    if (!plan) return below.replaceChildren();
    if (plan.error) {
      this.chart = null;
      return below.replaceChildren(make(document, "p.hint.failure", {}, plan.error));
    }
    const known = Object.entries(plan.parts).filter(([, { facts }]) => facts);
    const about = `${count(plan.samples)} of ${count(plan.of)} samples, drawn by chance.`;
    const parts = [];
    if (known.length) {
      if (!this.chart) {
        this.place = make(document, "div");
        this.chart = new LineChart(this.place, { label: "Epsilon, in the curves of the accuracy", height: 190, go: (epsilon) => ((this.epsilon = epsilon), this.draw()) });
      }
      parts.push(make(document, "h3", {}, `Accuracy over ε (${NORMS[this.norm]})`), this.place, ...this.key(document, known), ...this.words(document, known));
    }
    if (plan.missing) {
      const button = make(document, "button.plain", { type: "button", disabled: Boolean(this.asked) }, this.asked ? "Computing …" : "Compute the curves");
      button.addEventListener("click", () => this.ask());
      const lacking = make(document, "p.quiet", {}, `${count(plan.missing)} of ${count(Object.keys(plan.parts).length)} curves are still to be computed, over ${about}`);
      parts.push(lacking, ...wrong, button);
    } else parts.push(make(document, "p.quiet", {}, about), ...wrong);
    below.replaceChildren(...parts);
    if (known.length) this.lines(known);
    return undefined;
  }

  title(name) {
    return this.page.form.methods.get(name)?.title ?? name;
  }

  /** Which line is which attack; with a class in focus its own accuracy. */
  key(document, known) {
    const focus = this.page.bridge.workspace.view.focus;
    const rows = known.map(([name], k) => make(document, "span.robust-key", {},
      lineSample(document, DASHES[k % DASHES.length] ?? undefined), this.title(name)));
    const hint = focus === null
      ? "A click on the curves speaks of that ε; a class that is pinned in the legend is drawn, too."
      : `In colour: ${this.page.bridge.workspace.className(focus)} alone.`;
    return [make(document, "div.robust-keys", {}, ...rows), make(document, "p.quiet", {}, hint)];
  }

  lines(known) {
    const { workspace } = this.page.bridge;
    const { focus } = workspace.view;
    const classes = workspace.study.classes.length;
    const lines = known.map(([, { facts }], k) => ({ values: facts.accuracy, dash: DASHES[k % DASHES.length], width: 2.25, dots: true }));
    if (focus !== null && focus < classes) {
      known.forEach(([, { key, facts }], k) => {
        const arrays = this.arrays.get(key);
        if (!arrays || !arrays.count[focus]) return;
        const width = facts.epsilons.length;
        const values = Array.from({ length: width }, (_, e) => arrays.right[focus * width + e] / arrays.count[focus]);
        lines.push({ values, colour: toHex(colourOf(focus, classes)), dash: DASHES[k % DASHES.length], width: 2.25, dots: true });
      });
    }
    const { epsilons } = known[0][1].facts;
    this.chart.show({ places: epsilons, lines, top: 1, ends: ["0", `ε ${short(epsilons.at(-1))}`], now: epsilons.includes(this.epsilon) ? this.epsilon : epsilons.at(-1) });
  }

  /** What an attack leaves right, who falls first and into what. */
  words(document, known) {
    const { workspace, how } = this.page.bridge;
    const said = known.map(([name, { facts }]) => make(document, "p", {}, robustText(this.title(name), facts, this.epsilon)));
    const [, { key }] = known.reduce((best, one) => (one[1].facts.accuracy.at(-1) < best[1].facts.accuracy.at(-1) ? one : best));
    const arrays = this.arrays.get(key);
    if (!arrays) return said;
    const { facts } = known.find(([, part]) => part.key === key)[1];
    const fallen = firsts(arrays, facts.epsilons);
    if (!fallen.length) return [...said, make(document, "p", {}, "No sample fell.")];
    const pictures = fallen.slice(0, PICTURES).map(({ sample, into, epsilon }) => {
      const url = workspace.imageUrl(sample);
      const text = `Sample ${sample}, at ε ${short(epsilon)} taken for ${workspace.className(into)}`;
      const button = make(document, "button.sample-picture", { type: "button", title: text, "aria-label": text },
        url ? make(document, "img", { src: url, alt: "", loading: "lazy", width: 30, height: 30 }) : String(sample));
      button.addEventListener("click", () => workspace.select([sample], how()));
      return button;
    });
    const all = make(document, "button.plain", { type: "button" }, `Select all ${count(fallen.length)} that fell`);
    all.addEventListener("click", () => workspace.select(fallen.map(({ sample }) => sample), how()));
    return [...said, make(document, "h3", {}, "Fall first"), make(document, "div.sample-pictures", {}, ...pictures), all, ...this.table(document, fallen)];
  }

  /** Which classes fall into which, of the strongest attack. */
  table(document, fallen) {
    const { workspace } = this.page.bridge;
    const { labels, predicted } = workspace;
    const classOf = (sample) => (labels[sample] >= 0 ? labels[sample] : predicted[sample]);
    const many = new Map();
    for (const { sample, into } of fallen) {
      const pair = `${classOf(sample)} ${into}`;
      many.set(pair, (many.get(pair) ?? 0) + 1);
    }
    const rows = [...many].sort((a, b) => b[1] - a[1]).slice(0, 8).map(([pair, number]) => {
      const [from, to] = pair.split(" ").map(Number);
      return make(document, "li", {}, `${workspace.className(from)} → ${workspace.className(to)}: ${count(number)}`);
    });
    return [make(document, "h3", {}, "Which fall into which, the most frequent first"), make(document, "ul.attack-doubts", {}, ...rows)];
  }

  /** A row an epsilon and attack. */
  rows() {
    return Object.entries(this.plan?.parts ?? {}).flatMap(([name, { facts }]) =>
      (facts?.epsilons ?? []).map((epsilon, k) => [name, this.norm, epsilon, facts.accuracy[k]]));
  }
}
