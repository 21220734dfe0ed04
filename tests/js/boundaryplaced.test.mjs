import assert from "node:assert/strict";
import { test } from "node:test";

import { defaults } from "../../assets/lib/address.mjs";
import { tableOf } from "../../assets/dom/sequences.mjs";
import { Files } from "../../assets/pages/boundary/files.mjs";
import { Placed } from "../../assets/pages/boundary/placed.mjs";
import { PlaceForms } from "../../assets/pages/boundary/placeforms.mjs";
import { place } from "../../assets/pages/boundary/placing.mjs";
import * as words from "../../assets/pages/boundary/words.mjs";
import { fakeDocument } from "./fakedom.mjs";
import { later, pageOf, settle } from "./workplace.mjs";

const MAP = { space: "", count: 3, lam: 0.65, neighbours: 30, min_dist: 0.1, distance: "fisher", seed: 0, steps: 5 };

/** What the server makes of what is asked: input k lies at (k, 2 k); every second one is a "y". */
function answer(m) {
  const row = (k) => [k, 2 * k, 0.5, 1, k % 2 ? 0.25 : 0.75, k % 2 ? 0.75 : 0.25];
  const values = Float32Array.from(Array.from({ length: m }, (_, k) => row(k)).flat());
  const headers = { "X-Shape": `${m},6`, "X-Dtype": "<f4", "X-Image-Shape": "1,2,1", "X-Classes": "2" };
  return { ok: true, headers: { get: (name) => headers[name] }, arrayBuffer: async () => values.buffer };
}

function open({ refuse = () => null, gate = () => null } = {}) {
  const document = fakeDocument();
  const boxes = {};
  const id = (name) => (boxes[name] ??= document.createElement("div"));
  const requests = [];
  const workspace = {
    view: { ...defaults(), lam: 0.3 }, study: { title: "Digits", wish: {}, classes: ["x", "y"], dataKey: "d", networkKey: "n" }, ready: true, selected: new Uint32Array(0),
    labels: Int32Array.of(0, 1, 0, 1, 0, 0, 0, -1), predicted: new Int32Array(8),
    className: (k) => (k < 0 ? "unlabelled" : "xy"[k]), imageUrl: (sample) => `/image/${sample}.png`, hover() {},
    on: (event, act) => (workspace.heard = act),
    fetcher: async (url, { method, body }) => {
      const what = JSON.parse(body.get("what"));
      requests.push({ url, method, what, wish: JSON.parse(body.get("wish")), files: body.getAll("file").map(({ name }) => name) });
      const turn = requests.length;
      await gate(turn);
      const trouble = refuse(turn);
      if (trouble) return { ok: false, statusText: "", text: async () => trouble };
      return answer({ samples: () => what.samples.length, attack: () => 2, way: () => what.steps.length, images: () => requests[turn - 1].files.length }[what.kind]());
    },
  };
  const rep = {
    ready: true, key: "here", plan: { map: MAP, wish: { study: "s", lam: 0.3 } }, facts: { map: { window: [0, 100, 0, 100] } },
  };
  const view = { chains: [], gone: [], setChains: (chains) => (view.chains = chains), goTo: (window) => view.gone.push(window), mark() {} };
  let painted = 0;
  const page = pageOf({
    workspace, rep, words, id, view: () => view, paint: () => painted++,
    knobsOfMap: () => ({ study: workspace.view.study, lam: workspace.view.lam }),
  });
  page.bridge.tooltip = { document, text: (...what) => page.said.asked.push(what) };
  const placed = (page.placed = new Placed(page));
  const forms = (page.forms = new PlaceForms(page));
  for (const tab of [placed, forms]) tab.mounted();
  const shown = (name) => page.said.set.findLast(([one]) => one === `boundary-${name}`)?.[1];
  return { page, placed, forms, calls: forms.callbacks(), rep, view, workspace, requests, id, shown, status: () => id("place-status").textContent };
}

const group = (...samples) => ({ called: "bags", origin: "group", what: { kind: "samples", samples } });
const images = (...names) => names.map((name) => new File(["p"], name, { type: "image/png" }));

