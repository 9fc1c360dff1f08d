/** TCP conversations written as segments, each end's sequence numbers kept: `c:S s:SA c:A c:PA+10 s:R@-1`. */
import { be32, concatBytes } from '../../src/net/bytes.js';
import { ipv4 } from '../../src/net/ipv4.js';
import { ipv4Address } from '../../src/net/ipv4-address.js';
import { mssOption, tcp, tcpOption } from '../../src/net/tcp.js';
import type { TwinPacket } from '../harness/packet.js';

const FLAG: Readonly<Record<string, number>> = { F: 1, S: 2, R: 4, P: 8, A: 16, U: 32, E: 64, C: 128 };
const [FIN, SYN, ACK] = [1, 2, 16];
const USUAL_WINDOW = 5000;

/** Letters of the flags byte to its value; `N` = none. */
function flagsByte(letters: string): number {
  return letters === 'N' ? 0 : [...letters].reduce((flags, letter) => flags | (FLAG[letter] ?? 0), 0);
}

export interface Party {
  readonly on: string;
  readonly address: string;
  readonly port: number;
}

type Who = 'c' | 's';

/** `WHO:FLAGS`, numbers each behind its sign, options in braces, marks. */
const WORD = /^([cs]):([A-Z]+)((?:[+@^w]=?-?\d+)*)(?:\{([^}]*)\})?(>?)(!?)$/;

/** The number behind `sign`: relative to `base`, or behind `=` as it is; undefined where it is not given. */
function numberBehind(sign: string, text: string, base: number): number | undefined {
  const at = text.indexOf(sign);
  if (at === -1) return undefined;
  const [, absolute, digits] = /^(=?)(-?\d+)/.exec(text.slice(at + 1)) ?? [];
  return ((absolute === '' ? base : 0) + Number(digits)) >>> 0;
}

/** One option by its name; the edges of blocks are relative to `base`. */
function optionBytes(text: string, base: number): Uint8Array {
  const [name, value = ''] = text.split('=');
  const number = Number(value);
  switch (name) {
    case 'mss':
      return mssOption(1460);
    case 'nop':
      return Uint8Array.of(1);
    case 'end':
      return Uint8Array.of(0);
    case 'scale':
      return tcpOption(3, Uint8Array.of(number));
    case 'sack':
      return tcpOption(4);
    case 'time':
      return concatBytes(Uint8Array.of(1, 1), tcpOption(8, concatBytes(be32(77), be32(66))));
    case 'blocks':
      return tcpOption(5, concatBytes(...value.split(';').flatMap((block) => block.split('..').map((edge) => be32((base + Number(edge)) >>> 0)))));
    case 'raw':
      return Uint8Array.from(Buffer.from(value, 'hex'));
    default:
      throw new Error(`not an option: ${text}`);
  }
}

export class Dialogue {
  private readonly next: Record<Who, number>;
  private readonly last: Partial<Record<Who, TwinPacket>> = {};

  constructor(
    private readonly parties: { readonly c: Party; readonly s: Party },
    first: { readonly c: number; readonly s: number } = { c: 1000, s: 5000 },
  ) {
    this.next = { ...first };
  }

  /**
   * One segment: `WHO:FLAGS`, then any of
   * - `+N` N bytes of data;
   * - `@N` a sequence number N off the right one, `@=N` this one. The right one then does not advance, but with `>` behind it goes on from this segment;
   * - `^N` an acknowledgement N off that of all the other end has said, `^=N` this one (also without the flag A);
   * - `wN` the window as on the wire;
   * - `{OPTION,...}` scale=N, sack, time, mss, nop, end, raw=HEX, blocks=LEFT..RIGHT;... relative to what the other end has said;
   * - `!` a wrong checksum.
   * `WHO:again` is that end's last segment once more.
   */
  segment(text: string): TwinPacket {
    const [who, rest] = text.split(':');
    if (who !== 'c' && who !== 's') throw new Error(`not a segment: ${text}`);
    const packet = rest === 'again' ? this.last[who] : this.fresh(who, text);
    if (packet === undefined) throw new Error(`nothing was said before: ${text}`);
    this.last[who] = packet;
    return packet;
  }

  private fresh(who: Who, text: string): TwinPacket {
    const [, , letters, numbers, options, goOn, bad] = WORD.exec(text) ?? [];
    if (letters === undefined || numbers === undefined) throw new Error(`not a segment: ${text}`);
    const other = who === 'c' ? 's' : 'c';
    const [from, to] = [this.parties[who], this.parties[other]];
    const flags = flagsByte(letters);
    const off = numberBehind('@', numbers, this.next[who]);
    const seq = off ?? this.next[who];
    const ack = numberBehind('^', numbers, this.next[other]) ?? (flags & ACK ? this.next[other] : 0);
    const payload = new Uint8Array(numberBehind('+', numbers, 0) ?? 0).fill(0x42);
    const window = numberBehind('w', numbers, 0) ?? USUAL_WINDOW;
    const optionList = options === undefined || options === '' ? [] : options.split(',').map((option) => optionBytes(option, this.next[other]));
    const transport = tcp({ sport: from.port, dport: to.port, seq, ack, flags, window, options: concatBytes(...optionList) }, payload);
    const l3 = ipv4({ src: ipv4Address(from.address), dst: ipv4Address(to.address), id: 7 }, transport);
    if (bad === '!') l3[36] = l3[36]! ^ 1;
    else if (off === undefined || goOn === '>') this.next[who] = (seq + payload.length + (flags & FIN ? 1 : 0) + (flags & SYN ? 1 : 0)) >>> 0;
    return { kind: 'arrives', on: from.on, l3 };
  }
}
