import assert from "node:assert/strict";
import { test } from "node:test";

import { confusionChange } from "../../assets/dom/confusionchange.mjs";
import { changes, confusions } from "../../assets/lib/confusions.mjs";
import { fakeBox, fakeDocument } from "./fakedom.mjs";
import { generator, integer } from "./support.mjs";

/** Two answers about the same samples, some of them unlabelled. */
function answers(random, { n = 300, classes = 4 } = {}) {
  const draw = (low) => Int32Array.from({ length: n }, () => integer(random, low, classes));
  return { labels: draw(-1), before: draw(0), after: draw(0), classes };
}

const sum = (values) => values.reduce((a, b) => a + b, 0);

test("what is counted is how many samples of a class are taken for which one", () => {
  const random = generator(1);
  for (const classes of [1, 2, 7]) {
    const what = answers(random, { classes });
    const found = confusions(what);
    const samples = Array.from(what.labels.keys());
    for (let truth = 0; truth < classes; truth++) {
      assert.equal(found.total[truth], samples.filter((k) => what.labels[k] === truth).length);
      for (let said = 0; said < classes; said++) {
        for (const name of ["before", "after"]) {
          const wanted = samples.filter((k) => what.labels[k] === truth && what[name][k] === said).length;
          assert.equal(found[name][truth * classes + said], wanted);
        }
      }
      const row = (table) => sum(table.subarray(truth * classes, (truth + 1) * classes));
      assert.deepEqual([row(found.before), row(found.after)], [found.total[truth], found.total[truth]]);
    }
  }
});

test("samples of which nobody knows the class count nowhere", () => {
  const what = answers(generator(2));
  const { total } = confusions(what);
  assert.equal(sum(total), what.labels.filter((label) => label >= 0).length);
  const none = confusions({ ...what, labels: what.labels.map(() => -1) });
  assert.equal(sum(none.before) + sum(none.after) + sum(none.total), 0);
});

test("what has changed most comes first, and what is right is no mistake", () => {
  const what = answers(generator(3));
  const counts = confusions(what);
  const all = changes(counts, 100);
  const by = all.map(({ before, after }) => Math.abs(after - before));
  assert.deepEqual(by, by.toSorted((a, b) => b - a));
  for (const { truth, said, before, after } of all) {
    assert.notEqual(truth, said);
    assert.notEqual(before, after);
    assert.deepEqual([before, after], [counts.before[truth * 4 + said], counts.after[truth * 4 + said]]);
  }
  const moved = Array.from(counts.before.keys()).filter((k) => k % 5 && counts.before[k] !== counts.after[k]);
  assert.equal(all.length, moved.length, "each once");
  assert.deepEqual(changes(counts, 3), all.slice(0, 3));
  assert.deepEqual(changes(confusions({ ...what, after: what.before }), 100), []);
});

/** What is drawn of counts, and which cells were clicked. */
function draw(what, names) {
  const document = fakeDocument();
  const box = fakeBox(document);
  const picked = [];
  box.append(...confusionChange(document, confusions(what), names, (...cell) => picked.push(cell)));
  return { box, picked };
}

const FEW = { labels: [0, 0, 0, 0, 1, 1, 2], before: [0, 0, 1, 1, 1, 1, 0], after: [0, 1, 1, 1, 2, 2, 2], classes: 3 };

test("a few classes are a table of what they are taken for now", () => {
  const { box, picked } = draw(FEW, ["a", "b", "c"]);
  const rows = box.one("tbody").all("tr").map((row) => row.all("td").map((cell) => cell.textContent));
  assert.deepEqual(rows, [["1", "3", ""], ["", "0", "2"], ["0", "", "1"]]);
  const cell = (truth, said) => box.one("tbody").all("tr")[truth].all("td")[said].one("button");
  assert.equal(cell(0, 1).title, "True a, taken for b: 2 before, 3 now");
  cell(1, 2).click();
  assert.deepEqual(picked, [[1, 2]]);
  assert.deepEqual([cell(1, 1).disabled, cell(1, 2).disabled], [true, false], "of nobody there is nothing to select");
});

test("red is mistaken more often, blue less, and stronger what changed more", () => {
  const { box } = draw(FEW, ["a", "b", "c"]);
  const colour = (truth, said) => box.one("tbody").all("tr")[truth].all("td")[said].one("button").style.background;
  assert.match(colour(1, 2), /--bad\) 75%/, "two more, the most of all");
  assert.match(colour(0, 1), /--bad\) 45%/, "one more");
  assert.match(colour(2, 0), /--accent\) 45%/, "one less");
  for (const k of [0, 1, 2]) assert.equal(colour(k, k), undefined, "right or not is said elsewhere");
});

test("of many classes what has changed most is listed", () => {
  const names = Array.from({ length: 20 }, (_, k) => `c${k}`);
  const what = answers(generator(4), { n: 400, classes: 20 });
  const { box, picked } = draw(what, names);
  assert.equal(box.all("table").length, 0);
  const lines = box.all("confusion-line");
  const [first] = changes(confusions(what), 1);
  assert.equal(lines.length, 12);
  assert.equal(lines[0].textContent, `True c${first.truth}, taken for c${first.said}: ${first.before} before, ${first.after} now`);
  lines[0].click();
  assert.deepEqual(picked, [[first.truth, first.said]]);
});

test("where no mistake is made more often or less, that is said", () => {
  const { box } = draw({ ...FEW, after: FEW.before }, ["a", "b", "c"]);
  assert.match(box.textContent, /No class is mistaken for another one more often/);
  assert.equal(box.all("button").length, 0);
});
