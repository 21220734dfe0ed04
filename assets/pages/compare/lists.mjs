/** Where two inputs differ: layers in the order of the data flow, and filters, the largest first. */
import { bar } from "../../dom/bars.mjs";
import { make } from "../../dom/make.mjs";
import { apart, filters } from "../../lib/differences.mjs";
import { short } from "../../lib/attacks.mjs";
import { Kernel } from "./kernel.mjs";

const MOST = 40; // filters

export class Lists {
  /** @param {object} page - of `compare.mjs`. */
  constructor(page) {
    this.page = page;
    this.kernel = new Kernel(page);
  }

  draw() {
    const { id, bridge, shown } = this.page;
    const [layers, rows] = [id("layers"), id("filters")];
    if (!layers?.isConnected) return;
    const { ownerDocument: document } = layers;
    if (!shown) {
      for (const box of [layers, rows]) box.replaceChildren(make(document, "p.hint", {}, "Where both inputs differ is said here once both are there."));
      return;
    }
    const { workspace } = bridge;
    const { study } = workspace;
    const far = apart(shown.left, shown.right, study.pieces);
    const most = Math.max(1e-12, ...far.filter(Number.isFinite));
    const now = this.page.layer;
    const words = (value) => (Number.isFinite(value) ? short(value) : "–");
    layers.replaceChildren(
      make(document, "h3", {}, "Distance, as a share of the left one's length"),
      make(document, "p.quiet", {}, "0 for what is equal, 1 where the difference is as long as the left one itself; bars are as long as the largest allows."),
      ...study.layers.map(({ name }, k) => bar(document, {
        text: name, share: Number.isFinite(far[k]) ? far[k] / most : 0, value: words(far[k]), current: name === now,
        title: `Show ${name} in all columns, and on all pages`, act: () => this.page.go(name),
      })),
    );
    const place = study.layers.findIndex(({ name }) => name === now);
    const found = filters(shown.left, shown.right, study.pieces[place]);
    const top = Math.max(1e-12, found[0]?.far || 0);
    const classes = study.layers[place].kind === "output" && workspace.classifies;
    rows.replaceChildren(
      ...this.kernel.elements(document),
      make(document, "h3", {}, classes ? "Classes whose probabilities differ most" : `Filters of ${now} that differ most`),
      make(document, "p.quiet", {}, "Root of the mean square of the difference, over all positions."),
      ...found.slice(0, MOST).map(({ filter, far: value }) => bar(document, {
        text: classes ? workspace.className(filter) : `filter ${filter}`, share: Number.isFinite(value) ? value / top : 0, value: words(value), current: filter === this.page.filter,
        title: `Outline filter ${filter} in all columns`, act: () => this.page.point(filter),
      })),
      ...(found.length > MOST ? [make(document, "p.quiet", {}, `${found.length - MOST} more differ less.`)] : []),
    );
  }
}
