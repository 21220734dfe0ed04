/** What stands in the frame around every page follows what is open, and what a page passes by. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Epochs } from "../../assets/dom/epochs.mjs";
import { SelectionBar } from "../../assets/dom/selectionbar.mjs";
import { Workspace } from "../../assets/dom/workspace.mjs";
import { fakeBox, fakeDocument } from "./fakedom.mjs";

/** A training of five epochs is open, of which the third is shown. */
function open() {
  const workspace = new Workspace(() => assert.fail("nothing is to be fetched"));
  const document = fakeDocument();
  Object.assign(document.defaultView, { setTimeout: () => 1, clearTimeout() {} });
  const [text, strip, stepper] = [fakeBox(document), fakeBox(document), fakeBox(document)];
  const gone = [];
  const bar = new SelectionBar({ text, strip, workspace, tooltip: {} });
  const epochs = new Epochs(stepper, workspace, (epoch) => gone.push(epoch));
  workspace.study = { classes: ["a", "b"], keys: {}, dataKey: "d", epochs: [0, 1, 2, 5, 9] };
  workspace.labels = workspace.predicted = new Int32Array(20);
  workspace.setView({ ...workspace.view, epoch: 2 });
  return { workspace, text, strip, stepper, gone, bar, epochs };
}

test("the header says what is passed by, and steps from there", () => {
  const { workspace, stepper, gone } = open();
  const told = [];
  workspace.on("epochs", () => (told.push(workspace.passing), workspace.pass(null)));
  assert.match(stepper.textContent, /epoch 2 of 9/);
  workspace.pass(5);
  assert.match(stepper.textContent, /epoch 5 of 9/);
  stepper.all("button")[1].click();
  assert.deepEqual([told, gone], [[5], [null]], "from 5 to the last one, which is the finished network");
  assert.match(stepper.textContent, /epoch 2 of 9/, "nobody has gone there yet");
});

test("nothing is selected of no study", () => {
  const { workspace, text, strip, stepper, bar } = open();
  workspace.select([1, 2, 3], "replace");
  bar.pictures(workspace.selected);
  assert.match(text.textContent, /3 of 20 selected/);
  assert.equal(strip.textContent, "123");
  workspace.close();
  assert.deepEqual([text.textContent, strip.textContent, stepper.hidden], ["", "", true]);
  assert.equal(strip.getAttribute("aria-label"), null);
});
