/** What samples of each class are taken for, by two answers. */

/**
 * @param {object} said
 * @param {ArrayLike<number>} said.labels - (n,) true classes, -1 where unlabelled.
 * @param {ArrayLike<number>} said.before - (n,) predicted classes.
 * @param {ArrayLike<number>} said.after - (n,)
 * @param {number} said.classes
 * @returns {{before: Int32Array, after: Int32Array, total: Int32Array}} (classes * classes,) by true
 *   class, then by predicted one; (classes,) samples of each true class.
 */
export function confusions({ labels, before, after, classes }) {
  const found = { before: new Int32Array(classes ** 2), after: new Int32Array(classes ** 2), total: new Int32Array(classes) };
  for (let k = 0; k < labels.length; k++) {
    if (labels[k] < 0) continue;
    found.before[labels[k] * classes + before[k]] += 1;
    found.after[labels[k] * classes + after[k]] += 1;
    found.total[labels[k]] += 1;
  }
  return found;
}

/**
 * The mistakes whose number changed most.
 * @returns {{truth: number, said: number, before: number, after: number}[]}
 */
export function changes({ before, after, total }, most) {
  const classes = total.length;
  return Array.from(before.keys())
    .map((k) => ({ truth: Math.floor(k / classes), said: k % classes, before: before[k], after: after[k] }))
    .filter(({ truth, said, before: was, after: is }) => truth !== said && was !== is)
    .sort((a, b) => Math.abs(b.after - b.before) - Math.abs(a.after - a.before))
    .slice(0, most);
}
