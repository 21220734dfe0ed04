/** The Embedding page in the browser: representations, panes, feature maps, and what controls do. */
import { table } from "../lib/csv.mjs";
import { clampStart } from "../lib/matrix.mjs";
import { byClass } from "../lib/selection.mjs";
import { drawEarlier, drawFeatures } from "../dom/featurelist.mjs";
import { FeatureMaps } from "../dom/featuremaps.mjs";
import { Legend } from "../dom/legend.mjs";
import { duration, percent } from "../dom/make.mjs";
import { Pane, USUAL_SIZE } from "../dom/pane.mjs";
import { Representation } from "../dom/representation.mjs";
import { Epochwise } from "./embedding-epochs.mjs";
import { MapsPanel } from "./embedding-maps.mjs";
import { Pairing } from "./embedding-pair.mjs";

const SETTLED = 350; // milliseconds after which a selection counts as made

/**
 * The clientside callbacks that `dashboard/pages/embedding.py` names.
 * @param {import("../clientside.mjs").Bridge} bridge
 */
export function embedding(bridge) {
  const { window, workspace, tooltip, byId, set, nothing, changeView, save, toast } = bridge;
  const id = (name) => byId(`embedding-${name}`);
  const parts = { style: { tool: "rectangle", radius: 1.5, opacity: 0.7 }, wishes: {}, earlier: null };

  const reps = {
    a: new Representation(workspace, (what) => arrived("a", what)),
    x: new Representation(workspace, (what) => arrived("x", what)),
    b: new Representation(workspace, (what) => arrived("b", what)),
  };
  const ask = (task, wish) => {
    parts.wishes[task] = wish;
    set(`embedding-wish-${task}`, { data: { ...wish, asked: Date.now() } });
  };
  const page = { bridge, parts, reps, ask, id, redraw, wishOf, goTo };
  const epochs = new Epochwise(page);
  const maps = new MapsPanel(page);
  const pairing = new Pairing(page);

  /** The page's parts, made anew whenever it is shown. */
  function mount() {
    if (!id("plot-a") || parts.panes?.a.find("plot").isConnected) return Boolean(id("plot-a"));
    const pane = (which, names) =>
      new Pane({
        find: (name) => id(names[name] ?? `${name}-${which}`),
        workspace,
        tooltip,
        rows: reps[which],
        columns: () => (which === "a" && workspace.view.form === "across" ? reps.x : reps[which]),
        held: (rep, feature) => epochs.range(rep, feature),
        go: (place) => changeView(place),
      });
    const a = pane("a", { "overview-panel": "overview-panel", "overview-text": "overview-text" });
    const b = pane("b", {});
    a.shown = () => {
      workspace.busy = false;
      features();
      earlier();
    };
    a.pointed = (sample) => maps.point(sample);
    a.picked = (sample) => maps.pick(sample);
    b.prefix = "B: ";
    b.shown = () => pairing.draw();
    parts.panes = { a, b };
    parts.legend = new Legend(id("plot-a") && byId("legend"), workspace, (focus) => changeView({ focus }), {
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
      on: { layer: (layer) => open(layer), pixel: (pixel) => goToPixel(pixel) },
    });
    maps.mounted();
    const here = id("plot-a");
    workspace.on("selection", () => selected(), here);
    workspace.on("colours", () => overviews(), here);
    workspace.on("second", () => second(), here);
    workspace.on("play", (playing) => playing && epochs.prepare(), here);
    style();
    second();
    return true;
  }

  const style = () => Object.values(parts.panes ?? {}).forEach((pane) => pane.style(parts.style));

  function redraw() {
    if (!mount()) return;
    parts.panes.a.draw();
    if (workspace.second) parts.panes.b.draw();
  }

  function overviews() {
    for (const pane of Object.values(parts.panes)) if (pane.drawn) pane.overview(pane.drawn.window);
  }

  /** A part of a representation has come. */
  function arrived(which, what) {
    if (!mount()) return;
    if (which === "a" && what === "features") follow();
    if (which === "x" && what === "features") followAcross();
    const pane = which === "b" ? parts.panes.b : parts.panes.a;
    if (what === "overview" && pane.drawn) pane.overview(pane.drawn.window);
    else if (what === "error" && pane.drawn) toast(reps[which].error);
    else if (what !== "fields") pane.draw();
  }

  /** What a browser names when it asks for a layer's cloud. */
  function wishOf(layer = reps.a.plan?.layer) {
    const { points, position, order } = workspace.view;
    return { ...workspace.study.wish, layer, points, position, order };
  }

  const layerOf = (name, study = workspace.study) => study.layers.find((layer) => layer.name === name);

  /** Open a layer, at its first features. */
  function open(layer) {
    const { name, shape } = layerOf(layer) ?? {};
    if (!name) return;
    const plain = shape.length < 2;
    changeView({ layer: name, row: null, column: null, ...(plain ? {} : { position: null }) });
  }

  /** Take the window to a feature: as soon as the layer's order is known. */
  function goTo(layer, feature, beside = feature) {
    parts.follow = { layer, feature, beside };
    if (reps.a.plan?.layer === layer && reps.a.features) follow();
    else changeView({ layer });
  }

  function follow() {
    const wanted = parts.follow;
    if (!wanted || reps.a.plan.layer !== wanted.layer) return;
    parts.follow = null;
    const order = reps.a.order(workspace.view.order);
    const place = (feature) => Math.max(0, order.indexOf(feature));
    const form = workspace.view.form === "cloud" ? {} : { form: "matrix" };
    changeView({ layer: wanted.layer, row: place(wanted.feature), column: place(wanted.beside), ...form });
  }

  function goToPixel({ layer, feature, row, column }) {
    const { shape } = layerOf(layer);
    const { points } = workspace.view;
    const position = shape.length > 1 ? row * (shape.at(-2) ?? 1) + column : 0;
    const wide = points === "samples" && shape.length > 1;
    if (points === "position" && shape.length > 1) {
      parts.follow = { layer, feature, beside: feature };
      changeView({ layer, position });
      if (reps.a.plan?.layer === layer && reps.a.features) follow();
      return;
    }
    goTo(layer, wide ? position * shape.at(-1) + feature : feature);
  }

  /** Show a feature of an earlier layer against one of the open layer. */
  function goAcross(layer, feature, own) {
    const { shape } = layerOf(layer);
    const depth = shape.at(-1) ?? 1;
    const structured = shape.length > 1;
    parts.across = { layer, feature: structured ? feature % depth : feature };
    const place = reps.a.order(workspace.view.order).indexOf(own);
    const there = { across: layer, xposition: structured ? Math.floor(feature / depth) : null };
    changeView({ ...there, form: "across", row: Math.max(0, place) });
    if (reps.x.plan?.layer === layer && reps.x.plan.position === (there.xposition ?? 0)) followAcross();
  }

  function followAcross() {
    const wanted = parts.across;
    if (!wanted || reps.x.plan?.layer !== wanted.layer || !reps.x.features) return;
    parts.across = null;
    changeView({ column: Math.max(0, reps.x.order(null).indexOf(wanted.feature)) });
  }

  function features() {
    const { drawn } = parts.panes.a;
    const seen = new Set([...drawn.rows, ...drawn.columns].map(({ feature }) => feature));
    drawFeatures(id("features"), reps.a, {
      how: workspace.view.order,
      seen,
      go: (feature, beside) => goTo(reps.a.plan.layer, feature, beside),
    });
  }

  function earlier() {
    const { drawn } = parts.panes.a;
    const { plan } = reps.a;
    const [{ feature, name }] = drawn.rows;
    const full = `${name} of ${plan.layer}`;
    const key = `${plan.network} ${plan.layer} ${plan.which} ${plan.position} ${feature}`;
    const known = parts.earlier?.key === key ? parts.earlier : null;
    drawEarlier(id("earlier"), {
      name: full,
      text: known?.text ?? "",
      found: known?.found ?? null,
      ask: () => {
        parts.earlier = { key, name: full, feature, text: "Going through the earlier layers …", found: null };
        earlier();
        ask("correlates", { ...wishOf(), points: plan.which, position: plan.position, feature });
      },
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
    const other = layerOf(across, study) ?? study.layers[0];
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
    workspace.busy = true;
  }

  return {
    embeddingKnobs(view, study, beside, ...known) {
      const silent = Array(9).fill(nothing());
      if (study?.state !== "ready" || !id("plot-a")) return [nothing(), nothing(), nothing(), ...silent];
      mount();
      const ready = beside?.state === "ready" ? beside : null;
      const wanted = Object.values(knobs(view, study, ready));
      const changed = wanted.map((one, k) => JSON.stringify(one) !== JSON.stringify(known[k] ?? null));
      const layer = layerOf(view.layer, study) ?? study.layers.at(-1);
      const across = layerOf(view.across, study) ?? study.layers[0];
      const structured = layer.shape.length > 1;
      id("place").classList.toggle("hidden", !(structured && view.points === "position"));
      id("across-box").classList.toggle("hidden", view.form !== "across");
      id("size-box").classList.toggle("hidden", view.form === "cloud");
      set("embedding-points", { disabled: !structured });
      if ((parts.form === "cloud") !== (view.form === "cloud")) {
        set("embedding-tool", { value: view.form === "cloud" ? "pan" : "rectangle" });
      }
      parts.form = view.form;
      set("embedding-colour", { value: workspace.mode === "relative" ? "class" : workspace.mode });
      if (!changed[0]) window.queueMicrotask(redraw);
      return [
        ...wanted.map((one, k) => (changed[k] ? one : nothing())),
        layer.name,
        structured ? view.points || "positions" : "samples",
        view.order || "",
        view.form,
        across.name,
        String(view.size ?? USUAL_SIZE),
        ready ? pairing.layerFor(view, study, ready) : nothing(),
        view.bepoch === null ? "" : String(view.bepoch),
        view.align,
      ];
    },

    pickEmbedding(layer, points, order, form, across, size, layerB, epochB, align, view) {
      const { study, second: beside } = workspace;
      if (!study?.layers) return nothing();
      const open = layerOf(view.layer) ?? study.layers.at(-1);
      const structured = open.shape.length > 1;
      const next = {};
      const put = (name, value, shown) => value !== shown && Object.assign(next, { [name]: value });
      put("layer", layer, open.name);
      if (next.layer) Object.assign(next, { row: null, column: null, position: null });
      if (structured && !next.layer) put("points", points, view.points || "positions");
      put("order", order || null, view.order);
      put("form", form, view.form);
      put("across", across, (layerOf(view.across) ?? study.layers[0]).name);
      if (next.across) Object.assign(next, { xposition: null, column: null });
      put("size", Number(size), view.size ?? USUAL_SIZE);
      if (beside) {
        put("blayer", layerB, pairing.layerFor(view, study, beside.study));
        put("bepoch", epochB ? Number(epochB) : null, view.bepoch);
        put("align", Boolean(align), view.align);
      }
      if (next.form) Object.assign(next, { column: null });
      return Object.keys(next).length && layer ? { ...view, ...next } : nothing();
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
            if (which === "b") pairing.planned();
            if (plan?.which === "position") {
              const width = reps[which].grid.at(-1);
              set("embedding-place-row", { value: Math.floor(plan.position / width) });
              set("embedding-place-column", { value: plan.position % width });
            }
            if (plan && !plan.error && !reps[which].ready) redraw();
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

    async correlatesAnswer(end) {
      if (!end || !parts.earlier || !mount()) return nothing();
      byId("frame-jobs").textContent = "";
      const wanted = parts.earlier;
      const answer = end.state === "done" && end.result.done.correlates;
      if (!answer) {
        wanted.text = end.error || Object.values(end.result?.failed ?? {})[0];
      } else {
        const [r, layer, feature] = await Promise.all(
          ["r", "layer", "feature"].map(async (name) => (await workspace.array(answer.key, name)).values),
        );
        const { layers } = answer.facts;
        wanted.text = layers.length ? "" : "There is no earlier layer.";
        wanted.found = Array.from(r, (value, k) => {
          const name = layers[layer[k]];
          return { name: `${name} ${placed(layerOf(name), feature[k])}`, r: value, act: () => goAcross(name, feature[k], wanted.feature) };
        });
      }
      earlier();
      return nothing();
    },

    mapsAnswer: (end) => (maps.answer(end), nothing()),
    pairAnswer: (end) => (pairing.answer(end), nothing()),
    epochsAnswer: (end) => (epochs.answer(end), nothing()),

    pointStyle(tool, radius, opacity) {
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

    plotsPng() {
      const { a, b } = parts.panes;
      for (const [pane, name] of [[a, ""], [b, "-b"]]) {
        if (!pane.drawn || (name && !workspace.second)) continue;
        pane.view.picture().toBlob((blob) => save(`-${fileName(pane.rows.plan.layer)}-plots${name}.png`, blob, "image/png"));
      }
      return nothing();
    },

    plotsCsv() {
      const { drawn, rows: rep } = parts.panes.a;
      if (!drawn) return nothing();
      const axes = [...new Map([...drawn.rows, ...drawn.columns].map((axis) => [axis.id, axis])).values()];
      const { sample, position } = rep.points;
      const rows = Array.from(sample, (k, point) => [
        k,
        position[point],
        workspace.labels[k] < 0 ? "" : workspace.className(workspace.labels[k]),
        ...axes.map(({ column }) => column[point]),
      ]);
      save(`-${fileName(rep.plan.layer)}-points.csv`, table(["sample", "position", "true_class", ...axes.map(({ id: name }) => name)], rows), "text/csv");
      return nothing();
    },

    featuresCsv() {
      if (!reps.a.features) return nothing();
      const { mean, deviation, low, high, f_ratio: ratio, dead } = reps.a.features;
      const places = reps.a.order(workspace.view.order);
      const rows = Array.from(places, (k, place) => [place + 1, k, reps.a.featureName(k), mean[k], deviation[k], low[k], high[k], ratio[k], dead[k]]);
      save(`-${fileName(reps.a.plan.layer)}-features.csv`, table(["place", "feature", "name", "mean", "deviation", "low", "high", "f_ratio", "dead"], rows), "text/csv");
      return nothing();
    },

    overviewPng() {
      const canvas = id("overview-a").querySelector("canvas");
      if (canvas && reps.a.overview) canvas.toBlob((blob) => save(`-${fileName(reps.a.plan.layer)}-matrix.png`, blob, "image/png"));
      else toast("The whole matrix is not there yet.");
      return nothing();
    },

    mapsPng: () => (maps.png(), nothing()),
    mapsCsv: () => (maps.csv(), nothing()),

    /** The page was shown: take up what is open. */
    shown() {
      if (mount() && workspace.ready) options();
    },
  };
}

const fileName = (layer) => layer.replaceAll("/", "-");

/** A feature of an unwrapped layer: its channel and position. */
function placed({ shape }, feature) {
  if (shape.length < 2) return String(feature);
  const depth = shape.at(-1);
  const position = Math.floor(feature / depth);
  const width = shape.at(-2);
  return `${feature % depth} @ ${Math.floor(position / width)},${position % width}`;
}

