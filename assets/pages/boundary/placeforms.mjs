/** What can be placed on a map: a group of samples, image files, a sample after a step of an attack. */
import { ACCEPTED, fileDrop, fileField } from "../../dom/filefield.mjs";
import { count } from "../../dom/make.mjs";
import { sampleLine } from "../../dom/placedlist.mjs";
import { setOf } from "../../lib/selection.mjs";
import { MOST_BYTES, MOST_FILES, MOST_SAMPLES } from "./placing.mjs";

const MOST_STEPS = 12; // of a way that are placed
const SELECTION = "/"; // among the values of the picker, where groups begin with "="
const KINDS = Object.values(ACCEPTED).join(", ").replace(/, (?=[^,]*$)/, " or ");

export class PlaceForms {
  /** @param {object} page - of `boundary.mjs`. */
  constructor(page) {
    this.page = page;
    /** @type {{name: string, indices: number[]}[]} */
    this.groups = [];
    this.group = SELECTION;
    this.epsilon = 0.1;
  }

  /** The tab was made anew. */
  mounted() {
    const { id, bridge } = this.page;
    fileField(id("place-files"), (files) => this.files(files));
    fileDrop(id("map"), (files) => {
      bridge.set("boundary-tab", { value: "placed" });
      this.files(files);
    });
    for (const event of ["selection", "attack"]) bridge.workspace.on(event, () => this.draw(), id("place-sample"));
    bridge.set("boundary-place-epsilon", { value: this.epsilon });
    this.told = ""; // what the controls show
    this.draw();
  }

  /** Show what can be chosen, and what cannot just now. */
  draw() {
    const { id, bridge, placed } = this.page;
    const { workspace, set } = bridge;
    const box = id("place-sample");
    if (!box || !workspace.ready) return;
    const [sample = -1] = workspace.selected;
    box.replaceChildren(sampleLine(box.ownerDocument, workspace, sample));
    id("place-epsilon-now").textContent = `ε = ${this.epsilon.toFixed(2)}`;
    const { busy } = placed;
    id("place-way-from").textContent = this.attacked
      ? `Sample ${this.attacked.sample}, as it was attacked:`
      : "Attack samples on the Attack page, and their way can be placed, too.";
    const props = {
      "place-group": { data: this.options(), value: this.group },
      "place-group-now": { disabled: busy || !this.chosen.samples.length },
      "place-step": { disabled: busy || sample < 0 },
      "place-way": { disabled: busy || !this.attacked },
    };
    const told = JSON.stringify(props);
    if (told === this.told) return;
    this.told = told;
    for (const [name, prop] of Object.entries(props)) set(`boundary-${name}`, prop);
  }

  options() {
    const { selected } = this.page.bridge.workspace;
    const groups = this.groups.map(({ name, indices }) => ({ value: `=${name}`, label: `${name} (${count(indices.length)})` }));
    return [{ value: SELECTION, label: `The selection (${count(selected.length)})` }, ...groups];
  }

  /** The samples that are picked, and what they are called. */
  get chosen() {
    const group = this.groups.find(({ name }) => `=${name}` === this.group);
    if (group) return { called: group.name, samples: group.indices };
    const samples = Array.from(this.page.bridge.workspace.selected);
    return { called: `Selection of ${count(samples.length)}`, samples };
  }

  place() {
    const { placed } = this.page;
    const { called, samples } = this.chosen;
    if (samples.length > MOST_SAMPLES) {
      const most = count(MOST_SAMPLES);
      placed.say(`${called} has ${count(samples.length)} samples; at most ${most} can be placed at once.`);
    } else if (samples.length) placed.put({ called, origin: "group", what: { kind: "samples", samples: Array.from(setOf(samples)) } });
  }

  /** @param {File[]} files */
  files(files) {
    const { placed } = this.page;
    const other = files.find(({ type }) => !Object.hasOwn(ACCEPTED, type));
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    if (!files.length) return;
    if (other) placed.say(`${other.name} is no ${KINDS} image, so that nothing was placed.`);
    else if (files.length > MOST_FILES) {
      placed.say(`These are ${count(files.length)} files; at most ${MOST_FILES} can be placed at once.`);
    } else if (bytes > MOST_BYTES) {
      const [size, most] = [bytes, MOST_BYTES].map((value) => (value / 2 ** 20).toFixed(1));
      placed.say(`${files.length > 1 ? "These files take" : "This file takes"} ${size} MiB; at most ${most} MiB can be placed at once.`);
    } else {
      const more = files.length > 1 ? ` and ${count(files.length - 1)} more` : "";
      placed.put({ called: `${files[0].name}${more}`, origin: "file", what: { kind: "images" }, files });
    }
  }

  step() {
    const [sample] = this.page.bridge.workspace.selected;
    if (sample === undefined) return;
    const { epsilon } = this;
    const what = { kind: "attack", sample, epsilon };
    this.page.placed.put({ called: `Sample ${sample}, ε = ${epsilon}`, origin: "attack", what });
  }

  /** The attacked sample whose way can be placed: the one that is selected, else the one that was
   * looked at last; null without any. */
  get attacked() {
    const { attack, selected, study } = this.page.bridge.workspace;
    if (!attack || attack.network !== study.networkKey || attack.data !== study.dataKey) return null;
    const { key, steps, samples } = attack;
    const sample = selected.length === 1 && samples.includes(selected[0]) ? selected[0] : attack.sample;
    return { key, sample, steps };
  }

  way() {
    const { attacked } = this;
    if (!attacked) return;
    const { key, sample, steps: last } = attacked;
    const stops = Math.min(last, MOST_STEPS - 1);
    const steps = Array.from({ length: stops + 1 }, (_, k) => Math.round((k * last) / stops));
    this.page.placed.put({ called: `Way of sample ${sample}, ${steps.length} of ${last + 1} steps`, origin: "attack", what: { kind: "way", key, sample, steps } });
  }

  /** The clientside callbacks of the tab. */
  callbacks() {
    const { nothing } = this.page.bridge;
    const told = (act) => (what) => (act(what), nothing());
    return {
      boundaryGroups: told((groups) => {
        this.groups = groups ?? [];
        if (!this.groups.some(({ name }) => `=${name}` === this.group)) this.group = SELECTION;
        this.draw();
      }),
      boundaryGroup: told((value) => {
        this.group = value ?? SELECTION;
        this.draw();
      }),
      boundaryEpsilon: told((value) => {
        this.epsilon = Math.round(100 * (value ?? 0)) / 100;
        this.draw();
      }),
      boundaryPlace: told(() => this.place()),
      boundaryStep: told(() => this.step()),
      boundaryWay: told(() => this.way()),
    };
  }
}
