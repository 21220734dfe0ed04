import assert from "node:assert/strict";
import { test } from "node:test";

import { decode, defaults, encode } from "../../assets/lib/address.mjs";
import { generator, integer } from "./support.mjs";

const CHOICES = {
  split: ["", "test", "train", "all"],
  colour: [null, "class", "predicted", "correct", "relative"],
  simplified: [false, true],
  metric: ["euclidean", "cosine", "manhattan", "correlation"],
  preprocessing: ["none", "standardise", "unit length"],
  fill: ["exact", "gap", "resample"],
  points: [null, "positions", "strongest", "position", "samples"],
  order: [null, "stored", "separation", "variance", "clusters"],
  form: ["matrix", "across", "cloud"],
  align: [false, true],
  count: [null, 300, 600, 1000, 2000, 10_000],
  lam: [null, 0, 0.07, 0.29, 0.65, 1],
  neighbours: [null, 5, 30, 100],
  mindist: [null, 0, 0.1, 1],
  distance: ["fisher", "euclid"],
  ground: [null, "a", "b", "both"],
  veil: [null, 0, 40, 100],
  window: ["", "-1,2,0.5,0.75", "1e-7,2e-7,-3e+20,0"],
  attack: ["", "0123456789abcdef".repeat(4), "f".repeat(64)],
  left: ["", "first", "sample 0", "sample 999999", "beside 7"],
  right: ["", "second", "own", "selection", "clean", "attacked", "beside", "class 9"],
};
const WORDS = ["study", "layer", "group", "across", "axes", "b", "blayer", "space"];
const INDICES = ["focus", "epoch", "position", "xposition", "size", "row", "column", "bepoch"];

function randomView(random) {
  const pick = (list) => list[integer(random, 0, list.length)];
  const letters = [..."a/&=?#%+ é𝛼0_漢;\""];
  const word = () => Array.from({ length: integer(random, 0, 12) }, () => pick(letters)).join("");
  const index = () => (random() < 0.4 ? null : integer(random, 0, 1e6));
  const chosen = Object.entries(CHOICES).map(([key, values]) => [key, pick(values)]);
  return {
    ...Object.fromEntries(chosen),
    ...Object.fromEntries(WORDS.map((name) => [name, word()])),
    ...Object.fromEntries(INDICES.map((name) => [name, index()])),
  };
}

test("a view comes back from its link", () => {
  const random = generator(1);
  for (let round = 0; round < 500; round++) {
    const view = randomView(random);
    const link = encode(view);
    assert.deepEqual(decode(link), view);
    assert.deepEqual(decode(link.slice(1)), view);
    assert.equal(encode(decode(link)), link);
    assert.match(link, /^(\?[\w.*%+=&-]+)?$/);
  }
});

test("defaults are left out, keys keep their order", () => {
  assert.equal(encode(defaults()), "");
  assert.equal(encode({}), "");
  assert.deepEqual(decode(""), defaults());
  assert.deepEqual(decode("?"), defaults());
  const view = { ...defaults(), focus: 0, layer: "conv1", colour: "class" };
  assert.equal(encode(view), "?layer=conv1&colour=class&focus=0");
  assert.equal(encode({ preprocessing: "unit length", zoom: 3 }), "?preprocessing=unit+length");
});

test("junk is passed over, the rest still counts", () => {
  const junk = "?layer=conv1&metric=taxicab&focus=-1&epoch=1e3&simplified=yes&zoom=3&colour=" +
    "&fill=Gap&__proto__=1&constructor=2&%E0%A4%A=%&&==&group=a%00b";
  assert.deepEqual(decode(junk), { ...defaults(), layer: "conv1" });
  assert.deepEqual(decode(`?layer=${"x".repeat(201)}&epoch=3`), { ...defaults(), epoch: 3 });
  assert.deepEqual(decode("?focus=1&focus=2").focus, 1);
  assert.equal({}.polluted, undefined);
});

test("what is no address of an attack is passed over", () => {
  for (const word of ["f".repeat(63), "f".repeat(65), "F".repeat(64), "../".repeat(20), "1"]) {
    assert.equal(decode(`?attack=${encodeURIComponent(word)}`).attack, "");
    assert.equal(encode({ attack: word }), "");
  }
});

test("what no side of a comparison can be is passed over", () => {
  for (const word of ["third", "sample", "sample x", "sample -1", "sample 1234567", "class 1 ", "first second"]) {
    assert.equal(decode(`?left=${encodeURIComponent(word)}`).left, "", word);
    assert.equal(encode({ right: word }), "");
  }
});

test("what no map has is passed over", () => {
  const junk = "?count=601&lam=1.01&neighbours=4&mindist=-0.1&distance=cosine&ground=c&veil=101";
  assert.deepEqual(decode(junk), defaults());
  for (const window of ["1,2,3", "2,1,0,1", "0,1,1,1", "0,1,0,Infinity", "0,1,0,1,", "a,1,0,1", "0,1,, 1"]) {
    assert.equal(decode(`?window=${window}`).window, "", window);
    assert.equal(encode({ window }), "", window);
  }
  assert.equal(decode("?lam=0.655").lam, null);
  assert.deepEqual([decode("?lam=0.5").lam, decode("?lam=1.0").lam, decode("?veil=007").veil], [0.5, 1, 7]);
  assert.equal(encode({ lam: 0.29 }), "?lam=0.29");
  assert.equal(encode({ lam: 1.2, count: "600", neighbours: 101, veil: 0.5, window: 3 }), "");
});

test("any text decodes to a view that a link can say", () => {
  const random = generator(2);
  const bits = ["layer", "focus", "=", "&", "?", "%", "%2", "é", "1", "class", "colour", "\0"];
  for (let round = 0; round < 500; round++) {
    const length = integer(random, 0, 15);
    const text = Array.from({ length }, () => bits[integer(random, 0, bits.length)]);
    const view = decode(text.join(""));
    assert.deepEqual(Object.keys(view), Object.keys(defaults()));
    assert.deepEqual(decode(encode(view)), view);
  }
});

test("values that no view has are not written", () => {
  const broken = {
    layer: 5, colour: "mauve", simplified: "true", focus: -1, epoch: 1.5, group: "a\nb",
    study: "\ud800",
  };
  assert.equal(encode(broken), "");
  assert.equal(encode({ focus: 1e6, epoch: NaN, layer: "x".repeat(201) }), "");
});
