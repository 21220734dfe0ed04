import assert from "node:assert/strict";
import { test } from "node:test";

import { SIDE, Sketchpad } from "../../assets/dom/sketchpad.mjs";
import { MANNERS, extent, mannerOf, sampled, usualPen } from "../../assets/lib/sketch.mjs";
import { fakeDocument } from "./fakedom.mjs";
import { generator, integer } from "./support.mjs";

const { mnist, filled, drawn } = MANNERS;

/** A pad on which each box [left, top, right, bottom] is filled. */
function pad(side, boxes, value = 1) {
  const ink = new Float32Array(side * side);
  for (const [left, top, right, bottom] of boxes) {
    for (let row = top; row < bottom; row++) ink.fill(value, row * side + left, row * side + right);
  }
  return ink;
}

/** A pad with round spots in its inner half. */
function spots(random, side, count = 12) {
  const ink = new Float32Array(side * side);
  for (let k = 0; k < count; k++) {
    const [x, y] = [0, 1].map(() => integer(random, side / 4, (3 * side) / 4));
    const radius = side / 16;
    ink.forEach((value, at) => {
      const far = Math.hypot((at % side) - x, Math.floor(at / side) - y);
      if (far < radius) ink[at] = Math.max(value, 1 - (0.9 * far) / radius);
    });
  }
  return ink;
}

const sum = (values) => values.reduce((a, b) => a + b, 0);

/** Centre of mass of a picture of one channel: x and y, in its pixels. */
function centreOf(picture, width) {
  const at = (place) => picture.reduce((all, value, k) => all + value * (place(k) + 0.5), 0) / sum(picture);
  return [at((k) => k % width), at((k) => Math.floor(k / width))];
}

/** What lies in a picture: its pixels that are not 0. */
function boxOf(picture, width) {
  const places = Array.from(picture.keys()).filter((k) => picture[k] > 0);
  const [columns, rows] = [places.map((k) => k % width), places.map((k) => Math.floor(k / width))];
  return [Math.min(...columns), Math.min(...rows), Math.max(...columns) + 1, Math.max(...rows) + 1];
}

const near = (found, wanted, tolerance = 1e-6) => {
  assert.equal(found.length, wanted.length);
  found.forEach((value, k) => assert.ok(Math.abs(value - wanted[k]) <= tolerance, `${value} is not ${wanted[k]} at ${k}`));
};

test("where the ink is, and the middle of it", () => {
  assert.deepEqual(extent(pad(10, [[2, 3, 5, 9]]), 10), { left: 2, top: 3, right: 5, bottom: 9, x: 3.5, y: 6 });
  const uneven = pad(10, [[0, 4, 1, 5]]);
  uneven[4 * 10 + 9] = 0.25;
  const found = extent(uneven, 10);
  assert.deepEqual([found.left, found.right], [0, 10]);
  assert.ok(Math.abs(found.x - (0.5 + 0.25 * 9.5) / 1.25) < 1e-12, "dark ink weighs more");
});

test("where nothing is drawn there is no input", () => {
  for (const manner of [mnist, filled, drawn]) {
    assert.equal(sampled(new Float32Array(400), 20, [8, 8, 1], manner), null);
    assert.equal(sampled(new Float32Array(400).fill(0.04), 20, [8, 8, 1], manner), null, "traces are none");
  }
});

test("a pixel is the mean of what lies under it, if pixels fit or if they do not", () => {
  const random = generator(1);
  for (const [side, size] of [[30, 10], [7, 3], [14, 4], [5, 8]]) {
    const ink = Float32Array.from({ length: side * side }, () => 0.1 + 0.9 * random());
    // Every pixel of the pad as size x size points, of which a pixel of the input holds side x side.
    const wanted = Array.from({ length: size * size }, (_, k) => {
      let all = 0;
      for (let y = 0; y < side; y++) {
        for (let x = 0; x < side; x++) {
          const row = Math.floor((Math.floor(k / size) * side + y) / size);
          all += ink[row * side + Math.floor(((k % size) * side + x) / size)];
        }
      }
      return all / side ** 2;
    });
    near(Array.from(sampled(ink, side, [size, size, 1], drawn)), wanted);
  }
});

