/** How far the map can be trusted, and which share of the Euclidean distance does it best. */
import { TrustPanel } from "../../dom/trustpanel.mjs";
import { outcome } from "../../dom/jobs.mjs";
import { USUAL } from "./knobs.mjs";

export class Trust {
  /** @param {object} page - of `boundary.mjs`. */
  constructor(page) {
    this.page = page;
    this.sweep = null; // what the last sweep found, and of which maps
    this.asked = null;
  }

  mounted() {
    const { id, bridge } = this.page;
    this.panel = new TrustPanel(id("trust"), {
      select: () => this.select(),
      lam: (lam) => bridge.changeView({ lam, window: "" }),
    });
    this.draw();
  }

  /** Which maps a sweep is about: all that differ in nothing but their share. */
  get about() {
    const { plan } = this.page.rep;
    return plan ? JSON.stringify({ ...plan.wish, lam: 0, b: null }) : "";
  }

  draw() {
    const { rep, bridge } = this.page;
    const { trust, trouble } = { trust: rep.trust, trouble: rep.errors.trust ?? rep.errors.job };
    this.panel?.draw({
      map: rep.ready ? rep.facts.map : null,
      trust: trust ? rep.facts.trust : null,
      contradicting: trust?.contradicting.length ?? 0,
      waiting: trouble ?? "What can be trusted is found out once the regions are drawn.",
      sweep: this.sweep?.about === this.about ? this.sweep.facts : null,
      lam: bridge.workspace.view.lam ?? USUAL.lam,
    });
  }

  /** Select the samples that lie in a region of another class. */
  select() {
    const { rep, bridge } = this.page;
    const { samples } = rep.map;
    bridge.workspace.select(Array.from(rep.trust.contradicting, (point) => samples[point]), bridge.how());
  }

  /** Have other shares tried. */
  propose() {
    const { rep, bridge, ask } = this.page;
    if (!rep.plan) return bridge.toast("There is no map yet.");
    if (this.sweep?.about === this.about) return this.take();
    this.asked = this.about;
    return ask("sweep", { ...rep.plan.wish });
  }

  answer(end) {
    const { bridge } = this.page;
    const { asked } = this;
    if (!end || !asked) return;
    bridge.byId("frame-jobs").textContent = "";
    this.asked = null;
    const { done, reason } = outcome(end);
    const found = done.sweep;
    if (!found) {
      if (end.state !== "cancelled") bridge.toast(`No share can be proposed: ${reason}`);
      return;
    }
    this.sweep = { about: asked, facts: found.facts };
    if (asked === this.about && this.page.id("trust")) this.take(); // else it is found on the tab
  }

  /** Take the share that was proposed. */
  take() {
    const { bridge } = this.page;
    const { lams, q_knn: scores, proposed } = this.sweep.facts;
    const score = scores[lams.indexOf(proposed)];
    const now = bridge.workspace.view.lam ?? USUAL.lam;
    bridge.set("boundary-tab", { value: "trust" });
    this.draw();
    if (proposed === now) bridge.toast(`λ = ${proposed} is the one that would be proposed.`);
    else {
      bridge.toast(`λ = ${proposed}: Q_kNN ${score?.toFixed(2) ?? "–"}. The others are on the Trust tab.`);
      bridge.changeView({ lam: proposed, window: "" });
    }
  }
}
