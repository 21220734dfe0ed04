/** The pockets of the map that is shown, and the way to one. */
import { pixelsOf } from "../../lib/pictures.mjs";
import { surroundings } from "../../lib/windows.mjs";
import { PocketList } from "../../dom/pocketlist.mjs";
import { MOST, inverse } from "./inverse.mjs";
import { LONGEST_NAME } from "./numbered.mjs";

const SEEN = { room: 1.2, least: 0.06 }; // around a pocket when it is zoomed to

export class Pockets {
  /** @param {object} page - of `boundary.mjs`. */
  constructor(page) {
    this.page = page;
    this.pictures = [];
    this.of = ""; // address of the pockets whose pictures these are
    this.trouble = ""; // why there are none
  }

  mounted() {
    const { id, bridge } = this.page;
    this.list = new PocketList(id("pockets"), bridge.workspace, {
      pocket: (pocket) => this.go(pocket),
      cluster: (cluster) => this.together(cluster),
    });
    this.draw();
  }

  draw() {
    const { rep } = this.page;
    if (!this.list) return;
    const trouble = rep.errors.pockets ?? rep.errors.job;
    if (rep.pockets) {
      const { pockets, more, clusters } = rep.pockets;
      const told = clusters.map((one) => ({ ...one, sample: rep.map?.samples[one.medoid] }));
      const pictures = this.of === rep.plan.parts.pockets.key ? this.pictures : [];
      this.list.draw(pockets, more, { pictures, trouble: this.trouble, again: () => this.follow() }, told);
    } else if (trouble) this.list.hint(trouble, true);
    else this.list.hint("Pockets are looked for last, once the regions are drawn.");
  }

  /** They are there: draw them, and ask what lies at their centres. */
  async follow() {
    const { rep, bridge } = this.page;
    this.trouble = "";
    this.draw();
    const { key } = rep.plan.parts.pockets;
    const places = rep.pockets.pockets.slice(0, MOST).map(({ centre }) => centre);
    if (this.of === key || !places.length) return;
    Object.assign(this, { of: key, pictures: [], trouble: "" });
    try {
      const found = await inverse(bridge.workspace, rep.plan.wish, places);
      if (this.of !== key) return; // those of another map are shown
      this.pictures = found.map(({ values, shape }) => pixelsOf(values, shape));
      this.draw();
    } catch (error) {
      if (this.of !== key) return;
      Object.assign(this, { of: "", trouble: String(error.message ?? error) });
      this.draw();
    }
  }

  /** Zoom to a pocket, set a marker in it and select its samples. */
  go(pocket) {
    const { rep, bridge, markers, view } = this.page;
    const { workspace } = bridge;
    const { box, centre: [x, y], label, inside, samples } = pocket;
    view()?.goTo(surroundings(box, [x, y], rep.facts.map.window, SEEN));
    if (!markers.here.some((marker) => marker.x === x && marker.y === y)) {
      const name = `pocket: ${workspace.className(label)} in ${workspace.className(inside)}`;
      markers.add([{ x, y, name: name.slice(0, LONGEST_NAME) }], false);
    }
    if (samples.length) workspace.select(samples.map((point) => rep.map.samples[point]), "replace");
  }

  /** Zoom to samples that err together, and select them. */
  together({ centre: [x, y], radius, samples }) {
    const { rep, bridge, view } = this.page;
    const box = [x - radius, x + radius, y - radius, y + radius];
    view()?.goTo(surroundings(box, [x, y], rep.facts.map.window, SEEN));
    bridge.workspace.select(samples.map((point) => rep.map.samples[point]), "replace");
  }
}
