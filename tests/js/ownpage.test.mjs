import assert from "node:assert/strict";
import { test } from "node:test";

import { SIDE } from "../../assets/dom/sketchpad.mjs";
import { Own } from "../../assets/pages/compare/own.mjs";
import { fakeBox, fakeDocument } from "./fakedom.mjs";
import { later, pageOf, settle } from "./workplace.mjs";

const STUDY = {
  name: "mnist-cnn", data: "mnist", n: 10, classes: ["x", "y", "z"], imageShape: [4, 4, 1], networkKey: "n", dataKey: "d",
  network: { remembered: false }, wish: { study: "mnist-cnn", split: "test", epoch: null },
};
const NOBODY = { study: "mnist-cnn.added", shown: false, samples: [] };
const added = (count, more = {}) => ({
  ...NOBODY, ...more, samples: Array.from({ length: count }, (_, k) => ({ kind: "sketch", text: `drawn ${k}`, label: k - 1 })),
});
const OFFERS = { "mnist-cnn": "MNIST", "mnist-cnn.added": "MNIST, with what was added" };
const png = (name, more = {}) => ({ name, type: "image/png", size: 1000, ...more });
const picture = (name, value = 0.5) => ({ file: png(name), name, note: "from 9 x 9", x: new Float32Array(16).fill(value), probabilities: Float32Array.of(0.1, 0.7, 0.2) });

/** A pad that is filled from the left up to some column. */
function ink(column) {
  const values = new Float32Array(SIDE * SIDE);
  for (let row = 0; row < SIDE; row++) values.fill(1, row * SIDE, row * SIDE + column);
  return values;
}

/** A desk that answers when it is told to; `calls` holds what it was asked. */
class FakeDesk {
  constructor(listed) {
    this.calls = [];
    this.listed = listed;
    for (const name of ["judge", "convert", "add", "remove"]) {
      this[name] = (...given) => {
        const { promise, keep, fail } = later();
        this.calls.push({ name, given, keep, fail });
        return promise;
      };
    }
  }

  async list() {
    this.calls.push({ name: "list", given: [] });
    if (this.listed instanceof Error) throw this.listed;
    return this.listed;
  }

  async pixels() {
    return { values: Float32Array.from({ length: 16 * this.listed.samples.length }, (_, k) => Math.floor(k / 16) / 10) };
  }

  asked(name) {
    return this.calls.filter((call) => call.name === name);
  }

  last(name) {
    return this.asked(name).at(-1);
  }
}

/** The tab of a page whose elements are all there. */
async function open({ study = {}, listed = NOBODY, ...more } = {}) {
  const document = fakeDocument();
  const { createElement } = document;
  document.createElement = (tag) => Object.assign(createElement(tag), { isConnected: true });
  const box = fakeBox(document);
  const selected = [];
  const workspace = {
    study: { ...STUDY, ...study }, ready: true, classifies: true, predicted: new Int32Array(10),
    className: (k) => "xyz"[k], selected: new Uint32Array(0), select: (...given) => selected.push(given), ...more,
  };
  const page = pageOf({ workspace });
  page.id = () => box;
  const varied = [];
  const again = [];
  Object.assign(page.bridge, { vary: (name) => varied.push(name), again: () => again.push(workspace.study.name), how: () => "add" });
  const own = new Own(page);
  const desk = (own.desk = new FakeDesk(listed));
  own.mounted();
  own.studied();
  await settle();
  /** Another study is opened. */
  const choose = async (change) => {
    workspace.study = { ...workspace.study, ...change };
    own.studied();
    await settle();
  };
  const offered = () => page.said.set.filter(([name]) => name === "frame-offers").map(([, { data }]) => data);
  return { own, desk, page, workspace, box, document, said: page.said, selected, varied, again, choose, offered };
}

const told = ({ box }) => box.one("own-said").textContent;
const button = (box, text) => box.all("button").find(({ textContent }) => textContent === text);
const wrong = ({ box }) => box.all("wrong").map(({ textContent }) => textContent);

