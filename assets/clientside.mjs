/**
 * Wires the browser's own code to Dash: every function here is a clientside callback, named in
 * `dashboard/session.py` or in a page. The only module that touches `window`.
 */
import { decode, encode } from "./lib/address.mjs";
import { table } from "./lib/csv.mjs";
import { colourOf, toHex } from "./lib/palette.mjs";
import { byConfusion } from "./lib/selection.mjs";
import { pictureSvg } from "./lib/svg.mjs";
import { Cover } from "./dom/cover.mjs";
import { Detail } from "./dom/detail.mjs";
import { GraphView } from "./dom/graphview.mjs";
import { Legend } from "./dom/legend.mjs";
import { count, download, duration, make, percent } from "./dom/make.mjs";
import { SelectionBar } from "./dom/selectionbar.mjs";
import { Tooltip } from "./dom/tooltip.mjs";
import { Workspace } from "./dom/workspace.mjs";

const workspace = new Workspace((url) => window.fetch(url));
const parts = {};
const nothing = () => window.dash_clientside.no_update;
const byId = (id) => document.getElementById(id);
const set = (id, props) => window.dash_clientside.set_props(id, props);

function changeView(patch) {
  set("frame-view", { data: { ...workspace.view, ...patch } });
}

/** Select the samples of a named group, once both it and the study are there. */
function selectGroup(name) {
  const group = parts.groups?.find((item) => item.name === name);
  if (group && workspace.ready) workspace.select(group.indices);
}

/** The frame's own parts, made when its elements are there. */
function frame() {
  if (parts.bar) return;
  parts.tooltip = new Tooltip(byId("tooltip"), workspace);
  parts.cover = new Cover(byId("frame-opening"), () =>
    set("frame-asked", { data: { ...parts.asked } }),
  );
  parts.bar = new SelectionBar({
    text: byId("frame-selected"),
    strip: byId("frame-strip"),
    workspace,
    tooltip: parts.tooltip,
  });
  workspace.on("selection", (selected) =>
    set("frame-selection", { data: { indices: Array.from(selected) } }),
  );
}

/** The Network page's parts, made anew whenever the page is shown. */
function network() {
  if (!byId("graph-box") || parts.graph?.box.isConnected) return;
  frame();
  parts.graph = new GraphView({
    box: byId("graph-box"),
    layer: byId("graph-layer"),
    dots: byId("graph-dots"),
    workspace,
    tooltip: parts.tooltip,
    open: (layer) => {
      changeView({ layer });
      set("network-tab", { value: "layer" });
    },
  });
  parts.legend = new Legend(byId("legend"), workspace, (focus) => changeView({ focus }));
  parts.detail = new Detail({
    name: byId("detail-name"),
    picture: byId("detail"),
    facts: byId("detail-facts"),
    workspace,
    tooltip: parts.tooltip,
    nodeOf: (layer) => parts.graph.nodes.get(layer)?.data,
  });
}

/** The graph component once it holds these elements; it is mounted and filled by React. */
function whenGraphHas(elements, then) {
  const names = elements.filter((item) => !item.data.source).map((item) => item.data.id);
  const look = () => {
    const cy = byId("network-graph")?._cyreg?.cy;
    const there = cy && cy.nodes().length === names.length;
    if (there && names.every((name) => cy.getElementById(name).nonempty())) then(cy);
    else if (byId("network-graph") && parts.wanted === elements) window.requestAnimationFrame(look);
  };
  look();
}

function headline() {
  const { study } = workspace;
  byId("network-title").textContent = study.title;
  const seen = `${count(study.n)} of ${count(study.total)} ${study.split} samples`;
  byId("network-subtitle").textContent =
    `Every picture shows ${seen}, one pixel a sample, in the order of likeness that the operation ` +
    `gives them. ${study.notes.join(" ")}`;
  const accuracy = study.accuracy === null ? "unlabelled data" : `accuracy ${percent(study.accuracy)}`;
  byId("frame-summary").textContent = [
    `${study.data}, ${count(study.n)} samples`,
    accuracy,
    `${study.network.operations} operations`,
    `${count(study.network.parameters)} parameters`,
    `${count(study.network.activations)} activations a sample`,
  ].join(" · ");
}

/** What is under way stands in the header, what went wrong under the picture. */
function working(text) {
  byId("frame-jobs").textContent = text;
  trouble("");
}

function trouble(text) {
  if (!byId("network-status")) return;
  byId("network-status").textContent = text;
  byId("network-resume").classList.toggle("hidden", !text);
  if (text) byId("frame-jobs").textContent = "";
}

function file(extension) {
  return `${workspace.study.name}-${workspace.study.split}${extension}`;
}

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
];

