/** The list of markers: what lies where somebody looked. */
import { colourOf, toHex } from "../lib/palette.mjs";
import { CardList } from "./cardlist.mjs";
import { count, make, percent, score } from "./make.mjs";

const BARS = 3; // classes that are named, the most probable first

/** A small picture on a canvas of its own. @param {import("../lib/pictures.mjs").Pixels} pixels */
export function drawPicture(document, { width, height, data }, label) {
  const strip = height === 1 && width > 1;
  const canvas = make(document, strip ? "canvas.marker-picture.strip-picture" : "canvas.marker-picture", {
    width, height, role: "img", "aria-label": label,
  });
  canvas.getContext("2d").putImageData(new ImageData(data, width, height), 0, 0);
  return canvas;
}

/** Indices of the largest values, the largest first. */
export function largest(values, most) {
  return Array.from(values.keys()).sort((a, b) => values[b] - values[a]).slice(0, most);
}

/**
 * What is called when something is done with a card.
 * @typedef {object} OnMarkers
 * @property {(marker: object, name: string) => void} rename
 * @property {(marker: object) => void} remove
 * @property {() => void} clear
 * @property {(marker: object) => void} go
 * @property {(sample: number | null) => void} point - at the nearest sample.
 * @property {(sample: number) => void} pick
 * @property {() => void} again - ask once more for what could not be had.
 */

/** Made with an `OnMarkers`. */
export class MarkerList extends CardList {
  /**
   * @param {import("../pages/boundary/markers.mjs").Marker[]} list
   * @param {string} map - address of the map that is shown.
   */
  draw(list, map) {
    const text = `${count(list.length)} marker${list.length === 1 ? "" : "s"}`;
    this.cardsOf(list, map, text, (marker, away) => this.card(marker, away));
  }

  empty() {
    const lines = [
      "Choose Look and click on the map: the inverse map makes an image of any place, and the network " +
        "is asked about it. Drag to walk along a line in six steps.",
      "By keyboard: the arrows move the map under its cross, Enter sets a marker there.",
    ];
    return make(this.document, "div.hint", {}, ...lines.map((line) => make(this.document, "p", {}, line)));
  }

  card(marker, away) {
    const { name, label, found, trouble, nearest } = marker;
    const state = away ? [away, name, label] : [away, found, trouble, nearest];
    return this.keptCard(marker, state, () => (away ? this.elsewhere(marker) : this.build(marker)));
  }

  build(marker) {
    const { document, workspace } = this;
    const { number, name, found, trouble, pixels, label } = marker;
    const input = make(document, "input.marker-name", {
      value: name, placeholder: found ? workspace.className(label) : "marker", maxLength: 60,
      "aria-label": `Name of marker ${number}`,
    });
    input.addEventListener("change", () => this.on.rename(marker, input.value));
    const badge = this.badge(marker);
    const remove = this.removal(marker, `marker ${number}`);
    const picture = pixels
      ? drawPicture(document, pixels, `Image at marker ${number}`)
      : make(document, trouble || found ? "span.marker-picture.none" : "span.marker-picture.waiting");
    const about = trouble
      ? [make(document, "p.quiet", {}, trouble, " ", this.button("Try again", () => this.on.again()))]
      : found ? [...this.bars(found.probabilities), ...this.near(marker)] : [make(document, "p.quiet", {}, "Looking …")];
    const head = make(document, "div.marker-head", {}, badge, input, remove);
    return make(
      document, "section.marker", { "aria-label": `Marker ${number}` },
      picture, make(document, "div.marker-about", {}, head, ...about),
    );
  }

  badge(marker) {
    const colour = marker.label >= 0 ? toHex(colourOf(marker.label, marker.classes.length)) : "var(--line)";
    const label = `Go to marker ${marker.number}`;
    const made = make(this.document, "button.marker-badge", {
      type: "button", title: label, "aria-label": label, style: { borderColor: colour },
    }, String(marker.number));
    made.addEventListener("click", () => this.on.go(marker));
    return made;
  }

  bars(probabilities) {
    const { document, workspace } = this;
    const classes = workspace.study.classes.length;
    return largest(probabilities, Math.min(BARS, classes)).map((k) => {
      const bar = make(document, "i", {
        style: { width: `${100 * probabilities[k]}%`, background: toHex(colourOf(k, classes)) },
      });
      return make(
        document, "div.bar-row", {},
        make(document, "span.bar-name", { title: workspace.className(k) }, workspace.className(k)),
        make(document, "span.bar-track", {}, bar),
        make(document, "span.bar-value", {}, score(probabilities[k])),
      );
    });
  }

  near({ nearest }) {
    if (!nearest) return [];
    return [nearSample(this, nearest, this.on)];
  }

  elsewhere(marker) {
    const { document } = this;
    const { number, name, about } = marker;
    const label = marker.label >= 0 ? marker.classes[marker.label] : ""; // maybe of another study
    return make(
      document, "div.marker.away", {},
      this.badge(marker),
      make(document, "span.marker-where", { title: about }, `${name || label || "marker"} · ${about}`),
      this.button("open", () => this.on.go(marker), { title: "Show the map that it belongs to" }),
      this.removal(marker, `marker ${number}`),
    );
  }
}

/** The sample nearest to a place, with its picture: pointing shows it, a click selects it. */
export function nearSample({ document, workspace, tooltip }, { sample, distance }, on) {
  const { labels, predicted } = workspace;
  const label = labels[sample] >= 0 ? labels[sample] : predicted[sample];
  const url = workspace.imageUrl(sample);
  const image = url ? [make(document, "img", { src: url, alt: "" })] : [];
  const made = make(
    document, "button.near", { type: "button", title: "Select this sample" },
    ...image,
    make(document, "span", {}, `${workspace.className(label)}, ${percent(distance)} away`),
  );
  made.addEventListener("mousemove", (event) => {
    on.point(sample);
    tooltip.sample(event, sample);
  });
  made.addEventListener("mouseleave", () => {
    on.point(null);
    tooltip.hide();
  });
  made.addEventListener("focus", () => on.point(sample));
  made.addEventListener("blur", () => on.point(null));
  made.addEventListener("click", () => on.pick(sample));
  return made;
}
