import assert from "node:assert/strict";
import { test } from "node:test";

import { firstText, spread } from "../../assets/lib/ranking.mjs";

test("places are spread evenly, and none stands twice", () => {
  assert.deepEqual(spread(4, 200), [0, 1, 2, 3, 4]);
  assert.deepEqual(spread(100, 5), [0, 25, 50, 75, 100]);
  assert.deepEqual(spread(0, 5), [0]);
});

test("what the first samples hold is said beside what chance would hold", () => {
  const found = [0, 0.5, 0.5, 1, 1];
  assert.equal(
    firstText(found, { errors: 2, gain: 0.75 }, 1),
    "The first 1 of 4 samples hold 1 of 2 errors (50.0 %); by chance it would be 25.0 %. Over all k the order is 75 % of the way from chance to the best one.",
  );
  assert.match(firstText(found, { errors: 2, gain: null }, 50), /^The first 4 of 4 samples hold 2 of 2 errors \(100\.0 %\); by chance it would be 100\.0 %\.$/);
  assert.match(firstText([0, 1], { errors: 0, gain: null }, 1), /right on all/);
});
