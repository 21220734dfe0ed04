/** The attack that is shown: its job, what it came to, and the way of one of its samples. */
import { fates, largest } from "../../lib/attacks.mjs";
import { outcome, progressText } from "../../dom/jobs.mjs";

const ARRAYS = ["samples", "left", "begins", "ends", "fooled", "l2", "linf", "parting"];

export class Runs {
  /**
   * @param {object} page - of `attack.mjs`.
   * @param {() => void} changed - something else is to be shown.
   */
  constructor(page, changed) {
    Object.assign(this, { page, changed, asked: null, error: "", cancelled: false });
    this.forget();
  }

  forget() {
    Object.assign(this, { key: "", facts: null, arrays: null, fates: [], place: 0, way: null, fetching: "" });
    this.tell();
  }

  /** Let all pages know what is shown. */
  tell() {
    const { workspace } = this.page.bridge;
    if (!this.arrays) {
      if (workspace.attack) workspace.setAttack(null);
      return;
    }
    const { study: [network, data], asked } = this.facts;
    const { samples } = this.arrays;
    workspace.setAttack({ key: this.key, network, data, samples, steps: asked.steps, sample: this.sample, end: this.arrays.ends[this.place] });
  }

  /** Have samples attacked. @param {object} wish */
  ask(wish) {
    const { networkKey: network, dataKey: data } = this.page.bridge.workspace.study;
    this.asked = { network, data };
    Object.assign(this, { error: "", cancelled: false });
    this.page.bridge.set("attack-wish-way", { data: { ...wish, asked: Date.now() } });
    this.changed();
  }

  /** Say why nothing is attacked, "" for nothing. */
  refuse(text) {
    if (this.error === text) return;
    this.error = text;
    this.changed();
  }

  working(progress) {
    if (!progress) return;
    const text = progressText(progress);
    this.page.bridge.byId("frame-jobs").textContent = text;
    if (this.asked) this.page.waiting(text);
  }

  /** The job has ended. */
  answer(end) {
    if (!end || !this.asked) return;
    const { bridge } = this.page;
    bridge.byId("frame-jobs").textContent = "";
    const { network, data } = this.asked;
    this.asked = null;
    // Another study has been opened meanwhile: what was computed is kept, and nobody asks for it.
    if (!this.fits({ study: [network, data] })) return this.changed();
    const { done, reason } = outcome(end);
    if (!done.attack) {
      this.cancelled = end.state === "cancelled";
      this.error = this.cancelled ? "" : reason;
      return this.changed();
    }
    this.take(done.attack);
    bridge.changeView({ attack: done.attack.key });
  }

  /** The view or the study has changed: look up the attack that the view names. */
  follow() {
    const { workspace, set } = this.page.bridge;
    if (!workspace.ready) return;
    const { attack: key } = workspace.view;
    const { wish, networkKey, dataKey } = workspace.study;
    if (!key) {
      if (!this.key && !this.looked) return;
      Object.assign(this, { looked: "", error: "" });
      this.forget();
      return this.changed();
    }
    const about = JSON.stringify([key, networkKey, dataKey]);
    if (this.looked === about || (this.key === key && this.facts && this.fits(this.facts))) return;
    this.looked = about;
    set("attack-link", { data: { ...wish, key } });
  }

  fits({ study: [network, data] }) {
    const { study } = this.page.bridge.workspace;
    return network === study?.networkKey && data === study.dataKey;
  }

  /** The server says what lies at the address of a link. */
  found(answer) {
    if (!answer || answer.wish.key !== this.page.bridge.workspace.view.attack) return;
    if (answer.error) {
      this.forget();
      this.error = answer.error;
      return this.changed();
    }
    this.error = "";
    this.take(answer, true);
  }

  /**
   * Fetch what is said of all samples.
   * @param {{key: string, facts: object}} answer
   * @param {boolean} linked - whether a link has brought it, which the controls follow.
   */
  async take({ key, facts }, linked = false) {
    if (this.key === key && this.arrays) return this.changed();
    this.forget();
    this.key = key;
    const { workspace } = this.page.bridge;
    try {
      const found = await Promise.all(ARRAYS.map((name) => workspace.array(key, name)));
      if (this.key !== key) return undefined;
      this.facts = facts;
      this.arrays = Object.fromEntries(ARRAYS.map((name, k) => [name, found[k].values]));
      this.fates = fates(this.arrays, facts.asked.target);
      if (linked) this.page.form.follow(facts.asked);
      else this.page.form.samples();
      const turned = this.fates.indexOf("turned");
      return await this.show(Math.max(0, turned));
    } catch (error) {
      return this.fail(key, error);
    }
  }

  /** Fetch the way of one of the samples. @param {number} place - among those that were attacked. */
  async show(place) {
    const { key } = this;
    const { workspace } = this.page.bridge;
    this.place = place;
    this.fetching = `${key} ${place}`;
    const mine = this.fetching;
    this.tell();
    try {
      const [x, said] = await Promise.all([workspace.row(key, "x", place), workspace.row(key, "probabilities", place)]);
      if (this.fetching !== mine) return;
      const way = { values: x.values, shape: x.shape.slice(1), steps: x.shape[0] - 1 };
      this.way = { ...way, scale: largest(way), probabilities: said.values, classes: said.shape[1] };
      this.changed();
    } catch (error) {
      this.fail(key, error);
    }
  }

  fail(key, error) {
    if (this.key !== key) return;
    this.forget();
    this.error = String(error.message ?? error);
    this.changed();
  }

  /** Places of samples of one fate, or of all. @param {string} fate - "" for all. */
  places(fate) {
    return this.fates.map((_, k) => k).filter((k) => !fate || this.fates[k] === fate);
  }

  /** The sample that is shown, in the study. */
  get sample() {
    return this.arrays.samples[this.place];
  }
}
