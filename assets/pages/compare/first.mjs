/** Which samples to look at first, and how many of the errors they hold. */
import { outcome, progressText } from "../../dom/jobs.mjs";
import { LineChart } from "../../dom/linechart.mjs";
import { count, make } from "../../dom/make.mjs";
import { firstText, spread } from "../../lib/ranking.mjs";

const POINTS = 200; // of the curve
const PICTURES = 48;
const FIRST = 50; // samples that are spoken of before anybody chooses

export class First {
  /** @param {object} page - of `compare.mjs`. */
  constructor(page) {
    this.page = page;
    this.score = "gini";
    this.names = {};
    this.forget();
  }

  /** Another network or other samples. */
  forget() {
    Object.assign(this, { ranking: null, trouble: "", asked: null, k: FIRST });
  }

  /** @param {Record<string, string> | null} names - score -> what people call it. */
  offer(names) {
    if (!names || Object.keys(this.names).length) return;
    this.names = names;
    this.draw();
  }

  studied() {
    this.forget();
    this.draw();
  }

  mounted() {
    this.box = this.page.id("first");
    this.chart = null;
    this.draw();
  }

  ask() {
    const { workspace, set } = this.page.bridge;
    const { second, study } = workspace;
    this.asked = { score: this.score, network: study.networkKey, data: study.dataKey };
    this.trouble = "";
    const b = this.score === "disagreement" && second ? { b: second.study.wish } : {};
    set("compare-wish-ranking", { data: { ...study.wish, score: this.score, ...b, asked: Date.now() } });
    this.draw();
  }

  async answer(end) {
    const { asked, page } = this;
    if (!end) return;
    const { workspace } = page.bridge;
    page.bridge.byId("frame-jobs").textContent = "";
    if (!asked) return;
    this.asked = null;
    const { done, reason } = outcome(end);
    if (asked.network !== workspace.study?.networkKey || asked.data !== workspace.study.dataKey || asked.score !== this.score) return this.draw();
    try {
      if (!done.ranking) throw new Error(end.state === "cancelled" ? "" : reason);
      const { key, facts } = done.ranking;
      const names = facts.errors === null ? ["order"] : ["order", "found"];
      const [order, found] = await Promise.all(names.map((name) => workspace.array(key, name)));
      this.ranking = { order: order.values, found: found?.values ?? null, facts };
    } catch (error) {
      this.trouble = String(error.message ?? error);
    }
    return this.draw();
  }

  draw() {
    const { box, page } = this;
    const { workspace } = page.bridge;
    if (!box?.isConnected || !workspace.ready) return;
    const { ownerDocument: document } = box;
    if (!workspace.classifies) {
      box.replaceChildren(make(document, "p.hint", {}, "Samples can be ranked by networks that tell classes apart."));
      return;
    }
    const second = Boolean(workspace.second?.predicted && workspace.second.study.network.output !== "embedding");
    const select = make(document, "select.own-field", { "aria-label": "By which samples are ranked" },
      ...Object.entries(this.names).map(([name, text]) => make(document, "option", { value: name, selected: name === this.score, disabled: name === "disagreement" && !second }, text)));
    select.addEventListener("change", () => {
      this.score = select.value;
      this.ranking = null;
      this.draw();
    });
    const go = make(document, "button.plain", { type: "button", disabled: this.asked !== null }, this.asked ? "Computing …" : "Rank the samples");
    go.addEventListener("click", () => this.ask());
    const wrong = this.trouble ? [make(document, "p.wrong", { role: "alert" }, this.trouble)] : [];
    const more = second ? "" : " With a network beside, chosen in the header, also by what both disagree on.";
    const hint = [make(document, "p.quiet", {}, `Whoever labels or tests by hand should look first at samples of which the network is least sure: errors are more frequent among them.${more}`)];
    box.replaceChildren(make(document, "p.freeze-kind", {}, "By ", select, " ", ...(this.ranking ? [] : [go])), ...hint, ...wrong, ...(this.ranking ? this.found(document) : []));
    if (this.ranking?.found) this.lines();
  }

  found(document) {
    const { ranking, page } = this;
    const { workspace, how } = page.bridge;
    const { order, found, facts } = ranking;
    const k = Math.min(this.k, order.length);
    const parts = [];
    if (found) {
      if (!this.chart?.canvas.isConnected) {
        this.place = make(document, "div");
        this.chart = new LineChart(this.place, { label: "Samples that are looked at, in the share of errors found", height: 170, go: (place) => ((this.k = Math.max(1, place)), this.draw()) });
      }
      parts.push(make(document, "h3", {}, "Share of all errors among the first k samples"), this.place, make(document, "p", { role: "status" }, firstText(found, facts, k)));
    } else parts.push(make(document, "p", {}, "Without true classes nobody knows which of them are errors."));
    const pick = make(document, "button.plain", { type: "button" }, `Select the first ${count(k)}`);
    pick.addEventListener("click", () => workspace.select(order.subarray(0, k), how()));
    const pictures = Array.from(order.subarray(0, Math.min(k, PICTURES)), (sample) => {
      const url = workspace.imageUrl(sample);
      const wrong = workspace.labels[sample] >= 0 && workspace.labels[sample] !== workspace.predicted[sample];
      const text = `Sample ${sample}: predicted ${workspace.className(workspace.predicted[sample])}${wrong ? `, but it is ${workspace.className(workspace.labels[sample])}` : ""}`;
      const made = make(document, `button.sample-picture${wrong ? ".wrong-sample" : ""}`, { type: "button", title: text, "aria-label": text },
        url ? make(document, "img", { src: url, alt: "", loading: "lazy", width: 30, height: 30 }) : String(sample));
      made.addEventListener("click", () => workspace.select([sample], how()));
      return made;
    });
    const more = k > PICTURES ? [make(document, "p.quiet", {}, `and ${count(k - PICTURES)} more.`)] : [];
    return [...parts, pick, make(document, "div.sample-pictures", {}, ...pictures), ...more, make(document, "p.quiet", {}, "Framed: the network is wrong.")];
  }

  lines() {
    const { found } = this.ranking;
    const places = spread(found.length - 1, POINTS);
    this.chart.show({
      places, top: 1, now: places.reduce((best, k) => (Math.abs(k - this.k) < Math.abs(best - this.k) ? k : best)),
      lines: [
        { values: places.map((k) => k / (found.length - 1)), dash: [4, 4], alpha: 0.5 },
        { values: places.map((k) => found[k]), width: 2.5 },
      ],
      ends: ["0", `${count(found.length - 1)} samples`],
    });
  }

  /** The clientside callbacks of its job. */
  callbacks() {
    const { nothing, byId } = this.page.bridge;
    return {
      compareRankingProgress: (progress) => {
        if (progress) byId("frame-jobs").textContent = progressText(progress);
        return nothing();
      },
      compareRankingAnswer: (end) => (this.answer(end), nothing()),
    };
  }
}