test("what is placed is asked for with its study, its map and its files", async () => {
  const bodies = [];
  const fetcher = async (url, how) => (bodies.push([url, how]), answer(2));
  const wish = { study: "s", lam: 0.3, b: null };
  const { inputs: found, lead } = await place({ fetcher }, wish, { kind: "images" }, images("a.png", "b.png"));
  const [[url, { method, body }]] = bodies;
  assert.deepEqual([url, method, JSON.parse(body.get("wish")), JSON.parse(body.get("what"))], ["/place", "POST", wish, { kind: "images" }]);
  assert.deepEqual(body.getAll("file").map(({ name }) => name), ["a.png", "b.png"]);
  assert.deepEqual(found.map(({ x, y, label, shape }) => [x, y, label, shape]), [[0, 0, 0, [1, 2, 1]], [1, 2, 1, [1, 2, 1]]]);
  assert.equal(lead, null);
  assert.deepEqual([[...found[1].values], [...found[1].probabilities]], [[0.5, 1], [0.25, 0.75]]);
  const refused = { fetcher: async () => ({ ok: false, statusText: "Busy", text: async () => "b.png is no image.\n" }) };
  await assert.rejects(place(refused, wish, { kind: "images" }, []), /^Error: b\.png is no image\.$/);
});

test("a large group is asked for in parts, which stay in order", async () => {
  const asked = [];
  const fetcher = async (url, { body }) => {
    const { samples } = JSON.parse(body.get("what"));
    asked.push(samples.length);
    return answer(samples.length);
  };
  const samples = Array.from({ length: 450 }, (_, k) => k);
  const { inputs: found } = await place({ fetcher }, {}, { kind: "samples", samples }, []);
  assert.deepEqual([asked, found.length, found[199].x, found[200].x, found[449].x], [[200, 200, 50], 450, 199, 0, 49]);
});

test("a group is drawn and listed with what is decided of it", async () => {
  const { placed, view, status, page, id } = open();
  const one = placed.put(group(0, 1, 2, 7));
  assert.ok(placed.busy && one.asking);
  assert.equal(status(), "Placing bags …");
  await settle();
  assert.deepEqual([placed.busy, status(), placed.size], [false, "bags: 4 inputs placed.", 4]);
  assert.deepEqual(view.chains.map(({ path, diamonds }) => [path, diamonds.map(({ x, y, label }) => [x, y, label])]), [
    [false, [[0, 0, 0], [1, 2, 1], [2, 4, 0], [3, 6, 1]]],
  ]);
  assert.match(id("placed").textContent, /Group · 4 inputs · 3 of 3 decided as their class/);
  placed.tell(one.diamonds[1], { clientX: 0 });
  const [, title, lines, picture] = page.said.asked.at(-1);
  assert.deepEqual([title, lines], ["bags, 2 of 4", ["sample 1", "true: y", "decided: y (75.0 %)"]]);
  assert.equal(picture.tagName, "CANVAS");
});

test("what could not be placed stays, says why, and can be asked for again", async () => {
  const { placed, requests, status, view, id } = open({ refuse: (turn) => (turn === 1 ? "The worker is busy." : null) });
  const one = placed.put(group(0, 1));
  await settle();
  assert.deepEqual([one.inputs, one.trouble, status(), view.chains], [null, "The worker is busy.", "The worker is busy.", []]);
  id("placed").all("pick").find((button) => button.textContent === "Try again").click();
  await settle();
  assert.deepEqual([one.inputs.length, one.trouble, requests.length, placed.list.length], [2, "", 2, 1]);
});

test("an answer of another length is nobody's", async () => {
  const { placed, workspace, view } = open();
  workspace.fetcher = async () => answer(2);
  const one = placed.put(group(0, 1, 2));
  await settle();
  assert.deepEqual([one.inputs, one.trouble, view.chains], [null, "The server placed 2 of 3 inputs.", []]);
});

test("a late answer stays with the map that it was asked for", async () => {
  const gate = later();
  const { placed, rep, view, workspace, page, requests, status } = open({ gate: (turn) => turn === 1 && gate.promise });
  const one = placed.put(group(0, 1));
  rep.key = "there";
  rep.plan = { map: MAP, wish: { study: "s", lam: 0.5 } };
  workspace.view.lam = 0.5;
  placed.draw();
  gate.keep();
  await settle();
  assert.deepEqual([one.map, one.inputs.length, view.chains, placed.here], ["here", 2, [], []]);
  assert.match(status(), /of another map/);
  placed.show(one);
  assert.deepEqual(page.said.views, [{ study: "", lam: 0.3, window: "" }]);
  placed.bring(one);
  await settle();
  assert.deepEqual(requests.map(({ wish }) => wish.lam), [0.3, 0.5]);
  const [other] = placed.here;
  assert.deepEqual([other.what, view.chains.length, placed.list.length], [one.what, 1, 2]);
  placed.bring(one);
  assert.equal(requests.length, 2, "it is there already");
});

