/** What tests of the browser's state share: answers that come when they are told to, and a page. */

/** Let everything that has been answered go on. */
export const settle = () => new Promise((done) => setTimeout(done, 2));

/** A promise, and what keeps or breaks it. */
export function later() {
  let [keep, fail] = [];
  const promise = new Promise((done, broken) => ([keep, fail] = [done, broken]));
  return { promise, keep, fail };
}

/** A cloud as the server plans it; all of it is there unless `parts` are named. */
export function planOf(layer, { features = 4, there = true, ...more } = {}) {
  const facts = { points: { count: 2, total: 8 } };
  const names = ["points", "columns0", "features", "overview"];
  const parts = names.map((name) => [name, { key: `${layer} ${name}`, facts: there ? (facts[name] ?? {}) : null }]);
  return {
    layer, which: "positions", position: 0, positions: 4, features, shape: [2, 2, features],
    network: "net", wish: { layer }, missing: there ? 0 : 4, parts: Object.fromEntries(parts), ...more,
  };
}

/** What every job of a page needs of it; `said` collects what was set, toasted and asked. */
export function pageOf({ workspace, reps = {}, ...more }) {
  const said = { toasts: [], asked: [], set: [], views: [], header: { textContent: "" } };
  const timers = [];
  const bridge = {
    workspace,
    window: { setTimeout: (act) => timers.push(act) && timers.length, clearTimeout: (k) => delete timers[k - 1] },
    byId: () => said.header,
    set: (id, props) => said.set.push([id, props]),
    toast: (text) => said.toasts.push(text),
    changeView: (view) => said.views.push(view),
    nothing: () => undefined,
  };
  return {
    said,
    bridge,
    reps,
    /** Let the time pass that everybody waits for. */
    elapse: () => timers.splice(0).forEach((act) => act?.()),
    ask: (task, wish) => said.asked.push([task, wish]),
    id: () => null,
    mount: () => true,
    current: () => true,
    redraw() {},
    wishOf: () => ({}),
    orderOf: (rep, how) => rep.order(how),
    ...more,
  };
}
