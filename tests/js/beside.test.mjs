import assert from "node:assert/strict";
import { test } from "node:test";

import { colourKeys } from "../../assets/dom/legend.mjs";
import { Workspace } from "../../assets/dom/workspace.mjs";
import { differences, colourSamples, pack } from "../../assets/lib/glyph.mjs";
import { BESIDE, UNLABELLED } from "../../assets/lib/palette.mjs";

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
