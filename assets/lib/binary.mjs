/**
 * NumPy arrays as they come over a route: raw bytes with a dtype and a shape beside them.
 */

/** Half-precision floats -> single precision, by moving their bits (IEEE 754-2008, binary16). */
function fromHalf(halves) {
  const out = new Float32Array(halves.length);
  const bits = new Uint32Array(out.buffer);
  for (let i = 0; i < halves.length; i++) {
    const sign = (halves[i] & 0x8000) << 16;
    const exponent = (halves[i] >> 10) & 0x1f;
    const mantissa = halves[i] & 0x3ff;
    if (exponent === 0) {
      out[i] = mantissa / 2 ** 24;
      bits[i] |= sign;
    } else {
      const wide = exponent === 31 ? 255 : exponent + 112;
      bits[i] = sign | (wide << 23) | (mantissa << 13);
    }
  }
  return out;
}

/** 64-bit integers -> Int32Array, where nothing is lost. */
function fromLong(longs) {
  const out = new Int32Array(longs.length);
  for (let i = 0; i < longs.length; i++) {
    out[i] = Number(BigInt.asIntN(32, longs[i]));
    if (BigInt(out[i]) !== longs[i]) {
      throw new RangeError(
        `Value ${longs[i]} at ${i} does not fit 32 bits; send it as "<f8" if it is no index.`,
      );
    }
  }
  return out;
}

/** Type as it is stored, and how it becomes the type that is used. */
const DTYPES = {
  "|b1": [Uint8Array], "|u1": [Uint8Array], "|i1": [Int8Array],
  "<u2": [Uint16Array], "<i2": [Int16Array], "<u4": [Uint32Array], "<i4": [Int32Array],
  "<f2": [Uint16Array, fromHalf], "<f4": [Float32Array], "<f8": [Float64Array],
  "<i8": [BigInt64Array, fromLong],
};

/**
 * Typed array from bytes. Bytes that lie aligned are not copied.
 *
 * @param {ArrayBuffer | ArrayBufferView} buffer - C order, little-endian, nothing around it.
 * @param {string} dtype - NumPy's `dtype.str`: "|b1", "|u1", "|i1", "<u2", "<i2", "<u4", "<i4",
 *   "<f2", "<f4", "<f8", "<i8". Booleans come as Uint8Array, half floats as Float32Array, 64-bit
 *   integers as Int32Array.
 * @param {number[]} shape - product is the number of values; [] is a single value.
 * @returns {Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array
 *   | Float32Array | Float64Array} flat, as long as the product of `shape`.
 * @throws {TypeError} on a dtype that is not listed or a shape that is none.
 * @throws {RangeError} if bytes and shape disagree, or a 64-bit integer does not fit 32 bits.
 */
export function typed(buffer, dtype, shape) {
  if (!Object.hasOwn(DTYPES, dtype)) {
    const known = Object.keys(DTYPES).join(" ");
    throw new TypeError(`dtype "${dtype}" is not known; send one of ${known}.`);
  }
  if (!Array.isArray(shape) || !shape.every((side) => Number.isSafeInteger(side) && side >= 0)) {
    throw new TypeError(`A shape is a list of whole numbers; got ${JSON.stringify(shape)}.`);
  }
  const [Stored, convert] = DTYPES[dtype];
  const count = shape.reduce((product, side) => product * side, 1);
  const bytes = count * Stored.BYTES_PER_ELEMENT;
  if (buffer.byteLength !== bytes) {
    throw new RangeError(
      `Shape [${shape.join(", ")}] of "${dtype}" takes ${bytes} bytes; got ${buffer.byteLength}.`,
    );
  }
  const view = ArrayBuffer.isView(buffer);
  const start = view ? buffer.byteOffset : 0;
  const whole = view ? buffer.buffer : buffer;
  const stored =
    start % Stored.BYTES_PER_ELEMENT === 0
      ? new Stored(whole, start, count)
      : new Stored(whole.slice(start, start + buffer.byteLength));
  return convert ? convert(stored) : stored;
}
