import assert from "node:assert/strict";
import { test } from "node:test";

import { toPixel } from "../../assets/lib/points.mjs";
import {
  along, common, finerWanted, fitted, holds, panned, readWindow, rounded, stretched, surroundings, widened,
  windowOf, writeWindow, zoomed,
} from "../../assets/lib/windows.mjs";
import { generator, integer } from "./support.mjs";

const close = (a, b, within = 1e-9) =>
  a.forEach((value, k) => assert.ok(Math.abs(value - b[k]) <= within, `${a} is not ${b}`));

function randomWindow(random, scale = 1) {
  const [left, bottom] = [scale * (random() - 0.5), scale * (random() - 0.5)];
  return [left, left + scale * (0.01 + random()), bottom, bottom + scale * (0.01 + random())];
}

test("a window comes back from its text, to a ten-thousandth of its size", () => {
  const random = generator(1);
  for (const scale of [1e-6, 1, 30, 1e9]) {
    for (let round = 0; round < 100; round++) {
      const window = randomWindow(random, scale);
      const text = writeWindow(window);
      const again = readWindow(text);
      const size = Math.min(window[1] - window[0], window[3] - window[2]);
      close(again, window, 1e-4 * size);
      assert.equal(writeWindow(again), text, "and stays what it is");
      assert.ok(text.length < 100);
    }
  }
  assert.equal(writeWindow([-0.00001, 1, 0, 1]), "0,1,0,1");
});

test("what is no window is none", () => {
  const none = [
    "", "1", "0,1,0", "0,1,0,1,2", "1,0,0,1", "0,1,1,0", "0,0,0,1", "0,1,0,x", "0, 1,0,1", "0,1e999,0,1",
    ".5,1,0,1", "-1e308,1e308,0,1", "0,1,0,NaN", null, 7, `0,1,0,${"1".repeat(300)}`,
  ];
  for (const text of none) assert.equal(readWindow(text), null, String(text));
});

test("a fitted view shows all of a window in its middle, a unit as long across as up", () => {
  const random = generator(2);
  for (let round = 0; round < 200; round++) {
    const window = randomWindow(random, 20);
    const size = { width: integer(random, 80, 2000), height: integer(random, 80, 2000) };
    const view = fitted(window, size);
    close([(view.x1 - view.x0) / size.width], [(view.y1 - view.y0) / size.height]);
    close([view.x0 + view.x1, view.y0 + view.y1], [window[0] + window[1], window[2] + window[3]]);
    assert.ok(holds(widened(windowOf(view), 1e-9), window));
    const tight = Math.min((view.x1 - view.x0) / (window[1] - window[0]), (view.y1 - view.y0) / (window[3] - window[2]));
    close([tight], [1]);
  }
});

test("zooming keeps a place under the pointer, equal axes, and its bounds", () => {
  const random = generator(3);
  const home = fitted([-3, 5, 0, 4], { width: 900, height: 600 });
  const area = { left: 0, top: 0, width: 900, height: 600 };
  let view = home;
  for (let round = 0; round < 300; round++) {
    const at = [view.x0 + random() * (view.x1 - view.x0), view.y0 + random() * (view.y1 - view.y0)];
    const next = zoomed(view, Math.exp(2 * random() - 1), at, home);
    close(toPixel(area, next, ...at), toPixel(area, view, ...at), 1e-3);
    close([(next.x1 - next.x0) / 900 / ((next.y1 - next.y0) / 600)], [1], 1e-6);
    const share = (next.x1 - next.x0) / (home.x1 - home.x0);
    assert.ok(share <= 2 + 1e-9 && share >= 1e-4 * (1 - 1e-6), `${share}`);
    view = next;
  }
  const far = zoomed(home, 1e-9, [0, 1], home);
  close([far.x1 - far.x0], [1e-4 * (home.x1 - home.x0)], 1e-9);
});

test("a map cannot be lost by moving it", () => {
  const whole = [-3, 5, 0, 4];
  const view = fitted(whole, { width: 300, height: 300 });
  const moved = panned(view, 0.25, -0.125, whole);
  close([moved.x0 - view.x0, moved.y0 - view.y0, moved.x1 - view.x1], [2, -1, 2]);
  const away = panned(view, 100, 100, whole);
  close([(away.x0 + away.x1) / 2, (away.y0 + away.y1) / 2], [5, 4]);
});

test("what windows have in common", () => {
  assert.deepEqual(common([0, 4, 0, 4], [1, 9, -2, 3]), [1, 4, 0, 3]);
  assert.equal(common([0, 1, 0, 1], [1, 2, 0, 1]), null, "a border is nothing");
  assert.deepEqual(widened([0, 2, 0, 4], 0.5), [-1, 3, -2, 6]);
  assert.ok(holds([0, 1, 0, 1], [0, 1, 0, 1]) && !holds([0, 1, 0, 1], [0, 1.1, 0, 1]));
});

