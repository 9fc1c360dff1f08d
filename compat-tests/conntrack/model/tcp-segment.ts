/** TCP segments of a flow: any numbers, flags, options and faults, as a step and as text. */
import { truncateTransport } from '../../../src/net/ipv4.js';
import { tcp } from '../../../src/net/tcp.js';
import { other, packetOf, type Step, type Who } from './flow.js';

export interface Segment {
  readonly from: Who;
  /** Flags byte, see TCP_FLAG. */
  readonly flags: number;
  readonly seq: number;
  readonly ack: number;
  readonly window: number;
  readonly length: number;
  readonly options: readonly TcpOption[];
  readonly fault?: Fault;
}

/** An option with its bytes and how it reads. */
export interface TcpOption {
  readonly text: string;
  readonly bytes: Uint8Array;
}

/** What is wrong with a segment: its checksum, a data offset (in words) that is not the header's, bytes left of it when cut short. */
export type Fault = { readonly kind: 'checksum' } | { readonly kind: 'offset'; readonly words: number } | { readonly kind: 'cut'; readonly to: number };

const LETTERS = ['F', 'S', 'R', 'P', 'A', 'U', 'E', 'C'];

export function flagLetters(flags: number): string {
  return LETTERS.filter((_, bit) => (flags >> bit) & 1).join('') || 'none';
}

/** Bytes of data that fit into a packet of 1500 bytes behind these options. */
export function mostData(options: readonly TcpOption[]): number {
  return 1460 - Math.ceil(options.reduce((sum, { bytes }) => sum + bytes.length, 0) / 4) * 4;
}

/** Bytes of sequence space that a segment takes. */
export function spaceOf({ flags, length }: Pick<Segment, 'flags' | 'length'>): number {
  return length + (flags & 1) + ((flags >> 1) & 1);
}

/** Signed distance of two sequence numbers. */
export function distance(to: number, from: number): number {
  return (to - from) | 0;
}

export function plus(seq: number, by: number): number {
  return (seq + by) >>> 0;
}

const SIGNED = (value: number): string => (value < 0 ? `${value}` : `+${value}`);

/** The segment as a step. Numbers in the note are relative to `zero`, the ends' first sequence numbers. */
export function tcpStep(segment: Segment, zero: Readonly<Record<Who, number>>, why = ''): Step {
  const { from, flags, seq, ack, window, length, options, fault } = segment;
  const bytes = Buffer.concat(options.map((option) => option.bytes));
  const note = [
    `${from}:${flagLetters(flags)} seq ${SIGNED(distance(seq, zero[from]))}${length === 0 ? '' : ` len ${length}`}`,
    ack === 0 && (flags & 16) === 0 ? '' : `ack ${ack === 0 ? '0!' : SIGNED(distance(ack, zero[other(from)]))}`,
    `win ${window}`,
    options.length === 0 ? '' : `<${options.map(({ text }) => text).join(' ')}>`,
    fault === undefined ? '' : `{${fault.kind === 'checksum' ? 'bad checksum' : fault.kind === 'offset' ? `data offset ${fault.words}` : `cut to ${fault.to}`}}`,
    why === '' ? '' : `(${why})`,
  ].filter((word) => word !== '').join(' ');
  return {
    from,
    note,
    build(ends, ttl) {
      const fields = {
        sport: ends[from].port, dport: ends[other(from)].port, seq, ack, flags, window, options: bytes,
        ...(fault?.kind === 'checksum' ? { checksum: 0x1234 } : {}), ...(fault?.kind === 'offset' ? { dataOffset: fault.words } : {}),
      };
      const packet = packetOf(ends, from, tcp(fields, new Uint8Array(length).fill(0x42)), { ttl });
      return fault?.kind === 'cut' ? truncateTransport(packet, fault.to) : packet;
    },
  };
}
