/** Markers on maps: where somebody looks, what is there, and what they are called. */
import { pixelsOf } from "../../lib/pictures.mjs";
import { along } from "../../lib/windows.mjs";
import { ROW } from "../../dom/mapgestures.mjs";
import { MarkerList } from "../../dom/markers.mjs";
import { MOST, inverse } from "./inverse.mjs";
import { NumberedList } from "./numbered.mjs";

/** Markers that there may be; more would be a grid, which the ground is. */
const MOST_MARKERS = 300;

/**
 * @typedef {object} Place - what a marker is besides being numbered.
 * @property {number} x - on its map.
 * @property {number} y
 * @property {number} row - number of the first marker of its line; 0 for a single one.
 * @property {import("./inverse.mjs").Inverse | null} found - what is there, once it is known.
 * @property {number} label - class that is decided there; -1 while that is not known.
 * @property {string[]} [classes] - of the network that decides, once it has.
 * @property {{sample: number, distance: number} | null} nearest - in shares of the map's extent.
 * @property {string} trouble - why it is not known, in words.
 *
 * @typedef {import("./numbered.mjs").Numbered & Place} Marker
 */

/** @extends {NumberedList<Marker>} */
export class Markers extends NumberedList {
  /** The panel was made anew. */
  mounted() {
    const { id, bridge } = this.page;
    this.view = new MarkerList(id("markers"), bridge.workspace, bridge.tooltip, {
      rename: (marker, name) => this.rename(marker, name),
      remove: (marker) => this.remove(marker),
      clear: () => this.clear(),
      go: (marker) => this.show(marker),
      point: (sample) => bridge.workspace.hover(sample),
      pick: (sample) => bridge.workspace.select([sample], bridge.how()),
      again: () => this.fetch(true),
    });
    this.draw();
  }

  /** Another map, or its places, are there. */
  follow() {
    for (const marker of this.here) if (marker.found) marker.nearest ??= this.nearest(marker);
    this.draw();
    this.fetch(false);
  }

  /**
   * Look at places of the map that is shown.
   * @param {[number, number]} from
   * @param {[number, number] | null} to - the end of a line, null for the one place.
   * @returns {Marker[]} the new ones.
   */
  drop(from, to) {
    const places = to ? along(from, to, ROW) : [from];
    return this.add(places.map(([x, y]) => ({ x, y, name: "" })), Boolean(to));
  }

  /** @param {{x: number, y: number, name: string}[]} places @param {boolean} line */
  add(places, line) {
    const { rep, bridge } = this.page;
    if (!rep.ready) return [];
    if (this.list.length + places.length > MOST_MARKERS) {
      bridge.toast(`There are ${this.list.length} markers, and at most ${MOST_MARKERS}. Remove some first.`);
      return [];
    }
    const row = line ? this.next : 0;
    const { whence } = this;
    const made = places.map((place, k) => ({
      ...place, ...whence, number: this.next + k, row, found: null, label: -1, nearest: null, trouble: "",
    }));
    this.next += made.length;
    this.list.push(...made);
    this.changed();
    this.view.show(made[0]);
    this.fetch(false);
    return made;
  }

  /** See a marker: on the map that is shown, or on its own. */
  show(marker) {
    this.goTo(marker, () => this.page.view()?.centre([marker.x, marker.y]));
  }

  draw() {
    const { rep } = this.page;
    this.page.view()?.setPins(this.here, this.next);
    this.view?.draw(this.list, rep.key);
  }

  /** Ask what is at the markers of this map of which that is not known. @param {boolean} again */
  async fetch(again) {
    const { rep, bridge } = this.page;
    if (!rep.ready || this.asking) return;
    const { key, plan } = rep;
    const { classes } = bridge.workspace.study;
    const wanted = this.here.filter(({ found, trouble }) => !found && (again || !trouble)).slice(0, MOST);
    if (!wanted.length) return;
    this.asking = true;
    try {
      const found = await inverse(bridge.workspace, plan.wish, wanted.map(({ x, y }) => [x, y]));
      wanted.forEach((marker, k) => this.take(marker, found[k], classes));
    } catch (error) {
      for (const marker of wanted) marker.trouble = String(error.message ?? error);
    } finally {
      this.asking = false;
    }
    this.draw();
    if (key !== rep.key || this.here.some(({ found, trouble }) => !found && !trouble)) this.fetch(false);
  }

  take(marker, found, classes) {
    const { probabilities } = found;
    Object.assign(marker, { trouble: "", found, classes });
    marker.label = probabilities.indexOf(Math.max(...probabilities));
    marker.pixels = pixelsOf(found.values, found.shape);
    if (marker.map === this.page.rep.key) marker.nearest = this.nearest(marker);
  }

  /** The sample that lies nearest on the map. */
  nearest({ x, y }) {
    const { samples, x: xs, y: ys } = this.page.rep.map;
    let best = 0;
    const away = (i) => Math.hypot(xs[i] - x, ys[i] - y);
    for (let i = 1; i < samples.length; i++) if (away(i) < away(best)) best = i;
    return { sample: samples[best], distance: away(best) / this.page.rep.facts.map.extent };
  }

  /** Keep what cannot be asked for again for as long as the browser's tab is open. */
  keep() {
    const list = this.list.map(({ number, name, x, y, row, map, about, knobs }) => ({
      number, name, x, y, row, map, about, knobs,
    }));
    this.page.bridge.set("boundary-kept", { data: { next: this.next, list } });
  }

  /** What was kept when the tab was loaded anew. */
  restore(kept) {
    if (!kept?.list || this.list.length) return;
    this.next = kept.next;
    this.list = kept.list.map((one) => ({ ...one, found: null, label: -1, nearest: null, trouble: "" }));
    if (this.view) this.follow();
  }

  /** Columns and rows of a table of all markers whose place is known to be something. */
  table() {
    // Markers of other studies are decided upon by networks of other classes.
    const names = [...new Set(this.list.flatMap(({ classes }) => classes ?? []))];
    const columns = [
      "marker", "name", "x", "y", "map", "decided", "probability", "nearest_sample", "distance",
      ...names.map((name) => `p ${name}`),
    ];
    const rows = this.list.map(({ number, name, x, y, about, found, label, classes, nearest }) => [
      number, name, x, y, about,
      label < 0 ? "" : classes[label], label < 0 ? "" : found.probabilities[label],
      nearest?.sample ?? "", nearest?.distance ?? "",
      ...names.map((one) => found?.probabilities[classes.indexOf(one)] ?? ""),
    ]);
    return { columns, rows };
  }
}
