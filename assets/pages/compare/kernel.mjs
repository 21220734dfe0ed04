/** The filter that is looked at: what it has learnt. */
import { short } from "../../lib/attacks.mjs";
import { paintValues, ranges } from "../../lib/ramps.mjs";
import { count, make } from "../../dom/make.mjs";
import { sizes } from "../../dom/mapsheet.mjs";

const MOST = 64; // slices of a kernel that are drawn
const WIDE = 8; // pixels of a weight, at most
const ROW = 32; // weights of a vector in one row

export class Kernel {
  /** @param {object} page - of `compare.mjs`. */
  constructor(page) {
    Object.assign(this, { page, asked: "", weights: null, trouble: "" });
  }

  /** What there is to say of the filter; it is fetched when it is another one. */
  elements(document) {
    const { page } = this;
    const { workspace } = page.bridge;
    const { study, scheme } = workspace;
    const layer = study.layers.find(({ name }) => name === page.layer);
    if (page.filter === null || ["input", "output"].includes(layer.kind)) return [];
    const asked = `${study.networkKey} ${layer.name} ${page.filter}`;
    if (asked !== this.asked) this.fetch(asked, layer.name);
    const title = make(document, "h3", {}, `Filter ${page.filter} of ${layer.name}`);
    const facts = make(document, "p.quiet", {}, `${layer.operation}, gives ${sizes(layer.shape)}; ${count(layer.parameters)} parameters in all.`);
    if (this.trouble) return [title, facts, make(document, "p.wrong", {}, this.trouble)];
    if (!this.weights) return [title, facts, make(document, "p.quiet", {}, "…")];
    if (!this.weights.length) return [title, facts, make(document, "p.quiet", {}, "It has learnt nothing itself: there are no weights in this layer.")];
    return [title, facts, ...this.weights.flatMap((weight) => this.weight(document, weight, scheme))];
  }

  async fetch(asked, layer) {
    const { page } = this;
    const { workspace } = page.bridge;
    Object.assign(this, { asked, weights: null, trouble: "" });
    try {
      const found = await workspace.weights(layer, page.filter, workspace.study.wish);
      if (this.asked === asked) this.weights = found;
    } catch (error) {
      if (this.asked === asked) this.trouble = String(error.message ?? error);
    }
    if (this.asked === asked) page.redrawLists();
  }

  weight(document, { name, shape, values }, scheme) {
    if (!shape.length) return [make(document, "p", {}, `${name}: ${short(values[0])}`)];
    const range = ranges(values, { start: 0, shape });
    const told = make(document, "p", {}, `${name}, ${sizes(shape)}: ${short(range.low)} to ${short(range.high)}`);
    const [slices, rows, columns, step, at] = shape.length < 2
      ? [1, Math.ceil(values.length / ROW), Math.min(ROW, values.length), 1, () => 0]
      : [shape.at(-1), shape.slice(0, -2).reduce((a, b) => a * b, 1), shape.at(-2), shape.at(-1), (slice) => slice];
    const pictures = Array.from({ length: Math.min(MOST, slices) }, (_, slice) => {
      const canvas = make(document, "canvas.kernel", { width: columns, height: rows, role: "img", title: slices > 1 ? `What it sees in map ${slice}` : name });
      canvas.style.width = `${columns * Math.min(WIDE, Math.max(3, Math.floor(260 / columns)))}px`;
      const packed = new Uint32Array(rows * columns);
      const many = shape.length < 2 ? values.length : rows * columns;
      paintValues(values, at(slice), step, many, range, scheme, packed);
      canvas.getContext("2d").putImageData(new ImageData(new Uint8ClampedArray(packed.buffer), columns), 0, 0);
      return canvas;
    });
    const more = slices > MOST ? [make(document, "p.quiet", {}, `${count(slices - MOST)} more maps are seen by it.`)] : [];
    return [told, make(document, "div.kernels", {}, ...pictures), ...more];
  }
}
