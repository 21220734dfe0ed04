/** The Tour page in the browser: a layer that turns, and what its controls do. */
import { table } from "../lib/csv.mjs";
import { outcome } from "../dom/jobs.mjs";
import { LayerGraph } from "../dom/layergraph.mjs";
import { Legend } from "../dom/legend.mjs";
import { count, make, percent } from "../dom/make.mjs";
import { TourView } from "../dom/tourview.mjs";
import { Comparison } from "./tour/multiples.mjs";
import { Kept } from "./tour/kept.mjs";
import { Lead } from "./tour/lead.mjs";
import { Playhead } from "./tour/playhead.mjs";
import { Splits } from "./tour/splits.mjs";
import { Stops } from "./tour/stops.mjs";
import { Training } from "./tour/training.mjs";

/**
 * The clientside callbacks that `dashboard/pages/tour/callbacks.py` names.
 * @param {import("../clientside.mjs").Bridge} bridge
 */
export function tour(bridge) {
  const { workspace, tooltip, byId, set, nothing, changeView, toast, save } = bridge;
  const id = (name) => byId(`tour-${name}`);
  const parts = { sheets: new Map() };
  const page = { bridge, id };
  const stops = new Stops(page, () => redraw());
  const training = new Training(page);
  const comparison = new Comparison(page);
  const playhead = new Playhead(page, stops, stand, rest);
  const splits = new Splits(page, stops, () => (playhead.came(), redraw()));
  const lead = new Lead(page, stops, () => parts.view);
  const kept = new Kept(page, () => parts.view, bridge.window.localStorage);

  /** The page's parts, made anew whenever it is shown. */
  function mount() {
    const here = id("view");
    if (!here || parts.here === here) return Boolean(here);
    parts.here = here;
    // Its controls stand where they begin.
    parts.look = "points";
    splits.reset();
    parts.view?.close();
    parts.view = new TourView({
      box: here,
      workspace,
      pose: parts.view?.pose, // who comes back goes on
      on: {
        select: (samples, how) => workspace.select(samples, how),
        lead: (sample, place) => lead.lead(sample, place),
        hover,
        key: (key) => ({ n: redirect, s: separate, u: () => kept.undo() })[key](),
        grip: () => kept.remember(),
        played,
        drawn: () => comparison.frameChanged(parts.view.matrix, parts.view.data.layer),
      },
    });
    parts.legend = new Legend(byId("legend"), workspace, (focus) => changeView({ focus }));
    parts.graph = new LayerGraph(id("graph"), (layer) => changeView(viewOf(layer)));
    playhead.mounted(id("rails"));
    training.mounted();
    training.turn(false);
    comparison.mounted();
    kept.mounted();
    lead.mounted();
    here.closest(".page-frame")?.addEventListener("keydown", keys);
    played();
    return true;
  }

  /** Keys mean the same wherever one is on the page, unless one writes or chooses there. */
  function keys(event) {
    const { tagName } = event.target;
    const busy = tagName === "INPUT" || tagName === "TEXTAREA" || event.target.closest("dialog, [role=listbox]");
    if (event.defaultPrevented || busy || event.key.startsWith("Arrow") || (event.key === " " && tagName === "BUTTON")) return;
    parts.view.main.gestures.key(event);
  }

  const viewOf = (layer) => ({ layer, row: null, column: null, position: null, axes: "" });

  function played() {
    set("tour-play", { children: parts.view.playing ? "Halt" : "Play" });
  }

  function hover(sample, event) {
    workspace.hover(sample < 0 ? null : sample);
    if (sample < 0) tooltip.hide();
    else tooltip.sample(event, sample);
  }

  /** Draw what is there, or why there is nothing. */
  function redraw() {
    if (!mount() || !workspace.ready) return;
    const { error, plan, data, there } = stops;
    playhead.refreshed();
    id("again").classList.toggle("hidden", !error || !plan);
    id("status").textContent = error && plan ? "What was done until then is kept." : "";
    if (error) return empty(error, true);
    if (plan) parts.graph.show({ layers: workspace.study.layers, edges: plan.edges, path: plan.layers.map(({ name }) => name), now: plan.layer });
    // Until the next epoch or layer has come, the one before stays.
    const computed = !plan || stops.facts !== null;
    parts.view.element.classList.toggle("waiting", !computed);
    if (!computed && data) id("subtitle").textContent = `${plan.layer} is being computed; until then ${data.layer} is shown.`;
    if (!there || playhead.away) {
      if (!data) empty("This layer has not been computed yet; it will appear by itself.");
      return;
    }
    const stop = stops.at(stops.shown) ?? data; // with samples attacked, if they are to be seen so
    tell(stop);
    beside();
    training.mark(null);
    workspace.pass(null);
    // What has come since of the other split is part of it.
    parts.view.show({ ...(stops.at(stops.shown) ?? data), title: stop.title });
    workspace.drawn = plan.network;
    kept.draw();
  }

  /** Say what is drawn. */
  function tell(stop) {
    id("title").textContent = `${stop.layer}: ${stop.shape.join(" x ")}`;
    const subtitle = subtitleOf(stop);
    id("subtitle").textContent = subtitle;
    set("tour-handles", { disabled: !parts.view.canHandle(stop) });
    stop.title = `Tour of ${stop.layer}. ${subtitle} Space plays and halts, brackets choose an axis, arrows move it.`;
  }

  function subtitleOf({ facts, ways }) {
    const { study } = workspace;
    const axes = facts.dimensions > facts.axes
      ? `${facts.axes} principal axes of ${count(facts.dimensions)} dimensions, ${percent(facts.kept)} of their variance`
      : `${count(facts.dimensions)} dimensions`;
    const split = study.split === "all" ? "" : `${study.split} `;
    const attacked = ways ? ` ${count(ways.samples.length)} of them are attacked, at step ${ways.step} of ${ways.stops - 1}; lines are their ways.` : "";
    return `${count(study.n)} of ${count(study.total)} ${split}samples in ${axes}, drawn on a plane.${attacked}`;
  }

  /** Have the other split drawn beside, or not any more. */
  function beside() {
    splits.ask();
    parts.view.beside(splits.crowd);
    if (parts.look === "images" && splits.pictures && !parts.view.panes[1].sheet) look("images");
    const [own, other] = splits.captions;
    parts.view.main.caption.textContent = own;
    if (parts.view.panes[1]) parts.view.panes[1].caption.textContent = other;
  }

  /** Show samples as their own pictures, those of both splits where both are seen. */
  async function look(how) {
    parts.look = how;
    const { study } = workspace;
    if (how !== "images" || !workspace.ready) return hang([]);
    if (!study.keys.thumbnails) {
      set("tour-look", { value: "points" });
      return toast("These samples are no images.");
    }
    try {
      const found = await Promise.all([study.keys.thumbnails, splits.pictures].map((key) => key && sheetOf(key)));
      if (parts.look !== "images" || workspace.study?.dataKey !== study.dataKey) return undefined;
      return hang(found);
    } catch (error) {
      parts.sheets.clear(); // or it would fail for good
      set("tour-look", { value: "points" });
      return toast(`The images cannot be shown: ${error.message ?? error}`);
    }
  }

  /** The images of some samples, fetched once. */
  function sheetOf(key) {
    if (!parts.sheets.has(key)) {
      parts.sheets.set(key, workspace.array(key, "images").then(({ values, shape }) => ({ values, height: shape[1], width: shape[2], channels: shape[3] })));
    }
    return parts.sheets.get(key);
  }

  function hang(sheets) {
    parts.view.panes.forEach((pane, k) => (pane.sheet = sheets[k] ?? null));
    parts.view.soon();
  }

  function redirect() {
    kept.remember();
    parts.view.redirect();
  }

  function play() {
    if (!parts.view.data) return;
    if (!parts.view.playing) kept.remember();
    parts.view.play(!parts.view.playing);
  }

  /** Stand between two stops of a rail. */
  function stand(a, b, part) {
    if (!mount()) return left();
    for (const stop of [a, b]) if (stop && !stop.title) stop.title = `Tour of ${stop.layer}.`;
    if (splits.on && playhead.moving && playhead.moving !== "step") splits.need(playhead.moving);
    const { epoch } = playhead;
    training.mark(epoch);
    workspace.pass(epoch === null ? null : nearest(epoch));
    parts.view.between(a, b, part);
    const near = part < 0.5 || !b ? a : b;
    point(near);
    if (playhead.moving === "step") id("subtitle").textContent = subtitleOf(near);
    id("title").textContent = b && part > 0 && a.layer !== b.layer ? `${a.layer} → ${b.layer}` : `${a.layer}: ${a.shape.join(" x ")}`;
  }

  /** Say which layer is passed by, where layers are listed. */
  function point(stop) {
    if (parts.listed === stop.layer) return;
    parts.listed = stop.layer;
    set("tour-layer", { value: stop.layer });
    parts.graph.mark(stop.layer);
    id("subtitle").textContent = subtitleOf(stop);
  }

  const nearest = (epoch) => workspace.study.epochs.reduce((best, one) => (Math.abs(one - epoch) < Math.abs(best - epoch) ? one : best));

  /** Nothing moves on any more: somebody else goes through the training, or the page is gone. */
  function left() {
    playhead.leave();
    workspace.pass(null);
  }

  /** What the playhead has come to rest at is what all pages show. */
  function rest(rail, entry) {
    if (rail === "layer") return changeView(viewOf(entry.name));
    return changeView({ epoch: entry.epoch === workspace.study.epochs.at(-1) ? null : entry.epoch });
  }

  function empty(text, failed = false) {
    id("title").textContent = stops.plan?.layer ?? workspace.study.title;
    id("subtitle").textContent = "";
    const { ownerDocument: document } = id("view");
    id("view").replaceChildren(make(document, failed ? "p.hint.failure" : "p.hint", {}, text));
  }

  /** Have the plane looked for in which classes lie apart best. */
  function separate() {
    if (!stops.there) return toast("There is nothing to separate yet.");
    const { labels, predicted, selected, study } = workspace;
    const classes = study.labelled ? labels : predicted;
    const chosen = [...new Set(Array.from(selected, (sample) => classes[sample]))].filter((k) => k >= 0);
    // The samples of a single class have nothing to be parted from but all others.
    parts.separating = stops.key;
    return set("tour-wish-plane", { data: { ...stops.plan.wish, classes: chosen.length > 1 ? chosen : [], asked: Date.now() } });
  }

  async function separated(end) {
    if (!end || parts.separating !== stops.key || !stops.there) return;
    const { done, reason } = outcome(end);
    parts.separating = null;
    if (!done.plane) {
      if (end.state !== "cancelled") toast(`Classes cannot be separated: ${reason}`);
      return;
    }
    const { key } = stops;
    try {
      const { values } = await workspace.array(done.plane.key, "plane");
      if (key !== stops.key || !id("view")) return;
      kept.remember();
      parts.view.goTo(Float64Array.from(values));
    } catch (error) {
      toast(`Classes cannot be separated: ${error.message ?? error}`);
    }
  }

  function csv() {
    if (!parts.view?.data) return toast("There is nothing to save yet.");
    const { names } = parts.view.data;
    const { matrix } = parts.view;
    const rows = Array.from({ length: matrix.length / 2 }, (_, k) => [names?.[k] ?? `principal axis ${k + 1}`, matrix[2 * k], matrix[2 * k + 1]]);
    return save("-projection.csv", table(["axis", "x", "y"], rows), "text/csv");
  }

  function png() {
    if (!parts.view?.data) return toast("There is nothing to save yet.");
    return parts.view.picture().toBlob((blob) => save("-tour.png", blob, "image/png"));
  }

  const layerOf = (view, study) => study.layers.find(({ name }) => name === view.layer) ?? study.layers.at(-1);
  const told = (act) => (what) => (act(what), nothing());
  const done = (act) => () => (act(), nothing());

  /** Other samples are to come. */
  function forget() {
    left();
    lead.forget();
    stops.forget();
    splits.others.forget();
    parts.view?.clear();
    parts.sheets.clear();
    if (parts.view) hang([]);
  }

  workspace.on("epochs", left);
  workspace.on("closed", forget);
  workspace.on("study", () => {
    // Another epoch is gone to from what is drawn; samples of other data are others.
    const [before, now] = [stops.plan?.wish, workspace.study.wish];
    const other = before && ["study", "split", "data_of"].some((name) => (before[name] ?? null) !== (now[name] ?? null));
    if (other) forget();
    if (parts.view && parts.look === "images" && !parts.view.main.sheet) look("images");
    redraw();
  });

  return {
    tourKnobs(view, study, known, trained) {
      if (study?.state !== "ready") return [nothing(), nothing()];
      // Of several paths through a layer the one is taken that is most like the one before.
      const path = stops.plan?.wish.study === study.wish.study ? stops.plan.layers.map(({ name }) => name) : [];
      // A training that goes on is another one than it was.
      const whole = { ...study.wish, recorded: study.epochs.length };
      const wanted = { ...whole, layer: layerOf(view, study).name, ...(view.attack ? { attack: view.attack } : {}) };
      const { path: _, ...before } = known ?? {};
      const changed = JSON.stringify(wanted) !== JSON.stringify(before);
      // Losses are of the whole training, whichever epoch of it is shown.
      const other = Training.about(trained) !== Training.about(whole);
      // Written at once, so that the list never says an older layer than the page has put there.
      parts.listed = wanted.layer;
      set("tour-layer", { data: study.layers.map(({ name }) => ({ value: name, label: name })), value: wanted.layer });
      return [changed ? { ...wanted, path } : nothing(), other ? whole : nothing()];
    },

    pickTourLayer(layer, view) {
      const { study } = workspace;
      // What the page itself has put there is nobody's choice, however late it is heard of.
      if (!study?.layers || !layer || layer === parts.listed || layer === layerOf(view, study).name) return nothing();
      return { ...view, ...viewOf(layer) };
    },

    tourPlan: told((plan) => {
      if (!mount() || !workspace.study) return;
      stops.setPlan(plan);
      comparison.about(plan?.wish);
    }),
    tourProgress: told((progress) => stops.working(progress)),
    tourComputed: told((end) => stops.computed(end)),
    tourPlaneAnswer: told((end) => separated(end)),
    tourLayersProgress: told((progress) => playhead.working(progress)),
    tourLayersAnswer: told((end) => playhead.computed(end)),
    tourEpochsProgress: told((progress) => playhead.working(progress)),
    tourEpochsAnswer: told((end) => playhead.computed(end)),
    tourStepsProgress: told((progress) => playhead.working(progress)),
    tourStepsAnswer: told((end) => playhead.computed(end)),
    tourViews: told((plan) => comparison.planned(plan)),
    tourViewsProgress: told((progress) => comparison.working(progress)),
    tourViewsAnswer: told((end) => comparison.answer(end)),
    tourLosses: told((plan) => training.planned(plan)),
    tourLossesProgress: told((progress) => training.working(progress)),
    tourLossesAnswer: told((end) => training.answer(end)),

    tourBeside: told((plan) => splits.planned(plan)),
    tourBesideProgress: told((progress) => splits.others.working(progress)),
    tourBesideAnswer: told((end) => splits.answer(end)),
    tourSplits: told((on) => {
      if (Boolean(on) !== splits.on) splits.turn(Boolean(on));
      training.turn(splits.on);
    }),

    tourStyle(tool, how, radius, handles, speed) {
      if (!parts.view) return nothing();
      if (how !== parts.look) look(how);
      Object.assign(parts.view, { tool, radius, handled: handles });
      parts.view.pose.speed = speed;
      lead.tool(tool);
      parts.view.soon();
      return nothing();
    },

    tourReach: told((epsilon) => {
      if (typeof epsilon === "number") lead.epsilon = epsilon;
    }),
    tourPlay: done(play),
    tourDirection: done(redirect),
    tourUndo: done(() => kept.undo()),
    tourSeparate: done(separate),
    tourReset: done(() => parts.view.data && parts.view.reset()),
    tourPng: done(png),
    tourCsv: done(csv),

    /** The page was shown: take up what is open. */
    shown() {
      if (!mount()) return left();
      workspace.drawn = null;
      if (workspace.ready) redraw();
    },
  };
}
