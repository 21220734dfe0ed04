import assert from "node:assert/strict";
import { test } from "node:test";

import { Epochwise } from "../../assets/pages/embedding/epochs.mjs";
import { Going } from "../../assets/pages/embedding/going.mjs";
import { pageOf } from "./workplace.mjs";

/** Somebody goes through a training of three epochs; `steps` is what each answers. */
function play(steps) {
  const study = { name: "s", split: "test", epochs: [1, 2, 3], layers: [{ name: "l", shape: [2] }] };
  const workspace = {
    study, view: { order: null, form: "matrix" }, busy: new Set(),
    second: { study: { ...study, name: "other" } },
    array: async (key, name) => {
      if (!steps[key]) throw new Error("evicted");
      return { values: Float32Array.from(steps[key][name]) };
    },
  };
  const plan = { layer: "l", which: "samples", position: 0, network: "net 3", wish: { epoch: null } };
  const rep = () => ({
    ready: true, plan: { ...plan }, features: true, now: Int32Array.of(0, 1, 2, 3),
    order() { return this.now; },
    orderName: (how) => how ?? "separation",
  });
  const page = pageOf({ workspace, reps: { a: rep(), x: rep(), b: rep() } });
  const epochs = new Epochwise(page);
  page.orderOf = (...what) => epochs.order(...what);
  epochs.prepare();
  const end = { state: "done", result: { steps: Object.keys(steps).map((key) => ({ features: { key } })) } };
  return { page, epochs, end, rep: page.reps.a, busy: workspace.busy };
}

const one = (low, high) => ({ low: [low, 0], high: [high, 2] });

test("an epoch without finite values leaves the others' range, wherever it comes", async () => {
  const lost = one(NaN, NaN);
  for (const steps of [
    { a: one(0, 1), b: one(-1, 5), c: lost },
    { a: lost, b: one(0, 5), c: one(-1, 1) },
    { a: one(-1, 0), b: lost, c: one(0, 5) },
  ]) {
    const { epochs, end, rep, busy } = play(steps);
    assert.ok(busy.has("epochs"), "the player waits");
    await epochs.answer(end);
    assert.deepEqual([epochs.range(rep, 0), epochs.range(rep, 1), busy.size], [[-1, 5], [0, 2], 0]);
  }
});

test("ranges that cannot be fetched say so and let the player go on", async () => {
  const { epochs, page, rep, busy } = play({});
  let drawn = 0;
  page.redraw = () => drawn++;
  await epochs.answer({ state: "done", result: { steps: [{ features: { key: "gone" } }] } });
  assert.deepEqual([page.said.toasts, busy.size, drawn, epochs.range(rep, 0)], [["evicted"], 0, 1, null]);
  epochs.prepare();
  await epochs.answer({ state: "cancelled", error: "Cancelled." });
  assert.deepEqual([page.said.toasts[1], busy.size], ["Cancelled.", 0]);
});

test("an order is held, leads to the right place, and says of which epoch it is", async () => {
  const { epochs, page, end, rep } = play({ a: one(0, 1) });
  await epochs.answer(end);
  assert.equal(epochs.orderEpoch(rep, null), null, "its own order");
  rep.now = Int32Array.of(3, 2, 1, 0);
  rep.plan.network = "net 1";
  assert.deepEqual([...epochs.order(rep, null)], [0, 1, 2, 3]);
  assert.deepEqual([epochs.orderEpoch(rep, null), epochs.orderEpoch(rep, "stored")], [3, null]);
  const going = new Going(page);
  going.to("l", 3);
  assert.equal(page.said.views.at(-1).row, 3);
  going.across("l", 0, 2);
  assert.deepEqual(page.said.views.slice(-2).map(({ row, column }) => row ?? column), [2, 0]);
});

test("another training beside keeps its own ranges and orders", async () => {
  const { epochs, page, end } = play({ a: one(0, 1) });
  const { b } = page.reps;
  await epochs.answer(end);
  b.now = Int32Array.of(3, 2, 1, 0);
  assert.deepEqual([epochs.range(b, 0), epochs.order(b, null), epochs.orderEpoch(b, null)], [null, b.now, null]);
  page.bridge.workspace.second.study.name = "s"; // an epoch of the same training
  assert.deepEqual(epochs.range(b, 0), [0, 1]);
});
