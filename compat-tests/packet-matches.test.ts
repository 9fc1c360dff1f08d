/**
 * Matches that are functions of bpf/ against the oracle: every rule that iptables-legacy was recorded to accept, with every packet, at tc and at XDP
 * under BPF_PROG_TEST_RUN. Attaches nothing. Root. PACKET_MATCHES: names of matches, with commas between; default all.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { parseVectors } from '../src/extensions/vectors/vector-file.js';
import { loadLibrary } from '../src/link/library.js';
import { lowerRuleset } from '../src/lower/lower.js';
import { toHex } from '../src/net/bytes.js';
import { formatIpv4Address, ipv4Address } from '../src/net/ipv4-address.js';
import { ipv4, rawTransport } from '../src/net/ipv4.js';
import { interpret } from '../src/oracle/interpret.js';
import { newOracleState, ruleKey } from '../src/oracle/state.js';
import { planRuleset } from '../src/plan/choose.js';
import { STRATEGIES } from '../src/plan/plan.js';
import { readRuleset } from '../src/property/read-ruleset.js';
import { slotNames } from '../src/property/slots.js';
import { BUILTIN_CHAINS, type Ruleset } from '../src/ruleset/model.js';
import { saveRule } from '../src/ruleset/print/rule-save.js';
import { requireRoot } from './harness/root.js';
import { HookPrograms } from './hooks/programs.js';
import { visits, type Visit } from './hooks/visits.js';
import { HookWorld, NO_META } from './hooks/world.js';
import { AH, DCCP, ESP, IPCOMP, NUMBERS, OTHERS, SCTP, TCP, TEXTS, type Wanted } from './packet-matches/packets.js';

requireRoot();
t.setTimeout(3_600_000);

const PACKETS: Readonly<Record<string, readonly Wanted[]>> = { ecn: TCP, tcpmss: TCP, sctp: SCTP, dccp: DCCP, u32: NUMBERS, bpf: NUMBERS, string: TEXTS, ah: AH, esp: ESP, ipcomp: IPCOMP };
const names = process.env['PACKET_MATCHES']?.split(',') ?? Object.keys(PACKETS);
const DESTINATIONS = { INPUT: '10.200.0.1', FORWARD: '99.0.0.1', OUTPUT: '99.0.0.1' } as const;

/** Vectors are not compiled: they stand among the sources, from here (dist/compat-tests) two rooms up. */
const EXTENSIONS = path.join(import.meta.dirname, '../../src/extensions');

const world = new HookWorld();
const library = loadLibrary();

const LINEAR_RULES = 30;

/** The source address that leads to a rule. */
const sourceOf = (index: number): bigint => ipv4Address('45.1.0.1') + BigInt(index);

/** One rule for each vector and chain, told apart by the source address. */
function rulesetOf(match: string): { text: string; count: number } {
  const file = path.join(EXTENSIONS, match, `${match}.vectors`);
  // A saved form that has lost an empty word at its end says nothing.
  const specs = parseVectors(readFileSync(file, 'utf8')).flatMap(({ spec, outcome }) => (outcome?.kind === 'accepted' ? [outcome.saved.endsWith(' ') ? spec : outcome.saved] : []));
  const rules = Object.keys(DESTINATIONS).flatMap((chain) => specs.map((spec, index) => `-A ${chain} -s ${formatIpv4Address(sourceOf(index))} ${spec}`));
  return { text: ['*filter', ...Object.keys(DESTINATIONS).map((chain) => `:${chain} ACCEPT [0:0]`), ...rules, 'COMMIT', ''].join('\n'), count: specs.length };
}

function answer(accepted: boolean, moves: readonly string[]): string {
  return accepted && moves.length === 0 ? 'left alone' : `${accepted ? 'accepted' : 'dropped'}; ${[...moves].sort().join(', ')}`;
}

function expected(ruleset: Ruleset, { asked }: Visit): string {
  if (asked === undefined) return 'left alone';
  const { verdict, trail } = interpret(ruleset, asked.chain, asked.packet, newOracleState());
  return answer(verdict === 'accept', trail.map((entry) => `${ruleKey(entry)} x1/${asked.packet.length}`));
}

for (const match of names) {
  const { text, count } = rulesetOf(match);
  const ruleset = readRuleset(text);
  const ir = lowerRuleset(ruleset, (chain, rule, family) => saveRule(chain, rule, family, 'none'));
  const slots = slotNames(ir);
  // Straight-line code holds few rules with calls.
  for (const strategy of STRATEGIES.filter((name) => name === 'bitvector' || (name === 'linear' && count <= LINEAR_RULES))) {
    const programs = new HookPrograms(planRuleset(ir, { strategy }), library, ['tc', 'xdp']);
    const wrong: string[] = [];
    const met = { matched: 0, missed: 0, dropped: 0 };
    for (const [number, wanted] of [...PACKETS[match]!, ...OTHERS].entries()) for (let index = 0; index < count; index++) {
      const hook = BUILTIN_CHAINS[(number + index) % 3]!;
      const l3 = ipv4({ src: sourceOf(index), dst: ipv4Address(DESTINATIONS[hook]), ...wanted }, rawTransport(wanted.protocol, wanted.l4));
      for (const visit of visits(world, { hook, l3, meta: NO_META, note: wanted.note }, true)) {
        if (visit.hook === 'netfilter') continue;
        const { accepted, moved } = programs.run(visit.hook, visit.data, visit.context);
        const got = answer(accepted, [...moved].map(([slot, { packets, bytes }]) => `${slots[slot]} x${packets}/${bytes}`));
        const want = expected(ruleset, visit);
        if (want !== got) wrong.push(`${visit.hook} (${wanted.note}) rule ${index + 1}: ${ruleset.chains.get(hook)!.rules[index]!.matches.map((use) => use.name).join()} ${toHex(l3)}\n  oracle  ${want}\n  program ${got}`);
        if (visit.asked !== undefined) met[got.startsWith('dropped') ? 'dropped' : got.includes(',') ? 'matched' : 'missed'] += 1;
      }
    }
    t.same(wrong.slice(0, 3), [], `${match}, ${strategy}: ${wrong.length} differences; ${JSON.stringify(met)}`);
    t.ok(met.matched > 0 && met.missed > 0, `${match}, ${strategy}: matched and missed`);
    t.equal(programs.faults(), 0n, `${match}, ${strategy}: no packet was given up on`);
    programs.close();
  }
}
