import assert from "node:assert/strict";
import { test } from "node:test";

import { defaults } from "../../assets/lib/address.mjs";
import { inverse, queryOf } from "../../assets/pages/boundary/inverse.mjs";
import { Knobs, countOf, countsFor, groundOf } from "../../assets/pages/boundary/knobs.mjs";
import { MapParts } from "../../assets/pages/boundary/parts.mjs";
import { Plans } from "../../assets/pages/boundary/plans.mjs";
import { Trust } from "../../assets/pages/boundary/trust.mjs";
import * as words from "../../assets/pages/boundary/words.mjs";
import { Zooms } from "../../assets/pages/boundary/zooms.mjs";
import { later, pageOf, settle } from "./workplace.mjs";

const MAP = { space: "", count: 3, lam: 0.65, neighbours: 30, min_dist: 0.1, distance: "fisher", seed: 0, steps: 5 };
const WHOLE = [0, 10, 0, 10];
const FACTS = {
  map: { count: 3, window: WHOLE, scores: {}, extent: 8 }, coarse: { window: WHOLE, side: 32 },
  fine: { window: WHOLE, side: 200 }, second: { window: WHOLE, side: 200 },
  trust: { share: 0.5, sentence: "", thresholds: { error: 0.1, reach: 0.1 } }, pockets: { pockets: [], more: 0, clusters: [] },
};
const ARRAYS = {
  samples: [[5, 7, 2], [3]], embedding: [[0, 1, 2, 3, 4, 5], [3, 2]], label: [[0], [1, 1]], sharp: [[0, 1, 0, 1], [2, 2]],
  certainty: [[9], [1, 1]], mask: [[1, 0, 0, 1], [2, 2]], error: [[0, 0, 0, 0], [2, 2]], reach: [[0, 1, 0, 0], [2, 2]],
  contradicting: [[2], [1]],
};

/** A plan of a map; of the parts named in `there` there are facts. */
function planOf(name, there = [], { b = false, ...wish } = {}) {
  const names = ["map", "coarse", "fine", "trust", "pockets", ...(b ? ["second"] : [])];
  const parts = names.map((part) => [part, { key: `${name} ${part}`, facts: there.includes(part) ? FACTS[part] : null }]);
  return {
    map: MAP, spaces: ["", "pool"], missing: names.length - there.length, parts: Object.fromEntries(parts),
    wish: { study: "s", lam: 0.65, ...wish },
  };
}
const ALL = ["map", "coarse", "fine", "trust", "pockets"];

function workspaceOf({ gate = null, broken = () => false, ...more } = {}) {
  return {
    view: defaults(), study: { classes: ["a", "b"] }, second: null,
    array: async (key, name) => {
      await gate;
      if (broken(key)) throw new Error(`no ${key}`);
      const [values, shape] = ARRAYS[name];
      return { values: name === "embedding" ? Float32Array.from(values) : Int32Array.from(values), shape };
    },
    ...more,
  };
}

function partsOf(options) {
  const said = [];
  const rep = new MapParts(workspaceOf(options), (...what) => said.push(what.join(" ")));
  return { rep, said };
}

test("parts are fetched as they are computed, each once", async () => {
  const { rep, said } = partsOf();
  rep.setPlan(planOf("one", ["map", "coarse"]));
  await settle();
  assert.deepEqual(said, ["map", "coarse"]);
  assert.deepEqual([[...rep.map.samples], [...rep.map.x], [...rep.map.y]], [[5, 7, 2], [0, 2, 4], [1, 3, 5]]);
  assert.deepEqual([rep.raster.sharp, rep.raster.side, rep.ready, rep.lacking], [false, 1, true, ["fine", "trust", "pockets"]]);
  assert.ok(rep.done({ map: { key: "one map", facts: FACTS.map }, fine: { key: "one fine", facts: FACTS.fine } }));
  await settle();
  assert.deepEqual(said, ["map", "coarse", "fine"]);
  assert.deepEqual([rep.raster.sharp, rep.raster.side, rep.raster.grain], [true, 2, 1]);
  rep.done({ trust: { key: "one trust", facts: FACTS.trust }, pockets: { key: "one pockets", facts: FACTS.pockets } });
  await settle();
  assert.deepEqual([...rep.trust.alpha].map(Boolean), [false, true, true, false]);
  assert.deepEqual([rep.trust.window, rep.pockets, rep.lacking], [WHOLE, FACTS.pockets, []]);
});

