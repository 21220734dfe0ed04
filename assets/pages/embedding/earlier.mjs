/** Which earlier features go with the one that stands first in the window. */
import { drawEarlier } from "../../dom/featurelist.mjs";
import { outcome } from "../../dom/jobs.mjs";
import { layerOf, valueName } from "./layers.mjs";

export class Earlier {
  /** @param {object} page - of `embedding.mjs`. */
  constructor(page) {
    this.page = page;
    this.known = null;
  }

  draw() {
    const { parts, reps, id, ask, wishOf } = this.page;
    const { drawn } = parts.panes.a;
    const box = id("earlier");
    if (!drawn || !box) return; // or the page was left
    const { plan } = reps.a;
    const [{ feature, name }] = drawn.rows;
    const key = [plan.network, plan.layer, plan.which, plan.position, feature].join(" ");
    const known = this.known?.key === key ? this.known : null;
    drawEarlier(box, {
      name: `${name} of ${plan.layer}`,
      text: known?.text ?? "",
      found: known?.found ?? null,
      ask: () => {
        this.known = { key, feature, text: "Going through the earlier layers …", found: null };
        this.draw();
        ask("correlates", { ...wishOf(), points: plan.which, position: plan.position, feature });
      },
    });
  }

  async answer(end) {
    const { byId } = this.page.bridge;
    const wanted = this.known;
    if (!end || !wanted) return;
    byId("frame-jobs").textContent = "";
    const { done, reason } = outcome(end);
    try {
      if (!done.correlates) throw new Error(reason);
      Object.assign(wanted, await this.found(done.correlates, wanted.feature));
    } catch (error) {
      wanted.text = String(error.message ?? error);
    }
    this.draw();
  }

  /** The features that go with one, best first. */
  async found({ key, facts: { layers } }, feature) {
    const { going, bridge } = this.page;
    const { workspace } = bridge;
    const array = async (name) => (await workspace.array(key, name)).values;
    const [r, layer, value] = await Promise.all(["r", "layer", "feature"].map(array));
    const found = Array.from(r, (strength, k) => {
      const name = layers[layer[k]];
      return {
        name: `${name} ${valueName(layerOf(workspace.study, name), value[k])}`,
        r: strength,
        act: () => going.across(name, value[k], feature),
      };
    });
    return { found, text: layers.length ? "" : "There is no earlier layer." };
  }
}
