/** What is put on maps without being among their samples: where it comes to lie, and what is decided. */
import { count } from "../../dom/make.mjs";
import { PlacedList, pictureOf } from "../../dom/placedlist.mjs";
import { isPath, ledText, linesOf, sampleOf, sizeOf, titleOf } from "../../dom/sequences.mjs";
import { surroundings } from "../../lib/windows.mjs";
import { NumberedList } from "./numbered.mjs";
import { place } from "./placing.mjs";

/** @typedef {import("../../dom/sequences.mjs").Sequence} Sequence */

const MOST_SEQUENCES = 60;
const MOST_LED = 12; // inputs on the way of a sample that is led
const SEEN = { room: 0.3, least: 0.15 }; // around a sequence when it is shown

/** @extends {NumberedList<Sequence>} */
export class Placed extends NumberedList {
  /** The panel was made anew. */
  mounted() {
    const { id, bridge } = this.page;
    this.view = new PlacedList(id("placed"), bridge.workspace, bridge.tooltip, {
      rename: (sequence, name) => this.rename(sequence, name),
      remove: (sequence) => this.remove(sequence),
      clear: () => this.clear(),
      show: (sequence) => this.show(sequence),
      bring: (sequence) => this.bring(sequence),
      again: (sequence) => this.ask(sequence),
      point: (diamond) => this.page.view()?.mark(diamond),
      centre: ({ x, y }) => this.page.view()?.centre([x, y]),
    });
    this.draw();
  }

  /** How many inputs lie on the map that is shown. */
  get size() {
    return this.here.reduce((sum, { diamonds }) => sum + diamonds.length, 0);
  }

  /** Whether anything is being placed. */
  get busy() {
    return this.list.some(({ asking }) => asking);
  }

  /** Say how it went. */
  say(text) {
    const element = this.page.id("place-status");
    if (element) element.textContent = text;
  }

  /**
   * Put something on the map that is shown.
   * @param {Pick<Sequence, "called" | "origin" | "what"> & {files?: File[], name?: string}} thing
   * @returns {Sequence | null} null where that cannot be asked for, which is then said.
   */
  put({ called, origin, what, files = [], name = "" }) {
    const { rep, bridge } = this.page;
    const { study } = bridge.workspace;
    if (!rep.ready || !bridge.workspace.ready) return this.refuse("There is no map yet.");
    if (this.list.length >= MOST_SEQUENCES) {
      return this.refuse(`${MOST_SEQUENCES} things have been placed, and at most so many can be. Remove some first.`);
    }
    const sequence = {
      ...this.whence, number: this.next++, name, called, origin, what, files, classes: study.classes,
      data: study.dataKey, wish: rep.plan.wish, truth: this.truth(what), asking: false, inputs: null, diamonds: [], trouble: "",
    };
    this.list.push(sequence);
    this.ask(sequence);
    this.view?.show(sequence);
    return sequence;
  }

  refuse(text) {
    this.say(text);
    return null;
  }

  /** True classes of samples, as they are and after a step. */
  truth(what) {
    const { labels } = this.page.bridge.workspace;
    if (what.kind === "images") return null;
    if (what.kind === "lead") return new Int32Array(MOST_LED).fill(labels[what.sample]);
    if (what.kind === "way") return Int32Array.from(what.steps, () => labels[what.sample]);
    return Int32Array.from(what.kind === "attack" ? [what.sample, what.sample] : what.samples, (k) => labels[k]);
  }

  /** Ask where a sequence lies on its map, whichever is shown when the answer comes. */
  async ask(sequence) {
    const title = titleOf(sequence);
    Object.assign(sequence, { asking: true, trouble: "" });
    this.say(`Placing ${title} …`);
    this.draw();
    try {
      const { wish, what, files } = sequence;
      const { inputs: found, lead } = await place(this.page.bridge.workspace, wish, what, files);
      const wanted = what.kind === "lead" ? found.length : sizeOf(sequence);
      sequence.lead = lead;
      if (found.length !== wanted) throw new Error(`The server placed ${count(found.length)} of ${count(wanted)} inputs.`);
      sequence.inputs = found;
      sequence.diamonds = found.map(({ x, y, label }, index) => ({ x, y, label, sequence, index }));
    } catch (error) {
      sequence.trouble = String(error.message ?? error);
    } finally {
      sequence.asking = false;
    }
    if (this.list.includes(sequence)) this.say(sequence.trouble || this.where(sequence));
    this.changed();
  }

  where(sequence) {
    if (sequence.lead) return ledText(sequence);
    const of = sequence.map === this.page.rep.key ? "" : " of another map";
    const n = sizeOf(sequence);
    return `${titleOf(sequence)}: ${count(n)} input${n === 1 ? "" : "s"} placed${of}.`;
  }

  clear() {
    super.clear();
    this.say("");
  }

  /** See a sequence: on the map that is shown, or on its own. */
  show(sequence) {
    this.goTo(sequence, () => {
      if (sequence.inputs) this.page.view()?.goTo(this.windowOf(sequence.inputs));
    });
  }

  /** Places with what is around them. */
  windowOf(inputs) {
    const [xs, ys] = [inputs.map(({ x }) => x), inputs.map(({ y }) => y)];
    const box = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const centre = [(box[0] + box[1]) / 2, (box[2] + box[3]) / 2];
    return surroundings(box, centre, this.page.rep.facts.map.window, SEEN);
  }

  /** Place on the map that is shown what was placed on another one. */
  bring(sequence) {
    const { name, called, origin, what, files } = sequence;
    const there = this.here.find((one) => one.what === what);
    if (there) this.view.show(there);
    else this.put({ name, called, origin, what, files });
  }

  /** What is said of a diamond beside the pointer. */
  tell({ sequence, index }, event) {
    const { workspace, tooltip } = this.page.bridge;
    const title = `${titleOf(sequence)}, ${count(index + 1)} of ${count(sizeOf(sequence))}`;
    const picture = pictureOf(tooltip.document, workspace, sequence, index, sampleOf(sequence, index));
    tooltip.text(event, title, linesOf(sequence, index), picture);
  }

  changed() {
    super.changed();
    this.page.paint();
  }

  draw() {
    const { rep, bridge, view, forms } = this.page;
    const chains = this.here.filter(({ inputs }) => inputs);
    view()?.setChains(chains.map((sequence) => ({ diamonds: sequence.diamonds, path: isPath(sequence) })));
    this.view?.draw(this.list, rep.key, rep.ready ? bridge.workspace.study?.dataKey : null);
    forms?.draw();
  }
}