test("a digit fills 20 of 28 pixels, and keeps its proportions", () => {
  const square = sampled(pad(280, [[90, 30, 190, 130]]), 280, [28, 28, 1], mnist);
  assert.deepEqual(boxOf(square, 28), [4, 4, 24, 24]);
  assert.equal(sum(square), 400);
  const tall = sampled(pad(280, [[100, 60, 150, 160]]), 280, [28, 28, 1], mnist);
  assert.deepEqual(boxOf(tall, 28), [9, 4, 19, 24]);
  assert.equal(sum(tall), 200);
});

test("the centre of mass lies in the middle, wherever it was drawn", () => {
  const random = generator(2);
  for (let k = 0; k < 5; k++) near(centreOf(sampled(spots(random, 112), 112, [28, 28, 1], mnist), 28), [14, 14], 0.05);
  const uneven = pad(280, [[20, 20, 60, 220], [60, 180, 120, 220]]); // an L
  near(centreOf(sampled(uneven, 280, [28, 28, 1], mnist), 28), [14, 14], 0.05);
});

test("ink is neither lost nor made", () => {
  const random = generator(3);
  for (let k = 0; k < 5; k++) {
    const ink = spots(random, 112);
    const { left, top, right, bottom } = extent(ink, 112);
    const step = Math.max(right - left, bottom - top) / 20;
    const found = sum(sampled(ink, 112, [28, 28, 1], mnist)) * step ** 2;
    assert.ok(Math.abs(found / sum(ink) - 1) < 1e-5);
  }
});

test("a drawing is the same one at another place and at another size", () => {
  const shape = [28, 28, 1];
  const inside = sampled(pad(280, [[100, 100, 140, 120], [120, 120, 140, 180]]), 280, shape, mnist);
  const cornered = sampled(pad(280, [[0, 0, 40, 20], [20, 20, 40, 80]]), 280, shape, mnist);
  const doubled = sampled(pad(280, [[100, 100, 180, 140], [140, 140, 180, 260]]), 280, shape, mnist);
  near(cornered, inside);
  near(doubled, inside);
});

test("whatever lies outside the pad is 0", () => {
  const found = sampled(pad(280, [[0, 0, 280, 280]]), 280, [28, 28, 1], mnist);
  found.forEach((value, k) => {
    const beyond = [k % 28, Math.floor(k / 28)].some((at) => at < 4 || at >= 24);
    assert.ok(Math.abs(value - (beyond ? 0 : 1)) < 1e-6);
  });
});

test("small digits fill their pixels from edge to edge", () => {
  const whole = sampled(pad(80, [[10, 20, 50, 60]]), 80, [8, 8, 1], filled);
  assert.deepEqual(Array.from(whole), new Array(64).fill(1));
  // The middle is that of the box, however the ink lies in it.
  const hook = sampled(pad(80, [[10, 10, 18, 74], [18, 66, 74, 74]]), 80, [8, 8, 1], filled);
  hook.forEach((value, k) => assert.equal(value, k % 8 === 0 || k >= 56 ? 1 : 0));
});

test("a drawing can be left as it was drawn", () => {
  const found = sampled(pad(280, [[0, 0, 10, 10], [250, 270, 270, 280]]), 280, [28, 28, 1], drawn);
  const inked = Array.from(found.keys()).filter((k) => found[k] === 1);
  assert.deepEqual([inked, sum(found)], [[0, 27 * 28 + 25, 27 * 28 + 26], 3]);
});

test("networks of coloured pictures see it in grey", () => {
  const ink = spots(generator(4), 64);
  const grey = sampled(ink, 64, [32, 32, 1], mnist);
  const coloured = sampled(ink, 64, [32, 32, 3], mnist);
  assert.equal(coloured.length, 3 * 32 * 32);
  coloured.forEach((value, k) => assert.equal(value, grey[Math.floor(k / 3)]));
  assert.deepEqual(sampled(ink, 64, [32, 32], mnist), grey, "no channels are one");
});

