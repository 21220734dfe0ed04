import assert from "node:assert/strict";
import { test } from "node:test";

import { Legend, colourKeys } from "../../assets/dom/legend.mjs";
import { Workspace } from "../../assets/dom/workspace.mjs";
import { differences, colourSamples, pack } from "../../assets/lib/glyph.mjs";
import { BESIDE, UNLABELLED } from "../../assets/lib/palette.mjs";
import { fakeBox } from "./fakedom.mjs";

const labels = Int32Array.of(0, 0, 0, 0, -1, -1);
const predicted = Int32Array.of(0, 0, 1, 1, 2, 2);
const other = Int32Array.of(0, 1, 0, 2, 2, 1);

test("samples are told apart by which of two networks is right", () => {
  assert.deepEqual([...differences(labels, predicted, other)], [0, 1, 2, 3, 0, 3]);
  const colours = colourSamples({ mode: "beside", labels, predicted, other, palette: new Uint8Array(9) });
  assert.deepEqual([...colours], [0, 1, 2, 3, 0, 3].map((k) => pack(BESIDE.light[k])));
  assert.ok(!colours.includes(pack(UNLABELLED.light)));
  assert.throws(() => colourSamples({ mode: "beside", labels, predicted, palette: new Uint8Array(9) }), /needs other/);
  assert.equal(colourKeys("beside", "dark").length, 4);
});

test("without a network beside, samples have the colours that the study suggests", async () => {
  const workspace = new Workspace(async () => {
    throw new Error("nothing is asked for");
  });
  Object.assign(workspace, { study: { n: 6, colour: "class", keys: { predictions: "p" }, classes: ["a", "b", "c"] }, labels, predicted });
  workspace.view = { ...workspace.view, colour: "beside" };
  assert.equal(workspace.mode, "class");
  let told = 0;
  workspace.on("colours", () => (told += 1));
  workspace.predictions = async () => ({ predicted: other, confidence: null });
  await workspace.openSecond({ state: "ready", keys: { predictions: "q" } });
  assert.equal(workspace.mode, "beside");
  assert.equal(told, 1, "what is drawn is drawn anew");
  workspace.predictions = async () => ({ predicted: new Int32Array(6).fill(-1), confidence: null });
  await workspace.openSecond({ state: "ready", keys: { predictions: null } });
  assert.equal(workspace.mode, "class", "an embedding says nothing");
});

test("the legend counts and selects samples of which the networks say different things", () => {
  const box = fakeBox();
  const heard = {};
  const chosen = [];
  const workspace = {
    on: (event, act) => (heard[event] = act), ready: true, classifies: true, scheme: "light", mode: "beside", how: "replace",
    study: { keys: { card: "c" }, classes: ["a", "b", "c"], labelled: true }, labels, predicted, view: { focus: null },
    second: { study: {}, predicted: other }, selected: new Uint32Array(0), mask: new Uint8Array(6),
    select: (samples) => chosen.push([...samples]),
  };
  new Legend(box, workspace, () => {});
  const numbers = () => box.all("sort").map((key) => key.one("number").textContent);
  assert.deepEqual(numbers(), ["2", "1", "1", "2"]);
  const picks = box.all("pick").filter((pick) => /only|neither/.test(pick.getAttribute("aria-label")));
  for (const pick of picks) pick.click();
  assert.deepEqual(chosen, [[1], [2], [3, 5]]);
  Object.assign(workspace, { selected: Uint32Array.of(3), mask: Uint8Array.of(0, 0, 0, 1, 0, 0) });
  heard.selection();
  assert.deepEqual(numbers(), ["0 / 2", "0 / 1", "0 / 1", "1 / 2"]);
  workspace.second = { study: {}, predicted };
  heard.second();
  assert.deepEqual(numbers(), ["1 / 6", "0 / 0", "0 / 0", "0 / 0"], "another network beside");
  workspace.mode = "correct";
  heard.view();
  assert.deepEqual(numbers(), ["0 / 2", "1 / 2"], "nobody knows of the unlabelled");
  workspace.mode = "class";
  heard.view();
  assert.deepEqual(numbers(), []);
  assert.equal(box.one("unlabelled").textContent, "unlabelled0 / 2");
  box.all("pick").at(-1).click();
  assert.deepEqual(chosen.at(-1), [4, 5]);
  Object.assign(workspace, { labels: Int32Array.of(0, 1), predicted: Int32Array.of(0, 1), study: { ...workspace.study } });
  heard.study();
  assert.equal(box.all("unlabelled").length, 0, "all are of some class");
});
