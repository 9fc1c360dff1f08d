/**
 * Conntrack held against nf_conntrack, one namespace judged by both: generated flows (as conntrack-run.js does it, smaller) and scripted ones at
 * every place, in IPv4 and in IPv6. Each packet must have the same state in both, and be counted once by both.
 * Root. CONNTRACK_PACKETS: how many generated packets (20,000; IPv6: a quarter), CONNTRACK_SEED: their seed (1); CONNTRACK_FAMILY: one family alone.
 */
import t from 'tap';
import { Random } from '../src/property/random.js';
import { wantedFamilies } from './conntrack/firewalls.js';
import { Arena } from './conntrack/model/arena.js';
import { phases } from './conntrack/model/phases.js';
import { differenceText, metText } from './conntrack/model/report.js';
import { runPhase, type PhaseResult } from './conntrack/model/run-phase.js';
import { runScripts } from './conntrack/model/run-scripts.js';
import { SCRIPTED } from './conntrack/model/scripted.js';
import { requireRoot } from './harness/root.js';

requireRoot();
t.setTimeout(600_000);

const PACKETS = Number(process.env['CONNTRACK_PACKETS'] ?? 20_000);
const SEED = process.env['CONNTRACK_SEED'] ?? '1';
/** Differences taken apart in each phase. */
const SHOWN = 2;

for (const { family, rounds: packets, some } of wantedFamilies(PACKETS)) {
  const arena = await Arena.open('model', {}, family);

  await t.test(`${family}, scripted flows`, async (scripted) => {
    for (const { name, difference } of await runScripts(arena, some(SCRIPTED))) scripted.equal(difference, '', name);
  });

  await t.test(`${family}, generated flows`, async (generated) => {
    const results: PhaseResult[] = [];
    const all = phases(new Random(`phases ${SEED}`));
    const shares = all.reduce((sum, { share }) => sum + share, 0);
    for (const phase of all) {
      const result = await runPhase(arena, phase, new Random(`${phase.name} ${SEED}`), Math.round((packets * phase.share) / shares));
      results.push(result);
      const shown: string[] = [];
      for (const difference of result.differences.slice(0, SHOWN)) shown.push(await differenceText(arena, difference));
      generated.equal(shown.join('\n'), '', `${phase.name}: ${result.packets} packets of ${result.flows} flows${result.late === 0 ? '' : `, ${result.late} given up: late`}`);
      generated.same(result.rest, [], `${phase.name}: the same chains and packets of the host`);
      generated.same(result.lost, [], `${phase.name}: every packet counted once`);
    }
    const met = metText(results);
    for (const state of ['tcp NEW', 'tcp ESTABLISHED', 'tcp RELATED', 'tcp INVALID', 'udp NEW', 'udp ESTABLISHED', 'udp RELATED', 'udp INVALID', 'icmp NEW', 'icmp ESTABLISHED', 'icmp RELATED', 'icmp INVALID']) {
      generated.match(met, state, `${state} was met`);
    }
  });
  arena.close();
}
