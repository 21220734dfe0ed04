import assert from "node:assert/strict";
import { test } from "node:test";

import { MapsPanel } from "../../assets/pages/embedding/maps.mjs";
import { later, pageOf, settle } from "./workplace.mjs";

const study = (more = {}) => ({
  networkKey: "net", dataKey: "test", classes: ["a", "b"], layers: [], pieces: [], wish: {}, ...more,
});

/** A panel; its server answers at once unless a gate is named after what is asked for. */
function open() {
  const gates = {};
  const workspace = {
    ready: true, study: study(), selected: new Uint32Array(0), labels: new Int32Array(99),
    hovered: null, classifies: false, className: (k) => ["a", "b"][k],
  };
  workspace.maps = async (sample) => {
    const { dataKey } = workspace.study;
    await gates[sample]?.promise;
    return `maps of ${dataKey} ${sample}`;
  };
  workspace.array = async (key, name) => (await gates[`${key} ${name}`]?.promise, { values: `${key} ${name}` });
  const shown = [];
  const view = { layers() {}, clear: (text) => shown.push(text), show: ({ values }) => shown.push(values) };
  const page = pageOf({ workspace, parts: { maps: view } });
  const panel = new MapsPanel(page);
  panel.mounted();
  const end = (done) => ({ state: "done", result: { done, failed: {} } });
  const open = (more) => {
    workspace.study = study(more);
    panel.study();
  };
  return { panel, workspace, shown, gates, end, open, asked: page.said.asked };
}

const HINT = /^Point at a sample/;

test("other data on the same network has other maps, of samples and of classes", async () => {
  const { panel, shown, open: take, asked, end } = open();
  panel.show(5);
  await settle();
  take({ dataKey: "train" });
  await settle();
  assert.equal(shown.at(-1), "maps of train 5");
  panel.ofClass(1);
  await panel.answer(end({ "class maps": { key: "train's" } }));
  assert.equal(shown.at(-1), "train's 1");
  take({ dataKey: "other" });
  assert.equal(asked.length, 2, "its classes are asked for");
  assert.match(shown.at(-1), HINT);
});

test("back at what is shown, nothing that is on its way replaces it", async () => {
  const { panel, shown, gates } = open();
  gates[6] = later();
  panel.show(5);
  await settle();
  panel.show(6);
  panel.show(5);
  gates[6].keep();
  await settle();
  assert.deepEqual(shown.slice(1), ["maps of test 5"]);
  panel.show(6);
  await settle();
  assert.equal(shown.at(-1), "maps of test 6", "it was kept");
});

test("a mean that is late gives way to a newer wish", async () => {
  const { panel, shown, gates, end, workspace } = open();
  panel.ofClass(0);
  await panel.answer(end({ "class maps": { key: "K" } }));
  gates["K 1"] = later();
  panel.ofClass(1);
  panel.show(7);
  await settle();
  gates["K 1"].keep();
  await settle();
  assert.equal(shown.at(-1), "maps of test 7");
  workspace.selected = Uint32Array.of(1, 2);
  panel.selected();
  panel.show(8);
  await settle();
  await panel.answer(end({ "mean maps": { key: "M" } }));
  assert.equal(shown.at(-1), "maps of test 8");
});

test("the answer about all classes serves the class that is wished for by then", async () => {
  const { panel, shown, end } = open();
  panel.ofClass(0);
  panel.ofClass(1);
  await panel.answer(end({ "class maps": { key: "K" } }));
  assert.deepEqual(shown.slice(1), ["K 1"]);
});

test("what was asked of another study is not taken up", async () => {
  const { panel, shown, gates, end, open: take, asked } = open();
  panel.ofClass(0);
  take({ networkKey: "other" });
  assert.equal(asked.length, 2, "it is asked for again");
  panel.job = { wish: {}, network: "net test" }; // as it was asked for before
  await panel.answer(end({ "class maps": { key: "old" } }));
  assert.equal(panel.classes, null);
  gates[3] = later();
  panel.show(3);
  take({ networkKey: "third" });
  gates[3].keep();
  await settle();
  assert.deepEqual(shown.filter((text) => !HINT.test(text)), ["maps of test 3"], "asked for once more");
  assert.equal(panel.known.size, 1);
});

test("what cannot be had says why while it is wished for, and can be wished for again", async () => {
  const { panel, shown, gates, end } = open();
  gates["K 1"] = later();
  panel.ofClass(1);
  const answer = panel.answer(end({ "class maps": { key: "K" } }));
  gates["K 1"].fail(new Error("evicted"));
  await answer;
  assert.equal(shown.at(-1), "evicted");
  panel.ofClass(0);
  await settle();
  assert.equal(shown.at(-1), "K 0");
  gates[4] = later();
  panel.show(4);
  panel.show(5);
  gates[4].fail(new Error("too late"));
  await settle();
  assert.equal(shown.at(-1), "maps of test 5");
  panel.show(6);
  await panel.answer({ state: "failed", error: "nobody asked" });
  await settle();
  assert.equal(shown.at(-1), "maps of test 6");
});

test("nothing selected any more leaves no mean, and leaves a sample", async () => {
  const { panel, shown, end, workspace } = open();
  workspace.selected = Uint32Array.of(1, 2);
  panel.selected();
  await panel.answer(end({ "mean maps": { key: "M" } }));
  assert.equal(shown.at(-1), "M values");
  workspace.selected = new Uint32Array(0);
  panel.selected();
  assert.match(shown.at(-1), HINT);
  panel.show(2);
  await settle();
  panel.selected();
  assert.equal(shown.at(-1), "maps of test 2");
});
