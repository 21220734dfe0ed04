/** Numbered things on maps, each of which stays on its own map: markers, and what was placed. */

export const LONGEST_NAME = 60;

/**
 * @typedef {object} Numbered
 * @property {number} number - counted from 1, never given twice until all are cleared.
 * @property {string} name - as somebody called it; "" for none.
 * @property {string} map - address of its map.
 * @property {string} about - of that map, in words.
 * @property {object} knobs - fields of the view that lead back to it.
 */

/** @template {Numbered} T */
export class NumberedList {
  /** @param {object} page - of `boundary.mjs`. */
  constructor(page) {
    this.page = page;
    /** @type {T[]} */
    this.list = [];
    this.next = 1;
  }

  /** Those of the map that is shown. */
  get here() {
    const { key } = this.page.rep;
    return this.list.filter(({ map }) => map === key);
  }

  /** What things of the map that is shown remember of it. */
  get whence() {
    const { rep, bridge, words, knobsOfMap } = this.page;
    return { map: rep.key, about: words.shortly(rep.plan.map, bridge.workspace.study), knobs: knobsOfMap() };
  }

  /** @param {T} one @param {string} name */
  rename(one, name) {
    one.name = name.trim().slice(0, LONGEST_NAME);
    this.keep();
  }

  /** @param {T} one */
  remove(one) {
    this.list = this.list.filter((other) => other !== one);
    this.changed();
  }

  clear() {
    this.list = [];
    this.next = 1;
    this.changed();
  }

  /** See one on its map. @param {T} one @param {() => void} there - if that is shown already. */
  goTo(one, there) {
    const { bridge, rep } = this.page;
    if (one.map === rep.key) there();
    else bridge.changeView({ ...one.knobs, window: "" });
  }

  /** Somebody changed what is in the list. */
  changed() {
    this.keep();
    this.draw();
  }

  /** Nothing outlasts the page unless a list says what. */
  keep() {}
}
