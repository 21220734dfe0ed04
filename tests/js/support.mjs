/**
 * What several tests share: a seeded generator and the colour science that judges the palette.
 */

/**
 * Seeded generator of numbers in [0, 1) (mulberry32: a counter through an integer hash).
 * @param {number} seed - 32-bit integer.
 * @returns {() => number}
 */
export function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * Integer in [low, high), from a generator.
 * @param {() => number} random
 * @param {number} low
 * @param {number} high
 * @returns {number}
 */
export function integer(random, low, high) {
  return low + Math.floor(random() * (high - low));
}

/** Linear-light matrices of Machado, Oliveira, Fernandes 2009 at severity 1, by rows. */
export const VISIONS = {
  normal: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [
    0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998,
  ],
  deuteranopia: [
    0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881,
  ],
  tritanopia: [
    1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039,
  ],
};

/** sRGB 0..255 -> linear light 0..1 (IEC 61966-2-1). */
const linear = (v) => (v <= 10.31475 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4);

/**
 * Relative luminance as WCAG 2 takes it.
 * @param {number[]} rgb - 0..255.
 * @returns {number} 0..1.
 */
export function luminance(rgb) {
  return 0.2126 * linear(rgb[0]) + 0.7152 * linear(rgb[1]) + 0.0722 * linear(rgb[2]);
}

/**
 * WCAG 2 contrast ratio of two colours, 1..21.
 * @param {number[]} a - rgb 0..255.
 * @param {number[]} b - rgb 0..255.
 * @returns {number}
 */
export function contrast(a, b) {
  const [la, lb] = [luminance(a), luminance(b)];
  return (Math.max(la, lb) + 0.05) / (Math.min(la, lb) + 0.05);
}

/**
 * CIE L*a*b* (D65) of a colour as somebody with the given vision sees it.
 * @param {number[]} rgb - 0..255.
 * @param {number[]} vision - 3 x 3 matrix in linear light, by rows.
 * @returns {number[]} [L, a, b].
 */
export function lab(rgb, vision = VISIONS.normal) {
  const [r, g, b] = rgb.map(linear);
  const m = vision;
  const seen = [0, 3, 6].map((i) =>
    Math.min(1, Math.max(0, m[i] * r + m[i + 1] * g + m[i + 2] * b)),
  );
  const x = (0.4124564 * seen[0] + 0.3575761 * seen[1] + 0.1804375 * seen[2]) / 0.95047;
  const y = 0.2126729 * seen[0] + 0.7151522 * seen[1] + 0.072175 * seen[2];
  const z = (0.0193339 * seen[0] + 0.119192 * seen[1] + 0.9503041 * seen[2]) / 1.08883;
  const f = (t) => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);
  return [116 * f(y) - 16, 500 * (f(x) - f(y)), 200 * (f(y) - f(z))];
}

/**
 * CIEDE2000 colour difference of two L*a*b* colours (Sharma, Wu, Dalal 2005).
 * @param {number[]} first - [L, a, b].
 * @param {number[]} second - [L, a, b].
 * @returns {number}
 */
export function ciede2000(first, second) {
  const degrees = Math.PI / 180;
  const [l1, a1, b1] = first;
  const [l2, a2, b2] = second;
  const mean7 = ((Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2) ** 7;
  const g = 1.5 - 0.5 * Math.sqrt(mean7 / (mean7 + 25 ** 7));
  const c1 = Math.hypot(a1 * g, b1);
  const c2 = Math.hypot(a2 * g, b2);
  const hue = (a, b) => (a === 0 && b === 0 ? 0 : (Math.atan2(b, a) / degrees + 360) % 360);
  const h1 = hue(a1 * g, b1);
  const h2 = hue(a2 * g, b2);
  const grey = c1 * c2 === 0;
  let dh = grey ? 0 : h2 - h1;
  if (dh > 180) dh -= 360;
  else if (dh < -180) dh += 360;
  let hm = h1 + h2;
  if (!grey) {
    if (Math.abs(h1 - h2) <= 180) hm /= 2;
    else hm = hm < 360 ? (hm + 360) / 2 : (hm - 360) / 2;
  }
  const dl = l2 - l1;
  const dc = c2 - c1;
  const dH = 2 * Math.sqrt(c1 * c2) * Math.sin((dh / 2) * degrees);
  const lm = (l1 + l2) / 2;
  const cm = (c1 + c2) / 2;
  const t =
    1 -
    0.17 * Math.cos((hm - 30) * degrees) +
    0.24 * Math.cos(2 * hm * degrees) +
    0.32 * Math.cos((3 * hm + 6) * degrees) -
    0.2 * Math.cos((4 * hm - 63) * degrees);
  const sl = 1 + (0.015 * (lm - 50) ** 2) / Math.sqrt(20 + (lm - 50) ** 2);
  const sc = 1 + 0.045 * cm;
  const sh = 1 + 0.015 * cm * t;
  const turn = 30 * Math.exp(-(((hm - 275) / 25) ** 2));
  const rt = -2 * Math.sqrt(cm ** 7 / (cm ** 7 + 25 ** 7)) * Math.sin(2 * turn * degrees);
  return Math.sqrt(
    (dl / sl) ** 2 + (dc / sc) ** 2 + (dH / sh) ** 2 + rt * (dc / sc) * (dH / sh),
  );
}

/**
 * A random acyclic graph of boxes; ids in shuffled order, sometimes in several pieces.
 * @param {() => number} random
 * @param {number} n - nodes.
 * @returns {{nodes: {id: string, width: number, height: number}[],
 *   edges: {source: string, target: string}[]}}
 */
export function randomGraph(random, n) {
  const ids = Array.from({ length: n }, (_, i) => `n${(i * 7) % n}${n % 7 ? "" : `_${i}`}`);
  const nodes = ids.map((id) => ({
    id, width: integer(random, 20, 120), height: integer(random, 20, 120),
  }));
  const edges = [];
  for (let i = 1; i < n; i++) {
    const near = i - 1 - integer(random, 0, Math.min(i, 3));
    if (random() < 0.95) edges.push({ source: ids[near], target: ids[i] });
    if (random() < 0.3) edges.push({ source: ids[integer(random, 0, i)], target: ids[i] });
  }
  const unique = new Map(edges.map((edge) => [`${edge.source}>${edge.target}`, edge]));
  nodes.sort((a, b) => (a.id < b.id ? -1 : 1));
  return { nodes, edges: [...unique.values()] };
}
