import assert from "node:assert/strict";
import { test } from "node:test";

import { Plans } from "../../assets/pages/boundary/plans.mjs";
import { Zooms } from "../../assets/pages/boundary/zooms.mjs";
import { ALL, FACTS, WHOLE, of, pageWith, partsOf, planOf } from "./boundarymaps.mjs";
import { later, settle } from "./workplace.mjs";

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
