/** More positions of the selected samples, where the cloud shows only some of every sample. */
import { outcome } from "../../dom/jobs.mjs";

const SETTLED = 350; // milliseconds after which nothing else is being selected
const ROOM = 60_000; // positions that a cloud has at most, as the server bounds them

export class Focus {
  /** @param {object} page - of `embedding.mjs`. */
  constructor(page) {
    this.page = page;
    this.wanted = null; // what was asked for last, until it is answered
    this.shown = null; // the selection whose positions are drawn
  }

  /** The selection may have changed: leave another one's positions, and ask for its own. */
  follow() {
    const { reps, bridge } = this.page;
    if (this.shown !== bridge.workspace.selected) reps.a.setFocus(null);
    this.soon();
  }

  /** Ask once nothing else comes in between. */
  soon() {
    const { window } = this.page.bridge;
    window.clearTimeout(this.settling);
    this.settling = window.setTimeout(() => this.ask(), SETTLED);
  }

  /** Whether there are more positions of what is selected than are drawn. */
  get lacking() {
    const { reps, bridge } = this.page;
    const { a } = reps;
    const { selected, study, view } = bridge.workspace;
    if (!selected.length || !a.ready || a.focus || view.form === "across") return false;
    if (a.plan.which !== "positions") return false;
    const { count: drawn, total } = a.facts.points;
    const could = Math.min(a.plan.positions, Math.floor(ROOM / selected.length));
    return drawn < total && could > Math.floor(drawn / study.n);
  }

  ask() {
    const { reps, bridge, ask, parts } = this.page;
    const { selected, mask } = bridge.workspace;
    if (!parts.panes?.a.here || !this.lacking) return;
    const { key, plan } = reps.a;
    if (this.wanted?.of === key && this.wanted.selected === selected) return; // it is on its way
    this.wanted = { of: key, selected, mask };
    ask("focus", { ...plan.wish, samples: Array.from(selected) });
  }

  async answer(end) {
    const { reps, bridge } = this.page;
    const { wanted } = this;
    if (!end) return;
    bridge.byId("frame-jobs").textContent = "";
    this.wanted = null;
    // Another layer, epoch or selection has been chosen meanwhile, or nobody asked.
    if (wanted?.of !== reps.a.key || wanted.selected !== bridge.workspace.selected) return;
    const { of, mask, selected } = wanted;
    try {
      const { done, reason } = outcome(end);
      if (reason !== undefined) throw new Error(reason);
      this.shown = selected;
      await reps.a.setFocus({ of, parts: done, mask });
    } catch (error) {
      bridge.toast(`More positions of the selection cannot be shown: ${error.message ?? error}`);
    }
  }
}
