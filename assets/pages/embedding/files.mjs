/** What can be taken away from the Embedding page. */
import { table } from "../../lib/csv.mjs";
import { fileName } from "./layers.mjs";

export class Files {
  /** @param {object} page - of `embedding.mjs`. */
  constructor(page) {
    this.page = page;
  }

  /** Save a canvas under the open layer's name. */
  png(canvas, ending) {
    const { reps, bridge } = this.page;
    const name = `-${fileName(reps.a.plan.layer)}${ending}.png`;
    canvas.toBlob((blob) => bridge.save(name, blob, "image/png"));
  }

  csv(columns, rows, ending) {
    const { reps, bridge } = this.page;
    bridge.save(`-${fileName(reps.a.plan.layer)}${ending}.csv`, table(columns, rows), "text/csv");
  }

  /** The drawn pane, or a word that there is none yet. */
  drawn() {
    const { parts, bridge } = this.page;
    if (!parts.panes.a.drawn) bridge.toast("There is nothing to save yet.");
    return parts.panes.a.drawn;
  }

  plots() {
    const { parts, bridge } = this.page;
    if (!this.drawn()) return;
    this.png(parts.panes.a.view.picture(), "-plots");
    if (bridge.workspace.second && parts.panes.b.drawn) this.png(parts.panes.b.view.picture(), "-plots-b");
  }

  /** Every point of the window: its sample, position, class, and its features. */
  points() {
    const drawn = this.drawn();
    if (!drawn) return;
    const { reps, bridge } = this.page;
    const { workspace } = bridge;
    const axes = [...new Map([...drawn.rows, ...drawn.columns].map((axis) => [axis.id, axis])).values()];
    const { sample, position } = reps.a.points;
    const rows = Array.from(sample, (k, point) => [
      k,
      position[point],
      workspace.labels[k] < 0 ? "" : workspace.className(workspace.labels[k]),
      ...axes.map(({ column }) => column[point]),
    ]);
    this.csv(["sample", "position", "true_class", ...axes.map(({ id }) => id)], rows, "-points");
  }

  features() {
    if (!this.drawn()) return;
    const { reps, bridge, orderOf } = this.page;
    const { mean, deviation, low, high, f_ratio: ratio, dead } = reps.a.features;
    const order = orderOf(reps.a, bridge.workspace.view.order);
    const columns = ["place", "feature", "name", "mean", "deviation", "low", "high", "f_ratio", "dead"];
    const rows = Array.from(order, (k, place) => [
      place + 1, k, reps.a.featureName(k), mean[k], deviation[k], low[k], high[k], ratio[k], dead[k],
    ]);
    this.csv(columns, rows, "-features");
  }

  overview() {
    const { reps, id, bridge } = this.page;
    const canvas = id("overview-a").querySelector("canvas");
    if (canvas && reps.a.overview) this.png(canvas, "-matrix");
    else bridge.toast("The whole matrix is not there yet.");
  }
}
