/** Inputs of one's own: drawn, or from files; judged at once, and added to the samples. */
import { pixelsOf } from "../../lib/pictures.mjs";
import { MANNERS, mannerOf, sampled, usualPen } from "../../lib/sketch.mjs";
import { bar } from "../../dom/bars.mjs";
import { ACCEPTED, fileDrop, fileField } from "../../dom/filefield.mjs";
import { InputDesk } from "../../dom/inputdesk.mjs";
import { count, make, percent } from "../../dom/make.mjs";
import { SIDE, Sketchpad } from "../../dom/sketchpad.mjs";

const SAID = 5; // classes that are listed of what the network says
const MOST_FILES = 24;
const MOST_BYTES = 7.5 * 2 ** 20; // of files, with some room for what goes with them
const FITS = { middle: "cut out the middle", whole: "whole, with a border", squeezed: "squeezed" };
const KINDS = Object.values(ACCEPTED).join(", ").replace(/, (?=[^,]*$)/, " or ");

/** Something that the server said no to. */
const said = (error) => String(error.message ?? error);

export class Own {
  /** @param {object} page - of `compare.mjs`. */
  constructor(page) {
    this.page = page;
    this.desk = new InputDesk(page.bridge.workspace);
    Object.assign(this, { fit: "middle", inverted: false, labels: { sketch: -1, files: -1 }, drawn: true, about: "" });
    this.forget();
  }

  forget() {
    Object.assign(this, {
      x: null, // what the network is shown of the drawing
      probabilities: null, judging: null, again: false,
      sources: null, // files that the pictures are of
      pictures: [], listed: null, pixels: null, trouble: {}, waiting: false,
      stale: false, // other samples are shown now, which are still being opened
    });
  }

  get study() {
    return this.page.bridge.workspace.study;
  }

  /** Why no input of one's own can be shown to this network, "" where it can. */
  get refusal() {
    const { imageShape, network } = this.study;
    if (network.remembered) return "This study has no network that could be asked about other inputs.";
    if (!imageShape || ![1, 3].includes(imageShape[2])) return "This network takes no pictures, so that nothing can be drawn for it or shown to it.";
    return "";
  }

  studied() {
    const { networkKey, dataKey } = this.study;
    const about = `${networkKey} ${dataKey}`;
    if (about === this.about) return;
    const { form, x, sources, pictures } = this;
    this.forget();
    this.about = about;
    this.form = JSON.stringify([this.study.imageShape, this.study.name.split(".")[0]]);
    if (form === this.form) Object.assign(this, { x, sources, pictures: pictures.map((one) => ({ ...one, probabilities: null })) }); // the drawing stays
    else this.pad?.clear();
    this.build();
    if (!this.refusal) {
      this.list();
      this.judge();
      this.convert();
    }
  }

  mounted() {
    this.box = this.page.id("own");
    this.build();
    // Attacked samples are added on another page.
    if (this.about && !this.refusal) this.list();
  }

