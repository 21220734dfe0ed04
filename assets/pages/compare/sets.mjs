/** Sets of frozen filters that are kept under names, and the networks without them. */
import { count, make } from "../../dom/make.mjs";

/** How many filters a set has, layer by layer. */
const told = ({ filters, gives }) =>
  `${Object.entries(filters).map(([layer, chosen]) => `${count(chosen.length)} of ${layer}`).join(", ")}${gives === "means" ? "; their means" : ""}`;

export class Sets {
  /**
   * @param {object} page - of `compare.mjs`.
   * @param {(set: object) => void} takeUp - freeze what a set freezes.
   * @param {() => {filters: Record<string, number[]>, means: boolean}} chosen - what is frozen now.
   * @param {() => void} draw - what these are a part of.
   */
  constructor(page, { takeUp, chosen, draw }) {
    Object.assign(this, { page, takeUp, chosen, redraw: draw, list: null, of: "", trouble: "", name: "", waiting: false });
  }

  /** Ask the server. @param {"list" | "keep" | "forget"} what */
  ask(what, more = {}) {
    const { bridge } = this.page;
    this.waiting = what !== "list";
    this.trouble = "";
    bridge.set("compare-sets-wish", { data: { ...bridge.workspace.study.wish, do: what, ...more, asked: Date.now() } });
    if (this.waiting) this.redraw();
  }

  /** The sets that the server has kept. */
  answer({ sets, of, kept, error = "" }) {
    this.waiting = false;
    this.trouble = error;
    if (sets) {
      Object.assign(this, { list: sets, of });
      if (kept) {
        this.name = "";
        this.page.bridge.toast(`Kept '${kept}'. The network without these filters is a study now, also beside this one.`);
      }
    }
    this.redraw();
  }

  keep() {
    const name = this.name.trim();
    if (!name) {
      this.trouble = "Give the set a name.";
      return this.redraw();
    }
    const { filters, means } = this.chosen();
    return this.ask("keep", { name, filters, means });
  }

  beside({ study, name }) {
    const { view } = this.page.bridge.workspace;
    if (view.b !== study) this.page.bridge.toast(`The network without '${name}' stands beside: as right side here, as A / B among the colours of the Network page, as the other ground of the Boundary page.`);
    this.page.bridge.changeView({ b: view.b === study ? "" : study, bepoch: null, blayer: "", align: false });
  }

  save({ name, filters, gives }) {
    const { networkKey } = this.page.bridge.workspace.study;
    const content = { name, filters, gives, network: networkKey };
    this.page.bridge.save(`-frozen-${name.replaceAll(/[^\p{L}\p{N}]+/gu, "-")}.json`, `${JSON.stringify(content, null, 2)}\n`, "application/json");
  }

  /** @param {Document} document @param {boolean} some - whether any filter is frozen now. */
  elements(document, some) {
    const { list, trouble, waiting } = this;
    const button = (text, title, act, pressed = null) => {
      const made = make(document, "button.plain", { type: "button", title, disabled: waiting }, text);
      if (pressed !== null) made.setAttribute("aria-pressed", String(pressed));
      made.addEventListener("click", act);
      return made;
    };
    const parts = [make(document, "h3", {}, "Kept sets")];
    if (some) {
      const field = make(document, "input.own-field.sets-name", { type: "text", maxLength: 60, placeholder: "Name these filters", value: this.name, "aria-label": "Name of the set" });
      field.addEventListener("input", () => (this.name = field.value));
      field.addEventListener("keydown", ({ key }) => key === "Enter" && this.keep());
      parts.push(make(document, "div.freeze-row", {}, field, button("Keep", "Keep what is frozen now under this name", () => this.keep())));
    }
    if (trouble) parts.push(make(document, "p.wrong", { role: "alert" }, trouble));
    const { b } = this.page.bridge.workspace.view;
    for (const set of list ?? []) {
      parts.push(make(document, "div.sets-one", {},
        make(document, "p", {}, make(document, "b", {}, set.name), `: ${told(set)}`),
        make(document, "div.freeze-row", {},
          button("Beside", "Show the network without these filters beside this one, on every page", () => this.beside(set), b === set.study),
          button("Take up", "Freeze these filters here", () => this.takeUp(set)),
          button("JSON", "Save as a file, which the command line opens with --freeze", () => this.save(set)),
          button("Delete", "Forget this set", () => this.ask("forget", { name: set.name })),
        ),
      ));
    }
    if (!list?.length) parts.push(make(document, "p.quiet", {}, some ? "The network without a kept set is a study of its own: it can stand beside this one on every page." : "None yet."));
    return parts;
  }
}
