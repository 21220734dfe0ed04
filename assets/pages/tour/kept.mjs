/** Projections: what was looked at before, and those that were kept under a name. */
import { make } from "../../dom/make.mjs";

const MOST = 50; // steps that can be taken back
const PLACE = "stratoscope-projections";

export class Kept {
  /**
   * @param {object} page - of `tour.mjs`.
   * @param {() => import("../../dom/tourview.mjs").TourView} view
   * @param {Storage} storage - of the browser.
   */
  constructor(page, view, storage) {
    Object.assign(this, { page, view, storage });
    this.before = [];
  }

  mounted() {
    this.box = this.page.id("kept");
    this.known = null;
  }

  /** The frame is about to change by somebody's hand: remember it. */
  remember() {
    const { data, matrix } = this.view();
    if (!data) return;
    this.before.push({ space: data.space, plane: Array.from(matrix) });
    if (this.before.length > MOST) this.before.shift();
  }

  /** Go back to the projection before. */
  undo() {
    const { data } = this.view();
    const last = this.before.pop();
    if (!data || !last || last.space !== data.space) {
      this.before = [];
      return this.page.bridge.toast("There is no projection before this one.");
    }
    return this.view().goTo(Float64Array.from(last.plane), true);
  }

  /** All that was kept in this browser: [{space, name, plane}]. */
  get all() {
    try {
      const found = JSON.parse(this.storage.getItem(PLACE) ?? "[]");
      return Array.isArray(found) ? found : [];
    } catch {
      return []; // somebody else wrote there
    }
  }

  get here() {
    const { data } = this.view();
    return this.all.filter(({ space, plane }) => space === data?.space && plane?.length === 2 * data.centre.length);
  }

  /** Keep what is drawn. A name that is taken is given to this one. */
  keep(given) {
    const name = given.trim().slice(0, 60);
    const { data, matrix } = this.view();
    const { toast } = this.page.bridge;
    if (!name || !data) return toast("A projection needs a name.");
    const others = this.all.filter((one) => one.space !== data.space || one.name !== name);
    if (others.length < this.all.length) toast(`"${name}" was another projection; it is this one now.`);
    return this.write([...others, { space: data.space, name, plane: Array.from(matrix) }]);
  }

  forget(name) {
    const { space } = this.view().data;
    return this.write(this.all.filter((one) => one.space !== space || one.name !== name));
  }

  write(list) {
    try {
      this.storage.setItem(PLACE, JSON.stringify(list));
    } catch (error) {
      this.page.bridge.toast(`The projection cannot be kept: ${error.message ?? error}`);
    }
    this.draw(true);
  }

  /** @param {boolean} [anew] - even if another layer is not what is shown. */
  draw(anew = false) {
    const { box } = this;
    const { data } = this.view();
    if (!box?.isConnected || !data || (this.known === data.space && !anew)) return;
    this.known = data.space;
    const { ownerDocument: document } = box;
    const field = make(document, "input.kept-name", { type: "text", maxLength: 60, placeholder: "Name this projection", "aria-label": "Name of the projection" });
    const save = make(document, "button.plain", { type: "submit" }, "Keep");
    const form = make(document, "form.kept-form", {}, field, save);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.keep(field.value);
    });
    const rows = this.here.map(({ name, plane }) => {
      const go = make(document, "button.plain", { type: "button" }, name);
      go.addEventListener("click", () => {
        this.remember();
        this.view().goTo(Float64Array.from(plane), true);
      });
      const drop = make(document, "button.pick", { type: "button", title: "Remove", "aria-label": `Remove ${name}` }, "×");
      drop.addEventListener("click", () => this.forget(name));
      return make(document, "li", {}, go, drop);
    });
    const hint = rows.length ? [] : [make(document, "p.quiet", {}, "Projections of this layer that you keep are listed here, in this browser.")];
    box.replaceChildren(form, ...hint, make(document, "ul.kept-list", {}, ...rows));
  }
}