test("the network says what it sees of the drawing, and the likeliest classes first", async () => {
  const tab = await open();
  const { own, desk } = tab;
  assert.match(told(tab), /Draw, and the network says/);
  assert.equal(own.keep.disabled, true);
  own.changed(ink(SIDE));
  assert.equal(told(tab), "…");
  desk.last("judge").keep(Float32Array.of(0.1, 0.2, 0.7));
  await settle();
  assert.deepEqual(tab.box.one("own-said").all("lined-name").map(({ textContent }) => textContent), ["z", "y", "x"]);
  assert.match(told(tab), /70\.0 %/);
  tab.box.one("own-said").all("button")[1].click();
  assert.deepEqual([own.labels.sketch, own.truth.sketch.value], [1, "1"], "a click on a class says that it is this one");
  own.changed(new Float32Array(SIDE * SIDE));
  assert.match(told(tab), /Draw, and the network says/);
  assert.equal(own.keep.disabled, true);
});

test("while an answer is awaited only the newest drawing waits, and it is the one that is judged", async () => {
  const tab = await open();
  const { own, desk } = tab;
  own.pad.ink = () => ink(SIDE / 4);
  own.drawn = false;
  for (const column of [SIDE / 4, SIDE / 2, SIDE]) own.changed(ink(column));
  assert.equal(desk.asked("judge").length, 1);
  desk.last("judge").keep(Float32Array.of(1, 0, 0));
  await settle();
  assert.equal(desk.asked("judge").length, 2);
  const [x] = desk.last("judge").given;
  assert.deepEqual(Array.from(x), new Array(16).fill(1), "of the last of the three");
  desk.last("judge").keep(Float32Array.of(0, 1, 0));
  await settle();
  assert.equal(desk.asked("judge").length, 2);
  assert.equal(tab.box.one("own-said").all("lined-name")[0].textContent, "y");
});

test("what is said of a drawing that was cleared meanwhile is not shown", async () => {
  const tab = await open();
  tab.own.changed(ink(SIDE));
  tab.own.changed(new Float32Array(SIDE * SIDE));
  tab.desk.last("judge").keep(Float32Array.of(1, 0, 0));
  await settle();
  assert.match(told(tab), /Draw, and the network says/);
  assert.equal(tab.desk.asked("judge").length, 1, "nothing is not asked about");
});

test("a drawing is laid into the input as the data was, unless somebody wants it as it is", async () => {
  const { own, box, desk } = await open();
  own.pad.ink = () => ink(SIDE / 4);
  own.changed(own.pad.ink());
  assert.ok(own.x.some((value) => value > 0 && value < 1));
  const [centred] = box.all("own-check").map((label) => label.one("input"));
  centred.checked = false;
  centred.fire("change");
  assert.deepEqual(Array.from(own.x), Array.from({ length: 16 }, (_, k) => (k % 4 ? 0 : 1)));
  assert.equal(desk.asked("judge").length, 1, "the first one is still on its way");
});

test("a network of embeddings is said to tell no classes apart", async () => {
  const tab = await open({ classifies: false });
  tab.own.changed(ink(SIDE));
  tab.desk.last("judge").keep(new Float32Array(0));
  await settle();
  assert.match(told(tab), /tells no classes apart/);
});

test("networks that take no pictures, and those that are not there, say so", async () => {
  const none = await open({ study: { imageShape: null } });
  assert.match(none.box.textContent, /takes no pictures/);
  const remembered = await open({ study: { network: { remembered: true } } });
  assert.match(remembered.box.textContent, /no network that could be asked/);
  for (const { desk, own } of [none, remembered]) {
    own.files([png("a.png")]);
    assert.deepEqual(desk.calls, []);
  }
});

