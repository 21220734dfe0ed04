import assert from "node:assert/strict";
import { test } from "node:test";

import {
  cloudText, orderText, overviewText, placesText, pointsText, undrawnText,
} from "../../assets/dom/captions.mjs";

const study = { n: 625, total: 1797, split: "test" };
const rep = (which, more = {}) => ({
  plan: { which, positions: 64, position: 9 },
  grid: [8, 8],
  facts: { points: { count: 40_000, total: 40_000 } },
  points: { count: 40_000 },
  focus: null,
  placeName: (position) => `${Math.floor(position / 8)},${position % 8}`,
  ...more,
});

test("points are counted by what they are", () => {
  const all = "40,000 of 40,000 points: 625 test samples at 64 positions";
  assert.equal(pointsText(rep("positions"), study), all);
  const some = rep("positions", { facts: { points: { count: 5000, total: 40_000 } }, points: { count: 5100 }, focus: {} });
  assert.equal(
    pointsText(some, study),
    "5,100 of 40,000 points: 625 test samples at 8 of 64 positions each, the selected at more",
  );
  assert.equal(pointsText(rep("strongest"), study), "625 of 1,797 test samples at their strongest position");
  assert.equal(pointsText(rep("position"), study), "625 of 1,797 test samples at position 1,1");
  assert.equal(pointsText(rep("samples"), study), "625 of 1,797 test samples, every value a feature");
});

test("an order says at which epoch it was one", () => {
  assert.equal(orderText("separation"), "by class separation");
  assert.equal(orderText("clusters", 3), "by correlation at epoch 3");
});

test("places are those of the window, of one layer, of two, or turned", () => {
  const what = {
    window: { row: 0, column: 4, rows: 4, columns: 1 },
    features: 2048, order: "as stored", across: null, turned: null,
  };
  assert.equal(placesText(what), "places 1–4 up, 5 across of 2,048 features as stored");
  assert.equal(
    placesText({ ...what, across: { layer: "conv0", features: 16 } }),
    "places 1–4 up of 2,048 features as stored, 5 of 16 of conv0 across",
  );
  assert.equal(
    placesText({ ...what, turned: "dense0" }),
    "places 1–4 up, 5 across of 2,048 features of A, towards which dense0 is turned, as stored",
  );
  assert.equal(cloudText(["#1", "#2"], 1024), "#1, #2 of 1,024 features");
});

test("points without a place are counted once, whichever value they lack", () => {
  const columns = [Float32Array.of(1, NaN, 2, Infinity), Float32Array.of(1, NaN, NaN, 1)];
  assert.match(undrawnText(columns, 4), /^ 3 of these points/);
  assert.equal(undrawnText([columns[0]], 1), "");
});

test("a picture of some features says of which, and how the plots differ from it", () => {
  const what = { pictured: 1024, features: 2048, points: { shown: 10, total: 10 }, order: "by variance", held: "" };
  assert.match(overviewText(what), /^The first 1,024 of 2,048 features by variance\. All points/);
  const held = "by variance at epoch 5";
  assert.match(overviewText({ ...what, held }), /; the plots stand by variance at epoch 5\. /);
  const part = { ...what, features: 1024, points: { shown: 10, total: 20 }, held };
  assert.match(overviewText(part), /^10 of 20 points\. All points/);
});
