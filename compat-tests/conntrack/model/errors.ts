/** ICMP errors about packets of a flow, and about packets of no flow. */
import { icmpError } from '../../../src/net/icmp.js';
import { ipv4Address } from '../../../src/net/ipv4-address.js';
import { ipv4 } from '../../../src/net/ipv4.js';
import type { Random } from '../../../src/property/random.js';
import { other, type Ends, type Step } from './flow.js';

const ROUTER = ipv4Address('10.200.0.77');
const FAR_ROUTER = ipv4Address('10.200.1.77');
/** TTL left in the packet that is quoted. */
const QUOTED_TTL = 1;

/** An error about one of `steps`: to its sender unless `astray`, from the other end or from a router on the way, quoting as much as it likes. */
export function errorAbout(random: Random, steps: readonly Step[]): Step {
  const about = random.pick(steps);
  const type = random.weighted({ 3: 6, 4: 2, 5: 2, 11: 4, 12: 3 });
  const code = random.pick([0, 1, 3, 4, 13]);
  const astray = random.chance(0.12);
  const stranger = random.chance(0.1);
  const router = random.chance(0.3);
  const quoted = random.chance(0.3) ? random.pick([0, 8, 19, 20, 21, 23, 24, 27, 28, 29, 36, 60]) : undefined;
  const wrong = random.chance(0.05);
  const from = astray ? about.from : other(about.from);
  const extras = [astray ? 'astray' : '', stranger ? 'ports changed' : '', router ? 'by a router' : '', quoted === undefined ? '' : `quoting ${quoted}`, wrong ? 'bad checksum' : ''];
  return {
    from,
    note: [`${from}:error ${type}/${code}`, ...extras, `about [${about.note}]`].filter((word) => word !== '').join(' '),
    build(ends, ttl) {
      const inner = about.build(stranger ? strangers(ends) : ends, QUOTED_TTL);
      const message = icmpError(Number(type), code, inner, undefined, quoted);
      const src = router && ends[from].on !== undefined ? (ends[from].on === 'eth0' ? ROUTER : FAR_ROUTER) : ends[from].address;
      const packet = ipv4({ src, dst: ends[other(from)].address, id: 7, ttl }, message);
      if (wrong) packet[22] = packet[22]! ^ 1;
      return packet;
    },
  };
}

/** Ends whose ports nobody uses. */
export function strangers({ c, s }: Ends): Ends {
  return { c: { ...c, port: 1023 - (c.port % 500) }, s: { ...s, port: 500 } };
}
