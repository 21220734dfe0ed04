/** The bar at the bottom: how much is selected, of what, and what it looks like. */
import { countByClass } from "../lib/glyph.mjs";
import { colourOf, toHex } from "../lib/palette.mjs";
import { count, make } from "./make.mjs";

const PICTURES = 60; // at most so many; more would be a gallery, not a strip
const CHIPS = 6;
const LATER = 40; // milliseconds: plots and numbers go first, sixty pictures have to be fetched

export class SelectionBar {
  /**
   * @param {object} parts
   * @param {HTMLElement} parts.text
   * @param {HTMLElement} parts.strip
   * @param {import("./workspace.mjs").Workspace} parts.workspace
   * @param {object} parts.tooltip
   */
  constructor({ text, strip, workspace, tooltip }) {
    Object.assign(this, { text, strip, workspace, tooltip });
    this.document = text.ownerDocument;
    workspace.on("selection", () => this.draw());
    workspace.on("closed", () => this.clear());
  }

  /** There are no samples of which any could be selected. */
  clear() {
    this.document.defaultView.clearTimeout(this.later);
    for (const part of [this.text, this.strip]) part.replaceChildren();
    this.strip.removeAttribute("aria-label");
  }

  draw() {
    const { workspace, document } = this;
    const chosen = workspace.selected;
    const all = workspace.labels.length;
    this.text.replaceChildren(
      make(document, "strong", {}, `${count(chosen.length)} of ${count(all)}`),
      chosen.length ? ` selected${this.places()}` : " selected: click, brush, or pick a class",
      make(document, "div.chips", {}, ...this.chips()),
    );
    const { defaultView } = document;
    defaultView.clearTimeout(this.later);
    this.later = defaultView.setTimeout(() => this.pictures(chosen), LATER);
  }

  pictures(chosen) {
    const { document } = this;
    this.strip.replaceChildren(...Array.from(chosen.subarray(0, PICTURES), (k) => this.picture(k)));
    if (chosen.length > PICTURES) {
      this.strip.append(make(document, "span.more", {}, `+ ${count(chosen.length - PICTURES)}`));
    }
    this.strip.setAttribute("aria-label", `Pictures of the selection, ${chosen.length} samples`);
  }

  /** How many positions were picked, where they were. */
  places() {
    const { marks } = this.workspace;
    return marks ? `, ${count(marks.points.length)} positions` : "";
  }

  chips() {
    const { workspace, document } = this;
    if (!workspace.selected.length) return [];
    const classes = workspace.study.classes.length;
    const labels = workspace.study.labelled ? workspace.labels : workspace.predicted;
    const numbers = countByClass(labels, classes, workspace.mask);
    const present = [...numbers.keys()].filter((k) => k < classes && numbers[k]);
    present.sort((a, b) => numbers[b] - numbers[a]);
    const chips = present.slice(0, CHIPS).map((k) =>
      make(
        document,
        "span.chip",
        { title: workspace.className(k) },
        make(document, "i.swatch", { style: { background: toHex(colourOf(k, classes)) } }),
        `${workspace.className(k)} ${count(numbers[k])}`,
      ),
    );
    if (present.length > CHIPS) {
      chips.push(make(document, "span.chip", {}, `+ ${present.length - CHIPS} classes`));
    }
    return chips;
  }

  picture(sample) {
    const url = this.workspace.imageUrl(sample);
    const element = url
      ? make(this.document, "img", { src: url, alt: `Sample ${sample}`, loading: "lazy" })
      : make(this.document, "span.number", {}, String(sample));
    element.addEventListener("mousemove", (event) => {
      this.workspace.hover(sample);
      this.tooltip.sample(event, sample);
    });
    element.addEventListener("mouseleave", () => {
      this.workspace.hover(null);
      this.tooltip.hide();
    });
    return element;
  }
}
