import assert from "node:assert/strict";
import { test } from "node:test";

import { TourPose, blend, relation } from "../../assets/lib/tourpose.mjs";
import { project, start } from "../../assets/lib/tour.mjs";

const N = 40;
const D = 3;
const noise = (seed) => {
  let state = seed;
  return () => ((state = (state * 16807) % 2147483647) / 2147483647) - 0.5;
};
const cloudOf = (seed, d = D) => Float32Array.from({ length: N * d }, noise(seed));
/** A frame (d, w) of orthonormal rows. */
const framed = (seed, d = D, w = 5) => start(w, seed).slice(0, d * w);
const stopOf = (key, more = {}) => ({
  space: key, key, layer: key, clouds: [cloudOf(key.length)], centre: new Float32Array(D), frame: null, end: "net",
  names: null, classes: false, coloured: false, title: key, ...more,
});

/** Where a pose draws its samples now. */
function places(pose) {
  const [own, other] = pose.columns;
  const at = ({ clouds, centre }, columns) => {
    const [x, y] = [new Float32Array(N), new Float32Array(N)];
    project(clouds[0], centre, columns, x, y);
    return [...x, ...y];
  };
  const from = at(pose.data, own);
  return pose.next ? Array.from(blend(from, at(pose.next.stop, other), pose.next.part)) : from;
}
const near = (found, wanted, within = 1e-5) =>
  assert.ok(found.every((value, k) => Math.abs(value - wanted[k]) < within), `${found.slice(0, 4)} is not ${wanted.slice(0, 4)}`);

/** A layer, and the same layer rotated: x R in the frame R^T F. */
function rotated() {
  const [turn, frame] = [start(D, 7), framed(3)];
  const before = stopOf("before", { frame, clouds: [cloudOf(5)] });
  const x = new Float32Array(N * D);
  for (let i = 0; i < N; i++) for (let k = 0; k < D; k++) for (let j = 0; j < D; j++) x[i * D + k] += before.clouds[0][i * D + j] * turn[j * D + k];
  const own = new Float64Array(frame.length);
  for (let k = 0; k < D; k++) for (let c = 0; c < 5; c++) for (let j = 0; j < D; j++) own[k * 5 + c] += turn[j * D + k] * frame[j * 5 + c];
  return [before, stopOf("behind", { frame: own, clouds: [x] })];
}

test("a layer that only rotates moves no point, on the way or at the end", () => {
  const [before, behind] = rotated();
  const pose = new TourPose();
  pose.playing = false;
  pose.show(before, 0);
  const seen = places(pose);
  for (const part of [0.2, 0.7, 1]) {
    pose.between(before, behind, part);
    near(places(pose), seen);
  }
  pose.show(behind, 0);
  for (let now = 0; pose.step(now); now += 50) near(places(pose), seen);
  assert.equal(pose.data.key, "behind");
  near(places(pose), seen);
  pose.between(before, behind, 0.4);
  near(places(pose), seen);
});

test("what stands between two stops is drawn between them, whichever was there first", () => {
  const [a, b] = [stopOf("a", { space: "s" }), stopOf("b", { space: "s", clouds: [cloudOf(9)] })];
  const pose = new TourPose(true);
  pose.show(a, 0);
  const first = places(pose);
  pose.between(a, b, 1);
  const last = places(pose);
  assert.notDeepEqual(first, last);
  for (const part of [0.25, 0.5]) {
    pose.between(a, b, part);
    near(places(pose), first.map((value, k) => value + part * (last[k] - value)));
  }
  pose.show(b, 0);
  assert.equal(pose.data.key, "b");
  pose.between(a, b, 0.25);
  near(places(pose), first.map((value, k) => value + 0.25 * (last[k] - value)));
});

