/** The left input in space: every layer a stack of maps that can be turned, opened and clicked. */
import { ranges, scaleColours } from "../../lib/ramps.mjs";
import { meshes } from "../../lib/structure.mjs";
import { count } from "../../dom/make.mjs";
import { hex } from "../../dom/mapsheet.mjs";

const MOST = 60_000; // values that are drawn at once
const SHADES = 24;
const STILL = 4; // pixels that a click may move
const LONGEST = 2.05; // of the scene, in units of the camera, where it is as wide as high

export class Space {
  /** @param {object} page - of `compare.mjs`. @param {() => void} changed - it is opened or closed. */
  constructor(page, changed) {
    Object.assign(this, { page, changed });
    this.open = false; // whether it stands in place of the columns
    this.expanded = "";
    this.drawn = "";
  }

  mounted() {
    this.drawn = "";
    this.over = null;
    const box = this.page.id("space-box");
    // Plotly tells of clicks while the scene is being turned, too, and of quick ones not at all.
    box?.addEventListener("pointerdown", ({ clientX, clientY }) => (this.down = [clientX, clientY]), true);
    box?.addEventListener("pointerup", ({ clientX, clientY }) => {
      const [x, y] = this.down ?? [Infinity, 0];
      if (Math.hypot(clientX - x, clientY - y) < STILL) this.click();
    }, true);
    const { set, workspace } = this.page.bridge;
    if (box) workspace.on("colours", () => this.draw(), box);
    set("compare-form", { value: this.open ? "space" : "flat" });
    this.toggle();
  }

  /** Stand in place of the flat columns, or not. */
  toggle() {
    const { id, bridge } = this.page;
    id("columns")?.classList.toggle("hidden", this.open);
    id("space-box")?.classList.toggle("hidden", !this.open);
    bridge.set("compare-space-tabs", { value: this.open && this.able ? "space" : "none" });
    this.changed();
    if (this.open) this.draw();
  }

  /** Whether the browser draws in space at all. */
  get able() {
    this.webgl ??= Boolean(this.page.id("columns")?.ownerDocument.createElement("canvas").getContext("webgl"));
    return this.webgl;
  }

  form(value) {
    const wanted = value === "space";
    // A control that has just appeared stands where the server puts it, which nobody chose.
    const here = this.page.id("space-box");
    const appeared = this.told !== here && !wanted;
    this.told = here;
    if (appeared || wanted === this.open) return;
    this.open = wanted;
    this.toggle();
  }

  /** Draw what is shown, if it is another than before. */
  draw() {
    const { page } = this;
    const { shown, bridge } = page;
    const { workspace } = bridge;
    if (!this.open || !page.id("columns")) return;
    const note = page.id("space-note");
    if (!this.able) {
      note.textContent = "This browser draws nothing in space: it has no WebGL, or it is switched off. The flat view shows the same maps.";
      return;
    }
    if (!shown) {
      this.drawn = "";
      bridge.set("compare-space", { figure: { data: [], layout: this.layout([]) } });
      if (note) note.textContent = "";
      return;
    }
    const { study, scheme } = workspace;
    // What is chosen in the lists, or on another page, is opened here too.
    if (this.layer !== undefined && this.layer !== page.layer) this.expanded = page.layer;
    this.layer = page.layer;
    const about = JSON.stringify([study.networkKey, shown.titles[0], this.expanded, page.layer, page.filter, scheme]);
    if (about === this.drawn && this.values === shown.left) return;
    Object.assign(this, { drawn: about, values: shown.left });
    const expanded = study.layers.findIndex(({ name }) => name === this.expanded);
    this.made = meshes({ values: shown.left, pieces: study.pieces, expanded, most: MOST });
    bridge.set("compare-space", { figure: { data: this.traces(), layout: this.layout(this.made) } });
    note.textContent = this.note();
  }

  traces() {
    const { page, made } = this;
    const { study, scheme } = page.bridge.workspace;
    const base = Math.max(...made.filter((_, k) => study.layers[k].name !== this.expanded).map(({ half }) => half), 0.3) + 0.08;
    const names = { x: [], y: [], z: [], text: [] };
    const layers = study.layers.map(({ name }, k) => {
      const range = ranges(page.shown.left, study.pieces[k]);
      const known = !Number.isNaN(range.low) && range.high > range.low;
      const [low, high] = known ? [range.low, range.high] : [0, 1];
      const colours = scaleColours({ low, high }, scheme, SHADES);
      const { x, y, z, i, j, k: third, intensity, front, back } = made[k];
      names.x.push((front + back) / 2);
      // In front of all maps, and not all in one line, so that long names stay apart.
      const far = name === this.expanded ? Math.max(base, made[k].half + 0.08) : base;
      names.y.push(-far);
      names.z.push(-far - (k % 2 ? 0.14 : 0));
      names.text.push(name);
      return {
        type: "mesh3d", name, x, y, z, i, j, k: third, intensity, intensitymode: "cell",
        cmin: low, cmax: high, colorscale: colours.map((packed, at) => [at / (SHADES - 1), hex(packed)]),
        showscale: false, hoverinfo: "none", flatshading: true,
        lighting: { ambient: 1, diffuse: 0, specular: 0, roughness: 1, fresnel: 0 },
      };
    });
    const labels = { type: "scatter3d", mode: "text", ...names, textfont: { color: study.layers.map(({ name }) => this.style(name === page.layer ? "--accent" : "--ink")), size: 11 }, hoverinfo: "skip", showlegend: false };
    return [...layers, labels, this.edges(), ...this.frames()];
  }

