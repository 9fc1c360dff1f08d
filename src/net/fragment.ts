/** IPv4 fragmentation (RFC 791 section 3.2). */
import { concatBytes, readBe16 } from './bytes.js';
import { ipv4, rawTransport } from './ipv4.js';

/**
 * `packet` as fragments of at most `payload` bytes behind the IP header (rounded down to a multiple of 8, at least 8); a packet that fits comes back alone.
 * A fragment may be fragmented again. Of the options only those with the copied bit stay in later fragments.
 */
export function fragment(packet: Uint8Array, payload: number): Uint8Array[] {
  const step = Math.max(8, payload - (payload % 8));
  const headerLength = (packet[0]! & 15) * 4;
  const body = packet.subarray(headerLength, readBe16(packet, 2));
  const word = readBe16(packet, 6);
  const options = packet.subarray(20, headerLength);
  const out: Uint8Array[] = [];
  for (let at = 0; at === 0 || at < body.length; at += step) {
    const part = body.subarray(at, at + step);
    const last = at + step >= body.length;
    out.push(
      ipv4(
        {
          ...addresses(packet),
          ttl: packet[8]!,
          tos: packet[1]!,
          id: readBe16(packet, 4),
          moreFragments: !last || (word & 0x2000) !== 0,
          fragmentOffset: (word & 0x1fff) + at / 8,
          options: at === 0 ? options : copiedOptions(options),
        },
        rawTransport(packet[9]!, part),
      ),
    );
  }
  return out;
}

function addresses(packet: Uint8Array): { src: bigint; dst: bigint } {
  const word = (at: number): bigint => BigInt(readBe16(packet, at)) * 0x10000n + BigInt(readBe16(packet, at + 2));
  return { src: word(12), dst: word(16) };
}

/** The options that later fragments carry: those with the copied bit (0x80) set. Stops at the end-of-list byte or at a malformed length. */
function copiedOptions(options: Uint8Array): Uint8Array {
  const kept: Uint8Array[] = [];
  for (let at = 0; at < options.length && options[at] !== 0; ) {
    if (options[at] === 1) {
      at += 1;
      continue;
    }
    const length = options[at + 1] ?? 0;
    if (length < 2 || at + length > options.length) break;
    if ((options[at]! & 0x80) !== 0) kept.push(options.subarray(at, at + length));
    at += length;
  }
  return concatBytes(...kept);
}
