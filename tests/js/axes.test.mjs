import assert from "node:assert/strict";
import { test } from "node:test";

import { marks, shorten, ticks } from "../../assets/lib/axes.mjs";
import { generator, integer } from "./support.mjs";

/** The number that a tick's text stands for. */
const read = (text) => (text.endsWith("k") ? 1000 * Number(text.slice(0, -1)) : Number(text));

test("ticks are multiples of 1, 2 or 5 times a power of ten, inside, few, and say what they are", () => {
  const random = generator(1);
  for (let round = 0; round < 3000; round++) {
    const span = 10 ** (16 * random() - 8);
    const low = (random() - 0.5) * span * 10 ** integer(random, 0, 3);
    const high = low + span;
    const most = integer(random, 1, 9);
    const found = ticks(low, high, most);
    assert.ok(found.length >= 1 && found.length <= most, `${low} ${high} ${most}`);
    const values = found.map(({ value }) => value);
    const slack = 1e-8 * span;
    assert.ok(values.every((value) => value >= low - slack && value <= high + slack));
    assert.equal(new Set(found.map(({ text }) => text)).size, found.length);
    const step = values.length > 1 ? values[1] - values[0] : span;
    for (const { value, text } of found) {
      assert.ok(Math.abs(read(text) - value) <= 1e-6 * step, `${text} for ${value}`);
    }
    for (let i = 1; i < values.length; i++) {
      assert.ok(Math.abs(values[i] - values[i - 1] - step) < 1e-6 * step);
    }
    if (values.length > 1) {
      const digit = step / 10 ** Math.floor(Math.log10(step) + 1e-6);
      assert.ok([1, 2, 5].some((nice) => Math.abs(digit - nice) < 1e-3), `step ${step}`);
    }
  }
});

test("texts are short", () => {
  const texts = (...range) => ticks(...range).map(({ text }) => text);
  assert.deepEqual(texts(0, 1, 6), ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
  assert.deepEqual(texts(0.19, 0.31, 3), ["0.20", "0.25", "0.30"]);
  assert.deepEqual(texts(790, 1410, 4), ["800", "1k", "1.2k", "1.4k"]);
  assert.deepEqual(texts(0, 8e-5, 5), ["0", "2e-5", "4e-5", "6e-5", "8e-5"]);
  assert.deepEqual(texts(7e-5, 1.05e-4, 2), ["8e-5", "1e-4"]);
  assert.deepEqual(texts(-3e6, 3e6, 3), ["-2e6", "0", "2e6"]);
  assert.deepEqual(texts(-0.3, 0.3, 1), ["0"]);
});

test("no ticks where there is no range", () => {
  for (const [low, high] of [[1, 1], [2, 1], [NaN, 1], [0, NaN], [0, Infinity], [-Infinity, 0]]) {
    assert.deepEqual(ticks(low, high, 5), []);
  }
  assert.deepEqual(ticks(0, 1, 0), []);
  assert.deepEqual(marks([NaN, NaN], 0, 100, () => 10), []);
});

test("texts along an axis keep apart and within it, on axes that point right and up", () => {
  const random = generator(2);
  const extent = (text) => 6 * text.length;
  let shown = 0;
  for (let round = 0; round < 1000; round++) {
    const low = (random() - 0.5) * 10 ** integer(random, -4, 5);
    const high = low + random() * 10 ** integer(random, -4, 5);
    const length = integer(random, 30, 400);
    const [start, end] = round % 2 ? [10, 10 + length] : [10 + length, 10];
    const found = marks([low, high], start, end, extent);
    const texts = [...found].sort((a, b) => a.at - b.at);
    shown += texts.length > 0;
    for (const [i, { at, text }] of texts.entries()) {
      assert.ok(at - extent(text) / 2 >= 8 && at + extent(text) / 2 <= 12 + length);
      if (i === 0) continue;
      const before = texts[i - 1];
      assert.ok(at - before.at >= (extent(text) + extent(before.text)) / 2 + 5);
    }
    assert.deepEqual(found, start < end ? texts : texts.reverse());
  }
  assert.ok(shown > 900, `${shown} of 1000 axes have a text`);
});

test("names are cut to their room", () => {
  assert.equal(shorten("3 @ 5,7", 60, 6), "3 @ 5,7");
  assert.equal(shorten("3 @ 15,17", 36, 6), "3 @ 1…");
  assert.equal(shorten("long", 1, 6), "…");
  assert.equal(shorten("7", 1, 6), "7");
});
