/** The differential suite: whole rulesets under generated traffic, real iptables beside bpf-iptables, nothing but equality accepted. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { IptablesError } from '../src/errors/errors.js';
import type { StrategyName } from '../src/plan/plan.js';
import { defaultMatches, generateRuleset, isRecorded, type RulesetOptions } from '../src/property/generate-ruleset.js';
import { readRuleset } from '../src/property/read-ruleset.js';
import { OFFICE_RULES, SERVER_RULES } from './cases/rulesets.js';
import { BLOCKLIST_RULES, CHAINS_RULES, ROUTER_RULES } from './cases/stateful-rulesets.js';
import { ROUTER_RULES6, SERVER_RULES6 } from './cases/rulesets6.js';
import { DEMO_RULES } from './demo-rules.js';
import type { Family } from '../src/ruleset/model.js';
import { readsWhatIsChosen } from './harness/chosen.js';
import { bpfIptables, legacyOf } from './harness/firewall.js';
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

function subject(name: string, rulesText: string, family: Family = 'ipv4'): Subject {
  return { name, rulesText, world: worldFor(rulesText, family) };
}

/** Rulesets that come with the suite. */
export function embeddedSubjects(): Subject[] {
  const all = { demo: DEMO_RULES, office: OFFICE_RULES, server: SERVER_RULES, router: ROUTER_RULES, chains: CHAINS_RULES, blocklist: BLOCKLIST_RULES };
  const all6 = { 'server of IPv6': SERVER_RULES6, 'router of IPv6': ROUTER_RULES6 };
  return [...Object.entries(all).map(([name, rulesText]) => subject(name, rulesText)), ...Object.entries(all6).map(([name, rulesText]) => subject(name, rulesText, 'ipv6'))];
}

/** Where the real rulesets lie when they are at hand: beside the repository. */
export const REAL_RULESETS = path.resolve(import.meta.dirname, '../../../shared/data/rulesets');

/** Why bpf-iptables refuses to load the rules; undefined where it does not. */
function refusal({ rulesText, world }: Subject): string | undefined {
  try {
    readRuleset(rulesText, world.family);
    return undefined;
  } catch (error) {
    if (error instanceof IptablesError) return error.message.trim();
    throw error;
  }
}

/** The filter tables of a directory's `*.save` files, of IPv6 `*.save6`, none where it does not exist; those not supported yet by name, with the reason. */
export function realSubjects(directory: string): { readonly subjects: readonly Subject[]; readonly unsupported: readonly string[] } {
  const files = existsSync(directory) ? readdirSync(directory).filter((file) => /\.save6?$/.test(file)).sort() : [];
  const all = files.map((file) => subject(path.basename(file, '.save'), filterTable(readFileSync(path.join(directory, file), 'utf8')), file.endsWith('6') ? 'ipv6' : 'ipv4'));
  const refused = all.map((each) => ({ each, why: refusal(each) }));
  return {
    subjects: refused.filter(({ why }) => why === undefined).map(({ each }) => each),
    unsupported: refused.flatMap(({ each, why }) => (why === undefined ? [] : [`${each.name}: not supported yet: ${why}`])),
  };
}

const RANDOM_WORLDS: Readonly<Record<Family, World>> = { ipv4: worldOf(['eth0', 'eth1', 'enp0s31f6']), ipv6: worldOf(['eth0', 'eth1', 'enp0s31f6'], [], 'ipv6') };

/** Matches of what the twins do not have in common: the CPU that a packet is judged on. */
const NOT_COMMON: readonly string[] = ['cpu'];

const REJECTS: Readonly<Record<Family, readonly string[]>> = {
  ipv4: ['REJECT', 'REJECT --reject-with icmp-host-prohibited', 'REJECT --reject-with tcp-reset'],
  ipv6: ['REJECT', 'REJECT --reject-with icmp6-adm-prohibited', 'REJECT --reject-with tcp-reset'],
};

/** What a random ruleset uses: matches that look at the packet alone, or these, states and targets of extensions. */
function randomOptions(family: Family, stateful: boolean): Pick<RulesetOptions, 'matches' | 'targets'> {
  const matches = defaultMatches(family).filter((name) => !NOT_COMMON.includes(name));
  if (!stateful) return { matches };
  const states = ['conntrack', 'conntrack', 'state'].filter((name) => isRecorded(name, family));
  return { matches: [...matches, ...states, ...states], targets: [...REJECTS[family], 'LOG', family === 'ipv4' ? 'LOG --log-prefix "random: " --log-ip-options' : 'LOG --log-prefix "random: "'] };
}

/** Rules that count packets which their own match drops: docs/semantics.md states that ours do not. */
const DIVERGENT = / ! --(chunk-types|dccp-option) /;

/** Without the rules on which twins cannot agree. */
function comparable(family: Family, rulesText: string): string {
  return rulesText.split('\n').filter((line) => !DIVERGENT.test(line) && (family === 'ipv6' || !readsWhatIsChosen(line))).join('\n');
}

/** `count` rulesets from a seeded generator, the odd ones without, the even ones with connection states, REJECT and LOG. */
export function randomSubjects(seed: string, count: number, family: Family = 'ipv4'): Subject[] {
  const world = RANDOM_WORLDS[family];
  return Array.from({ length: count }, (_, index) => {
    const name = `random ${family === 'ipv4' ? '' : 'of IPv6 '}${seed}.${index + 1}`;
    return { name, rulesText: comparable(family, generateRuleset(name, { vocabulary: vocabularyOf(world), ...randomOptions(family, index % 2 === 1) })), world };
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
    firewalls: [legacyOf(world.family), bpfIptables(environment, world.family)],
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
