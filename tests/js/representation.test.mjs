import assert from "node:assert/strict";
import { test } from "node:test";

import { Representation } from "../../assets/dom/representation.mjs";
import { later, planOf, settle } from "./workplace.mjs";

/** A server with two points in every cloud; `broken` and `slow` name the keys that are. */
function serve({ broken = () => false, slow = () => null } = {}) {
  const columns = [];
  const workspace = {
    array: async (key, name) => {
      await slow(key);
      if (broken(key)) throw new Error(`no ${key}`);
      const order = { "order separation": [3, 2, 1, 0], "order clusters": [1, 0, 3, 2] }[name];
      return { values: Int32Array.from(order ?? { position: [0, 1] }[name] ?? [0, 1]) };
    },
    columns: async (key, features) => {
      columns.push([key, ...features]);
      return { values: Float32Array.from(features.flatMap((k) => [k, k])), shape: [features.length, 2] };
    },
  };
  const said = [];
  const rep = new Representation(workspace, (...what) => said.push(what.join(" ")));
  return { rep, said, columns };
}

test("an error of a layer that was left is nobody's", async () => {
  const gate = later();
  const { rep, said } = serve({
    broken: (key) => key.startsWith("old"), slow: (key) => key.startsWith("old") && gate.promise,
  });
  rep.setPlan(planOf("old"));
  rep.setPlan(planOf("new"));
  await settle();
  gate.keep();
  await settle();
  assert.deepEqual([rep.error, rep.errors, rep.ready], ["", {}, true]);
  assert.ok(!said.some((what) => what.startsWith("error")), said.join());
});

test("plots are drawn without a whole matrix, and not without their points", async () => {
  for (const [part, error] of [["overview", ""], ["features", "no one features"], ["points", "no one points"]]) {
    const { rep, said } = serve({ broken: (key) => key === `one ${part}` });
    rep.setPlan(planOf("one"));
    await settle();
    assert.deepEqual([rep.error, rep.errors[part], rep.ready], [error, `no one ${part}`, !error]);
    assert.ok(said.includes(`error ${part}`));
    rep.setPlan(planOf("one")); // it is asked for again
    assert.deepEqual(rep.errors, {});
  }
});

test("a plan that is none leaves nothing to be drawn", async () => {
  const { rep } = serve();
  rep.setPlan(planOf("one"));
  await settle();
  rep.setPlan({ error: "no such layer" });
  assert.deepEqual([rep.error, rep.ready, rep.key], ["no such layer", false, ""]);
});

test("another order of a wide layer has another whole matrix, and keeps its points", async () => {
  const { rep } = serve();
  rep.setPlan(planOf("one"));
  await settle();
  const { sample, facts } = rep;
  const next = planOf("one");
  next.parts.overview = { key: "one overview by variance", facts: { shown: 7 } };
  rep.setPlan(next);
  assert.equal(rep.overview, null);
  await settle();
  assert.deepEqual([rep.overview.shown, rep.sample, rep.facts.features], [7, sample, facts.features]);
});

test("the order that is in force has its name: very many features have no clusters", async () => {
  const { rep } = serve();
  rep.setPlan(planOf("wide", { features: 2048 }));
  await settle();
  assert.deepEqual([rep.orderName("clusters"), rep.orderName(null), rep.orderName("variance")], [
    "separation", "separation", "variance",
  ]);
  assert.equal(rep.order("clusters"), rep.features["order separation"]);
  const { rep: small } = serve();
  small.setPlan(planOf("small"));
  await settle();
  assert.deepEqual([small.orderName("clusters"), small.orderName("")], ["clusters", "stored"]);
  assert.deepEqual([...small.order("clusters")], [1, 0, 3, 2]);
  assert.deepEqual([...small.order(null)], [0, 1, 2, 3]);
});

/** More positions of both samples. */
const focusOf = (layer) => ({
  of: `${layer} points`,
  parts: { points: { key: `${layer} focus` }, columns0: { key: `${layer} focus columns` } },
  mask: Uint8Array.of(1, 1),
});

test("positions of a layer, or of a selection, that was left are not drawn", async () => {
  const gate = later();
  const { rep } = serve({ slow: (key) => key.endsWith("focus") && gate.promise });
  rep.setPlan(planOf("two"));
  await settle();
  await rep.setFocus(focusOf("one"));
  assert.equal(rep.focus, null);
  for (const leave of [() => rep.setFocus(null), () => rep.setPlan(planOf("three"))]) {
    const asked = rep.setFocus(focusOf("two"));
    leave();
    gate.keep();
    await asked;
    assert.equal(rep.focus, null);
  }
});

test("positions that are drawn already stay once, with their columns", async () => {
  const { rep, said, columns } = serve();
  rep.setPlan(planOf("one"));
  await settle();
  rep.sample = Int32Array.of(0, 1);
  rep.position = Int32Array.of(0, 0); // the answer has sample 0 at 0 and sample 1 at 1
  await rep.setFocus(focusOf("one"));
  assert.ok(said.includes("focus"));
  assert.deepEqual([[...rep.points.sample], [...rep.points.position]], [[0, 1, 1], [0, 0, 1]]);
  const [three] = await rep.columns([3]);
  assert.deepEqual([...three], [3, 3, 3]);
  await rep.columns([3]);
  assert.deepEqual(columns, [["one columns0", 3], ["one focus columns", 3]]);
});

test("columns of a cloud that was left come to nothing", async () => {
  const { rep } = serve();
  rep.setPlan(planOf("one"));
  await settle();
  const late = rep.columns([0, 1]);
  rep.setPlan(planOf("two"));
  assert.equal(await late, null);
});