test("each error is said in its place, and is gone after an answer", async () => {
  const tab = await open({ listed: new Error("no list") });
  const { own, desk } = tab;
  assert.deepEqual(wrong(tab), ["", "", "no list"]);
  own.changed(ink(SIDE));
  desk.last("judge").keep(Float32Array.of(1, 0, 0));
  await settle();
  assert.notEqual(own.bars.textContent, "");
  own.changed(ink(SIDE));
  desk.last("judge").fail(new Error("no network"));
  own.files([png("a.png")]);
  desk.last("convert").fail(new Error("no image"));
  await settle();
  assert.deepEqual(wrong(tab), ["no network", "no image", "no list"]);
  assert.equal(own.bars.textContent, "", "what was said of the drawing before is gone");
  own.changed(ink(SIDE));
  desk.last("judge").keep(Float32Array.of(1, 0, 0));
  own.files([png("a.png")]);
  desk.last("convert").keep({ pictures: [picture("a.png")], failed: [] });
  await settle();
  assert.deepEqual(wrong(tab), ["", "", "no list"]);
});

test("another network of the same form is asked about the same drawing", async () => {
  const tab = await open();
  const { own, desk, choose } = tab;
  own.changed(ink(SIDE));
  desk.last("judge").keep(Float32Array.of(1, 0, 0));
  await settle();
  const { x } = own;
  await choose({ networkKey: "epoch 2" });
  assert.deepEqual([desk.asked("judge").length, desk.last("judge").given[0]], [2, x]);
  assert.equal(told(tab), "…", "what the other one said is not said of this one");
  await choose({ networkKey: "epoch 2" });
  assert.equal(desk.asked("judge").length, 2, "the same one is not asked twice");
  await choose({ networkKey: "other", name: "fashion", dataKey: "f" });
  assert.deepEqual([desk.asked("judge").length, own.x, own.pad.empty], [2, null, true], "another study begins anew");
});

test("what a network says that was left is nobody's", async () => {
  const tab = await open();
  const { own, desk, choose } = tab;
  own.changed(ink(SIDE));
  await choose({ networkKey: "epoch 2" });
  const [late, now] = desk.asked("judge");
  own.changed(ink(SIDE / 2));
  late.keep(Float32Array.of(1, 0, 0));
  await settle();
  assert.equal(told(tab), "…");
  assert.equal(desk.asked("judge").length, 2, "the newest drawing still waits for one answer");
  now.keep(Float32Array.of(0, 0, 1));
  await settle();
  desk.last("judge").keep(Float32Array.of(0, 1, 0));
  await settle();
  assert.equal(tab.box.one("own-said").all("lined-name")[0].textContent, "y");
});

test("errors of a network that was left are not said of another one", async () => {
  const tab = await open();
  const { own, desk, choose } = tab;
  own.changed(ink(SIDE));
  own.files([png("a.png")]);
  const [judged, converted] = [desk.last("judge"), desk.last("convert")];
  await choose({ networkKey: "other", name: "fashion" });
  judged.fail(new Error("too late"));
  converted.fail(new Error("too late"));
  await settle();
  assert.deepEqual(wrong(tab), ["", "", ""]);
});

test("a pad that is cleared for a study without pictures is not judged", async () => {
  const { own, document, desk, choose } = await open();
  own.changed(ink(SIDE));
  await choose({ name: "table", dataKey: "t", imageShape: null });
  document.defaultView.nextFrame();
  assert.equal(own.pad.empty, true);
  assert.equal(desk.asked("judge").length, 1);
});

test("what comes while no study is open is drawn nowhere", async () => {
  const tab = await open();
  const { own, desk, workspace } = tab;
  own.changed(ink(SIDE));
  const { x } = own;
  workspace.study = null;
  desk.last("judge").keep(Float32Array.of(1, 0, 0));
  own.changed(ink(SIDE / 2));
  await settle();
  own.drawAdded();
  own.drawPictures();
  assert.deepEqual([told(tab), own.x], ["…", x]);
});

