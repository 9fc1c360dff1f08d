/**
 * Two TCP ends talking: what each has sent and heard, and what somebody who watches must make of it (where the sequence windows end).
 * Everything sent goes through `say` and `put`, so that later segments can be put at the edges.
 */
import { TCP_FLAG } from '../../../src/net/tcp.js';
import type { Random } from '../../../src/property/random.js';
import { other, type Who } from './flow.js';
import { mss, SACK_PERMITTED, timestamps, windowScale } from './tcp-options.js';
import { distance, mostData, plus, spaceOf, type Segment, type TcpOption } from './tcp-segment.js';

export interface Peer {
  /** First sequence number. */
  first: number;
  /** The next one to send. */
  next: number;
  /** The next one expected from the other end. */
  heard: number;
  /** As it stands in segments, not scaled. */
  window: number;
  /** What its SYN offered. */
  shift: number | undefined;
  sack: boolean;
  timestamps: boolean;
  finished: boolean;
}

/** What a watcher knows of an end: the highest number it has sent, the highest it may send, and its largest window. */
export interface Watched {
  end: number;
  limit: number;
  window: number;
}

const { fin: FIN, syn: SYN, rst: RST, psh: PSH, ack: ACK, ece: ECE, cwr: CWR } = TCP_FLAG;

/** First sequence numbers: anything, often so that they wrap soon, sometimes 0. */
function firstNumber(random: Random): number {
  return random.pick([() => random.bits32(), () => random.bits32(), () => plus(0, -random.between(1, 3000)), () => plus(0x80000000, -random.between(1, 3000)), () => 0])();
}

export class Talk {
  readonly peers: Record<Who, Peer>;
  readonly watched: Record<Who, Watched>;
  readonly said: Segment[] = [];
  /** What numbers are told relative to. */
  readonly zero: Readonly<Record<Who, number>>;
  private clock: number;

  constructor(readonly random: Random) {
    this.peers = { c: this.newPeer(), s: this.newPeer() };
    this.watched = { c: { end: this.peers.c.next, limit: this.peers.c.next, window: 1 }, s: { end: this.peers.s.next, limit: this.peers.s.next, window: 1 } };
    this.zero = { c: this.peers.c.first, s: this.peers.s.first };
    this.clock = random.bits32();
  }

  /** Begins anew with the same ends: first numbers far above the last, near them, or below. */
  anew(): void {
    for (const who of ['c', 's'] as const) {
      const { next } = this.peers[who];
      const peer = this.newPeer();
      peer.first = this.random.pick([peer.first, plus(next, this.random.between(1, 200_000)), plus(next, -this.random.between(0, 200_000)), plus(next, this.random.between(-1, 2)), this.peers[who].first]);
      peer.next = peer.first;
      this.peers[who] = peer;
      this.watched[who] = { end: peer.next, limit: peer.next, window: 1 };
    }
  }

  /** A segment as `who` would send it now; it advances, and reaches the other end unless `lost`. */
  say(who: Who, flags: number, { length = 0, options = [] as readonly TcpOption[], lost = false } = {}): Segment {
    const peer = this.peers[who];
    const all = [...options, ...this.stamp(who, flags)];
    const segment: Segment = { from: who, flags, seq: peer.next, ack: flags & ACK ? peer.heard : 0, window: peer.window, length: Math.min(length, mostData(all)), options: all };
    peer.next = plus(peer.next, spaceOf(segment));
    if (flags & FIN) peer.finished = true;
    const ear = this.peers[other(who)];
    if (!lost && (flags & SYN || ear.heard === segment.seq)) ear.heard = plus(segment.seq, spaceOf(segment));
    return this.put(segment);
  }

  /** A segment as `who` would send it, with other numbers or flags: nobody's state changes. */
  askew(who: Who, change: Partial<Segment>): Segment {
    const { next, heard, window } = this.peers[who];
    const flags = change.flags ?? ACK;
    const segment = { from: who, flags, seq: next, ack: flags & ACK ? heard : 0, window, length: 0, options: this.stamp(who, flags), ...change };
    return { ...segment, length: Math.min(segment.length, mostData(segment.options)) };
  }

  /** Notes what a watcher sees of a segment. */
  put(segment: Segment): Segment {
    const { from, flags, seq, ack, window } = segment;
    const [mine, theirs] = [this.watched[from], this.watched[other(from)]];
    const scaled = flags & SYN ? window : window * 2 ** this.shiftOf(from);
    const end = plus(seq, spaceOf(segment));
    if (flags & SYN || distance(end, mine.end) > 0) mine.end = end;
    mine.window = Math.max(flags & SYN ? 1 : mine.window, scaled);
    if (flags & ACK && (flags & SYN || distance(plus(ack, scaled), theirs.limit) > 0)) theirs.limit = plus(ack, Math.max(1, scaled));
    this.said.push(segment);
    return segment;
  }

  /** Options of a SYN, some of them; a SYN/ACK answers none that was not offered, unless it is odd. */
  greeting(who: Who, answering: boolean): TcpOption[] {
    const peer = this.peers[who];
    const them = answering ? this.peers[other(who)] : undefined;
    const { random } = this;
    const wants = (theirs: boolean | undefined, likely: number): boolean => random.chance(theirs === false ? 0.05 : likely);
    const options: TcpOption[] = random.chance(0.8) ? [mss(random.pick([1460, 536, 8960, 65_495]))] : [];
    peer.sack = wants(them?.sack, 0.7);
    peer.shift = wants(them && them.shift !== undefined, 0.65) ? random.pick([0, 1, 2, 7, 7, 8, 14, 14, 15, 255]) : undefined;
    peer.timestamps = wants(them?.timestamps, 0.5);
    if (peer.sack) options.push(SACK_PERMITTED);
    if (peer.shift !== undefined) options.push(windowScale(peer.shift));
    return options;
  }

  /** The shift in force for `who`'s windows: both ends must have offered one; more than 14 is 14 (RFC 7323). */
  shiftOf(who: Who): number {
    const { c, s } = this.peers;
    return c.shift === undefined || s.shift === undefined ? 0 : Math.min(14, this.peers[who].shift!);
  }

  private stamp(who: Who, flags: number): TcpOption[] {
    if (!this.peers[who].timestamps || flags & RST) return [];
    this.clock = plus(this.clock, this.random.between(0, 50));
    return [timestamps(this.clock, flags & ACK ? plus(this.clock, -1) : 0)];
  }

  private newPeer(): Peer {
    const { random } = this;
    const first = firstNumber(random);
    const window = random.pick([0, 1, 100, 1000, 5000, 5840, 29_200, 64_240, 65_535, 65_535]);
    return { first, next: first, heard: 0, window, shift: undefined, sack: false, timestamps: false, finished: false };
  }
}

export { ACK, CWR, ECE, FIN, PSH, RST, SYN };
