/**
 * The matches of ip6tables on headers: every rule that ip6tables-legacy was recorded to accept, with every packet, through ip6tables-legacy and through our
 * programs. One after the other: what ours drop, the kernel would not see. Root. PACKET_MATCHES: names of matches, with commas between; default all.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { parseVectors } from '../src/extensions/vectors/vector-file.js';
import { requireRoot } from './harness/root.js';
import { Both6 } from './ipv6/both6.js';
import { PACKETS6 } from './packet-matches/packets6.js';

requireRoot();
t.setTimeout(3_600_000);

/** Vectors are not compiled: they stand among the sources, from here (dist/compat-tests) two rooms up. */
const EXTENSIONS = path.join(import.meta.dirname, '../../src/extensions');
const names = process.env['PACKET_MATCHES']?.split(',') ?? Object.keys(PACKETS6);

/** Rules that only count, and one behind them that tells packets that fall through from those that are dropped. */
function rulesOf(match: string): { text: string; count: number } {
  const folder = match === 'ah' ? 'ah6' : match;
  const vectors = parseVectors(readFileSync(path.join(EXTENSIONS, folder, `${folder}.vectors6`), 'utf8'));
  const specs = new Set(vectors.flatMap(({ outcome }) => (outcome?.kind === 'accepted' ? [outcome.saved.replace(/ -j \S+$/, '')] : [])));
  const rules = [...specs, '-m comment --comment behind'].map((spec) => `-A INPUT -i eth0 ${spec}`);
  return { text: ['*filter', ':INPUT ACCEPT [0:0]', ':FORWARD ACCEPT [0:0]', ':OUTPUT DROP [0:0]', ...rules, 'COMMIT', ''].join('\n'), count: rules.length };
}

const both = new Both6('headers6');
t.teardown(() => both.close());

for (const match of names) {
  await t.test(match, async (trial) => {
    const { text, count } = rulesOf(match);
    const packets = PACKETS6[match]!;
    const seen = { kernel: [] as string[], ours: [] as string[] };
    for (const side of ['kernel', 'ours'] as const) {
      both.load(text, side);
      for (const { note, l3 } of packets) seen[side].push(`${note}: ${(await both.send({ l3 }))[side].join(', ') || 'dropped'}`);
    }
    trial.same(seen.ours.filter((line, index) => line !== seen.kernel[index]).slice(0, 5), seen.kernel.filter((line, index) => line !== seen.ours[index]).slice(0, 5));
    const met = new Set(seen.kernel.filter((line) => !line.endsWith(': dropped')).flatMap((line) => line.slice(line.indexOf(': ') + 2).split(', ').map((rule) => rule.replace(/ \d+\/\d+$/, ''))));
    const dropped = seen.kernel.filter((line) => line.endsWith(': dropped')).length;
    trial.ok(met.size > count / 3, `${match}: ${met.size} of ${count} rules met by ${packets.length} packets, ${dropped} of them dropped`);
  });
}