test("files of another kind, too many and too large ones are refused before they are sent", async () => {
  const tab = await open();
  const { own, desk } = tab;
  const refused = (files) => {
    own.files(files);
    return wrong(tab)[1];
  };
  assert.equal(refused([png("a.png"), png("b.gif", { type: "image/gif" })]), "b.gif is no PNG, JPEG, BMP or WebP image, so that nothing was read.");
  assert.match(refused(Array.from({ length: 25 }, (_, k) => png(`${k}.png`))), /25 files; at most 24/);
  assert.match(refused([png("a.png", { size: 8 * 2 ** 20 })]), /This file takes 8\.0 MiB; at most 7\.5 MiB/);
  assert.match(refused([png("a.png", { size: 4 * 2 ** 20 }), png("b.png", { size: 4 * 2 ** 20 })]), /These files take 8\.0 MiB/);
  assert.deepEqual(desk.asked("convert"), []);
  own.files([]);
  own.files(Array.from({ length: 24 }, (_, k) => png(`${k}.png`, { type: "image/webp", size: 2 ** 18 })));
  assert.deepEqual([desk.asked("convert").length, wrong(tab)[1]], [1, ""]);
});

test("pictures are shown with what the network says of each, and once more as somebody fits them", async () => {
  const { own, desk, box } = await open();
  own.files([png("a.png"), png("b.png")]);
  assert.deepEqual(desk.last("convert").given.slice(1), ["middle", false]);
  desk.last("convert").keep({ pictures: [picture("a.png"), { ...picture("b.png"), probabilities: new Float32Array(0) }], failed: [] });
  await settle();
  const lines = box.one("own-pictures").all("own-line").map(({ textContent }) => textContent);
  assert.deepEqual(lines, ["y, 70.0 %a.png: from 9 x 9", "b.pngfrom 9 x 9"]);
  own.fit = "squeezed";
  own.convert();
  own.inverted = true;
  own.convert();
  const [, older, newer] = desk.asked("convert");
  newer.keep({ pictures: [picture("newer")], failed: [] });
  older.keep({ pictures: [picture("older")], failed: [] });
  await settle();
  assert.deepEqual(newer.given.slice(1), ["squeezed", true]);
  assert.match(box.one("own-pictures").textContent, /newer/);
});

test("what cannot be read leaves the others, and more files come to those that wait", async () => {
  const tab = await open();
  const { own, desk, box } = tab;
  own.files([png("a.png"), png("b.png")]);
  desk.last("convert").keep({ pictures: [picture("a.png")], failed: ["b.png is empty."] });
  await settle();
  assert.equal(wrong(tab)[1], "b.png is empty.");
  own.files([png("c.png")]);
  assert.deepEqual(desk.last("convert").given[0].map(({ name }) => name), ["a.png", "c.png"]);
  desk.last("convert").fail(new Error("The worker is busy."));
  await settle();
  assert.match(box.one("own-pictures").textContent, /a\.png/);
  own.files(Array.from({ length: 24 }, (_, k) => png(`${k}.png`)));
  assert.match(wrong(tab)[1], /1 picture waits to be added, and at most 24 can/);
});

test("files go along to another network of the same form, also while they are being read", async () => {
  const { own, desk, box, choose } = await open();
  const files = [png("a.png")];
  own.files(files);
  const late = desk.last("convert");
  await choose({ networkKey: "epoch 2" });
  late.keep({ pictures: [picture("late")], failed: [] });
  assert.deepEqual([desk.asked("convert").length, desk.last("convert").given[0]], [2, files]);
  desk.last("convert").keep({ pictures: [picture("a.png")], failed: [] });
  await settle();
  assert.match(box.one("own-pictures").textContent, /a\.png/);
  await choose({ networkKey: "c", name: "cifar", imageShape: [4, 4, 3] });
  own.convert();
  assert.deepEqual([box.one("own-pictures").textContent, desk.asked("convert").length], ["", 2], "another study has none");
});

