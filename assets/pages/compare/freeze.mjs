/** The network without some of its filters: what it says then, and what each filter is worth. */
import { outcome, progressText, troubleText } from "../../dom/jobs.mjs";
import { bar } from "../../dom/bars.mjs";
import { count, make, percent } from "../../dom/make.mjs";
import { confusions } from "../../lib/confusions.mjs";
import { confusionChange } from "../../dom/confusionchange.mjs";
import { Sets } from "./sets.mjs";

const MOST = 60; // filters that are listed by worth

export class Freeze {
  /** @param {object} page - of `compare.mjs`. */
  constructor(page) {
    this.page = page;
    this.means = false;
    this.sets = new Sets(page, {
      takeUp: (set) => this.takeUp(set),
      chosen: () => ({ filters: this.filters, means: this.means }),
      draw: () => this.draw(),
    });
    this.forget();
  }

  /** Another network: its filters are others. */
  forget() {
    Object.assign(this, {
      frozen: new Map(), // layer -> Set of filters
      effect: null, // what was said without them
      worth: new Map(), // "layer kind" -> what its filters are worth
      turning: null, trouble: "", asked: null, network: "",
    });
  }

  studied() {
    const { networkKey, dataKey, layers } = this.page.bridge.workspace.study;
    const network = `${networkKey} ${dataKey}`;
    const form = JSON.stringify(layers.map(({ name, shape }) => [name, shape]));
    const { frozen } = this;
    if (this.network !== network) this.forget();
    if (this.form === form) this.frozen = frozen; // another epoch has the same filters
    Object.assign(this, { network, form });
    this.sets.list = null;
    this.draw();
  }

  /** What is frozen, layer by layer. */
  get filters() {
    return Object.fromEntries([...this.frozen].map(([name, filters]) => [name, [...filters]]));
  }

  /** Freeze what a kept set freezes, and nothing else. */
  takeUp({ filters, gives }) {
    this.means = gives === "means";
    this.frozen = new Map(Object.entries(filters).map(([layer, chosen]) => [layer, new Set(chosen)]));
    Object.assign(this, { effect: null, turning: null });
    this.draw();
    this.look();
  }

  /** Ask the network without all that are frozen. */
  look() {
    if (this.total) this.ask("frozen", { filters: this.filters });
  }

  mounted() {
    this.box = this.page.id("freeze");
    this.sets.list = null; // what was asked when the page was left is not answered
    this.draw();
  }

  /** The layer whose filters can be frozen: the one that is looked at, unless it has none. */
  get layer() {
    const { study } = this.page.bridge.workspace;
    const layer = study.layers.find(({ name }) => name === this.page.layer);
    return ["input", "output"].includes(layer.kind) ? null : layer;
  }

  /** Numbers of the frozen filters of a layer. */
  of(name) {
    return this.frozen.get(name) ?? new Set();
  }

  /** @param {Iterable<number>} filters - of a layer, which are to be frozen there. */
  set(name, filters) {
    const chosen = new Set(filters);
    if (chosen.size) this.frozen.set(name, chosen);
    else this.frozen.delete(name);
    this.effect = null;
    this.turning = null;
    this.draw();
  }

  toggle(name, filter) {
    this.turn(name, [filter]);
    this.page.point(filter);
  }

  /** Freeze filters of a layer that are not, thaw those that are. */
  turn(name, filters) {
    if (!this.freezes(name)) return;
    const now = new Set(this.of(name));
    for (const filter of filters) if (!now.delete(filter)) now.add(filter);
    this.set(name, now);
  }

  /** Freeze more filters of a layer. */
  add(name, filters) {
    if (this.freezes(name)) this.set(name, [...this.of(name), ...filters]);
  }

  /** Whether a layer has filters that can be frozen. */
  freezes(name) {
    const layer = this.page.bridge.workspace.study.layers.find((one) => one.name === name);
    return layer !== undefined && !["input", "output"].includes(layer.kind);
  }

