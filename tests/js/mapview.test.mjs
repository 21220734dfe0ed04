import assert from "node:assert/strict";
import { test } from "node:test";

import { MapView } from "../../assets/dom/mapview.mjs";
import { fakeBox } from "./fakedom.mjs";

const WHOLE = [0, 10, 0, 10];
const SIDE = 400; // pixels of the map, 40 a unit

/** A map of four samples on 400 x 400 pixels; y upwards, so that (1, 9) is at pixel (40, 40). */
function open({ window = "", tool = "rectangle" } = {}) {
  const box = fakeBox();
  const heard = {};
  const workspace = {
    ready: true, scheme: "light", hovered: null, how: "replace", selected: new Uint32Array(0), mask: null, view: { focus: null },
    study: { classes: ["a", "b"] }, on: (event, act) => (heard[event] = act),
  };
  const said = [];
  const on = Object.fromEntries(
    ["select", "hover", "diamond", "place", "look", "pin", "open", "moved"].map((name) => [name, (...what) => said.push([name, ...what])]),
  );
  const view = new MapView({ box, workspace, on });
  Object.assign(view.element, { clientWidth: SIDE, clientHeight: SIDE, isConnected: true });
  view.tool = tool;
  const data = {
    key: "one", window: WHOLE, samples: Int32Array.of(8, 5, 2, 9),
    x: Float32Array.of(1, 9, 5, 5.2), y: Float32Array.of(9, 1, 5, 5),
  };
  const look = { shown: Int32Array.of(0, 1, 0, 1), ring: Int32Array.of(-1, 0, -1, -1), cross: Uint8Array.of(0, 0, 0, 0) };
  view.show(data, look, window);
  const pointer = (name, x, y, more = {}) => view.canvas.fire(name, { clientX: x, clientY: y, button: 0, pointerId: 1, ...more });
  const drag = (...places) => {
    pointer("pointerdown", ...places[0]);
    for (const place of places.slice(1)) pointer("pointermove", ...place);
    pointer("pointerup", ...places.at(-1));
  };
  const of = (name) => said.filter(([one]) => one === name).map(([, ...what]) => what);
  return { view, workspace, heard, said, of, pointer, drag, data, look, frame: () => view.page.nextFrame() };
}
const round = (view) => [view.x0, view.x1, view.y0, view.y1].map((value) => Math.round(1e6 * value) / 1e6);

test("a map is seen whole, or as its link says", () => {
  const { view, of } = open();
  assert.deepEqual([round(view.view), view.window, of("moved").length], [WHOLE, null, 1]);
  assert.deepEqual(open({ window: "2,4,2,4" }).view.window, [2, 4, 2, 4]);
  assert.equal(open({ window: "4,2,2,4" }).view.window, null, "which may be nonsense");
});

test("samples in a shape are selected, as the keys say that are held", () => {
  const { drag, of, view, pointer } = open();
  drag([20, 20], [300, 300]);
  assert.deepEqual(of("select").map(([points, how]) => [[...points], how]), [[[0, 2, 3], "replace"]]);
  pointer("pointerdown", 250, 250);
  pointer("pointermove", 390, 390);
  assert.equal(view.gestures.shape.length, 2);
  pointer("pointerup", 390, 390, { shiftKey: true });
  assert.deepEqual([...of("select")[1][0]], [1]);
  assert.equal(of("select")[1][1], "add");
  view.tool = "lasso";
  drag([0, 0], [80, 0], [80, 80], [0, 80]);
  assert.deepEqual([...of("select")[2][0]], [0]);
  assert.equal(view.gestures.shape, null);
});

test("a shape that is called off selects nothing", () => {
  const { view, pointer, of } = open();
  pointer("pointerdown", 10, 10);
  pointer("pointermove", 300, 300);
  view.canvas.fire("keydown", { key: "Escape" });
  pointer("pointerup", 300, 300);
  assert.deepEqual(of("select"), []);
});

test("a click picks a sample, beside all of them none", () => {
  const { drag, of } = open();
  drag([41, 41]);
  drag([120, 120]);
  assert.deepEqual(of("select").map(([points]) => [...points]), [[0], []]);
});

