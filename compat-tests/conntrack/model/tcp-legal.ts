/** What TCP ends do when all is well, or nearly: opening, data, losses and what mends them, closing, beginning anew. */
import type { Random } from '../../../src/property/random.js';
import { other, type Who } from './flow.js';
import { sack } from './tcp-options.js';
import { plus, type Segment } from './tcp-segment.js';
import { ACK, CWR, ECE, FIN, PSH, RST, SYN, type Talk } from './tcp-talk.js';

type Said = Generator<Segment, void>;

/** SYN, SYN/ACK, ACK, with retransmissions; sometimes both ends open at once, sometimes nobody answers or one refuses. Returns whether it is open. */
export function* opening(talk: Talk): Generator<Segment, boolean> {
  const { random } = talk;
  const ecn = random.chance(0.15);
  const first = talk.say('c', SYN | (ecn ? ECE | CWR : 0), { options: talk.greeting('c', false), length: random.chance(0.03) ? random.between(1, 400) : 0 });
  if (random.chance(0.15)) yield* times(random, first, 3);
  else yield first;
  if (random.chance(0.05)) return false;
  if (random.chance(0.06)) {
    yield talk.say('s', RST | ACK);
    return false;
  }
  if (random.chance(0.06)) {
    yield talk.say('s', SYN, { options: talk.greeting('s', false) });
    const answer = { flags: SYN | ACK };
    yield talk.put(talk.askew('c', { ...answer, seq: talk.peers.c.first }));
    yield talk.put(talk.askew('s', { ...answer, seq: talk.peers.s.first }));
  } else {
    const answer = talk.say('s', SYN | ACK | (ecn ? ECE : 0), { options: talk.greeting('s', true) });
    if (random.chance(0.12)) yield* times(random, answer, 3);
    else yield answer;
  }
  if (random.chance(0.9)) yield talk.say('c', ACK);
  return true;
}

function* times(random: Random, segment: Segment, most: number): Said {
  for (let left = random.between(2, most); left > 0; left--) yield segment;
}

/** One thing that happens while a connection is open. */
export function* exchange(talk: Talk): Said {
  const { random } = talk;
  const who: Who = random.chance(0.5) ? 'c' : 's';
  const them = other(who);
  const peer = talk.peers[who];
  const size = (): number => random.pick([1, 10, 100, 536, 1000, 1448, 1460, random.between(1, 1400)]);
  switch (random.weighted({ data: 24, ack: 14, lost: 8, window: 7, keepalive: 4, again: 7, burst: 5, halfAck: 4, late: 3, probe: 3 })) {
    case 'data':
      yield talk.say(who, ACK | (random.chance(0.5) ? PSH : 0) | (random.chance(0.05) ? ECE : 0), { length: peer.finished ? 0 : size() });
      if (random.chance(0.7)) yield talk.say(them, ACK);
      break;
    case 'ack':
      yield* times(random, talk.say(who, ACK), random.pick([2, 2, 4]));
      break;
    case 'lost': {
      if (peer.finished) return;
      // One is lost behind the watcher, later ones arrive: duplicate acknowledgements, with SACK where agreed, then the first again.
      const gone = talk.say(who, ACK, { length: size(), lost: true });
      yield gone;
      const from = talk.peers[who].next;
      for (let more = random.between(1, 3); more > 0; more--) {
        const held = talk.say(who, ACK | PSH, { length: size() });
        yield held;
        const blocks = talk.peers.c.sack && talk.peers.s.sack ? [sack([[from, plus(held.seq, held.length)]], talk.zero[who])] : [];
        yield talk.put(talk.askew(them, { options: [...talk.askew(them, {}).options, ...blocks] }));
      }
      talk.peers[them].heard = peer.next;
      yield talk.put(gone);
      yield talk.say(them, ACK);
      break;
    }
    case 'window':
      peer.window = random.pick([0, 0, 1, random.between(0, 65_535), 65_535, 500]);
      yield talk.say(who, ACK);
      break;
    case 'keepalive':
      yield talk.askew(who, { seq: plus(peer.next, -1), length: random.pick([0, 1]) });
      yield talk.say(them, ACK);
      break;
    case 'again': {
      const old = talk.said.filter(({ from, length }) => from === who && length > 0).at(-random.between(1, 4));
      if (old !== undefined) yield talk.put({ ...old, ack: random.chance(0.5) ? old.ack : peer.heard });
      break;
    }
    case 'burst':
      for (let left = peer.finished ? 0 : random.between(2, 6); left > 0; left--) yield talk.say(who, ACK, { length: 1460 });
      yield talk.say(them, ACK);
      break;
    case 'halfAck': {
      const { heard } = talk.peers[them];
      yield talk.askew(them, { ack: plus(heard, -random.between(1, 2000)) });
      break;
    }
    case 'late':
      yield talk.askew(who, { seq: plus(peer.next, random.between(1, 3000)), length: size() });
      break;
    case 'probe':
      // Into a window of 0.
      talk.peers[them].window = 0;
      yield talk.say(them, ACK);
      yield talk.askew(who, { length: 1 });
      break;
  }
}

/** FINs in any order, acknowledged or not; or a reset. */
export function* closing(talk: Talk): Said {
  const { random } = talk;
  const who: Who = random.chance(0.5) ? 'c' : 's';
  const them = other(who);
  if (random.chance(0.12)) {
    yield talk.say(who, RST | (random.chance(0.5) ? ACK : 0));
    return;
  }
  const both = random.chance(0.15);
  const first = talk.say(who, FIN | ACK, { length: random.chance(0.2) ? random.between(1, 500) : 0, lost: both });
  yield first;
  if (random.chance(0.1)) yield first;
  if (!both && random.chance(0.7)) yield talk.say(them, ACK);
  if (random.chance(0.3)) yield talk.say(them, ACK | PSH, { length: random.between(1, 900) });
  if (random.chance(0.85)) {
    const second = talk.say(them, FIN | ACK);
    yield second;
    if (random.chance(0.1)) yield second;
    talk.peers[them].heard = talk.peers[who].next;
    yield talk.say(who, ACK);
    if (both) yield talk.say(them, ACK);
  }
  if (random.chance(0.3)) yield talk.say(random.pick(['c', 's'] as const), RST | (random.chance(0.5) ? ACK : 0));
}

/** One end has forgotten the connection and opens anew; the other says what it knows, and is reset (RFC 9293, half-open connections). */
export function* halfOpen(talk: Talk): Said {
  const { random, peers } = talk;
  const who: Who = random.chance(0.8) ? 'c' : 's';
  const them = other(who);
  const known = talk.askew(them, {});
  const fresh = random.bits32();
  yield talk.askew(who, { flags: SYN, seq: fresh, ack: 0 });
  if (random.chance(0.85)) yield known;
  if (random.chance(0.7)) yield talk.askew(who, { flags: RST, seq: known.ack, ack: 0 });
  if (random.chance(0.3)) return;
  peers[who].first = peers[who].next = fresh;
  peers[them].first = peers[them].next = random.bits32();
  yield talk.say(who, SYN, { options: talk.greeting(who, false) });
  yield talk.say(them, SYN | ACK, { options: talk.greeting(them, true) });
  yield talk.say(who, ACK);
}
