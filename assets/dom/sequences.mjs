/** What was placed on maps, in words and as a table. */
import { short } from "../lib/attacks.mjs";
import { count, percent } from "./make.mjs";

/**
 * Inputs that were placed together.
 * @typedef {object} Sequence
 * @property {number} number - counted from 1, never given twice until all are cleared.
 * @property {string} name - as somebody called it; "" for none.
 * @property {string} called - what it is called without that.
 * @property {keyof typeof ORIGINS} origin
 * @property {import("../pages/boundary/placing.mjs").What} what - was asked for.
 * @property {File[]} files - of images.
 * @property {Int32Array | null} truth - (m,) true classes, -1 for none; null where none is known.
 * @property {string[]} classes - of the network that decides.
 * @property {string} data - address of the data that samples are counted in.
 * @property {string} map - address of the map.
 * @property {string} about - of that map, in words.
 * @property {object} knobs - fields of the view that lead back to it.
 * @property {object} wish - as the server is asked for things on that map.
 * @property {boolean} asking
 * @property {import("../pages/boundary/placing.mjs").Input[] | null} inputs - once they are known.
 * @property {import("./mapdiamonds.mjs").Diamond[]} diamonds - one an input.
 * @property {object | null} [lead] - how far a sample came that was led to a place.
 * @property {string} trouble - why they are not known, in words.
 */

/** Where a sequence comes from. */
export const ORIGINS = { group: "Group", file: "Image files", attack: "Adversarial sample" };

/** Whether the inputs of a sequence follow from each other, step by step. */
export const isPath = ({ origin }) => origin === "attack";

export const titleOf = ({ name, called }) => name || called;

/** How many inputs it has or will have. @param {Sequence} sequence */
export function sizeOf({ what, files, inputs }) {
  if (inputs) return inputs.length;
  return { samples: () => what.samples.length, attack: () => 2, lead: () => 0, way: () => what.steps.length, images: () => files.length }[what.kind]();
}

/** The sample of the study that an input is, unchanged; -1 for none. */
export function sampleOf({ what }, k) {
  if (what.kind === "samples") return what.samples[k];
  const clean = (["attack", "lead"].includes(what.kind) && k === 0) || (what.kind === "way" && what.steps[k] === 0);
  return clean ? what.sample : -1;
}

/** How far a sample came that was led to a place. @param {Sequence} sequence */
export function ledText({ what, lead: { arrived, distance, radius, linf, l2 } }) {
  const [before, after] = distance;
  return arrived
    ? `The network says of sample ${what.sample} what it says at that place, once no value is changed by more than ${short(linf)} (L∞), ${short(l2)} in length (L2): the smallest change that was found.`
    : `Sample ${what.sample} comes ${percent(Math.max(0, 1 - after / before))} of the way to what the network says there, with changes up to ${short(radius)} (L∞), ${short(l2)} in length (L2). Nothing nearer was found within ε = ${what.epsilon}, that of the adversarial sample above.`;
}

/** Name of a class of the network that decides. */
export const classOf = ({ classes }, k) => (k < 0 ? "undecided" : (classes[k] ?? String(k)));

/** What one input is. @param {Sequence} sequence @param {number} k */
export function inputText({ what, files }, k) {
  if (what.kind === "samples") return `sample ${what.samples[k]}`;
  if (what.kind === "images") return files[k]?.name ?? "";
  if (what.kind === "way" && what.steps[k]) return `sample ${what.sample} at step ${what.steps[k]}`;
  if (what.kind === "lead" && k) return `sample ${what.sample} on its way`;
  return k === 0 ? `sample ${what.sample}, as it is` : `sample ${what.sample} after the step, ε = ${what.epsilon}`;
}

/** What is decided of an input, and how probable that is. */
export function decidedText(sequence, { label, probabilities }) {
  return label < 0 ? "undecided" : `${classOf(sequence, label)} (${percent(probabilities[label])})`;
}

/** All that is said of one input. @returns {string[]} */
export function linesOf(sequence, k) {
  const truth = sequence.truth?.[k] ?? -1;
  return [
    inputText(sequence, k),
    ...(truth >= 0 ? [`true: ${classOf(sequence, truth)}`] : []),
    `decided: ${decidedText(sequence, sequence.inputs[k])}`,
  ];
}

/** What is decided of a sequence as a whole. @param {Sequence} sequence */
export function summaryOf(sequence) {
  const { inputs, truth } = sequence;
  if (isPath(sequence)) {
    const [first, last] = [inputs[0].label, inputs.at(-1).label].map((k) => classOf(sequence, k));
    return first === last ? `${first} before and after` : `${first} becomes ${last}`;
  }
  const labelled = inputs.filter((_, k) => (truth?.[k] ?? -1) >= 0).length;
  if (!labelled) return decidedOften(sequence);
  const right = inputs.filter(({ label }, k) => truth[k] >= 0 && label === truth[k]).length;
  return `${count(right)} of ${count(labelled)} decided as their class`;
}

/** Which classes are decided how often, the three most frequent ones. */
function decidedOften(sequence) {
  const times = new Map();
  for (const { label } of sequence.inputs) times.set(label, (times.get(label) ?? 0) + 1);
  const sorted = [...times].sort((a, b) => b[1] - a[1]);
  const texts = sorted.slice(0, 3).map(([label, n]) => `${classOf(sequence, label)} (${count(n)})`);
  return `decided: ${texts.join(", ")}${sorted.length > 3 ? ", …" : ""}`;
}

/** Columns and rows of a table of all inputs whose places are known. @param {Sequence[]} list */
export function tableOf(list) {
  const columns = ["name", "origin", "number", "input", "x", "y", "true_class", "decided", "probability", "map"];
  const rows = list.flatMap((sequence) =>
    (sequence.inputs ?? []).map(({ x, y, label, probabilities }, k) => {
      const truth = sequence.truth?.[k] ?? -1;
      return [
        titleOf(sequence), sequence.origin, k + 1, inputText(sequence, k), x, y,
        truth < 0 ? "" : classOf(sequence, truth),
        label < 0 ? "" : classOf(sequence, label), label < 0 ? "" : probabilities[label], sequence.about,
      ];
    }),
  );
  return { columns, rows };
}
