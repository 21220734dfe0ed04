/** Ways to a feature of a layer: from a pixel, a list, or another feature. */
import { layerOf } from "./layers.mjs";

export class Going {
  /** @param {object} page - of `embedding.mjs`. */
  constructor(page) {
    this.page = page;
    this.wanted = null; // until the order of that layer is known
    this.wantedAcross = null;
  }

  get view() {
    return this.page.bridge.workspace.view;
  }

  shapeOf(name) {
    return layerOf(this.page.bridge.workspace.study, name).shape;
  }

  /** Open a layer, at its first features. */
  open(layer) {
    const plain = this.shapeOf(layer).length < 2;
    this.page.bridge.changeView({ layer, row: null, column: null, axes: "", ...(plain ? {} : { position: null }) });
  }

  /** Take the window to a feature, as soon as the layer's order is known. */
  to(layer, feature, beside = feature, more = {}) {
    const { reps, bridge } = this.page;
    this.wanted = { layer, feature, beside, more };
    const there = reps.a.plan?.layer === layer && reps.a.features;
    if (there && !Object.keys(more).length) this.follow();
    else bridge.changeView({ layer, ...more });
  }

  /** The open layer's features are known. */
  follow() {
    const { wanted } = this;
    const { reps, bridge, orderOf } = this.page;
    if (!wanted || reps.a.plan.layer !== wanted.layer) return;
    this.wanted = null;
    const order = orderOf(reps.a, this.view.order);
    const place = (feature) => Math.max(0, order.indexOf(feature));
    const form = this.view.form === "cloud" ? {} : { form: "matrix" };
    const window = { row: place(wanted.feature), column: place(wanted.beside) };
    bridge.changeView({ layer: wanted.layer, ...wanted.more, ...window, ...form });
  }

  /** A pixel of a feature map: its channel, or its very value where values are features. */
  toPixel({ layer, feature, row, column }) {
    const shape = this.shapeOf(layer);
    if (shape.length < 2) return this.to(layer, feature);
    const position = row * shape.at(-2) + column;
    if (this.view.points === "samples") return this.to(layer, position * shape.at(-1) + feature);
    const moved = this.view.points === "position" && this.view.position !== position;
    return this.to(layer, feature, feature, moved ? { position } : {});
  }

  /** A value of an earlier layer against a feature of the open one. */
  across(layer, value, own) {
    const { reps, bridge, orderOf } = this.page;
    const shape = this.shapeOf(layer);
    const depth = shape.at(-1) ?? 1;
    const structured = shape.length > 1;
    this.wantedAcross = { layer, feature: structured ? value % depth : value };
    const place = orderOf(reps.a, this.view.order).indexOf(own);
    const xposition = structured ? Math.floor(value / depth) : null;
    bridge.changeView({ across: layer, xposition, form: "across", row: Math.max(0, place) });
    if (reps.x.plan?.layer === layer && reps.x.plan.position === (xposition ?? 0)) this.followAcross();
  }

  /** The features of the layer across are known. */
  followAcross() {
    const { wantedAcross: wanted } = this;
    const { reps, bridge, orderOf } = this.page;
    if (!wanted || reps.x.plan?.layer !== wanted.layer || !reps.x.features) return;
    this.wantedAcross = null;
    bridge.changeView({ column: Math.max(0, orderOf(reps.x, null).indexOf(wanted.feature)) });
  }
}
