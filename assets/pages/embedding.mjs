/** The Embedding page in the browser: representations, panes, feature maps, and what controls do. */
import { clampStart } from "../lib/matrix.mjs";
import { byClass } from "../lib/selection.mjs";
import { drawFeatures } from "../dom/featurelist.mjs";
import { FeatureMaps } from "../dom/featuremaps.mjs";
import { Legend } from "../dom/legend.mjs";
import { duration, percent } from "../dom/make.mjs";
import { Pane } from "../dom/pane.mjs";
import { Representation } from "../dom/representation.mjs";
import { Earlier } from "./embedding/earlier.mjs";
import { Epochwise } from "./embedding/epochs.mjs";
import { Files } from "./embedding/files.mjs";
import { Going } from "./embedding/going.mjs";
import { layerOf } from "./embedding/layers.mjs";
import { MapsPanel } from "./embedding/maps.mjs";
import { Pairing } from "./embedding/pair.mjs";

const NARROW = 1200; // pixels, as in the style sheet
const CELLS = 0.8; // of the plots' box that is taken by its cells
const USUAL_SIZE = 4; // plots in a row
const SETTLED = 350; // milliseconds after which a selection counts as made

/**
 * The clientside callbacks that `dashboard/pages/embedding.py` names.
 * @param {import("../clientside.mjs").Bridge} bridge
 */
