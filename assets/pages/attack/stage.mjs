/** One attacked sample: its pictures, the rail of its steps, and what the network says at each. */
import { NORMS, at, changePixels, firstTurn, lengths, likeliest, short, turnsAt } from "../../lib/attacks.mjs";
import { colourOf, toHex } from "../../lib/palette.mjs";
import { pixelsOf } from "../../lib/pictures.mjs";
import { scaleColours } from "../../lib/ramps.mjs";
import { LineChart } from "../../dom/linechart.mjs";
import { make, percent } from "../../dom/make.mjs";
import { Rail } from "../../dom/rail.mjs";

const LASTS = 3000; // milliseconds of a whole way
const BEATS = [40, 400]; // shortest and longest of a step
const SCALE = 96; // pixels of the scale of a change

export class Stage {
  /** @param {object} page - of `attack.mjs`. */
  constructor(page) {
    this.page = page;
    this.step = null; // null for the last one
    this.timer = 0;
  }

  /** @param {HTMLElement} box */
  mounted(box) {
    this.halt();
    this.box = box;
    this.document = box.ownerDocument;
    const figure = (label) => {
      const canvas = make(this.document, "canvas.attack-picture", { role: "img", "aria-label": label });
      const caption = make(this.document, "figcaption");
      return { element: make(this.document, "figure", {}, canvas, caption), canvas, caption };
    };
    this.figures = ["Clean sample", "Change", "Attacked sample"].map(figure);
    this.row = make(this.document, "div.attack-figures", {}, ...this.figures.map(({ element }) => element));
    this.rails = make(this.document, "div.attack-rail");
    this.chartBox = make(this.document, "div.attack-chart");
    this.said = make(this.document, "p.quiet");
    this.whole = make(this.document, "div.attack-stage", {}, this.row, this.rails, make(this.document, "h3", {}, "Probabilities, step by step"), this.chartBox, this.said);
    box.replaceChildren();
    this.rail = new Rail(this.rails, {
      label: "Step",
      scrub: (value) => this.go(Math.round(value)),
      go: (value) => (this.halt(), this.go(value)),
      play: () => this.play(),
    });
    this.chart = new LineChart(this.chartBox, { label: "Step, in the probabilities of all classes", height: 150, go: (step) => (this.halt(), this.go(step)) });
    for (const event of ["colours", "view"]) this.page.bridge.workspace.on(event, () => this.draw(), box);
  }

  get way() {
    return this.page.runs.way;
  }

  /** The step that is shown. */
  get now() {
    return Math.min(this.step ?? this.way.steps, this.way.steps);
  }

  /** Go to a step. */
  go(step) {
    if (!this.way) return;
    this.step = step >= this.way.steps ? null : Math.max(0, step);
    this.draw();
  }

  get playing() {
    return this.timer !== 0;
  }

  /** Go through all steps, from the first if one is at the last. */
  play() {
    if (this.playing) return this.halt();
    if (!this.way) return undefined;
    if (this.step === null) this.go(0);
    const beat = Math.max(BEATS[0], Math.min(BEATS[1], LASTS / this.way.steps));
    this.timer = this.page.bridge.window.setInterval(() => {
      if (!this.box.isConnected || !this.way) return this.halt();
      this.go(this.now + 1);
      return this.step === null ? this.halt() : undefined;
    }, beat);
    return this.rail.playing(true);
  }

  halt() {
    if (!this.timer) return;
    this.page.bridge.window.clearInterval(this.timer);
    this.timer = 0;
    this.rail.playing(false);
  }

  /** Draw what there is. */
  draw() {
    const { way, page } = this;
    if (!this.box?.isConnected || !way || !page.runs.facts || !page.fits) return;
    if (!this.whole.isConnected) this.box.replaceChildren(this.whole);
    const { now } = this;
    this.rail.setStops(Array.from({ length: way.steps + 1 }, (_, k) => String(k)));
    this.rail.show(now);
    this.captions(now);
    this.pictures(now);
    this.lines(now);
  }

  pictures(now) {
    const { way } = this;
    const theme = this.page.bridge.workspace.scheme;
    const { here, change } = at(way, now);
    const { scale } = way;
    const pictures = [
      pixelsOf(at(way, 0).here, way.shape.length > 1 ? way.shape : []),
      changePixels(change, way.shape, scale, theme),
      pixelsOf(here, way.shape.length > 1 ? way.shape : []),
    ];
    pictures.forEach((picture, k) => {
      const { canvas } = this.figures[k];
      Object.assign(canvas, { width: picture.width, height: picture.height });
      canvas.classList.toggle("strip", picture.height === 1);
      canvas.getContext("2d").putImageData(new ImageData(picture.data, picture.width, picture.height), 0, 0);
    });
  }

  captions(now) {
    const { way, page } = this;
    const { runs, bridge } = page;
    const { workspace } = bridge;
    const { facts, arrays, place, sample } = runs;
    const name = (k) => workspace.className(k);
    const say = ({ class: k, probability }) => `${name(k)}, ${percent(probability)}`;
    const { probabilities, classes, steps } = way;
    const [first, here] = [likeliest(probabilities, classes, 0), likeliest(probabilities, classes, now)];
    const { l2, linf } = lengths(at(way, now).change);
    const { scale } = way;
    const [clean, change, attacked] = this.figures;
    clean.caption.replaceChildren(make(this.document, "strong", {}, "Clean:"), ` ${say(first)}`);
    const times = scale > 0 ? ` × ${short(Number((1 / scale).toPrecision(2)))}` : "";
    change.caption.replaceChildren(
      make(this.document, "strong", {}, `Change${times}:`), ` L∞ ${short(linf)}, L2 ${short(l2)}`,
      ...(scale > 0 ? [this.scale(scale)] : []),
    );
    attacked.caption.replaceChildren(make(this.document, "strong", {}, `Step ${now} of ${steps}:`), ` ${say(here)}`);
    clean.canvas.setAttribute("aria-label", `Sample ${sample}, clean: ${say(first)}`);
    attacked.canvas.setAttribute("aria-label", `Sample ${sample} at step ${now}: ${say(here)}`);
    change.canvas.setAttribute("aria-label", `What was changed up to step ${now}: at most ${short(linf)}`);
    const [begins, ends] = [arrays.begins[place], arrays.ends[place]];
    page.id("title").textContent = `Sample ${sample}: ${begins === ends ? `stays ${name(ends)}` : `${name(begins)} → ${name(ends)}`}`;
    page.id("subtitle").textContent = `${this.how(facts.asked)} ${this.fate(runs)}`;
  }

