/** What a map of boundaries shows, in words. */
import { sharesOf } from "../../lib/territory.mjs";
import { count, percent } from "../../dom/make.mjs";

/** @typedef {{space: string, count: number, lam: number, neighbours: number, min_dist: number,
 *   distance: "fisher" | "euclid"}} MapOf - "map" of a plan. */

/** The space that is mapped. */
export const spaceText = ({ space }) => (space ? `behind ${space}` : "input space");

const distanceText = ({ distance, lam }) =>
  distance === "euclid" ? "Euclidean distance alone" : `Fisher distance, λ = ${lam}`;

/**
 * A map in few words, as a marker is told apart by it.
 * @param {MapOf} map
 * @param {{title: string, wish: {epoch?: number | null}}} study
 */
export function shortly(map, { title, wish }) {
  const epoch = wish.epoch ?? null;
  return (
    `${title}${epoch === null ? "" : `, epoch ${epoch}`}: ${spaceText(map)}, ${count(map.count)} samples, ` +
    `${distanceText(map)}, ${map.neighbours} neighbours, min. distance ${map.min_dist}`
  );
}

/** @param {MapOf} map @param {string} ground - "a", "b" or "both". */
export function titleText(map, ground) {
  const whose = { a: "", b: ", decisions of B", both: ", boundaries of B in bold" }[ground];
  return `Map of the ${map.space ? `space ${spaceText(map)}` : "input space"}${whose}`;
}

/**
 * @param {MapOf} map
 * @param {{total: number, split: string, labelled: number}} study
 * @param {number} placed - samples on the map.
 */
export function subtitleText(map, { total, split, labelled }, placed) {
  const colour = labelled ? "true class" : "predicted class";
  return (
    `${count(placed)} of ${count(total)} ${split} samples by ${distanceText(map)}, ${map.neighbours} neighbours. ` +
    `Points: ${colour}; ground: class decided there. Axes have no unit.`
  );
}

/**
 * The map for those who do not see it.
 * @param {object} what
 * @param {string} what.title
 * @param {number} what.placed - samples.
 * @param {import("../../lib/territory.mjs").Raster | null} what.raster
 * @param {string[]} what.classes
 * @param {number} what.wrong - samples taken for another class.
 * @param {number} what.contradicting
 * @param {number} what.markers
 * @param {number} what.others - inputs placed on it that are not among its samples.
 */
export function altText({ title, placed, raster, classes, wrong, contradicting, markers, others }) {
  const shares = raster ? sharesOf(raster.labels, classes.length) : [];
  const regions = Array.from(shares, (share, k) => ({ share, name: classes[k] }))
    .filter(({ share }) => share > 0.005)
    .sort((a, b) => b.share - a.share)
    .slice(0, 12)
    .map(({ share, name }) => `${name} ${percent(share)}`);
  const many = (n, one) => `${count(n)} ${one}${n === 1 ? "" : "s"}`;
  return [
    `${title}: ${many(placed, "sample")}, ${count(wrong)} of them taken for another class`,
    contradicting ? `, ${count(contradicting)} in a region of another class than the network gives them` : "",
    markers ? `, ${many(markers, "marker")}` : "",
    others ? `, ${many(others, "other input")} placed on it` : "",
    regions.length ? `. Regions: ${regions.join(", ")}` : "",
    ". Arrow keys move the map under a cross, + and - zoom, 0 shows all, Enter acts at the cross.",
  ].join("");
}

/**
 * What is at a place of the map.
 * @param {object} what
 * @param {{label: number, certainty: number} | null} what.decided
 * @param {{label: number} | null} what.other - what B decides there.
 * @param {boolean | null} what.trusted - null while that is not known.
 * @param {(k: number) => string} what.name - of a class.
 */
export function placeText({ decided, other, trusted, name }) {
  if (!decided) return "";
  const parts = [`${name(decided.label)}, certainty ${percent(decided.certainty)}`];
  if (other) parts.push(other.label === decided.label ? "B agrees" : `B: ${name(other.label)}`);
  if (trusted !== null) parts.push(trusted ? "to be trusted" : "not to be trusted");
  return parts.join(" · ");
}

/** What stands in place of a map of a network that tells no classes apart. */
export const NO_CLASSES =
  "This network ends in an embedding, not in class probabilities: it decides nothing, so that there " +
  "are no boundaries to draw. See what it does to the classes on the Embedding page.";

/** Names of the steps in which a map is made. */
export const STEPS = {
  map: "Distances and layout of the samples",
  coarse: "Regions, roughly",
  fine: "Regions and sharp boundaries",
  trust: "What can be trusted",
  pockets: "Pockets",
};
