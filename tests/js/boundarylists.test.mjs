import assert from "node:assert/strict";
import { test } from "node:test";

import { MapSteps, mapHint } from "../../assets/dom/mapsteps.mjs";
import { MarkerList, largest } from "../../assets/dom/markers.mjs";
import { PocketList } from "../../assets/dom/pocketlist.mjs";
import { TrustPanel } from "../../assets/dom/trustpanel.mjs";
import { fakeBox } from "./fakedom.mjs";

const workspace = {
  study: { classes: ["shirt", "bag", "boot", "coat"] },
  labels: Int32Array.of(0, 1, -1), predicted: Int32Array.of(0, 0, 2),
  className: (k) => (k < 0 ? "unlabelled" : workspace.study.classes[k]),
  imageUrl: (sample) => `/image/x/${sample}.png`,
};
const pixels = { width: 1, height: 1, data: new Uint8ClampedArray(4) };

function marker(number, more = {}) {
  const found = { probabilities: Float32Array.of(0.1, 0.6, 0.25, 0.05) };
  return {
    number, name: "", map: "here", about: "input space", found, label: 1, classes: workspace.study.classes, pixels,
    nearest: { sample: 2, distance: 0.0123 }, trouble: "", ...more,
  };
}

function list() {
  const said = [];
  const names = ["rename", "remove", "clear", "go", "point", "pick", "again"];
  const on = Object.fromEntries(names.map((name) => [name, (...what) => said.push([name, ...what])]));
  const tooltip = { sample: (_, sample) => said.push(["tooltip", sample]), hide: () => said.push(["hide"]) };
  const box = fakeBox();
  return { box, said, list: new MarkerList(box, workspace, tooltip, on) };
}

test("a marker says what is decided, how probably, and which sample is near", () => {
  const { box, list: view, said } = list();
  const one = marker(3);
  view.draw([one], "here");
  assert.match(box.textContent, /^1 marker/);
  assert.deepEqual(box.all("bar-name").map((bar) => bar.textContent), ["bag", "boot", "shirt"]);
  assert.deepEqual(box.all("bar-value").map((bar) => bar.textContent), [".60", ".25", ".10"]);
  assert.match(box.one("near").textContent, /boot, 1\.2 % away/);
  const input = box.one("marker-name");
  assert.equal(input.placeholder, "bag");
  input.value = "odd one";
  input.fire("change");
  box.one("near").click();
  box.one("near").fire("mousemove");
  box.one("near").fire("mouseleave");
  box.one("marker-badge").click();
  assert.deepEqual(said, [
    ["rename", one, "odd one"], ["pick", 2], ["point", 2], ["tooltip", 2], ["point", null], ["hide"], ["go", one],
  ]);
  assert.equal(box.one("marker-badge").getAttribute("aria-label"), "Go to marker 3");
});

test("what has not changed stays, so that a name can be typed on", () => {
  const { box, list: view } = list();
  const [one, two] = [marker(1), marker(2, { found: null, label: -1, pixels: undefined, nearest: null })];
  view.draw([one, two], "here");
  const first = box.all("marker")[0];
  assert.match(box.all("marker")[1].textContent, /Looking/);
  Object.assign(two, { found: one.found, label: 1, pixels, nearest: { sample: 0, distance: 0 } });
  view.draw([one, two], "here");
  assert.equal(box.all("marker")[0], first);
  assert.match(box.all("marker")[1].textContent, /shirt, 0\.0 % away/);
  view.draw([one], "here");
  assert.equal(box.all("marker").length, 1);
  assert.equal(view.cards.size, 1, "what is gone is forgotten");
});

test("markers of other maps stay, too, and say what they are called now", () => {
  const { box, list: view } = list();
  const [one, other] = [marker(1), marker(2, { map: "there", name: "odd" })];
  view.draw([one, other], "here");
  const before = [...box.one("card-list").children];
  view.draw([one, other], "here");
  box.one("card-list").children.forEach((child, k) => assert.equal(child, before[k]));
  other.name = "odder";
  view.draw([one, other], "here");
  assert.match(box.one("away").textContent, /odder · input space/);
  assert.equal(box.all("marker")[0], before[0]);
  view.draw([one, other], "there");
  assert.deepEqual(box.all("away").map((away) => away.textContent.slice(0, 1)), ["1"]);
});

