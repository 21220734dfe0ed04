import assert from "node:assert/strict";
import { test } from "node:test";

import { Representation } from "../../assets/dom/representation.mjs";
import { Clouds } from "../../assets/pages/embedding/clouds.mjs";
import { Focus } from "../../assets/pages/embedding/focus.mjs";
import { later, pageOf, planOf, settle } from "./workplace.mjs";

/** A page with one cloud, whose server answers at once or behind a gate. */
function open() {
  const gates = {};
  const workspace = {
    selected: new Uint32Array(0), mask: null, study: { n: 2 }, view: { form: "matrix" },
    array: async (key, name) => {
      await gates[key]?.promise;
      return { values: Int32Array.from(key === "f" && name === "position" ? [2, 1] : [0, 1]) };
    },
  };
  const page = pageOf({ workspace, parts: { panes: { a: { here: true } } } });
  for (const which of "axb") page.reps[which] = new Representation(workspace, () => {});
  const planned = [];
  const clouds = new Clouds(page, { planned: () => planned.push(1) });
  return { page, clouds, gates, planned, workspace, rep: page.reps.a };
}

test("a failed job of a layer that was left is not written onto the open one", async () => {
  for (const end of [
    { state: "failed", error: "no memory" },
    { state: "cancelled", error: "Cancelled." },
    { state: "done", result: { done: {}, failed: { points: "no", features: "no" } } },
  ]) {
    const { clouds, rep } = open();
    clouds.plan("a", planOf("one", { there: false }));
    clouds.plan("a", planOf("two"));
    await settle();
    clouds.computed("a", end);
    assert.deepEqual([rep.errors, rep.ready], [{}, true]);
  }
});

test("a failed job of the open layer is, part by part", () => {
  const { clouds, page, rep } = open();
  clouds.plan("a", planOf("one", { there: false }));
  assert.deepEqual(page.said.set.map(([id]) => id), ["embedding-to-compute-a"]);
  clouds.computed("a", { state: "done", result: { done: {}, failed: { overview: "too wide" } } });
  assert.deepEqual([rep.error, rep.errors.overview], ["", "too wide"]);
  clouds.computed("a", { state: "failed", error: "no memory", reference: "7f" });
  assert.equal(rep.error, "no memory (reference 7f, see the log)");
  assert.equal(page.said.header.textContent, "");
});

test("progress is that of the open layer", () => {
  const { clouds, page } = open();
  clouds.plan("a", planOf("one", { there: false }));
  clouds.working("a", { done: {}, fraction: 0.25, text: "Points" });
  assert.equal(page.said.header.textContent, "Points: 25.0 %");
  clouds.plan("a", planOf("two"));
  clouds.working("a", { done: {}, fraction: 0.5, text: "Points" });
  assert.equal(page.said.header.textContent, "Points: 25.0 %");
});

test("another cloud of A or B turns B anew, one of the layer across does not", () => {
  const { clouds, planned } = open();
  for (const which of "axb") clouds.plan(which, planOf("one"));
  assert.equal(planned.length, 2);
});

/** A page with a cloud of which only some positions are shown, and a selection. */
async function selected() {
  const all = open();
  const focus = new Focus(all.page);
  const select = (...samples) => {
    Object.assign(all.workspace, { selected: Uint32Array.from(samples), mask: Uint8Array.of(1, 1) });
    focus.follow();
    all.page.elapse();
  };
  all.clouds.plan("a", planOf("one"));
  await settle();
  select(1);
  const answer = { done: { points: { key: "f" }, columns0: { key: "fc" } }, failed: {} };
  return { ...all, focus, select, end: { state: "done", result: answer }, asked: all.page.said.asked };
}

test("more positions are asked for once, of the cloud that is shown", async () => {
  const { focus, page, asked, rep, end, select } = await selected();
  assert.deepEqual(asked, [["focus", { layer: "one", samples: [1] }]]);
  focus.soon();
  page.elapse();
  assert.equal(asked.length, 1, "they are on their way");
  await focus.answer(end);
  assert.equal(rep.points.count, 3);
  focus.soon();
  page.elapse();
  assert.equal(asked.length, 1, "they are there");
  select(0);
  assert.equal(rep.focus, null);
  assert.equal(asked.length, 2);
});

test("positions that come late are not drawn into another layer, which asks for its own", async () => {
  const { clouds, focus, page, asked, rep, end } = await selected();
  clouds.plan("a", planOf("two"));
  await settle();
  page.said.header.textContent = "Positions: 40 %";
  await focus.answer(end);
  assert.deepEqual([rep.focus, page.said.header.textContent], [null, ""]);
  focus.soon();
  page.elapse();
  assert.deepEqual(asked.at(-1), ["focus", { layer: "two", samples: [1] }]);
});

test("positions of another selection are not drawn either, however late they are fetched", async () => {
  const { focus, gates, rep, end, select } = await selected();
  gates.f = later();
  const drawn = focus.answer(end);
  select(0);
  gates.f.keep();
  await drawn;
  assert.equal(rep.focus, null);
});

test("positions that cannot be had say why, those of a layer that was left say nothing", async () => {
  const ends = [
    { state: "failed", error: "no memory" },
    { state: "done", result: { done: { points: { key: "f" } }, failed: { columns0: "no memory" } } },
  ];
  for (const end of ends) {
    const { focus, page, rep } = await selected();
    page.said.header.textContent = "Positions: 40 %";
    await focus.answer(end);
    assert.deepEqual([rep.focus, page.said.header.textContent], [null, ""]);
    assert.match(page.said.toasts.join(), /no memory$/);
  }
  const { focus, page, gates, end } = await selected();
  gates.f = later();
  const drawn = focus.answer(end);
  gates.f.fail(new Error("evicted"));
  await drawn;
  assert.match(page.said.toasts.join(), /evicted$/);
  const left = await selected();
  left.clouds.plan("a", planOf("two"));
  await left.focus.answer(ends[0]);
  assert.deepEqual(left.page.said.toasts, []);
});

test("nobody asks for a page that was left, nor across layers, nor for what is all drawn", async () => {
  const { focus, page, asked, workspace, rep } = await selected();
  const again = () => {
    focus.wanted = null;
    focus.ask();
    return asked.length;
  };
  workspace.view.form = "across";
  assert.equal(again(), 1);
  workspace.view.form = "matrix";
  page.parts.panes.a.here = false;
  assert.equal(again(), 1);
  page.parts.panes.a.here = true;
  rep.facts.points = { count: 8, total: 8 };
  assert.equal(again(), 1);
});
