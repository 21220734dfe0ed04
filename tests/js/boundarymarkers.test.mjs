import assert from "node:assert/strict";
import { test } from "node:test";

import { defaults } from "../../assets/lib/address.mjs";
import { Markers } from "../../assets/pages/boundary/markers.mjs";
import { Pockets } from "../../assets/pages/boundary/pockets.mjs";
import * as words from "../../assets/pages/boundary/words.mjs";
import { fakeBox } from "./fakedom.mjs";
import { later, pageOf, settle } from "./workplace.mjs";

const MAP = { space: "", count: 3, lam: 0.65, neighbours: 30, min_dist: 0.1, distance: "fisher", seed: 0, steps: 5 };

/** A page with a map of three samples; the server makes two values and two classes of a place. */
function open({ refuse = () => null, gate = null } = {}) {
  const urls = [];
  const selected = [];
  const workspace = {
    view: defaults(), study: { title: "Digits", wish: {}, classes: ["x", "y"] }, labels: Int32Array.of(0, 1, 0, 1, 0, 1, 0, 0), predicted: new Int32Array(8),
    className: (k) => "xy"[k], imageUrl: () => null, hover() {},
    select: (samples, how) => selected.push([[...samples], how]),
    fetcher: async (url) => {
      urls.push(url);
      await gate;
      const trouble = refuse(urls.length);
      if (trouble) return { ok: false, statusText: "", text: async () => trouble };
      const places = new URLSearchParams(url.split("?")[1]).get("points").split(";").map((place) => place.split(",").map(Number));
      const values = Float32Array.from(places.flatMap(([x, y]) => [x / 10, y / 10, x > 5 ? 0.1 : 0.9, x > 5 ? 0.9 : 0.1]));
      const headers = { "X-Shape": `${places.length},4`, "X-Dtype": "<f4", "X-Image-Shape": "1,2,1", "X-Classes": "2" };
      return { ok: true, headers: { get: (name) => headers[name] }, arrayBuffer: async () => values.buffer };
    },
  };
  const rep = {
    ready: true, key: "here", plan: { map: MAP, wish: { study: "s" }, parts: { pockets: { key: "p" } } }, errors: {},
    map: { samples: Int32Array.of(7, 5, 3), x: Float32Array.of(0, 10, 4), y: Float32Array.of(0, 10, 4) },
    facts: { map: { extent: 10, window: [0, 10, 0, 10] } },
  };
  const box = fakeBox();
  const moved = [];
  const view = {
    pins: [], setPins: (pins, next) => Object.assign(view, { pins, next }),
    centre: (place) => moved.push(place), goTo: (window) => moved.push(window),
  };
  const page = pageOf({
    workspace, rep, words, id: () => box, view: () => view, knobsOfMap: () => ({ lam: workspace.view.lam }),
  });
  page.bridge.how = () => "replace";
  const markers = (page.markers = new Markers(page));
  markers.mounted();
  return { page, markers, rep, urls, box, view, moved, selected, said: page.said };
}

test("a place that is looked at gets a number, an image, a class and its nearest sample", async () => {
  const { markers, view, urls, box } = open();
  const [one] = markers.drop([9, 8], null);
  assert.deepEqual([one.number, one.row, one.map, view.pins, view.next], [1, 0, "here", [one], 2]);
  await settle();
  assert.equal(urls.length, 1);
  assert.deepEqual([one.label, one.nearest.sample], [1, 5]);
  assert.ok(Math.abs(one.nearest.distance - Math.hypot(1, 2) / 10) < 1e-6);
  assert.deepEqual([one.pixels.width, one.pixels.height, one.pixels.data[0]], [2, 1, 229]);
  assert.match(box.textContent, /1 marker.*y.*\.90/);
});

test("a line is six places in a row, asked for at once, and numbers go on", async () => {
  const { markers, urls } = open();
  markers.drop([1, 1], null);
  const row = markers.drop([0, 0], [10, 0]);
  assert.deepEqual(row.map(({ number, row: line, x }) => [number, line, Math.round(x)]), [2, 3, 4, 5, 6, 7].map((k) => [k, 2, 2 * (k - 2)]));
  await settle();
  assert.equal(urls.length, 2, "what was on its way comes first");
  assert.ok(markers.list.every(({ found }) => found));
  assert.deepEqual(row.map(({ label }) => label), [0, 0, 0, 1, 1, 1]);
  markers.remove(row[0]);
  assert.equal(markers.drop([5, 5], null)[0].number, 8, "a number is not given twice");
  markers.clear();
  assert.equal(markers.drop([5, 5], null)[0].number, 1);
});

test("many places are asked for in parts that a request may have", async () => {
  const { markers, urls, said } = open();
  for (let k = 0; k < 25; k++) markers.drop([0, 0], [10, k]);
  await settle();
  await settle();
  const sizes = urls.map((url) => new URLSearchParams(url.split("?")[1]).get("points").split(";").length);
  assert.ok(sizes.every((size) => size <= 64), String(sizes));
  assert.equal(sizes.reduce((a, b) => a + b, 0), 150);
  for (let k = 0; k < 26; k++) markers.drop([0, 0], [10, k]);
  assert.equal(markers.list.length, 300);
  assert.match(said.toasts.at(-1), /at most 300/);
});

test("a place that cannot be had says why, and is asked for again only when told to", async () => {
  const { markers, urls } = open({ refuse: (turn) => (turn === 1 ? "The worker is busy." : null) });
  const [one] = markers.drop([1, 1], null);
  await settle();
  assert.deepEqual([one.trouble, one.found, urls.length], ["The worker is busy.", null, 1]);
  const [two] = markers.drop([9, 9], null);
  await settle();
  assert.ok(two.found && !one.found);
  await markers.fetch(true);
  assert.ok(one.found && one.trouble === "");
});

