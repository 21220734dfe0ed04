/** Inputs of a network as small pictures: images as they are, plain vectors as a strip. */
import { paintValues, ranges } from "./ramps.mjs";

/** @typedef {{width: number, height: number, data: Uint8ClampedArray}} Pixels - RGBA. */

/**
 * An image of one, three or any number of channels; of other numbers than three the first is shown.
 * @param {Float32Array} values - (height * width * channels,) in [0, 1]; what is beyond is cut, what
 *   is no number is transparent.
 * @param {number[]} shape - height, width, channels; [] for a plain vector.
 * @returns {Pixels | null} null where there is nothing to show.
 */
export function pixelsOf(values, shape) {
  if (!values.length) return null;
  if (!shape.length) return strip(values);
  const [height, width, channels = 1] = shape;
  const data = new Uint8ClampedArray(4 * height * width);
  const colours = channels === 3 || channels === 4 ? [0, 1, 2] : [0, 0, 0];
  for (let p = 0; p < height * width; p++) {
    let seen = true;
    colours.forEach((channel, k) => {
      const value = values[p * channels + channel];
      data[4 * p + k] = Math.round(255 * value);
      seen &&= !Number.isNaN(value);
    });
    data[4 * p + 3] = seen ? 255 : 0;
  }
  return { width, height, data };
}

/** A vector as a row of pixels between the colours of its own range. */
function strip(values) {
  const range = ranges(values, { start: 0, shape: [values.length] });
  const packed = paintValues(values, 0, 1, values.length, range, "light", new Uint32Array(values.length));
  return { width: values.length, height: 1, data: new Uint8ClampedArray(packed.buffer) };
}
