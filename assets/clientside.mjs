/**
 * Wires the browser's own code to Dash: the clientside callbacks of the frame and of every page.
 * The only module that touches `window`.
 *
 * @typedef {object} Bridge
 * @property {Window} window
 * @property {Workspace} workspace
 * @property {Tooltip} tooltip
 * @property {(id: string) => HTMLElement | null} byId
 * @property {(id: string, props: object) => void} set - properties of a Dash component.
 * @property {() => object} nothing - what a callback returns that changes no property.
 * @property {() => import("./lib/address.mjs").View} newest - the view as it is told to all, which
 *   may be ahead of what the workspace has heard.
 * @property {(patch: object) => void} changeView
 * @property {() => void} again - open once more what is open, because its data has changed.
 * @property {(study: string) => void} vary - open another variant of the same study.
 * @property {(name: string, content: BlobPart, type: string) => void} save - a file named after
 *   the study and `name`.
 * @property {(text: string) => void} toast - a short message.
 * @property {() => import("./lib/selection.mjs").How} how - what a pick does to the selection, by
 *   the keys held at the last click and else by the bar; for components that hide their events.
 */
import { download } from "./dom/make.mjs";
import { Connection } from "./dom/connection.mjs";
import { putLater } from "./dom/lateparts.mjs";
import { encode } from "./lib/address.mjs";
import { howFromEvent } from "./lib/selection.mjs";
import { Tooltip } from "./dom/tooltip.mjs";
import { Workspace } from "./dom/workspace.mjs";
import { attack } from "./pages/attack.mjs";
import { boundary } from "./pages/boundary.mjs";
import { compare } from "./pages/compare.mjs";
import { embedding } from "./pages/embedding.mjs";
import { network } from "./pages/network.mjs";
import { session, VARIED } from "./pages/session.mjs";
import { tour } from "./pages/tour.mjs";

const CLICKS = [
  "selectionCsv",
  "clearSelection",
  "share",
  "pauseFlow",
  "fitGraph",
  "enlarge",
  "downloadSvg",
  "downloadPng",
  "downloadOrders",
  "downloadScores",
  "downloadConfusion",
  "resetPlots",
  "plotsPng",
  "plotsCsv",
  "featuresCsv",
  "overviewPng",
  "mapsPng",
  "mapsCsv",
  "boundaryPropose",
  "boundaryReset",
  "boundaryPng",
  "boundaryCsv",
  "boundaryMarkersPng",
  "boundaryMarkersCsv",
  "boundaryPlacedCsv",
  "boundaryPlace",
  "boundaryStep",
  "boundaryWay",
  "tourPlay",
  "tourDirection",
  "tourSeparate",
  "tourUndo",
  "tourReset",
  "tourPng",
  "tourCsv",
  "attackGo",
  "attackPng",
  "attackCsv",
  "attackCurvesCsv",
  "compareSwap",
  "compareWhole",
  "compareAgain",
  "comparePng",
  "compareCsv",
];

const workspace = new Workspace((url, how) => window.fetch(url, how));
const byId = (id) => document.getElementById(id);

/** Whether a component is on the page; Dash throws where it is asked for one that is not. */
function isThere(id) {
  try {
    return window.dash_component_api.getLayout(id) !== undefined;
  } catch {
    return false;
  }
}

/** What comes for a page that was left has nobody to hear of it. */
const set = (id, props) => {
  if (isThere(id)) window.dash_clientside.set_props(id, props);
};

let held = "replace";
window.addEventListener("pointerdown", (event) => (held = howFromEvent(event)), true);

/** @type {Bridge} */
const bridge = {
  window,
  workspace,
  tooltip: new Tooltip(() => byId("tooltip"), workspace),
  byId,
  set,
  nothing: () => window.dash_clientside.no_update,
  newest: () => window.dash_component_api.getLayout("frame-view").props.data,
  changeView: (patch) => set("frame-view", { data: { ...bridge.newest(), ...patch } }),
  again: () => set("frame-asked", { data: asked(workspace.view) }),
  vary: (study) => bridge.changeView({ study, ...VARIED }),
  save: (name, content, type) =>
    download(document, `${workspace.study.name}-${workspace.study.split}${name}`, content, type),
  toast: (text) => set("frame-toast", { children: text }),
  how: () => (held === "replace" ? workspace.how : held),
};

const pages = [network(bridge), embedding(bridge), boundary(bridge), tour(bridge), attack(bridge), compare(bridge)];
const functions = Object.assign({ ...session(bridge) }, ...pages);
functions.pageShown = () => {
  for (const link of document.querySelectorAll(".rail-link")) {
    if (link.pathname === window.location.pathname) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  // A link of the rail names no view; the address shall.
  const { history, location } = window;
  const query = workspace.ready ? encode(workspace.view) : location.search;
  if (query !== location.search) history.replaceState(history.state, "", location.pathname + query);
  for (const page of pages) page.shown();
  return bridge.nothing();
};

// Dash also calls a click's callback when its button appears, with no click yet.
for (const name of CLICKS) {
  const act = functions[name];
  functions[name] = (clicks) => (clicks ? act() : bridge.nothing());
}

const asked = ({ study, split, epoch }) => ({ study, split, epoch });
const connection = new Connection(window, () => byId("offline"), () =>
  set("frame-asked", { data: asked(workspace.view) }),
);
window.fetch = connection.watched;

window.dash_clientside = { ...window.dash_clientside, stratoscope: functions };
window.stratoscope = { workspace };

/**
 * Fetch a library when the first of its components is shown; at once on the page that has it.
 * @param {string} library
 * @param {string} name - of the component.
 * @param {string} address - of the script.
 */
export function fetchWhenShown(library, name, address) {
  const fetchNow = putLater(window, library, name, address);
  if (window.location.pathname === "/") fetchNow();
}