test("a drawing is added with its class, and the pickers hear of the variant that shows it", async () => {
  const { own, desk, box, said, again, offered, choose } = await open();
  own.changed(ink(SIDE));
  own.labels.sketch = 2;
  own.keep.click();
  const [what, x] = desk.last("add").given;
  assert.deepEqual([what.kind, what.labels, x], ["sketch", [2], own.x]);
  desk.listed = added(1);
  desk.last("add").keep({ ...added(1), offers: OFFERS });
  await settle();
  assert.deepEqual(offered(), [OFFERS]);
  assert.match(said.toasts[0], /^The drawing is added\. Show what is added/);
  assert.match(box.one("own-added").textContent, /Added to this data \(1\).*sketch unlabelled.*drawn 0/s);
  assert.deepEqual([again, own.listed.offers], [[], undefined], "the samples that are shown are the same");
  await choose({ name: "mnist-cnn.added", dataKey: "d+1", n: 11 });
  assert.equal(own.x, x, "the drawing stays with the variant");
});

test("two clicks add once", async () => {
  const { own, desk, box } = await open();
  own.changed(ink(SIDE));
  own.files([png("a.png"), png("b.png")]);
  desk.last("convert").keep({ pictures: [picture("a.png", 0.25), picture("b.png", 0.75)], failed: [] });
  await settle();
  const add = () => button(box, "Add all 2 to samples");
  add().click();
  assert.deepEqual([add().disabled, own.keep.disabled], [true, true]);
  add().click();
  own.keep.click();
  assert.equal(desk.asked("add").length, 1);
  const [what, x] = desk.last("add").given;
  assert.deepEqual([what.kind, what.texts, what.labels], ["picture", ["a.png: from 9 x 9", "b.png: from 9 x 9"], [-1, -1]]);
  assert.deepEqual(Array.from(x), [...new Array(16).fill(0.25), ...new Array(16).fill(0.75)]);
  desk.last("add").keep({ ...added(2), offers: OFFERS });
  await settle();
  assert.equal(add(), undefined, "they have been added");
  assert.equal(own.keep.disabled, false);
});

test("why something was not added is said beside it, and it can be tried again", async () => {
  const tab = await open();
  const { own, desk, box, said } = tab;
  own.files([png("a.png")]);
  desk.last("convert").keep({ pictures: [picture("a.png")], failed: [] });
  await settle();
  own.addPictures();
  desk.last("add").fail(new Error("no more than 200 are kept"));
  await settle();
  assert.deepEqual([wrong(tab), said.toasts], [["", "no more than 200 are kept", ""], []]);
  assert.equal(box.one("own-pictures").one("button").disabled, false);
});

test("what was added is listed with its picture, and leads to its sample where it is shown", async () => {
  const predicted = Int32Array.from({ length: 12 }, (_, k) => k % 3);
  const { box, selected } = await open({
    study: { name: "mnist-cnn.added", n: 12 }, predicted, listed: added(2, { shown: true }),
  });
  const lines = box.one("own-added").all("own-line");
  assert.deepEqual(lines.map(({ textContent }) => textContent), ["Sample 10 unlabelled, predicted ydrawn 0×", "Sample 11 true x, predicted zdrawn 1×"]);
  const grey = (line) => line.one("canvas").drawn.find(([name]) => name === "putImageData")[1].data[0];
  assert.deepEqual(lines.map(grey), [0, Math.round(25.5)], "each has its own pixels");
  lines[1].one("button").click();
  assert.deepEqual(selected, [[[11], "add"]]);
});

test("one goes to the variant with what was added, and back, and stays in other variants", async () => {
  const { box, varied, choose, desk } = await open({ listed: added(1) });
  const check = (value) => {
    const input = box.one("own-added").one("input");
    input.checked = value;
    input.fire("change");
  };
  assert.equal(box.one("own-added").one("input").checked, false);
  check(true);
  desk.listed = added(1, { shown: true, study: "mnist-cnn.frozen-a.added" });
  await choose({ name: "mnist-cnn.frozen-a.added", dataKey: "d+1", n: 11 });
  assert.equal(box.one("own-added").one("input").checked, true);
  check(false);
  assert.deepEqual(varied, ["mnist-cnn.added", "mnist-cnn.frozen-a"]);
});

