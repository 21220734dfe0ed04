/** The list of pockets, islands of one class inside another, and of samples that err together. */
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

/**
 * @typedef {object} Cluster - samples of one class that are taken for another, side by side.
 * @property {number} true
 * @property {number} taken_for
 * @property {number[]} samples - places among the map's samples.
 * @property {number} sample - the one in the middle, in the study.
 * @property {[number, number]} centre
 * @property {number} radius - of the map.
 * @property {string} sentence
 */

export class PocketList {
  /**
   * @param {HTMLElement} box
   * @param {import("./workspace.mjs").Workspace} workspace
   * @param {object} on
   * @param {(pocket: Pocket) => void} on.pocket - zoom there, set a marker, select its samples.
   * @param {(cluster: Cluster) => void} on.cluster - zoom there and select its samples.
   */
  constructor(box, workspace, on) {
    Object.assign(this, { box, workspace, on });
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
   * @param {Cluster[]} clusters - the largest first.
   */
  draw(pockets, more, { pictures, trouble, again }, clusters = []) {
    this.box.replaceChildren(...this.clusters(clusters), ...this.islands(pockets, more, { pictures, trouble, again }));
  }

  /** Samples that err together. */
  clusters(clusters) {
    if (!clusters.length) return [];
    const { document, workspace } = this;
    const text =
      "Samples of one class that the network takes for another and that lie side by side: something that " +
      "they share has misled it, such as a back door. The largest come first.";
    const rows = clusters.map((cluster) => {
      const [name, other] = [cluster.true, cluster.taken_for].map((k) => workspace.className(k));
      const url = workspace.imageUrl(cluster.sample);
      const picture = url
        ? make(document, "img.marker-picture", { src: url, alt: `Sample in the middle of ${name} taken for ${other}` })
        : make(document, "span.marker-picture.none");
      return this.made({
        picture, from: cluster.true, word: "as", to: cluster.taken_for, value: count(cluster.samples.length),
        meaning: "Samples", sentence: cluster.sentence, title: "Zoom there and select these samples",
        act: () => this.on.cluster(cluster),
      });
    });
    return [make(document, "h3", {}, "Mistakes that keep together"), make(document, "p.quiet", {}, text), ...rows];
  }

  islands(pockets, more, { pictures, trouble, again }) {
    const { document } = this;
    const title = make(document, "h3", {}, "Islands");
    if (!pockets.length) return [title, make(document, "p.hint", {}, "No class has an island inside another one on this map.")];
    const total = pockets.length + more;
    const text =
      `${count(total)} island${total === 1 ? "" : "s"} of one class inside another. On top what is decided ` +
      "firmly where no sample of that class is near, and what holds samples of the class around it.";
    return [
      title,
      make(document, "p.quiet", {}, text),
      ...(trouble ? [this.retry(trouble, again)] : []),
      ...pockets.map((pocket, k) => this.row(pocket, pictures[k] ?? null)),
      ...(more ? [make(document, "p.quiet", {}, `${count(more)} more are less suspicious.`)] : []),
    ];
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
    return this.made({
      picture: picture
        ? drawPicture(document, picture, `Image at the centre of ${names}`)
        : make(document, "span.marker-picture.none"),
      from: label, word: "in", to: inside, value: score(suspicion), meaning: "Suspicion, 0 to 2", sentence,
      title: "Zoom there, set a marker and select its samples", act: () => this.on.pocket(pocket),
    });
  }

  /** A line about two classes, with a picture, that leads somewhere. */
  made({ picture, from, word, to, value, meaning, sentence, title, act }) {
    const { document, workspace } = this;
    const chip = (k) =>
      make(
        document, "span.chip", { title: workspace.className(k) },
        make(document, "i.swatch", { style: { background: toHex(colourOf(k, workspace.study.classes.length)) } }),
        workspace.className(k),
      );
    const head = make(
      document, "span.pocket-head", {},
      chip(from), make(document, "span.quiet", {}, word), chip(to),
      make(document, "span.bar-value", { title: meaning }, value),
    );
    const about = make(document, "span.pocket-about", {}, head, make(document, "span.pocket-text", {}, sentence));
    const made = make(document, "button.pocket", { type: "button", title }, picture, about);
    made.addEventListener("click", act);
    return made;
  }
}
