/** TCP conversations written as segments, each end's sequence numbers kept: `c:S s:SA c:A c:PA+10 s:R-1`. */
import { ipv4 } from '../../src/net/ipv4.js';
import { ipv4Address } from '../../src/net/ipv4-address.js';
import { tcp } from '../../src/net/tcp.js';
import type { TwinPacket } from '../harness/packet.js';

const FLAG: Readonly<Record<string, number>> = { F: 1, S: 2, R: 4, P: 8, A: 16, U: 32, E: 64, C: 128 };

/** Letters of the flags byte to its value; `N` = none. */
function flagsByte(letters: string): number {
  return letters === 'N' ? 0 : [...letters].reduce((flags, letter) => flags | (FLAG[letter] ?? 0), 0);
}

export interface Party {
  readonly on: string;
  readonly address: string;
  readonly port: number;
}

export class Dialogue {
  private readonly next: { c: number; s: number };

  constructor(
    private readonly parties: { readonly c: Party; readonly s: Party },
    first: { readonly c: number; readonly s: number } = { c: 1000, s: 5000 },
  ) {
    this.next = { ...first };
  }

  /**
   * One segment: `WHO:FLAGS`, then `+N` for N bytes of data, `@N` for a sequence number N off the right one (which then does not advance), `!`
   * for a wrong checksum. The acknowledgement is always of all that the other end has said.
   */
  segment(text: string): TwinPacket {
    const [, who, letters = '', data = '0', off, bad] = /^([cs]):([A-Z]+)(?:\+(\d+))?(?:@(-?\d+))?(!)?$/.exec(text) ?? [];
    if (who !== 'c' && who !== 's') throw new Error(`not a segment: ${text}`);
    const other = who === 'c' ? 's' : 'c';
    const [from, to] = [this.parties[who], this.parties[other]];
    const flags = flagsByte(letters);
    const seq = (this.next[who] + Number(off ?? 0)) >>> 0;
    const payload = new Uint8Array(Number(data)).fill(0x42);
    const transport = tcp({ sport: from.port, dport: to.port, seq, ack: flags & 16 ? this.next[other] : 0, flags, window: 5000 }, payload);
    const l3 = ipv4({ src: ipv4Address(from.address), dst: ipv4Address(to.address), id: 7 }, transport);
    if (bad !== undefined) l3[36] = l3[36]! ^ 1;
    else if (off === undefined) this.next[who] = (this.next[who] + payload.length + (flags & 1) + ((flags >> 1) & 1)) >>> 0;
    return { kind: 'arrives', on: from.on, l3 };
  }
}
