import assert from "node:assert/strict";
import { test } from "node:test";

import { advance, dice, identity, orthonormal, placed, projection, seenBy, start, velocity } from "../../assets/lib/tour.mjs";

function off(frame, d) {
  let worst = 0;
  for (let a = 0; a < d; a++) {
    for (let b = 0; b <= a; b++) {
      let sum = 0;
      for (let k = 0; k < d; k++) sum += frame[a * d + k] * frame[b * d + k];
      worst = Math.max(worst, Math.abs(sum - (a === b ? 1 : 0)));
    }
  }
  return worst;
}

test("dice fall the same for a seed, evenly", () => {
  const [one, other] = [dice(7), dice(7)];
  const values = Array.from({ length: 10_000 }, one);
  assert.deepEqual(values, Array.from({ length: 10_000 }, other));
  assert.ok(values.every((value) => value >= 0 && value < 1));
  assert.ok(Math.abs(values.reduce((a, b) => a + b) / 10_000 - 0.5) < 0.01);
  assert.notEqual(dice(8)(), dice(7)());
});

test("starts are orthonormal, and others for other seeds", () => {
  for (const d of [2, 5, 64]) {
    const frame = start(d, 3);
    assert.ok(off(frame, d) < 1e-12);
    assert.deepEqual(start(d, 3), frame);
    assert.notDeepEqual(start(d, 4), frame);
  }
});

test("a tour moves the drawn plane at one radian a second, through all hidden directions", () => {
  const { planes, speeds } = velocity(10, 5);
  const drawn = Array.from(speeds.keys()).filter((k) => planes[2 * k] < 2);
  assert.equal(drawn.length, 16);
  assert.ok(Math.abs(Math.hypot(...drawn.map((k) => speeds[k])) - 1) < 1e-12);
  assert.ok(drawn.every((k) => Math.abs(speeds[k]) > 0.05), "none stands still");
  assert.equal(speeds.length - drawn.length, 7);
  assert.deepEqual(Array.from(velocity(2, 0).planes), [0, 1]);
});

test("ten thousand frames stay orthonormal", () => {
  for (const d of [2, 10, 64]) {
    const frame = start(d, 1);
    const way = velocity(d, 2);
    for (let k = 0; k < 10_000; k++) advance(frame, d, way, (1 + (k % 3)) / 60);
    assert.ok(off(frame, d) < 1e-9, `${d}: ${off(frame, d)}`);
  }
});

test("an axis is drawn where it is dropped, and all else turns with it", () => {
  const d = 10;
  const frame = start(d, 2);
  const axis = identity(d).subarray(3 * d, 4 * d);
  const found = placed(frame, d, axis, [0.4, -0.7]);
  const seen = seenBy(found, d, axis);
  assert.ok(Math.hypot(seen[0] - 0.4, seen[1] + 0.7) < 1e-12);
  assert.ok(off(found, d) < 1e-12);
  assert.deepEqual(projection(found, d).subarray(6, 8), seen.subarray(0, 2));
  assert.equal(off(orthonormal(found.map((value, k) => value + (k % 7) * 1e-3), d), d) < 1e-12, true);
});
