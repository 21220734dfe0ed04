import assert from "node:assert/strict";
import { test } from "node:test";

import { halfOf, leastOf, moved, rowsOf } from "../../assets/lib/moves.mjs";
import { Comparison } from "../../assets/pages/tour/multiples.mjs";
import { fakeBox } from "./fakedom.mjs";
import { pageOf, settle } from "./workplace.mjs";

const WISH = { study: "s", split: "test", epoch: 3, layer: "dense", path: ["in", "dense"] };
const SIDE = 40;
const KINDS = ["pca", "umap", "t-sne"];

/** What the server has of some epochs; `there` names the parts that are computed. */
function planOf({ epochs = [0, 9], there = ["cloud", ...KINDS], jumps = {}, wish = {} } = {}) {
  const part = (epoch, name) => ({ key: `${epoch}-${name}`, facts: there.includes(name) ? {} : null });
  const none = epochs.slice(1).map(() => null);
  return {
    wish: { study: "s", split: "test", epoch: 3, layer: "dense", ...wish }, layer: "dense", recorded: [0, 4, 9], epochs,
    missing: (4 - there.length) * epochs.length,
    cells: epochs.map((epoch) => ({ epoch, ...Object.fromEntries(["cloud", ...KINDS].map((name) => [name, part(epoch, name)])) })),
    jumps: { pca: none, umap: none, "t-sne": none, layer: none, ...jumps },
  };
}

/** Six samples of which four are drawn; from epoch 0 to 9 all go one to the right. */
const ARRAYS = {
  samples: () => Int32Array.of(0, 2, 3, 5),
  places: () => Float32Array.of(-1, 0, 1, 0, 0, 1, NaN, NaN),
  centre: () => Float32Array.of(0, 0),
  x: (epoch) => Float32Array.from([-1, 0, 9, 9, 1, 0, 0, 1, 9, 9, 0, -1], (value, k) => value + (k % 2 || epoch === 0 ? 0 : 1)),
};

function open({ ready = true } = {}) {
  const box = fakeBox();
  box.isConnected = true;
  const heard = {};
  const workspace = {
    view: { epoch: null, focus: null }, ready, scheme: "light", standing: null, asked: [], study: { title: "Mine" },
    colours: () => Uint32Array.of(1, 2, 3, 4, 5, 6), on: (event, act) => ((heard[event] ??= []).push(act)),
    async array(key, name) {
      this.asked.push(`${key} ${name}`);
      if (this.broken) throw new Error("gone");
      return { values: ARRAYS[name](Number(key.split("-")[0])) };
    },
  };
  const page = pageOf({ workspace });
  page.id = () => box;
  const comparison = new Comparison(page);
  comparison.mounted();
  return { box, page, workspace, heard, comparison, said: page.said };
}

/** Give the cells a size, as a page does that shows them. */
function layOut(box) {
  for (const canvas of box.all("canvas")) canvas.clientWidth = SIDE;
}

async function shown(plan = planOf()) {
  const opened = open();
  opened.comparison.about(WISH);
  opened.comparison.planned(plan);
  await settle();
  layOut(opened.box);
  opened.comparison.grid.draw();
  return opened;
}

/** How many pixels of a cell are not the ground. */
function inked(canvas) {
  const [, pixels] = canvas.drawn.filter(([name]) => name === "putImageData").at(-1);
  const all = new Uint32Array(pixels.data.buffer);
  return all.filter((pixel) => pixel !== all[0]).length;
}

test("why there is nothing to compare is said", () => {
  const { box, comparison, said } = open();
  assert.match(box.textContent, /once a layer is shown/);
  comparison.about(WISH);
  const [[id, { data }]] = said.set;
  assert.equal(id, "tour-compared");
  assert.deepEqual({ ...data, again: 0 }, { study: "s", split: "test", epoch: 3, layer: "dense", again: 0 });
  comparison.planned({ error: "There are no epochs.", wish: WISH });
  assert.match(box.textContent, /There are no epochs\./);
  assert.equal(box.one("multiples-controls").hidden, true);
});

