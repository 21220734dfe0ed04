import assert from "node:assert/strict";
import { test } from "node:test";

import { Space } from "../../assets/pages/compare/space.mjs";
import { fakeBox } from "./fakedom.mjs";
import { pageOf } from "./workplace.mjs";

const PIECES = [{ start: 0, shape: [2, 2, 1], factor: 1 }, { start: 4, shape: [2, 2, 3], factor: 1 }, { start: 16, shape: [2], factor: 1 }];
const LAYERS = [
  { name: "input", kind: "input", operation: "Input", shape: [2, 2, 1], parameters: 0 },
  { name: "conv", kind: "convolution", operation: "Conv2D", shape: [2, 2, 3], parameters: 30 },
  { name: "out", kind: "output", operation: "softmax", shape: [2], parameters: 8 },
];

function open({ webgl = true } = {}) {
  const boxes = new Map();
  const id = (name) => {
    if (!boxes.has(name)) boxes.set(name, Object.assign(fakeBox(), { clientWidth: 800, clientHeight: 600, isConnected: true }));
    return boxes.get(name);
  };
  const columns = id("columns");
  columns.ownerDocument.createElement = () => ({ getContext: () => (webgl ? {} : null) });
  const workspace = { study: { networkKey: "n", layers: LAYERS, pieces: PIECES }, scheme: "light", on() {} };
  const page = { ...pageOf({ workspace }), id, layer: "out", filter: null, shown: { left: new Float32Array(18).map((_, k) => k), titles: ["Sample 1", "x"] } };
  Object.assign(page, {
    go: (layer) => Object.assign(page, { layer, filter: null }),
    point: (filter) => Object.assign(page, { filter }),
  });
  page.bridge.window.getComputedStyle = () => ({ getPropertyValue: () => " #123456 " });
  page.bridge.byId = () => columns;
  const space = new Space(page, () => {});
  const figures = () => page.said.set.filter(([one]) => one === "compare-space").map(([, { figure }]) => figure);
  space.mounted();
  return { space, page, figures, id, boxes, calls: space.callbacks() };
}

const over = (calls, curveNumber, pointNumber) => calls.compareSpaceHover({ points: [{ curveNumber, pointNumber }] });

test("nothing is drawn before somebody looks, and then a mesh for every layer", () => {
  const { figures, calls, id } = open();
  assert.equal(figures().length, 0);
  calls.compareForm("space");
  const [{ data }] = figures();
  assert.deepEqual(data.filter(({ type }) => type === "mesh3d").map(({ name }) => name), ["input", "conv", "out"]);
  assert.match(id("space-note").textContent, /Drag to turn/);
});

test("a control that has just appeared is nobody's choice", () => {
  const { space, calls, boxes } = open();
  calls.compareForm("space");
  boxes.delete("space-box");
  space.mounted(); // the page was left and is there again
  calls.compareForm("flat");
  assert.equal(space.open, true);
  calls.compareForm("flat");
  assert.equal(space.open, false);
});

test("other values are drawn, also under the same title", () => {
  const { space, page, figures, calls } = open();
  calls.compareForm("space");
  space.draw();
  assert.equal(figures().length, 1);
  page.shown = { ...page.shown, left: new Float32Array(18) };
  space.draw();
  assert.equal(figures().length, 2);
});

test("a click opens a layer, chooses a map, and closes it again", () => {
  const { space, page, calls } = open();
  calls.compareForm("space");
  space.click();
  assert.equal(space.expanded, "", "nothing was pointed at");
  over(calls, 1, 20);
  space.click();
  assert.deepEqual([space.expanded, page.layer, page.filter], ["conv", "conv", null]);
  const second = Array.from(space.made[1].owner).indexOf(2);
  over(calls, 1, second);
  space.click();
  assert.equal(page.filter, 2);
  space.click();
  assert.deepEqual([space.expanded, page.filter], ["", null]);
  calls.compareSpaceHover(null);
  space.click();
  assert.equal(space.expanded, "");
});

test("a layer that is chosen elsewhere is opened, and a browser without WebGL says so", () => {
  const { space, page, calls } = open();
  calls.compareForm("space");
  page.go("conv");
  space.draw();
  assert.equal(space.expanded, "conv");
  const blind = open({ webgl: false });
  blind.calls.compareForm("space");
  assert.match(blind.id("space-note").textContent, /no WebGL/);
  assert.equal(blind.figures().length, 0);
});
