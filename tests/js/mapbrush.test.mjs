import assert from "node:assert/strict";
import { test } from "node:test";

import { MapBrush, touched } from "../../assets/dom/mapbrush.mjs";
import { boxOf, layoutMaps } from "../../assets/lib/maps.mjs";
import { fakeBox } from "./fakedom.mjs";

const layout = layoutMaps({ start: 0, shape: [4, 4, 6], factor: 1 }, 1, 120);
const centre = (feature) => {
  const { left, top, width, height } = boxOf(layout, feature);
  return [left + width / 2, top + height / 2];
};

test("a rectangle touches the maps that it shares any area with", () => {
  for (let feature = 0; feature < 6; feature++) {
    const [x, y] = centre(feature);
    assert.deepEqual(touched(layout, [x - 1, y - 1, x + 1, y + 1]), [feature]);
  }
  assert.deepEqual(touched(layout, [-5, -5, 1e4, 1e4]), [0, 1, 2, 3, 4, 5]);
  const { left, top } = boxOf(layout, 0);
  assert.deepEqual(touched(layout, [left - 2, top - 2, left, top]), [], "an edge is no area");
});

test("a drag is a rectangle, a click is none, and nothing is drawn where nobody wants it", () => {
  const stage = fakeBox();
  const canvas = stage.ownerDocument.createElement("canvas");
  canvas.getBoundingClientRect = () => ({ left: 10, top: 20 });
  canvas.setPointerCapture = () => {};
  const brushed = [];
  let wanted = true;
  const brush = new MapBrush({ canvas, stage, layout }, (features) => brushed.push(features), () => wanted);
  const fire = (name, [x, y]) => canvas.fire(name, { clientX: x + 10, clientY: y + 20, button: 0, pointerId: 1 });
  const drag = (from, to) => {
    fire("pointerdown", from);
    fire("pointermove", to);
    const drawn = stage.all("maps-brush").length;
    fire("pointerup", to);
    return drawn;
  };
  assert.equal(drag(centre(1), centre(0)), 1);
  assert.deepEqual(brushed, [[0, 1]]);
  assert.equal(stage.all("maps-brush").length, 0);
  assert.equal(brush.took(), true, "the click that follows is part of it");
  assert.equal(brush.took(), false);
  const [x, y] = centre(2);
  assert.equal(drag([x, y], [x + 2, y]), 0);
  assert.equal(brush.took(), false);
  wanted = false;
  assert.equal(drag(centre(1), centre(0)), 0);
  assert.equal(brushed.length, 1);
});
