/** What a window of a representation shows, in words. */
import { count } from "./make.mjs";

const ORDERS = {
  stored: "as stored", separation: "by class separation", variance: "by variance", clusters: "by correlation",
};

/**
 * An order of features.
 * @param {string} name - "stored", "separation", "variance" or "clusters".
 * @param {number | null} [epoch] - whose order it is, if not that of what is shown.
 */
export function orderText(name, epoch = null) {
  return ORDERS[name] + (epoch === null ? "" : ` at epoch ${epoch}`);
}

/**
 * How many points there are, and of what.
 * @param {object} rep - what of a `Representation` is needed: "plan", "facts", "points", "grid",
 *   "focus", "placeName".
 * @param {{n: number, total: number, split: string}} study
 */
export function pointsText(rep, { n, total: all, split }) {
  const { plan, facts, grid, focus } = rep;
  if (plan.which !== "positions") {
    const where = {
      samples: plan.positions > 1 ? ", every value a feature" : "",
      strongest: " at their strongest position",
      position: grid.length ? ` at position ${rep.placeName(plan.position)}` : "",
    }[plan.which];
    return `${count(n)} of ${count(all)} ${split} samples${where}`;
  }
  const { count: shown, total } = facts.points;
  const many = `${count(Math.max(shown, rep.points.count))} of ${count(total)} points`;
  const each =
    shown < total
      ? `${Math.round(shown / n)} of ${count(plan.positions)} positions each`
      : `${count(plan.positions)} positions`;
  return `${many}: ${count(n)} ${split} samples at ${each}${focus ? ", the selected at more" : ""}`;
}

/** Places of a window along one axis. */
const span = (start, size) => (size === 1 ? `${start + 1}` : `${start + 1}–${start + size}`);

/**
 * Which features are seen, by their places in the order.
 * @param {object} what
 * @param {{row: number, column: number, rows: number, columns: number}} what.window
 * @param {number} what.features - in the order of the rows.
 * @param {string} what.order - of the rows, as `orderText` says it.
 * @param {{layer: string, features: number} | null} what.across - plan of the columns, where they
 *   are of another layer.
 * @param {string | null} what.turned - layer that is turned towards the features of A.
 */
export function placesText({ window, features, order, across, turned }) {
  const up = `places ${span(window.row, window.rows)} up`;
  const along = span(window.column, window.columns);
  const all = count(features);
  if (across) {
    return `${up} of ${all} features ${order}, ${along} of ${count(across.features)} of ${across.layer} across`;
  }
  const what = turned ? `features of A, towards which ${turned} is turned,` : "features";
  return `${up}, ${along} across of ${all} ${what} ${order}`;
}

/** Which features are the axes of a cloud. @param {string[]} names @param {number} features */
export const cloudText = (names, features) => `${names.join(", ")} of ${count(features)} features`;

/**
 * How many points have no place in some plot, because a value is no number.
 * @param {Float32Array[]} columns - (m,)
 * @param {number} points - m.
 */
export function undrawnText(columns, points) {
  let missing = 0;
  for (let i = 0; i < points; i++) if (columns.some((column) => !Number.isFinite(column[i]))) missing++;
  return missing ? ` ${count(missing)} of these points lack a finite value here and are not drawn.` : "";
}

/**
 * What the picture of the whole matrix holds.
 * @param {object} what
 * @param {number} what.pictured - features in it.
 * @param {number} what.features - of the layer.
 * @param {{shown: number, total: number}} what.points
 * @param {string} what.order - of the features in it.
 * @param {string} what.held - order of the plots, where it is another one; else "".
 */
export function overviewText({ pictured, features, points: { shown, total }, order, held }) {
  const wide = features > pictured;
  const other = held ? `; the plots stand ${held}` : "";
  return (
    (wide ? `The first ${count(pictured)} of ${count(features)} features ${order}${other}. ` : "") +
    (shown < total ? `${count(shown)} of ${count(total)} points. ` : "") +
    "All points, whatever is selected. Drag the box, or scroll."
  );
}
