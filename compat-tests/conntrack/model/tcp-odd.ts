/** What does not belong into a conversation: any flags, numbers at the edges of the windows, old and wrong segments. */
import { other, type Who } from './flow.js';
import { strangeOptions } from './tcp-options.js';
import { plus, type Segment } from './tcp-segment.js';
import { ACK, FIN, PSH, RST, SYN, type Talk } from './tcp-talk.js';

/** The least window that acknowledgements of old data are taken within (nf_conntrack: 66000). */
const OLD_ACKS = 66_000;

export const ODDITIES = { flags: 10, edge: 30, old: 8, reset: 16, syn: 8, synAck: 5, fin: 4, checksum: 4, header: 5, wild: 3, options: 7, turned: 3 } as const;
export type Oddity = keyof typeof ODDITIES;

/** One odd segment and the name of what it is. The ends take no notice; whether the watcher does is its matter. */
export function oddSegment(talk: Talk, which: Oddity): { readonly why: string; readonly segment: Segment } {
  const { random } = talk;
  const who: Who = random.chance(0.5) ? 'c' : 's';
  const peer = talk.peers[who];
  const odd = (why: string, change: Partial<Segment>): { why: string; segment: Segment } => ({ why, segment: talk.askew(who, change) });
  switch (which) {
    case 'flags':
      return odd('any flags', { flags: random.below(256), ...(random.chance(0.5) ? { ack: peer.heard } : {}), length: random.pick([0, 0, 5]) });
    case 'edge':
      return atEdge(talk, who);
    case 'old':
      return { why: 'old', segment: talk.said.length === 0 ? talk.askew(who, {}) : random.pick(talk.said) };
    case 'reset':
      return reset(talk, who);
    case 'syn':
      return odd('SYN', {
        flags: SYN, ack: 0, seq: random.pick([peer.first, peer.next, plus(peer.next, random.between(-2, 2)), plus(peer.next, random.between(1, 100_000)), random.bits32()]),
        options: random.chance(0.5) ? talk.greeting(who, false) : [],
      });
    case 'synAck':
      return odd('SYN/ACK', { flags: SYN | ACK, seq: random.pick([peer.first, peer.next, random.bits32()]), ack: random.pick([peer.heard, plus(peer.heard, random.between(-2, 2)), random.bits32()]) });
    case 'fin':
      return odd('FIN', { flags: random.pick([FIN, FIN | ACK, FIN | ACK | PSH]), seq: plus(peer.next, random.pick([0, -1, 1, -100, 100])), ack: random.pick([peer.heard, plus(peer.heard, random.between(-3, 3))]) });
    case 'checksum':
      return odd('', { flags: random.pick([ACK, SYN, SYN | ACK, RST, FIN | ACK]), fault: { kind: 'checksum' } });
    case 'header':
      return odd('', { flags: random.pick([ACK, SYN, RST]), fault: random.chance(0.5) ? { kind: 'offset', words: random.pick([0, 4, 6, 15]) } : { kind: 'cut', to: random.pick([0, 4, 8, 13, 14, 19]) } });
    case 'wild':
      return odd('wild', { flags: random.pick([ACK, ACK | PSH, RST, RST | ACK, FIN | ACK]), seq: random.bits32(), ack: random.bits32(), window: random.below(65_536) });
    case 'options':
      return odd('', { flags: random.pick([ACK, ACK, SYN, SYN | ACK]), options: strangeOptions(random, peer.heard) });
    case 'turned': {
      const them = talk.peers[other(who)];
      return odd('numbers of the other end', { seq: them.next, ack: them.heard });
    }
  }
}

/** On, before and behind each edge of what may be sent and acknowledged. */
function atEdge(talk: Talk, who: Who): { why: string; segment: Segment } {
  const { random } = talk;
  const [mine, theirs] = [talk.watched[who], talk.watched[other(who)]];
  const length = random.pick([0, 0, 1, 10]);
  const by = random.between(-2, 2);
  const flags = random.weighted({ A: 12, PA: 4, FA: 3, RA: 2, R: 2 });
  const bits = { A: ACK, PA: ACK | PSH, FA: ACK | FIN, RA: ACK | RST, R: RST }[flags];
  const told = (name: string): string => `${name}${by < 0 ? by : `+${by}`}`;
  const window = random.chance(0.15) ? { window: random.pick([0, 1, 65_535, random.below(65_536)]) } : {};
  const at = (name: string, change: Partial<Segment>): { why: string; segment: Segment } => ({ why: told(name), segment: talk.askew(who, { flags: bits, length, ...window, ...change }) });
  switch (random.weighted({ limit: 3, end: 2, floor: 3, acked: 3, oldest: 3, oldestWide: 1, next: 2 })) {
    case 'limit':
      return at('seq at the limit', { seq: plus(mine.limit, by) });
    case 'end':
      return at('end at the limit', { seq: plus(mine.limit, by - length) });
    case 'floor':
      return at('end at the floor', { seq: plus(mine.end, by - theirs.window - length) });
    case 'acked':
      return at('ack at what was sent', { ack: plus(theirs.end, by) });
    case 'oldest':
      return at('ack at the oldest', { ack: plus(theirs.end, by - Math.max(OLD_ACKS, mine.window)) });
    case 'oldestWide':
      return at('ack 66000 back', { ack: plus(theirs.end, by - OLD_ACKS) });
    case 'next':
      return at('seq at what was sent', { seq: plus(mine.end, by) });
  }
}

/** Resets: exact, within the window, at what was acknowledged, far off, with numbers of 0. */
function reset(talk: Talk, who: Who): { why: string; segment: Segment } {
  const { random } = talk;
  const peer = talk.peers[who];
  const lastAck = talk.said.filter(({ from, flags }) => from !== who && flags & ACK).at(-1)?.ack ?? 0;
  const flags = random.chance(0.5) ? RST : RST | ACK;
  const seq = random.weighted({ exact: 4, window: 3, acked: 3, nearAcked: 2, behind: 2, far: 1, zero: 1, limit: 2 });
  const numbers: Readonly<Record<typeof seq, () => number>> = {
    exact: () => peer.next, window: () => plus(peer.next, random.between(1, 1000)), acked: () => lastAck, nearAcked: () => plus(lastAck, random.pick([-1, 1])),
    behind: () => plus(peer.next, -random.between(1, 3000)), far: () => random.bits32(), zero: () => 0, limit: () => plus(talk.watched[who].limit, random.between(-2, 2)),
  };
  const ack = random.chance(0.15) ? { ack: random.pick([0, plus(peer.heard, random.between(-2, 2)), random.bits32()]) } : {};
  return { why: `RST ${seq}`, segment: talk.askew(who, { flags, seq: numbers[seq](), length: random.chance(0.05) ? 4 : 0, ...ack }) };
}
