import assert from "node:assert/strict";
import { test } from "node:test";

import { cell, table } from "../../assets/lib/csv.mjs";
import { generator, integer } from "./support.mjs";

/** RFC 4180 read character by character. */
function parse(text) {
  const rows = [[""]];
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const row = rows[rows.length - 1];
    const c = text[i];
    if (quoted && c === '"' && text[i + 1] === '"') row[row.length - 1] += text[i++];
    else if (c === '"') quoted = !quoted;
    else if (!quoted && c === ",") row.push("");
    else if (!quoted && c === "\n") rows.push([""]);
    else row[row.length - 1] += c;
  }
  return rows.slice(0, -1);
}

test("whatever is written is read back, but for the apostrophe before formulas", () => {
  const random = generator(1);
  const letters = ['"', ",", "\n", "\r", "=", "+", "-", "@", "'", "a", "é", " ", "\t", "1"];
  const word = () =>
    Array.from({ length: integer(random, 0, 6) }, () => letters[integer(random, 0, letters.length)])
      .join("");
  for (let round = 0; round < 300; round++) {
    const width = integer(random, 1, 5);
    const line = () => Array.from({ length: width }, word);
    const [columns, rows] = [line(), Array.from({ length: integer(random, 0, 4) }, line)];
    const guarded = (text) => ("=+-@\t\r\n".includes(text[0] ?? "x") ? `'${text}` : text);
    assert.deepEqual(parse(table(columns, rows)), [columns, ...rows].map((r) => r.map(guarded)));
  }
});

test("cells of every type", () => {
  const known = [
    [1.5, "1.5"], [-2, "-2"], [1e21, "1e+21"], [NaN, "nan"], [-Infinity, "-inf"], [10n, "10"],
    [true, "true"], [null, ""], [undefined, ""], ["", ""], ["a b", "a b"], ["a,b", '"a,b"'],
    ['say "x"', '"say ""x"""'], ["=SUM(A1)", "'=SUM(A1)"], ["-1", "'-1"], ["@x,y", "\"'@x,y\""],
  ];
  for (const [value, text] of known) assert.equal(cell(value), text);
});

test("typed rows, header alone, ragged rows", () => {
  assert.equal(table(["layer", "score"], [["conv0", 0.25], Float32Array.of(1, 2)]),
    "layer,score\nconv0,0.25\n1,2\n");
  assert.equal(table(["a"], []), "a\n");
  assert.throws(() => table(["a", "b"], [[1, 2], [1]]), /Row 2 has 1 cells, the table 2 columns/);
});
