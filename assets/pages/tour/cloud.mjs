/** A layer's cloud as the browser holds it: how it is planned and computed, and what becomes of it. */
import { outcome, progressText } from "../../dom/jobs.mjs";

export class TourCloud {
  /**
   * @param {object} page - of `tour.mjs`.
   * @param {() => void} changed - the cloud has come, or cannot be had.
   */
  constructor(page, changed) {
    Object.assign(this, { page, changed });
    this.forget();
  }

  forget() {
    Object.assign(this, { plan: null, error: "", data: null, facts: null, progress: null, asked: "" });
  }

  /** Address of the cloud; "" for none. */
  get key() {
    return this.plan?.parts.cloud.key ?? "";
  }

  /** The server says where the cloud lies. */
  setPlan(plan) {
    if (!plan || plan.error) {
      this.forget();
      this.error = plan?.error ?? "";
      return this.changed();
    }
    const known = this.key === plan.parts.cloud.key && this.data;
    Object.assign(this, { plan, error: "", progress: null });
    if (known) return this.changed();
    const { facts } = plan.parts.cloud;
    if (facts) return this.take(facts);
    this.asked = this.key;
    this.page.bridge.set("tour-to-compute", { data: { ...plan.wish, asked: Date.now() } });
    return this.changed();
  }

  /** How far the job is. */
  working(progress) {
    if (!progress || this.asked !== this.key) return;
    this.progress = progress;
    this.say(progressText(progress));
    this.changed();
  }

  /** The job has ended. What belongs to a layer that was left is of no use here. */
  computed(end) {
    if (!end) return;
    this.say("");
    const { done, reason } = outcome(end);
    if (this.asked !== this.key || (done.cloud && done.cloud.key !== this.key)) return;
    if (done.cloud) this.take(done.cloud.facts);
    else this.fail(reason);
  }

  fail(reason) {
    Object.assign(this, { error: reason, data: null });
    this.changed();
  }

  /** Fetch the numbers; until they come, what was drawn before stays. */
  async take(facts) {
    const { key } = this;
    const { workspace } = this.page.bridge;
    try {
      const [x, centre] = await Promise.all(["x", "centre"].map((name) => workspace.array(key, name)));
      if (key !== this.key) return;
      Object.assign(this, { data: { key, x: x.values, centre: centre.values }, facts });
      this.changed();
    } catch (error) {
      if (key === this.key) this.fail(String(error.message ?? error));
    }
  }

  say(text) {
    this.page.bridge.byId("frame-jobs").textContent = text;
  }
}
