import assert from "node:assert/strict";
import { test } from "node:test";

import { ledText, sampleOf, sizeOf } from "../../assets/dom/sequences.mjs";
import { Lead } from "../../assets/pages/tour/lead.mjs";
import { fakeBox } from "./fakedom.mjs";
import { later, pageOf, settle } from "./workplace.mjs";

const FOUND = {
  arrived: true, distance: [2, 0.05], linf: 0.08, l2: 0.5, radius: 0.09, whole: true, classes: 2, shape: [4],
  probabilities: Float32Array.of(0.9, 0.1, 0.3, 0.7), path: Float32Array.of(0, 0, 1, 1), clean: new Float32Array(4), x: new Float32Array(4).fill(0.08),
};

function open() {
  const box = fakeBox();
  const study = { wish: { study: "s" } };
  const workspace = { study, className: (k) => "ab"[k], labels: Int32Array.of(0, 1), scheme: "light" };
  const page = pageOf({ workspace, id: () => box });
  const view = { data: { layer: "dense" }, pose: {}, matrix: Float64Array.of(1, 0, 0, 1), led: null, soon() {} };
  const stops = { there: true, plan: { layer: "dense", wish: { study: "s", layer: "dense" } } };
  const lead = new Lead(page, stops, () => view);
  const asked = [];
  Object.defineProperty(lead, "desk", {
    value: {
      lead(wish, what) {
        asked.push({ wish, what, ...later() });
        return asked.at(-1).promise;
      },
      async keep(bridge, called, what, x) {
        asked.push({ called, what, x });
        return true;
      },
    },
  });
  lead.mounted();
  return { box, page, workspace, view, stops, lead, asked, text: () => box.textContent };
}

test("a sample is led with the plane as it is drawn, and it is said how far it came", async () => {
  const { lead, asked, view, text, box } = open();
  lead.lead(1, [0.4, 0.2]);
  assert.match(text(), /Looking for the smallest change that takes sample 1 there/);
  assert.deepEqual(asked[0].what, { sample: 1, pose: [[1, 0], [0, 1]], goal: [0.4, 0.2], epsilon: 0.3 });
  assert.equal(asked[0].wish.layer, "dense");
  asked[0].keep(FOUND);
  await settle();
  assert.match(text(), /Sample 1 gets there: .* no value by more than 0\.08 \(L∞\), and is 0\.5 long/);
  assert.match(text(), /said a \(90\.0 %\), and says b \(70\.0 %\)/);
  assert.deepEqual([view.led.layer, view.led.path], ["dense", FOUND.path]);
  box.all("button").find(({ textContent }) => textContent === "Add it to the samples").click();
  await settle();
  assert.deepEqual(asked[1], {
    called: "Sample 1, as it became,", what: { kind: "led", texts: ["sample 1, led elsewhere in dense"], labels: [1] }, x: FOUND.x,
  });
  box.all("button")[0].click();
  assert.equal(view.led, null);
  assert.equal(text(), "");
});

test("what falls short is said with its share of the way", async () => {
  const { lead, asked, text } = open();
  lead.lead(0, [1, 1]);
  asked[0].keep({ ...FOUND, arrived: false, distance: [2, 1.5], whole: false });
  await settle();
  assert.match(text(), /comes 25\.0 % of the way, .* within ε = 0\.3/);
  assert.match(text(), /ended after some seconds/);
});

test("only the newest is shown, of the study that is open", async () => {
  const { lead, asked, view, text, workspace } = open();
  lead.lead(0, [1, 1]);
  lead.lead(1, [1, 1]);
  asked[0].keep(FOUND);
  await settle();
  assert.equal(view.led, null);
  workspace.study = { wish: {} };
  asked[1].keep(FOUND);
  await settle();
  assert.equal(view.led, null);
  lead.lead(1, [1, 1]);
  asked[2].fail(new Error("There is no gradient."));
  await settle();
  assert.match(text(), /There is no gradient\./);
});

test("nothing is led on the way somewhere, from attacked samples, or by nothing", () => {
  const { lead, asked, view, stops, page } = open();
  view.pose.next = {};
  lead.lead(0, [1, 1]);
  view.pose.next = null;
  view.data.ways = { step: 3 };
  lead.lead(0, [1, 1]);
  view.data.ways = { step: 0 };
  lead.epsilon = 0;
  lead.lead(0, [1, 1]);
  lead.epsilon = 0.1;
  stops.there = false;
  lead.lead(0, [1, 1]);
  assert.equal(asked.length, 0);
  assert.equal(page.said.toasts.length, 4);
});

test("a sample that was dragged on a map is a path of as many inputs as came", () => {
  const what = { kind: "lead", sample: 4, point: [1, 2], epsilon: 0.1 };
  const sequence = { what, inputs: null, lead: { ...FOUND, arrived: false, distance: [1, 0.25] } };
  assert.equal(sizeOf(sequence), 0);
  assert.equal(sizeOf({ ...sequence, inputs: [1, 2, 3] }), 3);
  assert.deepEqual([sampleOf(sequence, 0), sampleOf(sequence, 1)], [4, -1]);
  assert.match(ledText(sequence), /Sample 4 comes 75\.0 % of the way/);
  assert.match(ledText({ ...sequence, lead: FOUND }), /0\.08 \(L∞\), 0\.5 in length/);
});
