/** Byte strings in network order, for building packets. */

/** One buffer holding all parts in order. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Low 16 bits of `value`, big-endian. */
export function be16(value: number): Uint8Array {
  return Uint8Array.of((value >>> 8) & 0xff, value & 0xff);
}

/** Low 32 bits of `value`, big-endian. */
export function be32(value: number | bigint): Uint8Array {
  const v = Number(BigInt.asUintN(32, BigInt(value)));
  return Uint8Array.of((v >>> 24) & 0xff, (v >>> 16) & 0xff, (v >>> 8) & 0xff, v & 0xff);
}

/** The big-endian 16-bit number at `at`, in host order. RangeError when it does not lie within `bytes`. */
export function readBe16(bytes: Uint8Array, at: number): number {
  if (at < 0 || at + 2 > bytes.length) throw new RangeError(`no 16-bit number at ${at} in ${bytes.length} bytes`);
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

/** The big-endian 32-bit number at `at`, in host order, unsigned. RangeError when it does not lie within `bytes`. */
export function readBe32(bytes: Uint8Array, at: number): number {
  return readBe16(bytes, at) * 0x10000 + readBe16(bytes, at + 2);
}

/** Lower-case hex without separators. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Inverse of toHex. RangeError when `hex` has an odd length or other digits. */
export function fromHex(hex: string): Uint8Array {
  if (!/^([0-9a-fA-F]{2})*$/.test(hex)) throw new RangeError(`not a hex string: ${hex.slice(0, 40)}`);
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}