  get total() {
    return [...this.frozen.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Start a job. @param {"frozen" | "worth" | "turning"} task */
  ask(task, more) {
    const { bridge } = this.page;
    this.asked = { task, network: this.network, layer: this.layer?.name, means: this.means, filters: JSON.stringify(this.filters) };
    this.trouble = "";
    bridge.set(`compare-wish-${task}`, { data: { ...bridge.workspace.study.wish, means: this.means, ...more, asked: Date.now() } });
    this.draw();
  }

  working(progress) {
    if (!progress) return;
    const { bridge, id } = this.page;
    bridge.byId("frame-jobs").textContent = progressText(progress);
    const busy = id("freeze")?.querySelector(".freeze-busy");
    if (busy && this.asked) busy.textContent = progressText(progress);
  }

  /** A job has ended. */
  async answer(task, end) {
    const { asked, page } = this;
    if (!end) return;
    page.bridge.byId("frame-jobs").textContent = "";
    if (asked?.task !== task) return;
    this.asked = null;
    if (asked.network !== this.network) return;
    const { done, reason } = outcome(end);
    const found = done[task];
    if (!found) {
      this.trouble = end.state === "cancelled" ? "" : (reason ?? troubleText(end));
      this.draw();
      return;
    }
    try {
      await this.take(asked, found);
    } catch (error) {
      this.trouble = String(error.message ?? error);
    }
    this.draw();
  }

  async take({ task, layer, means, filters }, { key, facts }) {
    const { workspace } = this.page.bridge;
    const names = { frozen: ["predicted"], worth: ["loss", "changed", "dead", "twin"], turning: ["filters", "flipped"] }[task];
    const found = await Promise.all(names.map((name) => workspace.array(key, name)));
    const arrays = Object.fromEntries(names.map((name, k) => [name, found[k].values]));
    const same = filters === JSON.stringify(this.filters) && means === this.means; // or it speaks of others
    if (task === "frozen" && same) this.effect = { facts, ...arrays };
    if (task === "worth") this.worth.set(`${layer} ${means}`, { facts, ...arrays });
    if (task !== "turning") return;
    this.set(layer, arrays.filters);
    this.turning = { layer, counted: facts.counted, ...arrays, selection: this.page.bridge.workspace.selected };
  }

  draw() {
    const { box, page } = this;
    const { workspace } = page.bridge;
    if (!box?.isConnected || !workspace.ready) return;
    if (this.turning && this.turning.selection !== workspace.selected) this.turning = null; // it speaks of others
    const { ownerDocument: document } = box;
    this.page.crossing?.();
    if (!workspace.classifies || workspace.study.network.remembered) {
      box.replaceChildren(make(document, "p.hint", {}, "Filters can be frozen in networks that tell classes apart."));
      return;
    }
    const busy = this.asked ? [make(document, "p.freeze-busy.quiet", { role: "status" }, "The computation has begun; the cross in the header ends it.")] : [];
    if (this.sets.list === null) {
      this.sets.list = [];
      this.sets.ask("list");
    }
    // What is being typed is not taken away by what else changes.
    const typing = box.contains(document.activeElement) && document.activeElement.matches(".sets-name");
    box.replaceChildren(
      ...this.chooser(document), ...busy, ...this.effects(document),
      ...this.sets.elements(document, this.total > 0), ...this.worths(document),
    );
    if (typing) box.querySelector(".sets-name")?.focus();
  }

  button(document, text, act, disabled = false) {
    const made = make(document, "button.plain", { type: "button", disabled: disabled || this.asked !== null }, text);
    made.addEventListener("click", act);
    return made;
  }

  /** Which filters of the layer are frozen. */
  chooser(document) {
    const { layer } = this;
    const kind = make(document, "select.own-field", { "aria-label": "What frozen filters give" },
      make(document, "option", { value: "zeros", selected: !this.means }, "zeros"),
      make(document, "option", { value: "means", selected: this.means }, "their mean"));
    kind.addEventListener("change", () => {
      this.means = kind.value === "means";
      this.effect = null;
      this.draw();
    });
    const top = [make(document, "p.freeze-kind", {}, "Frozen filters give ", kind)];
    if (!layer) return [...top, make(document, "p.quiet", {}, "Choose a layer between input and prediction to freeze filters of it, or draw a lasso over its maps.")];
    const filters = layer.shape.at(-1) ?? 1;
    const frozen = this.of(layer.name);
    const chips = Array.from({ length: filters }, (_, k) => {
      const chip = make(document, "button.freeze-chip", { type: "button", "aria-pressed": String(frozen.has(k)), title: `Filter ${k} of ${layer.name}` }, String(k));
      chip.addEventListener("click", () => this.toggle(layer.name, k));
      return chip;
    });
    const every = Array.from({ length: filters }, (_, k) => k);
    const { selected } = this.page.bridge.workspace;
    return [
      ...top,
      make(document, "h3", {}, `${layer.name}: ${count(frozen.size)} of ${count(filters)} filters frozen`),
      make(document, "p.quiet", {}, "Click on filters here or on maps, or draw a lasso over maps."),
      make(document, "div.freeze-chips", {}, ...chips),
      make(document, "div.freeze-row", {},
        this.button(document, "All but these", () => this.set(layer.name, every.filter((k) => !frozen.has(k))), !frozen.size),
        this.button(document, "None", () => this.set(layer.name, []), !frozen.size),
        this.button(document, `Find some that turn the selection (${count(selected.length)})`, () => this.ask("turning", { layer: layer.name, samples: Array.from(selected) }), !selected.length)),
    ];
  }

  /** What the network says without all that are frozen. */
  effects(document) {
    const { total, effect, page } = this;
    const { workspace, how } = page.bridge;
    const wrong = this.trouble ? [make(document, "p.wrong", { role: "alert" }, this.trouble)] : [];
    const layers = [...this.frozen].map(([name, { size }]) => `${count(size)} of ${name}`).join(", ");
    const ask = this.button(document, this.asked ? "Computing …" : "Ask the network without them", () => this.look(), !total);
    const parts = [make(document, "p", {}, total ? `Frozen in all: ${layers}.` : `Nothing is frozen.${this.layer ? " Click on filters above." : ""}`), ...this.turned(document), ask, ...wrong];
    if (!effect) return parts;
    const { before, accuracy, changed } = effect.facts;
    const moved = accuracy === before ? `stays at ${percent(accuracy)}` : `${accuracy > before ? "rises" : "falls"} from ${percent(before)} to ${percent(accuracy)}`;
    const said = accuracy === null ? "" : `Accuracy ${moved}. `;
    const others = Array.from(effect.predicted.keys()).filter((k) => effect.predicted[k] !== workspace.predicted[k]);
    const pick = this.button(document, `Select those (${count(others.length)})`, () => workspace.select(others, how()), !others.length);
    return [
      ...parts,
      make(document, "p", { role: "status" }, `${said}${count(changed)} of ${count(effect.predicted.length)} samples are taken for another class than before.`),
      pick, ...this.classes(document),
    ];
  }

  /** What a set does that was found for the selection. */
  turned(document) {
    const { turning } = this;
    if (!turning) return [];
    const { filters, flipped, counted, layer } = turning;
    const group = `${count(counted)} sample${counted === 1 ? "" : "s"}`;
    if (!filters.length) return [make(document, "p", { role: "status" }, `No filters of ${layer} turn any of ${group}, as far as they were tried one after the other.`)];
    const steps = Array.from(filters, (filter, k) => `${filter} (${count(flipped[k])})`).join(", ");
    const last = flipped.at(-1);
    const all = last === counted ? "All are turned." : `${count(last)} of ${count(counted)} are turned; further ones, up to 16, turned no more.`;
    return [make(document, "p", { role: "status" }, `Filters of ${layer}, and how many of ${group} are turned with each: ${steps}. ${all}`)];
  }

  /** How often each class is right and what it is taken for, before and after. */
  classes(document) {
    const { workspace, how } = this.page.bridge;
    const { labels, predicted, study } = workspace;
    if (!study.labelled) return [];
    const counts = confusions({ labels, before: predicted, after: this.effect.predicted, classes: study.classes.length });
    const { total } = counts;
    const rows = study.classes.map((name, k) => {
      const share = (table) => (total[k] ? table[k * total.length + k] / total[k] : 0);
      const [before, after] = [share(counts.before), share(counts.after)];
      return bar(document, {
        text: name, share: after, mark: before, value: percent(after), title: `Select the samples of ${name} that are wrong only without the filters`,
        act: () => workspace.select(Array.from(labels.keys()).filter((sample) => labels[sample] === k && predicted[sample] === k && this.effect.predicted[sample] !== k), how()),
      });
    });
    const pick = (truth, said) => workspace.select(Array.from(labels.keys()).filter((sample) => labels[sample] === truth && this.effect.predicted[sample] === said), how());
    return [
      make(document, "h3", {}, "Right without them, class by class; the line is where it was"), ...rows,
      ...confusionChange(document, counts, study.classes, pick),
    ];
  }

  /** What each filter of the layer is worth. */
  worths(document) {
    const { layer } = this;
    if (!layer) return [];
    const found = this.worth.get(`${layer.name} ${this.means}`);
    const title = make(document, "h3", {}, `What each filter of ${layer.name} is worth`);
    if (!found) return [title, this.button(document, this.asked ? "Computing …" : "Freeze each alone", () => this.ask("worth", { layer: layer.name }))];
    const { loss, dead, twin, facts } = found;
    const order = Array.from(loss.keys()).sort((a, b) => loss[b] - loss[a]);
    const top = Math.max(1e-9, ...loss.map(Math.abs));
    const idle = order.filter((k) => dead[k]);
    const double = order.filter((k) => twin[k] >= 0);
    const points = (value) => (Math.abs(value) < 5e-4 ? "0" : `${value < 0 ? "−" : ""}${(100 * Math.abs(value)).toFixed(1)}`);
    const one = (100 / facts.counted).toFixed(2);
    return [
      title,
      make(document, "p.quiet", {}, `Points of accuracy that are lost without each; below 0, in red, they are gained. Counted over ${count(facts.counted)} samples, of which ${percent(facts.accuracy)} are right: one sample is ${one} points.`),
      ...(idle.length ? [make(document, "p", {}, `Dead, the same whatever they see: ${idle.join(", ")}.`)] : []),
      ...(double.length ? [make(document, "p", {}, `Saying the same as an earlier one: ${double.map((k) => `${k} as ${twin[k]}`).join(", ")}.`)] : []),
      ...order.slice(0, MOST).map((k) => bar(document, {
        text: `filter ${k}`, share: Math.abs(loss[k]) / top, colour: loss[k] < 0 ? "var(--bad)" : "var(--accent)", value: points(loss[k]),
        current: this.of(layer.name).has(k), title: `${this.of(layer.name).has(k) ? "Thaw" : "Freeze"} filter ${k}`, act: () => this.toggle(layer.name, k),
      })),
      ...(order.length > MOST ? [make(document, "p.quiet", {}, `${count(order.length - MOST)} more are worth less.`)] : []),
    ];
  }

  /** The clientside callbacks of its jobs. */
  callbacks() {
    const { nothing } = this.page.bridge;
    const told = (act) => (what) => (act(what), nothing());
    return {
      compareSets: told((answer) => answer && this.sets.answer(answer)),
      compareFrozenProgress: told((progress) => this.working(progress)),
      compareWorthProgress: told((progress) => this.working(progress)),
      compareTurningProgress: told((progress) => this.working(progress)),
      compareFrozenAnswer: told((end) => this.answer("frozen", end)),
      compareWorthAnswer: told((end) => this.answer("worth", end)),
      compareTurningAnswer: told((end) => this.answer("turning", end)),
    };
  }
}
