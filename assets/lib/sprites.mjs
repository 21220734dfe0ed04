/**
 * Samples drawn as their own pictures, pixel by pixel.
 *
 * A picture of one channel is ink: as much of a sample's colour as its pixels are bright, on
 * whatever lies beneath. One of colours is a tile in a frame of the sample's colour.
 */

/**
 * @typedef {object} Sheet - the pictures of all samples.
 * @property {Uint8Array} values - (n, height, width, channels)
 * @property {number} height
 * @property {number} width
 * @property {number} channels - 1, or 3 and more, of which the first three are seen.
 */

const FRAME = 1 / 14; // of a tile's side

/**
 * @param {Uint32Array} out - (width * height,) packed pixels; written.
 * @param {{width: number, height: number}} size
 * @param {import("./points.mjs").View} view
 * @param {Float32Array} x - (n,)
 * @param {Float32Array} y - (n,)
 * @param {Sheet} sheet
 * @param {Uint32Array} colours - (n,) packed.
 * @param {{order: Uint32Array | null, side: number, opacity: number}[]} styles - side in pixels of
 *   the longer side of a picture; the last on top.
 */
export function drawSprites(out, { width, height }, view, x, y, sheet, colours, styles) {
  const [sx, sy] = [width / (view.x1 - view.x0), height / (view.y0 - view.y1)];
  for (const { order, side, opacity } of styles) {
    const long = Math.max(sheet.width, sheet.height);
    const wide = Math.max(1, Math.round((side * sheet.width) / long));
    const tall = Math.max(1, Math.round((side * sheet.height) / long));
    const columns = stepsOf(wide, sheet.width, sheet.channels);
    const rows = stepsOf(tall, sheet.height, sheet.channels * sheet.width);
    const lay = sheet.channels === 1 ? layInk : layTile;
    const count = order === null ? x.length : order.length;
    for (let k = 0; k < count; k++) {
      const i = order === null ? k : order[k];
      const left = Math.round((x[i] - view.x0) * sx - wide / 2);
      const top = Math.round((y[i] - view.y1) * sy - tall / 2);
      // What is no number is nowhere, too.
      if (!(left + wide > 0 && top + tall > 0 && left < width && top < height)) continue;
      const box = {
        left, top, wide, tall,
        from: Math.max(0, -left), to: Math.min(wide, width - left),
        begin: Math.max(0, -top), end: Math.min(tall, height - top),
      };
      lay(out, width, box, sheet, i, columns, rows, colours[i], opacity);
    }
  }
}

/** Offset in a picture of each pixel of its drawing along one side. */
function stepsOf(drawn, own, stride) {
  return Int32Array.from({ length: drawn }, (_, k) => Math.floor(((k + 0.5) * own) / drawn) * stride);
}

function layInk(out, stride, box, { values, width, height }, i, columns, rows, colour, opacity) {
  const base = i * width * height;
  const [r, g, b] = [colour & 255, (colour >>> 8) & 255, (colour >>> 16) & 255];
  const strength = Math.round(256 * opacity);
  for (let v = box.begin; v < box.end; v++) {
    const row = base + rows[v];
    let at = (box.top + v) * stride + box.left + box.from;
    for (let u = box.from; u < box.to; u++, at++) {
      const ink = values[row + columns[u]];
      if (ink < 16) continue; // paper, and what is noise on it
      const weight = (ink * strength) >> 8;
      const rest = 255 - weight;
      const under = out[at];
      out[at] = (0xff000000
        | (((b * weight + ((under >>> 16) & 255) * rest) / 255) << 16)
        | (((g * weight + ((under >>> 8) & 255) * rest) / 255) << 8)
        | ((r * weight + (under & 255) * rest) / 255)) >>> 0;
    }
  }
}

function layTile(out, stride, box, { values, width, height, channels }, i, columns, rows, colour, opacity) {
  const base = i * width * height * channels;
  const rim = Math.max(1, Math.round(FRAME * Math.max(box.wide, box.tall)));
  const second = channels >= 3 ? 1 : 0;
  for (let v = box.begin; v < box.end; v++) {
    let at = (box.top + v) * stride + box.left + box.from;
    const edge = v < rim || v >= box.tall - rim;
    for (let u = box.from; u < box.to; u++, at++) {
      const from = base + rows[v] + columns[u];
      const framed = edge || u < rim || u >= box.wide - rim;
      const own = framed ? colour
        : values[from] | (values[from + second] << 8) | (values[from + 2 * second] << 16);
      out[at] = mixed(own, out[at], opacity);
    }
  }
}

function mixed(own, under, opacity) {
  const rest = 1 - opacity;
  const channel = (shift) => (((own >>> shift) & 255) * opacity + ((under >>> shift) & 255) * rest) << shift;
  return (0xff000000 | (channel(16) & 0xff0000) | (channel(8) & 0xff00) | (channel(0) & 0xff)) >>> 0;
}
