/** The Network page in the browser: its parts, and what its controls do. */
import { table } from "../lib/csv.mjs";
import { colourOf, toHex } from "../lib/palette.mjs";
import { byConfusion } from "../lib/selection.mjs";
import { pictureSvg } from "../lib/svg.mjs";
import { Detail } from "../dom/detail.mjs";
import { GraphView } from "../dom/graphview.mjs";
import { Legend, NONE_BESIDE, colourKeys } from "../dom/legend.mjs";
import { count, duration, make, percent } from "../dom/make.mjs";
import { troubleText } from "../dom/jobs.mjs";

/**
 * The clientside callbacks that `dashboard/pages/network/callbacks.py` names.
 * @param {import("../clientside.mjs").Bridge} bridge
 */
export function network(bridge) {
  const { window, workspace, tooltip, byId, set, nothing, changeView, save, toast } = bridge;
  const { document } = window;
  const parts = {};

  /** The Network page's parts, made anew whenever the page is shown. */
  function mount() {
    if (!byId("graph-box") || parts.graph?.box.isConnected) return;
    parts.graph = new GraphView({
      box: byId("graph-box"),
      layer: byId("graph-layer"),
      dots: byId("graph-dots"),
      workspace,
      tooltip,
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
      tooltip,
      nodeOf: (layer) => parts.graph.nodes.get(layer)?.data,
    });
  }

  /** The graph component once it holds these elements; it is mounted and filled by React, when its
   * library has come. */
  function whenGraphHas(elements, then) {
    const names = elements.filter((item) => !item.data.source).map((item) => item.data.id);
    const look = () => {
      const cy = byId("network-graph")?._cyreg?.cy;
      const there = cy && cy.nodes().length === names.length;
      if (there && names.every((name) => cy.getElementById(name).nonempty())) then(cy);
      else if (byId("graph-box") && parts.wanted === elements) window.requestAnimationFrame(look);
    };
    look();
  }

  function headline() {
    const { study } = workspace;
    if (!byId("network-title")) return;
    byId("network-title").textContent = study.title;
    const seen = `${count(study.n)} of ${count(study.total)} ${study.split} samples`;
    byId("network-subtitle").textContent =
      `Every picture shows ${seen}, one pixel a sample, in the order of likeness that the operation ` +
      `gives them. ${study.notes.join(" ")}`;
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

  function pickPair(label, guess) {
    const picked = byConfusion(workspace.labels, workspace.predicted, label, guess);
    workspace.select(picked, bridge.how());
  }

  workspace.on("study", () => {
    mount();
    headline();
  });

  return {
    /** The page was shown: take up what is open. */
    shown() {
      mount();
      if (workspace.ready) headline();
    },

    networkKnobs(view, study, knobs) {
      const { metric, preprocessing, fill, simplified } = view;
      const next = { metric, preprocessing, fill, simplified };
      const same = knobs && Object.keys(next).every((name) => knobs[name] === next[name]);
      const colour = view.colour || study?.colour || nothing();
      return [same ? nothing() : next, colour, metric, preprocessing, fill, simplified];
    },

    pickKnobs(colour, metric, preprocessing, fill, simplified, view) {
      if (colour === "beside" && view.colour !== "beside" && !workspace.differs) {
        toast(NONE_BESIDE);
        set("network-colour", { value: workspace.mode });
        return nothing();
      }
      const suggested = workspace.study?.colour ?? "class";
      const next = { metric, preprocessing, fill, simplified };
      next.colour = colour === suggested && !view.colour ? null : colour;
      const same = Object.keys(next).every((name) => next[name] === view[name]);
      return same ? nothing() : { ...view, ...next };
    },

    graphElements(elements) {
      mount();
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
      mount();
      workspace.setPlan(plan);
      working(plan.missing ? "Waiting for the worker" : "");
      if (plan.missing) set("network-to-compute", { data: { ...plan.wish, asked: Date.now() } });
      return nothing();
    },

    glyphProgress(progress) {
      if (!progress) return nothing();
      if (!workspace.setProgress(progress)) return nothing();
      const left = progress.left ? `, about ${duration(progress.left)} left` : "";
      working(`Ordering ${progress.layer}: ${percent(progress.fraction)} of all${left}`);
      return nothing();
    },

    glyphsComputed(end) {
      if (!end) return nothing();
      if (end.state === "done") {
        if (!workspace.setProgress({ ...end.result, layer: null })) return nothing();
        const failed = Object.keys(end.result.failed);
        const all = workspace.glyphs.size;
        working("");
        if (failed.length) {
          trouble(`${failed.length} of ${all} operations could not be drawn: ${failed.join(", ")}`);
        }
      } else {
        workspace.setProgress(null);
        trouble(troubleText(end));
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
        button.addEventListener("click", () => pickPair(item.true, item.predicted));
        return button;
      });
      box.replaceChildren(...(buttons.length ? buttons : [make(document, "p.quiet", {}, "None.")]));
      return nothing();
    },

    pickCell(click) {
      if (!click) return nothing();
      const [{ x, y }] = click.points;
      pickPair(y, x);
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
      const { study, mode, scheme, view } = workspace;
      const classes = study.classes.length;
      const plain = study.classes.map((name, k) => ({ name, colour: toHex(colourOf(k, classes)) }));
      const legend = ["class", "predicted"].includes(mode) ? plain : colourKeys(mode, scheme);
      const shown = `${count(study.n)} of ${count(study.total)} ${study.split} samples`;
      const text = pictureSvg({
        title: `${study.title}: ${shown}, ${view.metric} distance, fill ${view.fill}`,
        description: byId("network-subtitle").textContent,
        legend,
        theme: scheme,
        ...parts.graph.picture(),
      });
      save(".svg", text, "image/svg+xml");
      return nothing();
    },

    downloadPng() {
      const { layer } = workspace.view;
      if (!workspace.glyphs.get(layer)?.grid) {
        toast("Open a layer first: click its picture in the network.");
        return nothing();
      }
      parts.detail.canvas.toBlob((blob) =>
        save(`-${layer.replaceAll("/", "-")}.png`, blob, "image/png"),
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
      save("-orders.csv", table(columns, rows), "text/csv");
      return nothing();
    },

    downloadScores() {
      const rows = [...workspace.glyphs]
        .filter(([, glyph]) => glyph.facts)
        .map(([name, { facts }]) => [name, facts.separation, ...facts.separation_by_class]);
      const columns = ["operation", "separation", ...workspace.study.classes.map((name) => `separation_${name}`)];
      save("-scores.csv", table(columns, rows), "text/csv");
      return nothing();
    },

    downloadConfusion() {
      const { labels, predicted, study } = workspace;
      const rows = study.classes.map((name, truth) => [
        name,
        ...study.classes.map((_, guess) => byConfusion(labels, predicted, truth, guess).length),
      ]);
      const columns = ["true_class", ...study.classes.map((name) => `predicted_${name}`)];
      save("-confusion.csv", table(columns, rows), "text/csv");
      return nothing();
    },
  };
}
