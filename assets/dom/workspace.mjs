/**
 * What the browser knows of the open study, and who wants to hear of changes.
 *
 * Pages draw from here; the server is asked for arrays only, once each, by the address of a result.
 */
import { typed } from "../lib/binary.mjs";
import { colourSamples } from "../lib/glyph.mjs";
import { flatPalette } from "../lib/palette.mjs";
import { combine, maskOf, setOf } from "../lib/selection.mjs";
import { defaults } from "../lib/address.mjs";

/**
 * @typedef {object} Glyph
 * @property {string} key - address of the result.
 * @property {object | null} facts - scores and size; null while it is not computed.
 * @property {Int32Array | null} grid - (height * width,) sample per pixel.
 * @property {Uint8Array | null} levels - (n,)
 * @property {Int32Array | null} places - (n,) first pixel of every sample, made when first needed.
 */

/** Samples of which at least one position is marked. */
function samplesOf({ points, positions }) {
  return setOf(points.map((point) => Math.floor(point / positions)));
}

/** A study as a query names it. */
function queryOf({ study, split, epoch, data_of: of }) {
  const query = new URLSearchParams({ study, split: split ?? "" });
  if (epoch !== null && epoch !== undefined) query.set("epoch", epoch);
  if (of) query.set("data_of", of);
  return query;
}

export class Workspace {
  /** @param {(url: string, how?: RequestInit) => Promise<Response>} fetcher - how arrays are asked for. */
  constructor(fetcher) {
    this.fetcher = fetcher;
    this.listeners = new Map();
    this.view = defaults();
    this.scheme = "light";
    this.hovered = null;
    this.how = "replace";
    this.busy = new Set(); // what a player of epochs has to wait for
    this.drawn = undefined; // fingerprint of the network that the page shows, if it says so
    this.attack = null; // the attack that is shown, on whichever page
    this.passing = null; // the epoch that the page passes by on its way to another one
    this.forget();
  }

  /** Say which epoch is passed by; null for none, when the page rests. @param {number | null} epoch */
  pass(epoch) {
    if (this.passing === epoch) return;
    this.passing = epoch;
    this.tell("passing");
  }

  /**
   * Say which attack is shown, null for none.
   * @param {{key: string, network: string, data: string, samples: Int32Array, steps: number, sample: number, end: number} | null} attack
   *   - sample: the one that is looked at; end: what the network takes it for at last.
   */
  setAttack(attack) {
    this.attack = attack;
    this.tell("attack");
  }

  /** No study is open; views, scheme and listeners stay. */
  close() {
    this.forget();
    this.tell("closed");
  }

  forget() {
    this.study = null;
    this.labels = null;
    this.predicted = null;
    this.confidence = null;
    this.palette = null;
    this.glyphs = new Map();
    this.failed = new Map();
    this.progress = null;
    this.selected = new Uint32Array(0);
    this.mask = null;
    this.marks = null;
    this.shared = null;
  }

  /**
   * Hear of a change: "study", "view", "glyph" (with a layer), "progress", "colours",
   * "selection", "sample" (hovered), "failed", "plan", "second" (the network beside),
   * "epochs" (somebody goes through a training), "passing" (the page passes an epoch by),
   * "attack" (another one is shown, or another sample of it), "closed" (no study is open).
   * @param {string} event
   * @param {(detail: any) => void} listener
   * @param {Element} [element] - whose part listens; it is forgotten when that leaves the page.
   */
  on(event, listener, element) {
    if (!this.listeners.has(event)) this.listeners.set(event, new Set());
    this.listeners.get(event).add({ listener, element });
  }

  tell(event, detail) {
    const heard = this.listeners.get(event) ?? new Set();
    for (const entry of heard) {
      if (entry.element && !entry.element.isConnected) heard.delete(entry);
      else entry.listener(detail);
    }
  }

  /** @returns {Promise<{values: ArrayLike<number>, shape: number[]}>} */
  array(key, name) {
    return this.binary(`/result/${key}/${name}`);
  }

  /** One entry along the first axis of an array. */
  row(key, name, index) {
    return this.binary(`/result/${key}/${name}/${index}`);
  }

  /** Some columns of one result, one after the other. */
  columns(key, names) {
    return this.binary(`/columns/${key}/${names.join(",")}`);
  }

  async binary(address) {
    const response = await this.fetcher(address);
    if (!response.ok) throw new Error((await response.text()).trim() || response.statusText);
    const shape = response.headers.get("X-Shape").split(",").filter(Boolean).map(Number);
    const values = typed(await response.arrayBuffer(), response.headers.get("X-Dtype"), shape);
    return { values, shape };
  }

  /** What every layer makes of one sample: flat, one layer after the other. */
  maps(sample, wish) {
    return this.responses(`/maps/${sample}`, wish);
  }

  /** The same of an attacked sample at a step of its way. */
  attackedMaps(key, sample, step, wish) {
    return this.responses(`/attacked/${key}/${sample}/${step}`, wish);
  }

