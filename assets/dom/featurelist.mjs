/** Features as lists: all of a layer, those that go with one, those of two networks. */
import { count, make } from "./make.mjs";

const LISTED = 400; // rows of a list; more would be a file, which the download is

const short = (value) => {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.01 || size >= 10_000)) return value.toExponential(1);
  return size >= 100 ? value.toFixed(0) : value.toPrecision(3).replace(/\.?0+$/, "");
};

/** A row that can be clicked: name, bar, number. */
function row(document, { name, share, text, title, act, negative = false }) {
  const bar = make(document, negative ? "i.negative" : "i", {
    style: { width: `${100 * Math.min(1, Math.max(0, share))}%` },
  });
  const button = make(
    document,
    "button.feature",
    { type: "button", title },
    make(document, "span.feature-name", {}, name),
    make(document, "span.bar-track", {}, bar),
    make(document, "span.bar-value", {}, text),
  );
  button.addEventListener("click", act);
  return button;
}

const quiet = (document, text) => make(document, "p.quiet", {}, text);

/** Every feature of a layer in the chosen order, and which depend on which. */
export class FeatureList {
  /** @param {HTMLElement} box */
  constructor(box) {
    this.box = box;
    this.document = box.ownerDocument;
    this.listed = []; // what the rows were made of
    this.rows = new Map(); // feature -> its row
  }

  /**
   * @param {import("./representation.mjs").Representation} rep
   * @param {object} what
   * @param {Int32Array} what.order - of the features.
   * @param {string} what.name - of that order.
   * @param {string} what.classes - "true" or "predicted": whose separation counts.
   * @param {Set<number>} what.seen - features in the window.
   * @param {(feature: number, beside?: number) => void} what.go
   */
  draw(rep, { order, name, classes, seen, go }) {
    this.go = go;
    const listed = [order, name, classes, rep.features, rep.facts.features];
    // Rows stay while the window moves: one of them may be held by the keyboard.
    if (listed.some((one, k) => one !== this.listed[k])) this.build(rep, { order, name, classes });
    this.listed = listed;
    for (const [feature, row] of this.rows) row.setAttribute("aria-pressed", String(seen.has(feature)));
  }

  build(rep, { order, name, classes }) {
    const { document } = this;
    const { f_ratio: ratio, deviation, dead } = rep.features;
    const byRatio = name !== "variance";
    const values = byRatio ? ratio : deviation.map((value) => value * value);
    const scale = (value) => (byRatio ? Math.log1p(Math.max(0, value)) : value);
    let most = 0;
    for (const value of values) if (Number.isFinite(value)) most = Math.max(most, scale(value));
    this.rows = new Map();
    for (const feature of order.subarray(0, LISTED)) {
      const made = row(document, {
        name: rep.featureName(feature),
        share: Number.isFinite(values[feature]) ? scale(values[feature]) / (most || 1) : 0,
        text: dead[feature] ? "dead" : short(values[feature]),
        title: "Take the window to this feature",
        act: () => this.go(feature),
      });
      this.rows.set(feature, made);
    }
    const { rank, dead: lifeless, dependences } = rep.facts.features;
    const live = rep.plan.features - lifeless;
    const facts = [
      `${count(rep.plan.features)} features, ${count(lifeless)} dead`,
      rank === null ? "" : `rank ${count(rank)} of ${count(live)} live ones`,
    ].filter(Boolean);
    this.box.replaceChildren(
      quiet(document, `${facts.join("; ")}. Number: ${byRatio ? `F, the mean square between ${classes} classes over the mean square within them (bars: logarithm)` : "variance"}.`),
      ...depending(document, rep, dependences, (...features) => this.go(...features)),
      make(document, "div.feature-rows", {}, ...this.rows.values()),
      ...(order.length > LISTED
        ? [quiet(document, `${count(order.length - LISTED)} more are in the download.`)]
        : []),
    );
  }
}

/** Features that others determine: "7 = 0.98 x 3". */
function depending(document, rep, dependences, go) {
  if (!dependences?.length) return [];
  const lines = dependences.slice(0, 40).map(({ feature, on, weights, explained }) => {
    const terms = on.map((other, k) => {
      const sign = weights[k] < 0 ? "− " : k ? "+ " : "";
      return `${sign}${short(Math.abs(weights[k]))} × ${rep.featureName(other)}`;
    });
    const button = make(
      document,
      "button.feature",
      { type: "button", title: `Explained: R² ${explained.toFixed(4)}, in units of deviation` },
      make(document, "span.dependence", {}, `${rep.featureName(feature)} = ${terms.join(" ")}`),
      make(document, "span.bar-value", {}, explained.toFixed(3)),
    );
    button.addEventListener("click", () => go(feature, on[0]));
    return button;
  });
  const more = dependences.length - lines.length;
  return [
    make(
      document,
      "details.dependences",
      { open: dependences.length <= 6 },
      make(document, "summary", {}, `${count(dependences.length)} linear dependence${dependences.length > 1 ? "s" : ""} (R²)`),
      ...lines,
      ...(more > 0 ? [quiet(document, `${count(more)} more.`)] : []),
    ),
  ];
}

/**
 * The earlier features that go with one feature.
 * @param {HTMLElement} box
 * @param {object} what
 * @param {string} what.name - of the feature and its layer.
 * @param {string} what.text - how it is, if there is no list.
 * @param {{name: string, r: number, act: Function}[] | null} what.found
 * @param {() => void} what.ask
 */
export function drawEarlier(box, { name, text, found, ask }) {
  const { ownerDocument: document } = box;
  const button = make(document, "button.plain", { type: "button" }, `Rank earlier features by ${name}`);
  button.addEventListener("click", ask);
  const hint =
    "Which features of earlier layers rise and fall with this one, over all samples? Click one to " +
    "see both against each other.";
  const rows = (found ?? []).map(({ name: text, r, act }) =>
    row(document, { name: text, share: Math.abs(r), negative: r < 0, text: r.toFixed(3), title: "Show both", act }),
  );
  box.replaceChildren(
    quiet(document, hint),
    button,
    ...(text ? [quiet(document, text)] : []),
    make(document, "div.feature-rows", {}, ...rows),
  );
}

/**
 * How two networks' features go together.
 * @param {HTMLElement} box
 * @param {object} what
 * @param {string} what.text - how it is, in words.
 * @param {{name: string, other: string, r: number, act: Function}[]} what.found - best partners.
 * @param {(() => void) | null} what.ask
 * @param {HTMLCanvasElement | null} what.picture - correlations, A down, B across.
 */
export function drawPair(box, { text, found, ask, picture }) {
  const { ownerDocument: document } = box;
  const button = make(document, "button.plain", { type: "button" }, "Correlate A's features with B's");
  button.addEventListener("click", () => ask());
  const rows = found.map(({ name, other, r, act }) =>
    row(document, {
      name: `${name} ~ ${other}`, share: Math.abs(r), negative: r < 0, text: r.toFixed(3),
      title: "Take both windows there", act,
    }),
  );
  box.replaceChildren(
    quiet(document, text),
    ...(ask ? [button] : []),
    ...(picture ? [picture, quiet(document, "Correlation of every feature of A (down) with every feature of B (across): orange −1, ground 0, blue +1. Click to go there.")] : []),
    make(document, "div.feature-rows", {}, ...rows),
  );
}
