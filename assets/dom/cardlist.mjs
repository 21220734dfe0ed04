/** A list of things on maps, one card each: those of the map that is shown, then the others. */
import { make } from "./make.mjs";

export class CardList {
  /**
   * Whoever extends it says what `empty()` shows without any, and makes cards: `build(one)` of the
   * map that is shown, `elsewhere(one, away)` of another.
   *
   * @param {HTMLElement} box
   * @param {import("./workspace.mjs").Workspace} workspace
   * @param {import("./tooltip.mjs").Tooltip} tooltip
   * @param {{clear: () => void}} on
   */
  constructor(box, workspace, tooltip, on) {
    Object.assign(this, { box, workspace, tooltip, on });
    this.document = box.ownerDocument;
    this.cards = new Map(); // thing -> its card, and what it was made of
    this.count = make(this.document, "strong");
    this.head = make(this.document, "div.list-head", {}, this.count, this.button("Clear all", () => on.clear()));
    this.body = make(this.document, "div.card-list");
    box.replaceChildren(this.head, this.body);
  }

  button(text, act, more = {}) {
    const made = make(this.document, "button.pick", { type: "button", ...more }, text);
    made.addEventListener("click", act);
    return made;
  }

  /** A button that takes something off the list. @param {string} label - what, in words. */
  removal(one, label) {
    return this.button("×", () => this.on.remove(one), { title: "Remove", "aria-label": `Remove ${label}` });
  }

  /**
   * @param {object[]} list
   * @param {string} map - address of the map that is shown.
   * @param {string} text - how many there are.
   * @param {(one: object, away: boolean) => HTMLElement} card
   */
  cardsOf(list, map, text, card) {
    this.head.hidden = !list.length;
    this.count.textContent = text;
    for (const one of this.cards.keys()) if (!list.includes(one)) this.cards.delete(one);
    const parts = list.filter((one) => one.map === map).map((one) => card(one, false));
    const away = list.filter((one) => one.map !== map).map((one) => card(one, true));
    if (!list.length) parts.push(this.empty());
    if (away.length) {
      this.others ??= make(this.document, "h3", {}, "Of another map");
      parts.push(this.others, ...away);
    }
    // Moving what is there would take the keyboard out of it.
    const now = [...this.body.children];
    if (now.length !== parts.length || now.some((one, k) => one !== parts[k])) {
      this.body.replaceChildren(...parts);
    }
  }

  /**
   * The card of something, made anew if anything of what it is made of has changed.
   * @param {unknown[]} state - what it is made of.
   * @param {() => HTMLElement} make
   */
  keptCard(one, state, make) {
    const old = this.cards.get(one);
    if (old && state.every((part, k) => part === old.state[k])) return old.element;
    const element = make();
    this.cards.set(one, { element, state });
    return element;
  }

  /** Bring something into sight. */
  show(one) {
    this.cards.get(one)?.element.scrollIntoView({ block: "nearest" });
  }
}
