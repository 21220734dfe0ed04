/** What is to be attacked, and how: the controls above the pictures. */
import { NORMS, chosen } from "../../lib/attacks.mjs";
import { countByClass } from "../../lib/glyph.mjs";
import { count } from "../../dom/make.mjs";

const NAMES = ["of", "method", "target", "epsilon", "norm", "steps", "step", "seed"];

export class Form {
  /** @param {object} page - of `attack.mjs`. */
  constructor(page) {
    this.page = page;
    this.methods = new Map();
    this.values = null; // as they stand, from the first callback on
    this.written = {}; // what the page wrote, which is nobody's choice
  }

  /** The controls were made anew: they stand as they were left. */
  mounted() {
    this.here = null;
    if (this.values) this.write(this.values);
    this.studied();
  }

  get method() {
    return this.methods.get(this.values?.method) ?? null;
  }

  /** The callback of all controls, in the order of `FORM`. @returns {boolean} whether somebody chose. */
  changed(...given) {
    const methods = given.pop();
    this.methods = new Map((methods ?? []).map((one) => [one.name, one]));
    const now = Object.fromEntries(NAMES.map((name, k) => [name, given[k]]));
    const here = this.page.id("go");
    if (this.here !== here) {
      // They have just appeared, at what the server puts there.
      this.here = here;
      if (this.values) {
        this.write(this.values);
        return false;
      }
    }
    const chose = this.values !== null && NAMES.some((name) => now[name] !== this.values[name]);
    const before = this.values?.method;
    if (now.epsilon !== (this.written.epsilon ?? "")) this.typed = true;
    this.values = now;
    if (before !== now.method) this.fit();
    this.tell();
    return chose;
  }

  /** Mark the field that an error is about. @param {string} error - "" for none. */
  blame(error) {
    const begins = { epsilon: "An epsilon", step: "A step ", steps: "Steps are", seed: "A seed" };
    for (const [name, words] of Object.entries(begins)) this.page.bridge.set(`attack-${name}`, { error: error.startsWith(words) });
  }

  /** Norm and steps as the attack has them. */
  fit() {
    const { method, values } = this;
    if (!method) return;
    const norm = method.norms.includes(values.norm) ? values.norm : method.norms[0];
    const { set } = this.page.bridge;
    this.write({ ...values, norm, steps: method.steps });
  }

  /** Put values into the controls. */
  write(values) {
    this.values = { ...values };
    this.written = { ...values };
    for (const name of NAMES) this.page.bridge.set(`attack-${name}`, { value: values[name] });
    const { method } = this;
    if (method) this.page.bridge.set("attack-norm", { data: method.norms.map((name) => ({ value: name, label: NORMS[name] })) });
    this.tell();
  }

  /** Another study: its classes, and the usual epsilon of its kind of pictures. */
  studied() {
    const { bridge, id } = this.page;
    const { workspace, set } = bridge;
    if (!workspace.ready || !id("go")) return;
    const classes = workspace.study.classes.map((name, k) => ({ value: String(k), label: name }));
    set("attack-target", { data: [{ value: "", label: "any other class" }, ...classes] });
    if (this.values && Number(this.values.target) >= classes.length) this.write({ ...this.values, target: "" });
    this.samples();
    const usual = workspace.study.imageShape?.[2] === 3 ? "8/255" : "0.2";
    if (this.values && !this.typed && this.values.epsilon !== usual) this.write({ ...this.values, epsilon: usual });
  }

  /** What can be attacked, and how many samples that are. */
  samples() {
    const { workspace, set } = this.page.bridge;
    if (!workspace.ready || !this.page.id("go")) return;
    const { study, selected, labels, predicted } = workspace;
    const { length: attacked } = this.attacked;
    const many = countByClass(study.labelled ? labels : predicted, study.classes.length);
    const classes = study.classes.map((name, k) => ({ value: `class ${k}`, label: `Class ${name} (${count(many[k])})` }));
    set("attack-of", {
      data: [
        { value: "each", label: "One of each class" },
        { value: "selection", label: `The selection (${count(selected.length)})` },
        ...(attacked ? [{ value: "attacked", label: `As attacked (${count(attacked)})` }] : []),
        ...classes,
        { value: "all", label: `All samples (${count(study.n)})` },
      ],
    });
  }

  /** The samples of the attack that is shown. */
  get attacked() {
    return Array.from(this.page.runs.arrays?.samples ?? []);
  }

  /** How the samples of the attack that is shown are best called. */
  get named() {
    const { study } = this.page.bridge.workspace;
    const { attacked } = this;
    const same = (of) => {
      const some = chosen(of, this.about);
      return some.length === attacked.length && some.every((sample, k) => sample === attacked[k]);
    };
    return ["each", ...study.classes.map((_, k) => `class ${k}`), "all"].find(same) ?? "attacked";
  }

  get about() {
    const { labels, predicted, selected, study } = this.page.bridge.workspace;
    return { labels, predicted, selected, classes: study.classes.length };
  }

  /** Say what the attack does, and grey what it does not need. */
  tell() {
    const { bridge, id } = this.page;
    const { method } = this;
    if (!method || !id("about")) return;
    id("about").textContent = method.text;
    id("about").title = method.source;
    bridge.set("attack-epsilon", { disabled: !method.bounded });
    bridge.set("attack-step", { disabled: !method.bounded || method.single });
  }

  /** What a job is told of it, or a word why there is none. @returns {object | string} */
  wish() {
    const { values, method } = this;
    if (!values || !method) return "The attacks of this server are not there yet.";
    const samples = values.of === "attacked" ? this.attacked : chosen(values.of, this.about);
    if (!samples.length) {
      return values.of === "selection"
        ? "Nothing is selected. Select samples on any page, or choose others to attack."
        : "There are no such samples.";
    }
    const { epsilon, norm, steps, step, seed } = values;
    return {
      ...this.page.bridge.workspace.study.wish,
      attack: method.name, samples, epsilon, norm, steps, step, seed,
      target: values.target === "" || values.target === null ? null : Number(values.target),
    };
  }

  /** Stand at how an attack was made that a link brought, and at its samples. */
  follow({ attack, epsilon, norm, steps, step, target, seed }) {
    if (!this.values || !this.methods.has(attack)) return;
    const length = (value, otherwise) => (value === null ? "" : value ? fraction(value) : otherwise);
    this.typed = true;
    this.samples();
    this.write({
      ...this.values, of: this.named, method: attack, norm, steps, seed,
      epsilon: length(epsilon, this.values.epsilon),
      step: length(step, ""),
      target: target === null ? "" : String(target),
    });
  }
}

/** A length as people write it: whole 255ths as such. */
export function fraction(value) {
  const levels = 255 * value;
  return Math.abs(levels - Math.round(levels)) < 1e-9 && value < 0.2 ? `${Math.round(levels)}/255` : String(value);
}
