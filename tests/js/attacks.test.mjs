import assert from "node:assert/strict";
import { test } from "node:test";

import { at, changePixels, chosen, fates, firstTurn, largest, lengths, likeliest, medians, successText, turnsAt } from "../../assets/lib/attacks.mjs";
import { firsts, robustText } from "../../assets/lib/robustness.mjs";

const STUDY = { labels: [0, 1, 1, -1, 2, 0], predicted: [1, 1, 0, 2, 0, 0], selected: Uint32Array.of(1, 4), classes: 3 };

test("what is to be attacked: one of each class that is right, a class, the selection, all", () => {
  assert.deepEqual(chosen("each", STUDY), [1, 3, 5], "3 has no label; what is said of it counts");
  assert.deepEqual(chosen("class 1", STUDY), [1, 2]);
  assert.deepEqual(chosen("class 2", STUDY), [3, 4]);
  assert.deepEqual(chosen("selection", STUDY), [1, 4]);
  assert.deepEqual(chosen("all", STUDY), [0, 1, 2, 3, 4, 5]);
  const wrong = { ...STUDY, labels: [2, 2], predicted: [0, 1], classes: 4 };
  assert.deepEqual(chosen("each", wrong), [0], "of a class that is never right the first one");
});

test("what became of a sample", () => {
  const arrays = { begins: [0, 1, 2, 1], left: [0, 1, 1, 1], fooled: [1, 0, 0, 0] };
  assert.deepEqual(fates(arrays, null), ["turned", "withstood", "wrong", "withstood"]);
  assert.deepEqual(fates(arrays, 2), ["turned", "withstood", "there", "withstood"]);
});

test("a sample has turned when it is, and stays, what it is in the end", () => {
  const said = Float32Array.of(0.9, 0.1, 0.4, 0.6, 0.8, 0.2, 0.3, 0.7, 0.1, 0.9);
  assert.equal(turnsAt(said, 2), 3);
  assert.equal(turnsAt(said.subarray(0, 2), 2), 0);
  assert.deepEqual([firstTurn(said, 2, 0, null), firstTurn(said, 2, 0, 1), firstTurn(said, 2, 0, 0)], [1, 1, 0]);
  assert.equal(firstTurn(said.subarray(0, 2), 2, 0, null), -1);
  const { class: said0, probability } = likeliest(said, 2, 1);
  assert.deepEqual([said0, Math.fround(0.6)], [1, probability]);
});

test("a change is told from the clean sample", () => {
  const way = { values: Float32Array.of(0, 0.5, 0.25, 0.5, 0.25, 0), shape: [1, 2, 1], steps: 2 };
  assert.deepEqual(Array.from(at(way, 1).here), [0.25, 0.5]);
  assert.deepEqual(Array.from(at(way, 2).change), [0.25, -0.5]);
  assert.equal(largest(way), 0.5);
  assert.deepEqual(lengths(Float32Array.of(3, -4)), { l2: 5, linf: 4 });
});

test("a change has the colour of its sign, and none where nothing was changed", () => {
  const grey = changePixels(Float32Array.of(-1, 0, 1), [1, 3, 1], 1, "light");
  const pixel = (k) => Array.from(grey.data.subarray(4 * k, 4 * k + 3));
  assert.deepEqual(pixel(1), [255, 255, 255]);
  assert.ok(pixel(0)[0] > pixel(0)[2], "orange below zero");
  assert.ok(pixel(2)[2] > pixel(2)[0], "blue above it");
  const colours = changePixels(Float32Array.of(0, 0.2, -0.2), [1, 1, 3], 0.2, "dark");
  assert.deepEqual(Array.from(colours.data), [128, 255, 0, 255]);
  const vector = changePixels(Float32Array.of(0, 1), [2], 1, "light");
  assert.deepEqual([vector.width, vector.height], [2, 1]);
  assert.equal(changePixels(Float32Array.of(0, 0, 0), [1, 1, 3], 0, "dark").data[0], 128, "nothing moved");
});

test("how an attack went is said in a sentence that counts only what could be turned", () => {
  assert.match(successText({ counted: 89, fooled: 80, success: 80 / 89 }, null), /^Of 89 samples .* right, 80 are taken for another class in the end \(89\.9 %\)\.$/);
  assert.match(successText({ counted: 89, fooled: 1, success: 1 / 89 }, "0"), /^Of 89 samples that were not 0 before, 1 is taken for 0 in the end/);
  assert.match(successText({ counted: 1, fooled: 0, success: 0 }, null), /^Of 1 sample .*, none are taken for another class in the end\.$/);
  assert.match(successText({ counted: 0, fooled: 0, success: null }, null), /wrong already/);
  assert.match(successText({ counted: 0, fooled: 0, success: null }, "7"), /for 7 already/);
});

test("a median stands in the middle of its rows", () => {
  const values = Float32Array.of(1, 10, 5, 20, 3, 40, 9, 80);
  assert.deepEqual(medians(values, 2, [0, 1, 2]), [3, 20]);
  assert.deepEqual(medians(values, 2, [0, 1, 2, 3]), [4, 30]);
  assert.equal(medians(values, 2, []), null);
});

test("what is left is said of the largest epsilon, or of the one that was chosen", () => {
  const facts = { epsilons: [0, 0.1, 0.2, 0.3], accuracy: [0.9, 0.7, 0.44, 0] };
  assert.match(robustText("PGD", facts, null), /^PGD: of 90\.0\s% of these samples that are right, 0\.0\s% are left at ε 0\.3\. Half .* by ε 0\.2 at the latest\.$/);
  assert.match(robustText("PGD", facts, 0.1), /70\.0\s% are left at ε 0\.1/);
  assert.doesNotMatch(robustText("PGD", { epsilons: [0, 1], accuracy: [0.9, 0.8] }, null), /Half/);
  assert.doesNotMatch(robustText("PGD", { epsilons: [0, 1], accuracy: [0, 0] }, null), /Half/);
});

test("who falls first comes first; who was wrong or withstood is not among them", () => {
  const arrays = { samples: [4, 5, 6, 7], fell: [1, -1, 0, 2], into: [2, -1, 1, -1] };
  assert.deepEqual(firsts(arrays, [0, 0.1, 0.2]), [
    { sample: 6, into: 1, epsilon: 0.1 },
    { sample: 4, into: 2, epsilon: 0.2 },
  ]);
});
