/** The controls of the Boundary page: what they say of a view, and what a view says of them. */
import { count as number } from "../../dom/make.mjs";

/** What stands where a view says nothing, as `dashboard/boundaries.py` takes it. */
export const USUAL = { count: 600, lam: 0.65, neighbours: 30, mindist: 0.3 };

/** The input among the names of layers, none of which is so called. */
const INPUT = "/";
const COUNTS = [300, 600, 1000, 2000, 10_000];

/** Fields of a view that make another map, as the server is told them too. */
export const MAP_FIELDS = ["space", "count", "lam", "neighbours", "mindist", "distance"];

/** How many samples a map may have: those there are, and a first number that means all. */
export function countsFor(n) {
  const fewer = COUNTS.filter((value) => value < n);
  const all = COUNTS.find((value) => value >= n);
  const last = all === undefined ? [] : [{ value: String(all), label: `all ${number(n)}` }];
  return [...fewer.map((value) => ({ value: String(value), label: number(value) })), ...last];
}

/** The number in force. */
export function countOf(view, n) {
  const wanted = view.count ?? USUAL.count;
  const there = countsFor(n).map(({ value }) => Number(value));
  return there.includes(wanted) ? wanted : there.at(-1);
}

/** Whose decisions are shown. @param {object | null | undefined} beside - the study of network B. */
export const groundOf = (view, beside) => (decides(beside) ? (view.ground ?? "both") : "a");

/** Whether there is a network that tells classes apart. @param {object | null | undefined} study */
export const decides = (study) => Boolean(study?.keys.predictions);

const said = (value) => (value === "" ? null : (value ?? null));

export class Knobs {
  /** @param {object} page - of `boundary.mjs`. */
  constructor(page) {
    this.page = page;
    this.told = null; // the page whose controls show what the view says
  }

  get workspace() {
    return this.page.bridge.workspace;
  }

  /** What the server is asked: the study and the map; null of a network without classes. */
  asked(view, study, beside) {
    if (!decides(study)) return null;
    const { space, lam, neighbours, mindist, distance } = view;
    return {
      ...study.wish, space, count: countOf(view, study.n), lam: lam ?? USUAL.lam,
      neighbours: neighbours ?? USUAL.neighbours, mindist: mindist ?? USUAL.mindist, distance,
      b: decides(beside) ? beside.wish : null,
    };
  }

  /** Whether the map that is there is the one that the view names, which may be on its way. */
  get current() {
    const { study, view } = this.workspace;
    const wish = this.page.rep.plan?.wish;
    const asked = study && this.asked(view, study, null);
    if (!wish || !asked) return false;
    delete asked.b; // which is shown on the same map
    const named = { ...asked, study: view.study || study.wish.study, split: view.split, epoch: view.epoch };
    return Object.entries(named).every(([name, value]) => said(wish[name]) === said(value));
  }

  /** Fields of the view that lead back to the map that is shown. */
  ofMap() {
    const { view } = this.workspace;
    return Object.fromEntries(["study", "split", "epoch", ...MAP_FIELDS].map((name) => [name, view[name]]));
  }

  /** What the pickers may be set to. */
  options(study, view) {
    const { set } = this.page.bridge;
    const { plan } = this.page.rep;
    set("boundary-count", { data: countsFor(study.n) });
    const layers = (plan?.spaces ?? [view.space]).filter(Boolean);
    const names = layers.map((name) => ({ value: name, label: name }));
    set("boundary-space", { data: [{ value: INPUT, label: "Input" }, ...names] });
  }

  /** The server says which layers there are, and which space it took. */
  planned() {
    const { rep, bridge } = this.page;
    const { study, view } = this.workspace;
    if (!rep.plan || !study) return;
    this.options(study, view);
    if (rep.plan.map.space !== view.space) bridge.set("boundary-space", { value: rep.plan.map.space || INPUT });
  }

  /** What the controls show of a view. */
  shown(view, study, beside) {
    return {
      space: view.space || INPUT,
      count: String(countOf(view, study.n)),
      lam: view.lam ?? USUAL.lam,
      neighbours: view.neighbours ?? USUAL.neighbours,
      mindist: view.mindist ?? USUAL.mindist,
      distance: view.distance,
      ground: groundOf(view, beside),
      veil: view.veil ?? 0,
    };
  }

  /** The clientside callbacks of the controls. */
  callbacks() {
    const { bridge, id } = this.page;
    const { nothing } = bridge;
    return {
      boundaryKnobs: (view, study, second, known) => {
        if (study?.state !== "ready") return Array(9).fill(nothing());
        const beside = second?.state === "ready" ? second : null;
        const wanted = this.asked(view, study, beside);
        const changed = JSON.stringify(wanted) !== JSON.stringify(known ?? null);
        id("lam-box")?.classList.toggle("hidden", view.distance === "euclid");
        id("ground-box")?.classList.toggle("hidden", !decides(beside));
        this.options(study, view);
        this.told = id("map");
        return [changed ? wanted : nothing(), ...Object.values(this.shown(view, study, beside))];
      },

      pickBoundary: (space, count, lam, neighbours, mindist, distance, ground, view) => {
        const { study, second } = this.workspace;
        if (!study || !space) return nothing(); // the controls have just appeared
        const shown = this.shown(view, study, second?.study);
        const next = {};
        const put = (name, value, was) => value !== was && Object.assign(next, { [name]: value });
        put("space", space === INPUT ? "" : space, view.space);
        put("count", count, shown.count);
        if (next.count) next.count = Number(count);
        put("lam", Math.round(100 * lam) / 100, shown.lam);
        if (Number.isInteger(neighbours) && neighbours >= 5 && neighbours <= 100) put("neighbours", neighbours, shown.neighbours);
        if (typeof mindist === "number" && mindist >= 0 && mindist <= 1) put("mindist", Math.round(100 * mindist) / 100, shown.mindist);
        put("distance", distance, view.distance);
        if (MAP_FIELDS.some((name) => name in next)) next.window = ""; // of another map
        if (decides(second?.study)) put("ground", ground, shown.ground);
        return Object.keys(next).length ? { ...view, ...next } : nothing();
      },
    };
  }
}
