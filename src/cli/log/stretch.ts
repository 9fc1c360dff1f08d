/** A logged packet under the printer's finger: what of it can be read, and what is common to the lines of all protocols. */

/** XT_LOG_* bits that change the packet's text. */
export const LOG_FLAG = { tcpSequence: 0x01, tcpOptions: 0x02, ipOptions: 0x04, owner: 0x08, macDecode: 0x20 } as const;

/** A stretch of the logged packet: what can be read of it, and how long it is on the wire. */
export interface Stretch {
  readonly bytes: Uint8Array;
  /** From the start of `bytes` to the end of the packet: may be less than 0, which the kernel prints as a large number. */
  readonly length: number;
}

/** `count` bytes at `offset`, or undefined where the packet ends before (skb_header_pointer()). */
export function readable({ bytes, length }: Stretch, offset: number, count: number): Uint8Array | undefined {
  return offset + count <= Math.min(length, bytes.length) ? bytes.subarray(offset, offset + count) : undefined;
}

/** The stretch from `offset` on. */
export function from({ bytes, length }: Stretch, offset: number): Stretch {
  return { bytes: bytes.subarray(offset), length: length - offset };
}

export function incomplete({ length }: Stretch): string {
  return `INCOMPLETE [${length >>> 0} bytes] `;
}

/** Bytes as upper-case hex. */
export function upperHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex').toUpperCase();
}

/** Text of one packet, and whether it broke off, in which case nothing follows it. */
export interface Formatted {
  readonly text: string;
  readonly brokenOff: boolean;
}