test("what is pointed at is the sample that lies on top, and its place", () => {
  const { pointer, of, view, workspace, heard } = open();
  pointer("pointermove", 203, 200);
  assert.equal(of("hover")[0][0], 2, "the nearest");
  const [[place, byKeys]] = of("place");
  assert.deepEqual([place.map((value) => Math.round(100 * value) / 100), byKeys], [[5.08, 5], false]);
  pointer("pointermove", 120, 120);
  assert.equal(of("hover")[1][0], -1);
  view.canvas.fire("pointerleave");
  assert.deepEqual(of("place").at(-1), [null, false]);
  workspace.hovered = 9;
  heard.sample();
  assert.ok(view.over.drawn.some(([name]) => name === "arc"), "what is pointed at elsewhere has a ring here");
});

test("with Look a click is a place, a drag a line, and samples are still picked", () => {
  const { drag, of, view, pointer } = open({ tool: "look" });
  drag([120, 80]);
  drag([40, 40]);
  pointer("pointerdown", 100, 100);
  pointer("pointermove", 300, 100);
  assert.equal(view.gestures.line.length, 6);
  assert.equal(view.gestures.shape, null);
  pointer("pointerup", 300, 100);
  const looks = of("look").map(([from, to]) => [from, to].map((place) => place?.map((value) => Math.round(10 * value) / 10) ?? null));
  assert.deepEqual(looks, [[[3, 8], null], [[2.5, 7.5], [7.5, 7.5]]]);
  assert.deepEqual(of("select").map(([points]) => [...points]), [[0]]);
});

test("a marker that is clicked is opened, whatever lies under it", () => {
  const { drag, of, view } = open({ tool: "look" });
  const pin = { x: 1, y: 9, number: 3, row: 0, label: 0 };
  view.setPins([pin], 4);
  drag([45, 45]);
  assert.deepEqual([of("pin"), of("select"), of("look")], [[[pin]], [], []]);
});

test("a diamond lies above samples and below markers: pointed at it is told, clicked it is opened", () => {
  const { drag, of, view, pointer } = open();
  const [one, other] = [{ x: 1, y: 9, label: 0 }, { x: 8, y: 8, label: 1 }];
  view.setChains([{ diamonds: [one, other], path: false }]);
  pointer("pointermove", 203, 200);
  pointer("pointermove", 42, 40);
  assert.deepEqual([of("hover").map(([point]) => point), of("diamond").map(([what]) => what), view.marked], [[2, -1], [one], one]);
  drag([42, 40]);
  assert.deepEqual([of("open"), of("select")], [[[one]], []]);
  view.setChains([{ diamonds: [one], path: false }]);
  assert.equal(view.marked, one, "what stays is still pointed at");
  view.setChains([]);
  assert.deepEqual([of("diamond").at(-1)[0], view.marked], [null, null]);
  view.setChains([{ diamonds: [one], path: false }]);
  view.setPins([{ x: 1, y: 9, number: 1, row: 0, label: 0 }], 2);
  drag([42, 40]);
  assert.deepEqual([of("pin").length, of("open").length], [1, 1]);
  view.mark(one);
  view.zoom(0.9);
  assert.equal(view.marked, null, "it is somewhere else now");
});

test("the wheel zooms about the pointer, dragging with Move or the middle button moves", () => {
  const { view, pointer, drag, of } = open();
  view.canvas.fire("wheel", { clientX: 100, clientY: 300, deltaY: -400, deltaX: 0, deltaMode: 0 });
  const before = view.view;
  assert.ok(before.x1 - before.x0 < 6 && view.window);
  assert.deepEqual(view.placeAt([100, 300]).map((value) => Math.round(1e6 * value) / 1e6), [2.5, 2.5]);
  assert.ok(of("moved").length > 1);
  pointer("pointerdown", 200, 200, { button: 1 });
  pointer("pointermove", 240, 160, { button: 1 });
  pointer("pointerup", 240, 160, { button: 1 });
  const unit = (before.x1 - before.x0) / SIDE;
  assert.ok(Math.abs(view.view.x0 - (before.x0 - 40 * unit)) < 1e-9);
  assert.ok(Math.abs(view.view.y0 - (before.y0 - 40 * unit)) < 1e-9);
  view.tool = "pan";
  drag([200, 200], [160, 240]);
  assert.ok(Math.abs(view.view.x0 - before.x0) < 1e-9);
  assert.deepEqual(of("select"), []);
});

