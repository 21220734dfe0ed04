/** The one tooltip: a sample with its picture, or a few lines of text, beside the pointer. */
import { make, percent } from "./make.mjs";

const PICTURE = 84; // pixels of the longer side

export class Tooltip {
  /**
   * @param {() => HTMLElement} find - the element; it is there when something can be hovered.
   * @param {import("./workspace.mjs").Workspace} workspace
   */
  constructor(find, workspace) {
    this.find = find;
    this.workspace = workspace;
  }

  get element() {
    return this.find();
  }

  get document() {
    return this.element.ownerDocument;
  }

  /**
   * @param {{clientX: number, clientY: number}} at
   * @param {number} index
   * @param {{lines?: string[], box?: ArrayLike<number> | null}} [more] - further lines; a part of
   *   the picture (top, left, bottom, right in its pixels) to point out.
   */
  sample(at, index, { lines: more = [], box = null } = {}) {
    const { labels, predicted, confidence, second } = this.workspace;
    const label = labels[index];
    const wrong = label >= 0 && this.workspace.classifies && label !== predicted[index];
    const lines = [label >= 0 ? `true: ${this.workspace.className(label)}` : "unlabelled"];
    if (confidence) {
      lines.push(`predicted: ${this.workspace.className(predicted[index])} (${percent(confidence[index])})`);
    }
    if (second?.confidence) {
      const guess = this.workspace.className(second.predicted[index]);
      more = [`B predicts: ${guess} (${percent(second.confidence[index])})`, ...more];
    }
    this.element.replaceChildren(
      ...this.picture(index, box),
      make(
        this.document,
        "div",
        {},
        make(this.document, "strong", {}, `Sample ${index}`),
        ...lines.map((line, k) => make(this.document, k && wrong ? "p.wrong" : "p", {}, line)),
        ...more.map((line) => make(this.document, "p", {}, line)),
      ),
    );
    this.show(at);
  }

  /** The sample's picture, with a frame around the part that matters. */
  picture(index, box) {
    const url = this.workspace.imageUrl(index);
    if (!url) return [];
    const [height, width] = this.workspace.study.imageShape;
    const scale = PICTURE / Math.max(height, width);
    const image = make(this.document, "img", {
      src: url,
      alt: "",
      width: Math.round(scale * width),
      height: Math.round(scale * height),
    });
    if (!box) return [image];
    const [top, left, bottom, right] = box;
    const style = {
      left: `${scale * left}px`,
      top: `${scale * top}px`,
      width: `${scale * (right - left)}px`,
      height: `${scale * (bottom - top)}px`,
    };
    return [
      make(this.document, "span.picture-box", {}, image, make(this.document, "i.field", { style })),
    ];
  }

  /** @param {Node | null} [picture] - beside the lines. */
  text(at, title, lines, picture = null) {
    this.element.replaceChildren(
      ...(picture ? [picture] : []),
      make(
        this.document,
        "div",
        {},
        make(this.document, "strong", {}, title),
        ...lines.map((line) => make(this.document, "p", {}, line)),
      ),
    );
    this.show(at);
  }

  show({ clientX, clientY }) {
    this.element.hidden = false;
    const { innerWidth, innerHeight } = this.document.defaultView;
    const { width, height } = this.element.getBoundingClientRect();
    const left = clientX + 16 + width > innerWidth ? clientX - width - 12 : clientX + 16;
    const top = Math.min(clientY + 12, innerHeight - height - 8);
    this.element.style.transform = `translate(${Math.max(4, left)}px, ${Math.max(4, top)}px)`;
  }

  hide() {
    this.element.hidden = true;
  }
}
