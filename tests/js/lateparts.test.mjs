import assert from "node:assert/strict";
import { test } from "node:test";

import { putLater } from "../../assets/dom/lateparts.mjs";
import { fakeDocument } from "./fakedom.mjs";
import { settle } from "./workplace.mjs";

/** A window with as much of React as is asked of it, and with scripts that somebody else runs. */
function open() {
  const document = fakeDocument();
  document.head = document.createElement("head");
  const React = {
    Suspense: "suspense", fetched: [],
    lazy: (fetcher) => ({ fetcher }),
    createElement: (type, props, ...children) => ({ type, props, children }),
  };
  const window = { React, document };
  const fetchNow = putLater(window, "graphs", "Graph", "/graphs.js");
  const shown = () => window.graphs.Graph({ id: "mine" }).children[0];
  return { window, fetchNow, shown, scripts: () => document.head.all("script") };
}

test("a library is fetched once, when its component is shown", async () => {
  const { window, fetchNow, shown, scripts } = open();
  const before = window.graphs.Graph;
  const { type, props } = shown();
  assert.deepEqual([props, scripts().length], [{ id: "mine" }, 0]);
  const coming = type.fetcher();
  const [script] = scripts();
  assert.equal(script.src, "/graphs.js");
  const real = () => "drawn";
  window.graphs = { Graph: real }; // what the script does
  script.onload();
  assert.equal((await coming).default, real);
  assert.equal(window.graphs.Graph, before, "a part that is shown stays the same part");
  await fetchNow();
  assert.equal(scripts().length, 1);
});

test("a page that has the component fetches its library before", () => {
  const { fetchNow, scripts } = open();
  fetchNow();
  assert.equal(scripts().length, 1);
});

test("what cannot be fetched is said in its place", async () => {
  const { fetchNow, scripts, window } = open();
  const coming = fetchNow();
  scripts()[0].onerror();
  await settle();
  const { type, children } = (await coming).default();
  assert.equal(type, "p");
  assert.match(children[0], /could not be loaded/);
  assert.ok(window.graphs.Graph);
});
