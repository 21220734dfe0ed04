/** One layer in large: every pixel is a sample that can be pointed at, picked and brushed. */
import { howFromEvent, samplesInPolygon, samplesInRectangle } from "../lib/selection.mjs";
import { describe, paintGlyph } from "./graphview.mjs";
import { count, make, score } from "./make.mjs";

const DRAG = 4; // pixels that make a drag of a click

export class Detail {
  /**
   * @param {object} parts
   * @param {HTMLElement} parts.name
   * @param {HTMLElement} parts.picture
   * @param {HTMLElement} parts.facts
   * @param {import("./workspace.mjs").Workspace} parts.workspace
   * @param {object} parts.tooltip
   * @param {(layer: string) => object | undefined} parts.nodeOf - data of a node.
   */
  constructor({ name, picture, facts, workspace, tooltip, nodeOf }) {
    Object.assign(this, { name, picture, facts, workspace, tooltip, nodeOf });
    this.document = picture.ownerDocument;
    this.brush = "rectangle";
    this.cursor = 0;
    const when = (event, listener) => workspace.on(event, listener, picture);
    when("view", () => this.draw());
    when("plan", () => this.draw());
    when("glyph", (layer) => layer === this.layer && this.draw());
    when("failed", (layer) => layer === this.layer && this.draw());
    when("colours", () => this.paint());
    new ResizeObserver(() => this.fit()).observe(picture);
    this.build();
  }

  get layer() {
    return this.workspace.view.layer;
  }

  get glyph() {
    return this.workspace.glyphs.get(this.layer);
  }

  build() {
    this.canvas = make(this.document, "canvas.glyph", {
      tabIndex: 0,
      role: "img",
      "aria-describedby": "detail-facts",
    });
    this.shape = make(this.document, "canvas.shape", { "aria-hidden": "true" });
    this.stage = make(this.document, "div.stage", {}, this.canvas, this.shape);
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerup", (event) => this.up(event));
    canvas.addEventListener("pointercancel", () => this.stop());
    canvas.addEventListener("pointerleave", () => this.leave());
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("blur", () => this.leave());
  }

  draw() {
    const { workspace, document } = this;
    const data = this.layer && this.nodeOf(this.layer);
    if (!data) {
      this.name.textContent = "No layer open";
      const missing = this.layer ? `There is no '${this.layer}' in the network as it is drawn. ` : "";
      const hint = `${missing}Click a picture in the network to open it here.`;
      this.picture.replaceChildren(make(document, "p.hint", {}, hint));
      this.facts.replaceChildren();
      return;
    }
    this.name.textContent = this.layer;
    const reason = workspace.failed.get(this.layer);
    if (!this.glyph?.grid) {
      const text = reason ?? "This layer has not been computed yet; it will appear by itself.";
      this.picture.replaceChildren(make(document, reason ? "p.hint.failure" : "p.hint", {}, text));
    } else if (this.stage.parentNode !== this.picture) {
      this.picture.replaceChildren(this.stage);
    }
    this.canvas.setAttribute(
      "aria-label",
      `All samples as ${this.layer} sees them. Arrow keys move, Enter selects.`,
    );
    this.facts.replaceChildren(...this.describe(data));
    this.fit();
    this.paint();
  }

