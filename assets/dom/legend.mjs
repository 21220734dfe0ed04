/** The legend: one button a class. Pointing lets a class stand out, a click pins it. */
import { countByClass, differences, outcomes } from "../lib/glyph.mjs";
import { BESIDE, OUTCOME, RELATIVE, UNLABELLED, colourOf, toHex } from "../lib/palette.mjs";
import { byClass, howFromEvent } from "../lib/selection.mjs";
import { count, make } from "./make.mjs";

/** What is said where answers of two networks are to be compared and there is one. */
export const NONE_BESIDE = "Choose a network beside this one first: Beside, in the header.";

/** What ways to colour samples are called whose colours are not those of classes. */
const TITLES = { correct: "Right / wrong", relative: "Relative", beside: "A / B" };

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
    const state = [study, mode === "beside" ? workspace.second?.study : null, mode, workspace.scheme];
    if (state.every((part, k) => part === this.drawn?.[k])) return this.mark();
    this.drawn = state;
    const guessed = mode === "predicted" || (!study.labelled && workspace.classifies);
    this.labels = guessed ? workspace.predicted : workspace.labels;
    this.kinds = kindsOf(mode, workspace);
    this.bare = this.labels.some((label) => label < 0) ? this.labels.map((label) => Number(label >= 0)) : null;
    const rows = study.classes.map((name, k) => this.row(name, k, study.classes.length));
    this.element.replaceChildren(
      ...(TITLES[mode] ? [make(document, "h2", {}, TITLES[mode]), ...this.keys(mode)] : []),
      make(document, "h2", {}, guessed ? "Predicted class" : "True class"),
      make(document, "div.classes", { role: "group", "aria-label": "Classes" }, ...rows),
      ...(this.bare ? [this.unlabelled()] : []),
    );
    this.counts();
    return this.mark();
  }

  row(name, k, classes) {
    const { document, workspace } = this;
    const swatch = this.swatch(colourOf(k, classes));
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
    const pick = this.picker(name, () => byClass(this.labels, k));
    const picks = make(document, "span.picks", {}, ...this.extra(name, k), pick);
    return make(document, "div.row", {}, button, picks);
  }

  /** Samples of which nobody knows the class. */
  unlabelled() {
    const { document, workspace } = this;
    const key = make(document, "div.key.unlabelled", {},
      this.swatch(UNLABELLED[workspace.scheme]), make(document, "span.text", {}, "unlabelled"), make(document, "span.number"));
    const pick = this.picker("unlabelled", () => byClass(this.bare, 0));
    return make(document, "div.row", {}, key, make(document, "span.picks", {}, pick));
  }

  /** A sample of a class's colour, where that is what colours mean. */
  swatch(colour) {
    const plain = ["class", "predicted"].includes(this.mode);
    return make(this.document, "i.swatch", { style: { background: plain ? toHex(colour) : "var(--line)" } });
  }

  /** Selects samples that are called by a name. */
  picker(name, samples) {
    const { document, workspace } = this;
    const about = { title: `Select all samples of ${name}`, "aria-label": `Select ${name}` };
    const pick = make(document, "button.pick", { type: "button", ...about }, "select");
    pick.addEventListener("click", (event) => {
      const how = howFromEvent(event);
      workspace.select(samples(), how === "replace" ? workspace.how : how);
    });
    return pick;
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
    const { document } = this;
    return colourKeys(mode, this.workspace.scheme).map(({ name, colour }, k) => {
      const swatch = make(document, "i.swatch", { style: { background: colour } });
      const key = make(document, "div.key.sort", {}, swatch, make(document, "span.text", {}, name));
      if (!this.kinds) return key;
      key.append(make(document, "span.number"));
      return make(document, "div.row", {}, key, make(document, "span.picks", {}, this.picker(name, () => byClass(this.kinds, k))));
    });
  }

  counts() {
    const { workspace } = this;
    if (!workspace.ready || !this.labels) return;
    this.number(".class", this.labels, workspace.study.classes.length);
    if (this.kinds) this.number(".sort", this.kinds, KINDS);
    if (this.bare) this.number(".unlabelled", this.bare, 1);
  }

  /** Say how many samples there are of each kind, and how many of them are selected. */
  number(rows, kinds, many) {
    const { selected, mask } = this.workspace;
    const all = countByClass(kinds, many);
    const some = selected.length ? countByClass(kinds, many, mask) : null;
    this.element.querySelectorAll(rows).forEach((row, k) => {
      row.querySelector(".number").textContent = some ? `${count(some[k])} / ${count(all[k])}` : count(all[k]);
    });
  }

  mark() {
    this.element.querySelectorAll(".class").forEach((button, k) => {
      button.setAttribute("aria-pressed", String(this.workspace.view.focus === k));
    });
  }
}

const KINDS = 4; // that one of the modes below tells apart, at most

/** Which of `colourKeys` every sample has; null where it has one in each layer, or they are classes. */
function kindsOf(mode, { labels, predicted, second }) {
  if (mode === "correct") return outcomes(labels, predicted);
  return mode === "beside" ? differences(labels, predicted, second.predicted) : null;
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
    const texts = ["both say the same", "only A is right", "only B is right", "they differ, neither is right"];
    return texts.map((name, k) => ({ name, colour: toHex(BESIDE[scheme][k]) }));
  }
  if (mode !== "relative") return [];
  const texts = ["neither neighbour in the order is of its class", "one neighbour is", "both are"];
  return texts.map((name, level) => ({ name, colour: toHex(RELATIVE[scheme][level]) }));
}