test("markers belong to their map; on another one they are kept, and lead back", async () => {
  const gate = later();
  const { markers, rep, view, said, page } = open({ gate: gate.promise });
  page.bridge.workspace.view.lam = 0.3;
  const [one] = markers.drop([1, 1], null);
  rep.key = "there";
  page.bridge.workspace.view.lam = 0.5;
  markers.follow();
  gate.keep();
  await settle();
  assert.deepEqual([view.pins, one.label, one.nearest], [[], 0, null], "its nearest sample is one of its own map");
  markers.show(one);
  assert.deepEqual(said.views, [{ lam: 0.3, window: "" }]);
  rep.key = "here";
  markers.follow();
  assert.deepEqual([view.pins, one.nearest.sample], [[one], 7]);
  const { columns, rows } = markers.table();
  assert.deepEqual([columns.length, rows[0].length, rows[0][0], rows[0][5]], [11, 11, 1, "x"]);
});

test("markers of another study keep the classes of their own", async () => {
  const { markers, rep, page, box } = open();
  const { workspace } = page.bridge;
  markers.drop([9, 1], null);
  await settle();
  rep.key = "there";
  workspace.study = { title: "Other", wish: {}, classes: ["boot", "x", "bag"] };
  workspace.className = (k) => workspace.study.classes[k];
  markers.drop([1, 1], null);
  await settle();
  const { columns, rows } = markers.table();
  assert.deepEqual(columns.slice(9), ["p x", "p y", "p boot", "p bag"]);
  const told = rows.map((row) => row.map((value) => (typeof value === "number" ? Math.round(100 * value) / 100 : value)));
  assert.deepEqual(told.map((row) => [row[5], row[6], ...row.slice(9)]), [["y", 0.9, 0.1, 0.9, "", ""], ["boot", 0.9, 0.1, "", 0.9, ""]]);
  assert.match(box.one("away").textContent, /^1y · /);
  markers.list[0].label = -1;
  assert.deepEqual(markers.table().rows[0].slice(5, 7), ["", ""], "an answer that is no number decides nothing");
});

test("what somebody set outlives the page and the tab's next loading", async () => {
  const first = open();
  const [one] = first.markers.drop([9, 1], null);
  first.markers.rename(one, "  odd one ");
  const [, { data }] = first.said.set.findLast(([id]) => id === "boundary-kept");
  const kept = JSON.parse(JSON.stringify(data));
  assert.ok(JSON.stringify(kept).length < 400, "without what can be asked for again");
  const second = open();
  second.markers.restore(kept);
  await settle();
  const [again] = second.markers.list;
  assert.deepEqual([again.name, again.number, again.label, second.markers.next], ["odd one", 1, 1, 2]);
  second.markers.restore({ next: 9, list: [] });
  assert.equal(second.markers.list.length, 1, "what there is is not forgotten");
  second.markers.restore(undefined);
});

const POCKET = { label: 0, inside: 1, centre: [5, 5], box: [4.9, 5.1, 4.8, 5.2], score: 1, sentence: "", samples: [2, 0], nearest: [] };

test("a pocket is zoomed to, marked once, and its samples selected", async () => {
  const { page, markers, rep, moved, selected } = open();
  rep.pockets = { pockets: [POCKET], more: 0, clusters: [] };
  const pockets = new Pockets(page);
  pockets.mounted();
  pockets.go(POCKET);
  pockets.go(POCKET);
  assert.equal(markers.list.length, 1);
  assert.equal(markers.list[0].name, "pocket: x in y");
  assert.deepEqual(selected[0], [[3, 7], "replace"]);
  const [left, right, bottom, top] = moved[0];
  assert.ok(left < 4.9 && right > 5.1 && bottom < 4.8 && top > 5.2, String(moved[0]));
  assert.ok(right - left >= 0.59, "never so near that nothing around it is seen");
  pockets.go({ ...POCKET, samples: [], centre: [6, 6] });
  assert.equal(selected.length, 2, "an empty pocket leaves the selection");
});

test("samples that err together are zoomed to and selected", () => {
  const { page, rep, moved, selected, markers } = open();
  const cluster = { true: 0, taken_for: 1, samples: [2, 0], medoid: 2, centre: [5, 5], radius: 0.2, sentence: "" };
  rep.pockets = { pockets: [], more: 0, clusters: [cluster] };
  page.bridge.workspace.imageUrl = () => "";
  const pockets = new Pockets(page);
  pockets.mounted();
  pockets.together(cluster);
  assert.deepEqual(selected, [[[3, 7], "replace"]]);
  const [left, right, bottom, top] = moved[0];
  assert.ok(left < 4.8 && right > 5.2 && bottom < 4.8 && top > 5.2, String(moved[0]));
  assert.equal(markers.list.length, 0);
});

test("pictures of pockets belong to their map, and can be asked for again", async () => {
  const { page, rep, urls } = open({ refuse: (turn) => (turn === 1 ? "busy" : null) });
  rep.pockets = { pockets: [POCKET, { ...POCKET, centre: [1, 1] }], more: 0, clusters: [] };
  const pockets = new Pockets(page);
  pockets.mounted();
  await pockets.follow();
  assert.deepEqual([pockets.trouble, pockets.pictures.length], ["busy", 0]);
  await pockets.follow();
  assert.deepEqual([pockets.trouble, pockets.pictures.length], ["", 2]);
  await pockets.follow();
  assert.equal(urls.length, 2, "they are known");
  rep.plan.parts.pockets.key = "q";
  rep.pockets = { pockets: [], more: 0, clusters: [] };
  await pockets.follow();
  assert.equal(urls.length, 2, "there is nothing to ask for");
});
