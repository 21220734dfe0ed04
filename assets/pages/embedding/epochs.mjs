/** Axes that hold still while the epochs of a training go by on the Embedding page. */

export class Epochwise {
  /** @param {object} page - of `embedding.mjs`. */
  constructor(page) {
    this.page = page;
    this.held = null;
  }

  /** What ranges belong to: the same points of the same layer of a training, at whatever epoch. */
  keyOf(rep) {
    const { workspace } = this.page.bridge;
    const study = rep === this.page.reps.b ? workspace.second?.study : workspace.study;
    const { layer, which, position } = rep.plan;
    return [study?.name, study?.split, layer, which, position].join(" ");
  }

  /** Range of a feature over all epochs, null if only this one is known. */
  range(rep, feature) {
    if (this.held?.key !== this.keyOf(rep)) return null;
    return [this.held.low[feature], this.held.high[feature]];
  }

  /** Features in the order that they had when somebody began to go through the training. */
  order(rep, how) {
    const held = this.held?.key === this.keyOf(rep) ? this.held.orders[how ?? ""] : null;
    return held ?? rep.order(how);
  }

  /**
   * At which epoch features had the order that they are shown in.
   * @returns {number | null} null where it is the order of what is shown, or the same at all epochs.
   */
  orderEpoch(rep, how) {
    if (this.held?.key !== this.keyOf(rep) || rep.orderName(how) === "stored") return null;
    return rep.plan.network === this.held.from.network ? null : this.held.from.epoch;
  }

  /** Have the layer computed at every epoch, so that it plays without a stop. */
  prepare() {
    const { reps, ask, wishOf } = this.page;
    const { workspace } = this.page.bridge;
    const { epochs } = workspace.study;
    if (!reps.a.ready || epochs.length < 2) return;
    const key = this.keyOf(reps.a);
    if (this.held?.key === key || this.wanted?.key === key) return;
    const { which, position, network, wish } = reps.a.plan;
    const orders = Object.fromEntries(
      [null, "stored", "separation", "variance", "clusters"].map((how) => [how ?? "", reps.a.order(how)]),
    );
    this.wanted = { key, orders, from: { network, epoch: wish?.epoch ?? epochs.at(-1) } };
    workspace.busy.add("epochs"); // the player waits
    ask("epochs", { ...wishOf(), points: which, position, epoch: null });
  }

  async answer(end) {
    const { bridge, redraw } = this.page;
    const { wanted } = this;
    if (!end || !wanted) return;
    this.wanted = null;
    bridge.byId("frame-jobs").textContent = "";
    try {
      if (end.state !== "done") throw new Error(end.error);
      const ranges = await this.ranges(end.result.steps);
      if (ranges) this.held = { ...wanted, ...ranges };
    } catch (error) {
      bridge.toast(String(error.message ?? error));
    } finally {
      if (!this.wanted) bridge.workspace.busy.delete("epochs");
      redraw();
    }
  }

  /** Smallest and largest value of every feature over all epochs that have one. */
  async ranges(steps) {
    const { workspace } = this.page.bridge;
    const array = async (key, name) => (await workspace.array(key, name)).values;
    const found = await Promise.all(
      steps
        .filter(({ features }) => features)
        .map(async ({ features: { key } }) => Promise.all([array(key, "low"), array(key, "high")])),
    );
    if (!found.length) return null;
    const [low, high] = [0, 1].map((side) => Float32Array.from(found[0][side]));
    for (const [lows, highs] of found) {
      for (let k = 0; k < low.length; k++) {
        // An epoch at which the training had diverged has no finite values of some features.
        if (lows[k] < low[k] || Number.isNaN(low[k])) low[k] = lows[k];
        if (highs[k] > high[k] || Number.isNaN(high[k])) high[k] = highs[k];
      }
    }
    return { low, high };
  }
}
