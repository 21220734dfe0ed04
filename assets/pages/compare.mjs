/** The Compare page in the browser: two inputs side by side in every layer, and their difference. */
import { table } from "../lib/csv.mjs";
import { difference } from "../lib/differences.mjs";
import { tableRows } from "../lib/maps.mjs";
import { ranges, union } from "../lib/ramps.mjs";
import { FeatureMaps } from "../dom/featuremaps.mjs";
import { progressText } from "../dom/jobs.mjs";
import { Legend } from "../dom/legend.mjs";
import { make } from "../dom/make.mjs";
import { First } from "./compare/first.mjs";
import { Freeze } from "./compare/freeze.mjs";
import { Inputs } from "./compare/inputs.mjs";
import { Lists } from "./compare/lists.mjs";
import { Own } from "./compare/own.mjs";
import { Space } from "./compare/space.mjs";

const FIRST = { left: "first", right: "own" };
const ATTACK = "The attack that was compared belongs to another network, epoch or split; it comes back with that one.";
/** Why something that was chosen is not to be had, where it may come back. */
const LOST = {
  clean: ATTACK, attacked: ATTACK,
  sample: "The sample of the link is not among those of this study: it has fewer.",
  class: "The class of the link is not one of this study's.",
  selection: "The mean of a selection needs at least two selected samples. A link brings a selection along once it is saved as a group.",
  beside: "The network beside is gone, or its layers have other shapes, so that its maps cannot be laid on these.",
};
const COLUMNS = ["left", "right", "difference"];

/**
 * The clientside callbacks that `dashboard/pages/compare/callbacks.py` names.
 * @param {import("../clientside.mjs").Bridge} bridge
 */
