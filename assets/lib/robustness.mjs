/** How much a network withstands, in words. */
import { short } from "./attacks.mjs";

const share = (value) => `${(100 * value).toFixed(1)}\u00a0%`;

/**
 * What an attack leaves right.
 * @param {string} title - of the attack.
 * @param {{epsilons: number[], accuracy: number[]}} facts - from epsilon 0 on.
 * @param {number | null} chosen - an epsilon to speak of; null for the largest.
 */
export function robustText(title, { epsilons, accuracy }, chosen) {
  const place = epsilons.indexOf(chosen);
  const k = place < 0 ? epsilons.length - 1 : place;
  const half = accuracy.findIndex((value) => value <= accuracy[0] / 2);
  const more = accuracy[0] === 0 || half < 0 ? "" : ` Half of them have fallen by ε ${short(epsilons[half])} at the latest.`;
  return `${title}: of ${share(accuracy[0])} of these samples that are right, ${share(accuracy[k])} are left at ε ${short(epsilons[k])}.${more}`;
}

/**
 * Samples that fell, those at the smallest epsilon first.
 * @param {{samples: ArrayLike<number>, fell: ArrayLike<number>, into: ArrayLike<number>}} arrays - `fell`
 *   is the place of the epsilon, from the smallest above 0; -1 and the number of all for the rest.
 * @param {number[]} epsilons - 0 before them.
 * @returns {{sample: number, into: number, epsilon: number}[]}
 */
export function firsts({ samples, fell, into }, epsilons) {
  const last = epsilons.length - 1;
  return Array.from(samples, (sample, k) => ({ sample, into: into[k], place: fell[k] }))
    .filter(({ place }) => place >= 0 && place < last)
    .sort((a, b) => a.place - b.place)
    .map(({ sample, into: class_, place }) => ({ sample, into: class_, epsilon: epsilons[place + 1] }));
}
