/** Training and test samples beside each other: the other split of a tour, under the same projection. */
import { outcome } from "../../dom/jobs.mjs";
import { count, percent } from "../../dom/make.mjs";
import { colourSamples } from "../../lib/glyph.mjs";
import { Stops } from "./stops.mjs";

export class Splits {
  /**
   * @param {object} page - of `tour.mjs`.
   * @param {import("./stops.mjs").Stops} stops - of the samples that can be selected.
   * @param {() => void} changed - what is drawn beside has changed.
   */
  constructor(page, stops, changed) {
    Object.assign(this, { page, stops, changed, on: false, labels: null, known: null, asked: "" });
    this.others = new Stops(page, () => this.came(), { compute: "tour-wish-beside", again: () => this.ask(true) });
  }

  /** One split is seen, as when the page begins. */
  reset() {
    Object.assign(this, { on: false, asked: "" });
    this.stops.companion = null;
  }

  /** @param {boolean} on - whether both are to be seen. */
  turn(on) {
    this.on = on;
    this.asked = "";
    this.stops.companion = on ? this.others : null;
    if (on) this.ask();
    this.changed();
  }

  /** Have it looked up where the other split lies, if that is not known. */
  ask(again = false) {
    const { plan } = this.stops;
    if (!this.on || !plan) return;
    const wish = { ...plan.wish, path: plan.layers.map(({ name }) => name) };
    const about = JSON.stringify(wish);
    if (about === this.asked && !again) return;
    this.asked = about;
    this.page.bridge.set("tour-other", { data: { ...wish, at: Date.now() } });
  }

  async planned(plan) {
    if (!plan || !this.on || !this.page.bridge.workspace.study) return;
    this.others.setPlan(plan);
    if (!plan.card || this.known === plan.card) return;
    try {
      const { values } = await this.page.bridge.workspace.array(plan.card, "labels");
      Object.assign(this, { labels: values, known: plan.card });
      this.changed();
    } catch (error) {
      this.others.fail(String(error.message ?? error));
    }
  }

  /** Something of the other split has come, or why it does not. */
  came() {
    if (!this.on) return;
    const { error } = this.others;
    if (error && error !== this.said) this.page.bridge.toast(`The other split cannot be shown: ${error}`);
    this.said = error;
    this.changed();
  }

  answer(end) {
    if (!end || !this.on) return;
    const { done } = outcome(end);
    if (this.others.asked !== null) this.others.computed(end);
    else if (Object.keys(done).length) this.ask(true); // of a rail
    this.others.say("");
  }

  /** Have all stops of a rail computed for the other split, too. */
  need(rail) {
    const { plan } = this.others;
    if (!this.on || !plan?.card || this.others.complete(rail)) return;
    const about = `${rail} ${JSON.stringify(plan.wish)}`;
    if (this.railed === about) return;
    this.railed = about;
    this.page.bridge.set("tour-wish-beside", { data: { ...plan.wish, rail: `${rail}s`, asked: Date.now() } });
  }

  /** Whose samples are drawn beside: null as long as nobody knows what they are. */
  get crowd() {
    if (!this.on || !this.labels) return null;
    const { workspace } = this.page.bridge;
    const focus = () => {
      const wanted = workspace.peeked ?? workspace.view.focus;
      return wanted < workspace.study.classes.length ? wanted : null;
    };
    const { labels } = this;
    return {
      labels, selected: new Uint32Array(0), hovered: null,
      get standing() {
        const wanted = focus();
        return wanted === null || wanted === undefined ? null : Uint8Array.from(labels, (label) => Number(label === wanted));
      },
      colours: () => colourSamples({ mode: "class", labels, palette: workspace.palette, focus: focus() ?? null, theme: workspace.scheme }),
    };
  }

  /** Address of the other split's images, null if it is not seen. */
  get pictures() {
    return this.crowd && (this.others.plan?.pictures ?? null);
  }

  /** What is written on both pictures. @returns {[string, string]} */
  get captions() {
    const { study } = this.page.bridge.workspace;
    const { plan } = this.others;
    const text = (split, n, accuracy) =>
      `${split}: ${count(n)} samples${accuracy === null || accuracy === undefined ? "" : `, ${percent(accuracy)} right`}`;
    if (!this.on) return ["", ""];
    const own = text(study.split, study.n, study.accuracy);
    if (!this.crowd) return [`${own}; the other split is being computed`, ""];
    return [own, plan?.card ? text(plan.split, plan.n, plan.accuracy) : ""];
  }
}
