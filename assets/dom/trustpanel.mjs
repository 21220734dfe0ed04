/** How far a map can be trusted: scores, a sentence, contradictions, and which share was best. */
import { count, make, percent, score } from "./make.mjs";

/** Scores of a map, and what they say. */
const SCORES = {
  q_knn: [
    "Neighbours agree, Q_kNN",
    "Of the samples, so many are taken by the network for the class of most of their five nearest " +
      "neighbours on the map.",
  ],
  q_knn_euclid: [
    "On a plain map, Q_kNN-E",
    "The same on a map by Euclidean distance alone, which knows nothing of the network.",
  ],
  q_data: [
    "At the samples, Q_data",
    "At the places of so many samples the map shows the class that the network gives them.",
  ],
  q_not_data: [
    "Elsewhere, Q_¬data",
    "The same of samples that the inverse map was not made from: what the ground is worth where " +
      "there are none.",
  ],
};

export class TrustPanel {
  /**
   * @param {HTMLElement} box
   * @param {{select: () => void, lam: (lam: number) => void}} on
   */
  constructor(box, on) {
    Object.assign(this, { box, on });
    this.document = box.ownerDocument;
  }

  /**
   * @param {object} what
   * @param {object | null} what.map - facts of the map, null while there are none.
   * @param {object | null} what.trust - facts of its trust.
   * @param {number} what.contradicting - samples that are.
   * @param {string} what.waiting - what is shown while there are no facts of trust.
   * @param {{lams: number[], q_knn: number[], proposed: number} | null} what.sweep
   * @param {number} what.lam - in force.
   */
  draw(what) {
    const { map, trust, contradicting, waiting, sweep, lam } = what;
    const { document } = this;
    const told = JSON.stringify(what);
    if (told === this.told) return; // making it anew would take the keyboard out of it
    this.told = told;
    if (!map) {
      this.box.replaceChildren(make(document, "p.hint", {}, waiting || "There is no map yet."));
      return;
    }
    this.box.replaceChildren(
      ...this.trusted(trust, waiting),
      ...this.contradictions(trust, contradicting),
      make(document, "h3", {}, "How good the map is"),
      ...this.scores(map.scores ?? {}),
      ...this.neighbours(map),
      ...(sweep ? this.sweep(sweep, lam) : []),
    );
  }

  trusted(trust, waiting) {
    const { document } = this;
    if (!trust) return [make(document, "p.quiet", {}, waiting)];
    return [
      this.bar("To be trusted", trust.share, percent(trust.share)),
      make(document, "p.quiet", {}, trust.sentence),
      make(document, "p.quiet", {}, "Draw the Veil over the map to see where."),
    ];
  }

  contradictions(trust, contradicting) {
    const { document } = this;
    if (!trust || !contradicting) return [];
    const samples = `${count(contradicting)} contradicting sample${contradicting === 1 ? "" : "s"}`;
    const button = make(document, "button.plain", { type: "button" }, `Select ${samples}`);
    button.addEventListener("click", () => this.on.select());
    return [button];
  }

  bar(name, share, text, title = "") {
    const { document } = this;
    return make(
      document, "div.bar-row.wide", { title },
      make(document, "span.bar-name", {}, name),
      make(document, "span.bar-track", {}, make(document, "i", { style: { width: `${100 * Math.min(1, Math.max(0, share))}%` } })),
      make(document, "span.bar-value", {}, text),
    );
  }

  scores(scores) {
    return Object.entries(SCORES)
      .filter(([name]) => Number.isFinite(scores[name]))
      .flatMap(([name, [title, text]]) => [
        this.bar(title, scores[name], score(scores[name]), text),
        make(this.document, "p.quiet.explained", {}, text),
      ]);
  }

  neighbours({ exact, proven, evaluated }) {
    const asked = Number.isFinite(evaluated) ? ` The network was asked ${count(evaluated)} times.` : "";
    const text = exact
      ? `All distances were taken; neighbours are exact.${asked}`
      : `Of the neighbours, ${percent(proven ?? 0)} are proven to be the nearest ones; the others are the nearest that were found.${asked}`;
    return [make(this.document, "p.quiet", {}, text)];
  }

  /** Q_kNN of several shares; a click takes one. */
  sweep({ lams, q_knn: scores, proposed }, lam) {
    const { document } = this;
    const rows = lams.map((value, k) => {
      const made = make(
        document, "button.feature.sweep",
        { type: "button", title: `Take λ = ${value}`, "aria-pressed": String(value === lam) },
        make(document, "span.feature-name", {}, `λ ${value}${value === proposed ? ", proposed" : ""}`),
        make(document, "span.bar-track", {}, make(document, "i", { style: { width: `${100 * scores[k]}%` } })),
        make(document, "span.bar-value", {}, score(scores[k])),
      );
      made.addEventListener("click", () => this.on.lam(value));
      return made;
    });
    const text = "Q_kNN with other Euclidean shares λ. Proposed is the largest one that does not cost agreement.";
    return [make(document, "h3", {}, "Other shares"), make(document, "p.quiet", {}, text), make(document, "div.feature-rows", {}, ...rows)];
  }
}