test("a box is seen with its surroundings, and a place with some of the map", () => {
  const whole = [0, 10, 0, 20];
  assert.deepEqual(surroundings([2, 4, 6, 10], [3, 8], whole, { room: 0.5, least: 0.1 }), [1, 5, 4, 12]);
  assert.deepEqual(surroundings([3, 3, 8, 8], [3, 8], whole, { room: 0.5, least: 0.2 }), [2, 4, 6, 10]);
  assert.deepEqual(surroundings([2, 4, 8, 8], [2, 8], whole, { room: 0, least: 0.2 }), [1, 4, 6, 10], "off its centre");
});

test("a finer picture is wanted where pixels would be seen, once", () => {
  const whole = [0, 10, 0, 10];
  const size = { width: 800, height: 800 };
  const base = { window: whole, side: 800 };
  const seen = (window) => fitted(window, size);
  const ask = (view, ...more) => finerWanted({ view, size, whole, pictures: [base, ...more] });
  assert.equal(ask(seen(whole)), null);
  assert.equal(ask(seen([1, 9, 1, 9])), null, "slightly larger pixels are not seen");
  const wanted = ask(seen([4, 6, 4, 6]));
  assert.ok(holds(wanted, [4, 6, 4, 6]) && holds([3.5, 6.5, 3.5, 6.5], wanted), "with room to move in");
  const finer = { window: wanted, side: 800 };
  assert.equal(ask(seen([4, 6, 4, 6]), finer), null);
  assert.equal(ask(seen([4.1, 6.1, 4.1, 6.1]), finer), null);
  assert.ok(ask(seen([5, 7, 4, 6]), finer), "what it does not cover");
  assert.ok(ask(seen([4.9, 5.1, 4.9, 5.1]), finer), "what it is too coarse for");
  assert.equal(ask(seen([20, 21, 20, 21])), null, "nothing of the map is seen");
  const corner = ask(seen([-1, 1, -1, 1]));
  assert.ok(holds(whole, corner), "there is nothing beyond the map");
  assert.equal(ask(seen([-1, 1, -1, 1]), { window: corner, side: 800 }), null);
});

test("what was asked for is enough, whatever the map's borders are", () => {
  const random = generator(5);
  const size = { width: 700, height: 500 };
  for (let round = 0; round < 300; round++) {
    const whole = randomWindow(random, 30);
    const home = fitted(whole, size);
    const at = [whole[0] + random() * (whole[1] - whole[0]), whole[2] + random() * (whole[3] - whole[2])];
    const view = zoomed(home, 0.02 + 0.4 * random(), at, home);
    const base = { window: whole, side: 800 };
    const wanted = finerWanted({ view, size, whole, pictures: [base] });
    if (!wanted) continue;
    const again = finerWanted({ view, size, whole, pictures: [base, { window: wanted, side: 800 }] });
    assert.equal(again, null);
    assert.deepEqual(rounded(wanted), wanted);
  }
});

test("a picture lies in a view where its corners do, and only what is seen is drawn", () => {
  const random = generator(6);
  const area = { left: 10, top: 20, width: 640, height: 400 };
  for (let round = 0; round < 300; round++) {
    const window = randomWindow(random, 4);
    const view = fitted(randomWindow(random, 4), area);
    const side = integer(random, 1, 900);
    const place = stretched(window, side, area, view);
    if (!place) {
      assert.equal(common(window, windowOf(view)), null);
      continue;
    }
    const { from, to } = place;
    assert.ok(from.left >= -1e-9 && from.top >= -1e-9 && from.left + from.width <= side + 1e-6 && from.top + from.height <= side + 1e-6);
    assert.ok(to.left >= 10 - 1e-6 && to.top >= 20 - 1e-6 && to.left + to.width <= 650 + 1e-6 && to.top + to.height <= 420 + 1e-6);
    // The corners of the part are the same places in the picture and on the canvas.
    for (const [u, v] of [[0, 0], [1, 0], [0, 1], [1, 1]]) {
      const [left, right, bottom, top] = window;
      const x = left + ((from.left + u * from.width) / side) * (right - left);
      const y = top - ((from.top + v * from.height) / side) * (top - bottom);
      close(toPixel(area, view, x, y), [to.left + u * to.width, to.top + v * to.height], 1e-4);
    }
  }
});

test("places along a line are even, its ends among them", () => {
  close(along([0, 4], [6, -2], 4).flat(), [0, 4, 2, 2, 4, 0, 6, -2]);
  assert.deepEqual(along([1, 2], [1, 2], 2), [[1, 2], [1, 2]]);
});
