import assert from "node:assert/strict";
import { test } from "node:test";

import { bandwidth, density, jitter } from "../../assets/lib/density.mjs";
import { generator, integer } from "./support.mjs";

const normals = (random, n) =>
  Float32Array.from({ length: n }, () =>
    Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));

/** A sum of Gaussians around the middles of the values' bins, at the middle of every bin. */
function naive(values, low, high, bins) {
  const width = (high - low) / bins;
  const h = bandwidth(values.filter(Number.isFinite));
  const sums = Array.from({ length: bins }, (_, bin) => {
    let sum = 0;
    values.forEach((value) => {
      const own = value === high ? bins - 1 : Math.floor((value - low) / width);
      const away = (bin - own) * width;
      if (Number.isFinite(value) && Math.abs(away) <= Math.ceil((4 * h) / width) * width) {
        sum += Math.exp(-0.5 * (away / h) ** 2);
      }
    });
    return sum;
  });
  return sums.map((v) => v / Math.max(...sums));
}

test("heights lie strictly between 0 and 1 and stay with their point", () => {
  const heights = jitter(100_000);
  assert.ok(heights.every((v) => v > 0 && v < 1));
  assert.deepEqual(jitter(1000), heights.slice(0, 1000));
  assert.notDeepEqual(jitter(1000, 2), jitter(1000));
  assert.equal(jitter(0).length, 0);
});

test("heights are even, whatever the seed, and those of neighbours have nothing in common", () => {
  for (const seed of [0, 1, 2, -5, 2 ** 31]) {
    const m = 20_000;
    const heights = jitter(m, seed);
    const counts = new Uint32Array(10);
    for (const v of heights) counts[Math.floor(10 * v)]++;
    assert.ok(counts.every((count) => Math.abs(count - m / 10) < 5 * Math.sqrt(m / 10)));
    for (const lag of [1, 2, 7, 128]) {
      let product = 0;
      for (let i = lag; i < m; i++) product += (heights[i] - 0.5) * (heights[i - lag] - 0.5);
      assert.ok(Math.abs((12 * product) / m) < 5 / Math.sqrt(m), `seed ${seed}, lag ${lag}`);
    }
  }
});

test("the bandwidth is Silverman's", () => {
  // 0..10: standard deviation sqrt(11), quartiles 2.5 and 7.5.
  const spread = Math.min(Math.sqrt(11), 5 / 1.34);
  const found = bandwidth(Float32Array.of(3, 1, 0, 2, 10, 9, 8, 7, 4, 5, 6));
  assert.ok(Math.abs(found - 0.9 * spread * 11 ** -0.2) < 1e-12);
  // Mostly zeros, as after a rectifier: no quartiles apart.
  const sparse = Float32Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 10);
  assert.ok(Math.abs(bandwidth(sparse) - 0.9 * Math.sqrt(10) * 10 ** -0.2) < 1e-12);
  for (const values of [[], [3], [0.1, 0.1, 0.1]]) {
    assert.equal(bandwidth(Float32Array.from(values)), 0);
  }
});

test("the curve is the sum of a kernel a value, with NaN and values beyond the range", () => {
  const random = generator(1);
  for (let round = 0; round < 40; round++) {
    const values = normals(random, integer(random, 2, 80));
    for (let i = 2; i < values.length; i += 7) values[i] = [NaN, Infinity, -Infinity][i % 3];
    const low = -2 * random() - 0.5;
    const high = low + 1 + 3 * random();
    const bins = integer(random, 1, 60);
    const wanted = naive(values, low, high, bins);
    const found = density(values, low, high, bins);
    assert.ok(found.every((v, k) => Math.abs(v - wanted[k]) < 1e-5));
    assert.equal(Math.max(...found), 1);
  }
});

test("a part of a range shows a part of the curve", () => {
  const values = normals(generator(2), 5000);
  const whole = density(values, -4, 4, 128);
  const part = density(values, 0, 2, 32);
  const cut = whole.slice(64, 96);
  const most = Math.max(...cut);
  assert.ok(part.every((v, k) => Math.abs(v - cut[k] / most) < 1e-5));
});

test("a deep look into a smooth curve is flat", () => {
  const values = normals(generator(3), 5000);
  const found = density(values, 0.1, 0.1001);
  assert.ok(found.every((v) => v > 0.9 && v <= 1));
});

test("equal values make one spike", () => {
  const found = density(new Float32Array(50).fill(3), 2, 6, 8);
  assert.deepEqual([...found], [0, 0, 1, 0, 0, 0, 0, 0]);
  assert.deepEqual([...density(Float32Array.of(6), 2, 6, 4)], [0, 0, 0, 1]);
  assert.deepEqual([...density(Float32Array.of(3, 3), 3, 3, 5)], [0, 0, 1, 0, 0]);
});

test("nothing gives nothing", () => {
  const zero = (...args) => assert.ok(density(...args).every((v) => v === 0));
  zero(new Float32Array(0), 0, 1);
  zero(Float32Array.of(NaN, Infinity), 0, 1);
  zero(Float32Array.of(5, 5), 0, 1);
  zero(Float32Array.of(5, 5), 1, 1);
  zero(Float32Array.of(0.2), NaN, NaN);
  assert.equal(density(new Float32Array(0), 0, 1).length, 128);
});

test("a look at the clock: a curve and the heights of 10,000 points", (context) => {
  const values = normals(generator(5), 10_000);
  const best = { density: Infinity, jitter: Infinity };
  for (let round = 0; round < 20; round++) {
    const start = performance.now();
    assert.equal(Math.max(...density(values, -4, 4)), 1);
    const between = performance.now();
    assert.equal(jitter(10_000).length, 10_000);
    best.density = Math.min(best.density, between - start);
    best.jitter = Math.min(best.jitter, performance.now() - between);
  }
  for (const [name, took] of Object.entries(best)) context.diagnostic(`${name}: ${took.toFixed(2)} ms`);
});