  /** The parts of the tab; they are filled by what comes. */
  build() {
    const { box, page } = this;
    if (!box?.isConnected || !page.bridge.workspace.ready) return;
    const { ownerDocument: document } = box;
    if (this.refusal) {
      box.replaceChildren(make(document, "p.hint", {}, this.refusal));
      return;
    }
    const part = (tag, ...rest) => make(document, tag, ...rest);
    const { imageShape } = this.study;
    this.pad ??= new Sketchpad(document, (ink) => this.changed(ink));
    if (this.padFor !== String(imageShape)) {
      this.padFor = String(imageShape);
      this.pad.width = usualPen(SIDE, imageShape);
      this.drawn = imageShape[2] === 1; // photographs were neither cut out nor centred
    }
    this.seen = part("canvas.own-seen", { role: "img", "aria-label": "What the network sees of the drawing" });
    this.bars = part("div.own-said", { "aria-live": "off" });
    const pen = part("input", { type: "range", min: 6, max: 60, value: this.pad.width, "aria-label": "Width of the pen" });
    pen.addEventListener("input", () => (this.pad.width = Number(pen.value)));
    const centred = part("input", { type: "checkbox", checked: this.drawn });
    centred.addEventListener("change", () => {
      this.drawn = centred.checked;
      this.changed(this.pad.ink());
    });
    this.truth = { sketch: this.classes(document, "sketch"), files: this.classes(document, "files") };
    const button = (text, act, title = "") => {
      const made = part("button.plain", { type: "button", title }, text);
      made.addEventListener("click", act);
      return made;
    };
    this.keep = button("Add to samples", () => this.addSketch(), "Keep the drawing as a sample of this data");
    const size = `${imageShape[1]}\u00a0×\u00a0${imageShape[0]}`;
    this.wrong = { sketch: part("p.wrong", { role: "alert" }), files: part("p.wrong", { role: "alert" }), added: part("p.wrong", { role: "alert" }) };
    const files = part("div.own-files");
    fileField(files, (list) => this.files(list));
    const fit = part("select.own-field", { "aria-label": "How pictures of other proportions are fitted" },
      ...Object.entries(FITS).map(([value, text]) => part("option", { value, selected: value === this.fit }, text)));
    fit.addEventListener("change", () => {
      this.fit = fit.value;
      this.convert();
    });
    const inverted = part("input", { type: "checkbox", checked: this.inverted });
    inverted.addEventListener("change", () => {
      this.inverted = inverted.checked;
      this.convert();
    });
    this.shown = part("div.own-pictures");
    this.added = part("div.own-added");
    box.replaceChildren(
      part("h3", {}, "Draw"),
      part("div.own-pad", {}, this.pad.canvas, part("div.own-beside", {}, part("span.quiet", {}, `The network sees, ${size}`), this.seen)),
      part("div.freeze-row.own-tools", {},
        part("label", {}, "Pen ", pen), button("Undo", () => this.pad.undo(), "Take the last stroke back (Z)"), button("Clear", () => this.pad.clear(), "Begin anew (Delete)")),
      part("label.own-check", {}, centred, " scaled and centred as the data's own"),
      this.bars, this.wrong.sketch,
      part("div.freeze-row", {}, part("label", {}, "True class ", this.truth.sketch), this.keep),
      part("h3", {}, "From files"),
      part("div.freeze-row", {}, files, fit, part("label.own-check", {}, inverted, " inverted")),
      part("p.quiet", {}, `${KINDS}, dropped here or chosen; brought to ${size}.`),
      this.wrong.files, this.shown,
      this.added, this.wrong.added,
    );
    if (this.dropping !== box) fileDrop(box, (list) => this.files(list));
    this.dropping = box;
    this.drawSketch();
    this.drawPictures();
    this.drawAdded();
  }

  /** A field for the true class of what is added. @param {"sketch" | "files"} where */
  classes(document, where) {
    const { labels, study } = this;
    const field = make(document, "select.own-field", { "aria-label": where === "sketch" ? "True class of the drawing" : "True class of the pictures" },
      make(document, "option", { value: "-1" }, "unknown"),
      ...study.classes.map((name, k) => make(document, "option", { value: String(k), selected: k === labels[where] }, name)));
    field.addEventListener("change", () => (labels[where] = Number(field.value)));
    return field;
  }

  fail(where, error) {
    this.trouble[where] = error ? said(error) : "";
    if (this.wrong) this.wrong[where].textContent = this.trouble[where];
  }

  /** Something was drawn. @param {Float32Array} ink */
  changed(ink) {
    if (!this.study || this.refusal) return; // it was left meanwhile
    const { imageShape, data } = this.study;
    this.x = sampled(ink, SIDE, imageShape, this.drawn ? mannerOf(data, imageShape) : MANNERS.drawn);
    if (!this.x) this.probabilities = null;
    this.drawSketch();
    this.judge();
  }

  /** Ask what the network says of the drawing; while one answer is awaited only the newest waits. */
  async judge() {
    if (this.judging || !this.x) {
      this.again = this.judging !== null;
      return;
    }
    const asked = (this.judging = Symbol("asked"));
    try {
      const found = await this.desk.judge(this.x);
      if (asked !== this.judging) return; // another study was opened meanwhile
      if (this.x) this.probabilities = found;
      this.fail("sketch", null);
    } catch (error) {
      if (asked !== this.judging) return;
      this.probabilities = null; // it was said of another drawing
      this.fail("sketch", error);
    }
    this.judging = null;
    this.drawSketch();
    if (!this.again) return;
    this.again = false;
    await this.judge();
  }

  drawSketch() {
    if (!this.seen?.isConnected || !this.study) return;
    const { imageShape, classes } = this.study;
    this.paint(this.seen, this.x ?? new Float32Array(imageShape.reduce((a, b) => a * b, 1)));
    this.keep.disabled = this.waiting || !this.x;
    const { ownerDocument: document } = this.seen;
    const { probabilities } = this;
    if (!probabilities?.length) {
      const waiting = this.page.bridge.workspace.classifies ? "…" : "This network tells no classes apart.";
      const text = this.x ? waiting : "Draw, and the network says what it sees.";
      this.bars.replaceChildren(...(this.trouble.sketch ? [] : [make(document, "p.quiet", {}, text)]));
      return;
    }
    const order = Array.from(probabilities.keys()).sort((a, b) => probabilities[b] - probabilities[a]);
    this.bars.replaceChildren(...order.slice(0, SAID).map((k) => bar(document, {
      text: classes[k], share: probabilities[k], value: percent(probabilities[k]), title: `Say that this is ${classes[k]}`,
      act: () => {
        this.labels.sketch = k;
        this.truth.sketch.value = String(k);
      },
    })));
  }

