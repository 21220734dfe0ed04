import assert from "node:assert/strict";
import { test } from "node:test";

import { Pairing } from "../../assets/pages/embedding/pair.mjs";
import { pageOf, planOf } from "./workplace.mjs";

/** Two networks, B to be turned towards A. */
function open() {
  const workspace = {
    study: {}, second: { study: { wish: {} } }, view: { align: true },
    array: async (key, name) => (key === "gone" ? Promise.reject(new Error("evicted")) : { values: name, shape: [1, 1] }),
  };
  const b = { draw() {} };
  const page = pageOf({
    workspace, reps: { a: { plan: planOf("one") }, b: { plan: planOf("bee") } }, parts: { panes: { b } },
  });
  const pairing = new Pairing(page);
  const end = (key) => ({ state: "done", result: { done: { between: { key, facts: {} }, aligned: { key, facts: {} } }, failed: {} } });
  return { pairing, page, b, end, asked: page.said.asked };
}

test("B is turned towards the layer that A shows, and to no other meanwhile", async () => {
  const { pairing, page, b, end, asked } = open();
  pairing.planned();
  await pairing.answer(end("first"));
  assert.deepEqual([b.turned.key, asked.length], ["first", 1]);
  page.reps.a.plan = planOf("two");
  pairing.planned();
  assert.deepEqual([b.turned, asked.length], [null, 2]);
  await pairing.answer(end("second"));
  assert.equal(b.turned.key, "second");
  page.reps.a.plan = planOf("one");
  pairing.planned();
  assert.deepEqual([b.turned.key, asked.length], ["first", 2], "it is known");
});

test("both are asked for the points that were chosen, not for what A's layer made of them", () => {
  const { pairing, page, asked } = open();
  const wish = { layer: "vector", points: "position", position: 7 };
  page.reps.a.plan = planOf("vector", { which: "samples", position: 0, wish });
  pairing.planned();
  const { points, position } = asked[0].at(-1);
  assert.deepEqual([points, position], ["position", 7]);
});

test("a comparison that cannot be had says why, once", async () => {
  const { pairing, b, end, asked } = open();
  pairing.planned();
  await pairing.answer(end("gone"));
  assert.deepEqual([pairing.answered.text, b.turned, asked.length], ["evicted", null, 1]);
});

test("of many comparisons the newest are kept", async () => {
  const { pairing, page, end } = open();
  for (let k = 0; k < 20; k++) {
    page.reps.a.plan = planOf(`layer ${k}`);
    pairing.planned();
    await pairing.answer(end(`answer ${k}`));
  }
  assert.equal(pairing.answers.size, 8);
  assert.equal(pairing.answered.turned.key, "answer 19");
});
