import assert from "node:assert/strict";
import { test } from "node:test";

import { drawSprites } from "../../assets/lib/sprites.mjs";

const WHITE = 0xffffffff;
const RED = 0xff0000ff; // A B G R
const SIZE = { width: 8, height: 8 };
const VIEW = { x0: 0, x1: 8, y0: 0, y1: 8 };
const blank = () => new Uint32Array(64).fill(WHITE);
const at = (out, x, y) => out[y * 8 + x] >>> 0;

test("ink takes the sample's colour, paper is seen through", () => {
  const out = blank();
  const sheet = { values: Uint8Array.of(255, 0, 0, 255), height: 2, width: 2, channels: 1 };
  drawSprites(out, SIZE, VIEW, [4], [4], sheet, Uint32Array.of(RED), [{ order: null, side: 4, opacity: 1 }]);
  assert.deepEqual([at(out, 2, 2), at(out, 3, 3), at(out, 4, 2), at(out, 5, 5), at(out, 6, 6)], [RED, RED, WHITE, RED, WHITE]);
});

test("half as much ink is half of the colour", () => {
  const out = blank();
  const sheet = { values: Uint8Array.of(128), height: 1, width: 1, channels: 1 };
  drawSprites(out, SIZE, VIEW, [4], [4], sheet, Uint32Array.of(RED), [{ order: null, side: 2, opacity: 1 }]);
  const [r, g] = [at(out, 4, 4) & 255, (at(out, 4, 4) >>> 8) & 255];
  assert.ok(r === 255 && Math.abs(g - 127) <= 1, `${r} ${g}`);
});

test("a picture of colours is a tile in a frame of the class", () => {
  const out = blank();
  const sheet = { values: Uint8Array.of(10, 20, 30), height: 1, width: 1, channels: 3 };
  drawSprites(out, SIZE, VIEW, [4], [4], sheet, Uint32Array.of(RED), [{ order: null, side: 4, opacity: 1 }]);
  assert.equal(at(out, 2, 2), RED);
  assert.equal(at(out, 4, 4), (0xff000000 | (30 << 16) | (20 << 8) | 10) >>> 0);
});

test("what hangs over an edge is cut, what is no number is nowhere, the last style is on top", () => {
  const out = blank();
  const sheet = { values: new Uint8Array(12).fill(255), height: 2, width: 2, channels: 1 };
  const colours = Uint32Array.of(RED, 0xff00ff00, 0xffff0000);
  drawSprites(out, SIZE, VIEW, [0, 0, NaN], [8, 8, 4], sheet, colours, [
    { order: Uint32Array.of(1, 2), side: 4, opacity: 1 }, { order: Uint32Array.of(0), side: 2, opacity: 1 },
  ]);
  assert.equal(at(out, 0, 0), RED);
  assert.equal(at(out, 1, 1), 0xff00ff00);
  assert.equal(out.filter((value) => value !== WHITE).length, 4);
});