test("what belongs to a map that was left is nobody's", async () => {
  const gate = later();
  const { rep, said } = partsOf({ gate: gate.promise, broken: (key) => key.startsWith("old fine") });
  rep.setPlan(planOf("old", ALL));
  rep.setPlan(planOf("new", ["map"]));
  gate.keep();
  await settle();
  assert.deepEqual([said, rep.errors, rep.fine], [["map"], {}, null]);
  assert.equal(rep.done({ fine: { key: "old fine", facts: FACTS.fine } }), false);
});

test("another network beside leaves the map as it is", async () => {
  const { rep, said } = partsOf();
  rep.setPlan(planOf("one", ALL));
  await settle();
  const { map, fine } = rep;
  rep.setPlan(planOf("one", [...ALL, "second"], { b: true }));
  await settle();
  assert.ok(rep.map === map && rep.fine === fine && rep.second.sharp);
  rep.setPlan(planOf("one", ALL));
  assert.equal(rep.second, null);
  assert.equal(said.filter((what) => what === "fine").length, 1);
});

test("a map is drawn without what could not be had of it, and not without its samples", async () => {
  for (const [part, ready] of [["trust", true], ["map", false]]) {
    const { rep, said } = partsOf({ broken: (key) => key === `one ${part}` });
    rep.setPlan(planOf("one", ALL));
    await settle();
    assert.deepEqual([rep.ready, rep.errors, rep.error], [ready, { [part]: `no one ${part}` }, ready ? "" : "no one map"]);
    assert.ok(said.includes(`error ${part}`));
    rep.setPlan(planOf("one", ALL));
    assert.deepEqual(rep.errors, {}, "it is asked for again");
  }
  const { rep } = partsOf();
  rep.setPlan({ error: "no such layer" });
  assert.deepEqual([rep.error, rep.ready, rep.key, rep.lacking], ["no such layer", false, "", []]);
});

/** A page around a map, whose parts are there as named. */
async function pageWith(there = ALL, { b = false, ground = "a", second = null, view = {} } = {}) {
  const workspace = workspaceOf({ second, view: { ...defaults(), ...view } });
  const rep = new MapParts(workspace, () => {});
  rep.setPlan(planOf("one", there, { b }));
  await settle();
  const page = pageOf({
    workspace, rep, ground: () => page.shown ?? ground, paint: () => page.said.asked.push(["paint"]), waiting() {}, planned() {}, view: () => page.map,
  });
  return page;
}
const of = (task, asked) => asked.filter(([name]) => name === task).map(([, wish]) => wish);

test("what is missing of a map is computed, and what is asked for is that map", async () => {
  const page = await pageWith([]);
  const plans = new Plans(page);
  plans.plan(planOf("one", ["map"]));
  const [[id, { data }]] = page.said.set;
  assert.deepEqual([id, data.lam, data.study], ["boundary-to-compute", 0.65, "s"]);
  plans.working({ done: { coarse: { key: "one coarse", facts: FACTS.coarse } }, fraction: 0.5, text: "Territory" });
  assert.equal(page.said.header.textContent, "Territory: 50.0 %");
  plans.plan(planOf("two", []));
  plans.working({ done: { coarse: { key: "one coarse", facts: FACTS.coarse } }, fraction: 0.9, text: "of the first" });
  assert.notEqual(page.said.header.textContent, "of the first: 90.0 %");
  assert.deepEqual(page.rep.facts, {}, "nothing of the first map is taken for the second");
});