const functions = {
  readLink(search, kept) {
    frame();
    const view = search ? decode(search) : { ...decode(""), ...kept };
    return view;
  },

  viewChanged(view, asked) {
    const before = workspace.view;
    const query = encode(view);
    if (query !== window.location.search) {
      window.history.replaceState(window.history.state, "", window.location.pathname + query);
    }
    workspace.setView(view);
    const same = asked && asked.study === view.study && asked.split === view.split;
    if (!same) {
      parts.asked = { study: view.study, split: view.split };
      if (before.study !== view.study) parts.cover?.hide();
    }
    return [same ? nothing() : parts.asked, view.study || nothing(), view.split || nothing()];
  },

  pickStudy(study, split, view) {
    const open = workspace.study; // what the pickers show when the link names nothing
    const same = study === (view.study || open?.name) && split === (view.split || open?.split);
    if (!study || same) return nothing();
    const fresh = study !== (view.study || open?.name) ? { layer: "", focus: null, colour: null, group: "" } : {};
    return { ...view, ...fresh, study, split };
  },

  async studyChanged(study) {
    frame();
    if (!study) return nothing();
    if (study.state === "opening") {
      workspace.close();
      parts.cover.opening(study);
    } else if (study.state === "ready") {
      await workspace.open(study);
      if (!workspace.selected.length) selectGroup(workspace.view.group);
      parts.cover.hide();
      network();
      headline();
      set("frame-study-picker", { value: study.name });
      set("frame-split-picker", { value: study.split });
    } else {
      parts.cover.failed(study);
    }
    return nothing();
  },

  studyOpened(opened) {
    if (opened) set("frame-tried", { data: opened });
    return nothing();
  },

  openProgress(progress) {
    if (progress) parts.cover.progress(progress);
    return nothing();
  },

  selectionChanged({ indices }) {
    const none = !indices.length;
    return [none, none, none];
  },

  setHow(how) {
    workspace.how = how;
    return nothing();
  },

  groupsChanged(groups, view, picked) {
    parts.groups = groups;
    const names = groups.map(({ name, indices }) => ({
      value: name,
      label: `${name} (${count(indices.length)})`,
    }));
    const wanted = picked || view.group;
    const there = groups.some(({ name }) => name === wanted);
    return [names, there ? wanted : null, ""];
  },

  pickGroup(name) {
    const before = parts.picked ?? null;
    parts.picked = name ?? null;
    selectGroup(name);
    // Nothing picked may also mean that the groups of a link are still on their way.
    if (name || before) changeView({ group: name ?? "" });
    return !name;
  },

  selectionCsv() {
    const { labels, predicted, confidence, selected } = workspace;
    const rows = Array.from(selected, (k) => [
      k,
      labels[k] < 0 ? "" : workspace.className(labels[k]),
      workspace.className(predicted[k]),
      confidence[k],
    ]);
    const text = table(["sample", "true_class", "predicted_class", "probability"], rows);
    download(document, file("-selection.csv"), text, "text/csv");
    return nothing();
  },

  clearSelection() {
    workspace.select([], "replace");
    set("frame-group-picker", { value: null });
    return nothing();
  },

  async share() {
    const { href } = window.location;
    try {
      await window.navigator.clipboard.writeText(href);
      functions.toast("The link to this view is in the clipboard.");
    } catch {
      functions.toast(`Copy this link: ${href}`); // browsers keep the clipboard from plain http
    }
    return nothing();
  },

  toast(text) {
    if (!text) return nothing();
    const element = byId("frame-toast");
    if (element.textContent !== text) element.textContent = text;
    element.classList.add("shown");
    window.clearTimeout(parts.toast);
    parts.toast = window.setTimeout(() => element.classList.remove("shown"), 4500);
    return nothing();
  },

  theme(clicks, kept) {
    const system = window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    const now = kept || system;
    const scheme = clicks ? (now === "dark" ? "light" : "dark") : now;
    workspace.setScheme(scheme);
    return [scheme, scheme];
  },

  pageShown() {
    network();
    if (workspace.ready) headline();
    return nothing();
  },

  networkKnobs(view, study, knobs) {
    const { metric, preprocessing, fill, simplified } = view;
    const next = { metric, preprocessing, fill, simplified };
    const same = knobs && Object.keys(next).every((name) => knobs[name] === next[name]);
    const colour = view.colour || study?.colour || nothing();
    return [same ? nothing() : next, colour, metric, preprocessing, fill, simplified];
  },

  pickKnobs(colour, metric, preprocessing, fill, simplified, view) {
    const suggested = workspace.study?.colour ?? "class";
    const next = { metric, preprocessing, fill, simplified };
    next.colour = colour === suggested && !view.colour ? null : colour;
    const same = Object.keys(next).every((name) => next[name] === view[name]);
    return same ? nothing() : { ...view, ...next };
  },

  graphElements(elements) {
    network();
    parts.wanted = elements;
    if (elements?.length) {
      whenGraphHas(elements, (cy) => {
        parts.graph.attach(cy);
        parts.detail.draw();
      });
    }
    return nothing();
  },

  glyphPlan(plan) {
    if (!plan) return nothing();
    network();
    workspace.setPlan(plan);
    working(plan.missing ? "Waiting for the worker" : "");
    return nothing();
  },

  glyphProgress(progress) {
    if (!progress) return nothing();
    workspace.setProgress(progress);
    const left = progress.left ? `, about ${duration(progress.left)} left` : "";
    working(`Ordering ${progress.layer}: ${percent(progress.fraction)} of all${left}`);
    return nothing();
  },

  glyphsComputed(end) {
    if (!end) return nothing();
    if (end.state === "done") {
      workspace.setProgress({ ...end.result, layer: null });
      const failed = Object.keys(end.result.failed);
      const all = workspace.glyphs.size;
      working("");
      if (failed.length) {
        trouble(`${failed.length} of ${all} operations could not be drawn: ${failed.join(", ")}`);
      }
    } else {
      workspace.setProgress(null);
      const more = end.reference ? ` (reference ${end.reference}, see the log)` : "";
      trouble(end.error + more);
    }
    return nothing();
  },

  mistakes(mistakes) {
    const box = byId("mistakes");
    if (!box || !Array.isArray(mistakes)) return nothing();
    const buttons = mistakes.map((item) => {
      const names = `${workspace.className(item.true)} → ${workspace.className(item.predicted)}`;
      const button = make(
        document,
        "button.mistake",
        { type: "button", title: `Select samples of the first that were taken for the second` },
        make(document, "span", {}, names),
        make(document, "span.number", {}, count(item.count)),
      );
      button.addEventListener("click", () => functions.pickPair(item.true, item.predicted));
      return button;
    });
    box.replaceChildren(...(buttons.length ? buttons : [make(document, "p.quiet", {}, "None.")]));
    return nothing();
  },

  pickPair(label, guess) {
    workspace.select(byConfusion(workspace.labels, workspace.predicted, label, guess));
  },

  pickCell(click) {
    if (!click) return nothing();
    const [{ x, y }] = click.points;
    functions.pickPair(y, x);
    return null;
  },

  pauseFlow() {
    const paused = parts.graph?.pause();
    byId("network-pause").setAttribute("aria-pressed", String(Boolean(paused)));
    return nothing();
  },

  fitGraph() {
    parts.graph?.fit();
    return nothing();
  },

  enlarge() {
    byId("side").classList.toggle("large");
    return nothing();
  },

  setBrush(brush) {
    if (parts.detail) parts.detail.brush = brush;
    return nothing();
  },

  downloadSvg() {
    const { study, mode, scheme } = workspace;
    const legend = ["class", "predicted"].includes(mode)
      ? study.classes.map((name, k) => ({ name, colour: toHex(colourOf(k, study.classes.length)) }))
      : [];
    const text = pictureSvg({
      title: study.title,
      description: byId("network-subtitle").textContent,
      legend,
      theme: scheme,
      ...parts.graph.picture(),
    });
    download(document, file(".svg"), text, "image/svg+xml");
    return nothing();
  },

  downloadPng() {
    const { layer } = workspace.view;
    if (!workspace.glyphs.get(layer)?.grid) {
      functions.toast("Open a layer first: click its picture in the network.");
      return nothing();
    }
    parts.detail.canvas.toBlob((blob) =>
      download(document, file(`-${layer.replaceAll("/", "-")}.png`), blob, "image/png"),
    );
    return nothing();
  },

  async downloadOrders() {
    const ready = [...workspace.glyphs].filter(([, glyph]) => glyph.grid);
    const orders = await Promise.all(
      ready.map(async ([, glyph]) => (await workspace.array(glyph.key, "order")).values),
    );
    const { labels, predicted } = workspace;
    const places = orders.map((order) => {
      const place = new Uint32Array(order.length);
      order.forEach((sample, k) => (place[sample] = k));
      return place;
    });
    const rows = Array.from(labels, (label, k) => [
      k,
      label < 0 ? "" : workspace.className(label),
      workspace.className(predicted[k]),
      ...places.map((place) => place[k]),
    ]);
    const columns = ["sample", "true_class", "predicted_class", ...ready.map(([name]) => `place_in_${name}`)];
    download(document, file("-orders.csv"), table(columns, rows), "text/csv");
    return nothing();
  },

  downloadScores() {
    const rows = [...workspace.glyphs]
      .filter(([, glyph]) => glyph.facts)
      .map(([name, { facts }]) => [name, facts.separation, ...facts.separation_by_class]);
    const columns = ["operation", "separation", ...workspace.study.classes.map((name) => `separation_${name}`)];
    download(document, file("-scores.csv"), table(columns, rows), "text/csv");
    return nothing();
  },

  downloadConfusion() {
    const { labels, predicted, study } = workspace;
    const rows = study.classes.map((name, truth) => [
      name,
      ...study.classes.map((_, guess) => byConfusion(labels, predicted, truth, guess).length),
    ]);
    const columns = ["true_class", ...study.classes.map((name) => `predicted_${name}`)];
    download(document, file("-confusion.csv"), table(columns, rows), "text/csv");
    return nothing();
  },
};

// Dash also calls a click's callback when its button appears, with no click yet.
for (const name of CLICKS) {
  const act = functions[name];
  functions[name] = (clicks) => (clicks ? act() : nothing());
}

window.dash_clientside = { ...window.dash_clientside, stratoscope: functions };
window.stratoscope = { workspace };
