/** The controls of the Embedding page: what they say of a view, and what a view says of them. */
import { NONE_BESIDE } from "../../dom/legend.mjs";
import { clampStart } from "../../lib/matrix.mjs";
import { layerOf } from "./layers.mjs";

const NARROW = 1200; // pixels, as in the style sheet
const USUAL_SIZE = 4; // plots in a row

export class Knobs {
  /**
   * @param {object} page - of `embedding.mjs`.
   * @param {import("./pair.mjs").Pairing} pairing
   */
  constructor(page, pairing) {
    Object.assign(this, { page, pairing });
  }

  get workspace() {
    return this.page.bridge.workspace;
  }

  /** Plots in a row before anybody chooses. */
  usualSize({ shape }, { form }) {
    return form === "matrix" && shape.length < 2 && shape[0] === 2 ? 1 : this.roomySize();
  }

  /** Two networks on a small screen leave room for few plots. */
  roomySize() {
    return this.workspace.second && this.page.bridge.window.innerWidth < NARROW ? 2 : USUAL_SIZE;
  }

  /** What the picker of the window says, where another network has come. */
  showSize() {
    const { study, view } = this.workspace;
    if (!study) return;
    const size = view.size ?? this.usualSize(this.open(study, view), view);
    this.page.bridge.set("embedding-size", { value: String(size) });
  }

  /** What the picker of colours says, which may be those of a network beside. */
  showColour() {
    const { mode } = this.workspace;
    this.page.bridge.set("embedding-colour", { value: mode === "relative" ? "class" : mode });
  }

  /** The layer that a view opens. */
  open(study, view) {
    return layerOf(study, view.layer) ?? study.layers.at(-1);
  }

  /** The layer on the horizontal axes. */
  across(study, view) {
    return layerOf(study, view.across) ?? study.layers[0];
  }

  /** Knobs of the open layer, of the one across and of the one beside; null for none. */
  ofClouds(view, study, beside) {
    const { points, position, order, form, xposition } = view;
    const pairs = form === "across" && (points ?? "positions") === "positions";
    const own = { points: pairs ? "strongest" : points, position, order };
    const a = { ...study.wish, layer: view.layer, ...own };
    const other = this.across(study, view);
    const one = xposition !== null && other.shape.length > 1;
    const x =
      form === "across"
        ? { ...study.wish, layer: other.name, order: null, points: one ? "position" : "strongest", position: one ? xposition : null }
        : null;
    const b = beside ? { ...beside.wish, layer: this.pairing.layerFor(view, study, beside), ...own } : null;
    return { a, x, b };
  }

  /** The clientside callbacks of the controls. */
  callbacks() {
    const { parts, reps, id, bridge } = this.page;
    const { set, nothing, toast } = bridge;
    const { workspace, pairing } = this;
    return {
      embeddingKnobs: (view, study, beside, ...known) => {
        const silent = Array(9).fill(nothing());
        if (study?.state !== "ready") return [nothing(), nothing(), nothing(), ...silent];
        const ready = beside?.state === "ready" ? beside : null;
        const wanted = Object.values(this.ofClouds(view, study, ready));
        const changed = wanted.map((one, k) => JSON.stringify(one) !== JSON.stringify(known[k] ?? null));
        const layer = this.open(study, view);
        const across = this.across(study, view);
        const structured = layer.shape.length > 1;
        const hide = (name, hidden) => id(name)?.classList.toggle("hidden", hidden);
        hide("place", !(structured && view.points === "position"));
        hide("across-box", view.form !== "across");
        hide("size-box", view.form === "cloud");
        hide("axes", view.form !== "cloud");
        hide("points-box", !structured);
        if ((parts.form === "cloud") !== (view.form === "cloud")) {
          set("embedding-tool", { value: view.form === "cloud" ? "pan" : "rectangle" });
        }
        parts.form = view.form;
        this.showColour();
        return [
          ...wanted.map((one, k) => (changed[k] ? one : nothing())),
          layer.name,
          structured ? view.points || "positions" : "samples",
          view.order || "",
          view.form,
          across.name,
          String(view.size ?? this.usualSize(layer, view)),
          ready ? pairing.layerFor(view, study, ready) : nothing(),
          view.bepoch === null ? "" : String(view.bepoch),
          view.align,
        ];
      },

      pickEmbedding: (layer, points, order, form, across, size, layerB, epochB, align, view) => {
        const { study, second: beside } = workspace;
        if (!study?.layers) return nothing();
        const open = this.open(study, view);
        const structured = open.shape.length > 1;
        const next = {};
        const put = (name, value, shown) => value !== shown && Object.assign(next, { [name]: value });
        put("layer", layer, open.name);
        if (next.layer) Object.assign(next, { row: null, column: null, position: null, axes: "" });
        if (structured && !next.layer) put("points", points, view.points || "positions");
        put("order", order || null, view.order);
        put("form", form, view.form);
        put("across", across, this.across(study, view).name);
        if (next.across) Object.assign(next, { xposition: null, column: null });
        put("size", Number(size), view.size ?? this.usualSize(open, view));
        if (beside) {
          put("blayer", layerB, pairing.layerFor(view, study, beside.study));
          put("bepoch", epochB ? Number(epochB) : null, view.bepoch);
          put("align", Boolean(align), view.align);
        }
        if (next.form) Object.assign(next, { column: null });
        return Object.keys(next).length && layer ? { ...view, ...next } : nothing();
      },

      pickAxes: (x, y, z, view) => {
        const axes = [x, y, z].join(",");
        const { drawn } = parts.panes?.a ?? {};
        if (view.form !== "cloud" || !drawn || [x, y, z].some((one) => !one)) return nothing();
        return axes === drawn.rows.map(({ feature }) => feature).join(",") ? nothing() : { ...view, axes };
      },

      pickShade: (colour, view) => {
        if (!workspace.ready || colour === workspace.mode) return nothing();
        if (colour !== "class" && !workspace.classifies) {
          toast("This network gives an embedding, not class probabilities: it says no classes.");
          set("embedding-colour", { value: "class" });
          return nothing();
        }
        if (colour === "beside" && !workspace.differs) {
          toast(NONE_BESIDE);
          set("embedding-colour", { value: workspace.mode });
          return nothing();
        }
        return { ...view, colour: colour === workspace.study.colour ? null : colour };
      },

      pickPlace: (row, column, view) => {
        const { plan } = reps.a;
        const grid = plan ? reps.a.grid : [];
        if (plan?.which !== "position" || grid.length < 2 || !Number.isInteger(row) || !Number.isInteger(column)) return nothing();
        const [y, x] = [clampStart(row, 1, grid.at(-2)), clampStart(column, 1, grid.at(-1))];
        const position = y * grid.at(-1) + x;
        return position === plan.position ? nothing() : { ...view, position };
      },
    };
  }
}
