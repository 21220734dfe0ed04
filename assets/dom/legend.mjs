/** The legend: one button a class. Pointing lets a class stand out, a click pins it. */
import { countByClass } from "../lib/glyph.mjs";
import { BESIDE, OUTCOME, RELATIVE, colourOf, toHex } from "../lib/palette.mjs";
import { byClass, howFromEvent } from "../lib/selection.mjs";
import { count, make } from "./make.mjs";

/** What is said where answers of two networks are to be compared and there is one. */
export const NONE_BESIDE = "Choose a network beside this one first: Beside, in the header.";

export class Legend {
  /**
   * @param {HTMLElement} element
   * @param {import("./workspace.mjs").Workspace} workspace
   * @param {(focus: number | null) => void} pin
   * @param {object} [more]
   * @param {(k: number) => void} [more.act] - of another button a class,
   * @param {string} [more.text] - of that button, and
   * @param {string} [more.title] - what it does, before the name of the class.
   * @param {() => string} [more.mode] - how samples are coloured, where a page has its own way.
   */
  constructor(element, workspace, pin, more = {}) {
    Object.assign(this, { element, workspace, pin, more });
    this.document = element.ownerDocument;
    for (const event of ["study", "view", "second"]) {
      workspace.on(event, () => this.draw(), element);
    }
    workspace.on("selection", () => this.counts(), element);
    element.addEventListener("mouseleave", () => workspace.peek(null));
    this.draw(); // a study may be open already
  }

  /** How samples are coloured. */
  get mode() {
    return this.more.mode?.() ?? this.workspace.mode;
  }

  draw() {
    const { workspace, document } = this;
    if (!workspace.ready) return;
    const { study } = workspace;
    const { mode } = this;
    const state = `${study.keys.card} ${mode} ${workspace.scheme}`;
    if (state === this.drawn) return this.mark();
    this.drawn = state;
    const guessed = mode === "predicted" || (!study.labelled && workspace.classifies);
    this.labels = guessed ? workspace.predicted : workspace.labels;
    const rows = study.classes.map((name, k) => this.row(name, k, study.classes.length));
    this.element.replaceChildren(
      make(document, "h2", {}, guessed ? "Predicted class" : "True class"),
      ...this.keys(mode),
      make(document, "div.classes", { role: "group", "aria-label": "Classes" }, ...rows),
    );
    this.counts();
    return this.mark();
  }

  row(name, k, classes) {
    const { document, workspace } = this;
    const plain = ["class", "predicted"].includes(this.mode);
    const swatch = make(document, "i.swatch", {
      style: { background: plain ? toHex(colourOf(k, classes)) : "var(--line)" },
    });
    const number = make(document, "span.number");
    const button = make(
      document,
      "button.class",
      { type: "button", "data-class": String(k), title: `${name}: point to see it alone, click to keep it` },
      swatch,
      make(document, "span.text", {}, name),
      number,
    );
    button.addEventListener("mouseenter", () => workspace.peek(k));
    button.addEventListener("focus", () => workspace.peek(k));
    button.addEventListener("blur", () => workspace.peek(null));
    button.addEventListener("click", () => this.pin(workspace.view.focus === k ? null : k));
    const pick = make(
      document,
      "button.pick",
      { type: "button", title: `Select all samples of ${name}`, "aria-label": `Select ${name}` },
      "select",
    );
    pick.addEventListener("click", (event) => {
      const how = howFromEvent(event);
      workspace.select(byClass(this.labels, k), how === "replace" ? workspace.how : how);
    });
    const picks = make(document, "span.picks", {}, ...this.extra(name, k), pick);
    return make(document, "div.row", {}, button, picks);
  }

  extra(name, k) {
    if (!this.more.act) return [];
    const { text, title, act } = this.more;
    const label = `${title} ${name}`;
    const button = make(this.document, "button.pick", { type: "button", title: label, "aria-label": label }, text);
    button.addEventListener("click", () => act(k));
    return [button];
  }

  keys(mode) {
    return colourKeys(mode, this.workspace.scheme).map(({ name, colour }) =>
      make(
        this.document,
        "div.key",
        {},
        make(this.document, "i.swatch", { style: { background: colour } }),
        name,
      ),
    );
  }

  counts() {
    const { workspace } = this;
    if (!workspace.ready || !this.labels) return;
    const classes = workspace.study.classes.length;
    const all = countByClass(this.labels, classes);
    const some = workspace.selected.length ? countByClass(this.labels, classes, workspace.mask) : null;
    this.element.querySelectorAll(".class").forEach((button, k) => {
      const text = some ? `${count(some[k])} / ${count(all[k])}` : count(all[k]);
      button.querySelector(".number").textContent = text;
    });
  }

  mark() {
    this.element.querySelectorAll(".class").forEach((button, k) => {
      button.setAttribute("aria-pressed", String(this.workspace.view.focus === k));
    });
  }
}

/** What colours mean where they are not classes: [{name, colour}]. */
export function colourKeys(mode, scheme) {
  if (mode === "correct") {
    return [
      { name: "predicted right", colour: toHex(OUTCOME.correct) },
      { name: "predicted wrong", colour: toHex(OUTCOME.wrong) },
    ];
  }
  if (mode === "beside") {
    const texts = ["both networks say the same", "they differ, the first is right", "they differ, B is right", "they differ, neither is right"];
    return texts.map((name, k) => ({ name, colour: toHex(BESIDE[scheme][k]) }));
  }
  if (mode !== "relative") return [];
  const texts = ["neither neighbour in the order is of its class", "one neighbour is", "both are"];
  return texts.map((name, level) => ({ name, colour: toHex(RELATIVE[scheme][level]) }));
}