  async responses(address, wish) {
    return (await this.binary(`${address}?${queryOf(wish)}`)).values;
  }

  /**
   * What a filter has learnt.
   * @returns {Promise<{name: string, shape: number[], values: Float32Array}[]>} none of a layer that
   *   learns nothing.
   */
  async weights(layer, filter, wish) {
    const query = queryOf(wish);
    query.set("layer", layer);
    const response = await this.fetcher(`/weights/${filter}?${query}`);
    if (!response.ok) throw new Error((await response.text()).trim() || response.statusText);
    const told = JSON.parse(response.headers.get("X-Told"));
    const values = new Float32Array(await response.arrayBuffer());
    let start = 0;
    return told.map(({ name, shape }) => {
      const size = shape.reduce((a, b) => a * b, 1);
      start += size;
      return { name, shape, values: values.subarray(start - size, start) };
    });
  }

  /** Take up a study: its labels and predictions come first, all else hangs on them. */
  async open(study) {
    const known = this.study?.keys?.card === study.keys.card && this.labels;
    const samples = this.study?.dataKey === study.dataKey ? this.selected : new Uint32Array(0);
    if (!known) this.forget();
    this.study = study;
    this.palette = flatPalette(study.classes.length);
    if (!known) {
      const [labels, guesses] = await Promise.all([
        this.array(study.keys.card, "labels"),
        this.predictions(study),
      ]);
      if (this.study !== study) return; // another one was opened meanwhile
      this.labels = labels.values;
      Object.assign(this, guesses);
    }
    this.shared = null;
    this.tell("study", study);
    this.select(samples, "replace");
  }

  /** Predicted classes and their probabilities; -1 and none of a network without classes. */
  async predictions(study) {
    const key = study.keys.predictions;
    if (!key) return { predicted: new Int32Array(study.n).fill(-1), confidence: null };
    const [predicted, confidence] = await Promise.all([
      this.array(key, "predicted"),
      this.array(key, "confidence"),
    ]);
    return { predicted: predicted.values, confidence: confidence.values };
  }

  /**
   * Take up the network beside, on the same data; null for none.
   * @returns {Promise<string>} why it cannot be shown, "" where it can.
   */
  async openSecond(study) {
    this.wantedSecond = study;
    let [second, trouble] = [null, ""];
    try {
      if (study?.state === "ready") second = { study, ...(await this.predictions(study)) };
    } catch (error) {
      trouble = String(error.message ?? error);
    }
    if (this.wantedSecond !== study) return ""; // another one, or none, was chosen meanwhile
    this.second = second;
    this.tell("second", study);
    if (this.view.colour === "beside") this.recolour();
    return trouble;
  }

  /** Whether the network says classes, and not only an embedding. */
  get classifies() {
    return Boolean(this.study?.keys.predictions);
  }

  /** Whether there is a network beside whose answers can differ from those of this one. */
  get differs() {
    return this.classifies && Boolean(this.second?.study.keys.predictions) && this.second.predicted.length === this.study.n;
  }

  get ready() {
    return Boolean(this.study && this.labels);
  }

  /** The colour mode in force: chosen, or what the study suggests. */
  get mode() {
    const suggested = this.study?.colour || "class";
    const { colour } = this.view;
    const wanted = !colour || (colour === "beside" && !this.differs) ? suggested : colour;
    return this.classifies || !["predicted", "correct"].includes(wanted) ? wanted : "class";
  }

  setView(view) {
    const recolour = ["colour", "focus"].some((name) => this.view[name] !== view[name]);
    this.view = view;
    if (recolour) this.recolour();
    this.tell("view", view);
  }

  setScheme(scheme) {
    this.scheme = scheme;
    this.recolour();
  }

  /** Let one class stand out for the moment; null goes back to the pinned one. */
  peek(focus) {
    this.peeked = focus;
    this.recolour();
  }

  /** Mask of what stands out from the rest: the selection, else the class in focus; null for none. */
  get standing() {
    if (this.selected.length) return this.mask;
    const focus = this.peeked ?? this.view.focus;
    if (focus === null || focus === undefined || !this.ready) return null;
    const classes = this.mode === "predicted" ? this.predicted : this.labels;
    return Uint8Array.from(classes, (label) => Number(label === focus));
  }

  recolour() {
    this.shared = null;
    if (this.ready) this.tell("colours");
  }

  /**
   * Packed colour of every sample in a layer.
   * @returns {Uint32Array} (n,)
   */
  colours(layer) {
    const focus = this.peeked ?? this.view.focus;
    const levels = this.glyphs.get(layer)?.levels ?? null;
    const relative = this.mode === "relative" && levels !== null;
    if (!relative && this.shared) return this.shared;
    const colours = colourSamples({
      mode: relative || this.mode !== "relative" ? this.mode : "class", // where there is no order
      // Unlabelled data is judged, and so also picked out, by what the network says it is.
      labels: relative && !this.study.labelled ? this.predicted : this.labels,
      predicted: this.predicted,
      other: this.second?.predicted ?? null,
      levels: relative ? levels : null,
      palette: this.palette,
      focus: focus < this.study.classes.length ? focus : null, // links may be written by hand
      selection: this.selected.length ? this.mask : null,
      theme: this.scheme,
    });
    if (!relative) this.shared = colours;
    return colours;
  }

