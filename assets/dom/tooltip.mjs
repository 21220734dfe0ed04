/** The one tooltip: a sample with its picture, or a few lines of text, beside the pointer. */
import { make, percent } from "./make.mjs";

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

  /** @param {{clientX: number, clientY: number}} at */
  sample(at, index) {
    const { labels, predicted, confidence } = this.workspace;
    const url = this.workspace.imageUrl(index);
    const label = labels[index];
    const wrong = label >= 0 && label !== predicted[index];
    const lines = [
      label >= 0 ? `true: ${this.workspace.className(label)}` : "unlabelled",
      `predicted: ${this.workspace.className(predicted[index])} (${percent(confidence[index])})`,
    ];
    this.element.replaceChildren(
      ...(url ? [make(this.document, "img", { src: url, alt: "", width: 84, height: 84 })] : []),
      make(
        this.document,
        "div",
        {},
        make(this.document, "strong", {}, `Sample ${index}`),
        ...lines.map((line, k) => make(this.document, k && wrong ? "p.wrong" : "p", {}, line)),
      ),
    );
    this.show(at);
  }

  text(at, title, lines) {
    this.element.replaceChildren(
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
