import assert from "node:assert/strict";
import { test } from "node:test";

import { Workspace } from "../../assets/dom/workspace.mjs";
import { defaults } from "../../assets/lib/address.mjs";
import { boundary } from "../../assets/pages/boundary.mjs";
import { fakeDocument } from "./fakedom.mjs";
import { later, settle } from "./workplace.mjs";

const MAP = { space: "", count: 3, lam: 0.65, neighbours: 30, min_dist: 0.3, distance: "fisher", seed: 0, steps: 5 };
const WHOLE = [0, 10, 0, 10];
const FACTS = {
  map: { count: 3, window: WHOLE, scores: {}, extent: 8 }, coarse: { window: WHOLE, side: 32 },
  fine: { window: WHOLE, side: 200 }, second: { window: WHOLE, side: 200 },
  trust: { share: 0.5, sentence: "Half of it.", thresholds: { error: 0.1, reach: 0.1 } }, pockets: { pockets: [], more: 0, clusters: [] },
};
const ARRAYS = {
  samples: [[0, 2, 3], [3], "<i4"], embedding: [[1, 1, 5, 5, 9, 9], [3, 2], "<f4"], label: [[0], [1, 1], "|u1"],
  sharp: [[0, 0, 0, 0], [2, 2], "|u1"], certainty: [[200], [1, 1], "|u1"], mask: [[1, 1, 1, 1], [2, 2], "|u1"],
  error: [[0, 0, 0, 0], [2, 2], "<f4"], reach: [[0, 0, 0, 0], [2, 2], "<f4"], contradicting: [[2], [1], "<i4"],
  labels: [[0, 1, 1, 0], [4], "<i4"], predicted: [[0, 1, 1, 1], [4], "<i4"], confidence: [[1, 1, 1, 1], [4], "<f4"],
};
const KINDS = { "<i4": Int32Array, "<f4": Float32Array, "|u1": Uint8Array };
const ALL = ["map", "coarse", "fine", "trust", "pockets"];

function studyOf(name, more = {}) {
  return {
    state: "ready", name, title: name, split: "test", n: 4, total: 4, labelled: 4, classes: ["x", "y"], epochs: [], dataKey: "d",
    colour: "class", keys: { card: `${name} card`, predictions: `${name} predictions`, thumbnails: null },
    wish: { study: name, split: "", epoch: null }, ...more,
  };
}

/** The page in a document, with a server that knows the arrays of all maps. */
async function open({ slow = () => null, arrays = {}, view = {} } = {}) {
  const document = fakeDocument();
  const { createElement } = document;
  document.createElement = (tag) => Object.assign(createElement(tag), { isConnected: true, clientWidth: 400, clientHeight: 400 });
  const boxes = {};
  const byId = (id) => (boxes[id] ??= document.createElement("div"));
  const workspace = new Workspace(async (url) => {
    await slow(url);
    const [, , key, name] = decodeURIComponent(url).split("/");
    const [values, shape, type] = arrays[`${key} ${name}`] ?? ARRAYS[name];
    const headers = { "X-Shape": shape.join(","), "X-Dtype": type };
    return { ok: true, headers: { get: (one) => headers[one] }, arrayBuffer: async () => KINDS[type].from(values).buffer };
  });
  const said = { set: [], views: [], toasts: [] };
  const timers = [];
  const bridge = {
    workspace, byId, window: { setTimeout: (act) => timers.push(act), clearTimeout: (k) => delete timers[k - 1] },
    tooltip: { hide() {}, sample() {}, document }, set: (id, props) => said.set.push([id, props]), toast: (text) => said.toasts.push(text),
    nothing: () => undefined, how: () => "replace", save() {},
    changeView: (patch) => (said.views.push(patch), workspace.setView({ ...workspace.view, ...patch })),
  };
  workspace.setView({ ...defaults(), ...view });
  const page = boundary(bridge);
  const study = studyOf("one");
  await workspace.open(study);
  page.shown();
  const label = () => boxes["boundary-map"].one("map-samples").getAttribute("aria-label");
  const settled = async () => {
    await settle();
    document.defaultView.nextFrame();
    for (let k = 0; k < timers.length; k++) {
      const act = timers[k];
      delete timers[k];
      act?.();
    }
    await settle();
  };
  return { page, workspace, said, boxes, study, label, settled, text: (id) => boxes[`boundary-${id}`].textContent };
}

