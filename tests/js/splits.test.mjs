import assert from "node:assert/strict";
import { test } from "node:test";

import { Splits } from "../../assets/pages/tour/splits.mjs";
import { Stops } from "../../assets/pages/tour/stops.mjs";
import { pageOf, settle } from "./workplace.mjs";

const FACTS = { dimensions: 2, axes: 2, kept: 1 };
const layers = (split) => ["dense", "prediction"].map((name) => ({
  name, shape: [2], cloud: { key: `${split} ${name}`, facts: FACTS }, frame: { key: `frame ${name}`, facts: null },
}));
const planOf = (split, more = {}) => ({
  layer: "prediction", shape: [2], network: "n", home: "n", wish: { study: "s", split }, missing: 0, edges: [], epochs: [],
  parts: { cloud: { key: `${split} prediction`, facts: FACTS } }, layers: layers(split), ...more,
});

function open() {
  const array = async (key, name) => ({ values: name === "labels" ? Int32Array.of(0, 1) : Float32Array.of(...(name === "x" ? [1, 2, 3, 4] : [0, 0])) });
  const study = { dataKey: "d", classes: ["a", "b"], split: "test", n: 2, accuracy: 0.5 };
  const workspace = { array, study, classifies: true, className: (k) => "ab"[k], view: { focus: null }, palette: new Uint8Array(6), scheme: "light" };
  const page = pageOf({ workspace });
  const changes = [];
  const stops = new Stops(page, () => {});
  stops.setPlan(planOf("test"));
  const splits = new Splits(page, stops, () => changes.push(1));
  return { page, stops, splits, changes };
}

test("the other split is looked up, computed, fetched and drawn beside", async () => {
  const { page, stops, splits } = open();
  await settle();
  splits.turn(true);
  assert.deepEqual(page.said.set.map(([id]) => id), ["tour-other"]);
  await splits.planned({ split: "train", card: null, parts: { cloud: { key: null, facts: null } }, layers: [], epochs: [], wish: { study: "s" } });
  assert.equal(page.said.set.at(-1)[0], "tour-wish-beside");
  splits.answer({ state: "done", result: { done: { cloud: { key: "train prediction", facts: FACTS } }, failed: {} } });
  assert.equal(page.said.set.at(-1)[0], "tour-other", "now it is known where it lies");
  await splits.planned(planOf("train", { split: "train", n: 3, accuracy: 1, card: "card" }));
  await settle();
  assert.deepEqual(splits.captions, ["test: 2 samples, 50.0 % right", "train: 3 samples, 100.0 % right"]);
  assert.deepEqual(Array.from(splits.crowd.labels), [0, 1]);
  assert.equal(splits.crowd.colours().length, 2);
  const [own, other] = stops.at(stops.shown).clouds;
  assert.equal(own.length, other.length);
  splits.turn(false);
  assert.deepEqual([splits.crowd, splits.captions, stops.at(stops.shown).clouds.length], [null, ["", ""], 1]);
});

test("at another layer its samples are those of that layer, once they have come", async () => {
  const { stops, splits, changes } = open();
  await settle();
  splits.turn(true);
  await splits.planned(planOf("train", { split: "train", n: 2, card: "card" }));
  await settle();
  const entry = stops.entries("layer")[0];
  await stops.fetch(entry);
  assert.equal(stops.at(entry).clouds[1], null);
  const before = changes.length;
  await settle();
  assert.ok(changes.length > before);
  assert.equal(stops.at(entry).clouds[1].length, 4);
});

test("a class in focus stands out on both sides", async () => {
  const { page, splits } = open();
  await settle();
  splits.turn(true);
  await splits.planned(planOf("train", { card: "card" }));
  assert.equal(splits.crowd.standing, null);
  page.bridge.workspace.view.focus = 1;
  assert.deepEqual(Array.from(splits.crowd.standing), [0, 1]);
});

test("why it cannot be shown is said once", async () => {
  const { page, splits } = open();
  await settle();
  splits.turn(true);
  await splits.planned({ error: "Choose the split 'train' or 'test'." });
  await splits.planned({ error: "Choose the split 'train' or 'test'." });
  assert.deepEqual(page.said.toasts, ["The other split cannot be shown: Choose the split 'train' or 'test'."]);
  splits.reset();
  await splits.planned(planOf("train", { card: "card" }));
  assert.equal(splits.crowd, null);
});
