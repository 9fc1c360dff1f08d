/** The differential suite: whole rulesets under generated traffic, real iptables beside bpf-iptables, nothing but equality accepted. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { IptablesError } from '../src/errors/errors.js';
import type { StrategyName } from '../src/plan/plan.js';
import { defaultMatches, generateRuleset } from '../src/property/generate-ruleset.js';
import { readRuleset } from '../src/property/read-ruleset.js';
import { OFFICE_RULES, SERVER_RULES } from './cases/rulesets.js';
import { BLOCKLIST_RULES, CHAINS_RULES, ROUTER_RULES } from './cases/stateful-rulesets.js';
import { DEMO_RULES } from './demo-rules.js';
import { bpfIptables, LEGACY } from './harness/firewall.js';
import { filterTable } from './harness/rules-file.js';
import { trafficFor, vocabularyOf, type Traffic } from './harness/traffic.js';
import { worldFor, worldOf, type World } from './harness/world.js';
import { runTwin, type TwinResult } from './run.js';

/** A ruleset of the suite. */
export interface Subject {
  readonly name: string;
  readonly rulesText: string;
  readonly world: World;
}

/** The compiler's own choice, or one of its strategies whatever it costs. */
export type StrategyChoice = 'chosen' | StrategyName;

function subject(name: string, rulesText: string): Subject {
  return { name, rulesText, world: worldFor(rulesText) };
}

/** Rulesets that come with the suite. */
export function embeddedSubjects(): Subject[] {
  const all = { demo: DEMO_RULES, office: OFFICE_RULES, server: SERVER_RULES, router: ROUTER_RULES, chains: CHAINS_RULES, blocklist: BLOCKLIST_RULES };
  return Object.entries(all).map(([name, rulesText]) => subject(name, rulesText));
}

/** Where the real rulesets lie when they are at hand: beside the repository. */
export const REAL_RULESETS = path.resolve(import.meta.dirname, '../../../shared/data/rulesets');

/** Why bpf-iptables refuses to load the rules; undefined where it does not. */
function refusal({ rulesText }: Subject): string | undefined {
  try {
    readRuleset(rulesText);
    return undefined;
  } catch (error) {
    if (error instanceof IptablesError) return error.message.trim();
    throw error;
  }
}

/** The filter tables of a directory's `*.save` files, none where it does not exist; those not supported yet by name, with the reason. */
export function realSubjects(directory: string): { readonly subjects: readonly Subject[]; readonly unsupported: readonly string[] } {
  const files = existsSync(directory) ? readdirSync(directory).filter((file) => file.endsWith('.save')).sort() : [];
  const all = files.map((file) => subject(path.basename(file, '.save'), filterTable(readFileSync(path.join(directory, file), 'utf8'))));
  const refused = all.map((each) => ({ each, why: refusal(each) }));
  return {
    subjects: refused.filter(({ why }) => why === undefined).map(({ each }) => each),
    unsupported: refused.flatMap(({ each, why }) => (why === undefined ? [] : [`${each.name}: not supported yet: ${why}`])),
  };
}

const RANDOM_WORLD = worldOf(['eth0', 'eth1', 'enp0s31f6']);

/** What every second random ruleset uses besides matches that look at the packet alone. */
const STATEFUL = {
  matches: [...defaultMatches(), 'conntrack', 'conntrack', 'state'],
  targets: ['REJECT', 'REJECT --reject-with icmp-host-prohibited', 'REJECT --reject-with tcp-reset', 'LOG', 'LOG --log-prefix "random: " --log-ip-options'],
};

/** `count` rulesets from a seeded generator, the odd ones without, the even ones with connection states, REJECT and LOG. */
export function randomSubjects(seed: string, count: number): Subject[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `random ${seed}.${index + 1}`;
    const options = { vocabulary: vocabularyOf(RANDOM_WORLD), ...(index % 2 === 1 ? STATEFUL : {}) };
    return { name, rulesText: generateRuleset(name, options), world: RANDOM_WORLD };
  });
}

export interface DifferentialOptions {
  readonly packets: number;
  readonly seed: string;
  readonly strategy: StrategyChoice;
  /** What BPF_IPTABLES_HOOK forces; absent: tc. */
  readonly hook?: string;
  readonly suspects?: number;
  readonly progress?: (line: string) => void;
}

export interface SubjectResult extends TwinResult {
  /** Generated packets that were not sent, by reason. */
  readonly leftOut: Traffic['leftOut'];
}

/** One ruleset through both. */
export async function runSubject({ name, rulesText, world }: Subject, { packets, seed, strategy, hook, suspects, progress }: DifferentialOptions): Promise<SubjectResult> {
  const traffic = trafficFor(rulesText, world, `${name} ${seed}`, packets);
  const environment = { ...(strategy === 'chosen' ? {} : { BPF_IPTABLES_STRATEGY: strategy }), ...(hook === undefined ? {} : { BPF_IPTABLES_HOOK: hook }) };
  const result = await runTwin({
    rulesText,
    world,
    packets: traffic.packets,
    firewalls: [LEGACY, bpfIptables(environment)],
    ...(suspects === undefined ? {} : { suspects }),
    ...(progress === undefined ? {} : { progress: (line) => progress(`${name}: ${line}`) }),
  });
  return { ...result, leftOut: traffic.leftOut };
}

/** Rules (not policies) that at least one packet met on the left side, and how many there are. */
export function rulesMet(result: TwinResult): { readonly met: number; readonly all: number } {
  const rules = result.lines.filter((line) => line.left !== undefined && line.left.position !== 'policy');
  return { met: rules.filter((line) => line.left!.count.packets > 0n).length, all: rules.length };
}