export function compare(bridge) {
  const { workspace, tooltip, byId, set, nothing, newest, changeView, toast, save } = bridge;
  const id = (name) => byId(`compare-${name}`);
  // What somebody chose, and what stands there instead where that is not to be had.
  const parts = { chosen: { ...FIRST }, sides: { ...FIRST }, linked: { left: "", right: "" }, zoom: 1, wanted: "" };
  const page = {
    bridge, id, go, point, redrawLists: () => lists.draw(),
    crossing: () => parts.maps?.forEach((maps) => maps.cross(parts.tab === "freeze" ? freeze.frozen : new Map())),
    shown: null, // {left, right, titles} of all layers
    filter: null, // that is outlined
    /** The layer that is looked at: that of all pages, else the last one. */
    get layer() {
      const { layers } = workspace.study;
      return layers.find(({ name }) => name === workspace.view.layer)?.name ?? layers.at(-1).name;
    },
  };
  const inputs = new Inputs(page);
  const lists = new Lists(page);
  const freeze = new Freeze(page);
  const first = new First(page);
  const own = new Own(page);
  const space = new Space(page, heads);

  /** The page's parts, made anew whenever it is shown. */
  function mount() {
    const here = id("columns");
    if (!here || parts.here === here) return Boolean(here);
    Object.assign(parts, { here, network: "", drawn: "" });
    parts.legend = new Legend(byId("legend"), workspace, (focus) => changeView({ focus }));
    parts.maps = COLUMNS.map((name) => new FeatureMaps({
      box: id(`maps-${name}`), workspace, tooltip,
      on: { layer: go, pixel: ({ layer, feature }) => picked(layer, feature) },
    }));
    freezing(parts.tab === "freeze");
    for (const maps of parts.maps) {
      maps.zoom = parts.zoom;
      maps.column.addEventListener("scroll", () => scrolled(maps), { passive: true });
    }
    set("compare-zoom", { value: parts.zoom });
    freeze.mounted();
    first.mounted();
    own.mounted();
    space.mounted();
    workspace.on("second", () => first.draw(), here);
    for (const event of ["selection", "second", "attack"]) workspace.on(event, () => redraw(), here);
    return true;
  }

  /** All columns show the same layers. */
  function scrolled({ column }) {
    for (const other of parts.maps) if (other.column !== column && other.column.scrollTop !== column.scrollTop) other.column.scrollTop = column.scrollTop;
  }

  /** While filters are being frozen, a click on a map does that. */
  function picked(layer, feature) {
    go(layer);
    if (parts.tab !== "freeze") point(feature);
    else freeze.turn(layer, [feature]);
  }

  /** Whether lassos are drawn over maps, whose filters are then frozen. */
  function freezing(on) {
    for (const { on: acts } of parts.maps) acts.brush = on ? (layer, features) => (go(layer), freeze.add(layer, features)) : null;
    page.crossing();
  }

  /** Look at a layer, in all columns and on all pages. */
  function go(layer) {
    if (layer !== page.layer) page.filter = null;
    changeView({ layer, row: null, column: null, position: null, axes: "" });
    for (const maps of parts.maps) maps.reveal(layer);
  }

  /** Outline one filter of the layer that is looked at. */
  function point(filter) {
    page.filter = filter;
    looked();
    for (const maps of parts.maps) maps.reveal(page.layer);
  }

  /** The layer or the filter that is looked at has changed. */
  function looked() {
    if (!parts.here?.isConnected || !workspace.ready) return;
    freeze.draw();
    space.draw();
    if (!page.shown) return;
    for (const maps of parts.maps) {
      maps.active = page.layer;
      maps.focus(page.filter === null ? null : { layer: page.layer, feature: page.filter, row: null, column: null });
    }
    lists.draw();
  }

  /** Draw what is chosen. */
  function redraw() {
    if (!mount() || !workspace.ready) return;
    workspace.drawn = undefined;
    const { study } = workspace;
    if (parts.network !== study.networkKey) {
      parts.network = study.networkKey;
      page.shown = null;
      for (const maps of parts.maps) maps.layers(study.layers);
      parts.drawn = "";
    }
    if (study.network.remembered) return empty("This study has no network whose layers could be looked at. Open a network with --model.");
    followLink();
    const { options } = inputs;
    parts.lost = "";
    for (const side of ["left", "right"]) {
      const { [side]: value } = parts.chosen;
      const there = options.some((option) => option.value === value);
      parts.sides[side] = there ? value : side === "left" ? "first" : "second";
      if (!there) parts.lost = LOST[value.split(" ")[0]] ?? parts.lost;
      set(`compare-${side}`, { data: options, value: parts.sides[side] });
    }
    writeLink();
    return fetch();
  }

  /** Take up what a link compares, or the browser's way back. */
  function followLink() {
    for (const side of ["left", "right"]) {
      const { [side]: value } = newest();
      if (value === parts.linked[side]) continue;
      parts.linked[side] = value;
      parts.chosen[side] = value || FIRST[side];
    }
    inputs.chosen = Object.values(parts.chosen);
  }

  /** Have the address say what is compared, unless it is what everybody begins with. */
  function writeLink() {
    const chosen = ["left", "right"].map((side) => parts.chosen[side]);
    const own = workspace.selected.length > 0 || chosen.some((value, k) => value !== Object.values(FIRST)[k]);
    const [left, right] = chosen.map((value) => (own ? inputs.lasting(value) : ""));
    if (left === parts.linked.left && right === parts.linked.right) return;
    parts.linked = { left, right };
    changeView(parts.linked);
  }

  /** Fetch both sides; what comes for an older choice is not shown. */
  async function fetch() {
    const meant = ["left", "right"].map((side) => inputs.meant(parts.sides[side]));
    if (meant.some((one) => one === null)) return empty("Select two samples on any page, or choose what else to compare.");
    const wanted = `${workspace.study.networkKey} ${workspace.study.dataKey} ${meant.map(({ key }) => key).join(" / ")}`;
    if (wanted === parts.drawn) return looked();
    if (wanted === parts.wanted) return undefined;
    parts.wanted = wanted;
    id("status").textContent = page.shown ? "What was chosen is being computed; until then the last is shown." : "Both are being computed.";
    if (!page.shown) caption();
    try {
      const [left, right] = await Promise.all(meant.map((one) => inputs.values(one)));
      if (parts.wanted !== wanted) return undefined;
      parts.wanted = "";
      return show(left, right, meant.map(({ title }) => title), wanted);
    } catch (error) {
      if (parts.wanted !== wanted || !mount()) return undefined;
      parts.wanted = "";
      return empty(String(error.message ?? error), true);
    }
  }

  function show(left, right, titles, wanted) {
    if (!mount()) return;
    const { pieces } = workspace.study;
    Object.assign(parts, { drawn: wanted });
    page.shown = { left, right, titles };
    id("again").classList.add("hidden");
    id("status").textContent = parts.lost;
    // The same colour is the same value on both sides.
    const shared = pieces.map((piece) => union([ranges(left, piece), ranges(right, piece)]));
    const [one, other, both] = parts.maps;
    one.show({ values: left, pieces, title: titles[0], ranges: shared });
    other.show({ values: right, pieces, title: titles[1], ranges: shared });
    both.show({ values: difference(left, right), pieces, title: "Difference: right less left" });
    heads();
    looked();
    if (!workspace.view.layer || parts.revealed === parts.here) return;
    parts.revealed = parts.here; // who comes with a link, or from another page, sees its layer
    for (const maps of parts.maps) maps.reveal(page.layer);
  }

  /** Say what is shown. */
  function heads() {
    if (!page.shown) return;
    const { titles } = page.shown;
    id("title").textContent = space.open ? titles[0] : titles.join(" | ");
    id("subtitle").textContent = space.open
      ? "What every layer makes of the left one: stacks of maps in the order of the data flow."
      : "What every layer makes of both. Each pair of maps has one scale, the difference its own; columns scroll together.";
  }

  /** There is nothing to be called by its name. */
  function caption() {
    id("title").textContent = workspace.study.title;
    id("subtitle").textContent = "";
    lists.draw();
  }

  function empty(text, failed = false) {
    page.shown = null;
    parts.drawn = "";
    caption();
    space.draw();
    id("status").textContent = failed ? text : "";
    id("again").classList.toggle("hidden", !failed);
    parts.maps.forEach((maps, k) => maps.clear(k === 0 ? text : "–"));
  }

  function swap() {
    const { left, right } = parts.sides;
    parts.chosen = { left: right, right: left };
    redraw();
  }

  function whole() {
    const { window } = bridge;
    const { document } = window;
    if (document.fullscreenElement) return document.exitFullscreen();
    return id("centre").requestFullscreen?.().catch((error) => toast(`No full screen: ${error.message}`));
  }

  function png() {
    if (!page.shown) return toast("There is nothing to save yet.");
    const pictures = parts.maps.map((maps) => maps.download());
    const { document } = bridge.window;
    const out = make(document, "canvas", {
      width: pictures.reduce((sum, { width }) => sum + width, 0), height: Math.max(...pictures.map(({ height }) => height)),
    });
    let left = 0;
    for (const picture of pictures) {
      out.getContext("2d").drawImage(picture, left, 0);
      left += picture.width;
    }
    return out.toBlob((blob) => save("-compare.png", blob, "image/png"));
  }

  function csv() {
    if (!page.shown) return toast("There is nothing to save yet.");
    const { layers, pieces } = workspace.study;
    const [left, right] = [page.shown.left, page.shown.right].map((values) => [...tableRows(values, pieces, layers)]);
    const rows = left.map((row, k) => [...row, right[k].at(-1), right[k].at(-1) - row.at(-1)]);
    return save("-compare.csv", table(["layer", "channel", "row", "column", "left", "right", "difference"], rows), "text/csv");
  }

  workspace.on("study", () => {
    inputs.forget();
    freeze.studied();
    first.studied();
    own.studied();
    Object.assign(parts, { drawn: "", wanted: "" });
    redraw();
  });

  const told = (act) => (what) => (act(what), nothing());
  const done = (act) => () => (act(), nothing());

  return {
    compareSides(left, right, scores) {
      first.offer(scores);
      if (!parts.here?.isConnected || !workspace.ready) return nothing();
      if (left === parts.sides.left && right === parts.sides.right) return nothing();
      // Controls that have just appeared stand where the server puts them, which nobody chose.
      const appeared = parts.told !== parts.here && left === FIRST.left && right === FIRST.right;
      parts.told = parts.here;
      if (appeared) return nothing();
      parts.chosen = { left, right };
      redraw();
      return nothing();
    },
    compareZoom: told((zoom) => {
      if (!parts.maps || !parts.here.isConnected) return;
      parts.zoom = zoom;
      for (const maps of parts.maps) maps.zoom = zoom;
    }),
    compareTab: told((tab) => {
      parts.tab = tab;
      if (parts.maps && parts.here?.isConnected) freezing(tab === "freeze");
    }),
    compareView: told(() => {
      const { left, right } = newest();
      if (left === parts.linked.left && right === parts.linked.right) looked();
      else if (parts.here?.isConnected) redraw();
    }),
    compareMeansProgress: told((progress) => {
      if (progress) byId("frame-jobs").textContent = progressText(progress);
    }),
    compareMeansAnswer: told((end) => {
      if (!end) return;
      byId("frame-jobs").textContent = "";
      inputs.answer(end);
    }),
    ...freeze.callbacks(),
    ...first.callbacks(),
    ...space.callbacks(),
    compareSwap: done(swap),
    compareWhole: done(whole),
    compareAgain: done(redraw),
    comparePng: done(png),
    compareCsv: done(csv),

    /** The page was shown: take up what is open. */
    shown() {
      if (!mount()) return;
      if (workspace.ready) redraw();
    },
  };
}
