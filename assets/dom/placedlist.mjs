/** The list of what was placed on maps, with pictures of it and what is decided. */
import { colourOf, toHex } from "../lib/palette.mjs";
import { pixelsOf } from "../lib/pictures.mjs";
import { CardList } from "./cardlist.mjs";
import { count, make, score } from "./make.mjs";
import { drawPicture } from "./markers.mjs";
import { ORIGINS, classOf, linesOf, sampleOf, sizeOf, summaryOf, titleOf } from "./sequences.mjs";

const PICTURES = 12; // of a sequence that are shown

/** @typedef {import("./sequences.mjs").Sequence} Sequence */

/**
 * The picture of an input: its own, where it is an image, else that of the sample that it is.
 * @param {number} sample - -1 for none.
 */
export function pictureOf(document, workspace, sequence, index, sample) {
  const { values, shape } = sequence.inputs[index];
  const label = `Input ${index + 1} of ${titleOf(sequence)}`;
  const url = shape.length || sample < 0 ? null : workspace.imageUrl(sample);
  if (url) return make(document, "img.marker-picture", { src: url, alt: label });
  const pixels = pixelsOf(values, shape);
  return pixels ? drawPicture(document, pixels, label) : make(document, "span.marker-picture.none");
}

/** A sample of the study in one line: its picture, its number, what it is and is taken for. */
export function sampleLine(document, workspace, sample) {
  if (sample < 0) return make(document, "p.quiet", {}, "Select a sample first: the step is taken from it.");
  const { labels, predicted } = workspace;
  const url = workspace.imageUrl(sample);
  const truth = labels[sample] < 0 ? "" : workspace.className(labels[sample]);
  const taken = workspace.className(predicted[sample]);
  const text = !truth ? `taken for ${taken}` : labels[sample] === predicted[sample] ? truth : `${truth}, taken for ${taken}`;
  return make(
    document, "span.place-from", {},
    ...(url ? [make(document, "img", { src: url, alt: "" })] : []),
    make(document, "span", {}, `Sample ${sample}: ${text}`),
  );
}

/**
 * What is called when something is done with a card.
 * @typedef {object} OnPlaced
 * @property {(sequence: Sequence, name: string) => void} rename
 * @property {(sequence: Sequence) => void} remove
 * @property {() => void} clear
 * @property {(sequence: Sequence) => void} show - it on its map.
 * @property {(sequence: Sequence) => void} bring - it to the map that is shown.
 * @property {(sequence: Sequence) => void} again - ask once more where it lies.
 * @property {(diamond: import("./mapdiamonds.mjs").Diamond | null) => void} point
 * @property {(diamond: import("./mapdiamonds.mjs").Diamond) => void} centre
 */

/** Made with an `OnPlaced`. */
export class PlacedList extends CardList {
  /**
   * @param {Sequence[]} list
   * @param {string} map - address of the map that is shown.
   * @param {string | null} data - address of the data that its samples are counted in; null while
   *   nothing can be placed on it.
   */
  draw(list, map, data) {
    const possible = ({ what, data: own }) => data !== null && what.kind !== "lead" && (what.kind === "images" || own === data);
    this.cardsOf(list, map, `${count(list.length)} placed`, (sequence, away) =>
      this.card(sequence, away ? { possible: possible(sequence) } : null));
  }

  empty() {
    const text = "Nothing has been placed yet. What is placed is drawn as diamonds; the map itself stays as it is.";
    return make(this.document, "p.hint", {}, text);
  }

  /** @param {{possible: boolean} | null} away - whether one of another map can be placed on this one. */
  card(sequence, away) {
    const { inputs, trouble, asking } = sequence;
    const state = [away?.possible, inputs, trouble, asking, away && titleOf(sequence)];
    return this.keptCard(sequence, state, () => (away ? this.elsewhere(sequence, away) : this.build(sequence)));
  }

  build(sequence) {
    const { document } = this;
    const { name, called, inputs } = sequence;
    const input = make(document, "input.marker-name", {
      value: name, placeholder: called, maxLength: 60, "aria-label": `Name of ${called}`,
    });
    input.addEventListener("change", () => this.on.rename(sequence, input.value));
    const show = this.button("show", () => this.on.show(sequence), { title: "Show it on the map", disabled: !inputs });
    return make(
      document, "section.placed", { "aria-label": titleOf(sequence) },
      make(document, "div.marker-head", {}, input, show, this.removal(sequence, titleOf(sequence))),
      make(document, "p.quiet", {}, this.about(sequence)),
      ...this.found(sequence),
    );
  }

  /** Where it comes from, how much it is, what is decided of it. */
  about(sequence) {
    const n = sizeOf(sequence);
    const parts = [ORIGINS[sequence.origin], `${count(n)} input${n === 1 ? "" : "s"}`];
    if (sequence.inputs) parts.push(summaryOf(sequence));
    return parts.join(" · ");
  }

  found(sequence) {
    const { document } = this;
    const { inputs, trouble, asking } = sequence;
    if (asking) return [make(document, "p.quiet", {}, "Placing …")];
    if (trouble) return [make(document, "p.quiet", {}, trouble, " ", this.button("Try again", () => this.on.again(sequence)))];
    const more = inputs.length - PICTURES;
    return [
      make(document, "div.placed-pictures", {}, ...inputs.slice(0, PICTURES).map((_, k) => this.input(sequence, k))),
      ...(more > 0 ? [make(document, "p.quiet", {}, `and ${count(more)} more`)] : []),
    ];
  }

  /** One input: pointing shows where it lies, a click goes there. */
  input(sequence, k) {
    const { document, workspace, on } = this;
    const { label, probabilities } = sequence.inputs[k];
    const diamond = sequence.diamonds[k];
    const colour = label < 0 ? "var(--line)" : toHex(colourOf(label, sequence.classes.length));
    const lines = linesOf(sequence, k);
    const made = make(
      document, "button.placed-input", { type: "button", title: lines.join("\n"), "aria-label": lines.join(", ") },
      make(document, "span.placed-frame", { style: { borderColor: colour } },
        pictureOf(document, workspace, sequence, k, sampleOf(sequence, k))),
      make(document, "span.placed-class", {}, classOf(sequence, label)),
      make(document, "span.number", {}, label < 0 ? "–" : score(probabilities[label])),
    );
    for (const event of ["mouseenter", "focus"]) made.addEventListener(event, () => on.point(diamond));
    for (const event of ["mouseleave", "blur"]) made.addEventListener(event, () => on.point(null));
    made.addEventListener("click", () => on.centre(diamond));
    return made;
  }

  elsewhere(sequence, { possible }) {
    const { document } = this;
    const { about, trouble, asking } = sequence;
    const state = asking ? "placing … · " : trouble ? "not placed · " : "";
    const text = `${titleOf(sequence)} · ${ORIGINS[sequence.origin]}, ${count(sizeOf(sequence))} · ${state}${about}`;
    return make(
      document, "div.placed.away", {},
      make(document, "span.marker-where", { title: text }, text),
      this.button("open", () => this.on.show(sequence), { title: "Show the map that it belongs to" }),
      this.removal(sequence, titleOf(sequence)),
      ...(possible ? [this.button("Place on this map", () => this.on.bring(sequence))] : []),
    );
  }
}
