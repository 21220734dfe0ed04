/** Losses over epochs, overall and class by class; a click is an epoch. */
import { topOf } from "../lib/curves.mjs";
import { colourOf, toHex } from "../lib/palette.mjs";
import { LineChart } from "./linechart.mjs";

const HEIGHT = 190;

export class LossChart {
  /**
   * @param {HTMLElement} box - the chart is put into it.
   * @param {import("./workspace.mjs").Workspace} workspace
   * @param {(epoch: number) => void} go
   */
  constructor(box, workspace, go) {
    Object.assign(this, { workspace, curves: null });
    this.chart = new LineChart(box, { label: "Epoch, in the curves of the loss", height: HEIGHT, kind: "loss-chart", go });
    this.canvas = this.chart.canvas;
    for (const event of ["colours", "view"]) workspace.on(event, () => this.draw(), this.canvas);
  }

  /** @param {import("../lib/curves.mjs").Curves} curves */
  show(curves) {
    this.curves = curves;
    this.draw();
  }

  /** Where the playhead is while it moves, also between two epochs; null where it rests. */
  mark(epoch) {
    this.chart.mark(epoch);
  }

  draw() {
    const { curves, workspace } = this;
    if (!curves || !workspace.ready) return;
    const { epochs, overall, byClass, beside } = curves;
    const focus = workspace.peeked ?? workspace.view.focus ?? null;
    const lines = byClass.map((values, k) => ({
      values,
      colour: toHex(colourOf(k, byClass.length)),
      width: focus === k ? 2.5 : 1.25,
      alpha: focus === null || focus === k ? 1 : 0.2,
    }));
    lines.push({ values: overall, width: 2.5 });
    if (beside) lines.push({ values: beside, width: 2, dash: [5, 4] });
    this.chart.show({
      places: epochs,
      lines,
      top: topOf(curves),
      ends: [String(epochs[0]), `epoch ${epochs.at(-1)}`],
      now: workspace.view.epoch ?? epochs.at(-1),
    });
  }
}
