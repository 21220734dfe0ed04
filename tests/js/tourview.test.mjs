import assert from "node:assert/strict";
import { test } from "node:test";

import { TourView } from "../../assets/dom/tourview.mjs";
import { fakeBox } from "./fakedom.mjs";

const SIDE = 400;
const W = 4;

/** Four samples that are each wholly one class, and one between the first two. */
const CORNERS = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0.5, 0.5, 0, 0]];
const dataOf = (more = {}) => ({
  space: "digits prediction", key: "one", layer: "prediction", clouds: [Float32Array.from(CORNERS.flat())],
  centre: new Float32Array(W).fill(1 / W), frame: null, end: "", names: ["a", "b", "c", "d"], classes: true, coloured: true,
  title: "A tour", ...more,
});

function open({ data = dataOf(), still = false } = {}) {
  const box = fakeBox();
  box.ownerDocument.defaultView.matchMedia = () => ({ matches: still });
  const said = [];
  const workspace = {
    ready: true, scheme: "light", hovered: null, how: "replace", selected: new Uint32Array(0), standing: null,
    colours: () => new Uint32Array(CORNERS.length), on() {},
  };
  const on = Object.fromEntries(["select", "hover", "key", "played", "lead"].map((name) => [name, (...what) => said.push([name, ...what])]));
  const view = new TourView({ box, workspace, on });
  for (const element of [view.element, view.main.element]) Object.assign(element, { clientWidth: SIDE, clientHeight: SIDE, isConnected: true });
  for (const canvas of [view.main.canvas, view.main.over]) Object.assign(canvas, { clientWidth: SIDE, clientHeight: SIDE });
  view.show(data);
  const frame = (later) => view.page.nextFrame(later);
  frame();
  const pointer = (name, [x, y], more = {}) => view.main.canvas.fire(name, { clientX: x, clientY: y, button: 0, pointerId: 1, ...more });
  const of = (name) => said.filter(([one]) => one === name).map(([, ...what]) => what);
  return { view, workspace, said, of, frame, pointer, key: (key) => view.main.canvas.fire("keydown", { key }) };
}

const xs = (view) => view.main.places()[0];
const ys = (view) => view.main.places()[1];
const near = (found, wanted, within = 1e-6) =>
  assert.ok(found.every((value, k) => Math.abs(value - wanted[k]) < within), `${found} is not ${wanted}`);

test("a tour turns as long as it plays", () => {
  const { view, frame, key, of } = open();
  const before = xs(view).slice();
  frame();
  frame();
  assert.notDeepEqual(xs(view), before);
  key(" ");
  assert.equal(view.playing, false);
  frame();
  const halted = xs(view).slice();
  frame(500);
  assert.deepEqual(xs(view), halted);
  key(" ");
  frame();
  frame();
  assert.notDeepEqual(xs(view), halted);
  assert.equal(of("played").length, 2);
});

test("a sample between two classes is drawn between their handles", () => {
  const { view } = open();
  const [a, b] = [view.pose.seen(view.pose.axisOf(0)), view.pose.seen(view.pose.axisOf(1))];
  near([xs(view)[0], ys(view)[0]], a);
  near([xs(view)[4], ys(view)[4]], [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]);
});

test("a handle is dragged where the pointer goes, and the tour halts", () => {
  const { view, frame, pointer } = open();
  const from = view.main.pixelOf(view.pose.seen(view.pose.axisOf(2)));
  pointer("pointerdown", from);
  assert.equal(view.playing, false);
  const to = [SIDE / 2 + 40, SIDE / 2 - 25];
  pointer("pointermove", to);
  frame();
  near(view.main.pixelOf(view.pose.seen(view.pose.axisOf(2))), to, 1e-6);
  near(view.main.pixelOf([xs(view)[2], ys(view)[2]]), to, 1e-3);
  pointer("pointerup", to);
  assert.equal(view.pose.held, false);
});

test("the selection is dragged by its middle", () => {
  const { view, workspace, frame, pointer } = open();
  workspace.selected = Uint32Array.of(0, 1);
  view.handled = false;
  frame();
  const from = view.main.pixelOf(view.pose.seen(view.main.middle));
  pointer("pointerdown", from);
  const to = [SIDE / 2 - 30, SIDE / 2 + 20];
  pointer("pointermove", to);
  pointer("pointerup", to);
  frame();
  near(view.main.pixelOf([(xs(view)[0] + xs(view)[1]) / 2, (ys(view)[0] + ys(view)[1]) / 2]), to, 1e-3);
});

test("samples are picked, and caught in a shape", () => {
  const { view, pointer, of } = open();
  view.handled = false;
  const at = view.main.pixelOf([xs(view)[3], ys(view)[3]]);
  pointer("pointerdown", at);
  pointer("pointerup", at);
  assert.deepEqual(Array.from(of("select")[0][0]), [3]);
  pointer("pointerdown", [1, 1]);
  pointer("pointermove", [200, 300]);
  pointer("pointermove", [399, 399]);
  pointer("pointerup", [399, 399], { shiftKey: true });
  assert.deepEqual([Array.from(of("select")[1][0]), of("select")[1][1]], [[0, 1, 2, 3, 4], "add"]);
  pointer("pointerdown", [3, 3]);
  pointer("pointerup", [3, 3]);
  assert.deepEqual([Array.from(of("select")[2][0]), of("select")[2][1]], [[], "replace"]);
});