  paint(canvas, x) {
    const pixels = pixelsOf(x, this.study.imageShape);
    Object.assign(canvas, { width: pixels.width, height: pixels.height });
    canvas.getContext("2d").putImageData(new ImageData(pixels.data, pixels.width, pixels.height), 0, 0);
  }

  /** @param {File[]} files */
  files(files) {
    if (!files.length || this.refusal) return undefined;
    const other = files.find(({ type }) => !Object.hasOwn(ACCEPTED, type));
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    if (other) return this.fail("files", `${other.name} is no ${KINDS} image, so that nothing was read.`);
    if (files.length > MOST_FILES) return this.fail("files", `These are ${count(files.length)} files; at most ${MOST_FILES} are read at once.`);
    if (bytes > MOST_BYTES) return this.fail("files", `${files.length > 1 ? "These files take" : "This file takes"} ${(bytes / 2 ** 20).toFixed(1)} MiB; at most ${(MOST_BYTES / 2 ** 20).toFixed(1)} MiB are read at once.`);
    const before = this.sources ?? [];
    if (before.length + files.length > MOST_FILES) return this.fail("files", `${count(before.length)} picture${before.length === 1 ? " waits" : "s wait"} to be added, and at most ${MOST_FILES} can. Add those first.`);
    this.sources = [...before, ...files];
    return this.convert();
  }

  /** Have the files converted, as is chosen now. */
  async convert() {
    if (!this.sources?.length) return;
    const { about, sources } = this;
    const asked = (this.asked = Symbol("asked"));
    this.fail("files", null);
    try {
      const { pictures, failed } = await this.desk.convert(sources, this.fit, this.inverted);
      if (about !== this.about || asked !== this.asked) return;
      this.pictures = pictures;
      this.sources = pictures.map(({ file }) => file);
      this.fail("files", failed.join(" "));
    } catch (error) {
      if (about !== this.about || asked !== this.asked) return;
      // What was read before stays.
      this.sources = this.pictures.map(({ file }) => file);
      this.fail("files", error);
    }
    this.drawPictures();
  }

  drawPictures() {
    if (!this.shown?.isConnected || !this.study) return;
    const { ownerDocument: document } = this.shown;
    const { classes } = this.study;
    const lines = this.pictures.map(({ name, note, x, probabilities }) => {
      const canvas = make(document, "canvas.own-picture", { role: "img", "aria-label": `${name} as the network sees it` });
      this.paint(canvas, x);
      const best = probabilities?.length ? probabilities.indexOf(Math.max(...probabilities)) : -1;
      const text = best < 0 ? "" : `${classes[best]}, ${percent(probabilities[best])}`;
      return make(document, "div.own-line", {}, canvas, make(document, "div", {}, make(document, "b", {}, text || name), make(document, "p.quiet", {}, `${text ? `${name}: ` : ""}${note}`)));
    });
    if (!lines.length) return this.shown.replaceChildren();
    const add = make(document, "button.plain", { type: "button", disabled: this.waiting }, lines.length > 1 ? `Add all ${count(lines.length)} to samples` : "Add to samples");
    add.addEventListener("click", () => this.addPictures());
    return this.shown.replaceChildren(...lines, make(document, "div.freeze-row", {}, make(document, "label", {}, "True class ", this.truth.files), add));
  }

  addSketch() {
    return this.add("sketch", { kind: "sketch", texts: ["drawn on the Compare page"], labels: [this.labels.sketch] }, this.x, "The drawing");
  }

  async addPictures() {
    const { pictures } = this;
    const size = pictures[0].x.length;
    const whole = new Float32Array(size * pictures.length);
    pictures.forEach(({ x }, k) => whole.set(x, k * size));
    const texts = pictures.map(({ name, note }) => `${name.slice(0, 80)}: ${note}`.slice(0, 190));
    const what = { kind: "picture", texts, labels: pictures.map(() => this.labels.files) };
    const called = pictures.length > 1 ? `${count(pictures.length)} pictures` : pictures[0].name;
    if (await this.add("files", what, whole, called)) Object.assign(this, { pictures: [], sources: null });
    this.drawPictures();
  }

  /** @returns {Promise<boolean>} whether it was added. */
  async add(where, what, x, called) {
    if (!(await this.change(where, () => this.desk.add(what, x)))) return false;
    const { shown } = this.listed;
    this.page.bridge.toast(`${called} ${what.labels.length > 1 ? "are" : "is"} added${shown ? " behind the samples." : ". Show what is added with the data to select it, attack it, or see it in every layer."}`);
    return true;
  }

