/** A rail of the playhead: where one is among stops, a handle that goes in between, and play. */
import { make } from "./make.mjs";

const LETTER = 6; // pixels of the width of a letter
const WIDE = 600; // pixels of a rail that is not laid out yet
const STEPS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -5, PageUp: 5 };

export class Rail {
  /**
   * @param {HTMLElement} box - the rail is added to it.
   * @param {object} what
   * @param {string} what.label - "Epoch", "Layer".
   * @param {string} [what.unit] - written before the name of a stop.
   * @param {(value: number) => void} what.scrub - the handle is held somewhere, also between stops.
   * @param {(place: number) => void} what.go - a stop was chosen.
   * @param {() => void} what.play - the button was pressed.
   */
  constructor(box, { label, unit = "", scrub, go, play }) {
    Object.assign(this, { go, unit, texts: [], value: 0, waits: "" });
    this.document = box.ownerDocument;
    const id = `rail-${label.toLowerCase()}`;
    this.button = make(this.document, "button.plain.step", { type: "button", "aria-pressed": "false", "aria-label": `Play ${label.toLowerCase()}s`, title: `Play ${label.toLowerCase()}s` }, "▶");
    this.handle = make(this.document, "input", { type: "range", min: 0, step: "any", id, "aria-label": label });
    this.ticks = make(this.document, "div.rail-ticks", { "aria-hidden": "true" });
    this.text = make(this.document, "span.rail-text.number");
    this.element = make(
      this.document, "div.rail-row", {},
      make(this.document, "label.label", { htmlFor: id }, label), this.button,
      make(this.document, "div.rail-track", {}, this.handle, this.ticks), this.text,
    );
    box.append(this.element);
    this.button.addEventListener("click", () => play());
    this.handle.addEventListener("input", () => scrub(Number(this.handle.value)));
    this.handle.addEventListener("change", () => go(Math.round(Number(this.handle.value))));
    this.handle.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.texts.length && this.label()).observe(this.ticks);
  }

  /** @param {string[]} texts - of the stops. */
  setStops(texts) {
    this.element.hidden = texts.length < 2;
    if (JSON.stringify(texts) === JSON.stringify(this.texts)) return;
    this.texts = texts;
    this.handle.max = Math.max(1, texts.length - 1);
    this.label();
  }

  /** Write the names of as many stops as there is room for, the last one among them. */
  label() {
    const { texts } = this;
    const last = Math.max(1, texts.length - 1);
    const longest = Math.max(...texts.map((text) => text.length));
    const places = Math.max(2, Math.floor((this.ticks.clientWidth || WIDE) / (LETTER * (longest + 2))));
    const every = Math.ceil(texts.length / places);
    const named = texts.map((text, k) => [text, k]).filter(([, k]) => k === last || (k % every === 0 && last - k >= every));
    this.ticks.replaceChildren(...named.map(([text, k]) => make(this.document, "span", { style: { left: `${(100 * k) / last}%` } }, text)));
  }

  /** Show where the playhead is. @param {number} value - between stops, too. */
  show(value) {
    this.value = value;
    this.handle.value = value;
    const [a, b] = [Math.floor(value), Math.ceil(value)];
    const words = a === b ? (this.texts[a] ?? "") : `${this.texts[a]} → ${this.texts[b]}`;
    this.words = words && `${this.unit}${words}`;
    this.text.textContent = this.waits || this.words;
    this.handle.setAttribute("aria-valuetext", words);
  }

  /** Say what the picture waits for, "" for nothing. */
  wait(text) {
    if (this.waits === text) return;
    this.waits = text;
    this.text.textContent = text || (this.words ?? "");
  }

  /** @param {boolean} playing */
  playing(playing) {
    this.button.textContent = playing ? "❚❚" : "▶";
    this.button.setAttribute("aria-pressed", String(playing));
  }

  key(event) {
    const last = this.texts.length - 1;
    const now = Math.round(this.value);
    const to = { Home: 0, End: last }[event.key] ?? (event.key in STEPS ? now + STEPS[event.key] : null);
    if (to === null) return;
    event.preventDefault();
    this.go(Math.max(0, Math.min(last, to)));
  }
}