test("what was removed meanwhile does not come back, nor is anything said of it", async () => {
  const gate = later();
  const { placed, view, status } = open({ gate: () => gate.promise });
  placed.remove(placed.put(group(0)));
  placed.say("");
  gate.keep();
  await settle();
  assert.deepEqual([placed.list, view.chains, status()], [[], [], ""]);
});

test("a sequence is shown with room around it, a single input not from too near", async () => {
  const { placed, view } = open();
  const [many, one] = [placed.put(group(0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2)), placed.put(group(0))];
  await settle();
  for (const sequence of [many, one]) placed.show(sequence);
  assert.deepEqual(view.gone, [[-3, 13, -6, 26], [-7.5, 7.5, -7.5, 7.5]]);
});

test("the list outlives the page, and so does what is chosen", async () => {
  const { placed, forms, calls, view, id, shown } = open();
  placed.put(group(0, 1));
  await settle();
  calls.boundaryGroups([{ name: "odd ones", indices: [3, 4] }]);
  calls.boundaryGroup("=odd ones");
  calls.boundaryEpsilon(0.2);
  view.chains = [];
  for (const tab of [placed, forms]) tab.mounted();
  assert.equal(view.chains.length, 1);
  assert.match(id("placed").textContent, /1 placed.*Group/);
  assert.deepEqual([shown("place-group").value, shown("place-epsilon").value], ["=odd ones", 0.2]);
});

test("the selection and the groups of the data can be placed", async () => {
  const { calls, workspace, requests, shown, placed } = open();
  assert.deepEqual([shown("place-group-now"), shown("place-step")], [{ disabled: true }, { disabled: true }]);
  workspace.selected = Uint32Array.of(2, 5);
  workspace.heard();
  assert.deepEqual(shown("place-group").data, [{ value: "/", label: "The selection (2)" }]);
  assert.deepEqual([shown("place-group-now"), shown("place-step")], [{ disabled: false }, { disabled: false }]);
  calls.boundaryPlace();
  assert.deepEqual(shown("place-group-now"), { disabled: true }, "one thing at a time");
  await settle();
  calls.boundaryGroups([{ name: "odd ones", indices: [6, 3, 4, 3] }]);
  calls.boundaryGroup("=odd ones");
  calls.boundaryPlace();
  await settle();
  assert.deepEqual(requests.map(({ what }) => what.samples), [[2, 5], [3, 4, 6]]);
  assert.deepEqual(placed.list.map(({ called }) => called), ["Selection of 2", "odd ones"]);
  calls.boundaryGroups([]);
  assert.equal(shown("place-group").value, "/", "a group that is gone cannot be placed");
});

test("a step is taken from the first selected sample, as far as is chosen", async () => {
  const { calls, workspace, requests, placed, id, view } = open();
  calls.boundaryStep();
  assert.equal(requests.length, 0);
  assert.match(id("place-sample").textContent, /Select a sample/);
  workspace.selected = Uint32Array.of(3, 5);
  workspace.heard();
  assert.equal(id("place-sample").textContent, "Sample 3: y, taken for x");
  calls.boundaryEpsilon(0.15);
  assert.equal(id("place-epsilon-now").textContent, "ε = 0.15");
  calls.boundaryStep();
  await settle();
  assert.deepEqual(requests[0].what, { kind: "attack", sample: 3, epsilon: 0.15 });
  assert.deepEqual([placed.list[0].called, view.chains[0].path], ["Sample 3, ε = 0.15", true]);
  assert.match(id("placed").textContent, /Adversarial sample · 2 inputs · x becomes y/);
});

test("the way of an attacked sample is placed, as a path", async () => {
  const { calls, workspace, requests, placed, id, view, shown } = open();
  assert.match(id("place-way-from").textContent, /Attack samples on the Attack page/);
  assert.deepEqual(shown("place-way"), { disabled: true });
  calls.boundaryWay();
  assert.equal(requests.length, 0);
  workspace.attack = { key: "way", network: "n", data: "d", samples: Int32Array.of(1, 3), steps: 40, sample: 1 };
  workspace.heard();
  assert.match(id("place-way-from").textContent, /^Sample 1, as it was attacked/);
  workspace.selected = Uint32Array.of(3);
  workspace.heard();
  assert.match(id("place-way-from").textContent, /^Sample 3,/, "what is selected comes before what was looked at");
  calls.boundaryWay();
  await settle();
  const { steps, ...what } = requests[0].what;
  assert.deepEqual(what, { kind: "way", key: "way", sample: 3 });
  assert.deepEqual([steps.length, steps[0], steps.at(-1), new Set(steps).size], [12, 0, 40, 12]);
  assert.deepEqual([view.chains[0].path, placed.list[0].truth.length], [true, 12]);
  assert.equal(placed.list[0].called, "Way of sample 3, 12 of 41 steps");
  workspace.attack = { ...workspace.attack, steps: 2 };
  calls.boundaryWay();
  await settle();
  assert.deepEqual(requests[1].what.steps, [0, 1, 2]);
  workspace.attack = { ...workspace.attack, network: "another" };
  workspace.heard();
  assert.deepEqual(shown("place-way"), { disabled: true }, "it is another network's");
});

