import assert from "node:assert/strict";
import { test } from "node:test";

import { Kept } from "../../assets/pages/tour/kept.mjs";
import { fakeBox } from "./fakedom.mjs";
import { pageOf } from "./workplace.mjs";

function open(stored = null) {
  const box = fakeBox();
  box.isConnected = true;
  const page = pageOf({ workspace: {}, id: () => box });
  const storage = { text: stored, getItem: () => storage.text, setItem: (_, text) => (storage.text = text) };
  const gone = [];
  const view = { data: { space: "dense", centre: new Float32Array(2) }, matrix: Float64Array.of(1, 0, 0, 1), goTo: (plane) => gone.push(Array.from(plane)) };
  const kept = new Kept(page, () => view, storage);
  kept.mounted();
  kept.draw();
  const names = () => box.all("li").map((row) => row.all("button")[0].textContent);
  return { box, page, storage, gone, view, kept, names };
}

test("steps are taken back one by one, those of the same layer", () => {
  const { kept, view, gone, page } = open();
  kept.remember();
  view.matrix = Float64Array.of(0, 1, 1, 0);
  kept.remember();
  kept.undo();
  kept.undo();
  assert.deepEqual(gone, [[0, 1, 1, 0], [1, 0, 0, 1]]);
  kept.undo();
  kept.remember();
  view.data = { ...view.data, space: "other" };
  kept.undo();
  assert.equal(page.said.toasts.length, 2);
  assert.equal(gone.length, 2);
});

test("a projection is kept under a name, gone to and forgotten", () => {
  const { kept, gone, names, box, view } = open();
  kept.keep(" mine ");
  view.matrix = Float64Array.of(0, 1, 1, 0);
  kept.keep("other");
  kept.keep("mine");
  assert.deepEqual(names(), ["other", "mine"]);
  box.all("li")[1].all("button")[0].click();
  assert.deepEqual(gone, [[0, 1, 1, 0]]);
  box.all("li")[0].all("button")[1].click();
  assert.deepEqual(names(), ["mine"]);
  view.data = { ...view.data, space: "elsewhere" };
  kept.draw();
  assert.deepEqual(names(), [], "of another layer");
});

test("what somebody else wrote there is no reason to fail", () => {
  for (const text of ["{", '"text"', '[{"space": "dense", "name": "x", "plane": [1]}]']) assert.deepEqual(open(text).names(), []);
  const { kept, page, storage } = open();
  storage.setItem = () => {
    throw new Error("full");
  };
  kept.keep("mine");
  kept.keep("  ");
  assert.deepEqual(page.said.toasts, ["The projection cannot be kept: full", "A projection needs a name."]);
});
