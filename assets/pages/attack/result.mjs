/** How an attack went, and what is to be doubted in it. */
import { medians, short, successText } from "../../lib/attacks.mjs";
import { colourOf, toHex } from "../../lib/palette.mjs";
import { bar } from "../../dom/bars.mjs";
import { InputDesk } from "../../dom/inputdesk.mjs";
import { count, make } from "../../dom/make.mjs";

const MOST = 8; // classes that are named

export class Result {
  /** @param {object} page - of `attack.mjs`. @param {import("./stage.mjs").Stage} stage */
  constructor(page, stage) {
    Object.assign(this, { page, stage });
  }

  mounted() {
    this.box = this.page.id("result");
    this.layers = this.page.id("layers");
    this.draw();
  }

  draw() {
    const { box, layers, page } = this;
    if (!box?.isConnected) return;
    const { ownerDocument: document } = box;
    if (!page.runs.arrays || !page.fits) {
      const hint = (text) => make(document, "p.hint", {}, text);
      box.replaceChildren(hint("How many samples are turned, how far they had to go for it and into which classes they fall is said here once they are attacked."));
      layers.replaceChildren(hint("How far attacked samples are from clean ones, layer by layer, is drawn here once they are attacked."));
      return;
    }
    box.replaceChildren(...this.words(document));
    layers.replaceChildren(...this.bars(document));
  }

  words(document) {
    const { runs, bridge } = this.page;
    const { workspace } = bridge;
    const { facts } = runs;
    const { target } = facts.asked;
    const said = [make(document, "p.attack-success", {}, successText(facts, target === null ? null : workspace.className(target)))];
    if (facts.fooled) said.push(make(document, "p", {}, `${facts.fooled === 1 ? "It was" : "These were"} changed by up to ${short(facts.linf)} in a single value (L∞), and by ${short(facts.l2)} in length (L2)${facts.fooled === 1 ? "" : ", on average"}.`));
    if (facts["parts at"]) said.push(make(document, "p", {}, `From layer ${facts["parts at"]} on they are no longer like what they were.`));
    const pick = (fate, text) => {
      const places = runs.places(fate);
      const button = make(document, "button.plain", { type: "button", disabled: !places.length }, `${text} (${count(places.length)})`);
      button.addEventListener("click", () => workspace.select(places.map((place) => runs.arrays.samples[place]), bridge.how()));
      return button;
    };
    const picks = make(document, "div.attack-picks", {}, pick("turned", "Select the turned"), pick("withstood", target === null ? "Select the others that were right" : "Select those that were not"));
    const add = make(document, "button.plain", { type: "button", title: "Keep the sample as it is at the step that is shown" }, `Add sample ${runs.sample}, as shown, to the data`);
    add.addEventListener("click", () => this.add(add));
    picks.append(add);
    const doubts = facts.doubts.map((text) => make(document, "li", {}, text));
    return [
      ...said, picks, ...this.into(document),
      ...(doubts.length ? [make(document, "h3", {}, "To be kept in mind"), make(document, "ul.attack-doubts", {}, ...doubts)] : []),
    ];
  }

  /** Keep the sample that is looked at, at the step that is shown, among the samples of the data. */
  async add(button) {
    const { runs, bridge } = this.page;
    const { sample, key } = runs;
    const step = this.stage.now;
    button.disabled = true;
    const called = `Sample ${sample} at step ${step}`;
    await new InputDesk(bridge.workspace).keep(bridge, called, { kind: "attack", key, sample, step });
    button.disabled = false;
  }

  /** Into which classes the turned ones fall. */
  into(document) {
    const { runs, bridge } = this.page;
    const { workspace } = bridge;
    const turned = runs.places("turned");
    if (turned.length < 2 || runs.facts.asked.target !== null) return [];
    const many = new Map();
    for (const place of turned) many.set(runs.arrays.ends[place], (many.get(runs.arrays.ends[place]) ?? 0) + 1);
    const sorted = [...many].sort((a, b) => b[1] - a[1]);
    const rows = sorted.slice(0, MOST).map(([k, number]) => bar(document, {
      text: workspace.className(k), share: number / sorted[0][1], value: count(number), colour: toHex(colourOf(k, workspace.study.classes.length)),
      title: `Select the ${count(number)} samples that are taken for ${workspace.className(k)}`,
      act: () => workspace.select(turned.filter((place) => runs.arrays.ends[place] === k).map((place) => runs.arrays.samples[place]), bridge.how()),
    }));
    const rest = sorted.slice(MOST).reduce((sum, [, number]) => sum + number, 0);
    return [
      make(document, "h3", {}, "Taken for"), ...rows,
      ...(rest ? [make(document, "p.quiet", {}, `${count(rest)} more for ${count(sorted.length - MOST)} other classes.`)] : []),
    ];
  }

  /** How far the sample is from its clean self in every layer, and the others. */
  bars(document) {
    const { runs, bridge } = this.page;
    const { facts, arrays, place } = runs;
    const { layers } = facts;
    const own = Array.from(arrays.parting.subarray(place * layers.length, (place + 1) * layers.length));
    const turned = runs.places("turned");
    const usual = turned.length > 1 ? medians(arrays.parting, layers.length, turned) : null;
    const top = Math.max(1e-9, ...own, ...(usual ?? []));
    const rows = layers.map((layer, k) => bar(document, {
      text: layer, share: own[k] / top, value: short(own[k]), mark: usual ? usual[k] / top : null,
      kind: layer === facts["parts at"] ? "parts" : "", current: bridge.workspace.view.layer === layer,
      title: layer === facts["parts at"] ? `From ${layer} on half of the turned samples are apart. Click to show this layer on all pages.` : `Show ${layer} on all pages`,
      act: () => bridge.changeView({ layer, row: null, column: null, position: null, axes: "" }),
    }));
    const line = usual ? " The line in a bar is the median of all turned samples." : "";
    const parts = facts["parts at"] ? ` Bold: the layer from which on the median stays above half of that length.` : "";
    return [
      make(document, "h3", {}, "Distance from the clean sample"),
      make(document, "p.quiet", {}, `Sample ${runs.sample}, as a share of its own length in every layer.${line}${parts}`),
      ...rows,
    ];
  }
}