test("an end that failed says why, with its reference; parts that were done stay", async () => {
  const page = await pageWith([]);
  const plans = new Plans(page);
  plans.plan(planOf("one", []));
  plans.computed({ state: "failed", error: "out of memory", reference: "ab12", result: null });
  assert.equal(page.rep.error, "out of memory (reference ab12, see the log)");
  plans.plan(planOf("one", []));
  const done = { map: { key: "one map", facts: FACTS.map } };
  plans.computed({ state: "done", error: "", reference: "", result: { done, failed: { trust: "no memory" } } });
  await settle();
  assert.deepEqual([page.rep.ready, page.rep.errors], [true, { trust: "no memory" }]);
});

test("B's ground is asked for once all else is there, if it is shown at all", async () => {
  const beside = { study: { keys: {} } };
  const early = await pageWith(["map"], { b: true, ground: "both", second: beside });
  new Plans(early).second();
  assert.deepEqual(early.said.asked, []);
  const hidden = await pageWith(ALL, { b: true, ground: "a", second: beside });
  new Plans(hidden).second();
  assert.deepEqual(hidden.said.asked, []);
  const page = await pageWith(ALL, { b: true, ground: "both", second: beside });
  const plans = new Plans(page);
  plans.second();
  plans.second();
  assert.equal(of("second", page.said.asked).length, 1);
  plans.secondAnswer({ state: "done", result: { done: { second: { key: "one second", facts: FACTS.second } }, failed: {} } });
  await settle();
  assert.ok(page.rep.second);
  plans.second();
  assert.equal(of("second", page.said.asked).length, 1);
});

test("B's ground that cannot be had is asked for once", async () => {
  const page = await pageWith(ALL, { b: true, ground: "b", second: { study: { keys: {} } } });
  const plans = new Plans(page);
  plans.second();
  plans.secondAnswer({ state: "failed", error: "other classes", reference: "" });
  plans.second();
  assert.deepEqual([page.rep.errors, of("second", page.said.asked).length], [{ second: "other classes" }, 1]);
});

/** A map of 800 pixels whose 2 x 2 units are seen. */
function seen(window = [4, 6, 4, 6]) {
  const [x0, x1, y0, y1] = window;
  return { view: { x0, x1, y0, y1 }, window, whole: WHOLE, size: { width: 800, height: 800 }, element: { isConnected: true } };
}
const found = (window, of = ["zoom"]) => ({
  state: "done", error: "",
  result: { done: Object.fromEntries(of.map((name) => [name, { key: name, facts: { window, side: 200 } }])), failed: {} },
});

test("a part that holds still is asked for finer, once, and drawn when it comes", async () => {
  const page = await pageWith();
  const zooms = new Zooms(page);
  page.map = seen();
  zooms.moved();
  zooms.moved();
  assert.deepEqual(page.said.asked, [], "it may still be moved");
  page.elapse();
  const [wish] = of("zoom", page.said.asked);
  assert.deepEqual([wish.of, wish.study, wish.window.length], ["a", "s", 4]);
  assert.deepEqual(page.said.views, [{ window: "4,6,4,6" }]);
  zooms.moved();
  page.elapse();
  assert.equal(of("zoom", page.said.asked).length, 1, "it is on its way");
  await zooms.answer(found(wish.window));
  assert.deepEqual(zooms.rasters("a").map(({ window }) => window), [wish.window]);
  assert.ok(page.said.asked.some(([name]) => name === "paint"));
});

test("finer pictures of another map are of no use, nor is what could not be drawn asked for again", async () => {
  const page = await pageWith();
  const zooms = new Zooms(page);
  page.map = seen();
  zooms.want();
  page.rep.setPlan(planOf("two", ALL));
  await settle();
  await zooms.answer(found([3, 7, 3, 7]));
  assert.deepEqual(zooms.rasters("a"), []);
  zooms.want();
  await zooms.answer({ state: "failed", error: "too small" });
  zooms.want();
  assert.equal(of("zoom", page.said.asked).length, 2);
  assert.match(page.said.toasts.join(), /too small/);
  page.map = seen([1, 3, 1, 3]);
  zooms.want();
  assert.equal(of("zoom", page.said.asked).length, 3, "but another part is");
});