test("a place of which nothing can be had says why, and can be tried again", () => {
  const { box, list: view, said } = list();
  view.draw([marker(1, { found: null, label: -1, nearest: null, pixels: null, trouble: "the worker is busy" })], "here");
  assert.match(box.textContent, /the worker is busy/);
  box.all("pick").find((button) => button.textContent === "Try again").click();
  assert.deepEqual(said, [["again"]]);
});

test("markers of another map are listed as such, and lead to it", () => {
  const { box, list: view, said } = list();
  const [own, other] = [marker(1), marker(2, { map: "there", name: "mine", about: "behind pool" })];
  view.draw([own, other], "here");
  assert.equal(box.one("h3").textContent, "Of another map");
  assert.match(box.one("away").textContent, /mine · behind pool/);
  box.one("away").all("pick").find((button) => button.textContent === "open").click();
  assert.deepEqual(said, [["go", other]]);
  assert.equal(box.all("marker").length, 2);
});

test("without markers the list says how to set one, by hand and by keys", () => {
  const { box, list: view } = list();
  view.draw([], "here");
  assert.match(box.textContent, /Look and click.*Drag.*arrows.*Enter/);
  assert.ok(box.one("list-head").hidden);
});

test("the largest come first, the first of equals before the others", () => {
  assert.deepEqual(largest(Float32Array.of(0.1, 0.4, 0.4, 0), 3), [1, 2, 0]);
});

const pocket = (more = {}) => ({ label: 0, inside: 1, score: 1.25, sentence: "12 pixels", centre: [0, 0], ...more });

test("pockets have classes, a sentence and a picture; a click goes there", () => {
  const box = fakeBox();
  const gone = [];
  const view = new PocketList(box, workspace, { pocket: (one) => gone.push(one) });
  const pockets = [pocket(), pocket({ label: 2 })];
  view.draw(pockets, 3, { pictures: [pixels], trouble: "", again() {} });
  const rows = box.all("pocket");
  assert.match(rows[0].textContent, /shirt.*in.*bag.*1\.25.*12 pixels/);
  assert.deepEqual([rows[0].all("canvas").length, rows[1].all("none").length], [1, 1]);
  assert.match(box.textContent, /^Islands5 islands.*3 more are less suspicious\.$/);
  rows[1].click();
  assert.deepEqual(gone, [pockets[1]]);
});

test("samples that err together stand first, with the picture of the one in the middle", () => {
  const box = fakeBox();
  const gone = [];
  const seen = [];
  const about = { ...workspace, imageUrl: (sample) => (seen.push(sample), "/image/x.png") };
  const view = new PocketList(box, about, { cluster: (one) => gone.push(one) });
  const cluster = { true: 1, taken_for: 0, samples: [4, 7, 9], sample: 70, sentence: "3 samples of bag", centre: [0, 0], radius: 1 };
  view.draw([pocket()], 0, { pictures: [], trouble: "", again() {} }, [cluster]);
  const [first, second] = box.all("pocket");
  assert.match(first.textContent, /bag.*as.*shirt.*3.*3 samples of bag/);
  assert.match(second.textContent, /shirt.*in.*bag/);
  assert.deepEqual([seen, first.all("marker-picture").length], [[70], 1]);
  first.click();
  assert.deepEqual(gone, [cluster]);
});

test("no pockets, and no pictures of them, are said", () => {
  const box = fakeBox();
  const view = new PocketList(box, workspace, {});
  view.draw([], 0, { pictures: [], trouble: "", again() {} });
  assert.match(box.textContent, /No class has an island/);
  let asked = 0;
  view.draw([pocket()], 0, { pictures: [], trouble: "evicted", again: () => asked++ });
  assert.match(box.textContent, /no pictures of them: evicted/);
  box.one("pick").click();
  assert.equal(asked, 1);
  view.hint("cannot", true);
  assert.ok(box.one("hint").classList.contains("failure"));
});

