/** TCP flows: a conversation as its ends hold it, with what does not belong strewn in. */
import type { Random } from '../../../src/property/random.js';
import { errorAbout } from './errors.js';
import type { Step } from './flow.js';
import { closing, exchange, halfOpen, opening } from './tcp-legal.js';
import { ODDITIES, oddSegment, type Oddity } from './tcp-odd.js';
import { tcpStep, type Segment } from './tcp-segment.js';
import { Talk } from './tcp-talk.js';

export interface TcpTaste {
  /** How often something odd comes between. */
  readonly odd: number;
  /** Which kinds; all of them where left out. */
  readonly oddities?: readonly Oddity[];
}

/** The legal part: opened or met in the middle, some exchanges, closed or not, perhaps all again. */
function* conversation(talk: Talk): Generator<Segment> {
  const { random } = talk;
  for (let again = random.pick([1, 1, 1, 2, 2, 3]); again > 0; again--) {
    const middle = random.chance(0.12);
    if (middle) for (const who of ['c', 's'] as const) talk.peers[who].heard = talk.peers[who === 'c' ? 's' : 'c'].next;
    const open = middle || (yield* opening(talk));
    if (open) {
      for (let left = random.between(0, 7); left > 0; left--) yield* exchange(talk);
      if (random.chance(0.08)) yield* halfOpen(talk);
      if (random.chance(0.8)) yield* closing(talk);
      if (random.chance(0.2)) yield* exchange(talk);
    }
    talk.anew();
  }
}

export function tcpFlow(random: Random, taste: TcpTaste): Step[] {
  const talk = new Talk(random);
  const steps: Step[] = [];
  const add = (segment: Segment, why = ''): void => void steps.push(tcpStep(segment, talk.zero, why));
  const odd = Object.fromEntries(Object.entries(ODDITIES).filter(([name]) => taste.oddities?.includes(name as Oddity) ?? true)) as typeof ODDITIES;
  const errors = taste.oddities === undefined;
  if (random.chance(taste.odd / 3)) {
    const { segment, why } = oddSegment(talk, random.pick(['flags', 'synAck', 'fin', 'wild'].filter((name) => name in odd) as Oddity[]));
    add(segment, why);
  }
  for (const segment of conversation(talk)) {
    add(segment);
    while (random.chance(taste.odd)) {
      const { segment: strange, why } = oddSegment(talk, random.weighted(odd));
      if (talk.random.chance(0.5)) talk.put(strange);
      add(strange, why);
    }
    if (errors && random.chance(taste.odd / 5)) steps.push(errorAbout(random, steps));
  }
  return steps;
}