test("what comes for one network alone is drawn, and the other's is not asked for without end", async () => {
  const page = await pageWith([...ALL, "second"], { b: true, ground: "both", second: {} });
  const zooms = new Zooms(page);
  page.map = seen();
  zooms.want();
  await zooms.answer(found(of("zoom", page.said.asked)[0].window, ["zoom"]));
  zooms.want();
  assert.deepEqual([zooms.rasters("a").length, zooms.rasters("b").length, of("zoom", page.said.asked).length], [1, 0, 1]);
});

test("both networks' parts are asked for where both are shown, the finest drawn last", async () => {
  const page = await pageWith([...ALL, "second"], { b: true, ground: "both", second: {} });
  const zooms = new Zooms(page);
  page.map = seen([4, 4.5, 4, 4.5]);
  zooms.want();
  const [{ of: whose, window }] = of("zoom", page.said.asked);
  assert.equal(whose, "both");
  await zooms.answer(found(window, ["zoom", "zoom-b"]));
  page.map = seen([3.5, 5.5, 3.5, 5.5]);
  zooms.want();
  await zooms.answer(found(of("zoom", page.said.asked)[1].window, ["zoom", "zoom-b"]));
  for (const which of ["a", "b"]) {
    const widths = zooms.rasters(which).map((raster) => raster.window[1] - raster.window[0]);
    assert.ok(widths.length === 2 && widths[0] > widths[1], String(widths));
  }
});

test("finer pictures of one network beside are none of another's", async () => {
  const page = await pageWith([...ALL, "second"], { b: true, ground: "both", second: {} });
  const zooms = new Zooms(page);
  page.map = seen();
  const exchange = async (key) => {
    const plan = planOf("one", [...ALL, "second"], { b: true });
    plan.parts.second.key = key;
    page.rep.setPlan(plan);
    await settle();
  };
  zooms.want();
  await zooms.answer(found(of("zoom", page.said.asked)[0].window, ["zoom", "zoom-b"]));
  assert.deepEqual(["a", "b"].map((which) => zooms.rasters(which).length), [1, 1]);
  await exchange("one third");
  assert.deepEqual(["a", "b"].map((which) => zooms.rasters(which).length), [1, 0], "what A decides stays");
  zooms.want();
  await exchange("one fourth");
  await zooms.answer(found(of("zoom", page.said.asked)[1].window, ["zoom", "zoom-b"]));
  assert.deepEqual(["a", "b"].map((which) => zooms.rasters(which).length), [1, 0], "a late answer is nobody's");
  zooms.want();
  await zooms.answer({ state: "failed", error: "too small" });
  await exchange("one fifth");
  zooms.want();
  assert.equal(of("zoom", page.said.asked).length, 4, "what one could not draw another one may");
});

test("a part that cannot be had keeps nobody waiting, a map that cannot does", async () => {
  const beside = { study: { keys: {} } };
  const end = (done, failed) => ({ state: "done", error: "", reference: "", result: { done, failed } });
  const page = await pageWith(["map", "coarse", "fine", "pockets"], { b: true, ground: "both", second: beside });
  const [plans, zooms] = [new Plans(page), new Zooms(page)];
  page.map = seen();
  plans.plan({ ...page.rep.plan });
  zooms.want();
  assert.deepEqual(page.said.asked, [], "trust is on its way");
  plans.computed(end({}, { trust: "no memory" }));
  zooms.want();
  assert.deepEqual([of("second", page.said.asked).length, of("zoom", page.said.asked).length], [1, 1]);
  for (const ending of [end({}, Object.fromEntries(ALL.map((name) => [name, "no memory"]))), { state: "cancelled", error: "stopped", reference: "" }]) {
    const none = await pageWith([], { b: true, ground: "both", second: beside });
    const other = new Plans(none);
    other.plan({ ...none.rep.plan });
    other.computed(ending);
    assert.deepEqual(none.said.asked, [], "B's ground would have the map made all the same");
  }
});

