/**
 * The network over the graph component: glyphs, names, lines and moving dots.
 *
 * Cytoscape lays out, pans, zooms and says what was hit; everything visible lies in one layer over
 * it that follows by a single CSS transform. Dots have a canvas of their own and never make the
 * rest redraw.
 */
import { paint } from "../lib/glyph.mjs";
import { dots, drawDots, path, rounded } from "../lib/flow.mjs";
import { fold } from "../lib/folding.mjs";
import { count, duration, make, percent, score } from "./make.mjs";

const SPACING = 34; // pixels between dots
const SPEED = 42; // pixels per second
const LARGE = 2.4; // zoom beyond which larger glyphs are no better
const MARGIN = 12; // pixels around the network when it fits the screen
const SVG = "http://www.w3.org/2000/svg";

export class GraphView {
  /**
   * @param {object} parts
   * @param {HTMLElement} parts.box - holds the graph component and both layers.
   * @param {HTMLElement} parts.layer
   * @param {HTMLCanvasElement} parts.dots
   * @param {import("./workspace.mjs").Workspace} parts.workspace
   * @param {(layer: string) => void} parts.open - a node was chosen.
   * @param {object} parts.tooltip
   */
  constructor({ box, layer, dots: canvas, workspace, open, tooltip }) {
    Object.assign(this, { box, layer, canvas, workspace, open, tooltip });
    this.document = box.ownerDocument;
    this.window = this.document.defaultView;
    this.nodes = new Map();
    this.paths = [];
    this.routes = [];
    this.paused = this.window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.time = 0;
    this.observer = new ResizeObserver(() => this.fit());
    this.observer.observe(box);
    box.addEventListener("mouseleave", () => this.tooltip.hide());
    this.on("plan", () => this.draw());
    this.on("glyph", (name) => this.drawNode(name));
    this.on("failed", (name) => this.drawNode(name));
    this.on("progress", () => this.drawWaiting());
    this.on("colours", () => this.draw());
    this.on("view", () => this.mark());
    this.on("sample", (sample) => this.point(sample));
  }

  on(event, listener) {
    this.workspace.on(event, listener, this.box);
  }

  /** Take a cytoscape instance whose elements are there. */
  attach(cy) {
    if (this.cy !== cy) {
      this.cy = cy;
      cy.on("viewport", () => {
        this.tooltip.hide();
        this.follow();
      });
      cy.on("tap", "node", (event) => this.open(event.target.id()));
      cy.on("mouseover", "node", (event) => this.describe(event));
      cy.on("mouseout", "node", () => {
        this.box.classList.remove("over-node");
        this.tooltip.hide();
      });
      cy.on("destroy", () => {
        this.cy = null;
      });
    }
    cy.nodes().panify(); // dragging a picture moves the network, as dragging beside it does
    cy.layout({ name: "dagre", rankDir: "LR", nodeSep: 26, rankSep: 44, fit: false, animate: false }).run();
    this.ranked = cy.nodes().map((node) => ({
      id: node.id(),
      width: node.width(),
      height: node.height(),
      ...node.position(),
    }));
    this.links = cy.edges().map((edge) => ({ source: edge.source().id(), target: edge.target().id() }));
    this.build();
    this.fit();
    this.run();
  }

  build() {
    this.lines = this.document.createElementNS(SVG, "svg");
    this.lines.classList.add("lines");
    this.nodes.clear();
    const elements = this.ranked.map(({ id, width, height }) => {
      const data = this.cy.getElementById(id).data();
      const canvas = make(this.document, "canvas.glyph", { width: 1, height: 1 });
      const pointer = make(this.document, "i.pointer", { hidden: true });
      const value = make(this.document, "span.value");
      const wait = make(this.document, "div.wait", {}, make(this.document, "i"));
      const element = make(
        this.document,
        "button.node.waiting",
        { type: "button", "data-layer": id, style: { width: `${width}px`, height: `${height}px` } },
        make(this.document, "span.name", {}, id),
        make(this.document, "span.frame", {}, canvas, wait, pointer),
        make(this.document, `span.foot`, {}, make(this.document, `i.kind.${data.kind}`), value),
      );
      element.addEventListener("click", () => this.open(id));
      element.addEventListener("focus", () => this.reveal(id));
      this.nodes.set(id, { element, canvas, value, pointer, wait, data });
      return element;
    });
    this.layer.replaceChildren(this.lines, ...elements);
    this.draw();
    this.mark();
  }

