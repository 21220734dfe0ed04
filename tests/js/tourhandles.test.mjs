import assert from "node:assert/strict";
import { test } from "node:test";

import { drawHandles } from "../../assets/dom/tourhandles.mjs";
import { fakeDocument } from "./fakedom.mjs";

const STYLE = { getPropertyValue: () => "#000", fontFamily: "sans" };

/** Where names are written whose axes end at some places of a picture of 200 x 100 pixels. */
function written(names, ends) {
  const canvas = fakeDocument().createElement("canvas");
  Object.assign(canvas, { width: 200, height: 100 });
  const context = canvas.getContext("2d"); // a letter is 10 pixels wide
  drawHandles(context, { middle: [100, 50], ends, names, coloured: true, chosen: -1, style: STYLE, ratio: 1, alpha: 1 });
  return canvas.drawn.filter(([name]) => name === "fillText").map(([, text, x]) => [text, x]);
}

test("names at the edge of the picture are read whole", () => {
  const found = written(["automobile", "ship", "truck"], [[10, 50], [150, 50], [195, 50]]);
  assert.deepEqual(found, [["automobile", 53], ["ship", 165], ["truck", 172]]);
});

test("names of axes that end outside stay there", () => {
  assert.deepEqual(written(["ship"], [[-300, 50]]), [["ship", -315]]);
});

test("a name that is wider than the picture stays at its axis", () => {
  assert.deepEqual(written(["x".repeat(30)], [[150, 50]])[0][1], 165);
});
