/** The Boundary page in the browser: a map of what the network decides, and what is said of it. */
import { Legend } from "../dom/legend.mjs";
import { percent } from "../dom/make.mjs";
import { MapSteps, mapHint } from "../dom/mapsteps.mjs";
import { MapView } from "../dom/mapview.mjs";
import { Files } from "./boundary/files.mjs";
import { Knobs, decides, groundOf } from "./boundary/knobs.mjs";
import { Markers } from "./boundary/markers.mjs";
import { MapParts, PARTS } from "./boundary/parts.mjs";
import { Placed } from "./boundary/placed.mjs";
import { PlaceForms } from "./boundary/placeforms.mjs";
import { Plans } from "./boundary/plans.mjs";
import { Pockets } from "./boundary/pockets.mjs";
import { Pointing } from "./boundary/pointing.mjs";
import { Trust } from "./boundary/trust.mjs";
import * as words from "./boundary/words.mjs";
import { Zooms } from "./boundary/zooms.mjs";

const SETTLED = 300; // milliseconds after which the veil stays where it was drawn to

/**
 * The clientside callbacks that `dashboard/pages/boundary/callbacks.py` names.
 * @param {import("../clientside.mjs").Bridge} bridge
 */
export function boundary(bridge) {
  const { window, workspace, byId, set, nothing, changeView } = bridge;
  const id = (name) => byId(`boundary-${name}`);
  const parts = { tool: "rectangle" };
  const rep = new MapParts(workspace, (what, part) => arrived(what, part));
  const ask = (task, wish) => set(`boundary-wish-${task}`, { data: { ...wish, asked: Date.now() } });
  const view = () => parts.view ?? null;
  const ground = () => groundOf(workspace.view, workspace.second?.study);
  const page = {
    bridge, rep, words, id, ask, view, ground, mount, redraw, paint, waiting, caption,
    planned: () => knobs.planned(),
    current: () => knobs.current,
    knobsOfMap: () => knobs.ofMap(),
  };
  const knobs = new Knobs(page);
  const plans = new Plans(page);
  const zooms = (page.zooms = new Zooms(page));
  const markers = (page.markers = new Markers(page));
  const trust = new Trust(page);
  const pockets = new Pockets(page);
  const placed = (page.placed = new Placed(page));
  const forms = (page.forms = new PlaceForms(page));
  const pointing = new Pointing(page);
  const files = new Files(page);

  /** The page's parts, made anew whenever it is shown. */
  function mount() {
    const here = id("map");
    if (!here || parts.here === here) return Boolean(here);
    Object.assign(parts, { here, shown: "" });
    parts.steps = new MapSteps(here, words.STEPS);
    parts.view = new MapView({ box: here, workspace, on: pointing.on });
    parts.view.element.remove(); // until there is a map
    parts.view.tool = parts.tool;
    parts.legend = new Legend(byId("legend"), workspace, (focus) => changeView({ focus }), {
      mode: () => (workspace.study.labelled ? "class" : "predicted"),
    });
    for (const tab of [markers, trust, pockets, placed, forms]) tab.mounted();
    workspace.on("view", () => viewed(), here);
    workspace.on("second", () => second(), here);
    return true;
  }

  /** Draw what is there: the map, its steps, or why there is none. */
  function redraw() {
    if (!mount() || !workspace.ready) return;
    if (!workspace.classifies) empty(words.NO_CLASSES);
    else if (rep.error) empty(rep.error, true);
    else if (!rep.ready) waiting();
    else show();
    partial();
    for (const tab of [trust, pockets, placed]) tab.draw();
  }

  function show() {
    const { map, facts } = rep;
    const { window: named } = workspace.view;
    // What the view says of the map before is not said of this one.
    const stale = parts.shown && parts.shown !== rep.key && named === zooms.linked;
    if (parts.shown !== rep.key) zooms.linked = named;
    parts.shown = rep.key;
    parts.view.show({ ...map, key: rep.key, window: facts.map.window }, looks(), stale ? "" : named);
    workspace.drawn = rep.plan.network;
    paint();
    markers.follow();
  }

  /** How every sample is drawn: its class, the one that it is taken for, whether it contradicts. */
  function looks() {
    const { samples } = rep.map;
    const { labels, study, second } = workspace;
    const predicted = (ground() === "b" && second?.predicted) || workspace.predicted;
    const classes = study.labelled ? labels : predicted;
    const cross = new Uint8Array(samples.length);
    // Which samples contradict B's ground nobody has asked.
    if (ground() !== "b") for (const point of rep.trust?.contradicting ?? []) cross[point] = 1;
    return {
      shown: Int32Array.from(samples, (sample) => classes[sample]),
      ring: Int32Array.from(samples, (sample) =>
        labels[sample] >= 0 && labels[sample] !== predicted[sample] ? predicted[sample] : -1),
      cross,
    };
  }

  /** The ground, and the words that belong to it. */
  function paint() {
    if (!rep.ready || !workspace.ready || !parts.view?.look || !id("title")) return;
    const shown = ground();
    const whole = { a: rep.raster, b: rep.second };
    const rasters = (which) => (whole[which] ? [whole[which], ...zooms.rasters(which)] : []);
    parts.view.setGround({
      // Until B's decisions are known the ground is A's, and the title says so.
      rasters: rasters(shown === "b" && rep.second ? "b" : "a"),
      other: shown === "both" ? rasters("b") : [],
      veil: rep.trust,
    });
    parts.view.setVeil((workspace.view.veil ?? 0) / 100);
    const { title, subtitle } = caption();
    id("title").textContent = title;
    id("subtitle").textContent = subtitle;
    const { ring } = parts.view.look;
    parts.view.describe(words.altText({
      title, placed: rep.map.samples.length, raster: (shown === "b" && rep.second) || rep.raster,
      classes: workspace.study.classes,
      wrong: ring.filter((k) => k >= 0).length, contradicting: rep.trust?.contradicting.length ?? 0,
      markers: markers.here.length, others: placed.size,
    }));
  }

  function caption() {
    const shown = rep.second ? ground() : "a";
    return {
      title: words.titleText(rep.plan.map, shown),
      subtitle: words.subtitleText(rep.plan.map, workspace.study, rep.map.samples.length),
    };
  }

  /** The steps of a map that is not there yet. */
  function waiting() {
    const done = PARTS.filter((name) => rep.plan?.parts[name].facts);
    id("title").textContent = rep.plan ? words.titleText(rep.plan.map, "a") : "";
    id("subtitle").textContent = "";
    parts.steps.draw(new Set(done), plans.progress);
  }

  function empty(text, failed = false) {
    id("title").textContent = workspace.study.title;
    id("subtitle").textContent = "";
    mapHint(id("map"), text, failed);
  }

  /** Say below the map what could not be had of it, and offer to try again. */
  function partial() {
    const texts = [...new Set(Object.values(rep.errors))];
    const again = texts.length > 0 && Boolean(rep.plan);
    id("status").textContent = rep.ready ? texts.join(" ") : again ? "What was done until then is kept." : "";
    id("again").classList.toggle("hidden", !again);
  }

  /** A part of the map has come, or cannot be had. */
  function arrived(what) {
    if (!mount()) return;
    if (what === "map" || what === "error") redraw();
    if (!rep.ready) return;
    if (what === "trust" && workspace.ready) parts.view.setLook(looks());
    if (what === "pockets") pockets.follow();
    if (what === "trust") trust.draw();
    paint();
    if (what === "fine" || what === "second") zooms.moved();
    partial();
  }

  /** Something of the view has changed that needs no other map. */
  function viewed() {
    if (!rep.ready || !workspace.ready || !parts.view.view) return;
    if (knobs.current) zooms.follow();
    plans.second();
    parts.view.setLook(looks());
    paint();
    trust.draw();
    zooms.moved();
  }

  /** The network beside has come or gone. */
  function second() {
    if (!mount()) return;
    id("ground-box").classList.toggle("hidden", !decides(workspace.second?.study));
    if (rep.ready) viewed();
  }

  workspace.on("study", () => {
    // What is shown may belong to another study, or to another epoch of this one.
    const { study } = workspace;
    const wish = rep.plan?.wish;
    if (wish && Object.entries(study.wish).some(([name, value]) => (wish[name] ?? null) !== (value ?? null))) rep.forget();
    redraw();
  });

  return {
    ...knobs.callbacks(),

    ...plans.callbacks(),

    ...forms.callbacks(),

    ...Object.fromEntries(
      ["Sweep", "Zoom", "Second"].map((task) => [
        `boundary${task}Progress`,
        (progress) => {
          if (progress) plans.say(`${progress.text}: ${percent(progress.fraction)}`);
          return nothing();
        },
      ]),
    ),

    boundarySweepAnswer: (end) => (trust.answer(end), nothing()),
    boundaryZoomAnswer: (end) => (zooms.answer(end), nothing()),
    boundaryKept: (kept) => (markers.restore(kept), nothing()),

    boundaryTool(tool) {
      parts.tool = tool;
      if (parts.view) {
        parts.view.tool = tool;
        parts.view.redraw();
      }
      return nothing();
    },

    boundaryVeil(veil) {
      if (!parts.view || knobs.told !== id("map")) return nothing(); // it has just appeared
      parts.view.setVeil(veil / 100);
      window.clearTimeout(parts.veiling);
      const shown = () => workspace.view.veil ?? 0;
      // Drawn at once, said in the link once it holds still.
      if (workspace.ready && veil !== shown()) {
        parts.veiling = window.setTimeout(() => veil !== shown() && changeView({ veil: veil || null }), SETTLED);
      }
      return nothing();
    },

    boundaryPropose: () => (trust.propose(), nothing()),
    boundaryReset: () => (rep.ready && parts.view.reset(), nothing()),
    boundaryPng: () => (files.map(), nothing()),
    boundaryCsv: () => (files.samples(), nothing()),
    boundaryMarkersPng: () => (files.markersPng(), nothing()),
    boundaryMarkersCsv: () => (files.markersCsv(), nothing()),
    boundaryPlacedCsv: () => (files.placedCsv(), nothing()),

    /** The page was shown: take up what is open. */
    shown() {
      if (!mount()) return;
      workspace.drawn = null;
      if (workspace.ready) redraw();
    },
  };
}
