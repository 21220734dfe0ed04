import assert from "node:assert/strict";
import { test } from "node:test";

import { InputDesk } from "../../assets/dom/inputdesk.mjs";
import { Result } from "../../assets/pages/attack/result.mjs";
import { pageOf } from "./workplace.mjs";

const STUDY = { name: "mnist-cnn", wish: { study: "mnist-cnn", split: "test", epoch: null } };

/** A desk whose server is `answer`; `asked` holds addresses and forms. */
function deskOf(answer) {
  const asked = [];
  const workspace = {
    study: STUDY,
    fetcher: async (address, how = {}) => (asked.push([address, how.body]), answer(address)),
  };
  return { desk: new InputDesk(workspace), workspace, asked };
}

test("an input is sent as its bytes, with the study that is meant", async () => {
  const { desk, asked } = deskOf(() => new Response(Float32Array.of(0.25, 0.75)));
  const x = Float32Array.of(1, 0.5);
  assert.deepEqual(await desk.judge(x), Float32Array.of(0.25, 0.75));
  const [[address, form]] = asked;
  assert.equal(address, "/inputs/judge");
  assert.deepEqual(JSON.parse(form.get("wish")), STUDY.wish);
  assert.deepEqual(new Float32Array(await form.get("x").arrayBuffer()), x);
});

test("converted files come one after the other, and what is said of each behind all of them", async () => {
  const headers = { "X-Told": JSON.stringify({ shape: [2, 1, 2, 1], notes: ["whole", "cut"], places: [0, 2], failed: ["broken.png cannot be read."], classes: 3 }) };
  const { desk, asked } = deskOf(() => new Response(Float32Array.of(1, 2, 3, 4, 0.5, 0.25, 0.25, 0, 0, 1), { headers }));
  const files = ["a.png", "broken.png", "b.png"].map((name) => new File(["1"], name, { type: "image/png" }));
  const { pictures, failed } = await desk.convert(files, "whole", true);
  assert.deepEqual(failed, ["broken.png cannot be read."]);
  assert.deepEqual(pictures.map(({ file }) => file), [files[0], files[2]]);
  assert.deepEqual(pictures.map(({ file: _, ...rest }) => rest), [
    { name: "a.png", note: "whole", x: Float32Array.of(1, 2), probabilities: Float32Array.of(0.5, 0.25, 0.25) },
    { name: "b.png", note: "cut", x: Float32Array.of(3, 4), probabilities: Float32Array.of(0, 0, 1) },
  ]);
  const [[, form]] = asked;
  assert.deepEqual(form.getAll("file").map(({ name }) => name), ["a.png", "broken.png", "b.png"]);
  assert.deepEqual(JSON.parse(form.get("what")), { fit: "whole", inverted: true });
});

test("what the server refuses is an error in its own words", async () => {
  const { desk } = deskOf(() => new Response("No more than 200 samples are kept.\n", { status: 422 }));
  for (const ask of [() => desk.judge(new Float32Array(1)), () => desk.list(), () => desk.remove([0]), () => desk.add({ kind: "sketch" })]) {
    await assert.rejects(ask, { message: "No more than 200 samples are kept." });
  }
  const { desk: mute } = deskOf(() => new Response("", { status: 502, statusText: "Bad Gateway" }));
  await assert.rejects(mute.list(), { message: "Bad Gateway" });
});

const OFFERS = { "mnist-cnn": "MNIST", "mnist-cnn.added": "MNIST, with what was added" };

test("an attacked sample is added as it is at the step that is shown", async () => {
  const button = { disabled: false };
  for (const [shown, again] of [[false, 0], [true, 1]]) {
    const { workspace, asked } = deskOf(() => Response.json({ study: "mnist-cnn.added", samples: [], shown, offers: OFFERS }));
    const page = { ...pageOf({ workspace }), runs: { sample: 6, key: "k" } };
    let opened = 0;
    page.bridge.again = () => opened++;
    const adding = new Result(page, { now: 12 }).add(button);
    assert.equal(button.disabled, true);
    await adding;
    const [[address, form]] = asked;
    assert.equal(address, "/inputs/add");
    assert.deepEqual(JSON.parse(form.get("what")), { kind: "attack", key: "k", sample: 6, step: 12 });
    assert.deepEqual(page.said.set, [["frame-offers", { data: OFFERS }]]);
    assert.match(page.said.toasts[0], /^Sample 6 at step 12 is added/);
    assert.deepEqual([opened, button.disabled], [again, false]);
  }
  const { workspace } = deskOf(() => new Response("It is gone.", { status: 422 }));
  const page = { ...pageOf({ workspace }), runs: { sample: 6, key: "k" } };
  await new Result(page, { now: 0 }).add(button);
  assert.deepEqual([page.said.toasts, page.said.set, button.disabled], [["It is gone."], [], false]);
});
