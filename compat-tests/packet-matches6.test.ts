/**
 * The matches of ip6tables on packets: every rule that ip6tables-legacy was recorded to accept, with every packet, in INPUT, FORWARD and OUTPUT, through
 * ip6tables-legacy and through our programs. One after the other: what ours drop, the kernel would not see. Root. PACKET_MATCHES: names of matches, with
 * commas between; default all.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { parseVectors } from '../src/extensions/vectors/vector-file.js';
import { setSysctls } from './harness/namespaces.js';
import { requireRoot } from './harness/root.js';
import { ipv6Address } from '../src/net/ipv6-address.js';
import { ipv6Bytes } from '../src/net/ipv6.js';
import { Both6 } from './ipv6/both6.js';
import { PACKETS6 } from './packet-matches/packets6.js';
import { READERS6, RULES6 } from './packet-matches/readers6.js';

requireRoot();
t.setTimeout(3_600_000);

/** Vectors are not compiled: they stand among the sources, from here (dist/compat-tests) two rooms up. */
const EXTENSIONS = path.join(import.meta.dirname, '../../src/extensions');
const names = process.env['PACKET_MATCHES']?.split(',') ?? [...new Set([...Object.keys(PACKETS6), ...Object.keys(READERS6)])];

/** Where a packet goes to be asked of a chain, and the rules' heads: what the host answers meets none of them. */
const FAR = '2001:db8:1::2';
const CHAINS = { INPUT: '-i eth0', FORWARD: '-i eth0', OUTPUT: `-o eth1 -d ${FAR}` } as const;
type Chain = keyof typeof CHAINS;

/** Rules that only count, and one behind them that tells packets that fall through from those that are dropped. */
function rulesOf(match: string): { text: string; count: number } {
  const folder = match === 'ah' ? 'ah6' : match;
  const vectors = parseVectors(readFileSync(path.join(EXTENSIONS, folder, `${folder}.vectors6`), 'utf8'));
  const specs = [...new Set([...vectors.flatMap(({ outcome }) => (outcome?.kind === 'accepted' ? [readable(outcome.saved)] : [])), ...(RULES6[match] ?? [])]), '-m comment --comment behind'];
  const rules = chainsOf(match).flatMap((chain) => specs.map((spec) => `-A ${chain} ${CHAINS[chain]} ${spec}`));
  return { text: ['*filter', ':INPUT ACCEPT [0:0]', ':FORWARD ACCEPT [0:0]', ':OUTPUT DROP [0:0]', ...rules, 'COMMIT', ''].join('\n'), count: rules.length };
}

/** Without a target; ip6tables-save prints an empty word as none. */
function readable(saved: string): string {
  return saved.replace(/ -j \S+$/, '').replace(/ $/, ' ""');
}

/** The chains that take a match. */
function chainsOf(match: string): readonly Chain[] {
  return match === 'eui64' ? ['INPUT', 'FORWARD'] : ['INPUT', 'FORWARD', 'OUTPUT'];
}

/** The packet on its way through a chain. */
function through(chain: Chain, l3: Uint8Array): Uint8Array {
  const packet = Uint8Array.from(l3);
  if (chain !== 'INPUT') packet.set(ipv6Bytes(ipv6Address(FAR)), 24);
  return packet;
}

/** What each chain is asked: INPUT everything; OUTPUT no fragments, which are judged as the datagrams that they are cut from (docs/semantics.md). */
function asked(match: string): readonly { readonly note: string; readonly chain: Chain; readonly l3: Uint8Array }[] {
  const packets = READERS6[match] ?? PACKETS6[match]!;
  const every = packets.length > 200 ? 4 : 1;
  return chainsOf(match).flatMap((chain, at) =>
    packets.filter(({ note }, index) => (chain === 'INPUT' || index % every === at % every) && !(chain === 'OUTPUT' && note.includes('fragment'))).map(({ note, l3 }) => ({ note: `${chain}, ${note}`, chain, l3: through(chain, l3) })),
  );
}

const both = new Both6('headers6');
t.teardown(() => both.close());
setSysctls(both.dut, [['ipv6/conf/all/forwarding', '1']]);

for (const match of names) {
  await t.test(match, async (trial) => {
    const { text, count } = rulesOf(match);
    const packets = asked(match);
    const seen = { kernel: [] as string[], ours: [] as string[] };
    for (const side of ['kernel', 'ours'] as const) {
      both.load(text, side);
      for (const { note, chain, l3 } of packets) seen[side].push(`${note}: ${(await (chain === 'OUTPUT' ? both.sendOwn(l3) : both.send({ l3 })))[side].join(', ') || 'dropped'}`);
    }
    const apart = packets.flatMap((_, index) => (seen.kernel[index] === seen.ours[index] ? [] : [index]));
    const line = (side: 'kernel' | 'ours', index: number): string => `${seen[side][index]} `.replaceAll(/-A (INPUT|FORWARD|OUTPUT) /g, '').replaceAll(`-d ${FAR}/128 `, '');
    trial.same(apart.slice(0, 5).map((index) => `kernel ${line('kernel', index)}; ours ${line('ours', index)}`), [], `${match}: ${apart.length} differences of ${packets.length}`);
    const met = new Set(seen.kernel.filter((line) => !line.endsWith(': dropped')).flatMap((line) => line.slice(line.indexOf(': ') + 2).split(', ').map((rule) => rule.replace(/ \d+\/\d+$/, ''))));
    const dropped = seen.kernel.filter((line) => line.endsWith(': dropped')).length;
    trial.ok(met.size > count / 3, `${match}: ${met.size} of ${count} rules met by ${packets.length} packets, ${dropped} of them dropped`);
  });
}