  /** The largest whole number of screen pixels a sample that fits. */
  fit() {
    const { glyph } = this;
    if (!glyph?.grid || this.stage.parentNode !== this.picture) return;
    const tall = 0.66 * this.document.defaultView.innerHeight;
    const times = Math.min(this.picture.clientWidth / glyph.width, tall / glyph.height);
    this.times = times >= 1 ? Math.floor(times) : 1;
    const width = glyph.width * this.times;
    const height = glyph.height * this.times;
    for (const canvas of [this.canvas, this.shape]) {
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    Object.assign(this.stage.style, { width: `${width}px`, height: `${height}px` });
    this.shape.width = width;
    this.shape.height = height;
  }

  paint() {
    const { glyph } = this;
    if (glyph?.grid) paintGlyph(this.canvas, glyph, this.workspace.colours(this.layer));
  }

  describe(data) {
    const { document, workspace } = this;
    const facts = this.glyph?.facts;
    const line = (name, text) =>
      make(document, "div.fact", {}, make(document, "dt", {}, name), make(document, "dd", {}, text));
    const list = make(
      document,
      "dl",
      {},
      line("Operation", describe(data)),
      line("Parameters", count(data.parameters)),
      line("Separation", facts ? score(facts.separation) : "–"),
    );
    if (!facts) return [list];
    const rows = facts.separation_by_class.map((value, k) =>
      make(
        document,
        "div.bar-row",
        { title: `${workspace.className(k)}: ${score(value)}` },
        make(document, "span.bar-name", {}, workspace.className(k)),
        make(
          document,
          "span.bar-track",
          {},
          make(document, "i", { style: { width: `${100 * (value ?? 0)}%` } }),
        ),
        make(document, "span.bar-value", {}, score(value)),
      ),
    );
    return [
      list,
      make(document, "h3", {}, "Separation by class"),
      make(
        document,
        "p.quiet",
        {},
        "Share of the four neighbouring pixels that hold a sample of the same class.",
      ),
      make(document, "div.bars", {}, ...rows),
    ];
  }

  pixel(event) {
    const box = this.canvas.getBoundingClientRect();
    const x = Math.floor((event.clientX - box.left) / this.times);
    const y = Math.floor((event.clientY - box.top) / this.times);
    const { width, height } = this.glyph;
    return x < 0 || y < 0 || x >= width || y >= height ? -1 : y * width + x;
  }

  point(event) {
    const box = this.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  down(event) {
    if (event.button !== 0) return;
    this.canvas.focus({ preventScroll: true }); // so that Escape can call the brush off
    this.canvas.setPointerCapture(event.pointerId);
    this.trail = [this.point(event)];
    this.dragging = false;
  }

  move(event) {
    if (!this.trail) {
      const pixel = this.pixel(event);
      this.show(pixel < 0 ? -1 : this.glyph.grid[pixel], event);
      return;
    }
    const point = this.point(event);
    const [x, y] = this.trail[0];
    this.dragging ||= Math.hypot(point[0] - x, point[1] - y) > DRAG;
    if (!this.dragging) return;
    this.tooltip.hide();
    if (this.brush === "lasso") this.trail.push(point);
    else this.trail[1] = point;
    this.outline();
  }

  up(event) {
    if (!this.trail) return;
    const how = howFromEvent(event);
    const wanted = how === "replace" ? this.workspace.how : how;
    const { glyph } = this;
    if (!this.dragging) {
      const sample = glyph.grid[this.pixel(event)];
      this.workspace.select(sample >= 0 ? [sample] : [], wanted);
    } else if (this.brush === "lasso") {
      const polygon = this.trail.map(([x, y]) => [x / this.times, y / this.times]);
      this.workspace.select(samplesInPolygon(glyph.grid, glyph.width, polygon), wanted);
    } else {
      const [[x0, y0], [x1, y1]] = this.trail.map(([x, y]) => [x / this.times, y / this.times]);
      this.workspace.select(samplesInRectangle(glyph.grid, glyph.width, { x0, y0, x1, y1 }), wanted);
    }
    this.stop();
  }

  stop() {
    this.trail = null;
    this.dragging = false;
    this.outline();
  }

  outline() {
    const context = this.shape.getContext("2d");
    context.clearRect(0, 0, this.shape.width, this.shape.height);
    if (!this.dragging) return;
    context.beginPath();
    if (this.brush === "lasso") {
      this.trail.forEach(([x, y], k) => (k ? context.lineTo(x, y) : context.moveTo(x, y)));
      context.closePath();
    } else {
      const [[x0, y0], [x1, y1]] = this.trail;
      context.rect(x0, y0, x1 - x0, y1 - y0);
    }
    const dark = this.workspace.scheme === "dark";
    context.fillStyle = dark ? "rgba(255,255,255,0.16)" : "rgba(20,30,45,0.12)";
    context.fill();
    context.lineWidth = 3;
    context.strokeStyle = dark ? "#000" : "#fff";
    context.stroke();
    context.lineWidth = 1.5;
    context.strokeStyle = dark ? "#fff" : "#111";
    context.stroke();
  }

  show(sample, at) {
    if (sample >= 0) {
      this.workspace.hover(sample);
      this.tooltip.sample(at, sample);
    } else this.leave();
  }

  leave() {
    this.workspace.hover(null);
    this.tooltip.hide();
  }

  /** The keyboard's way: arrows walk over the pixels, Enter picks the sample under the cursor. */
  key(event) {
    const { glyph } = this;
    if (!glyph?.grid) return;
    const { width, height } = glyph;
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const step = steps[event.key];
    let x = this.cursor % width;
    let y = Math.min(height - 1, Math.floor(this.cursor / width));
    if (step) {
      x = Math.min(width - 1, Math.max(0, x + step[0]));
      y = Math.min(height - 1, Math.max(0, y + step[1]));
      this.cursor = y * width + x;
    } else if (event.key === "Enter" || event.key === " ") {
      const how = howFromEvent(event);
      const sample = glyph.grid[this.cursor];
      if (sample >= 0) {
        this.workspace.select([sample], how === "replace" ? this.workspace.how : how);
      }
    } else {
      if (event.key === "Escape") this.stop();
      return;
    }
    event.preventDefault();
    const box = this.canvas.getBoundingClientRect();
    this.show(glyph.grid[this.cursor], {
      clientX: box.left + (x + 0.5) * this.times,
      clientY: box.top + (y + 0.5) * this.times,
    });
  }
}
