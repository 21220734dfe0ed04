import assert from "node:assert/strict";
import { test } from "node:test";

import { defaults } from "../../assets/lib/address.mjs";
import { inverse, queryOf } from "../../assets/pages/boundary/inverse.mjs";
import { Knobs, countOf, countsFor, groundOf } from "../../assets/pages/boundary/knobs.mjs";
import { Trust } from "../../assets/pages/boundary/trust.mjs";
import * as words from "../../assets/pages/boundary/words.mjs";
import { ALL, MAP, of, pageWith, planOf } from "./boundarymaps.mjs";
import { pageOf } from "./workplace.mjs";

const STUDY = { state: "ready", n: 10_000, keys: { predictions: "p" }, wish: { study: "s", split: "test" } };

function knobsOf(view = {}, second = null) {
  const workspace = { study: STUDY, second, view: { ...defaults(), ...view } };
  const page = pageOf({ workspace, rep: { plan: { spaces: ["", "pool"] } } });
  return { page, knobs: new Knobs(page), calls: new Knobs(page).callbacks(), view: workspace.view };
}

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