test("what the server says of B's ground does not cost the map", async () => {
  const { rep } = partsOf();
  rep.setPlan({ ...planOf("one", ALL), errors: { second: "B is not open any more" } });
  await settle();
  assert.deepEqual([rep.ready, rep.error, rep.errors], [true, "", { second: "B is not open any more" }]);
});

test("a map is that of the view until the view names another one", () => {
  const wish = { study: "s", split: "test", epoch: null };
  const study = { ...STUDY, wish };
  const view = { ...defaults(), split: "test" };
  const knobs = new Knobs(pageOf({ workspace: { study, view }, rep: { plan: null } }));
  assert.equal(knobs.current, false);
  knobs.page.rep.plan = { wish: { ...knobs.asked(view, study, null), b: { study: "t" } } };
  const current = (change) => {
    knobs.workspace.view = { ...view, ...change };
    return knobs.current;
  };
  for (const same of [{}, { study: "s" }, { lam: 0.65 }, { window: "1,2,1,2", veil: 5, ground: "b", b: "t" }]) assert.ok(current(same), JSON.stringify(same));
  for (const other of [{ study: "t" }, { split: "train" }, { epoch: 0 }, { lam: 0 }, { space: "pool" }, { count: 300 }, { distance: "euclid" }]) {
    assert.equal(current(other), false, JSON.stringify(other));
  }
  knobs.workspace.study = { ...study, keys: {} };
  assert.equal(current({}), false, "there is no map of a network without classes");
});

test("a link moves the map; the map's own word does not", async () => {
  const page = await pageWith();
  const zooms = new Zooms(page);
  const gone = [];
  page.map = { ...seen(), goTo: (window) => gone.push(window) };
  zooms.linked = ""; // the map was shown as the link says
  zooms.link(page.map);
  page.bridge.workspace.view.window = "4,6,4,6";
  zooms.follow();
  assert.deepEqual(gone, []);
  page.bridge.workspace.view.window = "";
  zooms.follow();
  page.bridge.workspace.view.window = "1,2,1,2";
  zooms.follow();
  assert.deepEqual(gone, [null, [1, 2, 1, 2]]);
});

const STUDY = { state: "ready", n: 10_000, keys: { predictions: "p" }, wish: { study: "s", split: "test" } };

function knobsOf(view = {}, second = null) {
  const workspace = { study: STUDY, second, view: { ...defaults(), ...view } };
  const page = pageOf({ workspace, rep: { plan: { spaces: ["", "pool"] } } });
  return { page, knobs: new Knobs(page), calls: new Knobs(page).callbacks(), view: workspace.view };
}

test("controls and view say the same of each other", () => {
  const { calls, view } = knobsOf();
  const [asked, ...values] = calls.boundaryKnobs(view, STUDY, null, null);
  assert.deepEqual(asked, {
    study: "s", split: "test", space: "", count: 600, lam: 0.65, neighbours: 30, mindist: 0.3, distance: "fisher", b: null,
  });
  assert.deepEqual(values, ["/", "600", 0.65, 30, 0.3, "fisher", "a", 0]);
  assert.equal(calls.boundaryKnobs(view, STUDY, null, asked)[0], undefined, "nothing new is asked");
  assert.equal(calls.pickBoundary(...values.slice(0, 7), view), undefined, "what is shown picks nothing");
});

