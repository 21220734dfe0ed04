/** Answers what `tests/analysis/test_tour.py` asks of the browser's arithmetic: JSON in, JSON out. */
import { readFileSync } from "node:fs";

import { advance, placed, towards } from "../../assets/lib/tour.mjs";
import { completed, linkOf, planeThrough } from "../../assets/lib/tourlinks.mjs";

const ACTS = {
  advance({ d, frame, way, seconds, times }) {
    for (let k = 0; k < times; k++) advance(frame, d, way, seconds);
    return frame;
  },
  placed: ({ d, frame, vector, target }) => placed(frame, d, vector, target),
  carried({ d, frame, own, other, w }) {
    const link = linkOf({ frame: own, d: own.length / w }, { frame: other, d: other.length / w });
    const e = other.length / w;
    return completed(planeThrough(frame, d, link, e), e);
  },
  towards: ({ d, frame, plane, part }) => towards(frame, d, plane, part),
};

const cases = JSON.parse(readFileSync(0, "utf8"));
const found = cases.map((one) => Array.from(ACTS[one.act]({ ...one, frame: Float64Array.from(one.frame) })));
process.stdout.write(JSON.stringify(found));
