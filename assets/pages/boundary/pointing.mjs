/** What is said of what somebody points at on the map, and what a click on it does. */
import { decidedAt, pixelAt } from "../../lib/territory.mjs";

export class Pointing {
  /** @param {object} page - of `boundary.mjs`. */
  constructor(page) {
    this.page = page;
  }

  /** What the map tells of pointers and keys. */
  get on() {
    const { rep, bridge, zooms } = this.page;
    return {
      select: (points, how) => bridge.workspace.select(Array.from(points, (point) => rep.map.samples[point]), how),
      hover: (point, event) => this.hover(point, event),
      diamond: (diamond, event) => this.diamond(diamond, event),
      place: (place, byKeys) => this.tell(place, byKeys),
      look: (from, to) => this.look(from, to),
      lead: (sample, point) => this.lead(sample, point),
      pin: (pin) => this.open("markers", pin),
      open: ({ sequence }) => this.open("placed", sequence),
      moved: () => zooms.moved(),
    };
  }

  /** A sample was dragged to a place: what change makes the network say what it says there? */
  lead(sample, point) {
    const { bridge, placed, forms } = this.page;
    if (sample < 0) return bridge.toast("Start on a sample's point, and drag that.");
    bridge.set("boundary-tab", { value: "placed" });
    return placed.put({
      called: `Sample ${sample}, dragged`, origin: "attack",
      what: { kind: "lead", sample, point: [...point], epsilon: Math.max(0.01, forms.epsilon) },
    });
  }

  hover(point, event) {
    const { rep, bridge, view } = this.page;
    const { workspace, tooltip } = bridge;
    if (point < 0) {
      workspace.hover(null);
      tooltip.hide();
      return;
    }
    const sample = rep.map.samples[point];
    workspace.hover(sample);
    const contradicts = view().look.cross[point];
    const lines = contradicts ? ["lies in a region of another class than it is taken for"] : [];
    tooltip.sample(event, sample, { lines });
  }

  diamond(diamond, event) {
    const { placed, bridge } = this.page;
    if (diamond) placed.tell(diamond, event);
    else bridge.tooltip.hide();
  }

  /** Say what is at a place: to the eye, and for the keyboard aloud. */
  tell(place, byKeys) {
    const element = this.page.id("place");
    element.setAttribute("aria-live", byKeys ? "polite" : "off");
    element.textContent = place ? this.placeText(place) : "";
  }

  placeText([x, y]) {
    const { rep, bridge, words, zooms, ground } = this.page;
    const at = (raster, which) =>
      [...zooms.rasters(which).toReversed(), raster]
        .map((one) => one && decidedAt(one, x, y))
        .find(Boolean) ?? null;
    const shown = ground();
    const { trust: trusted } = rep;
    const pixel = trusted ? pixelAt(trusted.window, trusted.side, x, y) : -1;
    return words.placeText({
      decided: at(rep.raster, "a"),
      other: shown === "a" ? null : at(rep.second, "b"),
      trusted: pixel < 0 ? null : Boolean(trusted.mask[pixel]),
      name: (k) => bridge.workspace.className(k),
    });
  }

  look(from, to) {
    const { markers, bridge, paint } = this.page;
    if (markers.drop(from, to).length) bridge.set("boundary-tab", { value: "markers" });
    paint();
  }

  /** Open a tab at one of the things that it lists. @param {"markers" | "placed"} tab */
  open(tab, thing) {
    this.page.bridge.set("boundary-tab", { value: tab });
    this.page[tab].view.show(thing);
  }
}