  /**
   * Change what is added; a second wish meanwhile would meet other places, or be the first one's double.
   * @returns {Promise<boolean>} whether it was changed, of the data that is still open.
   */
  async change(where, ask) {
    if (this.waiting) return false;
    const { about, page } = this;
    this.waiting = true;
    this.drawSketch();
    this.drawPictures();
    try {
      const found = await ask();
      if (about === this.about) {
        this.taken(found);
        this.fail(where, null);
        return true;
      }
      page.bridge.set("frame-offers", { data: found.offers });
      if (!this.refusal) this.list(); // which may have been asked too early
    } catch (error) {
      if (about === this.about) this.fail(where, error);
      else page.bridge.toast(said(error));
    } finally {
      if (about === this.about) {
        this.waiting = false;
        this.drawSketch();
        this.drawPictures();
      }
    }
    return false;
  }

  /** What was added is another than before. */
  taken({ offers, ...listed }) {
    const { bridge } = this.page;
    const before = this.listed;
    this.listed = listed;
    this.pixels = null;
    this.stale = listed.shown && before?.samples.length !== listed.samples.length;
    bridge.set("frame-offers", { data: offers });
    this.drawAdded();
    this.fetchPixels();
    if (!this.stale) return;
    // What is shown has other samples now: the study is opened again, or the one without them.
    if (listed.samples.length) bridge.again();
    else this.show(false);
  }

  async list() {
    const { about } = this;
    try {
      const listed = await this.desk.list();
      if (about !== this.about) return;
      Object.assign(this, { listed, pixels: null });
      this.drawAdded();
      await this.fetchPixels();
    } catch (error) {
      if (about === this.about) this.fail("added", error);
    }
  }

  async fetchPixels() {
    const { about, listed } = this;
    if (!listed?.samples.length) return;
    try {
      const { values } = await this.desk.pixels();
      if (about !== this.about || listed !== this.listed) return;
      this.pixels = values;
      this.drawAdded();
    } catch (error) {
      if (about === this.about) this.fail("added", error);
    }
  }

  /** Show the data with what was added, or without. */
  show(wanted) {
    const { study } = this.listed;
    this.page.bridge.vary(wanted ? study : study.split(".").filter((part) => part !== "added").join("."));
  }

  drawAdded() {
    if (!this.added?.isConnected || !this.study) return;
    const { listed, added: box } = this;
    const { ownerDocument: document } = box;
    const part = (tag, ...rest) => make(document, tag, ...rest);
    if (!listed?.samples.length) return box.replaceChildren();
    const { samples } = listed;
    const shown = listed.shown && !this.stale;
    const { workspace, how } = this.page.bridge;
    const first = shown ? workspace.study.n - samples.length : 0;
    const size = this.study.imageShape.reduce((a, b) => a * b, 1);
    const check = part("input", { type: "checkbox", checked: listed.shown });
    check.addEventListener("change", () => this.show(check.checked));
    const lines = samples.map(({ kind, text, label }, k) => {
      const canvas = part("canvas.own-picture", { role: "img", "aria-label": `Added sample ${k + 1}` });
      if (this.pixels) this.paint(canvas, this.pixels.slice(k * size, (k + 1) * size));
      const truth = label < 0 ? "unlabelled" : `true ${workspace.className(label)}`;
      const predicted = shown && workspace.classifies && workspace.predicted.length > first + k ? `, predicted ${workspace.className(workspace.predicted[first + k])}` : "";
      const name = shown ? part("button.plain.step", { type: "button", title: "Select it on every page" }, `Sample ${first + k}`) : part("b", {}, kind);
      if (shown) name.addEventListener("click", () => workspace.select([first + k], how()));
      const gone = part("button.plain.step", { type: "button", title: "Remove it", disabled: this.stale, "aria-label": `Remove added sample ${k + 1}` }, "×");
      gone.addEventListener("click", () => this.remove(k));
      return part("div.own-line", {}, canvas, part("div", {}, name, ` ${truth}${predicted}`, part("p.quiet", {}, text)), gone);
    });
    return box.replaceChildren(
      part("h3", {}, `Added to this data (${count(samples.length)})`),
      part("label.own-check", {}, check, " shown with the data, on every page"),
      ...(listed.shown ? [] : [part("p.quiet", {}, "The data with them is a study of its own: its layers are put in order anew.")]),
      ...lines,
    );
  }

  async remove(place) {
    const { workspace } = this.page.bridge;
    const { samples, shown } = this.listed;
    const gone = workspace.study.n - samples.length + place;
    if (!(await this.change("added", () => this.desk.remove([place])))) return;
    const { selected } = workspace;
    const stay = selected.filter((sample) => sample < gone); // those behind it have other numbers now
    if (shown && stay.length < selected.length) workspace.select(stay, "replace");
  }
}
