import assert from "node:assert/strict";
import { test } from "node:test";

import { Stops } from "../../assets/pages/tour/stops.mjs";
import { later, pageOf, settle } from "./workplace.mjs";

const FACTS = { dimensions: 2, axes: 2, kept: 1 };
const planOf = (key, facts = null, more = {}) => ({
  layer: "dense", shape: [2], network: "n", home: "h", parts: { cloud: { key, facts } }, missing: facts ? 0 : 1,
  wish: { study: "s" }, edges: [], epochs: [],
  layers: [{ name: "dense", shape: [2], cloud: { key, facts }, frame: { key: `frame ${key}`, facts: null } }], ...more,
});
const study = { dataKey: "d", classes: ["a", "b"] };

function open(array = async (key, name) => ({ values: Float32Array.of(name === "x" ? 1 : 2), shape: [1] })) {
  const page = pageOf({ workspace: { array, study, classifies: true, className: (k) => study.classes[k] } });
  const told = [];
  const cloud = new Stops(page, () => told.push(cloud.error || cloud.data?.key));
  return { cloud, page, told };
}

test("what is there is fetched, what is not is computed", async () => {
  const { cloud, page } = open();
  cloud.setPlan(planOf("a", FACTS));
  await settle();
  assert.deepEqual([cloud.data.key, cloud.facts, page.said.set], ["a", FACTS, []]);
  cloud.setPlan(planOf("b"));
  assert.equal(page.said.set[0][0], "tour-to-compute");
  assert.equal(cloud.data.key, "a", "what was drawn stays until then");
  cloud.working({ fraction: 0.5, text: "Taking activations" });
  assert.equal(page.said.header.textContent, "Taking activations: 50.0 %");
  cloud.computed({ state: "done", result: { done: { cloud: { key: "b", facts: FACTS } }, failed: {} } });
  await settle();
  assert.deepEqual([cloud.data.key, page.said.header.textContent], ["b", ""]);
});

test("what belongs to a layer that was left is nobody's", async () => {
  const slow = later();
  const { cloud } = open(async (key) => (key === "a" ? slow.promise : { values: Float32Array.of(3), shape: [1] }));
  cloud.setPlan(planOf("a", FACTS));
  cloud.setPlan(planOf("b", FACTS));
  await settle();
  slow.keep({ values: Float32Array.of(9), shape: [1] });
  await settle();
  assert.equal(cloud.data.key, "b");
  cloud.setPlan(planOf("c"));
  cloud.setPlan(planOf("d", FACTS));
  await settle();
  cloud.computed({ state: "failed", error: "no memory", reference: "" });
  assert.deepEqual([cloud.error, cloud.data.key], ["", "d"]);
});

test("why there is nothing is said", async () => {
  const { cloud, told } = open(async () => Promise.reject(new Error("evicted")));
  cloud.setPlan({ error: "no study" });
  assert.deepEqual([cloud.error, cloud.key], ["no study", ""]);
  cloud.setPlan(planOf("a"));
  cloud.computed({ state: "failed", error: "no memory", reference: "7f" });
  assert.equal(cloud.error, "no memory (reference 7f, see the log)");
  cloud.setPlan(planOf("a", FACTS));
  await settle();
  assert.equal(cloud.error, "evicted");
  assert.equal(told.at(-1), "evicted");
  cloud.setPlan(null);
  assert.deepEqual([cloud.error, cloud.plan], ["", null]);
});