  /** Fold the network into the box and show all of it. */
  fit() {
    if (!this.cy || !this.ranked?.length) return;
    const width = this.box.clientWidth;
    const height = this.box.clientHeight;
    if (width < 40 || height < 40) return;
    const folded = fold({
      nodes: this.ranked,
      edges: this.links,
      viewport: { width: width - 2 * MARGIN, height: height - 2 * MARGIN },
      columnGap: 30,
      enough: LARGE,
    });
    this.cy.resize();
    this.cy.batch(() => {
      for (const [id, { x, y }] of Object.entries(folded.positions)) {
        this.cy.getElementById(id).position({ x, y });
      }
    });
    // Not cytoscape's own fit: the ways of the edges need room as well.
    const zoom = Math.min(folded.zoom, LARGE);
    const pan = { x: (width - folded.width * zoom) / 2, y: (height - folded.height * zoom) / 2 };
    this.cy.viewport({ zoom, pan });
    this.place(folded);
    this.follow();
  }

  place({ positions, edges }) {
    for (const [id, { element }] of this.nodes) {
      const { x, y } = positions[id];
      element.style.left = `${x - parseFloat(element.style.width) / 2}px`;
      element.style.top = `${y - parseFloat(element.style.height) / 2}px`;
    }
    this.routes = edges.map(({ points }) => rounded(points, 14));
    this.paths = this.routes.map((points) => path(points));
    this.lines.replaceChildren(
      ...this.routes.map((points) => {
        const line = this.document.createElementNS(SVG, "path");
        line.setAttribute("d", `M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}`);
        return line;
      }),
    );
  }

  follow() {
    const { x, y } = this.cy.pan();
    const zoom = this.cy.zoom();
    this.layer.style.transform = `translate(${x}px, ${y}px) scale(${zoom})`;
    this.layer.style.setProperty("--zoom", zoom);
    this.drawDots();
  }

  /** Bring a node that got the keyboard's focus into view. */
  reveal(id) {
    const box = this.cy.getElementById(id).renderedBoundingBox();
    const outside =
      box.x1 < 0 || box.y1 < 0 || box.x2 > this.box.clientWidth || box.y2 > this.box.clientHeight;
    if (outside) this.cy.center(this.cy.getElementById(id));
  }

  draw() {
    for (const name of this.nodes.keys()) this.drawNode(name);
    this.drawWaiting();
  }

  drawNode(name) {
    const node = this.nodes.get(name);
    if (!node || !this.workspace.ready) return;
    const glyph = this.workspace.glyphs.get(name);
    const reason = this.workspace.failed.get(name);
    node.element.classList.toggle("failed", Boolean(reason));
    node.element.classList.toggle("waiting", !glyph?.grid && !reason);
    const facts = glyph?.facts;
    node.value.textContent = reason ? "not drawn" : score(facts?.separation);
    const state = reason ?? (facts ? `separation ${score(facts.separation)}` : "not computed yet");
    node.element.setAttribute("aria-label", `${name}, ${describe(node.data)}, ${state}`);
    if (glyph?.grid) paintGlyph(node.canvas, glyph, this.workspace.colours(name));
  }

  drawWaiting() {
    const now = this.workspace.progress;
    for (const [name, { element, wait }] of this.nodes) {
      const working = now?.layer === name && !this.workspace.glyphs.get(name)?.grid;
      element.classList.toggle("working", working);
      if (working) wait.firstChild.style.width = `${Math.round(100 * now.part)}%`;
    }
  }

  /** Show which node is open in the detail panel. */
  mark() {
    for (const [name, { element }] of this.nodes) {
      element.setAttribute("aria-pressed", String(name === this.workspace.view.layer));
    }
  }