test("the playhead passes many stops at once and keeps the plane", () => {
  const [a, b, c, d] = ["a", "b", "c", "d"].map((key, k) => stopOf(key, { space: "s", clouds: [cloudOf(k + 3)] }));
  const pose = new TourPose(true);
  pose.show(a, 0);
  const frame = pose.frame.slice();
  pose.between(a, b, 0.5);
  pose.between(c, d, 0.5);
  assert.equal(pose.data.key, "c");
  pose.between(a, b, 0.5);
  pose.between(b, c, 0.25);
  assert.deepEqual([pose.data.key, pose.next.stop.key, pose.next.part], ["b", "c", 0.25]);
  assert.deepEqual(pose.frame, frame);
});

test("a handle that is let go near a stop returns to it", () => {
  const [a, b] = [stopOf("a", { space: "s" }), stopOf("b", { space: "s", clouds: [cloudOf(9)] })];
  const pose = new TourPose();
  pose.playing = false;
  pose.show(a, 0);
  const seen = places(pose);
  pose.between(a, b, 0.3);
  const away = places(pose);
  pose.show(a, 1000);
  pose.step(1000);
  near(places(pose), away);
  for (let now = 1000; pose.step(now); now += 60);
  assert.equal(pose.next, null);
  near(places(pose), seen);
});

test("who changes the mind on the way goes on from there", () => {
  const [a, b, c] = [3, 5, 8].map((seed, k) => stopOf("abc"[k], { space: "s", clouds: [cloudOf(seed)] }));
  const pose = new TourPose();
  pose.playing = false;
  pose.show(a, 0);
  pose.show(b, 0);
  pose.step(200);
  const halfway = places(pose);
  pose.show(c, 200);
  near(places(pose), halfway);
  for (let now = 200; pose.step(now); now += 60);
  assert.equal(pose.data.key, "c");
});

test("layers of other ends, other samples or unknown frames begin anew", () => {
  const a = stopOf("a", { frame: framed(1) });
  assert.equal(relation(a, stopOf("b")), null);
  assert.equal(relation(a, stopOf("b", { frame: framed(2), end: "other" })), null);
  assert.equal(relation(a, stopOf("b", { frame: framed(2), clouds: [new Float32Array(6)] })), null);
  assert.equal(relation(a, stopOf("b", { frame: framed(2) })).link.length, D * D);
  assert.deepEqual(relation(a, stopOf("b", { space: "a" })), { link: null });
  const pose = new TourPose(true);
  pose.show(a, 0);
  pose.zoomBy(3);
  pose.show(stopOf("b"), 0);
  assert.deepEqual([pose.data.key, pose.zoom], ["b", 1]);
});

test("what is seen holds what is drawn of the other layer", () => {
  const large = stopOf("large", { frame: framed(4), clouds: [cloudOf(5).map((value) => 100 * value)] });
  const pose = new TourPose(true);
  pose.show(stopOf("small", { frame: framed(3) }), 0);
  const before = pose.half;
  pose.between(stopOf("small"), large, 0.5);
  const between = pose.half;
  pose.show(large, 0);
  assert.ok(before < between && between < pose.half);
  assert.ok(places(pose).every((value) => Math.abs(value) <= pose.half));
});

test("what is no number on one side is where the other side is", () => {
  assert.deepEqual(Array.from(blend([1, NaN, NaN, 2], [3, 5, NaN, NaN], 0.5)), [2, 5, NaN, 2]);
});

test("a plane that was kept comes back as it lay in the picture", () => {
  const pose = new TourPose();
  pose.show(stopOf("a"), 0);
  pose.playing = false;
  const [kept] = pose.columns;
  const seen = places(pose);
  for (const target of [[0.3, 0.2], [-0.1, 0.4], [0.5, -0.3]]) pose.place(Float64Array.of(1, 0.2, -0.4), target);
  assert.notDeepEqual(places(pose), seen);
  pose.goTo(Float64Array.from(kept), 0, true);
  for (let now = 0; pose.step(now); now += 100);
  near(places(pose), seen);
});
