/**
 * Which TCP segments can be compared where connections are tracked. Sequence windows are not (docs/semantics.md, "TCP segments outside
 * the window"), and a segment with numbers out of the blue on somebody else's connection is just that: on a pair of ends that has been
 * used before, only the same conversation goes on, and single segments whose numbers nobody looks at.
 */
import { readBe16 } from '../../src/net/bytes.js';
import { TCP_FLAG } from '../../src/net/tcp.js';

const TCP = 6;

/** Both ends of a whole TCP segment, the same for both directions; undefined for other packets and for headers cut short. */
function endsOf(l3: Uint8Array): string | undefined {
  const header = (l3[0]! & 15) * 4;
  if (l3[9] !== TCP || (readBe16(l3, 6) & 0x1fff) !== 0 || l3.length < header + 20) return undefined;
  const end = (address: number, port: number): string => `${[...l3.subarray(address, address + 4)].join('.')}:${readBe16(l3, header + port)}`;
  return [end(12, 0), end(16, 2)].sort().join(' ');
}

export class Conversations {
  private readonly first = new Map<string, number>();
  private now = 0;

  /** The number of the conversation that a packet belongs to, given its place in it (undefined: on its own). Packets come in order. */
  of(place: number | undefined): number {
    if (place === undefined || place === 0) this.now += 1;
    return this.now;
  }

  /** Whether this packet can be compared. `single` = it is a conversation of its own. */
  fits(l3: Uint8Array, conversation: number, single: boolean): boolean {
    const ends = endsOf(l3);
    if (ends === undefined) return true;
    const owner = this.first.get(ends);
    if (owner === undefined) {
      this.first.set(ends, conversation);
      return true;
    }
    const flags = l3[(l3[0]! & 15) * 4 + 13]!;
    return owner === conversation || (single && (flags & (TCP_FLAG.ack | TCP_FLAG.rst)) === 0);
  }
}
