/** How a map is planned and computed, and what becomes of it. */
import { outcome, progressText } from "../../dom/jobs.mjs";

export class Plans {
  /** @param {object} page - of `boundary.mjs`. */
  constructor(page) {
    this.page = page;
    this.asked = ""; // address of the map that the last job computes
    this.askedSecond = "";
    this.progress = null;
  }

  /** The server says what there is of a map. */
  plan(plan) {
    const { bridge, rep, mount, redraw, planned } = this.page;
    if (!mount()) return;
    rep.setPlan(plan);
    planned();
    this.progress = null;
    if (rep.lacking.length) {
      this.asked = rep.key;
      bridge.set("boundary-to-compute", { data: { ...plan.wish, asked: Date.now() } });
    } else this.second();
    redraw();
  }

  /** Have B's decisions computed on this map, once all else is there. */
  second() {
    const { bridge, rep, ground, ask } = this.page;
    const part = rep.plan?.parts.second;
    const { second } = bridge.workspace;
    if (!part || part.facts || !second || ground() === "a") return;
    if (!rep.plan.parts.map.facts || rep.awaited.length) return;
    if (this.askedSecond === part.key || rep.errors.second) return;
    this.askedSecond = part.key;
    ask("second", { ...rep.plan.wish });
  }

  /** How far the job is. */
  working(progress) {
    const { rep, waiting, mount } = this.page;
    if (!progress || this.asked !== rep.key) return;
    this.progress = progress;
    if (!rep.done(progress.done ?? {})) return;
    this.say(progressText(progress));
    if (mount() && !rep.ready) waiting();
  }

  /** The job has ended. What belongs to a map that was left is of no use here. */
  computed(end) {
    if (!end) return;
    this.say("");
    this.progress = null;
    this.take(end, this.asked);
    this.second();
  }

  /** B's decisions are there, or cannot be had. */
  secondAnswer(end) {
    if (!end) return;
    this.say("");
    const { rep } = this.page;
    if (this.askedSecond !== rep.plan?.parts.second?.key) return;
    this.askedSecond = "";
    this.take(end, rep.key, "second");
  }

  take(end, asked, part = "job") {
    const { rep } = this.page;
    const { done, failed } = outcome(end, part);
    if (asked !== rep.key || !rep.done(done)) return;
    for (const [name, reason] of Object.entries(failed)) rep.fail(name, reason);
  }

  say(text) {
    this.page.bridge.byId("frame-jobs").textContent = text;
  }

  /** The clientside callbacks of plan and jobs. */
  callbacks() {
    const { nothing } = this.page.bridge;
    const told = (act) => (what) => (act(what), nothing());
    return {
      boundaryPlan: told((plan) => this.plan(plan)),
      boundaryProgress: told((progress) => this.working(progress)),
      boundaryComputed: told((end) => this.computed(end)),
      boundarySecondAnswer: told((end) => this.secondAnswer(end)),
    };
  }
}
