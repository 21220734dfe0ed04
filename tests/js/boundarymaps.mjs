/** Maps of decisions to test with: their plans, their arrays, a page around them. */
import { defaults } from "../../assets/lib/address.mjs";
import { MapParts } from "../../assets/pages/boundary/parts.mjs";
import { pageOf, settle } from "./workplace.mjs";

export const MAP = { space: "", count: 3, lam: 0.65, neighbours: 30, min_dist: 0.1, distance: "fisher", seed: 0, steps: 5 };
export const WHOLE = [0, 10, 0, 10];
export const FACTS = {
  map: { count: 3, window: WHOLE, scores: {}, extent: 8 }, coarse: { window: WHOLE, side: 32 },
  fine: { window: WHOLE, side: 200 }, second: { window: WHOLE, side: 200 },
  trust: { share: 0.5, sentence: "", thresholds: { error: 0.1, reach: 0.1 } }, pockets: { pockets: [], more: 0, clusters: [] },
};
const ARRAYS = {
  samples: [[5, 7, 2], [3]], embedding: [[0, 1, 2, 3, 4, 5], [3, 2]], label: [[0], [1, 1]], sharp: [[0, 1, 0, 1], [2, 2]],
  certainty: [[9], [1, 1]], mask: [[1, 0, 0, 1], [2, 2]], error: [[0, 0, 0, 0], [2, 2]], reach: [[0, 1, 0, 0], [2, 2]],
  contradicting: [[2], [1]],
};

/** A plan of a map; of the parts named in `there` there are facts. */
export function planOf(name, there = [], { b = false, ...wish } = {}) {
  const names = ["map", "coarse", "fine", "trust", "pockets", ...(b ? ["second"] : [])];
  const parts = names.map((part) => [part, { key: `${name} ${part}`, facts: there.includes(part) ? FACTS[part] : null }]);
  return {
    map: MAP, spaces: ["", "pool"], missing: names.length - there.length, parts: Object.fromEntries(parts),
    wish: { study: "s", lam: 0.65, ...wish },
  };
}
export const ALL = ["map", "coarse", "fine", "trust", "pockets"];

function workspaceOf({ gate = null, broken = () => false, ...more } = {}) {
  return {
    view: defaults(), study: { classes: ["a", "b"] }, second: null,
    array: async (key, name) => {
      await gate;
      if (broken(key)) throw new Error(`no ${key}`);
      const [values, shape] = ARRAYS[name];
      return { values: name === "embedding" ? Float32Array.from(values) : Int32Array.from(values), shape };
    },
    ...more,
  };
}

/** Parts of a map, and what they said. */
export function partsOf(options) {
  const said = [];
  const rep = new MapParts(workspaceOf(options), (...what) => said.push(what.join(" ")));
  return { rep, said };
}

/** A page around a map, whose parts are there as named. */
export async function pageWith(there = ALL, { b = false, ground = "a", second = null, view = {} } = {}) {
  const workspace = workspaceOf({ second, view: { ...defaults(), ...view } });
  const rep = new MapParts(workspace, () => {});
  rep.setPlan(planOf("one", there, { b }));
  await settle();
  const page = pageOf({
    workspace, rep, ground: () => page.shown ?? ground, paint: () => page.said.asked.push(["paint"]), waiting() {}, planned() {}, view: () => page.map,
  });
  return page;
}

/** What was asked of a task. */
export const of = (task, asked) => asked.filter(([name]) => name === task).map(([, wish]) => wish);
