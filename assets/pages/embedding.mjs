/** The Embedding page in the browser: representations, panes, feature maps, and what controls do. */
import { byClass } from "../lib/selection.mjs";
import { FeatureList } from "../dom/featurelist.mjs";
import { FeatureMaps } from "../dom/featuremaps.mjs";
import { Legend } from "../dom/legend.mjs";
import { percent } from "../dom/make.mjs";
import { Pane } from "../dom/pane.mjs";
import { Representation } from "../dom/representation.mjs";
import { Clouds } from "./embedding/clouds.mjs";
import { Earlier } from "./embedding/earlier.mjs";
import { Epochwise } from "./embedding/epochs.mjs";
import { Files } from "./embedding/files.mjs";
import { Focus } from "./embedding/focus.mjs";
import { Going } from "./embedding/going.mjs";
import { Knobs } from "./embedding/knobs.mjs";
import { MapsPanel } from "./embedding/maps.mjs";
import { Pairing } from "./embedding/pair.mjs";

const CELLS = 0.8; // of the plots' box that is taken by its cells
const FIRST_RADIUS = 1.5; // pixels, as the slider stands at first
const SETTLED = 350; // milliseconds after which a selection counts as made

/**
 * The clientside callbacks that `dashboard/pages/embedding/callbacks.py` names.
 * @param {import("../clientside.mjs").Bridge} bridge
 */
