/**
 * Scripted flows as compact text, words of the two ends in turn:
 *
 *   c:SA+10@-3^5w0!     TCP: flags (N = none), then N bytes of data, a sequence number off the right one (the right one then stays), an
 *                       acknowledgement off the right one (without ^ and flag A it is 0), the window, ! = wrong checksum
 *   c:udp+10 c:udp! c:udp0        UDP: N bytes of data; wrong checksum; no checksum
 *   c:q8 s:q0 c:q8#1 c:q8!        ICMP query of a type; with another id; with a wrong checksum
 *   c:p47+16                      any protocol with N bytes
 *   s:e3/1<2(24)~*!     ICMP error of a type and code about the other end's last packet but N - 1; quoting N bytes; ~ about an own
 *                       packet: astray; * about a flow nobody knows; ! = wrong checksum
 *   c:again             that end's last packet once more
 */
import { icmp, icmpError, icmpQuery } from '../../../src/net/icmp.js';
import { rawTransport, type Transport } from '../../../src/net/ipv4.js';
import { tcp } from '../../../src/net/tcp.js';
import { udp } from '../../../src/net/udp.js';
import { strangers } from './errors.js';
import { other, packetOf, type Step, type Who } from './flow.js';
import { plus } from './tcp-segment.js';

const FLAGS = 'FSRPAUEC';
const WORD = /^([cs]):(?:([FSRPAUECN]+)|(udp0?)|q(\d+)|p(\d+)|e(\d+)(?:\/(\d+))?)((?:[+@^w<#]-?\d+)*)(?:\((\d+)\))?(~?)(\*?)(!?)$/;

/** The steps of a script. A word that is none throws. */
export function scriptSteps(text: string): Step[] {
  const next: Record<Who, number> = { c: 1000, s: 5000 };
  const steps: Step[] = [];
  for (const word of text.split(' ')) {
    const again = /^([cs]):again$/.exec(word);
    const step = again === null ? freshStep(word, next, steps) : steps.findLast(({ from }) => from === again[1]);
    if (step === undefined) throw new Error(`nothing was said before: ${text}`);
    steps.push(step);
  }
  return steps;
}

function freshStep(word: string, next: Record<Who, number>, before: readonly Step[]): Step {
  const [, who, letters, datagram, query, protocol, error, code, numbers = '', quoted, astray, unknown, bad] = WORD.exec(word) ?? [];
  if (who !== 'c' && who !== 's') throw new Error(`not a packet: ${word}`);
  const number = (sign: string): number | undefined => {
    const digits = new RegExp(`\\${sign}(-?\\d+)`).exec(numbers)?.[1];
    return digits === undefined ? undefined : Number(digits);
  };
  const length = number('+') ?? 0;
  const wrong = bad === '!';
  const step = (transport: (ends: { sport: number; dport: number }, id: number) => Transport): Step => ({
    from: who,
    note: word,
    build: (ends, ttl) => packetOf(ends, who, transport({ sport: ends[who].port, dport: ends[other(who)].port }, ends.c.port), { ttl }),
  });
  if (letters !== undefined) {
    const flags = [...letters].reduce((sum, letter) => sum | (letter === 'N' ? 0 : 1 << FLAGS.indexOf(letter)), 0);
    const off = number('@');
    const seq = plus(next[who], off ?? 0);
    const ack = flags & 16 || number('^') !== undefined ? plus(next[other(who)], number('^') ?? 0) : 0;
    if (off === undefined && !wrong) next[who] = plus(seq, length + (flags & 1) + ((flags >> 1) & 1));
    const fields = { seq, ack, flags, window: number('w') ?? 5000, ...(wrong ? { checksum: 1 } : {}) };
    return step((ports) => tcp({ ...ports, ...fields }, new Uint8Array(length)));
  }
  if (datagram !== undefined) return step((ports) => udp({ ...ports, ...(datagram === 'udp0' ? { checksum: 0 } : wrong ? { checksum: 1 } : {}) }, new Uint8Array(length)));
  if (query !== undefined) {
    const type = Number(query);
    return step((_, id) => {
      const plain = icmpQuery(type, number('#') === undefined ? id : id % 1024, 1);
      return wrong ? icmp(type, 0, plain.bytes(0n, 0n).subarray(4), 1) : plain;
    });
  }
  if (protocol !== undefined) return step(() => rawTransport(Number(protocol), new Uint8Array(length)));
  const about = before.filter(({ from }) => (from === who) === (astray === '~')).at(-(number('<') ?? 1));
  if (about === undefined) throw new Error(`an error about nothing: ${word}`);
  return {
    from: who,
    note: word,
    build: (ends, ttl) => {
      const inner = about.build(unknown === '*' ? strangers(ends) : ends, 1);
      const packet = packetOf(ends, who, icmpError(Number(error), Number(code ?? 0), inner, undefined, quoted === undefined ? undefined : Number(quoted)), { ttl });
      if (wrong) packet[22] = packet[22]! ^ 1;
      return packet;
    },
  };
}
