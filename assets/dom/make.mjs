/** Small helpers to make elements; text is always text, never markup. */

/**
 * @param {Document} document
 * @param {string} tag - "button.node" makes a button of class "node".
 * @param {object} [attributes] - properties of the element; `aria-*`, `data-*` and `style` work.
 * @param {...(Node | string)} children
 */
export function make(document, tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const element = document.createElement(name);
  element.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "style") Object.assign(element.style, value);
    else if (key.includes("-") || key === "role") element.setAttribute(key, value);
    else element[key] = value;
  }
  element.append(...children);
  return element;
}

/** Whole numbers with separators, as readers of English expect them. */
export const count = (value) => value.toLocaleString("en-US");

export const percent = (share) => `${(100 * share).toFixed(1)} %`;

/** A score between 0 and 1 with two digits; a dash where there is none. */
export const score = (value) =>
  value === null || value === undefined ? "–" : value.toFixed(2).replace(/^0/, "");

/** A duration as people say it. */
export function duration(seconds) {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 10 ? `${minutes} min ${Math.round(seconds % 60)} s` : `${minutes} min`;
}

/** Offer a file that was made here. */
export function download(document, name, content, type) {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = make(document, "a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
