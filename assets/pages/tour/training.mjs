/** How a recorded training went: losses over epochs, and which class was learnt when. */
import { outcome, progressText, troubleText } from "../../dom/jobs.mjs";
import { LossChart } from "../../dom/losschart.mjs";
import { count, make } from "../../dom/make.mjs";

export class Training {
  /** @param {object} page - of `tour.mjs`. */
  constructor(page) {
    this.page = page;
    this.plan = null;
    this.trouble = "";
    this.asked = ""; // the training of which losses are being computed
    this.both = false; // whether the other split's losses are to be seen as well
  }

  /** The panel was made anew. */
  mounted() {
    this.box = this.page.id("training");
    this.chart = null;
    this.draw();
  }

  /** What of a wish says which training is meant. */
  static about(wish) {
    const { study, split, data_of: of, recorded } = wish ?? {};
    return JSON.stringify([study, split, of, recorded]);
  }

  /** The server says what is known of a training. */
  planned(plan) {
    if (!plan) return;
    Object.assign(this, { plan, trouble: "" });
    this.draw();
    this.turn(this.both);
  }

  /** @param {boolean} both - whether the other split's losses are to be seen as well. */
  turn(both) {
    this.both = both;
    const { plan } = this;
    if (!plan || plan.error || Boolean(plan.wish.both) === both) return;
    this.page.bridge.set("tour-trained", { data: { ...plan.wish, both, again: Date.now() } });
  }

  /** Have the losses of all epochs computed. */
  ask() {
    const { page: { bridge }, plan, both } = this;
    this.asked = Training.about(plan.wish);
    this.trouble = "";
    bridge.set("tour-wish-losses", { data: { ...plan.wish, both, asked: Date.now() } });
    this.draw();
  }

  working(progress) {
    if (progress) this.page.bridge.byId("frame-jobs").textContent = progressText(progress);
  }

  /** The job has ended: ask once more what there is. */
  answer(end) {
    if (!end || !this.asked) return;
    const { bridge } = this.page;
    bridge.byId("frame-jobs").textContent = "";
    const mine = this.plan && this.asked === Training.about(this.plan.wish);
    this.asked = "";
    if (!mine) return this.draw();
    const reason = end.state === "done" ? outcome(end).reason : troubleText(end);
    bridge.set("tour-trained", { data: { ...this.plan.wish, both: this.both, again: Date.now() } });
    this.trouble = reason ?? "";
    this.draw();
  }

  /** The playhead moves: the mark in the curves goes with it. */
  mark(epoch) {
    if (this.chart?.canvas.isConnected) this.chart.mark(epoch);
  }

  draw() {
    const { box, plan } = this;
    if (!box?.isConnected) return;
    const { ownerDocument: document } = box;
    const hint = (text, ...more) => box.replaceChildren(make(document, "div.hint", {}, make(document, "p", {}, text), ...more));
    if (!plan) return hint("The training is looked up once a study is open.");
    if (plan.error) return hint(plan.error);
    const wrong = this.trouble ? [make(document, "p.wrong", {}, this.trouble)] : [];
    const button = (label) => {
      const made = make(document, "button.plain", { type: "button" }, this.asked ? "Computing …" : label);
      made.disabled = Boolean(this.asked);
      made.addEventListener("click", () => this.ask());
      return made;
    };
    if (plan.missing) {
      const text = `The loss of ${count(plan.epochs.length)} epochs, class by class: ${count(plan.missing)} of them are still to be computed.`;
      return hint(text, ...wrong, button("Compute the losses"));
    }
    const said = plan.sentences.length ? plan.sentences : ["All classes are learnt at about the same time."];
    if (!this.chart?.canvas.isConnected) {
      const place = make(document, "div");
      box.replaceChildren(
        make(document, "h3", {}, "Loss, overall and by class"), place,
        (this.words = make(document, "div.lessons", { role: "status" })),
      );
      const { bridge } = this.page;
      this.chart = new LossChart(place, bridge.workspace, (epoch) =>
        bridge.changeView({ epoch: epoch === this.plan.epochs.at(-1) ? null : epoch }));
    }
    const { beside } = plan;
    const other = [];
    if (beside?.missing) other.push(...wrong, button(`Compute the losses of ${beside.split} samples`));
    else if (beside) other.push(make(document, "p.quiet", {}, `Bold: all classes, the samples that are shown. Dashed: ${beside.split} samples.`));
    this.words.replaceChildren(
      ...other,
      ...said.map((text) => make(document, "p", {}, text)),
      make(document, "p.quiet", {}, "A class counts as learnt once its loss stays below half of that of guessing. Click on the curves to see an epoch."),
    );
    return this.chart.show({ epochs: plan.epochs, overall: plan.overall, byClass: plan.by_class, beside: beside?.overall });
  }
}