  /** How it was attacked, in words. */
  how({ attack, epsilon, norm, steps, target }) {
    const method = this.page.form.methods.get(attack);
    const bound = method && !method.bounded ? "as near as can be" : `ε ${short(epsilon)} (${NORMS[norm]})`;
    const into = target === null ? "into any other class" : `into ${this.page.bridge.workspace.className(target)}`;
    return `${method?.title ?? attack}, ${bound}, ${steps} step${steps === 1 ? "" : "s"}, ${into}.`;
  }

  fate({ fates, place, arrays }) {
    const { probabilities, classes } = this.way;
    const { workspace } = this.page.bridge;
    const left = arrays.left[place];
    const name = workspace.className(left);
    const first = firstTurn(probabilities, classes, left, this.page.runs.facts.asked.target);
    const last = turnsAt(probabilities, classes);
    return {
      turned: `Turned at step ${first}${last > first ? `, for good as ${workspace.className(arrays.ends[place])} at step ${last}` : ""}.`,
      withstood: "It withstood.",
      wrong: `The network was wrong before: this is ${name}.`,
      there: "The network took it for that class before.",
    }[fates[place]];
  }

  /** What the colours of the change mean. */
  scale(most) {
    const theme = this.page.bridge.workspace.scheme;
    const { shape } = this.way;
    const canvas = make(this.document, "canvas.attack-scale", { width: SCALE, height: 1, "aria-hidden": "true" });
    const grey = shape.length === 3 && shape[2] >= 3;
    const colours = grey
      ? Array.from({ length: SCALE }, (_, k) => 0xff000000 + Math.round((255 * k) / (SCALE - 1)) * 0x010101)
      : scaleColours({ low: -most, high: most }, theme, SCALE);
    canvas.getContext("2d").putImageData(new ImageData(new Uint8ClampedArray(Uint32Array.from(colours).buffer), SCALE, 1), 0, 0);
    return make(this.document, "span.attack-scale-row", { title: grey ? "Each colour around a middle grey" : "Darker and brighter than before" },
      `−${short(most)}`, canvas, `+${short(most)}`);
  }

  lines(now) {
    const { way, page } = this;
    const { runs, bridge } = page;
    const { workspace } = bridge;
    const { probabilities, classes, steps } = way;
    const { place, arrays } = runs;
    const [left, ends] = [arrays.left[place], arrays.ends[place]];
    const bold = [left, ends, runs.facts.asked.target];
    const focus = workspace.peeked ?? workspace.view.focus ?? null;
    const weight = (k) => (k === focus ? 3 : bold.includes(k) ? 2 : 1);
    const order = Array.from({ length: classes }, (_, k) => k).sort((a, b) => weight(a) - weight(b));
    const lines = order.map((k) => ({
      values: Array.from({ length: steps + 1 }, (_, step) => probabilities[step * classes + k]),
      colour: toHex(colourOf(k, classes)),
      width: weight(k) > 1 ? 2.75 : 1.25,
      alpha: focus === null || weight(k) > 1 ? 1 : 0.25,
    }));
    this.chart.show({ places: Array.from({ length: steps + 1 }, (_, k) => k), lines, top: 1, ends: ["0", `step ${steps}`], now });
    const words = [`${workspace.className(left)}, its class`];
    if (ends !== left) words.push(`${workspace.className(ends)}, what the network takes it for in the end`);
    if (bold[2] !== null && bold[2] !== ends) words.push(`${workspace.className(bold[2])}, where it was to go`);
    if (focus !== null && !bold.includes(focus)) words.push(`${workspace.className(focus)}, which stands out in the legend`);
    this.said.textContent = `Bold: ${words.join("; ")}.`;
  }

  /** The three pictures and what is written below them, on one canvas. */
  picture() {
    const side = 280;
    const [gap, foot] = [16, 44];
    const canvas = make(this.document, "canvas", { width: 3 * side + 4 * gap, height: side + foot + 2 * gap });
    const context = canvas.getContext("2d");
    const style = styleOf(this.page.bridge.window, this.box);
    Object.assign(context, { fillStyle: style("--ground"), imageSmoothingEnabled: false });
    context.fillRect(0, 0, canvas.width, canvas.height);
    Object.assign(context, { fillStyle: style("--ink"), font: `14px ${style("--font")}`, textBaseline: "top" });
    this.figures.forEach(({ canvas: picture, caption }, k) => {
      const left = gap + k * (side + gap);
      const ratio = Math.min(side / picture.width, side / picture.height);
      context.drawImage(picture, left, gap, picture.width * ratio, picture.height === 1 ? side / 4 : picture.height * ratio);
      const words = [...caption.childNodes].slice(0, 2).map((node) => node.textContent).join("");
      context.fillText(words, left, gap + side + 8, side);
    });
    return canvas;
  }
}

const styleOf = (window, element) => {
  const style = window.getComputedStyle(element);
  return (name) => style.getPropertyValue(name);
};