test("each control changes its field, and another map is seen whole", () => {
  const { calls, view } = knobsOf({ window: "0,1,0,1", veil: 20 });
  const values = ["/", "600", 0.65, 30, 0.3, "fisher", "a"];
  const picks = [
    ["pool", { space: "pool" }], ["2000", { count: 2000 }], [0.2999999, { lam: 0.3 }], [50, { neighbours: 50 }],
    [0.25, { mindist: 0.25 }], ["euclid", { distance: "euclid" }],
  ];
  picks.forEach(([value, change], k) => {
    const next = calls.pickBoundary(...values.with(k, value), view);
    assert.deepEqual(next, { ...view, ...change, window: "" });
  });
  for (const [k, value] of [[3, 4], [3, 101], [3, ""], [4, 1.5], [4, ""], [6, "b"]]) {
    assert.equal(calls.pickBoundary(...values.with(k, value), view), undefined, `${k} ${value}`);
  }
  assert.equal(calls.pickBoundary("", ...values.slice(1), view), undefined, "the controls have just appeared");
});

test("a space that is not there gives way to the one that was taken", () => {
  const { page, knobs } = knobsOf({ space: "gone" });
  page.rep.plan.map = { space: "" };
  knobs.planned();
  assert.deepEqual(page.said.set.at(-1), ["boundary-space", { value: "/" }]);
  assert.deepEqual(page.said.set.at(-2)[1].data.map(({ value }) => value), ["/", "pool"]);
});

test("with a network beside its boundaries are shown too, until somebody chooses", () => {
  const beside = { state: "ready", keys: { predictions: "q" }, wish: { study: "t" } };
  const { calls, view } = knobsOf({}, { study: beside });
  const [asked, ...values] = calls.boundaryKnobs(view, STUDY, beside, null);
  assert.deepEqual([asked.b, values[6]], [{ study: "t" }, "both"]);
  assert.deepEqual(calls.pickBoundary(...values.with(6, "b").slice(0, 7), view), { ...view, ground: "b" });
  const mute = { ...beside, keys: {} };
  assert.equal(calls.boundaryKnobs(view, STUDY, mute, null)[0].b, null, "an embedding decides nothing");
  assert.deepEqual([null, mute, beside].map((one) => groundOf({ ground: null }, one)), ["a", "a", "both"]);
  assert.equal(groundOf({ ground: "b" }, null), "a");
  assert.equal(calls.boundaryKnobs(view, { ...STUDY, keys: {} }, null, {})[0], null);
});

test("no more samples can be chosen than there are", () => {
  const values = (n) => countsFor(n).map(({ value }) => Number(value));
  assert.deepEqual(values(10_000), [300, 600, 1000, 2000, 10_000]);
  assert.deepEqual(countsFor(625).at(-1), { value: "1000", label: "all 625" });
  assert.deepEqual(values(250), [300]);
  assert.deepEqual(values(60_000), [300, 600, 1000, 2000, 10_000]);
  assert.deepEqual([countOf({ count: null }, 10_000), countOf({ count: null }, 250), countOf({ count: 2000 }, 700)], [600, 300, 1000]);
});

test("other shares are tried once, and the proposed one is taken", async () => {
  const page = await pageWith();
  page.id = () => ({});
  const trust = new Trust(page);
  trust.propose();
  const facts = { lams: [0.2, 0.5], q_knn: [0.9, 0.95], proposed: 0.5 };
  trust.answer({ state: "done", result: { done: { sweep: { facts } }, failed: {} } });
  assert.deepEqual(page.said.views, [{ lam: 0.5, window: "" }]);
  trust.propose();
  assert.equal(of("sweep", page.said.asked).length, 1);
  page.rep.setPlan(planOf("two", ALL, { neighbours: 50 }));
  trust.propose();
  assert.equal(of("sweep", page.said.asked).length, 2, "of other maps it is not known");
  page.id = () => null;
  trust.answer({ state: "done", result: { done: { sweep: { facts } }, failed: {} } });
  assert.deepEqual([page.said.views.length, trust.sweep.about], [2, trust.about], "no other page is changed by it");
  page.rep.setPlan(planOf("three", ALL, { neighbours: 60 }));
  trust.propose();
  trust.answer({ state: "failed", error: "no time" });
  assert.match(page.said.toasts.at(-1), /no time/);
});