test("nothing is enlarged before there is anything", async () => {
  const { box, comparison, said } = open();
  comparison.about(WISH);
  comparison.planned(planOf({ there: [] }));
  await settle();
  const dialog = box.all("dialog")[0];
  dialog.showModal = () => assert.fail("an empty picture is shown large");
  box.one("multiples-controls").one("button").click();
  assert.match(said.toasts.at(-1), /nothing to enlarge/);
});

test("a comparison is computed when somebody asks, and looked up again then", async () => {
  const { box, comparison, said } = open();
  comparison.about(WISH);
  comparison.planned(planOf({ there: [] }));
  await settle();
  assert.match(box.textContent, /dense at 2 epochs by PCA, UMAP and t-SNE/);
  box.one("hint").one("button").click();
  const [id, { data }] = said.set.at(-1);
  assert.deepEqual([id, data.epochs, data.layer], ["tour-wish-views", [0, 9], "dense"]);
  assert.equal(box.one("hint").one("button").disabled, true);
  box.one("hint").all("quiet")[0].isConnected = true;
  comparison.working({ fraction: 0.5, text: "epoch 9: Drawing by umap" });
  assert.equal(said.header.textContent, "epoch 9: Drawing by umap: 50.0 %");
  assert.match(box.textContent, /Drawing by umap: 50/);
  comparison.answer({ state: "done", result: { done: {}, failed: { umap: "A drawing takes 5 samples or more." } } });
  assert.match(box.one("wrong").textContent, /5 samples or more/);
  assert.equal(said.set.at(-1)[0], "tour-compared");
  comparison.ask();
  comparison.answer({ state: "failed", error: "no memory", reference: "7f" });
  assert.match(box.textContent, /no memory \(reference 7f/);
});

test("an answer about a layer that was left changes nothing", async () => {
  const { box, comparison, said } = open();
  comparison.about(WISH);
  comparison.planned(planOf({ there: [] }));
  await settle();
  comparison.ask();
  comparison.about({ ...WISH, layer: "other" });
  const before = said.set.length;
  comparison.answer({ state: "failed", error: "no memory" });
  comparison.planned(planOf());
  await settle();
  assert.equal(said.set.length, before);
  assert.equal(box.all("canvas").length, 0);
  assert.doesNotMatch(box.textContent, /no memory/);
});

test("every way to draw is a row, every epoch a column", async () => {
  const { box, comparison } = await shown();
  assert.deepEqual(box.all("h3").map((name) => name.textContent), ["This projection", "PCA", "UMAP", "t-SNE", "Random 1", "Random 2"]);
  const cells = box.all("canvas");
  assert.equal(cells.length, 12);
  assert.equal(cells[0].getAttribute("aria-label"), "This projection, epoch 0");
  assert.deepEqual(cells.map((canvas) => canvas.width), Array(12).fill(SIDE));
  assert.deepEqual(cells.slice(0, 2).map(inked), [0, 0], "nothing was toured yet");
  assert.ok(cells.slice(2).every((canvas) => inked(canvas) > 4));
  comparison.frameChanged(Float64Array.of(1, 0, 0, 1), "dense");
  assert.ok(inked(cells[0]) > 4 && inked(cells[1]) > 4);
});

test("a screen of more pixels gets more of them", async () => {
  const { box, comparison } = await shown();
  box.ownerDocument.defaultView.devicePixelRatio = 2;
  comparison.grid.draw();
  assert.equal(box.all("canvas")[0].width, 2 * SIDE);
});

test("what is selected stands out, in the colours of the page", async () => {
  const { box, heard, workspace } = await shown();
  const cell = box.all("canvas")[2];
  const plain = inked(cell);
  workspace.standing = Uint8Array.of(1, 0, 0, 0, 0, 0); // of all samples; the first is drawn
  for (const act of heard.selection) act();
  assert.notEqual(inked(cell), plain);
  workspace.ready = false;
  const before = cell.drawn.length;
  for (const act of heard.colours) act();
  assert.equal(cell.drawn.length, before, "nothing is drawn without a study");
});

test("a row says how far samples move where the layer itself changes least", async () => {
  const plan = planOf({
    epochs: [0, 4, 9], wish: { epochs: [0, 4, 9] },
    jumps: { "t-sne": [0.9, 0.41], umap: [0.8, null], layer: [0.7, 0.002] },
  });
  const { box, comparison } = open();
  comparison.about(WISH);
  comparison.choose("0, 4 9");
  comparison.planned(plan);
  await settle();
  layOut(box);
  comparison.frameChanged(Float64Array.of(1, 0, 0, 1), "dense");
  comparison.grid.draw();
  const said = box.all("multiples-words").map((words) => words.textContent);
  assert.equal(said[3], "Samples move 0.41 of the picture between epochs 4 and 9, in the layer itself less than 0.01.");
  assert.equal(said[2], "Samples move 0.80 of the picture between epochs 0 and 4, in the layer itself 0.70.");
  assert.equal(said[1], "");
  assert.match(said[0], /^Samples move less than 0\.01 of the picture between epochs 4 and 9/);
  const { title } = box.all("multiples-words")[0];
  assert.match(title, /^Samples move 1\.00 .* 0 and 4.*\n.* 4 and 9/);
});

test("an epoch is a click away, and the one on the page is marked", async () => {
  const { box, heard, workspace, said } = await shown();
  const heads = box.all("multiples-epoch");
  assert.deepEqual(heads.map((head) => head.getAttribute("aria-current")), [null, "true"]);
  heads[0].click();
  heads[1].click();
  assert.deepEqual(said.views, [{ epoch: 0 }, { epoch: null }], "the last one is the finished network");
  workspace.view = { epoch: 0 };
  for (const act of heard.view) act();
  assert.deepEqual(heads.map((head) => head.getAttribute("aria-current")), ["true", null]);
});

test("the plane that turns is drawn four times a second at most", async () => {
  const { box, page, comparison } = await shown();
  const drawn = () => box.all("canvas")[0].drawn.filter(([name]) => name === "putImageData").length;
  const before = drawn();
  const plane = Float64Array.of(1, 0, 0, 1);
  for (let k = 0; k < 20; k++) comparison.frameChanged(plane, "dense");
  assert.equal(drawn(), before + 1);
  page.elapse();
  assert.equal(drawn(), before + 2, "the last of them is not forgotten");
  page.elapse();
  assert.equal(drawn(), before + 2);
  comparison.frameChanged(plane, "conv");
  assert.equal(inked(box.all("canvas")[0]), 0, "another layer is toured");
});

test("epochs are typed; what is none is said", async () => {
  const { box, comparison, said } = await shown();
  const field = box.one("input");
  assert.equal(field.value, "0, 9");
  const type = (text) => {
    field.value = text;
    field.fire("change");
  };
  type("0, five");
  assert.match(box.one("wrong").textContent, /whole numbers, such as 0, 5, 14; got "five"/);
  type("0;4  9");
  assert.deepEqual(said.set.at(-1)[1].data.epochs, [0, 4, 9]);
  comparison.planned({ error: "Epochs are from 0 to 9.", wish: { ...planOf().wish, epochs: [0, 4, 9] } });
  assert.match(box.one("wrong").textContent, /from 0 to 9/);
  assert.equal(box.one("multiples-controls").hidden, false);
  type("");
  assert.equal("epochs" in said.set.at(-1)[1].data, false, "as it was before anybody chose");
  comparison.planned(planOf({ there: ["cloud", "pca"] }));
  await settle();
  layOut(box);
  comparison.grid.draw();
  assert.deepEqual(box.all("canvas").slice(2, 6).map((canvas) => inked(canvas) > 0), [true, true, false, false]);
  assert.match(box.textContent, /Compute the comparison/, "what is there is shown beside what is missing");
});

test("epochs that were typed stay from layer to layer, unless they are none", async () => {
  const { comparison, said } = await shown();
  const asked = () => said.set.at(-1)[1].data.epochs ?? null;
  comparison.choose("0 4");
  comparison.about({ ...WISH, layer: "conv" });
  assert.deepEqual(asked(), [0, 4]);
  comparison.choose("77");
  comparison.planned({ error: "Epochs are from 0 to 9.", wish: { ...WISH, layer: "conv", epochs: [77] } });
  comparison.about(WISH);
  assert.equal(asked(), null);
  comparison.choose("0 4");
  comparison.about({ ...WISH, study: "other" });
  assert.equal(asked(), null, "another training has epochs of its own");
});

test("an array that cannot be had is said", async () => {
  const { box, workspace, comparison } = open();
  workspace.broken = true;
  comparison.about(WISH);
  comparison.planned(planOf());
  await settle();
  assert.match(box.one("wrong").textContent, /gone/);
  assert.equal(box.all("canvas").length, 0);
});

test("what is known is neither asked for nor fetched again", async () => {
  const { workspace, comparison, said } = await shown();
  const before = [said.set.length, workspace.asked.length];
  comparison.about({ ...WISH, epoch: 4, path: [] });
  comparison.planned(planOf());
  await settle();
  assert.deepEqual([said.set.length, workspace.asked.length], before);
  comparison.about({ ...WISH, layer: "conv" });
  assert.equal(said.set.length, before[0] + 1);
});

test("the grid fills the screen and comes back", async () => {
  const { box, comparison } = await shown();
  const dialog = box.one("dialog");
  const steps = [];
  dialog.showModal = () => steps.push("open");
  dialog.close = () => dialog.fire("close");
  const [large] = box.one("multiples-controls").all("button");
  large.click();
  assert.deepEqual([steps, dialog.all("canvas").length], [["open"], 12]);
  assert.match(dialog.textContent, /dense of Mine/);
  assert.ok(comparison.grid.element.classList.contains("large"));
  dialog.one("button").click();
  assert.equal(dialog.all("canvas").length, 0);
  assert.equal(box.all("canvas").length, 12);
  assert.ok(!comparison.grid.element.classList.contains("large"));
});

test("how far samples move is a share of how far they lie apart", () => {
  const x = Float32Array.of(-2, 2, 0, 0);
  const y = Float32Array.of(0, 0, -2, 2);
  assert.equal(moved([x, y], [x, y]), 0);
  assert.equal(moved([x, y], [x.map((value) => value + 1), y]), 0.5);
  assert.equal(moved([x.map((value) => value + 50), y], [x.map((value) => value + 51), y]), 0.5, "wherever the middle is");
  const holes = Float32Array.of(-2, 2, NaN, NaN);
  assert.equal(moved([holes, y], [holes, y.map((value) => value + 2)]), 1);
  assert.ok(Number.isNaN(moved([x.fill(1), y.fill(1)], [x, y])));
  assert.ok(Number.isNaN(moved([[NaN], [0]], [[1], [0]])));
});

test("rows, room and the least of a list", () => {
  assert.deepEqual([...rowsOf(Float32Array.of(0, 1, 2, 3, 4, 5), 2, [2, 0])], [4, 5, 0, 1]);
  assert.equal(halfOf([[-3, 1, NaN], [1, 2, 9]]), 3);
  assert.equal(halfOf([[-3, 1, 1, 1], [0, 2, 0, 0]], 0.5), 2);
  assert.equal(halfOf([[], []]), 0);
  assert.equal(leastOf([null, 3, 1, null, 2]), 2);
  assert.equal(leastOf([null]), -1);
});
