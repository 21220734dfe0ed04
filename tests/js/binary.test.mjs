import assert from "node:assert/strict";
import { test } from "node:test";

import { typed } from "../../assets/lib/binary.mjs";

/** Bytes of values, written one by one with their byte order stated. */
function bytes(size, setter, values) {
  const view = new DataView(new ArrayBuffer(size * values.length));
  values.forEach((value, i) => view[setter](i * size, value, true));
  return view.buffer;
}

const CASES = [
  ["|u1", 1, "setUint8", [0, 7, 255], Uint8Array],
  ["|b1", 1, "setUint8", [0, 1, 1], Uint8Array],
  ["|i1", 1, "setInt8", [0, -7, 127], Int8Array],
  ["<u2", 2, "setUint16", [0, 7, 65535], Uint16Array],
  ["<i2", 2, "setInt16", [0, -32768, 32767], Int16Array],
  ["<u4", 4, "setUint32", [0, 7, 4294967295], Uint32Array],
  ["<i4", 4, "setInt32", [-1, 7, -2147483648], Int32Array],
  ["<f4", 4, "setFloat32", [0.5, -1.25, Infinity], Float32Array],
  ["<f8", 8, "setFloat64", [0.1, -1e300, NaN], Float64Array],
  ["<i8", 8, "setBigInt64", [-1n, 2147483647n, -2147483648n], Int32Array],
];

for (const [dtype, size, setter, values, Type] of CASES) {
  test(`${dtype} comes as ${Type.name}, aligned or not`, () => {
    const buffer = bytes(size, setter, values);
    const wanted = values.map(Number);
    const found = typed(buffer, dtype, [3, 1]);
    assert.equal(found.constructor, Type);
    assert.deepEqual([...found], wanted);
    const shifted = new Uint8Array(buffer.byteLength + 1);
    shifted.set(new Uint8Array(buffer), 1);
    assert.deepEqual([...typed(shifted.subarray(1), dtype, [3])], wanted);
  });
}

/** Value of a half float by the definition of the standard. */
function half(bits) {
  const sign = bits >> 15 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return exponent === 0 ? sign * fraction * 2 ** -14 : sign * (1 + fraction) * 2 ** (exponent - 15);
}

test("all 65,536 half floats are what the standard says", () => {
  const all = Uint16Array.from({ length: 65536 }, (_, i) => i);
  const found = typed(all.buffer, "<f2", [65536]);
  assert.ok(found instanceof Float32Array);
  for (let i = 0; i < 65536; i++) assert.ok(Object.is(found[i], half(i)), `${i}: ${found[i]}`);
});

test("64-bit integers past 32 bits are refused with their place", () => {
  const buffer = bytes(8, "setBigInt64", [1n, 2147483648n]);
  assert.throws(() => typed(buffer, "<i8", [2]), /Value 2147483648 at 1/);
});

test("bytes that are aligned are not copied; empty arrays and single values work", () => {
  const buffer = new ArrayBuffer(8);
  assert.equal(typed(buffer, "<f4", [2]).buffer, buffer);
  assert.equal(typed(new ArrayBuffer(0), "<f4", [0, 5]).length, 0);
  assert.equal(typed(buffer, "<f8", []).length, 1);
});

test("what does not fit is refused and says why", () => {
  const buffer = new ArrayBuffer(8);
  assert.throws(() => typed(buffer, "<f4", [3]), /\[3\] of "<f4" takes 12 bytes; got 8/);
  assert.throws(() => typed(buffer, ">f4", [2]), /dtype ">f4" is not known/);
  assert.throws(() => typed(buffer, "toString", [2]), /not known/);
  for (const shape of [[-2], [1.5], "2", undefined, [NaN]]) {
    assert.throws(() => typed(buffer, "<f4", shape), /whole numbers/);
  }
});
