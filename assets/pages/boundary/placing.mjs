/** Has the server put on a map what is not on it. */
import { inputsOf } from "./inverse.mjs";

/** What one request may hold. */
export const MOST_SAMPLES = 2000;
export const MOST_FILES = 64;

/**
 * @typedef {{kind: "samples", samples: number[]} | {kind: "attack", sample: number, epsilon: number}
 *   | {kind: "images"}} What - is to be placed; samples by their index in the study.
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
 * @returns {Promise<Input[]>}
 * @throws {Error} in the server's words.
 */
export async function place(workspace, wish, what, files) {
  const body = new FormData();
  body.append("wish", JSON.stringify(wish));
  body.append("what", JSON.stringify(what));
  for (const file of files) body.append("file", file, file.name);
  const rows = await inputsOf(await workspace.fetcher("/place", { method: "POST", body }), 2);
  return rows.map(({ before: [x, y], probabilities, ...input }) => ({
    x, y, ...input, probabilities, label: probabilities.indexOf(Math.max(...probabilities)),
  }));
}
