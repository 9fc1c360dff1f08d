/** TCP options, right ones and wrong ones. */
import { be16, be32, concatBytes } from '../../../src/net/bytes.js';
import { mssOption, tcpOption } from '../../../src/net/tcp.js';
import type { Random } from '../../../src/property/random.js';
import type { TcpOption } from './tcp-segment.js';

const NOP = Uint8Array.of(1);

export function mss(value: number): TcpOption {
  return { text: `mss ${value}`, bytes: mssOption(value) };
}

export function windowScale(shift: number): TcpOption {
  return { text: `wscale ${shift}`, bytes: concatBytes(NOP, tcpOption(3, Uint8Array.of(shift))) };
}

export const SACK_PERMITTED: TcpOption = { text: 'sackOK', bytes: concatBytes(NOP, NOP, tcpOption(4)) };

export function timestamps(value: number, echo: number): TcpOption {
  return { text: 'ts', bytes: concatBytes(NOP, NOP, tcpOption(8, concatBytes(be32(value), be32(echo)))) };
}

/** Selective acknowledgement of the blocks [left, right). `about` is what the text counts from. */
export function sack(blocks: readonly (readonly [left: number, right: number])[], about: number): TcpOption {
  const text = blocks.map(([left, right]) => `${(left - about) | 0}-${(right - about) | 0}`).join(',');
  return { text: `sack ${text}`, bytes: concatBytes(NOP, NOP, tcpOption(5, concatBytes(...blocks.flatMap(([left, right]) => [be32(left), be32(right)])))) };
}

/** Options that no stack sends: lengths that do not fit, unknown kinds, options where they do not belong. */
export function strangeOptions(random: Random, seq: number): TcpOption[] {
  const raw = (text: string, ...bytes: number[]): TcpOption => ({ text, bytes: Uint8Array.from(bytes) });
  return random.pick<() => TcpOption[]>([
    () => [raw('kind 2 length 0', 2, 0, 5, 180)],
    () => [raw('kind 3 length 1', 3, 1, 0, 0)],
    () => [raw('kind 3 length 200', 3, 200, 7, 0)],
    () => [raw('wscale 15', 3, 3, 15, 1)],
    () => [raw('wscale of length 4', 3, 4, 7, 7)],
    () => [raw('kind 254', 254, 4, 1, 2)],
    () => [raw('nops', 1, 1, 1, 1)],
    () => [raw('end, then wscale 9', 0, 3, 3, 9)],
    () => [raw('kind 5 length 2', 5, 2, 1, 1)],
    () => [raw('kind 5 length 9', 1, 5, 9, ...be32(seq), ...be32(seq + 9).subarray(0, 3), 1, 1)],
    () => [raw('sack cut off', 5, 18, ...be32(seq), ...be32(seq + 10), 1, 1)],
    () => [raw('lone last kind', 1, 1, 1, 3)],
    () => [sack([[seq + random.between(-70_000, 70_000), seq + random.between(-70_000, 70_000)]], seq)],
    () => [windowScale(random.between(0, 14))],
    () => [SACK_PERMITTED],
    () => [mss(random.between(0, 65_535)), raw('md5', 1, 1, 19, 18, ...new Uint8Array(16))],
    () => [raw('wscale twice', 3, 3, 2, 3, 3, 5, 1, 1)],
    () => [raw('two bytes', ...be16(0x0101), 0, 0)],
  ])();
}
