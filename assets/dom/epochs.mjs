/** The stepper of a recorded training: back, forth, play, in the header of every page. */
import { make } from "./make.mjs";

const PACE = 900; // milliseconds from one epoch to the next, if it is there by then

export class Epochs {
  /**
   * @param {HTMLElement} element
   * @param {import("./workspace.mjs").Workspace} workspace
   * @param {(epoch: number | null) => void} go - null for the finished network.
   */
  constructor(element, workspace, go) {
    Object.assign(this, { element, workspace, go });
    this.document = element.ownerDocument;
    this.window = this.document.defaultView;
    workspace.on("study", () => this.draw());
    workspace.on("view", () => this.draw());
    workspace.on("closed", () => this.draw());
    workspace.on("passing", () => this.draw());
    this.build();
  }

  build() {
    const button = (text, label, act) => {
      const made = make(this.document, "button.plain.step", { type: "button", title: label, "aria-label": label }, text);
      made.addEventListener("click", act);
      return made;
    };
    this.back = button("‹", "Previous epoch", () => this.step(-1));
    this.forth = button("›", "Next epoch", () => this.step(1));
    this.player = button("▶", "Play the training from its beginning", () => this.play());
    this.text = make(this.document, "span.number", { role: "status" });
    this.element.replaceChildren(this.back, this.text, this.forth, this.player);
  }

  /** Epochs of the study; the last one is the finished network. */
  get epochs() {
    return this.workspace.study?.epochs ?? [];
  }

  get place() {
    const { passing, view } = this.workspace;
    const epoch = passing ?? view.epoch;
    const found = this.epochs.indexOf(epoch);
    return found < 0 ? this.epochs.length - 1 : found;
  }

  draw() {
    const { epochs, place } = this;
    this.element.hidden = epochs.length < 2;
    if (this.element.hidden) return this.stop();
    this.text.textContent = `epoch ${epochs[place]} of ${epochs.at(-1)}`;
    this.back.disabled = place === 0;
    this.forth.disabled = place === epochs.length - 1;
    return undefined;
  }

  step(by) {
    const { place } = this; // whoever is passing by stops when told
    this.stop();
    this.workspace.tell("epochs");
    this.show(place + by);
  }

  show(place) {
    const { epochs } = this;
    if (place < 0 || place >= epochs.length) return;
    this.go(place === epochs.length - 1 ? null : epochs[place]);
  }

  play() {
    if (this.timer) return this.stop();
    this.player.textContent = "❚❚";
    this.player.setAttribute("aria-pressed", "true");
    this.workspace.tell("epochs");
    if (this.place === this.epochs.length - 1) this.show(0);
    this.timer = this.window.setInterval(() => this.onward(), PACE);
    return undefined;
  }

  /** To the next epoch once this one is what is shown. */
  onward() {
    const { study, view, busy, drawn } = this.workspace;
    const last = this.epochs.at(-1);
    if (busy.size || (study?.epoch ?? last) !== (view.epoch ?? last)) return;
    if (drawn !== undefined && drawn !== study.networkKey) return;
    if (this.place === this.epochs.length - 1) this.stop();
    else this.show(this.place + 1);
  }

  stop() {
    if (!this.timer) return;
    this.window.clearInterval(this.timer);
    this.timer = null;
    this.player.textContent = "▶";
    this.player.setAttribute("aria-pressed", "false");
  }
}
