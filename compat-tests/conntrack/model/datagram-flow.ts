/** UDP and ICMP flows: questions, answers and bursts, with wrong checksums and lengths and errors about them. */
import { icmp, icmpQuery } from '../../../src/net/icmp.js';
import { truncateTransport } from '../../../src/net/ipv4.js';
import { udp } from '../../../src/net/udp.js';
import type { Random } from '../../../src/property/random.js';
import { errorAbout } from './errors.js';
import { other, packetOf, type Step, type Who } from './flow.js';

function udpStep(random: Random, from: Who, odd: number): Step {
  const size = random.pick([0, 1, 5, 100, 512, 1400]);
  const fault = random.chance(odd) ? random.pick(['no checksum', 'bad checksum', 'length 0', 'length 7', 'length 8', 'length too long', 'cut to 7', 'cut to 3', 'cut to 0'] as const) : undefined;
  const cut = fault?.startsWith('cut') === true ? Number(fault.slice(7)) : undefined;
  return {
    from,
    note: `${from}:udp ${size}${fault === undefined ? '' : ` {${fault}}`}`,
    build(ends, ttl) {
      const length = fault === 'length too long' ? size + 9 : fault?.startsWith('length') === true ? Number(fault.slice(7)) : undefined;
      const checksum = fault === 'no checksum' ? 0 : fault === 'bad checksum' ? 1 : undefined;
      const fields = { sport: ends[from].port, dport: ends[other(from)].port, ...(length === undefined ? {} : { length }), ...(checksum === undefined ? {} : { checksum }) };
      const packet = packetOf(ends, from, udp(fields, new Uint8Array(size)), { ttl });
      return cut === undefined ? packet : truncateTransport(packet, cut);
    },
  };
}

export function udpFlow(random: Random, odd: number): Step[] {
  const steps: Step[] = [];
  for (let left = random.between(1, 12); left > 0; left--) {
    const from: Who = steps.length === 0 || random.chance(0.55) ? 'c' : 's';
    if (steps.length > 0 && random.chance(odd)) steps.push(errorAbout(random, steps));
    else for (let burst = random.pick([1, 1, 1, 3]); burst > 0; burst--) steps.push(udpStep(random, from, odd));
  }
  return steps;
}

/** Questions and their answers. */
const QUERIES: readonly (readonly [question: number, answer: number])[] = [[8, 0], [8, 0], [8, 0], [13, 14], [15, 16], [17, 18]];

function queryStep(random: Random, from: Who, type: number, odd: number): Step {
  const code = random.chance(odd / 2) ? random.pick([1, 5, 255]) : 0;
  const off = random.chance(odd / 2) ? 1 : 0;
  const fault = random.chance(odd / 2) ? random.pick(['bad checksum', 'cut to 4', 'cut to 7', 'cut to 0'] as const) : undefined;
  const sequence = random.below(1000);
  return {
    from,
    note: `${from}:icmp ${type}/${code}${off === 0 ? '' : ' another id'}${fault === undefined ? '' : ` {${fault}}`}`,
    build(ends, ttl) {
      const id = off === 0 ? ends.c.port : ends.c.port % 1024;
      const plain = icmpQuery(type, id, sequence, new Uint8Array(6));
      const message = code === 0 && fault !== 'bad checksum' ? plain : icmp(type, code, plain.bytes(0n, 0n).subarray(4), fault === 'bad checksum' ? 0x1234 : undefined);
      const packet = packetOf(ends, from, message, { ttl });
      return fault?.startsWith('cut') === true ? truncateTransport(packet, Number(fault.slice(7))) : packet;
    },
  };
}

export function icmpFlow(random: Random, odd: number): Step[] {
  const steps: Step[] = [];
  const [question, answer] = random.pick(QUERIES);
  for (let left = random.between(1, 9); left > 0; left--) {
    const chance = random.weighted({ ask: 45, answer: 35, turned: 8, foreign: 6, error: 10 });
    const from: Who = chance === 'ask' ? 'c' : chance === 'answer' ? 's' : random.pick(['c', 's']);
    if (chance === 'error' && steps.length > 0) steps.push(errorAbout(random, steps));
    else if (chance === 'foreign') steps.push(queryStep(random, from, random.pick([1, 2, 7, 9, 10, 19, 40, 42, 255, 3, 5, 11, 12]), odd));
    else if (chance === 'turned') steps.push(queryStep(random, from, random.pick([question, answer]), odd));
    else steps.push(queryStep(random, from, from === 'c' ? question : answer, odd));
  }
  return steps;
}
