/**
 * The view in the address bar: a flat view object <-> the query of a link.
 *
 * A link holds only what differs from the defaults. Whatever a link holds that no view could have
 * said (unknown keys, other words, broken numbers) is passed over: a link never fails.
 */

import { readWindow } from "./windows.mjs";

/**
 * @typedef {object} View
 * @property {string} study - address of network and data; "" for the server's own.
 * @property {"" | "test" | "train" | "all"} split - "" for the study's own.
 * @property {string} layer - shown in the detail panel; "" for none.
 * @property {"class" | "predicted" | "correct" | "relative" | "beside" | null} colour - null lets the page
 *   choose, which depends on the number of classes.
 * @property {boolean} simplified - nodes that only reorder data are left out.
 * @property {"euclidean" | "cosine" | "manhattan" | "correlation"} metric
 * @property {"none" | "standardise" | "unit length"} preprocessing
 * @property {"exact" | "gap" | "resample"} fill
 * @property {number | null} focus - class index that stands out.
 * @property {string} group - name of the selected group; "" for none.
 * @property {number | null} epoch - of a recorded training; null for the finished network.
 * @property {"positions" | "strongest" | "position" | "samples" | null} points - which points a
 *   sample has in a layer with positions; null lets the page choose.
 * @property {number | null} position - the one shown if `points` is "position".
 * @property {"stored" | "separation" | "variance" | "clusters" | null} order - of features.
 * @property {"matrix" | "across" | "cloud"} form - how a representation is drawn.
 * @property {string} across - layer on the horizontal axes of form "across".
 * @property {number | null} xposition - the one shown of that layer; null for the strongest.
 * @property {string} axes - three features of a cloud, "3,17,25"; "" for the first of the order.
 * @property {number | null} size - plots in a row of the window.
 * @property {number | null} row, column - where the window begins, as places in the order.
 * @property {string} b - the network beside; "" for none.
 * @property {number | null} bepoch, @property {string} blayer - of that one; "" for the same layer.
 * @property {boolean} align - B's features are turned towards A's.
 * @property {string} space - what a map of boundaries is made of: "" for the input, else the name
 *   of the layer behind which the network is cut.
 * @property {number | null} count - samples on that map; null lets the page choose.
 * @property {number | null} lam - share of the Euclidean distance on it, two decimals.
 * @property {number | null} neighbours - of every sample on it.
 * @property {number | null} mindist - least distance of two of its points, two decimals.
 * @property {"fisher" | "euclid"} distance - by which it is laid out.
 * @property {"a" | "b" | "both" | null} ground - whose decisions it shows; null lets the page choose.
 * @property {number | null} veil - over what cannot be trusted on it, in percent.
 * @property {string} attack - address of the attack that is shown; "" for none.
 * @property {string} window - part of it that is seen: "left,right,bottom,top"; "" for all.
 * @property {string} left, right - what is compared: one of `SIDE`; "" lets the page choose.
 */

/** Control characters and halves of characters, which do not survive a link. */
const UNSPEAKABLE = /[\p{Cc}\p{Cs}]/u;

/** Kinds of values: how each is written (null: not at all) and read (undefined: not understood). */
const text = {
  absent: "",
  write: (value) => (text.read(value) ? value : null),
  read: (word) =>
    typeof word === "string" && word.length <= 200 && !UNSPEAKABLE.test(word) ? word : undefined,
};
const flag = {
  absent: false,
  write: (value) => (value === true ? "1" : null),
  read: (word) => (word === "1" ? true : undefined),
};
const whole = (low, high) => ({
  absent: null,
  write: (value) => (Number.isInteger(value) && value >= low && value <= high ? String(value) : null),
  read: (word) => {
    const value = /^\d{1,6}$/.test(word) ? Number(word) : NaN;
    return value >= low && value <= high ? value : undefined;
  },
});
const index = whole(0, 999_999);
/** 0 to 1 in hundredths. */
const share = {
  absent: null,
  write: (value) =>
    typeof value === "number" && value >= 0 && value <= 1 ? String(Math.round(100 * value) / 100) : null,
  read: (word) => (/^(0(\.\d{1,2})?|1(\.00?)?)$/.test(word) ? Number(word) : undefined),
};
const number = (values) => ({
  absent: null,
  write: (value) => (values.includes(value) ? String(value) : null),
  read: (word) => values.find((value) => String(value) === word),
});
const window = {
  absent: "",
  write: (value) => (readWindow(value) ? value : null),
  read: (word) => (readWindow(word) ? word : undefined),
};
/** Address of a result. */
const key = {
  absent: "",
  write: (value) => (key.read(value) ? value : null),
  read: (word) => (typeof word === "string" && /^[0-9a-f]{64}$/.test(word) ? word : undefined),
};
/** What can stand on a side of a comparison. */
const SIDE = /^(first|second|own|selection|clean|attacked|beside|(class|sample|beside) \d{1,6})$/;
const side = {
  absent: "",
  write: (value) => (side.read(value) ? value : null),
  read: (word) => (typeof word === "string" && SIDE.test(word) ? word : undefined),
};
/** One of some words; the first is the default unless another is given. */
const oneOf = (words, absent = words[0]) => ({
  absent,
  write: (value) => (words.includes(value) && value !== absent ? value : null),
  read: (word) => (words.includes(word) ? word : undefined),
});

const FIELDS = {
  study: text,
  split: oneOf(["test", "train", "all"], ""),
  layer: text,
  colour: oneOf(["class", "predicted", "correct", "relative", "beside"], null),
  simplified: flag,
  metric: oneOf(["euclidean", "cosine", "manhattan", "correlation"]),
  preprocessing: oneOf(["none", "standardise", "unit length"]),
  fill: oneOf(["exact", "gap", "resample"]),
  focus: index,
  group: text,
  epoch: index,
  points: oneOf(["positions", "strongest", "position", "samples"], null),
  position: index,
  order: oneOf(["stored", "separation", "variance", "clusters"], null),
  form: oneOf(["matrix", "across", "cloud"]),
  across: text,
  xposition: index,
  axes: text,
  size: index,
  row: index,
  column: index,
  b: text,
  bepoch: index,
  blayer: text,
  align: flag,
  space: text,
  count: number([300, 600, 1000, 2000, 10_000]),
  lam: share,
  neighbours: whole(5, 100),
  mindist: share,
  distance: oneOf(["fisher", "euclid"]),
  ground: oneOf(["a", "b", "both"], null),
  veil: whole(0, 100),
  window,
  attack: key,
  left: side,
  right: side,
};

/**
 * The view of a link that says nothing.
 * @returns {View}
 */
export function defaults() {
  return Object.fromEntries(Object.entries(FIELDS).map(([key, { absent }]) => [key, absent]));
}

/**
 * Query of a view.
 * @param {Partial<View>} view - missing keys are defaults; unknown keys and values are left out.
 * @returns {string} "?layer=conv1&focus=3", keys in a fixed order; "" if all is default.
 */
export function encode(view) {
  const query = new URLSearchParams();
  for (const [key, { write }] of Object.entries(FIELDS)) {
    const word = write(view[key]);
    if (word !== null) query.set(key, word);
  }
  const words = query.toString();
  return words && `?${words}`;
}

/**
 * View of a query.
 * @param {string} search - with or without its question mark.
 * @returns {View} complete; `decode(encode(view))` is `view`.
 */
export function decode(search) {
  const query = new URLSearchParams(search);
  const view = defaults();
  for (const [key, { read }] of Object.entries(FIELDS)) {
    const value = query.has(key) ? read(query.get(key)) : undefined;
    if (value !== undefined) view[key] = value;
  }
  return view;
}