test("a place is asked for with its study and its map, and nothing that is not set", async () => {
  const wish = {
    study: "s", split: "", epoch: 0, data_of: null, space: "", count: 3, lam: 0.65, neighbours: 30, mindist: 0.3,
    distance: "fisher", b: { study: "t" }, asked: 7,
  };
  assert.equal(
    String(queryOf(wish)),
    "study=s&split=&epoch=0&space=&count=3&lam=0.65&neighbours=30&mindist=0.3&distance=fisher",
  );
  const urls = [];
  const headers = { "X-Shape": "2,6", "X-Dtype": "<f4", "X-Image-Shape": "2,2,1", "X-Classes": "2" };
  const fetcher = async (url) => {
    urls.push(url);
    const values = Float32Array.from({ length: 12 }, (_, k) => k);
    return { ok: true, headers: { get: (name) => headers[name] }, arrayBuffer: async () => values.buffer };
  };
  const [one, two] = await inverse({ fetcher }, wish, [[0.5, -1], [2, 3]]);
  assert.match(urls[0], /^\/inverse\?study=s&.*points=0\.5%2C-1%3B2%2C3$/);
  assert.deepEqual([[...one.values], [...one.probabilities], one.shape], [[0, 1, 2, 3], [4, 5], [2, 2, 1]]);
  assert.deepEqual([...two.probabilities], [10, 11]);
  Object.assign(headers, { "X-Shape": "2,6", "X-Image-Shape": "", "X-Classes": "6" });
  const [flat] = await inverse({ fetcher }, wish, [[0, 0], [1, 1]]);
  assert.deepEqual([flat.values.length, flat.shape, flat.probabilities.length], [0, [], 6], "behind a layer there is no image");
  const refused = { fetcher: async () => ({ ok: false, statusText: "Busy", text: async () => "The worker is busy.\n" }) };
  await assert.rejects(inverse(refused, wish, [[0, 0]]), /^Error: The worker is busy\.$/);
});

test("a map is told in words", () => {
  assert.equal(words.titleText(MAP, "a"), "Map of the input space");
  assert.equal(words.titleText({ ...MAP, space: "pool0" }, "both"), "Map of the space behind pool0, boundaries of B in bold");
  assert.match(words.shortly({ ...MAP, distance: "euclid" }, { title: "Digits", wish: {} }), /^Digits: input space, 3 samples, Euclidean distance alone, 30/);
  assert.match(words.shortly(MAP, { title: "Digits", wish: { epoch: 0 } }), /^Digits, epoch 0: input space/);
  const study = { total: 10_000, split: "test", labelled: 5 };
  assert.match(words.subtitleText(MAP, study, 3), /^3 of 10,000 test samples by Fisher distance, λ = 0\.65.*true class/);
  assert.match(words.subtitleText(MAP, { ...study, labelled: 0 }, 3), /predicted class/);
  const raster = { labels: Uint8Array.of(0, 0, 0, 1) };
  const text = words.altText({ title: "Map", placed: 3, raster, classes: ["x", "y", "z"], wrong: 1, contradicting: 2, markers: 0, others: 3 });
  assert.match(text, /^Map: 3 samples, 1 of them taken.*2 in a region.*, 3 other inputs placed on it\. Regions: x 75\.0 %, y 25\.0 %\. Arrow/);
  const single = words.altText({ title: "Map", placed: 1, raster, classes: ["x"], wrong: 0, contradicting: 0, markers: 1, others: 1 });
  assert.match(single, /^Map: 1 sample, 0 of them.*, 1 marker, 1 other input placed on it/);
  const name = (k) => "xyz"[k];
  const at = { decided: { label: 0, certainty: 0.5 }, other: null, trusted: null, name };
  assert.equal(words.placeText(at), "x, certainty 50.0 %");
  assert.equal(words.placeText({ ...at, other: { label: 2 }, trusted: false }), "x, certainty 50.0 % · B: z · not to be trusted");
  assert.match(words.placeText({ ...at, other: { label: 0 }, trusted: true }), /B agrees · to be trusted/);
  assert.equal(words.placeText({ ...at, decided: null }), "");
});
