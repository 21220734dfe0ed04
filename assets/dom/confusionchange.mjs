/** A confusion matrix as it has become, coloured by what has changed. */
import { changes } from "../lib/confusions.mjs";
import { count, make } from "./make.mjs";

const GRID = 12; // classes up to which all of it is shown
const MOST = 12; // changes that are listed of more classes

/** "was 3, is 14" */
const told = (classes, { truth, said, before, after }) =>
  `True ${classes[truth]}, taken for ${classes[said]}: ${count(before)} before, ${count(after)} now`;

/**
 * @param {Document} document
 * @param {ReturnType<import("../lib/confusions.mjs").confusions>} counts
 * @param {string[]} classes
 * @param {(truth: number, said: number) => void} pick - a cell was clicked.
 * @returns {HTMLElement[]}
 */
export function confusionChange(document, counts, classes, pick) {
  const part = (tag, ...rest) => make(document, tag, ...rest);
  const title = part("h3", {}, "What they are taken for now, and what has changed");
  const cells = changes(counts, counts.before.length);
  if (!cells.length) return [title, part("p.quiet", {}, "No class is mistaken for another one more often than before, or less.")];
  if (classes.length > GRID) {
    return [title, ...cells.slice(0, MOST).map((cell) => {
      const row = part("button.plain.confusion-line", { type: "button", disabled: !cell.after }, told(classes, cell));
      row.addEventListener("click", () => pick(cell.truth, cell.said));
      return row;
    })];
  }
  const top = Math.abs(cells[0].after - cells[0].before);
  const n = classes.length;
  const head = part("tr", {}, part("th", { scope: "col", "aria-label": "True class" }), ...classes.map((name) => part("th", { scope: "col", title: name }, name)));
  const rows = classes.map((name, truth) => part("tr", {}, part("th", { scope: "row", title: name }, name), ...classes.map((_, said) => {
    const [before, after] = [counts.before[truth * n + said], counts.after[truth * n + said]];
    const cell = part("td", {});
    if (!before && !after) return cell;
    const share = truth === said ? 0 : Math.min(1, Math.abs(after - before) / top);
    const colour = after > before ? "var(--bad)" : "var(--accent)";
    const text = told(classes, { truth, said, before, after });
    const button = part("button", { type: "button", title: text, "aria-label": text, disabled: !after }, count(after));
    if (share) button.style.background = `color-mix(in srgb, ${colour} ${Math.round(15 + 60 * share)}%, transparent)`;
    button.addEventListener("click", () => pick(truth, said));
    cell.append(button);
    return cell;
  })));
  return [
    title,
    part("table.confusion-change", {}, part("thead", {}, head), part("tbody", {}, ...rows)),
    part("p.quiet", {}, "Rows are true classes, columns what is said. Red: mistaken more often than before; blue: less often. A click selects the samples that are taken for it now."),
  ];
}