  /** The outlines of maps, as one line with gaps. */
  edges() {
    const [x, y, z] = [0, 1, 2].map((axis) => this.made.flatMap(({ edges }) => edges.flatMap((line) => [...line[axis], null])));
    return { type: "scatter3d", mode: "lines", x, y, z, connectgaps: false, line: { color: this.style("--quiet"), width: 1 }, hoverinfo: "skip", showlegend: false };
  }

  /** A frame around the filter that is looked at, where it is not hidden in a stack. */
  frames() {
    const { page, made } = this;
    const place = page.bridge.workspace.study.layers.findIndex(({ name }) => name === page.layer);
    if (page.filter === null || place < 0) return [];
    const { owner, x, y, z } = made[place];
    let [low, high, depth] = [[Infinity, Infinity], [-Infinity, -Infinity], null];
    owner.forEach((filter, v) => {
      if (filter !== page.filter) return;
      depth = x[v];
      low = [Math.min(low[0], y[v]), Math.min(low[1], z[v])];
      high = [Math.max(high[0], y[v]), Math.max(high[1], z[v])];
    });
    if (depth === null) return [];
    const ring = [[low[0], low[1]], [high[0], low[1]], [high[0], high[1]], [low[0], high[1]], [low[0], low[1]]];
    return [{
      type: "scatter3d", mode: "lines", x: ring.map(() => depth), y: ring.map(([at]) => at), z: ring.map(([, at]) => at),
      line: { color: this.style("--accent"), width: 5 }, hoverinfo: "skip", showlegend: false,
    }];
  }

  layout(made) {
    const axis = { visible: false, showspikes: false };
    const size = [made.length ? made.at(-1).back + 0.3 : 1, ...Array(2).fill(2 * Math.max(0.7, ...made.map(({ half }) => half + 0.5)))];
    const { clientWidth: wide, clientHeight: high } = this.page.id("space-box");
    const longest = LONGEST * Math.min(1.5, Math.max(0.6, wide / Math.max(1, high)));
    const [x, y, z] = size.map((length) => (longest * length) / Math.max(...size));
    return {
      margin: { l: 0, r: 0, t: 0, b: 0 }, showlegend: false, paper_bgcolor: "rgba(0,0,0,0)", uirevision: "space",
      modebar: { bgcolor: "rgba(0,0,0,0)", color: this.style("--quiet"), activecolor: this.style("--accent") },
      scene: {
        xaxis: { ...axis, range: [-0.15, size[0] - 0.15] }, yaxis: { ...axis, range: [-size[1] / 2, size[1] / 2] }, zaxis: { ...axis, range: [-size[2] / 2, size[2] / 2] },
        aspectmode: "manual", aspectratio: { x, y, z }, dragmode: "orbit",
        // From afar, so that the last layer is as large as the first.
        camera: { eye: { x: -0.95, y: -1.25, z: 0.55 }, up: { x: 0, y: 0, z: 1 }, projection: { type: "orthographic" } },
      },
    };
  }

  style(name) {
    const { window, byId } = this.page.bridge;
    return window.getComputedStyle(byId("compare-columns")).getPropertyValue(name).trim();
  }

  /** What is drawn smaller than it is. */
  note() {
    const { layers } = this.page.bridge.workspace.study;
    const small = layers.flatMap(({ name, shape }, k) => {
      const { reduced } = this.made[k];
      if (!reduced) return [];
      return [shape.length > 1 ? `${name} at ${reduced.rows} × ${reduced.columns}` : `${name} as means of ${reduced.by} units`];
    });
    const help = "Drag to turn, wheel to zoom. A click opens a layer, then chooses one of its maps.";
    return small.length ? `${help} Maps are drawn smaller where there are many: ${small.join(", ")}.` : help;
  }

  /** What is under the pointer: {layer, filter, value}, null for nothing. */
  under(points) {
    const [point] = points?.points ?? [];
    const layer = this.page.bridge.workspace.study?.layers[point?.curveNumber];
    if (!layer || !this.made) return null;
    return { layer, filter: this.made[point.curveNumber].owner[point.pointNumber] };
  }

  /** Open a layer; in an open one choose a map; chosen once more, it is closed. */
  click() {
    const { page } = this;
    if (!this.over) return;
    const { layer, filter } = this.over;
    if (this.expanded !== layer.name) {
      this.expanded = layer.name;
      if (layer.name !== page.layer) page.go(layer.name);
    } else if (page.filter === filter) {
      this.expanded = "";
      page.point(null);
    } else page.point(filter);
    this.draw();
  }

  hover(points) {
    const note = this.page.id("space-over");
    const found = this.under(points);
    this.over = found;
    const what = found && (found.layer.shape.length > 1 ? "map" : "unit");
    if (note) note.textContent = found ? `${found.layer.name} (${found.layer.operation}, ${found.layer.shape.join(" × ")}, ${count(found.layer.parameters)} parameters): ${what} ${found.filter}` : "";
  }

  /** The clientside callbacks of the view. */
  callbacks() {
    const { nothing } = this.page.bridge;
    const told = (act) => (what) => (act(what), nothing());
    return {
      compareForm: told((value) => this.form(value)),
      compareSpaceHover: told((points) => this.hover(points)),
    };
  }
}