export function embedding(bridge) {
  const { window, workspace, tooltip, byId, set, nothing, changeView, save, toast } = bridge;
  const id = (name) => byId(`embedding-${name}`);
  const parts = { style: { tool: "rectangle", radius: 1.5, opacity: 0.7 }, wishes: {}, fitted: 1.5 };

  const reps = {
    a: new Representation(workspace, (what) => arrived("a", what)),
    x: new Representation(workspace, (what) => arrived("x", what)),
    b: new Representation(workspace, (what) => arrived("b", what)),
  };
  const ask = (task, wish) => {
    parts.wishes[task] = wish;
    set(`embedding-wish-${task}`, { data: { ...wish, asked: Date.now() } });
  };
  const page = { bridge, parts, reps, ask, id, redraw, wishOf };
  const going = (page.going = new Going(page));
  const earlier = new Earlier(page);
  const epochs = new Epochwise(page);
  const files = new Files(page);
  const maps = new MapsPanel(page);
  const pairing = new Pairing(page);

  /** The page's parts, made anew whenever it is shown. */
  function mount() {
    const here = id("plot-a");
    if (!here || parts.here === here) return Boolean(here);
    parts.here = here;
    parts.listed = null;
    const pane = (which, names) =>
      new Pane({
        find: (name) => id(names[name] ?? `${name}-${which}`),
        workspace,
        tooltip,
        rows: reps[which],
        columns: () => (which === "a" && workspace.view.form === "across" ? reps.x : reps[which]),
        held: epochs,
        usual: roomySize,
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
    parts.legend.draw();
    parts.maps = new FeatureMaps({
      box: id("maps"),
      workspace,
      tooltip,
      on: { layer: (layer) => going.open(layer), pixel: (pixel) => going.toPixel(pixel) },
    });
    maps.mounted();
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

  /** A part of a representation has come. */
  function arrived(which, what) {
    if (!mount()) return;
    if (which === "a" && what === "features") going.follow();
    if (which === "x" && what === "features") going.followAcross();
    const pane = which === "b" ? parts.panes.b : parts.panes.a;
    if (what === "overview" && pane.drawn) pane.overview(pane.drawn.window);
    else if (what === "error" && pane.drawn) toast(reps[which].error);
    else if (what !== "fields") pane.draw();
  }

  /** Plots in a row before anybody chooses. */
  const usualSize = ({ shape }, { form }) =>
    form === "matrix" && shape.length < 2 && shape[0] === 2 ? 1 : roomySize();

  /** Two networks on a small screen leave room for few plots. */
  const roomySize = () => (workspace.second && window.innerWidth < NARROW ? 2 : USUAL_SIZE);

  /** What a browser names when it asks for a layer's cloud. */
  function wishOf(layer = reps.a.plan?.layer) {
    const { points, position, order } = workspace.view;
    return { ...workspace.study.wish, layer, points, position, order };
  }

  /** The pickers of a cloud's axes: all features in their order, and those that are shown. */
  function axes() {
    if (workspace.view.form !== "cloud") return;
    const order = reps.a.order(workspace.view.order);
    if (parts.listed !== order) {
      parts.listed = order;
      const data = Array.from(order, (k) => ({ value: String(k), label: reps.a.featureName(k) }));
      for (const letter of "xyz") set(`embedding-axis-${letter}`, { data });
    }
    parts.panes.a.drawn.rows.forEach(({ feature }, k) => set(`embedding-axis-${"xyz"[k]}`, { value: String(feature) }));
  }

  function features() {
    const { drawn } = parts.panes.a;
    const seen = new Set([...drawn.rows, ...drawn.columns].map(({ feature }) => feature));
    drawFeatures(id("features"), reps.a, {
      how: workspace.view.order,
      classes: workspace.study.labelled ? "true" : "predicted",
      seen,
      go: (feature, beside) => going.to(reps.a.plan.layer, feature, beside),
    });
  }

  /** After a selection: points that the cloud left out, and mean maps. */
  function selected() {
    window.clearTimeout(parts.settling);
    if (reps.a.focus) {
      reps.a.setFocus(null);
      parts.panes.a.draw();
    } else if (parts.panes.a.drawn && reps.a.plan.which === "positions") {
      parts.panes.a.draw(); // which points are marked may have changed
    }
    parts.settling = window.setTimeout(() => {
      focus();
      maps.selected();
    }, SETTLED);
  }

  function focus() {
    const { plan, facts } = reps.a;
    const chosen = workspace.selected;
    if (!chosen.length || plan?.which !== "positions" || !reps.a.ready) return;
    const { count: shown, total } = facts.points;
    const each = Math.floor(shown / workspace.study.n);
    const could = Math.min(plan.positions, Math.floor(60_000 / chosen.length));
    if (shown === total || could <= each || workspace.view.form === "across") return;
    ask("focus", { ...wishOf(), samples: Array.from(chosen) });
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
      pairing.draw();
    } else reps.b.forget();
    redraw();
  }

  /** How far a cloud's job is. */
  function working(which, progress) {
    if (!progress) return;
    const { done = {}, fraction, text, left } = progress;
    if (!reps[which].done(done)) return;
    const more = left ? `, about ${duration(left)} left` : "";
    byId("frame-jobs").textContent = reps[which].ready && !text ? "" : `${text}: ${percent(fraction)}${more}`;
  }

  function computed(which, end) {
    if (!end) return;
    byId("frame-jobs").textContent = "";
    set("frame-cancel-box", { hidden: true });
    const pane = parts.panes?.[which];
    const failed = end.state === "done" ? Object.values(end.result.failed) : [end.error];
    if (end.state === "done" && !reps[which].done(end.result.done)) return;
    if (failed.length) {
      reps[which].error = failed.join(" ") + (end.reference ? ` (reference ${end.reference}, see the log)` : "");
      if (pane?.drawn) pane.note(reps[which].error);
      else pane?.waiting(reps[which].error);
    }
    id(`again-${which}`)?.classList.toggle("hidden", !failed.length);
  }

  /** Knobs of the open layer, of the one across and of the one beside; null for none. */
  function knobs(view, study, beside) {
    const { points, position, order, form, across, xposition } = view;
    const pairs = form === "across" && (points ?? "positions") === "positions";
    const own = { points: pairs ? "strongest" : points, position, order };
    const a = { ...study.wish, layer: view.layer, ...own };
    const other = layerOf(study, across) ?? study.layers[0];
    const one = xposition !== null && other.shape.length > 1;
    const x =
      form === "across"
        ? { ...study.wish, layer: other.name, order: null, points: one ? "position" : "strongest", position: one ? xposition : null }
        : null;
    const b = beside ? { ...beside.wish, layer: pairing.layerFor(view, study, beside), ...own } : null;
    return { a, x, b };
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
    embeddingKnobs(view, study, beside, ...known) {
      const silent = Array(9).fill(nothing());
      if (study?.state !== "ready") return [nothing(), nothing(), nothing(), ...silent];
      const ready = beside?.state === "ready" ? beside : null;
      const wanted = Object.values(knobs(view, study, ready));
      const changed = wanted.map((one, k) => JSON.stringify(one) !== JSON.stringify(known[k] ?? null));
      const layer = layerOf(study, view.layer) ?? study.layers.at(-1);
      const across = layerOf(study, view.across) ?? study.layers[0];
      const structured = layer.shape.length > 1;
      const hide = (name, hidden) => id(name)?.classList.toggle("hidden", hidden);
      hide("place", !(structured && view.points === "position"));
      hide("across-box", view.form !== "across");
      hide("size-box", view.form === "cloud");
      hide("axes", view.form !== "cloud");
      hide("points-box", !structured);
      if ((parts.form === "cloud") !== (view.form === "cloud")) {
        set("embedding-tool", { value: view.form === "cloud" ? "pan" : "rectangle" });
      }
      parts.form = view.form;
      set("embedding-colour", { value: workspace.mode === "relative" ? "class" : workspace.mode });
      return [
        ...wanted.map((one, k) => (changed[k] ? one : nothing())),
        layer.name,
        structured ? view.points || "positions" : "samples",
        view.order || "",
        view.form,
        across.name,
        String(view.size ?? usualSize(layer, view)),
        ready ? pairing.layerFor(view, study, ready) : nothing(),
        view.bepoch === null ? "" : String(view.bepoch),
        view.align,
      ];
    },

    pickEmbedding(layer, points, order, form, across, size, layerB, epochB, align, view) {
      const { study, second: beside } = workspace;
      if (!study?.layers) return nothing();
      const open = layerOf(study, view.layer) ?? study.layers.at(-1);
      const structured = open.shape.length > 1;
      const next = {};
      const put = (name, value, shown) => value !== shown && Object.assign(next, { [name]: value });
      put("layer", layer, open.name);
      if (next.layer) Object.assign(next, { row: null, column: null, position: null, axes: "" });
      if (structured && !next.layer) put("points", points, view.points || "positions");
      put("order", order || null, view.order);
      put("form", form, view.form);
      put("across", across, (layerOf(study, view.across) ?? study.layers[0]).name);
      if (next.across) Object.assign(next, { xposition: null, column: null });
      put("size", Number(size), view.size ?? usualSize(open, view));
      if (beside) {
        put("blayer", layerB, pairing.layerFor(view, study, beside.study));
        put("bepoch", epochB ? Number(epochB) : null, view.bepoch);
        put("align", Boolean(align), view.align);
      }
      if (next.form) Object.assign(next, { column: null });
      return Object.keys(next).length && layer ? { ...view, ...next } : nothing();
    },

    pickAxes(x, y, z, view) {
      const axes = [x, y, z].join(",");
      const { drawn } = parts.panes?.a ?? {};
      if (view.form !== "cloud" || !drawn || [x, y, z].some((one) => !one)) return nothing();
      return axes === drawn.rows.map(({ feature }) => feature).join(",") ? nothing() : { ...view, axes };
    },

    pickShade(colour, view) {
      if (!workspace.ready || colour === workspace.mode) return nothing();
      if (colour !== "class" && !workspace.classifies) {
        toast("This network gives an embedding, not class probabilities: it says no classes.");
        set("embedding-colour", { value: "class" });
        return nothing();
      }
      return { ...view, colour: colour === workspace.study.colour ? null : colour };
    },

    pickPlace(row, column, view) {
      const { plan } = reps.a;
      const grid = plan ? reps.a.grid : [];
      if (plan?.which !== "position" || grid.length < 2 || !Number.isInteger(row) || !Number.isInteger(column)) return nothing();
      const [y, x] = [clampStart(row, 1, grid.at(-2)), clampStart(column, 1, grid.at(-1))];
      const position = y * grid.at(-1) + x;
      return position === plan.position ? nothing() : { ...view, position };
    },

    ...Object.fromEntries(
      ["a", "x", "b"].flatMap((which) => [
        [
          `cloudPlan${which.toUpperCase()}`,
          (plan) => {
            if (!mount()) return nothing();
            reps[which].setPlan(plan);
            if (plan?.missing) set(`embedding-to-compute-${which}`, { data: { ...plan.wish, asked: Date.now() } });
            if (which === "b") pairing.planned();
            if (plan?.which === "position") {
              const width = reps[which].grid.at(-1);
              set("embedding-place-row", { value: Math.floor(plan.position / width) });
              set("embedding-place-column", { value: plan.position % width });
            }
            if (plan && !plan.error) redraw();
            return nothing();
          },
        ],
        [`cloudProgress${which.toUpperCase()}`, (progress) => (working(which, progress), nothing())],
        [`cloudComputed${which.toUpperCase()}`, (end) => (computed(which, end), nothing())],
      ]),
    ),

    ...Object.fromEntries(
      ["focus", "correlates", "maps", "pair", "epochs"].map((task) => [
        `${task}Progress`,
        (progress) => {
          if (progress) byId("frame-jobs").textContent = `${progress.text}: ${percent(progress.fraction)}`;
          return nothing();
        },
      ]),
    ),

    focusAnswer(end) {
      if (end?.state === "done" && mount()) {
        byId("frame-jobs").textContent = "";
        const { samples } = parts.wishes.focus ?? {};
        const still = samples?.length === workspace.selected.length && samples.every((one, k) => one === workspace.selected[k]);
        if (still && end.result.done.points) reps.a.setFocus(end.result.done, workspace.mask);
      }
      return nothing();
    },

    correlatesAnswer: (end) => (earlier.answer(end), nothing()),
    mapsAnswer: (end) => (maps.answer(end), nothing()),
    pairAnswer: (end) => (pairing.answer(end), nothing()),
    epochsAnswer: (end) => (epochs.answer(end), nothing()),

    pointStyle(tool, radius, opacity) {
      if (radius !== parts.fitted) parts.chosen = true; // by somebody, and no longer by the crowd
      parts.style = { tool, radius, opacity };
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
