/** A sample's point dragged elsewhere: how it can be changed to get there, or how near it gets. */
import { changePixels, short } from "../../lib/attacks.mjs";
import { pixelsOf } from "../../lib/pictures.mjs";
import { InputDesk } from "../../dom/inputdesk.mjs";
import { make, percent } from "../../dom/make.mjs";

export class Lead {
  /**
   * @param {object} page - of `tour.mjs`.
   * @param {import("./stops.mjs").Stops} stops
   * @param {() => import("../../dom/tourview.mjs").TourView} view
   */
  constructor(page, stops, view) {
    Object.assign(this, { page, stops, view, epsilon: 0.3, asked: null });
  }

  mounted() {
    this.page.bridge.set("tour-reach", { value: this.epsilon });
    this.taken = false; // the tool stands where it begins
    this.forget();
  }

  /** Nothing is led any more. */
  forget() {
    this.asked = null;
    const view = this.view();
    if (view) {
      view.led = null;
      view.soon();
    }
    const box = this.page.id("led");
    box?.replaceChildren();
    box?.classList.add("hidden");
  }

  /** The tool for it was taken, or put away. */
  tool(name) {
    const taken = name === "lead";
    this.page.id("reach-box")?.classList.toggle("hidden", !taken);
    if (taken === this.taken) return;
    this.taken = taken;
    if (!taken) return this.forget();
    this.view().play(false); // what moves cannot be taken hold of
    return this.hint();
  }

  hint() {
    const { ownerDocument: document } = this.page.id("led");
    this.show([make(document, "p", {}, "Drag a sample's point to where you want it: the smallest change of its values that takes it there is looked for. ε, above, is how far any value may be moved.")]);
  }

  get desk() {
    return new InputDesk(this.page.bridge.workspace);
  }

  /** Have a sample led to a place of the plane. */
  async lead(sample, goal) {
    const { page, stops } = this;
    const { workspace, toast } = page.bridge;
    const view = this.view();
    if (sample < 0) return toast("Start on a sample's point, and drag that.");
    const { data } = view;
    if (!stops.there || view.pose.next || data.layer !== stops.plan.layer) return toast("Come to rest at a layer first; then samples can be led.");
    if (data.ways?.step) return toast("What is drawn are attacked samples. Go to their first step, and clean ones can be led.");
    if (!(this.epsilon > 0)) return toast("Say how far a sample may be changed: ε is a number above 0.");
    const columns = view.matrix;
    const pose = Array.from({ length: columns.length / 2 }, (_, k) => [columns[2 * k], columns[2 * k + 1]]);
    const asked = (this.asked = { sample, goal, layer: data.layer, study: workspace.study, matrix: Float64Array.from(columns) });
    this.show([make(page.id("led").ownerDocument, "p", { role: "status" }, `Looking for the smallest change that takes sample ${sample} there …`)]);
    try {
      const found = await this.desk.lead(stops.plan.wish, { sample, pose, goal, epsilon: this.epsilon });
      if (this.asked !== asked || workspace.study !== asked.study) return undefined;
      view.led = { ...asked, path: found.path };
      view.soon();
      return this.tell(asked, found);
    } catch (error) {
      if (this.asked === asked) this.show([make(page.id("led").ownerDocument, "p.wrong", { role: "alert" }, String(error.message ?? error))]);
      return undefined;
    }
  }

  show(parts) {
    const box = this.page.id("led");
    if (!box) return;
    const { ownerDocument: document } = box;
    const close = make(document, "button.plain.step", { type: "button", "aria-label": "Forget this", title: "Forget this" }, "×");
    close.addEventListener("click", () => this.forget());
    box.replaceChildren(close, ...parts);
    box.classList.remove("hidden");
  }

  /** How it went. */
  tell({ sample }, { arrived, distance, linf, l2, radius, whole, classes, probabilities, x, clean, shape }) {
    const { workspace } = this.page.bridge;
    const { ownerDocument: document } = this.page.id("led");
    const came = percent(Math.max(0, 1 - distance[1] / distance[0]));
    const how = arrived
      ? `Sample ${sample} gets there: the smallest change that was found moves no value by more than ${short(linf)} (L∞), and is ${short(l2)} long (L2).`
      : `Sample ${sample} comes ${came} of the way, with changes up to ${short(radius)} (L∞), ${short(l2)} in length (L2). Nothing nearer was found within ε = ${short(this.epsilon)}.`;
    const said = (at) => {
      const row = probabilities.subarray(at * classes, (at + 1) * classes);
      const best = row.indexOf(Math.max(...row));
      return [best, `${workspace.className(best)} (${percent(row[best])})`];
    };
    const words = [make(document, "p", { role: "status" }, how)];
    if (classes) {
      const [[before, first], [after, last]] = [said(0), said(probabilities.length / classes - 1)];
      words.push(make(document, "p", {}, before === after ? `The network still says ${last}.` : `The network said ${first}, and says ${last}.`));
    }
    if (!whole) words.push(make(document, "p.quiet", {}, "The search was ended after some seconds; a smaller change may be found."));
    const add = make(document, "button.plain.step", { type: "button" }, "Add it to the samples");
    add.addEventListener("click", () => this.add(sample, x, add));
    this.show([make(document, "div.tour-led-row", {}, ...this.pictures(document, clean, x, shape), make(document, "div", {}, ...words, add))]);
  }

  /** The sample, what was changed, and what it has become. */
  pictures(document, clean, x, shape) {
    if (shape.length !== 3) return [];
    const change = x.map((value, k) => value - clean[k]);
    const most = change.reduce((top, value) => Math.max(top, Math.abs(value)), 1e-9);
    const { scheme } = this.page.bridge.workspace;
    return [[pixelsOf(clean, shape), "as it was"], [changePixels(change, shape, most, scheme), `change × ${short(1 / most)}`], [pixelsOf(x, shape), "as it became"]].map(([pixels, text]) => {
      const canvas = make(document, "canvas", { width: pixels.width, height: pixels.height, role: "img", "aria-label": text });
      canvas.getContext("2d").putImageData(new ImageData(pixels.data, pixels.width, pixels.height), 0, 0);
      return make(document, "figure", {}, canvas, make(document, "figcaption.quiet", {}, text));
    });
  }

  async add(sample, x, button) {
    const { bridge } = this.page;
    const { labels } = bridge.workspace;
    button.disabled = true;
    const text = `sample ${sample}, led elsewhere in ${this.view().data.layer}`;
    const what = { kind: "led", texts: [text], labels: [labels[sample]] };
    button.disabled = await this.desk.keep(bridge, `Sample ${sample}, as it became,`, what, x);
  }
}
