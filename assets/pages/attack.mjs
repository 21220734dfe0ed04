/** The Attack page in the browser: samples led astray, step by step, and what its controls do. */
import { FATES } from "../lib/attacks.mjs";
import { table } from "../lib/csv.mjs";
import { Legend } from "../dom/legend.mjs";
import { make } from "../dom/make.mjs";
import { Form } from "./attack/form.mjs";
import { List } from "./attack/list.mjs";
import { Result } from "./attack/result.mjs";
import { Robust } from "./attack/robust.mjs";
import { Runs } from "./attack/runs.mjs";
import { Stage } from "./attack/stage.mjs";

const HINT =
  "Choose samples and an attack, and press Attack. Every step of the way is kept: what was changed, " +
  "what the network says, and from which layer on the sample is no longer like what it was.";

/**
 * The clientside callbacks that `dashboard/pages/attack/callbacks.py` names.
 * @param {import("../clientside.mjs").Bridge} bridge
 */
export function attack(bridge) {
  const { workspace, byId, nothing, changeView, toast, save } = bridge;
  const id = (name) => byId(`attack-${name}`);
  const parts = {};
  const page = {
    bridge,
    id,
    waiting,
    /** Whether what is shown is an attack on the study that is open. */
    get fits() {
      return Boolean(runs.facts && workspace.ready && runs.fits(runs.facts));
    },
  };
  const form = (page.form = new Form(page));
  const runs = (page.runs = new Runs(page, () => redraw()));
  const stage = new Stage(page);
  const list = new List(page);
  const result = new Result(page, stage);
  const robust = new Robust(page);

  /** The page's parts, made anew whenever it is shown. */
  function mount() {
    const here = id("view");
    if (!here || parts.here === here) return Boolean(here);
    parts.here = here;
    parts.legend = new Legend(byId("legend"), workspace, (focus) => changeView({ focus }));
    stage.mounted(here);
    form.mounted();
    for (const part of [list, result, robust]) part.mounted();
    workspace.on("selection", () => form.samples(), here);
    here.closest(".page-frame")?.addEventListener("keydown", keys);
    return true;
  }

  /** Space plays, arrows go to other steps and samples, unless one writes or chooses there. */
  function keys(event) {
    const { tagName } = event.target;
    const busy = ["INPUT", "TEXTAREA", "SELECT", "CANVAS"].includes(tagName) || event.target.closest("dialog, [role=listbox], [role=tab]");
    if (event.defaultPrevented || busy || (event.key === " " && tagName === "BUTTON") || !page.fits) return;
    const act = {
      " ": () => stage.play(),
      ArrowLeft: () => (stage.halt(), stage.go(stage.now - 1)),
      ArrowRight: () => (stage.halt(), stage.go(stage.now + 1)),
      ArrowUp: () => list.step(-1),
      ArrowDown: () => list.step(1),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  /** Draw what is there, or why there is nothing. */
  function redraw() {
    if (!mount() || !workspace.ready) return;
    workspace.drawn = undefined;
    const shown = page.fits && runs.way;
    id("again").classList.toggle("hidden", !runs.cancelled);
    id("status").textContent = runs.cancelled ? "The attack was cancelled." : "";
    // What was shown before stays, and is not what was asked for.
    id("trouble").textContent = runs.error;
    id("view").classList.toggle("stale", Boolean(runs.error));
    form.blame(runs.error);
    if (shown) stage.draw();
    else if (!runs.key || runs.error) empty(HINT);
    if (runs.asked) waiting("");
    list.draw();
    result.draw();
  }

  function empty(text) {
    stage.halt();
    id("title").textContent = workspace.study.title;
    id("subtitle").textContent = "";
    const { ownerDocument: document } = id("view");
    id("view").replaceChildren(make(document, "p.hint", {}, text));
  }

  /** Say what the attack that is under way does; what was shown before stays meanwhile. */
  function waiting(text) {
    if (!id("status")) return;
    const words = text || "The attack has begun.";
    if (page.fits && runs.way) id("status").textContent = words;
    else empty(words);
  }

  function go() {
    if (!workspace.ready) return undefined;
    const wish = form.wish();
    return typeof wish === "string" ? runs.refuse(wish) : runs.ask(wish);
  }

  function png() {
    if (!page.fits || !runs.way) return toast("There is nothing to save yet.");
    return stage.picture().toBlob((blob) => save(`-attack-${runs.sample}-step-${stage.now}.png`, blob, "image/png"));
  }

  function csv() {
    if (!page.fits || !runs.arrays) return toast("There is nothing to save yet.");
    const { samples, left, begins, ends, l2, linf } = runs.arrays;
    const { attack: name, epsilon, norm, steps } = runs.facts.asked;
    const columns = ["sample", "class", "before", "after", "outcome", "l2", "linf", "attack", "epsilon", "norm", "steps"];
    const rows = Array.from(samples, (sample, k) => [
      sample, workspace.className(left[k]), workspace.className(begins[k]), workspace.className(ends[k]), FATES[runs.fates[k]],
      l2[k], linf[k], name, epsilon, norm, steps,
    ]);
    return save("-attack.csv", table(columns, rows), "text/csv");
  }

  function curvesCsv() {
    const rows = robust.rows();
    if (!rows.length) return toast("There are no curves yet.");
    return save("-robustness.csv", table(["attack", "norm", "epsilon", "accuracy"], rows), "text/csv");
  }

  workspace.on("study", () => {
    robust.forget();
    runs.follow();
    if (!mount()) return;
    form.studied();
    robust.look();
    redraw();
  });

  const told = (act) => (what) => (act(what), nothing());
  const done = (act) => () => (act(), nothing());

  return {
    attackForm(...given) {
      if (!id("go")) return nothing();
      const known = form.methods.size;
      if (form.changed(...given)) runs.refuse(""); // what was wrong may be right now
      if (!known) {
        form.studied();
        if (runs.arrays) form.follow(runs.facts.asked); // a link has brought it before
      }
      robust.formed();
      return nothing();
    },
    attackView: told(() => {
      runs.follow();
      if (!mount()) return;
      result.draw();
      robust.draw();
    }),
    attackFound: told((answer) => runs.found(answer)),
    attackWayProgress: told((progress) => runs.working(progress)),
    attackWayAnswer: told((end) => runs.answer(end)),
    attackCurves: told((plan) => robust.planned(plan)),
    attackCurvesProgress: told((progress) => robust.working(progress)),
    attackCurvesAnswer: told((end) => robust.answer(end)),
    attackGo: done(go),
    attackPng: done(png),
    attackCsv: done(csv),
    attackCurvesCsv: done(curvesCsv),

    /** The page was shown: take up what is open. */
    shown() {
      if (!mount()) return stage.halt();
      workspace.drawn = undefined;
      if (!workspace.ready) return undefined;
      runs.follow();
      return redraw();
    },
  };
}
