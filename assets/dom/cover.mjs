/** What stands in place of the page while there is no study: progress, or what went wrong. */
import { make } from "./make.mjs";

export class Cover {
  /** @param {HTMLElement} element @param {() => void} retry */
  constructor(element, retry) {
    this.element = element;
    this.retry = retry;
    this.document = element.ownerDocument;
  }

  hide() {
    this.element.hidden = true;
  }

  /** @param {{title?: string}} study */
  opening({ title }) {
    const { document } = this;
    this.bar = make(document, "i");
    this.text = make(document, "p.quiet", { role: "status" }, "Waking up the worker");
    this.element.hidden = false;
    this.element.replaceChildren(
      make(
        document,
        "div.panel",
        {},
        make(document, "h1", {}, `Opening ${title ?? "the study"}`),
        make(document, "div.progress", { role: "progressbar", "aria-valuemin": "0", "aria-valuemax": "100" }, this.bar),
        this.text,
        make(
          document,
          "p.quiet",
          {},
          "A demo is trained once, on this machine, and kept. You may leave this page; the work goes on.",
        ),
      ),
    );
  }

  progress({ fraction, text }) {
    if (this.element.hidden || !this.bar) return;
    this.bar.style.width = `${(100 * fraction).toFixed(1)}%`;
    this.bar.parentNode.setAttribute("aria-valuenow", String(Math.round(100 * fraction)));
    if (text) this.text.textContent = text;
  }

  failed({ state, error, reference }) {
    const { document } = this;
    const again = make(document, "button.plain", { type: "button" }, "Try again");
    again.addEventListener("click", () => this.retry());
    const more = reference ? [`Reference ${reference}: the server's log has the details.`] : [];
    this.bar = null;
    this.element.hidden = false;
    this.element.replaceChildren(
      make(
        document,
        state === "cancelled" ? "div.panel" : "div.panel.failure",
        { role: "alert" },
        make(document, "h1", {}, state === "cancelled" ? "Stopped" : "This study cannot be shown"),
        ...[error, ...more].map((line) => make(document, "p", {}, line)),
        again,
      ),
    );
  }
}