  /** Take up which glyphs there are; those that are there already are fetched at once. */
  setPlan(plan) {
    this.question = plan.question;
    this.progress = null;
    this.failed.clear();
    const before = this.glyphs;
    this.glyphs = new Map();
    for (const [layer, { key, facts }] of Object.entries(plan.layers)) {
      const old = before.get(layer);
      const glyph = { key, facts, grid: null, levels: null, places: null };
      this.glyphs.set(layer, old?.key === key && old.grid ? old : glyph);
    }
    this.tell("plan", plan);
    for (const layer of this.glyphs.keys()) this.fetchGlyph(layer);
  }

  /**
   * Take up how far the computation is: {"question", "done", "failed", ...} of `compute_glyphs`.
   * @returns {boolean} whether it speaks of what is shown; a job for another distance may still run.
   */
  setProgress(progress) {
    if (progress && !this.concerns(progress.question)) return false;
    this.progress = progress;
    for (const [layer, facts] of Object.entries(progress?.done ?? {})) {
      const glyph = this.glyphs.get(layer);
      if (glyph && !glyph.grid) {
        glyph.facts = facts;
        this.failed.delete(layer);
        this.fetchGlyph(layer);
      }
    }
    for (const [layer, reason] of Object.entries(progress?.failed ?? {})) {
      this.failed.set(layer, reason);
      this.tell("failed", layer);
    }
    this.tell("progress", progress);
    return true;
  }

  /** Whether a job's question is the one whose glyphs are shown. */
  concerns(question) {
    const names = Object.keys(this.question ?? {});
    return Boolean(question) && names.every((name) => question[name] === this.question[name]);
  }

  async fetchGlyph(layer) {
    const glyph = this.glyphs.get(layer);
    if (!glyph.facts || glyph.grid || glyph.asked) {
      if (glyph.grid) this.tell("glyph", layer);
      return;
    }
    glyph.asked = true;
    try {
      const [grid, levels] = await Promise.all([
        this.array(glyph.key, "grid"),
        this.array(glyph.key, "levels"),
      ]);
      glyph.grid = grid.values;
      [glyph.height, glyph.width] = grid.shape;
      glyph.levels = levels.values;
    } catch (error) {
      glyph.asked = false;
      this.failed.set(layer, String(error.message ?? error));
      this.tell("failed", layer);
      return;
    }
    if (this.glyphs.get(layer) === glyph) this.tell("glyph", layer);
  }

  /** Pixel of a sample in a layer's glyph, -1 if it has none. */
  placeOf(layer, sample) {
    const glyph = this.glyphs.get(layer);
    if (!glyph?.grid) return -1;
    if (!glyph.places) {
      glyph.places = new Int32Array(this.labels.length).fill(-1);
      for (let pixel = glyph.grid.length - 1; pixel >= 0; pixel--) {
        if (glyph.grid[pixel] >= 0) glyph.places[glyph.grid[pixel]] = pixel;
      }
    }
    return glyph.places[sample] ?? -1;
  }

  /**
   * Change the selection by what a gesture caught.
   * @param {Iterable<number>} picked - samples.
   * @param {import("../lib/selection.mjs").How} [how]
   * @param {{grid: string, positions: number, points: Uint32Array} | null} [marks] - which of the
   *   samples' positions were caught, as sample * positions + position, and on which grid.
   */
  select(picked, how = this.how, marks = null) {
    if (!this.ready) return;
    const fresh = how === "replace" || (how === "add" && !this.selected.length);
    const kept = !fresh && marks && this.marks?.grid === marks.grid;
    const points = kept ? combine(this.marks.points, marks.points, how) : marks?.points;
    const marked = (kept || fresh) && points?.length;
    this.selected = kept
      ? samplesOf({ ...marks, points })
      : combine(this.selected, setOf(picked), how);
    // Positions of exactly the selected samples are marked, or none: some have none to combine.
    this.marks = marked ? { ...marks, points } : null;
    this.mask = maskOf(this.selected, this.labels.length);
    this.shared = null;
    this.tell("selection", this.selected);
    this.tell("colours");
  }

  hover(sample) {
    if (sample === this.hovered) return;
    this.hovered = sample;
    this.tell("sample", sample);
  }

  className(k) {
    return k < 0 ? "unlabelled" : (this.study.classes[k] ?? String(k));
  }

  imageUrl(sample) {
    const key = this.study?.keys.thumbnails;
    return key ? `/image/${key}/${sample}.png` : null;
  }
}
