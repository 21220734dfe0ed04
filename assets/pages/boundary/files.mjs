/** What can be taken away from the Boundary page. */
import { table } from "../../lib/csv.mjs";
import { mapPicture, markerSheet } from "../../dom/mappicture.mjs";
import { percent } from "../../dom/make.mjs";
import { tableOf } from "../../dom/sequences.mjs";

export class Files {
  /** @param {object} page - of `boundary.mjs`. */
  constructor(page) {
    this.page = page;
  }

  png(canvas, ending) {
    canvas.toBlob((blob) => this.page.bridge.save(`${ending}.png`, blob, "image/png"));
  }

  csv({ columns, rows }, ending) {
    this.page.bridge.save(`${ending}.csv`, table(columns, rows), "text/csv");
  }

  /** Whether there is a map; else a word that there is none. */
  get there() {
    const { rep, bridge } = this.page;
    if (!rep.ready) bridge.toast("There is no map to save yet.");
    return rep.ready;
  }

  map() {
    if (!this.there) return;
    const { view, bridge, caption } = this.page;
    const { element, ratio } = view();
    const { title, subtitle } = caption();
    const { classes, title: study } = bridge.workspace.study;
    const words = { title: `${study}: ${title}`, subtitle, classes };
    this.png(mapPicture({ canvas: view().picture(), element, ratio, ...words }), "-map");
  }

  /** Every sample of the map: where it is, what it is, what it is taken for. */
  samples() {
    if (!this.there) return;
    const { rep, bridge } = this.page;
    const { workspace } = bridge;
    const { samples, x, y } = rep.map;
    const contradicting = new Set(rep.trust?.contradicting ?? []);
    const rows = Array.from(samples, (sample, point) => [
      sample, x[point], y[point],
      workspace.labels[sample] < 0 ? "" : workspace.className(workspace.labels[sample]),
      workspace.className(workspace.predicted[sample]),
      rep.trust ? Number(contradicting.has(point)) : "",
    ]);
    this.csv({ columns: ["sample", "x", "y", "true_class", "predicted_class", "contradicting"], rows }, "-map");
  }

  /** Whether there are markers; else a word that there are none. */
  get marked() {
    const { markers, bridge } = this.page;
    if (!markers.list.length) bridge.toast("There are no markers yet: choose Look and click on the map.");
    return markers.list.length > 0;
  }

  markersCsv() {
    if (this.marked) this.csv(this.page.markers.table(), "-markers");
  }

  placedCsv() {
    const { placed, bridge } = this.page;
    const { columns, rows } = tableOf(placed.list);
    if (rows.length) this.csv({ columns, rows }, "-placed");
    else bridge.toast("Nothing has been placed yet: see the Place tab.");
  }

  markersPng() {
    if (!this.marked) return;
    const { markers, bridge, id, caption } = this.page;
    const list = markers.list.map(({ number, name, found, label, classes, pixels }) => ({
      number, name: name || (label < 0 ? "" : classes[label]), label, classes: classes?.length, pixels: pixels ?? null,
      text: label < 0 ? "not known" : `${classes[label]} ${percent(found.probabilities[label])}`,
    }));
    this.png(markerSheet({
      element: id("markers"), theme: bridge.workspace.scheme, title: `Markers. ${caption().title}`, markers: list,
    }), "-markers");
  }
}
