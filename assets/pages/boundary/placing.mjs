/** Has the server put on a map what is not on it. */
import { inputsOf } from "./inverse.mjs";

/** What one request may hold. */
export const MOST_SAMPLES = 2000; // in as many requests as it takes
export const AT_ONCE = 200; // samples of one request, which must end within seconds
export const MOST_FILES = 64;
export const MOST_BYTES = 7.5 * 2 ** 20; // of files, with some room for what goes with them

/**
 * @typedef {{kind: "samples", samples: number[]} | {kind: "attack", sample: number, epsilon: number}
 *   | {kind: "way", key: string, sample: number, steps: number[]} | {kind: "images"}
 *   | {kind: "lead", sample: number, point: [number, number], epsilon: number}} What - is to be
 *   placed; samples by their index in the study.
 */

/**
 * @typedef {object} Input - that was placed.
 * @property {number} x
 * @property {number} y
 * @property {Float32Array} values - (d,) in [0, 1] where it is an image.
 * @property {number[]} shape - height, width, channels; [] where it is no image.
 * @property {Float32Array} probabilities - (c,)
 * @property {number} label - class that is decided; -1 where the network's answer is no number.
 */

/**
 * @param {import("../../dom/workspace.mjs").Workspace} workspace
 * @param {object} wish - the study and its map, as they were planned.
 * @param {What} what
 * @param {File[]} files - of the kind "images".
 * @returns {Promise<{inputs: Input[], lead: object | null}>} and how far a sample came that was led.
 * @throws {Error} in the server's words.
 */
export async function place(workspace, wish, what, files) {
  const found = { inputs: [], lead: null };
  for (const part of partsOf(what)) {
    const { inputs, lead } = await one(workspace, wish, part, files);
    found.inputs.push(...inputs);
    found.lead = lead;
  }
  return found;
}

/** What is asked for request by request. @param {What} what @returns {What[]} */
function partsOf(what) {
  if (what.kind !== "samples") return [what];
  const count = Math.ceil(what.samples.length / AT_ONCE);
  return Array.from({ length: count }, (_, k) => ({ ...what, samples: what.samples.slice(k * AT_ONCE, (k + 1) * AT_ONCE) }));
}

async function one(workspace, wish, what, files) {
  const body = new FormData();
  body.append("wish", JSON.stringify(wish));
  body.append("what", JSON.stringify(what));
  for (const file of files) body.append("file", file, file.name);
  const response = await workspace.fetcher("/place", { method: "POST", body });
  const rows = await inputsOf(response, 2);
  const inputs = rows.map(({ before: [x, y], probabilities, ...input }) => ({
    x, y, ...input, probabilities, label: probabilities.indexOf(Math.max(...probabilities)),
  }));
  return { inputs, lead: JSON.parse(response.headers.get("X-Lead") ?? "null") };
}
