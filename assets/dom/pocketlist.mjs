/** The list of pockets: islands of one class inside another, the most suspicious first. */
import { colourOf, toHex } from "../lib/palette.mjs";
import { drawPicture } from "./markers.mjs";
import { count, make, score } from "./make.mjs";

/**
 * @typedef {object} Pocket - as the server finds them.
 * @property {number} label - class of the island.
 * @property {number} inside - class around it.
 * @property {number} pixels
 * @property {number} share - of the map.
 * @property {[number, number]} centre
 * @property {number} certainty - at the centre.
 * @property {number} score - how suspicious it is.
 * @property {number[]} samples - that lie in it, as places among the map's samples.
 * @property {[number, number][]} nearest - places among the map's samples, and distances.
 * @property {string} sentence
 * @property {import("../lib/windows.mjs").Window} box - that its pixels just fill.
 */

export class PocketList {
  /**
   * @param {HTMLElement} box
   * @param {import("./workspace.mjs").Workspace} workspace
   * @param {(pocket: Pocket) => void} go - zoom there, set a marker, select its samples.
   */
  constructor(box, workspace, go) {
    Object.assign(this, { box, workspace, go });
    this.document = box.ownerDocument;
  }

  /** Say why there is nothing. @param {string} text */
  hint(text, failed = false) {
    this.box.replaceChildren(make(this.document, failed ? "p.hint.failure" : "p.hint", {}, text));
  }

  /**
   * @param {Pocket[]} pockets
   * @param {number} more - that are not listed.
   * @param {object} at - their centres.
   * @param {(import("../lib/pictures.mjs").Pixels | null)[]} at.pictures - so far.
   * @param {string} at.trouble - why there are none, "" if nothing is wrong.
   * @param {() => void} at.again - ask for them once more.
   */
  draw(pockets, more, { pictures, trouble, again }) {
    const { document } = this;
    if (!pockets.length) {
      this.hint("No class has an island inside another one on this map.");
      return;
    }
    const total = pockets.length + more;
    const text =
      `${count(total)} island${total === 1 ? "" : "s"} of one class inside another. On top what is decided ` +
      "firmly where no sample of that class is near, and what holds samples of the class around it.";
    this.box.replaceChildren(
      make(document, "p.quiet", {}, text),
      ...(trouble ? [this.retry(trouble, again)] : []),
      ...pockets.map((pocket, k) => this.row(pocket, pictures[k] ?? null)),
      ...(more ? [make(document, "p.quiet", {}, `${count(more)} more are less suspicious.`)] : []),
    );
  }

  retry(trouble, again) {
    const button = make(this.document, "button.pick", { type: "button" }, "Try again");
    button.addEventListener("click", again);
    return make(this.document, "p.quiet", {}, `There are no pictures of them: ${trouble} `, button);
  }

  row(pocket, picture) {
    const { document, workspace } = this;
    const { label, inside, sentence, score: suspicion } = pocket;
    const names = `${workspace.className(label)} inside ${workspace.className(inside)}`;
    const chip = (k) =>
      make(
        document, "span.chip", { title: workspace.className(k) },
        make(document, "i.swatch", { style: { background: toHex(colourOf(k, workspace.study.classes.length)) } }),
        workspace.className(k),
      );
    const made = make(
      document, "button.pocket",
      { type: "button", title: "Zoom there, set a marker and select its samples" },
      picture ? drawPicture(document, picture, `Image at the centre of ${names}`) : make(document, "span.marker-picture.none"),
      make(
        document, "span.pocket-about", {},
        make(
          document, "span.pocket-head", {},
          chip(label), make(document, "span.quiet", {}, "in"), chip(inside),
          make(document, "span.bar-value", { title: "Suspicion, 0 to 2" }, score(suspicion)),
        ),
        make(document, "span.pocket-text", {}, sentence),
      ),
    );
    made.addEventListener("click", () => this.go(pocket));
    return made;
  }
}
