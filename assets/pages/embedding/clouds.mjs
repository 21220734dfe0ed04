/** The clouds of the Embedding page: how each is planned, computed, and what becomes of it. */
import { outcome, progressText } from "../../dom/jobs.mjs";

const CLOUDS = ["a", "x", "b"];

export class Clouds {
  /**
   * @param {object} page - of `embedding.mjs`.
   * @param {import("./pair.mjs").Pairing} pairing
   */
  constructor(page, pairing) {
    Object.assign(this, { page, pairing });
    this.asked = {}; // cloud -> key of what its last job computes
  }

  /** The server says what there is to show of a layer. */
  plan(which, plan) {
    const { bridge, reps, redraw, mount } = this.page;
    if (!mount()) return;
    const rep = reps[which];
    rep.setPlan(plan);
    if (plan?.missing) {
      this.asked[which] = rep.key;
      bridge.set(`embedding-to-compute-${which}`, { data: { ...plan.wish, asked: Date.now() } });
    }
    if (which !== "x") this.pairing.planned();
    if (which === "a" && plan?.which === "position") {
      const width = rep.grid.at(-1);
      bridge.set("embedding-place-row", { value: Math.floor(plan.position / width) });
      bridge.set("embedding-place-column", { value: plan.position % width });
    }
    if (plan && !plan.error) redraw();
  }

  /** How far a cloud's job is. */
  working(which, progress) {
    const rep = this.page.reps[which];
    if (!progress || this.asked[which] !== rep.key) return;
    if (!rep.done(progress.done ?? {})) return;
    this.say(progressText(progress));
  }

  /** A cloud's job has ended. What belongs to a layer that was left is of no use here. */
  computed(which, end) {
    if (!end) return;
    this.say("");
    const rep = this.page.reps[which];
    const { done, failed } = outcome(end);
    if (this.asked[which] !== rep.key || !rep.done(done)) return;
    for (const [part, reason] of Object.entries(failed)) rep.fail(part, reason);
  }

  say(text) {
    this.page.bridge.byId("frame-jobs").textContent = text;
  }

  /** The clientside callbacks of all clouds. */
  callbacks() {
    const { nothing } = this.page.bridge;
    const told = (act) => (what) => (act(what), nothing());
    return Object.fromEntries(
      CLOUDS.flatMap((which) => {
        const name = which.toUpperCase();
        return [
          [`cloudPlan${name}`, told((plan) => this.plan(which, plan))],
          [`cloudProgress${name}`, told((progress) => this.working(which, progress))],
          [`cloudComputed${name}`, told((end) => this.computed(which, end))],
        ];
      }),
    );
  }
}