test("everything can be done by keys: under a cross in the middle", () => {
  const { view, of, workspace } = open();
  const key = (name, more = {}) => view.canvas.fire("keydown", { key: name, ...more });
  key("+");
  assert.ok(view.magnification > 1.2);
  key("ArrowLeft");
  key("ArrowUp");
  assert.ok(view.middle[0] < 5 && view.middle[1] > 5);
  const [place, byKeys] = of("place").at(-1);
  assert.deepEqual([place, byKeys, view.gestures.keys], [view.middle, true, true]);
  key("0");
  assert.deepEqual([round(view.view), view.window], [WHOLE, null]);
  key("Enter");
  assert.deepEqual([...of("select")[0][0]], [2], "the sample nearest to the cross");
  workspace.how = "add";
  key("Enter");
  assert.equal(of("select")[1][1], "add");
  view.tool = "look";
  key("Enter");
  assert.deepEqual(of("look"), [[[5, 5], null]]);
  key("Tab");
  key("+", { ctrlKey: true });
  assert.equal(view.window, null, "the browser's own keys are left to it");
});

test("another map is seen whole, the same one stays where it is", () => {
  const { view, data, look } = open();
  view.goTo([2, 4, 2, 4]);
  view.show({ ...data }, look, "");
  assert.deepEqual(view.window, [2, 4, 2, 4]);
  view.show({ ...data, key: "two", window: [0, 4, 0, 4] }, look, "");
  assert.deepEqual([round(view.view), view.window], [[0, 4, 0, 4], null]);
  view.goTo([1, 2, 1, 2]);
  view.goTo(null);
  assert.equal(view.window, null);
});

test("a map that grows shows what it showed", () => {
  const { view } = open();
  view.goTo([2, 4, 2, 4]);
  Object.assign(view.element, { clientWidth: 800 });
  view.resized();
  assert.deepEqual(round(view.view), [1, 5, 2, 4]);
  for (const clientHeight of [200, 300, 400]) {
    Object.assign(view.element, { clientWidth: 400, clientHeight });
    view.resized();
  }
  assert.deepEqual(round(view.view), [2, 4, 2, 4], "and comes back from other sizes");
  view.reset();
  Object.assign(view.element, { clientWidth: 400 });
  view.resized();
  assert.deepEqual(round(view.view), WHOLE);
  Object.assign(view.element, { clientWidth: 0, clientHeight: 0 });
  view.resized();
  assert.deepEqual(round(view.view), WHOLE, "a page that is hidden leaves it alone");
});

test("what stands out is the selection, else the class in focus", () => {
  const { view, workspace, heard } = open();
  assert.equal(view.standing, null);
  workspace.view = { focus: 1 };
  assert.deepEqual([...view.standing], [0, 1, 0, 1]);
  Object.assign(workspace, { selected: Uint32Array.of(2), mask: Uint8Array.of(0, 0, 1, 0, 0, 0, 0, 0, 0, 0) });
  assert.deepEqual([...view.standing], [0, 0, 1, 0]);
  heard.colours();
  assert.deepEqual([[...view.drawn.chosen], [...view.drawn.rest]], [[2], [0, 3, 1]]);
});

test("many moves are one picture", () => {
  const { view, frame } = open();
  let drawn = 0;
  const { redraw } = view;
  view.redraw = () => (drawn++, redraw.call(view));
  for (let k = 0; k < 5; k++) view.pan(0.01, 0);
  view.setVeil(0.5);
  frame();
  assert.equal(drawn, 1);
});

test("a small ground is prepared once, whatever is seen of it", () => {
  const { view, frame, workspace, heard } = open();
  const raster = {
    window: WHOLE, side: 2, grain: 1, sharp: true, labels: Uint8Array.of(0, 1, 0, 0), certainty: Uint8Array.of(255),
  };
  let painted = 0;
  const { canvas } = view.ground;
  view.ground.canvas = (...given) => (painted++, canvas.apply(view.ground, given));
  view.setGround({ rasters: [raster], other: [], veil: { alpha: Uint8Array.of(0, 255, 0, 0), side: 2, window: WHOLE } });
  frame();
  view.zoom(0.5);
  frame();
  assert.equal(painted, 1);
  view.setVeil(0.4);
  frame();
  assert.equal(painted, 2, "the veil, once it is drawn");
  workspace.view = { focus: 0 };
  heard.colours();
  assert.equal(painted, 3, "another class stands out");
  heard.colours();
  assert.equal(painted, 3);
});
