/** What only the pointer and the keyboard show over a map. */
import { drawRings, drawShape } from "../lib/matrix.mjs";
import { REACH } from "./mapdiamonds.mjs";
import { drawMiddle } from "./mappoints.mjs";

/**
 * A ring around what is pointed at, the shape that is being drawn, the cross of the keyboard.
 * @param {import("./mapview.mjs").MapView} map
 */
export function drawOver(map) {
  const { over, data, area, view, ratio, marked, workspace } = map;
  const context = over.getContext("2d");
  context.clearRect(0, 0, over.width, over.height);
  if (!data || !view) return;
  const theme = workspace.scheme;
  const { shape, line, arrow, keys } = map.gestures;
  const style = { width: 1.5 * ratio, dark: theme === "dark" };
  const ring = (x, y, point, radius) =>
    drawRings(context, [{ area, view, x, y }], [point], { ...style, radius: radius * ratio });
  const pointed = map.where.get(workspace.hovered);
  if (pointed !== undefined) ring(data.x, data.y, pointed, 2.1 * map.radius + 4);
  if (marked) ring([marked.x], [marked.y], 0, REACH + 4);
  if (shape) drawShape(context, shape, { ...style, lasso: map.tool === "lasso" });
  if (line) map.drawPins(context, line.map(([x, y], k) => ({ x, y, number: map.next + k, row: 1 })));
  if (arrow) drawShape(context, arrow.map((place) => map.pixelOf(place)), { ...style, lasso: true });
  if (keys) drawMiddle(context, map.place, theme);
}
