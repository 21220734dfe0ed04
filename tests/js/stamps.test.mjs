import assert from "node:assert/strict";
import { test } from "node:test";

import { MapPoints, orderOf, splitOrder } from "../../assets/dom/mappoints.mjs";
import { LAYERS, lay, shapeOf, stampOf } from "../../assets/lib/stamps.mjs";
import { generator, integer } from "./support.mjs";

const COLOURS = [[255, 255, 255], [250, 160, 20], [255, 255, 255], [20, 70, 250], [255, 255, 255], [0, 0, 0]];
const PLAIN = { radius: 4, unit: 1, edge: 1, ring: false, cross: false };
const parts = (packed) => [packed & 255, (packed >> 8) & 255, (packed >> 16) & 255, packed >>> 24];

/** A stamp laid on an empty buffer, as (side, side) packed pixels. */
function drawn(look, side = 41, alpha = 1) {
  const out = new Uint32Array(side * side);
  lay(out, stampOf(shapeOf(look), COLOURS, alpha, side), side >> 1, side >> 1);
  return { out, at: (x, y) => parts(out[((side >> 1) + y) * side + (side >> 1) + x]) };
}

test("a disc covers as much as a disc does, its rim what is left of a larger one", () => {
  for (const radius of [1.3, 2.75, 4, 9.5]) {
    const { covers } = shapeOf({ ...PLAIN, radius });
    const area = (name) => covers[LAYERS.indexOf(name)].reduce((sum, one) => sum + one, 0);
    assert.ok(Math.abs(area("fill") / (Math.PI * radius ** 2) - 1) < 0.1, `${radius}: ${area("fill")}`);
    assert.ok(Math.abs(area("rim") / (Math.PI * (radius + 1) ** 2) - 1) < 0.06);
    assert.deepEqual(["ring", "gap", "halo", "cross"].map(area), [0, 0, 0, 0]);
  }
});

test("from the middle outwards there are disc, gap, ring, rim, and nothing", () => {
  const { at } = drawn({ ...PLAIN, ring: true, radius: 6, unit: 2 });
  assert.deepEqual(at(0, 0), [20, 70, 250, 255]);
  assert.deepEqual(at(7, 0), [255, 255, 255, 255]);
  assert.deepEqual(at(9, 0), [250, 160, 20, 255]);
  assert.deepEqual(at(0, -9), at(9, 0));
  assert.deepEqual(at(11, 0).slice(0, 3), [255, 255, 255]);
  assert.equal(at(15, 0)[3], 0);
});

test("a cross has two bars, with a halo, and is larger than a small sample", () => {
  const { at } = drawn({ ...PLAIN, radius: 1.3, cross: true });
  assert.deepEqual(at(0, 0), [0, 0, 0, 255]);
  for (const [x, y] of [[2, 2], [-2, 2], [2, -2], [-2, -2]]) assert.ok(at(x, y)[0] < 60 && at(x, y)[3] > 200, `${x} ${y}`);
  assert.ok(at(0, 3)[0] > 200 || at(0, 3)[3] === 0, "between the bars");
});

test("what is laid over nothing is itself; over something it covers it by its alpha", () => {
  const half = drawn(PLAIN, 41, 0.5);
  assert.deepEqual(half.at(0, 0), [20, 70, 250, 128]);
  const stamp = stampOf(shapeOf(PLAIN), COLOURS, 0.5, 41);
  lay(half.out, stamp, 20, 20);
  const [r, g, b, a] = half.at(0, 0);
  assert.deepEqual([r, g, b], [20, 70, 250]);
  assert.ok(Math.abs(a - 192) <= 1);
  const other = stampOf(shapeOf(PLAIN), COLOURS.map(() => [220, 10, 0]), 0.5, 41);
  lay(half.out, other, 20, 20);
  // Half of red over three quarters of blue.
  const share = 0.5 / (0.5 + 0.75 * 0.5);
  const wanted = [20, 70, 250].map((under, k) => share * [220, 10, 0][k] + (1 - share) * under);
  half.at(0, 0).slice(0, 3).forEach((value, k) => assert.ok(Math.abs(value - wanted[k]) < 2, `${value} ${wanted[k]}`));
  lay(half.out, stampOf(shapeOf(PLAIN), COLOURS, 1, 41), 20, 20);
  assert.deepEqual(half.at(0, 0), [20, 70, 250, 255]);
});

test("a stamp on the border leaves out what lies beyond, and touches nothing else", () => {
  const random = generator(8);
  const [stride, tall] = [23, 17];
  const look = { ...PLAIN, ring: true, cross: true };
  const stamp = stampOf(shapeOf(look), COLOURS, 1, stride);
  for (let round = 0; round < 100; round++) {
    const [x, y] = [integer(random, -12, stride + 12), integer(random, -12, tall + 12)];
    const out = new Uint32Array(stride * tall);
    lay(out, stamp, x, y);
    const wide = stampOf(shapeOf(look), COLOURS, 1, stride + 100);
    const large = new Uint32Array((stride + 100) * (tall + 100));
    lay(large, wide, x + 50, y + 50);
    for (let p = 0; p < out.length; p++) {
      const there = large[(Math.floor(p / stride) + 50) * (stride + 100) + (p % stride) + 50];
      assert.equal(out[p], there, `${x},${y} at ${p}`);
    }
  }
});

test("samples that something is to be said of lie on top", () => {
  const look = { shown: new Int32Array(5), ring: Int32Array.of(-1, 2, -1, 1, -1), cross: Uint8Array.of(1, 0, 0, 0, 0) };
  const order = orderOf(look);
  assert.deepEqual([...order], [2, 4, 1, 3, 0]);
  assert.deepEqual([...splitOrder(order, null).chosen], [...order]);
  const { rest, chosen } = splitOrder(order, Uint8Array.of(1, 1, 0, 0, 1));
  assert.deepEqual([[...rest], [...chosen]], [[2, 3], [4, 1, 0]]);
});

test("every look of a sample has a stamp of its own, also of classes that only B knows", () => {
  const points = new MapPoints();
  points.takeStamps("");
  const made = [];
  points.make = (...look) => made.push(look.slice(0, 3).map((k) => Math.min(k, 3)).join()) && {};
  const classes = 3;
  const looks = new Set();
  for (let shown = -1; shown <= 4; shown++) {
    for (let ring = -1; ring <= 4; ring++) {
      for (const cross of [0, 1]) {
        points.stamp(shown, ring, cross, { classes, alpha: 1, chosen: false });
        looks.add([Math.min(shown, 3), Math.min(ring, 3), cross].join());
      }
    }
  }
  assert.deepEqual(new Set(made), looks);
  assert.equal(made.length, looks.size, "one each");
});
