/** Values as lines with bars. */
import { make } from "./make.mjs";

/**
 * A line with a bar, that does something.
 * @param {Document} document
 * @param {object} line
 * @param {string} line.text
 * @param {number} line.share - of the bar's whole length.
 * @param {string} line.value - written behind it.
 * @param {number | null} [line.mark] - share where a line crosses the bar.
 * @param {string} [line.colour]
 * @param {string} [line.kind] - class of the line.
 * @param {boolean} [line.current]
 * @param {string} line.title - what a click does.
 * @param {() => void} line.act
 */
export function bar(document, { text, share, value, mark = null, colour = "var(--accent)", kind = "", current = false, title, act }) {
  const fill = make(document, "i.lined-fill", { style: { width: `${100 * Math.min(1, share)}%`, background: colour } });
  const track = make(document, "span.lined-track", {}, fill);
  if (mark !== null) track.append(make(document, "i.lined-mark", { style: { left: `${100 * Math.min(1, mark)}%` } }));
  const row = make(document, `button.lined${kind ? `.${kind}` : ""}`, { type: "button", title },
    make(document, "span.lined-name", {}, text), track, make(document, "span.number", {}, value));
  if (current) row.setAttribute("aria-current", "true");
  row.addEventListener("click", act);
  return row;
}