test("files are chosen or dropped, and what cannot be taken is said", async () => {
  const { id, requests, status, page, placed } = open();
  const input = id("place-files").one("input");
  Object.assign(input, { files: images("a.png", "b.png"), value: "a.png" });
  input.fire("change");
  await settle();
  assert.deepEqual([requests[0].files, requests[0].what, input.value], [["a.png", "b.png"], { kind: "images" }, ""]);
  assert.match(id("placed").textContent, /Image files · 2 inputs · decided: x \(1\), y \(1\)/);
  assert.equal(placed.list[0].called, "a.png and 1 more");
  const drop = (files, types = ["Files"]) => id("map").fire("drop", { dataTransfer: { types, files } });
  drop([new File([""], "notes.txt", { type: "text/plain" })]);
  assert.equal(status(), "notes.txt is no PNG, JPEG, BMP or WebP image, so that nothing was placed.");
  assert.deepEqual(page.said.set.findLast(([name]) => name === "boundary-tab"), ["boundary-tab", { value: "placed" }]);
  drop(images(...Array.from({ length: 65 }, (_, k) => `${k}.png`)));
  assert.match(status(), /65 files; at most 64/);
  const large = images("a.png", "b.png").map((file) => Object.defineProperty(file, "size", { value: 4 * 2 ** 20 }));
  drop(large);
  assert.equal(status(), "These files take 8.0 MiB; at most 7.5 MiB can be placed at once.");
  drop([], ["text/plain"]);
  assert.equal(requests.length, 1);
  const over = { dataTransfer: { types: ["Files"] } };
  id("map").fire("dragover", over);
  assert.deepEqual([over.dataTransfer.dropEffect, id("map").className], ["copy", "dropping"]);
  id("map").fire("dragleave", over);
  assert.equal(id("map").className, "");
});

test("too much, and anything while there is no map, is refused in words", () => {
  const { placed, calls, status, requests, rep, workspace } = open();
  calls.boundaryGroups([{ name: "all", indices: Array.from({ length: 2001 }, (_, k) => k) }]);
  calls.boundaryGroup("=all");
  calls.boundaryPlace();
  assert.equal(status(), "all has 2,001 samples; at most 2,000 can be placed at once.");
  for (let k = 0; k < 61; k++) placed.put(group(0));
  assert.match(status(), /60 things have been placed, and at most/);
  rep.ready = false;
  assert.equal(placed.put(group(0)), null);
  Object.assign(rep, { ready: true });
  Object.assign(workspace, { ready: false, labels: null });
  placed.list = [];
  assert.equal(placed.put(group(0)), null, "another study is being opened");
  assert.deepEqual([status(), requests.length], ["There is no map yet.", 60]);
  placed.clear();
  assert.deepEqual([placed.list, placed.next, status()], [[], 1, ""]);
});

test("all that was placed is in a table", async () => {
  const { placed, page } = open();
  const saved = [];
  page.bridge.save = (...what) => saved.push(what);
  const files = new Files(page);
  files.placedCsv();
  assert.match(page.said.toasts[0], /Nothing has been placed/);
  placed.put({ ...group(1, 7), name: "odd" });
  placed.put({ called: "a.png", origin: "file", what: { kind: "images" }, files: images("a.png") });
  await settle();
  const { columns, rows } = tableOf(placed.list);
  assert.deepEqual(columns.slice(0, 9), ["name", "origin", "number", "input", "x", "y", "true_class", "decided", "probability"]);
  assert.deepEqual(rows.map((row) => row.slice(0, 9)), [
    ["odd", "group", 1, "sample 1", 0, 0, "y", "x", 0.75],
    ["odd", "group", 2, "sample 7", 1, 2, "", "y", 0.75],
    ["a.png", "file", 1, "a.png", 0, 0, "", "x", 0.75],
  ]);
  files.placedCsv();
  assert.deepEqual([saved[0][0], saved[0][1].split("\n").length], ["-placed.csv", 5]);
});
