import assert from "node:assert/strict";
import { test } from "node:test";

import { MapBrush, touched } from "../../assets/dom/mapbrush.mjs";
import { boxOf, layoutMaps } from "../../assets/lib/maps.mjs";
import { polygonTest } from "../../assets/lib/shapes.mjs";
import { fakeBox } from "./fakedom.mjs";
import { generator } from "./support.mjs";

const layout = layoutMaps({ start: 0, shape: [4, 4, 6], factor: 1 }, 1, 120);
const centre = (feature) => {
  const { left, top, width, height } = boxOf(layout, feature);
  return [left + width / 2, top + height / 2];
};

test("a lasso touches the maps that it crosses, and those within it", () => {
  const [x, y] = centre(0);
  for (let feature = 0; feature < 6; feature++) {
    const [x1, y1] = centre(feature);
    const small = [[x1 - 1, y1 - 1], [x1 + 1, y1 - 1], [x1, y1 + 1]];
    assert.deepEqual(touched(layout, small), [feature], "a lasso within one map");
    assert.ok(touched(layout, [[x, y], [x1, y1]]).includes(feature), "a line that ends there");
  }
  assert.deepEqual(touched(layout, [[-5, -5], [1e4, -5], [1e4, 1e4], [-5, 1e4]]), [0, 1, 2, 3, 4, 5]);
  const { left, top } = boxOf(layout, 0);
  assert.deepEqual(touched(layout, [[left - 3, top - 3], [left - 1, top - 3], [left - 1, top - 1]]), []);
  assert.deepEqual(touched(layout, [[left - 3, 0], [left - 3, 1e4]]), [], "a line along their side");
});

test("a lasso touches a map if and only if it has a point of it", () => {
  const random = generator(5);
  const inside = (trail) => {
    const encloses = polygonTest(trail);
    return Array.from({ length: 6 }, (_, feature) => feature).filter((feature) => {
      const { left, top, width, height } = boxOf(layout, feature);
      for (let i = 0; i <= 60; i++) for (let j = 0; j <= 60; j++) {
        if (encloses(left + (i * width) / 60, top + (j * height) / 60)) return true;
      }
      return false;
    });
  };
  for (let round = 0; round < 60; round++) {
    const trail = Array.from({ length: 3 + (round % 5) }, () => [random() * 130 - 5, random() * 80 - 5]);
    const found = touched(layout, trail);
    // A point of a fine grid may be missed at a tip, never the other way round.
    for (const feature of inside(trail)) assert.ok(found.includes(feature), JSON.stringify(trail));
    assert.ok(found.length - inside(trail).length <= 1, JSON.stringify(trail));
  }
});

test("a drag is a lasso, a click is none, and nothing is drawn where nobody wants it", () => {
  const stage = fakeBox();
  const [canvas, section] = ["canvas", "section"].map((tag) => stage.ownerDocument.createElement(tag));
  canvas.getBoundingClientRect = () => ({ left: 10, top: 20 });
  let captured = 0;
  section.setPointerCapture = () => (captured += 1);
  const brushed = [];
  let wanted = true;
  const brush = new MapBrush({ section, canvas, stage, layout }, (features) => brushed.push(features), () => wanted, () => false);
  const fire = (name, [x, y]) => section.fire(name, { clientX: x + 10, clientY: y + 20, button: 0, buttons: 1, pointerId: 1 });
  const drag = (from, ...to) => {
    fire("pointerdown", from);
    for (const place of to) fire("pointermove", place);
    const drawn = stage.all("maps-lasso").length;
    fire("pointerup", to.at(-1));
    return drawn;
  };
  assert.equal(drag(centre(1), centre(0)), 1);
  assert.deepEqual(brushed, [[0, 1]]);
  assert.equal(captured, 1);
  assert.equal(stage.all("maps-lasso").length, 0);
  assert.equal(brush.took(), true, "the click that follows is part of it");
  assert.equal(brush.took(), false);
  const [x, y] = centre(2);
  assert.equal(drag([x, y], [x + 2, y]), 0);
  assert.equal(brush.took(), false);
  assert.equal(captured, 1, "a click is that of what is clicked");
  fire("pointerdown", [-30, 5]);
  section.fire("pointermove", { clientX: 60, clientY: 60, buttons: 0 });
  assert.equal(stage.all("maps-lasso").length, 0, "the button was let go elsewhere");
  assert.equal(drag([-30, y], [1e3, y]), 1, "it may begin beside the maps");
  assert.ok(brushed.pop().includes(2));
  fire("pointerdown", centre(0));
  fire("pointermove", centre(3));
  section.fire("keydown", { key: "Escape" });
  assert.equal(stage.all("maps-lasso").length, 0, "called off");
  fire("pointerup", centre(3));
  wanted = false;
  assert.equal(drag(centre(1), centre(0)), 0);
  assert.equal(brushed.length, 1);
});