function planOf(name, { there = ALL, wish = {}, b = "" } = {}) {
  const names = [...ALL, ...(b ? ["second"] : [])];
  const key = (part) => (part === "second" ? `${name} ${b}` : `${name} ${part}`);
  const parts = names.map((part) => [part, { key: key(part), facts: [...there, "second"].includes(part) ? FACTS[part] : null }]);
  return {
    map: MAP, spaces: [""], network: "n", data: "d", errors: {}, missing: names.length - there.length, parts: Object.fromEntries(parts),
    wish: {
      study: "one", split: "", epoch: null, space: "", count: 300, lam: 0.65, neighbours: 30, mindist: 0.3, distance: "fisher",
      b: b ? { study: b } : null, ...wish,
    },
  };
}

test("a map is drawn with its title and told for those who do not see it", async () => {
  const { page, settled, text, label } = await open();
  page.boundaryPlan(planOf("one"));
  await settled();
  assert.equal(text("title"), "Map of the input space");
  assert.match(label(), /^Map of the input space: 3 samples, 1 of them taken for another class, 1 in a region .* Regions: x 100\.0 %\./);
});

test("parts that come before their study is known are no trouble", async () => {
  const gate = later();
  const { page, workspace, settled, text, boxes, label } = await open({ slow: (url) => url.includes("two card") && gate.promise });
  page.boundaryPlan(planOf("one"));
  await settled();
  const opening = workspace.open(studyOf("two"));
  page.boundaryPlan(planOf("another", { wish: { study: "two" } }));
  await settled();
  workspace.setView({ ...workspace.view, study: "two" });
  await settled();
  assert.deepEqual([text("status"), boxes["boundary-again"].className], ["", "hidden"]);
  gate.keep();
  await opening;
  await settled();
  assert.deepEqual([text("status"), text("title")], ["", "Map of the input space"]);
  assert.match(label(), /1 in a region/);
});

test("a part of a map that the link names is seen, also of one that somebody goes back to", async () => {
  const { page, workspace, settled, said } = await open({ view: { window: "2,4,2,4" } });
  const seen = () => workspace.view.window;
  page.boundaryPlan(planOf("one"));
  await settled();
  assert.equal(seen(), "2,4,2,4");
  // Another map, as the controls choose it.
  workspace.setView({ ...workspace.view, lam: 0.2, window: "" });
  await settled();
  assert.equal(seen(), "", "what is still seen of the map before is not said of the next one");
  page.boundaryPlan(planOf("two", { wish: { lam: 0.2 } }));
  await settled();
  assert.equal(seen(), "");
  // The browser's button.
  workspace.setView({ ...workspace.view, lam: null, window: "2,4,2,4" });
  await settled();
  page.boundaryPlan(planOf("one"));
  await settled();
  assert.equal(seen(), "2,4,2,4");
  // Another epoch, whose view says nothing of a window of its own.
  workspace.setView({ ...workspace.view, epoch: 3 });
  await settled();
  await workspace.open(studyOf("one", { keys: { card: "third", predictions: "third", thumbnails: null }, wish: { study: "one", split: "", epoch: 3 } }));
  page.boundaryPlan(planOf("three", { wish: { epoch: 3 } }));
  await settled();
  assert.equal(seen(), "");
  assert.deepEqual(said.toasts, []);
});

test("B's decisions are told where they are shown", async () => {
  const arrays = { "one t sharp": [[1, 1, 1, 0], [2, 2], "|u1"] };
  const { page, workspace, settled, label, text } = await open({ arrays });
  await workspace.openSecond(studyOf("t"));
  workspace.setView({ ...workspace.view, ground: "b" });
  page.boundaryPlan(planOf("one", { b: "t" }));
  await settled();
  assert.equal(text("title"), "Map of the input space, decisions of B");
  assert.match(label(), /decisions of B: .* Regions: y 75\.0 %, x 25\.0 %\./);
});
