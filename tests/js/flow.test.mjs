import assert from "node:assert/strict";
import { test } from "node:test";

import { dots, drawDots, path, quadratic, rounded } from "../../assets/lib/flow.mjs";
import { generator, integer } from "./support.mjs";

const near = ([ax, ay], [bx, by], eps = 1e-9) => Math.hypot(ax - bx, ay - by) <= eps;
const polyline = (random, n) => Array.from({ length: n }, () => [random() * 100, random() * 100]);
const pairs = (xy) => Array.from({ length: xy.length / 2 }, (_, i) => [xy[2 * i], xy[2 * i + 1]]);

/** The point after a way s, walked segment by segment. */
function walk(points, s) {
  let left = Math.max(0, s);
  for (let i = 1; i < points.length; i++) {
    const [[x0, y0], [x1, y1]] = [points[i - 1], points[i]];
    const length = Math.hypot(x1 - x0, y1 - y0);
    if (left <= length && length > 0) {
      return [x0 + ((x1 - x0) * left) / length, y0 + ((y1 - y0) * left) / length];
    }
    left -= length;
  }
  return points[points.length - 1];
}

test("a path by arc length is a walk along its segments", () => {
  const random = generator(1);
  for (let round = 0; round < 100; round++) {
    const points = polyline(random, integer(random, 1, 8));
    if (round % 3 === 0) points.splice(1, 0, [...points[0]]);
    const { length, at } = path(points);
    const sum = points.slice(1).reduce(
      (total, [x, y], i) => total + Math.hypot(x - points[i][0], y - points[i][1]), 0);
    assert.ok(Math.abs(length - sum) < 1e-9);
    for (let probe = 0; probe < 20; probe++) {
      const s = (random() * 1.4 - 0.2) * length;
      assert.ok(near(at(s), walk(points, s), 1e-9), `${s} of ${length}`);
    }
    assert.deepEqual(at(0), points[0]);
    assert.ok(near(at(length), points[points.length - 1]));
  }
  assert.throws(() => path([]), /at least one point/);
  assert.deepEqual(path([[3, 4]]).at(10), [3, 4]);
});

test("quadratic curves: ends, middle, tangent, and the length of a known parabola", () => {
  const [p0, c, p1] = [[0, 0], [1, 2], [2, 0]];
  const points = quadratic(p0, c, p1, 400);
  assert.equal(points.length, 401);
  assert.deepEqual([points[0], points[400]], [p0, p1]);
  assert.ok(near(points[200], [1, 1]));
  points.forEach(([x, y]) => assert.ok(Math.abs(y - (2 * x - x * x)) < 1e-12));
  // Arc of y = 2 x - x^2 over [0, 2]: sqrt(5) + asinh(2) / 2.
  assert.ok(Math.abs(path(points).length - (Math.sqrt(5) + Math.asinh(2) / 2)) < 1e-4);
});

test("rounded corners keep the ends and stay near; radius 0 changes no place", () => {
  const random = generator(2);
  for (let round = 0; round < 50; round++) {
    const points = polyline(random, integer(random, 1, 7));
    const soft = rounded(points, 5);
    assert.deepEqual(soft[0], points[0]);
    assert.deepEqual(soft[soft.length - 1], points[points.length - 1]);
    const hard = path(points);
    assert.ok(path(soft).length <= hard.length + 1e-9);
    for (const [x, y] of soft) {
      let least = Infinity;
      for (let s = 0; s <= hard.length; s += 0.5) {
        const [a, b] = hard.at(s);
        least = Math.min(least, Math.hypot(a - x, b - y));
      }
      assert.ok(least <= 5.5, `${least}`);
    }
    assert.ok(Math.abs(path(rounded(points, 0)).length - hard.length) < 1e-9);
  }
});

test("dots are evenly spaced over the whole path", () => {
  const random = generator(3);
  for (let round = 0; round < 100; round++) {
    const length = random() * 50;
    const [spacing, speed, time] = [1 + random() * 9, random() * 40 - 10, random() * 1e4];
    const xy = pairs(dots([path([[0, 7], [length, 7]])], time, { spacing, speed }));
    xy.forEach(([x, y], i) => {
      assert.ok(y === 7 && x >= 0 && x <= length + 1e-5);
      if (i) assert.ok(Math.abs(x - xy[i - 1][0] - spacing) < 1e-4);
    });
    // No dot is missing at either end.
    const last = xy.length ? xy[xy.length - 1][0] : null;
    if (last === null) assert.ok(length <= spacing);
    else assert.ok(xy[0][0] <= spacing + 1e-4 && last + spacing >= length - 1e-4);
  }
});

test("from one time to the next every dot moves on by speed, forwards", () => {
  const line = path([[0, 0], [100, 0]]);
  const how = { spacing: 12, speed: 30 };
  for (let frame = 0; frame < 500; frame++) {
    const before = pairs(dots([line], frame / 60, how)).map(([x]) => x);
    const after = pairs(dots([line], (frame + 1) / 60, how)).map(([x]) => x);
    for (const x of before) {
      if (x + 0.5 < 100 - 1e-3) assert.ok(after.some((v) => Math.abs(v - x - 0.5) < 1e-3), `${x}`);
    }
    for (const x of after) {
      if (x > 0.5 + 1e-3) assert.ok(before.some((v) => Math.abs(v + 0.5 - x) < 1e-3), `${x}`);
    }
  }
});

test("several paths follow each other in the array; a point has no dots between", () => {
  const paths = [path([[0, 0], [10, 0]]), path([[5, 5]]), path([[0, 9], [0, 19]])];
  const xy = pairs(dots(paths, 0, { spacing: 5, speed: 1 }));
  assert.deepEqual(xy, [[0, 0], [5, 0], [0, 9], [0, 14]]);
  assert.equal(dots([], 1, { spacing: 5, speed: 1 }).length, 0);
  assert.throws(() => dots(paths, 0, { spacing: 0, speed: 1 }), /positive spacing/);
});

test("dots are drawn as circles of one shape, and the context is left as it was", () => {
  const calls = [];
  const context = new Proxy({}, {
    get: (_, name) => (...args) => calls.push([name, ...args]),
    set: (_, name, value) => calls.push([name, value]) > 0,
  });
  drawDots(context, Float32Array.of(1, 2, 3, 4), { radius: 0.5, colour: "#123456" });
  assert.deepEqual(calls, [
    ["save"], ["fillStyle", "#123456"], ["beginPath"],
    ["moveTo", 1.5, 2], ["arc", 1, 2, 0.5, 0, 2 * Math.PI],
    ["moveTo", 3.5, 4], ["arc", 3, 4, 0.5, 0, 2 * Math.PI],
    ["fill"], ["restore"],
  ]);
});