test("inputs that are no squares are filled by their shorter side", () => {
  for (const [shape, wanted] of [[[14, 28, 1], [9, 2, 19, 12]], [[28, 14, 1], [2, 9, 12, 19]]]) {
    const found = sampled(pad(100, [[20, 20, 60, 60]]), 100, shape, mnist);
    assert.equal(found.length, 14 * 28);
    found.forEach((value) => assert.ok(value < 1e-6 || value > 1 - 1e-6));
    assert.deepEqual(boxOf(found.map(Math.round), shape[1]), wanted);
  }
});

test("what is shown to a network is in [0, 1], and the pad stays as it was", () => {
  const random = generator(5);
  const ink = Float32Array.from({ length: 37 ** 2 }, () => (random() < 0.5 ? 1 : random()));
  const before = ink.slice();
  for (const manner of [mnist, filled, drawn]) {
    for (const shape of [[28, 28, 1], [8, 8, 1], [19, 23, 3]]) {
      assert.ok(sampled(ink, 37, shape, manner).every((value) => value >= 0 && value <= 1));
    }
  }
  assert.deepEqual(ink, before);
});

test("data is prepared by its name and its size, and so are pens", () => {
  assert.equal(mannerOf("mnist", [28, 28, 1]), mnist);
  assert.equal(mannerOf("digits", [8, 8, 1]), filled);
  assert.equal(mannerOf("digits", [16, 16, 1]), filled);
  assert.equal(mannerOf("my own", [8, 30, 1]), filled);
  assert.ok(usualPen(280, [8, 8]) > usualPen(280, [28, 28]), "few pixels take a wide pen");
  assert.equal(usualPen(560, [28, 28]), 48);
});

test("strokes are taken back one by one, and told of once a frame", () => {
  const document = fakeDocument();
  let heard = 0;
  const pad = new Sketchpad(document, (values) => {
    heard++;
    assert.equal(values.length, SIDE * SIDE);
  });
  Object.assign(pad.canvas, { clientWidth: SIDE / 2, clientHeight: SIDE / 2 });
  const point = (x, y) => ({ button: 0, buttons: 1, clientX: x, clientY: y });
  pad.canvas.fire("pointermove", point(1, 1));
  assert.equal(pad.empty, true, "nothing is drawn by passing over it");
  pad.canvas.fire("pointerdown", point(10, 20));
  pad.canvas.fire("pointermove", { ...point(0, 0), getCoalescedEvents: () => [point(15, 20), point(20, 20)] });
  pad.canvas.fire("pointerup");
  pad.canvas.fire("pointermove", point(50, 50));
  assert.deepEqual(pad.strokes.map(({ points }) => points), [[[20, 40], [30, 40], [40, 40]]], "in pixels of the pad");
  pad.canvas.fire("pointerdown", { ...point(1, 1), button: 2 });
  document.defaultView.nextFrame();
  assert.deepEqual([pad.strokes.length, heard], [1, 1]);
  pad.canvas.fire("pointerdown", point(5, 5));
  pad.undo();
  assert.equal(pad.strokes.length, 1);
  pad.clear();
  document.defaultView.nextFrame();
  assert.deepEqual([pad.empty, heard], [true, 2]);
});

test("keys draw, too, and stay on the pad", () => {
  const pad = new Sketchpad(fakeDocument(), () => {});
  const press = (...keys) => keys.forEach((key) => pad.canvas.fire("keydown", { key }));
  press("ArrowLeft");
  assert.equal(pad.empty, true, "without Space the pen is only moved");
  press(" ", " ", "ArrowRight", "ArrowDown");
  pad.canvas.fire("keyup", { key: " " });
  press("ArrowUp");
  assert.deepEqual(pad.strokes.map(({ points }) => points), [[[132, 140], [140, 140], [140, 148]]]);
  press(...new Array(50).fill("ArrowLeft"));
  assert.deepEqual(pad.cursor, [0, 140]);
  press("z");
  assert.equal(pad.empty, true);
});
