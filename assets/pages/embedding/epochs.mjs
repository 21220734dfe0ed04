/** Axes that hold still while the epochs of a training go by on the Embedding page. */

export class Epochwise {
  /** @param {object} page - of `embedding.mjs`. */
  constructor(page) {
    this.page = page;
    this.held = null;
  }

  /** What ranges belong to: the same points of the same layer, at whatever epoch. */
  keyOf({ plan }) {
    const { study } = this.page.bridge.workspace;
    return [study.name, study.split, plan.layer, plan.which, plan.position].join(" ");
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

  /** Have the layer computed at every epoch, so that it plays without a stop. */
  prepare() {
    const { reps, ask, wishOf } = this.page;
    const { workspace } = this.page.bridge;
    if (!reps.a.ready || workspace.study.epochs.length < 2) return;
    const key = this.keyOf(reps.a);
    if (this.held?.key === key || this.wanted === key) return;
    this.wanted = key;
    const { which, position } = reps.a.plan;
    this.orders = Object.fromEntries(
      [null, "stored", "separation", "variance", "clusters"].map((how) => [how ?? "", reps.a.order(how)]),
    );
    workspace.busy.add("epochs"); // the player waits
    ask("epochs", { ...wishOf(), points: which, position, epoch: null });
  }

  async answer(end) {
    const { bridge, redraw } = this.page;
    if (!end || !this.wanted) return;
    const key = this.wanted;
    this.wanted = null;
    bridge.byId("frame-jobs").textContent = "";
    if (end.state !== "done") {
      bridge.toast(end.error);
    } else {
      const { workspace } = bridge;
      const found = await Promise.all(
        end.result.steps
          .filter(({ features }) => features)
          .map(async ({ features }) =>
            Promise.all(["low", "high"].map(async (name) => (await workspace.array(features.key, name)).values)),
          ),
      );
      if (found.length) {
        const [low, high] = [0, 1].map((side) => Float32Array.from(found[0][side]));
        for (const [lows, highs] of found) {
          for (let k = 0; k < low.length; k++) {
            if (!(low[k] <= lows[k])) low[k] = lows[k];
            if (!(high[k] >= highs[k])) high[k] = highs[k];
          }
        }
        this.held = { key, low, high, orders: this.orders };
      }
    }
    bridge.workspace.busy.delete("epochs");
    redraw();
  }
}
