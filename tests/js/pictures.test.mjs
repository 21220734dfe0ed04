import assert from "node:assert/strict";
import { test } from "node:test";

import { pixelsOf } from "../../assets/lib/pictures.mjs";

test("grey images are grey, and what is beyond their range is cut", () => {
  const { width, height, data } = pixelsOf(Float32Array.of(0, 0.5, 1, -3, 7, NaN), [2, 3, 1]);
  assert.deepEqual([width, height], [3, 2]);
  const pixel = (p) => [...data.subarray(4 * p, 4 * p + 4)];
  assert.deepEqual([0, 1, 2, 3, 4].map(pixel), [
    [0, 0, 0, 255], [128, 128, 128, 255], [255, 255, 255, 255], [0, 0, 0, 255], [255, 255, 255, 255],
  ]);
  assert.equal(pixel(5)[3], 0, "what is no number is nothing");
});

test("colours are colours; of other numbers of channels the first is shown", () => {
  assert.deepEqual([...pixelsOf(Float32Array.of(1, 0.2, 0), [1, 1, 3]).data], [255, 51, 0, 255]);
  assert.deepEqual([...pixelsOf(Float32Array.of(1, 0.2, 0, 0.5), [1, 1, 4]).data], [255, 51, 0, 255]);
  assert.deepEqual([...pixelsOf(Float32Array.of(0.2, 1), [1, 1, 2]).data], [51, 51, 51, 255]);
});

test("a plain vector is a strip, nothing is nothing", () => {
  const { width, height, data } = pixelsOf(Float32Array.of(-1, 0, 2), []);
  assert.deepEqual([width, height, data.length], [3, 1, 12]);
  assert.deepEqual([...data.subarray(4, 8)], [255, 255, 255, 255], "zero is the ground");
  assert.notDeepEqual([...data.subarray(0, 4)], [...data.subarray(8, 12)]);
  assert.equal(pixelsOf(new Float32Array(0), []), null);
  assert.equal(pixelsOf(new Float32Array(0), [28, 28, 1]), null);
});
