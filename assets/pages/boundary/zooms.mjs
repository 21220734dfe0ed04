/** Finer pictures of the part of a map that is seen, asked for once it holds still. */
import { finerWanted, readWindow, writeWindow } from "../../lib/windows.mjs";
import { outcome } from "../../dom/jobs.mjs";

const SETTLED = 300; // milliseconds after which the map holds still
const KEPT = 6; // pictures of a network
const BOTH = { a: ["a"], b: ["b"], both: ["a", "b"] }; // networks of a ground
const NAMES = { a: "zoom", b: "zoom-b" }; // of the parts of an answer

export class Zooms {
  /** @param {object} page - of `boundary.mjs`. */
  constructor(page) {
    this.page = page;
    this.of = { a: "", b: "" }; // addresses of what is known
    this.known = { a: [], b: [] };
    this.wanted = null;
    this.failed = "";
  }

  /** Address of what a network decides on the map that is shown; "" for none. */
  address(which) {
    const { rep } = this.page;
    return which === "a" ? rep.key : (rep.plan?.parts.second?.key ?? "");
  }

  /** Forget what was known of another map, or of another network beside. */
  renew() {
    for (const which of ["a", "b"]) {
      const address = this.address(which);
      if (this.of[which] === address) continue;
      this.of[which] = address;
      this.known[which] = [];
      this.wanted = null;
      this.failed = "";
    }
  }

  /** Pictures of parts of the map, the coarsest first. @param {"a" | "b"} which */
  rasters(which) {
    if (this.of[which] !== this.address(which)) return [];
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
    const { bridge, current } = this.page;
    if (!current()) return; // it speaks of another map already
    this.linked = window ? writeWindow(window) : "";
    if (bridge.workspace.view.window !== this.linked) bridge.changeView({ window: this.linked });
  }

  /** See what the link says, if somebody else has changed it. */
  follow() {
    const view = this.page.view();
    const { window: text } = this.page.bridge.workspace.view;
    if (text === this.linked) return;
    this.linked = text;
    view.goTo(readWindow(text));
  }

  /** Ask for a finer picture of what is seen, if what there is will not do. */
  want(view = this.page.view()) {
    const { rep, ground, ask } = this.page;
    if (!view?.view || !rep.fine || rep.awaited.length) return;
    this.renew();
    const shown = ground();
    const of = BOTH[shown].filter((which) => this.base(which));
    const about = { view: view.view, size: view.size, whole: view.whole };
    const windows = of.map((which) => finerWanted({ ...about, pictures: [this.base(which), ...this.known[which]] }));
    const window = windows.find(Boolean);
    if (!window) return;
    const name = `${writeWindow(window)} ${shown}`;
    if (this.wanted?.name === name || this.failed === name) return; // it is on its way, or cannot be had
    this.wanted = { of: { ...this.of }, shown, name };
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
    // Another map, or another network beside, may be chosen meanwhile.
    const left = () => BOTH[wanted.shown].some((which) => wanted.of[which] !== this.address(which));
    if (!wanted || left()) return;
    try {
      const { done, reason } = outcome(end);
      if (reason !== undefined) throw new Error(reason);
      const found = await Promise.all(
        Object.entries(NAMES)
          .filter(([, name]) => done[name])
          .map(async ([which, name]) => [which, await rep.territory(done[name].key, done[name].facts)]),
      );
      if (left()) return;
      for (const [which, raster] of found) this.keep(which, raster);
      const missing = BOTH[wanted.shown].length > found.length;
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
