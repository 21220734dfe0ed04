/** The samples that were attacked, and what became of each. */
import { FATES } from "../../lib/attacks.mjs";
import { colourOf, toHex } from "../../lib/palette.mjs";
import { count, make } from "../../dom/make.mjs";

const MOST = 1000; // rows

export class List {
  /** @param {object} page - of `attack.mjs`. */
  constructor(page) {
    this.page = page;
    this.fate = "";
  }

  mounted() {
    this.box = this.page.id("list");
    this.drawn = "";
    this.draw();
  }

  draw() {
    const { box, page } = this;
    if (!box?.isConnected) return;
    const { runs } = page;
    if (!runs.arrays || !page.fits) {
      this.drawn = "";
      return box.replaceChildren();
    }
    const state = `${runs.key} ${this.fate}`;
    if (state !== this.drawn) this.fill();
    this.drawn = state;
    for (const row of box.querySelectorAll(".attack-row")) {
      if (Number(row.dataset.place) === runs.place) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
    return undefined;
  }

  fill() {
    const { box, page } = this;
    const { ownerDocument: document } = box;
    const { runs } = page;
    const places = runs.places(this.fate);
    const options = [["", "All"], ...Object.entries(FATES)]
      .map(([fate, text]) => [fate, text, runs.places(fate).length])
      .filter(([fate, , many]) => many || fate === this.fate)
      .map(([fate, text, many]) => make(document, "option", { value: fate, selected: fate === this.fate }, `${text[0].toUpperCase()}${text.slice(1)} (${count(many)})`));
    const select = make(document, "select.own-field.attack-filter", { "aria-label": "Which attacked samples are listed" }, ...options);
    select.addEventListener("change", () => {
      this.fate = select.value;
      this.draw();
    });
    const rows = places.slice(0, MOST).map((place) => this.row(document, place));
    const more = places.length > MOST ? [make(document, "p.quiet", {}, `${count(places.length - MOST)} more are not listed.`)] : [];
    this.rows = make(document, "div.attack-rows", {}, ...rows, ...more);
    box.replaceChildren(make(document, "h2", {}, "Attacked samples"), select, this.rows);
  }

  row(document, place) {
    const { runs, bridge } = this.page;
    const { workspace } = bridge;
    const { samples, begins, ends } = runs.arrays;
    const sample = samples[place];
    const url = workspace.imageUrl(sample);
    const picture = url
      ? make(document, "img", { src: url, alt: "", loading: "lazy", width: 28, height: 28 })
      : make(document, "span.number", {}, String(sample));
    const chip = (k) => make(document, "span.chip", {},
      make(document, "i.swatch", { style: { background: toHex(colourOf(k, workspace.study.classes.length)) } }), workspace.className(k));
    const fate = runs.fates[place];
    const words = begins[place] === ends[place] ? [chip(begins[place])] : [chip(begins[place]), "→", chip(ends[place])];
    const row = make(
      document, `button.attack-row.${fate}`,
      { type: "button", "data-place": String(place), title: `Sample ${sample}: ${FATES[fate]}` },
      picture, make(document, "span.attack-words", {}, ...words), make(document, "span.quiet", {}, fate === "turned" ? "" : FATES[fate]),
    );
    row.addEventListener("click", () => runs.show(place));
    row.addEventListener("mouseenter", () => workspace.hover(sample));
    row.addEventListener("mouseleave", () => workspace.hover(null));
    return row;
  }

  /** Show the next sample of the list, or the one before. @param {1 | -1} step */
  step(step) {
    const { runs } = this.page;
    if (!runs.arrays) return;
    const places = runs.places(this.fate);
    const next = places[places.indexOf(runs.place) + step];
    if (next === undefined) return;
    runs.show(next);
    this.rows?.querySelectorAll?.(".attack-row")[places.indexOf(next)]?.scrollIntoView({ block: "nearest" });
  }
}
