/** Two networks on the Embedding page: which layers go together, and their features. */
import { drawPair } from "../../dom/featurelist.mjs";
import { make, score } from "../../dom/make.mjs";
import { outcome } from "../../dom/jobs.mjs";

const BEST = 60; // pairs of features that are listed
const KEPT = 8; // answers, of which each may hold a million correlations
const SIDE = 260; // pixels of the picture of correlations
const NEGATIVE = [230, 159, 0];
const POSITIVE = [0, 114, 178];
const LEAST = 3; // pixels of a pair in it

export class Pairing {
  /** @param {object} page - of `embedding.mjs`. */
  constructor(page) {
    this.page = page;
    this.answers = new Map();
  }

  /** B's layer beside A's: as chosen, or of the same name, or at the same share of the depth. */
  layerFor(view, study, beside) {
    const names = beside.layers.map(({ name }) => name);
    if (names.includes(view.blayer)) return view.blayer;
    const own = study.layers.map(({ name }) => name);
    const name = own.includes(view.layer) ? view.layer : own.at(-1);
    if (names.includes(name)) return name;
    const share = own.length > 1 ? own.indexOf(name) / (own.length - 1) : 1;
    return names[Math.round(share * (names.length - 1))];
  }

  /** Which two clouds an answer is about. */
  get key() {
    const { a, b } = this.page.reps;
    return a.plan && b.plan ? `${a.plan.parts.points.key} ${b.plan.parts.points.key}` : "";
  }

  get answered() {
    return this.answers.get(this.key);
  }

  /** Another cloud of A or of B is known: turn B, or leave it. */
  planned() {
    const { workspace } = this.page.bridge;
    const { panes } = this.page.parts;
    if (!panes) return;
    const turned = workspace.view.align ? this.answered?.turned : null;
    panes.b.turned = turned ?? null;
    if (workspace.view.align && !this.answered) this.ask();
  }

  ask() {
    const { ask, wishOf, reps } = this.page;
    const { second } = this.page.bridge.workspace;
    if (!this.key || !second || this.waiting === this.key) return;
    this.waiting = this.key;
    const { points, position } = reps.a.plan.wish; // each layer makes of it what it can
    ask("pair", {
      ...wishOf(), points, position, b: second.study.wish, blayer: reps.b.plan.layer,
    });
    this.draw();
  }

  async answer(end) {
    const { bridge, parts } = this.page;
    const key = this.waiting;
    this.waiting = null;
    if (!end || !key) return;
    bridge.byId("frame-jobs").textContent = "";
    try {
      const { done, failed } = outcome(end);
      const { between, aligned } = done;
      if (!between || !aligned) throw new Error(Object.values(failed).join(" "));
      this.answers.set(key, await this.found(between, aligned));
    } catch (error) {
      this.answers.set(key, { text: String(error.message ?? error) });
    }
    for (const old of this.answers.keys()) {
      if (this.answers.size <= KEPT) break;
      this.answers.delete(old);
    }
    if (key === this.key) {
      this.planned();
      parts.panes.b.draw();
    }
    this.draw();
  }

  /** Correlations, and what turns B towards A. */
  async found(between, aligned) {
    const { bridge, reps } = this.page;
    const array = async (from, name) => bridge.workspace.array(from.key, name);
    const [r, low, high] = await Promise.all([
      array(between, "r"), array(aligned, "low"), array(aligned, "high"),
    ]);
    const turned = { key: aligned.key, low: low.values, high: high.values, rep: reps.a };
    return { r: r.values, shape: r.shape, facts: { ...between.facts, ...aligned.facts }, turned };
  }

  draw() {
    const { id, reps, going, bridge } = this.page;
    const { workspace } = bridge;
    if (!workspace.second || !workspace.study || !id("pair")) return;
    const [a, b] = [reps.a.plan?.layer, reps.b.plan?.layer];
    const { answered } = this;
    const names = `A: ${workspace.study.title}, ${a}. B: ${workspace.second.study.title}, ${b}.`;
    if (!answered?.r) {
      const text = this.waiting ? "Comparing …" : (answered?.text ?? "");
      drawPair(id("pair"), { text: `${names} ${text}`, found: [], ask: this.waiting ? null : () => this.ask(), picture: null });
      return;
    }
    const { residual, cka } = answered.facts;
    const text =
      `${names} Linear CKA ${score(cka)} (1: the same up to rotation and scale). Turned as well as can be, B ` +
      `leaves ${residual === null ? "–" : `${(100 * residual).toFixed(1)} %`} of A's variance unexplained.`;
    const found = this.best(answered).map(({ own, other, r }) => ({
      name: reps.a.featureName(own),
      other: reps.b.featureName(other),
      r,
      act: () => going.to(a, own),
    }));
    drawPair(id("pair"), { text, found, ask: null, picture: this.picture(answered) });
  }

  /** Each feature of A with the feature of B that goes with it most. */
  best({ r, shape: [rows, columns] }) {
    const found = [];
    for (let own = 0; own < rows; own++) {
      let other = 0;
      for (let k = 1; k < columns; k++) {
        if (Math.abs(r[own * columns + k]) > Math.abs(r[own * columns + other])) other = k;
      }
      found.push({ own, other, r: r[own * columns + other] });
    }
    return found.sort((one, two) => Math.abs(two.r) - Math.abs(one.r)).slice(0, BEST);
  }

  picture({ r, shape: [rows, columns] }) {
    const { document } = this.page.bridge.window;
    const side = (cells) => Math.min(SIDE, Math.max(LEAST * cells, (SIDE * cells) / Math.max(rows, columns), 24));
    const canvas = make(document, "canvas.correlations", {
      width: columns, height: rows, role: "img",
      "aria-label": `Correlations of ${rows} features of A with ${columns} features of B.`,
      style: { width: `${side(columns)}px`, height: `${side(rows)}px` },
    });
    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      const own = Math.floor((rows * (event.clientY - box.top)) / box.height);
      return { own, other: Math.floor((columns * (event.clientX - box.left)) / box.width) };
    };
    const { reps, going, bridge } = this.page;
    canvas.addEventListener("pointermove", (event) => {
      const { own, other } = at(event);
      const value = r[own * columns + other];
      if (value === undefined) return;
      const names = `${reps.a.featureName(own)} of A, ${reps.b.featureName(other)} of B`;
      bridge.tooltip.text(event, names, [`r = ${value.toFixed(3)}`]);
    });
    canvas.addEventListener("pointerleave", () => bridge.tooltip.hide());
    canvas.addEventListener("click", (event) => going.to(reps.a.plan.layer, at(event).own));
    const image = new ImageData(columns, rows);
    for (let k = 0; k < r.length; k++) {
      image.data.set([...(r[k] < 0 ? NEGATIVE : POSITIVE), Math.round(255 * Math.min(1, Math.abs(r[k])))], 4 * k);
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
    return canvas;
  }
}
