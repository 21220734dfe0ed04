import assert from "node:assert/strict";
import { test } from "node:test";

import { pictureSvg } from "../../assets/lib/svg.mjs";
import { generator, integer } from "./support.mjs";

const PNG = "data:image/png;base64,iVBORw0KGgo=";

const picture = (changes = {}) => ({
  title: "Digits, 5 of 5 samples",
  description: "Two layers.",
  nodes: [
    { x: 50, y: 60, width: 100, height: 100, label: "conv0", score: 0.5, image: PNG },
    { x: 250, y: 60, width: 100, height: 100, label: "relu0", score: "0.7", image: null },
  ],
  edges: [{ points: [[100, 60], [150.123, 60], [200, 60]] }],
  legend: [{ name: "zero", colour: "#123456" }, { name: "one", colour: "#abcdef" }],
  ...changes,
});

/** A strict little XML reader: throws unless all is well-formed; gives elements in order. */
function elements(xml) {
  const [found, open] = [[], []];
  let rest = xml;
  while (rest.length) {
    const text = /^[^<]+/.exec(rest)?.[0];
    if (text !== undefined) {
      assert.match(text, /^([^&]|&(amp|lt|gt|quot);)*$/, "bare ampersand");
      if (open.length) open[open.length - 1].text += text;
      else assert.match(text, /^\s*$/, "text outside");
      rest = rest.slice(text.length);
      continue;
    }
    const close = /^<\/([\w-]+)>/.exec(rest);
    if (close) {
      assert.equal(open.pop()?.name, close[1]);
      rest = rest.slice(close[0].length);
      continue;
    }
    const tag = /^<([\w-]+)((?:\s+[\w-]+="(?:[^"<&]|&(?:amp|lt|gt|quot);)*")*)\s*(\/?)>/.exec(rest);
    assert.ok(tag, `not XML: ${rest.slice(0, 80)}`);
    const pairs = [...tag[2].matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key, value]) => [key, value]);
    const element = { name: tag[1], text: "", attributes: Object.fromEntries(pairs) };
    assert.equal(Object.keys(element.attributes).length, pairs.length, "attribute twice");
    found.push(element);
    if (!tag[3]) open.push(element);
    rest = rest.slice(tag[0].length);
  }
  assert.equal(open.length, 0);
  return found;
}

test("all that was given is in the file, under its accessible name", () => {
  const found = elements(pictureSvg(picture()));
  const named = (name) => found.filter((element) => element.name === name);
  const [svg] = found;
  assert.equal(svg.attributes.role, "img");
  assert.equal(svg.attributes["aria-labelledby"], "title description");
  assert.equal(named("title")[0].text, "Digits, 5 of 5 samples");
  assert.equal(named("desc")[0].text, "Two layers.");
  const words = named("text").map(({ text }) => text);
  const wanted = ["Digits, 5 of 5 samples", "conv0", "0.50", "relu0", "0.7", "zero", "one"];
  assert.deepEqual(words, wanted);
  assert.deepEqual(named("image").map(({ attributes }) => attributes.href), [PNG]);
  assert.equal(named("polyline")[0].attributes.points, "100,60 150.12,60 200,60");
  assert.match(named("style")[0].text, /image-rendering: pixelated/);
});

test("whatever names hold, the file stays XML and says them", () => {
  const random = generator(1);
  const bits = ["<", ">", "&", '"', "'", "]]>", "<!--", "\0", "\ud800", "\uffff", "é", "漢", "a"];
  const word = () =>
    Array.from({ length: integer(random, 1, 6) }, () => bits[integer(random, 0, 13)]).join("");
  for (let round = 0; round < 200; round++) {
    const [title, label, name] = [word(), word(), word()];
    const nodes = [{ ...picture().nodes[0], label, score: word() }];
    const legend = [{ name, colour: word() }];
    const svg = pictureSvg(picture({ title, description: word(), nodes, legend }));
    assert.doesNotMatch(svg, /[\0-\x08\ufffe\uffff\p{Cs}]/u);
    const found = elements(svg).filter((element) => element.name === "text");
    const plain = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">")
      .replaceAll("&quot;", '"').replaceAll("&amp;", "&");
    const clean = (text) => text.replace(/[\0\ud800\uffff]/gu, "\ufffd");
    const words = found.map(({ text }) => plain(text));
    for (const said of [title, label, name]) assert.ok(words.includes(clean(said)), said);
  }
});

test("the page is large enough for everything", () => {
  const random = generator(2);
  for (let round = 0; round < 50; round++) {
    const nodes = Array.from({ length: integer(random, 1, 6) }, (_, i) => ({
      x: integer(random, -500, 500), y: integer(random, -500, 500),
      width: integer(random, 10, 100), height: integer(random, 10, 100), label: `n${i}`, score: 0.1,
    }));
    const legend = Array.from({ length: integer(random, 0, 30) }, (_, k) => (
      { name: `class ${k}`, colour: "#000000" }));
    const found = elements(pictureSvg(picture({ nodes, edges: [], legend })));
    const [width, height] = ["width", "height"].map((key) => Number(found[0].attributes[key]));
    const [dx, dy] = found
      .find(({ attributes }) => attributes.transform)
      .attributes.transform.match(/-?[\d.]+/g).map(Number);
    for (const node of nodes) {
      const [x, y] = [node.x + dx, node.y + dy];
      assert.ok(x - node.width / 2 >= 0 && x + node.width / 2 <= width);
      assert.ok(y - node.height / 2 >= 0 && y + node.height / 2 + 12 <= height);
    }
    for (const { attributes } of found.filter(({ attributes: a }) => a.fill === "#000000")) {
      assert.ok(Number(attributes.x) + 12 <= width && Number(attributes.y) + 12 <= height);
    }
  }
});

test("both themes, an empty picture, no legend", () => {
  const light = pictureSvg(picture());
  const dark = pictureSvg(picture({ theme: "dark" }));
  assert.match(light, /fill="#ffffff"/);
  assert.match(dark, /fill="#15171c"/);
  elements(dark);
  elements(pictureSvg(picture({ nodes: [], edges: [], legend: [] })));
});

test("a picture from elsewhere and places that are none are refused", () => {
  const [node] = picture().nodes;
  for (const image of ["https://example.org/a.png", "blob:x", "data:text/html,x", "javascript:1"]) {
    assert.throws(() => pictureSvg(picture({ nodes: [{ ...node, image }] })), /no data: URL/);
  }
  assert.throws(() => pictureSvg(picture({ nodes: [{ ...node, x: NaN }] })), /no place/);
});