  /** Point at one sample in every glyph. */
  point(sample) {
    for (const [name, { pointer, canvas }] of this.nodes) {
      const place = sample === null ? -1 : this.workspace.placeOf(name, sample);
      pointer.hidden = place < 0;
      if (place < 0) continue;
      pointer.style.left = `${(100 * ((place % canvas.width) + 0.5)) / canvas.width}%`;
      pointer.style.top = `${(100 * (Math.floor(place / canvas.width) + 0.5)) / canvas.height}%`;
    }
  }

  describe(event) {
    const name = event.target.id();
    this.box.classList.add("over-node");
    const node = this.nodes.get(name);
    if (!node) return;
    const reason = this.workspace.failed.get(name);
    const facts = this.workspace.glyphs.get(name)?.facts;
    this.tooltip.text(event.originalEvent, name, [
      describe(node.data),
      `${count(node.data.parameters)} parameters`,
      reason ?? (facts ? `separation ${score(facts.separation)}` : this.waitText(name)),
    ]);
  }

  waitText(name) {
    const now = this.workspace.progress;
    if (now?.layer !== name) return "waiting for its turn";
    return `${percent(now.part)}${now.left ? `, all in about ${duration(now.left)}` : ""}`;
  }

  pause() {
    this.paused = !this.paused;
    if (!this.paused) this.run();
    return this.paused;
  }

  /** Let dots move until they are paused or the graph is gone. */
  run() {
    if (this.running) return;
    this.running = true;
    let last = this.window.performance.now();
    const step = (now) => {
      if (this.paused || !this.box.isConnected || !this.cy) {
        this.running = false;
        return;
      }
      this.time += Math.min(0.1, (now - last) / 1000);
      last = now;
      this.drawDots();
      this.window.requestAnimationFrame(step);
    };
    this.window.requestAnimationFrame(step);
  }

  drawDots() {
    const ratio = this.window.devicePixelRatio || 1;
    const width = Math.round(this.box.clientWidth * ratio);
    const height = Math.round(this.box.clientHeight * ratio);
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    const context = this.canvas.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    const scale = this.cy.zoom();
    const zoom = scale * ratio;
    const { x, y } = this.cy.pan();
    context.setTransform(zoom, 0, 0, zoom, x * ratio, y * ratio);
    const how = { spacing: SPACING / scale, speed: SPEED / scale };
    drawDots(context, dots(this.paths, this.time, how), {
      radius: Math.min(3.2, 2 / scale),
      colour: this.workspace.scheme === "dark" ? "#7fb4e8" : "#2f78bd",
    });
  }

  /** Everything that a picture of the network needs, in graph units. */
  picture() {
    return {
      nodes: [...this.nodes].map(([name, { element, canvas, value }]) => {
        const side = parseFloat(element.style.width);
        const scale = side / Math.max(canvas.width, canvas.height);
        return {
          x: parseFloat(element.style.left) + side / 2,
          y: parseFloat(element.style.top) + parseFloat(element.style.height) / 2,
          width: canvas.width * scale,
          height: canvas.height * scale,
          label: name,
          score: value.textContent,
          image: canvas.width > 1 ? canvas.toDataURL("image/png") : null,
        };
      }),
      edges: this.routes.map((points) => ({ points })),
    };
  }
}

/** Paint a glyph at one pixel a sample. */
export function paintGlyph(canvas, glyph, colours) {
  if (canvas.width !== glyph.width || canvas.height !== glyph.height) {
    canvas.width = glyph.width;
    canvas.height = glyph.height;
  }
  if (!glyph.pixels) glyph.pixels = new ImageData(glyph.width, glyph.height);
  paint(glyph.grid, colours, 0, new Uint32Array(glyph.pixels.data.buffer));
  // Written and read by the processor alone: keeping it off the graphics card is faster.
  canvas.getContext("2d", { willReadFrequently: true }).putImageData(glyph.pixels, 0, 0);
}

/** "Conv2D, 26 × 26 × 6 values" */
export function describe({ operation, shape }) {
  return `${operation}, ${shape.length ? shape.join(" × ") : "1"} values`;
}