test("axes are chosen and moved by keys", () => {
  const { view, key } = open();
  key("]");
  key("]");
  assert.equal(view.pose.axis, 1);
  key("[");
  key("[");
  assert.equal(view.pose.axis, 3);
  const [x, y] = view.pose.seen(view.pose.axisOf(3));
  key("ArrowLeft");
  const [left] = view.pose.seen(view.pose.axisOf(3));
  assert.ok(left < x && !view.playing);
  key("ArrowUp");
  assert.ok(view.pose.seen(view.pose.axisOf(3))[1] > y);
});

test("another epoch of the same space keeps the view, and samples go there on straight lines", () => {
  const { view, frame } = open();
  view.play(false);
  frame();
  const [matrix, before] = [view.matrix, xs(view).slice()];
  const later = CORNERS.map((row) => row.map((value) => 0.5 * value + 0.125));
  view.show(dataOf({ key: "two", clouds: [Float32Array.from(later.flat())] }));
  frame(0);
  assert.deepEqual(view.matrix, matrix);
  near(Array.from(xs(view)), Array.from(before), 1e-6);
  frame(225);
  near(Array.from(xs(view)), Array.from(before, (value) => 0.75 * value), 1e-6);
  frame(300);
  near(Array.from(xs(view)), Array.from(before, (value) => 0.5 * value), 1e-6);
  view.place(view.pose.axisOf(0), [0.1, 0.1]);
  const turned = view.matrix;
  view.show(dataOf({ space: "other layer", key: "three" }));
  frame();
  assert.notDeepEqual(view.matrix, turned, "another space begins anew");
});

test("a plane that was asked for is gone to, and stays", () => {
  const { view, frame } = open();
  view.goTo(Float64Array.of(1, 0, 0, 1, 0, 0, 0, 0));
  for (let k = 0; k < 100; k++) frame();
  const found = view.matrix;
  near([found[4], found[5], found[6], found[7]], [0, 0, 0, 0], 1e-6);
  assert.ok(Math.abs(found[0] * found[3] - found[1] * found[2]) > 0.999, "the first two axes fill the plane");
  assert.equal(view.playing, false);
  view.redirect();
  frame();
  frame();
  assert.notDeepEqual(view.matrix, found);
});

test("who plays on leaves the way to a plane", () => {
  const { view, frame } = open();
  view.goTo(Float64Array.of(1, 0, 0, 1, 0, 0, 0, 0));
  frame();
  view.play(true);
  for (let k = 0; k < 100; k++) frame();
  assert.equal(view.pose.guide, null);
  assert.ok(Math.hypot(...view.matrix.subarray(4)) > 0.05, "the other axes are seen as well");
});

test("who wants little motion begins without any, and goes to planes at once", () => {
  const { view, frame } = open({ still: true });
  const before = xs(view).slice();
  frame();
  frame();
  assert.deepEqual(xs(view), before);
  view.goTo(Float64Array.of(0, 0, 0, 0, 1, 0, 0, 1));
  frame();
  near(Array.from(view.matrix.subarray(0, 4)), [0, 0, 0, 0], 1e-6);
});

test("what is no number is left out, and zoom changes no direction", () => {
  const broken = CORNERS.map((row, k) => (k === 2 ? row.map(() => NaN) : row));
  const { view, frame, key } = open({ data: dataOf({ clouds: [Float32Array.from(broken.flat())], names: null, classes: false }) });
  assert.equal(view.main.handles, false);
  assert.ok(Number.isNaN(xs(view)[2]) && Number.isFinite(xs(view)[3]));
  const { x1 } = view.main.view;
  key("+");
  frame();
  assert.ok(view.main.view.x1 < x1);
  key("0");
  assert.equal(view.main.view.x1, x1);
});

test("a view that is left gives back what it draws with, and another goes on from its pose", () => {
  const { view, workspace, frame } = open();
  let closed = 0;
  view.main.painter.close = () => (closed += 1);
  view.place(view.pose.axisOf(0), [0.2, 0.1]);
  frame();
  view.close();
  assert.equal(closed, 1);
  const other = new TourView({ box: fakeBox(), workspace, pose: view.pose, on: {} });
  assert.deepEqual(other.matrix, view.matrix);
});

test("with the tool for it a sample is dragged, and nothing else is", () => {
  const { view, pointer, key, of, frame } = open();
  key(" ");
  frame();
  view.tool = "lead";
  const middle = view.main.gestures.middleOf(2).map((value) => value / view.main.ratio);
  const to = [middle[0] + 60, middle[1] - 40];
  pointer("pointerdown", middle);
  pointer("pointermove", to, { buttons: 1 });
  assert.deepEqual(view.main.arrow.sample, 2);
  pointer("pointerup", to);
  const [[sample, place]] = of("lead");
  assert.equal(sample, 2);
  near(view.main.pixelOf(place).map((value) => value / view.main.ratio), to, 1e-3);
  assert.equal(view.main.arrow, null);
  near(view.main.gestures.middleOf(2).map((value) => value / view.main.ratio), middle, 1e-3);

  // A click selects, as with any tool; a drag over nothing draws no shape.
  pointer("pointerdown", middle);
  pointer("pointerup", middle);
  assert.deepEqual(of("select").map(([samples]) => [...samples]), [[2]]);
  pointer("pointerdown", [2, 2]);
  pointer("pointermove", [300, 300], { buttons: 1 });
  pointer("pointerup", [300, 300]);
  assert.equal(of("select").length, 1);
  assert.deepEqual(of("lead").slice(1).map(([one]) => one), [-1], "it is said that nothing was taken hold of");
});