export function embedding(bridge) {
  const { window, workspace, tooltip, byId, set, nothing, changeView, toast } = bridge;
  const id = (name) => byId(`embedding-${name}`);
  const parts = {
    style: { tool: "rectangle", radius: FIRST_RADIUS, opacity: 0.7 },
    fitted: FIRST_RADIUS,
  };

  const reps = {
    a: new Representation(workspace, (what) => arrived("a", what)),
    x: new Representation(workspace, (what) => arrived("x", what)),
    b: new Representation(workspace, (what) => arrived("b", what)),
  };
  const ask = (task, wish) => set(`embedding-wish-${task}`, { data: { ...wish, asked: Date.now() } });
  const orderOf = (rep, how) => epochs.order(rep, how); // as it is drawn
  const page = { bridge, parts, reps, ask, id, mount, redraw, wishOf, orderOf };
  const going = (page.going = new Going(page));
  const earlier = new Earlier(page);
  const epochs = new Epochwise(page);
  const files = new Files(page);
  const maps = new MapsPanel(page);
  const pairing = new Pairing(page);
  const knobs = new Knobs(page, pairing);
  const clouds = new Clouds(page, pairing);
  const focus = new Focus(page);

  /** The page's parts, made anew whenever it is shown. */
  function mount() {
    const here = id("plot-a");
    if (!here || parts.here === here) return Boolean(here);
    parts.here = here;
    Object.assign(parts, { listed: null, form: null, features: new FeatureList(id("features")) });
    const pane = (which, names) =>
      new Pane({
        find: (name) => id(names[name] ?? `${name}-${which}`),
        workspace,
        tooltip,
        rows: reps[which],
        columns: () => (which === "a" && workspace.view.form === "across" ? reps.x : reps[which]),
        held: epochs,
        usual: () => knobs.roomySize(),
        go: (place) => changeView(place),
      });
    const a = pane("a", { "overview-panel": "overview-panel", "overview-text": "overview-text" });
    const b = pane("b", {});
    a.shown = () => {
      workspace.drawn = reps.a.plan.network;
      axes();
      features();
      earlier.draw();
    };
    a.fitted = fit;
    a.pointed = (sample) => maps.point(sample);
    a.picked = (sample) => maps.pick(sample);
    b.name = "B";
    b.shown = () => pairing.draw();
    parts.panes = { a, b };
    parts.legend = new Legend(byId("legend"), workspace, (focus) => changeView({ focus }), {
      text: "mean",
      title: "Mean feature maps of",
      act: (k) => {
        workspace.select(byClass(parts.legend.labels, k), bridge.how());
        maps.ofClass(k);
      },
    });
    parts.maps = new FeatureMaps({
      box: id("maps"),
      workspace,
      tooltip,
      on: { layer: (layer) => going.open(layer), pixel: (pixel) => going.toPixel(pixel) },
    });
    maps.mounted();
    focus.follow();
    workspace.on("selection", () => selected(), here);
    workspace.on("colours", () => overviews(), here);
    workspace.on("second", () => second(), here);
    workspace.on("view", () => viewed(), here);
    workspace.on("epochs", () => epochs.prepare(), here);
    style();
    second();
    return true;
  }

  const style = () => Object.values(parts.panes ?? {}).forEach((pane) => pane.style(parts.style));

  /** Points as large as their number leaves room for, until somebody sets their size. */
  function fit(points, { rows, columns }) {
    if (parts.chosen) return;
    const { clientWidth, clientHeight } = id("plot-a");
    const area = (CELLS * clientWidth * clientHeight) / (rows * columns);
    const radius = Math.round(4 * Math.min(1.75, Math.max(0.5, Math.sqrt(area / points)))) / 4;
    if (radius === parts.fitted) return;
    parts.fitted = radius;
    parts.style = { ...parts.style, radius };
    for (const pane of Object.values(parts.panes)) pane.look(parts.style);
    set("embedding-radius", { value: radius });
  }

  function redraw() {
    if (!mount()) return;
    parts.panes.a.draw();
    if (workspace.second) parts.panes.b.draw();
  }

  /** Another part of what is known is wanted: another window, order or form. */
  function viewed() {
    pairing.planned();
    if (parts.panes.a.drawn) redraw();
  }

  function overviews() {
    for (const pane of Object.values(parts.panes)) if (pane.drawn) pane.overview(pane.drawn.window);
  }

  /** A part of a representation has come, or cannot be had. */
  function arrived(which, what) {
    if (!mount()) return;
    if (which === "a" && what === "features") going.follow();
    if (which === "x" && what === "features") going.followAcross();
    if (which === "a" && reps.a.ready && (what === "points" || what === "features")) focus.soon();
    const pane = which === "b" ? parts.panes.b : parts.panes.a;
    if (what === "overview" && pane.drawn) pane.overview(pane.drawn.window);
    else if (what !== "fields") pane.draw();
  }

  /** What a browser names when it asks for a layer's cloud. */
  function wishOf(layer = reps.a.plan?.layer) {
    const { points, position, order } = workspace.view;
    return { ...workspace.study.wish, layer, points, position, order };
  }

  /** The pickers of a cloud's axes: all features in their order, and those that are shown. */
  function axes() {
    if (workspace.view.form !== "cloud") return;
    const order = orderOf(reps.a, workspace.view.order);
    if (parts.listed !== order) {
      parts.listed = order;
      const data = Array.from(order, (k) => ({ value: String(k), label: reps.a.featureName(k) }));
      for (const letter of "xyz") set(`embedding-axis-${letter}`, { data });
    }
    parts.panes.a.drawn.rows.forEach(({ feature }, k) => set(`embedding-axis-${"xyz"[k]}`, { value: String(feature) }));
  }

  function features() {
    const { drawn } = parts.panes.a;
    const { order, form } = workspace.view;
    const { layer } = reps.a.plan;
    const own = form === "across" ? drawn.rows : [...drawn.rows, ...drawn.columns];
    parts.features.draw(reps.a, {
      order: orderOf(reps.a, order),
      name: reps.a.orderName(order),
      classes: workspace.study.labelled ? "true" : "predicted",
      seen: new Set(own.map(({ feature }) => feature)),
      go: (feature, beside) => going.to(layer, feature, beside),
    });
  }

  /** After a selection: points that the cloud left out, and mean maps. */
  function selected() {
    focus.follow();
    // Which points are marked, and which are there, may have changed.
    if (parts.panes.a.drawn && reps.a.plan.which === "positions") parts.panes.a.draw();
    window.clearTimeout(parts.settling);
    parts.settling = window.setTimeout(() => maps.selected(), SETTLED);
  }

  /** The network beside has come, gone or failed. */
  function second() {
    const beside = Boolean(workspace.second);
    id("pane-b").classList.toggle("hidden", !beside);
    id("overview-panel-b").classList.toggle("hidden", !beside);
    id("pair-tab").hidden = !beside;
    if (!beside) set("embedding-tab", { value: "maps" });
    if (beside) {
      const names = workspace.second.study.layers.map(({ name }) => ({ value: name, label: name }));
      set("embedding-layer-b", { data: names });
      const { epochs } = workspace.second.study;
      const numbers = epochs.slice(0, -1).map((epoch) => ({ value: String(epoch), label: String(epoch) }));
      set("embedding-epoch-b", { data: [...numbers, { value: "", label: "finished" }] });
      id("epoch-b-box").classList.toggle("hidden", epochs.length < 2);
      knobs.showSize();
      pairing.draw();
    } else reps.b.forget();
    knobs.showColour();
    redraw();
  }

  workspace.on("study", () => mount() && options());

  /** What the pickers may be set to. */
  function options() {
    const { study } = workspace;
    const layers = study.layers.map(({ name }) => ({ value: name, label: name }));
    set("embedding-layer", { data: layers });
    set("embedding-across", { data: layers });
    maps.study();
  }

  return {
    ...knobs.callbacks(),

    ...clouds.callbacks(),

    ...Object.fromEntries(
      ["focus", "correlates", "maps", "pair", "epochs"].map((task) => [
        `${task}Progress`,
        (progress) => {
          if (progress) byId("frame-jobs").textContent = `${progress.text}: ${percent(progress.fraction)}`;
          return nothing();
        },
      ]),
    ),

    focusAnswer: (end) => (focus.answer(end), nothing()),
    correlatesAnswer: (end) => (earlier.answer(end), nothing()),
    mapsAnswer: (end) => (maps.answer(end), nothing()),
    pairAnswer: (end) => (pairing.answer(end), nothing()),
    epochsAnswer: (end) => (epochs.answer(end), nothing()),

    pointStyle(tool, radius, opacity) {
      // By somebody, and no longer by the crowd; a slider that has just appeared says nothing.
      parts.chosen ||= radius !== parts.fitted && radius !== FIRST_RADIUS;
      parts.style = { tool, radius: parts.chosen ? radius : parts.fitted, opacity };
      style();
      return nothing();
    },

    mapsStyle(of, classOf, scaling, zoom) {
      maps.style({ of, classOf, scaling, zoom });
      return nothing();
    },

    resetPlots() {
      for (const pane of Object.values(parts.panes)) if (pane.drawn) pane.view.reset();
      return nothing();
    },

    plotsPng: () => (files.plots(), nothing()),
    plotsCsv: () => (files.points(), nothing()),
    featuresCsv: () => (files.features(), nothing()),
    overviewPng: () => (files.overview(), nothing()),
    mapsPng: () => (maps.png(), nothing()),
    mapsCsv: () => (maps.csv(), nothing()),

    /** The page was shown: take up what is open. */
    shown() {
      workspace.drawn = id("plot-a") ? null : undefined;
      if (mount() && workspace.ready) options();
    },
  };
}
