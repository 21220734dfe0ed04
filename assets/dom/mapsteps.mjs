/** What stands in place of a map that is being made: its steps, and how far it is. */
import { progressText } from "./jobs.mjs";
import { make } from "./make.mjs";

export class MapSteps {
  /** @param {HTMLElement} box @param {Record<string, string>} names - of the steps, in their order. */
  constructor(box, names) {
    Object.assign(this, { box, names });
    this.document = box.ownerDocument;
    this.bar = make(this.document, "i");
    this.text = make(this.document, "p.quiet", { role: "status" });
    const track = make(this.document, "div.progress", {
      role: "progressbar", "aria-valuemin": "0", "aria-valuemax": "100", "aria-label": "The map is being made",
    }, this.bar);
    this.track = track;
    this.steps = new Map(
      Object.entries(names).map(([name, text]) => [name, make(this.document, "li", {}, text)]),
    );
    this.element = make(
      this.document, "div.map-steps", {},
      make(this.document, "h2", {}, "The map is being made"),
      make(this.document, "ol", {}, ...this.steps.values()),
      track, this.text,
      make(
        this.document, "p.quiet", {},
        "It appears as soon as its samples are placed, and is kept: the same map is there at once the next time. You may leave this page meanwhile.",
      ),
    );
  }

  /**
   * @param {Set<string>} done - steps that are done.
   * @param {{fraction: number, text: string, left?: number} | null} progress
   */
  draw(done, progress) {
    if (this.element.parentNode !== this.box) this.box.replaceChildren(this.element);
    const names = [...this.steps.keys()];
    const now = names.find((name) => !done.has(name));
    for (const [name, step] of this.steps) {
      step.className = done.has(name) ? "done" : name === now ? "now" : "";
      if (name === now) step.setAttribute("aria-current", "step");
      else step.removeAttribute("aria-current");
    }
    const { fraction = 0 } = progress ?? {};
    this.bar.style.width = `${(100 * fraction).toFixed(1)}%`;
    this.track.setAttribute("aria-valuenow", String(Math.round(100 * fraction)));
    this.text.textContent = progress ? progressText(progress) : "Waiting for the worker";
  }
}

/** Something to say in place of a map. @param {HTMLElement} box @param {string} text */
export function mapHint(box, text, failed = false) {
  box.replaceChildren(make(box.ownerDocument, failed ? "p.hint.failure" : "p.hint", {}, text));
}