const MAP = { scores: { q_knn: 0.952, q_knn_euclid: 0.75, q_data: 0.988, q_not_data: 0.972 }, exact: true, evaluated: 1200 };

function trustOf(more = {}) {
  const box = fakeBox();
  const said = [];
  const panel = new TrustPanel(box, { select: () => said.push("select"), lam: (lam) => said.push(lam) });
  const draw = (what) =>
    panel.draw({ map: MAP, trust: null, contradicting: 0, waiting: "later", sweep: null, lam: 0.65, ...more, ...what });
  return { box, said, draw };
}

test("every score has its number and what it says", () => {
  const { box, draw } = trustOf();
  draw();
  assert.deepEqual(box.all("bar-value").map((one) => one.textContent), [".95", ".75", ".99", ".97"]);
  assert.equal(box.all("explained").length, 4);
  assert.match(box.textContent, /later.*exact.*1,200 times/);
  draw({ map: { ...MAP, exact: false, proven: 0.998, scores: { q_knn: 1, q_data: null } } });
  assert.deepEqual(box.all("bar-value").map((one) => one.textContent), ["1.00"], "of unlabelled parts nothing is said");
  assert.match(box.textContent, /99\.8 % are proven/);
  draw({ map: null, waiting: "" });
  assert.match(box.textContent, /no map yet/);
});

test("contradicting samples can be selected, if there are any", () => {
  const { box, said, draw } = trustOf({ trust: { share: 0.5, sentence: "50 % of the map can be trusted." } });
  draw({ contradicting: 1 });
  assert.equal(box.one("plain").textContent, "Select 1 contradicting sample");
  box.one("plain").click();
  assert.deepEqual(said, ["select"]);
  assert.match(box.textContent, /50\.0 %.*50 % of the map can be trusted/);
  draw({ contradicting: 0 });
  assert.equal(box.all("plain").length, 0);
});

test("other shares can be taken", () => {
  const { box, said, draw } = trustOf();
  draw({ sweep: { lams: [0.2, 0.65], q_knn: [0.9, 0.8], proposed: 0.2 } });
  const rows = box.all("sweep");
  assert.deepEqual(rows.map((row) => row.getAttribute("aria-pressed")), ["false", "true"]);
  assert.match(rows[0].textContent, /0\.2, proposed.*\.90/);
  rows[0].click();
  assert.deepEqual(said, [0.2]);
});

test("the steps of a map show which are done and how far the next one is", () => {
  const box = fakeBox();
  const steps = new MapSteps(box, { map: "Layout", coarse: "Regions", fine: "Boundaries" });
  steps.draw(new Set(["map"]), { fraction: 0.43, text: "Territory", left: 90 });
  assert.deepEqual(box.all("li").map((li) => li.className), ["done", "now", ""]);
  assert.equal(box.all("li")[1].getAttribute("aria-current"), "step");
  assert.equal(box.one("progress").getAttribute("aria-valuenow"), "43");
  assert.match(box.textContent, /Territory: 43\.0 %, about 1 min 30 s left/);
  steps.draw(new Set(), null);
  assert.match(box.textContent, /Waiting for the worker/);
  mapHint(box, "no classes");
  assert.equal(box.textContent, "no classes");
  steps.draw(new Set(), null);
  assert.equal(box.all("li").length, 3, "they come back");
});

test("what is said of trust is made anew only where it is another thing", () => {
  const box = fakeBox();
  const panel = new TrustPanel(box, { select() {}, lam() {} });
  const what = {
    map: { scores: { q_knn: 0.9 }, exact: true }, trust: { share: 0.5, sentence: "Half." }, contradicting: 2, waiting: "", lam: 0.65,
    sweep: { lams: [0.2, 0.5], q_knn: [0.9, 0.95], proposed: 0.5 },
  };
  panel.draw(what);
  const [button] = box.all("plain");
  panel.draw({ ...what, map: { ...what.map } });
  assert.equal(box.all("plain")[0], button);
  panel.draw({ ...what, lam: 0.5 });
  assert.deepEqual(box.all("sweep").map((row) => row.getAttribute("aria-pressed")), ["false", "true"]);
});
