import assert from "node:assert/strict";
import { test } from "node:test";

import { LayerGraph } from "../../assets/dom/layergraph.mjs";
import { fakeBox } from "./fakedom.mjs";

const layer = (name, size = 4) => ({ name, shape: [size] });
const WHAT = {
  layers: [layer("input"), layer("left"), layer("right", 1), layer("join")],
  edges: [["input", "left"], ["input", "right"], ["left", "join"], ["right", "join"]],
  path: ["input", "left", "join"], now: "left",
};

function open() {
  const box = fakeBox();
  const gone = [];
  const graph = new LayerGraph(box, (name) => gone.push(name));
  graph.show(WHAT);
  return { box, gone, graph };
}

test("all layers are there, the path stands out, and one is where one is", () => {
  const { box } = open();
  const rows = box.all("layer-row");
  assert.deepEqual(rows.map((row) => row.one("layer-name").textContent), ["input", "left", "right", "join"]);
  assert.deepEqual(rows.map((row) => row.classList.contains("followed")), [true, true, false, true]);
  assert.deepEqual(rows.map((row) => row.getAttribute("aria-current")), [null, "true", null, null]);
  assert.equal(box.all("path").length, 4);
  assert.equal(box.all("circle").length, 4);
});

test("a click goes to a layer, but not to one of a single dimension", () => {
  const { box, gone } = open();
  const [input, , right] = box.all("layer-row");
  input.click();
  assert.deepEqual(gone, ["input"]);
  assert.equal(right.disabled, true);
});

test("another layer of the same path moves the mark alone", () => {
  const { box, graph } = open();
  const [row] = box.all("layer-row");
  graph.list.isConnected = true;
  graph.show({ ...WHAT, now: "join" });
  assert.equal(box.all("layer-row")[0], row);
  assert.equal(box.all("layer-row")[3].getAttribute("aria-current"), "true");
  graph.show({ ...WHAT, path: ["input", "right", "join"] });
  assert.notEqual(box.all("layer-row")[0], row);
});
