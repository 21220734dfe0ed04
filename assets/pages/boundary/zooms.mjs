/** Finer pictures of the part of a map that is seen, asked for once it holds still. */
import { finerWanted, readWindow, writeWindow } from "../../lib/windows.mjs";

const SETTLED = 300; // milliseconds after which the map holds still
const KEPT = 6; // pictures of a network
const NAMES = { a: "zoom", b: "zoom-b" }; // of the parts of an answer

export class Zooms {
  /** @param {object} page - of `boundary.mjs`. */
  constructor(page) {
    this.page = page;
    this.about("");
  }

  /** Another map is shown. @param {string} key */
  about(key) {
    this.key = key;
    this.known = { a: [], b: [] };
    this.wanted = null;
    this.failed = "";
  }

  /** Pictures of parts of the map, the coarsest first. @param {"a" | "b"} which */
  rasters(which) {
    if (this.key !== this.page.rep.key) return [];
    const size = ({ window: [left, right] }) => right - left;
    return this.known[which].toSorted((one, other) => size(other) - size(one));
  }

  /** The map was moved. */
  moved() {
    const { window } = this.page.bridge;
    window.clearTimeout(this.settling);
    this.settling = window.setTimeout(() => this.settled(), SETTLED);
  }

  settled() {
    const view = this.page.view();
    if (!view?.view || !view.element.isConnected) return;
    this.link(view);
    this.want(view);
  }

  /** Let the link say which part is seen. */
  link({ window }) {
    const { bridge } = this.page;
    this.linked = window ? writeWindow(window) : "";
    if (bridge.workspace.view.window !== this.linked) bridge.changeView({ window: this.linked });
  }

  /** See what the link says, if somebody else has changed it. */
  follow() {
    const view = this.page.view();
    const { window: text } = this.page.bridge.workspace.view;
    if (text === this.linked) return;
    const first = this.linked === undefined;
    this.linked = text;
    if (!first) view.goTo(readWindow(text));
  }

  /** Ask for a finer picture of what is seen, if what there is will not do. */
  want(view = this.page.view()) {
    const { rep, ground, ask } = this.page;
    if (!view?.view || !rep.fine || rep.lacking.length) return;
    if (this.key !== rep.key) this.about(rep.key);
    const shown = ground();
    const of = { a: ["a"], b: ["b"], both: ["a", "b"] }[shown].filter((which) => this.base(which));
    const about = { view: view.view, size: view.size, whole: view.whole };
    const windows = of.map((which) => finerWanted({ ...about, pictures: [this.base(which), ...this.known[which]] }));
    const window = windows.find(Boolean);
    if (!window) return;
    const name = `${writeWindow(window)} ${shown}`;
    if (this.wanted?.name === name || this.failed === name) return; // it is on its way, or cannot be had
    this.wanted = { key: rep.key, window, shown, name };
    ask("zoom", { ...rep.plan.wish, window, of: shown });
  }

  /** The picture of the whole map. */
  base(which) {
    const { rep } = this.page;
    return which === "a" ? rep.fine : rep.second;
  }

  async answer(end) {
    const { bridge, rep, ground } = this.page;
    const { wanted } = this;
    if (!end) return;
    bridge.byId("frame-jobs").textContent = "";
    this.wanted = null;
    if (!wanted || wanted.key !== rep.key) return; // another map was chosen meanwhile
    try {
      const { done, failed } = end.state === "done" ? end.result : { done: {}, failed: { zoom: end.error } };
      const [reason] = Object.values(failed);
      if (reason !== undefined) throw new Error(reason);
      const found = await Promise.all(
        Object.entries(NAMES)
          .filter(([, name]) => done[name])
          .map(async ([which, name]) => [which, await rep.territory(done[name].key, done[name].facts)]),
      );
      if (wanted.key !== rep.key) return;
      for (const [which, raster] of found) this.keep(which, raster);
      const missing = { a: 1, b: 1, both: 2 }[wanted.shown] > found.length;
      if (missing) this.failed = wanted.name; // what does not come with it will not come again
      this.page.paint();
    } catch (error) {
      if (end.state === "cancelled") return;
      this.failed = wanted.name;
      bridge.toast(`This part cannot be drawn finer: ${error.message ?? error}`);
    }
    if (ground() !== wanted.shown) this.want();
  }

  /** Of too many pictures the oldest goes. */
  keep(which, raster) {
    this.known[which] = [...this.known[which], raster].slice(-KEPT);
  }
}
