/** What the inverse map makes of places: an input for each, and what the network says of it. */
import { typed } from "../../lib/binary.mjs";
import { MAP_FIELDS } from "./knobs.mjs";

/** Places that one request may name. */
export const MOST = 64;

/**
 * @typedef {object} Inverse - of one place.
 * @property {Float32Array} values - (d,) of the input, in [0, 1] where it is an image.
 * @property {number[]} shape - height, width, channels; [] where it is no image.
 * @property {Float32Array} probabilities - (c,)
 */

/** What a query says of a study and of a map of it; nothing of what is not set. */
export function queryOf(wish) {
  const query = new URLSearchParams();
  for (const name of ["study", "split", "epoch", "data_of", ...MAP_FIELDS]) {
    const value = wish[name] ?? null;
    if (value !== null) query.set(name, String(value));
  }
  return query;
}

/**
 * Ask for at most MOST places.
 * @param {import("../../dom/workspace.mjs").Workspace} workspace
 * @param {object} wish - the study and its map, as they were planned.
 * @param {[number, number][]} places
 * @returns {Promise<Inverse[]>}
 */
export async function inverse(workspace, wish, places) {
  const query = queryOf(wish);
  query.set("points", places.map((place) => place.join(",")).join(";"));
  return inputsOf(await workspace.fetcher(`/inverse?${query}`));
}

/**
 * Inputs as an answer holds them, row by row.
 * @param {Response} response
 * @param {number} [more] - numbers that come before the input in every row.
 * @returns {Promise<(Inverse & {before: Float32Array})[]>}
 * @throws {Error} in the server's words.
 */
export async function inputsOf(response, more = 0) {
  if (!response.ok) throw new Error((await response.text()).trim() || response.statusText);
  const header = (name) => (response.headers.get(name) ?? "").split(",").filter(Boolean).map(Number);
  const [count, width] = header("X-Shape");
  const rows = typed(await response.arrayBuffer(), response.headers.get("X-Dtype"), [count, width]);
  const [classes] = header("X-Classes");
  const shape = header("X-Image-Shape");
  return Array.from({ length: count }, (_, k) => {
    const row = rows.subarray(k * width, (k + 1) * width);
    const [values, probabilities] = [row.subarray(more, width - classes), row.subarray(width - classes)];
    return { before: row.subarray(0, more), values, shape, probabilities };
  });
}