test("what is shown is opened again when it has other samples, and left when it has none", async () => {
  const shown = (count) => added(count, { shown: true });
  const { own, desk, again, varied } = await open({ study: { name: "mnist-cnn.added", n: 12 }, listed: shown(2) });
  own.remove(0);
  assert.deepEqual(desk.last("remove").given, [[0]]);
  desk.last("remove").keep({ ...shown(1), offers: OFFERS });
  await settle();
  assert.deepEqual([again.length, varied], [1, []]);
  own.remove(0);
  desk.last("remove").keep({ ...shown(0), offers: OFFERS });
  await settle();
  assert.deepEqual([again.length, varied], [1, ["mnist-cnn"]]);
});

test("samples behind the removed one are no longer selected, for their numbers are others' now", async () => {
  const { own, desk, selected, workspace } = await open({
    study: { name: "mnist-cnn.added", n: 13 }, listed: added(3, { shown: true }), selected: Uint32Array.of(4, 10, 11, 12),
  });
  own.remove(1);
  desk.last("remove").fail(new Error("busy"));
  await settle();
  assert.deepEqual(selected, []);
  own.remove(1);
  desk.last("remove").keep({ ...added(2, { shown: true }), offers: OFFERS });
  await settle();
  assert.deepEqual(selected, [[Uint32Array.of(4, 10), "replace"]]);
  workspace.selected = Uint32Array.of(4);
  own.remove(0);
  desk.last("remove").keep({ ...added(1, { shown: true }), offers: OFFERS });
  await settle();
  assert.equal(selected.length, 1, "nothing of it was selected");
});

test("what is shown is opened again, also where the list had not come", async () => {
  const { own, desk, again } = await open({ study: { name: "mnist-cnn.added" }, listed: new Error("busy") });
  own.changed(ink(SIDE));
  own.addSketch();
  desk.last("add").keep({ ...added(2, { shown: true }), offers: OFFERS });
  await settle();
  assert.equal(again.length, 1);
});

test("two clicks remove one, for the next one has moved into its place", async () => {
  const { own, desk, box } = await open({ listed: added(3) });
  const cross = () => box.one("own-added").all("own-line")[0].all("button").at(-1);
  cross().click();
  cross().click();
  assert.equal(desk.asked("remove").length, 1);
  desk.last("remove").fail(new Error("it is gone"));
  await settle();
  assert.equal(own.wrong.added.textContent, "it is gone");
  cross().click();
  assert.equal(desk.asked("remove").length, 2);
});

test("what was added to data that was left is not listed with other data", async () => {
  const { own, desk, box, choose, said, offered } = await open();
  own.changed(ink(SIDE));
  own.addSketch();
  const late = desk.last("add");
  await choose({ name: "fashion", networkKey: "f", dataKey: "f" });
  const lists = desk.asked("list").length;
  late.keep({ ...added(1), offers: OFFERS });
  await settle();
  assert.deepEqual([box.one("own-added").textContent, offered(), said.toasts], ["", [OFFERS], []]);
  assert.equal(desk.asked("list").length, lists + 1, "the same data's list may have been asked for too early");
  own.changed(ink(SIDE));
  own.addSketch();
  const failing = desk.last("add");
  await choose({ networkKey: "g" });
  failing.fail(new Error("disk full"));
  await settle();
  assert.deepEqual(said.toasts, ["disk full"]);
});

test("what was added on another page is listed when this one is shown", async () => {
  const { own, desk, box } = await open();
  assert.equal(box.one("own-added").textContent, "");
  desk.listed = added(1);
  own.mounted();
  await settle();
  assert.match(box.one("own-added").textContent, /Added to this data \(1\)/);
});
