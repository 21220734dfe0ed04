/** Samples that are looked at first, in numbers and words. */

/** Whole numbers from 0 to n, evenly spread, at most so many. @param {number} n @param {number} most */
export function spread(n, most) {
  const steps = Math.min(n, most - 1);
  return steps ? Array.from({ length: steps + 1 }, (_, k) => Math.round((k * n) / steps)) : [0];
}

/**
 * What the first samples of an order hold.
 * @param {ArrayLike<number>} found - (m + 1,) share of all errors among the first k.
 * @param {{errors: number, gain: number | null}} facts
 * @param {number} first - how many are looked at.
 */
export function firstText(found, { errors, gain }, first) {
  const all = found.length - 1;
  const k = Math.min(first, all);
  const number = (value) => value.toLocaleString("en-US");
  if (!errors) return "The network is right on all samples: there are no errors to be found.";
  const held = Math.round(found[k] * errors);
  const worth = gain === null ? "" : ` Over all k the order is ${(100 * gain).toFixed(0)} % of the way from chance to the best one.`;
  return `The first ${number(k)} of ${number(all)} samples hold ${number(held)} of ${number(errors)} errors (${(100 * found[k]).toFixed(1)} %); by chance it would be ${((100 * k) / all).toFixed(1)} %.${worth}`;
}
