/** The Tour page in the browser: a layer that turns, and what its controls do. */
import { table } from "../lib/csv.mjs";
import { outcome } from "../dom/jobs.mjs";
import { Legend } from "../dom/legend.mjs";
import { count, make, percent } from "../dom/make.mjs";
import { TourView } from "../dom/tourview.mjs";
import { TourCloud } from "./tour/cloud.mjs";
import { Training } from "./tour/training.mjs";

const PREDICTION = "prediction";

/**
 * The clientside callbacks that `dashboard/pages/tour/callbacks.py` names.
 * @param {import("../clientside.mjs").Bridge} bridge
 */
export function tour(bridge) {
  const { workspace, tooltip, byId, set, nothing, changeView, toast, save } = bridge;
  const id = (name) => byId(`tour-${name}`);
  const parts = {};
  const page = { bridge, id };
  const cloud = new TourCloud(page, () => redraw());
  const training = new Training(page);

  /** The page's parts, made anew whenever it is shown. */
  function mount() {
    const here = id("view");
    if (!here || parts.here === here) return Boolean(here);
    parts.here = here;
    parts.view = new TourView({
      box: here,
      workspace,
      on: {
        select: (samples, how) => workspace.select(samples, how),
        hover,
        key: (key) => (key === "n" ? parts.view.redirect() : separate()),
        played,
      },
    });
    parts.legend = new Legend(byId("legend"), workspace, (focus) => changeView({ focus }));
    training.mounted();
    played();
    return true;
  }

  function played() {
    set("tour-play", { children: parts.view.playing ? "Halt" : "Play" });
  }

  function hover(sample, event) {
    workspace.hover(sample < 0 ? null : sample);
    if (sample < 0) tooltip.hide();
    else tooltip.sample(event, sample);
  }

  /** Names of the axes, where they have any. */
  function namesOf({ layer }, { dimensions, axes }) {
    if (dimensions > axes) return null; // principal axes mean nothing by themselves
    if (layer !== PREDICTION) return Array.from({ length: axes }, (_, k) => `#${k}`);
    return Array.from({ length: axes }, (_, k) => workspace.className(k));
  }

  /** Draw what is there, or why there is nothing. */
  function redraw() {
    if (!mount() || !workspace.ready) return;
    const { study } = workspace;
    id("again").classList.toggle("hidden", !cloud.error || !cloud.plan);
    id("status").textContent = cloud.error && cloud.plan ? "What was done until then is kept." : "";
    if (cloud.error) return empty(cloud.error, true);
    // Until the next epoch has come, the one before stays.
    if (!cloud.data || cloud.data.key !== cloud.key) {
      if (!parts.view.element.isConnected) empty("This layer has not been computed yet; it will appear by itself.");
      return;
    }
    const { plan, facts, data } = cloud;
    const names = namesOf(plan, facts);
    id("title").textContent = `${plan.layer}: ${plan.shape.join(" x ")}`;
    const axes = facts.dimensions > facts.axes
      ? `${facts.axes} principal axes of ${count(facts.dimensions)} dimensions, ${percent(facts.kept)} of their variance`
      : `${count(facts.dimensions)} dimensions`;
    const subtitle = `${count(study.n)} of ${count(study.total)} ${study.split} samples in ${axes}, drawn on a plane that turns.`;
    id("subtitle").textContent = subtitle;
    parts.view.show({
      ...data, names, layer: plan.layer, classes: plan.layer === PREDICTION && workspace.classifies,
      // Another epoch of a layer whose axes are its own is the same space.
      space: `${study.dataKey} ${plan.layer} ${names ? names.join(" ") : plan.network}`,
      title: `Tour of ${plan.layer}. ${subtitle} Space plays and halts, brackets choose an axis, arrows move it.`,
    });
    workspace.drawn = plan.network;
  }

  function empty(text, failed = false) {
    id("title").textContent = cloud.plan?.layer ?? workspace.study.title;
    id("subtitle").textContent = "";
    const { ownerDocument: document } = id("view");
    id("view").replaceChildren(make(document, failed ? "p.hint.failure" : "p.hint", {}, text));
  }

  /** Have the plane looked for in which classes lie apart best. */
  function separate() {
    if (!cloud.data) return toast("There is nothing to separate yet.");
    const { labels, predicted, selected, study } = workspace;
    const classes = study.labelled ? labels : predicted;
    const chosen = [...new Set(Array.from(selected, (sample) => classes[sample]))].filter((k) => k >= 0);
    // The samples of a single class have nothing to be parted from but all others.
    parts.separating = cloud.key;
    return set("tour-wish-plane", { data: { ...cloud.plan.wish, classes: chosen.length > 1 ? chosen : [], asked: Date.now() } });
  }

  async function separated(end) {
    if (!end || parts.separating !== cloud.key || !cloud.data) return;
    const { done, reason } = outcome(end);
    parts.separating = null;
    if (!done.plane) {
      if (end.state !== "cancelled") toast(`Classes cannot be separated: ${reason}`);
      return;
    }
    const { key } = cloud;
    try {
      const { values } = await workspace.array(done.plane.key, "plane");
      if (key === cloud.key && id("view")) parts.view.goTo(Float64Array.from(values));
    } catch (error) {
      toast(`Classes cannot be separated: ${error.message ?? error}`);
    }
  }

  function csv() {
    if (!cloud.data || !parts.view.data) return toast("There is nothing to save yet.");
    const { names } = parts.view.data;
    const { matrix } = parts.view;
    const rows = Array.from({ length: matrix.length / 2 }, (_, k) => [names?.[k] ?? `principal axis ${k + 1}`, matrix[2 * k], matrix[2 * k + 1]]);
    return save("-projection.csv", table(["axis", "x", "y"], rows), "text/csv");
  }

  function png() {
    if (!cloud.data || !parts.view.data) return toast("There is nothing to save yet.");
    return parts.view.picture().toBlob((blob) => save("-tour.png", blob, "image/png"));
  }

  const layerOf = (view, study) => study.layers.find(({ name }) => name === view.layer) ?? study.layers.at(-1);
  const told = (act) => (what) => (act(what), nothing());
  const done = (act) => () => (act(), nothing());

  workspace.on("study", () => {
    // Another epoch is gone to from what is drawn; samples of other data are others.
    const [before, now] = [cloud.plan?.wish, workspace.study.wish];
    const other = before && ["study", "split", "data_of"].some((name) => (before[name] ?? null) !== (now[name] ?? null));
    if (other) {
      cloud.forget();
      parts.view?.element.remove();
    }
    redraw();
  });

  return {
    tourKnobs(view, study, known, trained) {
      if (study?.state !== "ready") return [nothing(), nothing(), nothing()];
      set("tour-layer", { data: study.layers.map(({ name }) => ({ value: name, label: name })) });
      const wanted = { ...study.wish, layer: layerOf(view, study).name };
      const changed = JSON.stringify(wanted) !== JSON.stringify(known ?? null);
      // Losses are of the whole training, whichever epoch of it is shown.
      const other = Training.about(trained) !== Training.about(study.wish);
      return [changed ? wanted : nothing(), wanted.layer, other ? study.wish : nothing()];
    },

    pickTourLayer(layer, view) {
      const { study } = workspace;
      if (!study?.layers || !layer || layer === layerOf(view, study).name) return nothing();
      return { ...view, layer, row: null, column: null, position: null, axes: "" };
    },

    tourPlan: told((plan) => mount() && cloud.setPlan(plan)),
    tourProgress: told((progress) => cloud.working(progress)),
    tourComputed: told((end) => cloud.computed(end)),
    tourPlaneAnswer: told((end) => separated(end)),
    tourLosses: told((plan) => training.planned(plan)),
    tourLossesProgress: told((progress) => training.working(progress)),
    tourLossesAnswer: told((end) => training.answer(end)),

    tourStyle(tool, radius, handles, speed) {
      if (!parts.view) return nothing();
      Object.assign(parts.view, { tool, radius, handled: handles, speed });
      parts.view.soon();
      return nothing();
    },

    tourPlay: done(() => parts.view.data && parts.view.play(!parts.view.playing)),
    tourDirection: done(() => parts.view.redirect()),
    tourSeparate: done(separate),
    tourReset: done(() => parts.view.data && parts.view.reset()),
    tourPng: done(png),
    tourCsv: done(csv),

    /** The page was shown: take up what is open. */
    shown() {
      if (!mount()) return;
      workspace.drawn = null;
      if (workspace.ready) redraw();
    },
  };
}
