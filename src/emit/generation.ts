/** A plan as programs and maps: everything the kernel room needs to put a generation in force. */
import { InternalFault } from '../errors/errors.js';
import type { CodeUnit } from '../link/code-unit.js';
import { link } from '../link/link.js';
import type { Plan } from '../plan/plan.js';
import { ANSWER, ANSWER_AT_XDP } from './answer.js';
import { BENCH_HOOK } from './bench-hook.js';
import { buildClassifier } from './classifier.js';
import { emitClassic } from './classic.js';
import { countersMap } from './counters.js';
import type { HookShape } from './hook.js';
import { emitJudge, emitMain, emitParseAndDrop, type MachineFacts } from './main.js';
import { NETFILTER } from './netfilter.js';
import { isReassembled } from './reassembly.js';
import type { GenerationSpec, MapSpec, ProgSpec, Relocation } from './spec.js';
import { isTcOnly, StubSlots } from './stubs.js';
import { TC_EGRESS, TC_INGRESS } from './tc.js';
import { TEST_HOOK } from './test-hook.js';
import { XDP, XDP_FORWARDING, xdpEarly } from './xdp.js';

/**
 * Which programs a generation has: `tc` = ingress and egress; `xdp` and `xdp-early` = one for every covered interface but lo, in front of
 * tc's, which judges all or drops early; `test` = the one the property tests run; `bench` = the one that is timed.
 */
export type Variant = 'tc' | 'xdp' | 'xdp-early' | 'netfilter' | 'test' | 'bench';

const HOOKS: Readonly<Record<Exclude<Variant, 'xdp-early'>, readonly HookShape[]>> = {
  tc: [TC_INGRESS, TC_EGRESS],
  xdp: [XDP],
  netfilter: [NETFILTER],
  test: [TEST_HOOK],
  bench: [BENCH_HOOK],
};

export interface Platform extends MachineFacts {
  /** Every map that stages may refer to (src/link/stage-maps.ts); those that no program uses are left out. */
  readonly stageMaps: readonly MapSpec[];
  /** XDP sends packets of established flows that FORWARD accepts to their next hop itself, where it is sure of the way. */
  readonly fastForward?: boolean;
}

/** The maps that the programs refer to, in the order first met. */
function usedMaps(progs: readonly ProgSpec[], known: readonly MapSpec[]): MapSpec[] {
  const byName = new Map(known.map((map) => [map.name, map]));
  const used = new Map<string, MapSpec>();
  for (const relocation of progs.flatMap((prog) => prog.relocations)) {
    if (relocation.kind !== 'map' && relocation.kind !== 'map-value') continue;
    const map = byName.get(relocation.map);
    if (map === undefined) throw new InternalFault(`emitting a reference to the unknown map ${relocation.map}`);
    used.set(map.name, map);
  }
  return [...used.values()];
}

/** Only with connection states it is known which flows are established. */
function hooksOf(variant: Variant, plan: Plan, platform: Platform): readonly HookShape[] {
  if (variant === 'xdp-early') return [];
  return variant === 'xdp' && platform.fastForward === true && plan.needs.conntrack ? [XDP_FORWARDING] : HOOKS[variant];
}

/** Whether rules ask what only tc knows of a packet: XDP cannot judge by them, but drop what they do not concern. */
export function asksTc({ needs }: Plan): boolean {
  return needs.around || [...needs.calls].some(isTcOnly);
}

/** Programs of one plan and the maps they alone have. */
interface Emitted {
  readonly progs: readonly ProgSpec[];
  readonly maps: readonly MapSpec[];
}

function emitHooks(plan: Plan, platform: Platform, library: readonly CodeUnit[], hooks: readonly HookShape[]): Emitted {
  const stubs = new StubSlots(plan.needs.calls);
  const classifier = buildClassifier(plan.strategy, stubs);
  const answers = plan.needs.reject ? [ANSWER, ANSWER_AT_XDP].filter((answer) => hooks.some(({ hook }) => (hook === 'xdp') === (answer.hook === 'xdp'))) : [];
  const firsts = hooks.flatMap(({ first }) => first ?? []).map((first) => ({ ...first, chains: first.chains.filter((chain) => chain !== 'FORWARD' || isReassembled(plan)) }));
  const compiled = stubs.programs.length === 0 ? [] : (['skb', 'xdp'] as const).map((context) => emitClassic(stubs.programs, plan.family, context));
  const units = [...library, ...compiled, ...[...answers, ...firsts].map((shape) => emitJudge(plan, shape, platform, stubs, classifier))];
  const stages = new Map(library.map((unit) => [unit.name, unit]));
  const mains = hooks.map((hook) => ({ hook: hook.hook, main: emitMain(plan, hook, platform, stages, stubs, classifier) }));
  units.push(...stubs.functions());
  const progs = mains.map(({ hook, main }): ProgSpec => ({ name: main.name, hook, ...link(main, units) }));
  return { progs, maps: [...stubs.maps(), ...classifier.maps] };
}

/** The same under other map names: tables of a second plan beside the first. */
function renamed({ progs, maps }: Emitted, prefix: string): Emitted {
  const own = new Set(maps.map((map) => map.name));
  const rename = (relocation: Relocation): Relocation => ('map' in relocation && own.has(relocation.map) ? { ...relocation, map: prefix + relocation.map } : relocation);
  return {
    progs: progs.map((prog) => ({ ...prog, relocations: prog.relocations.map(rename) })),
    maps: maps.map((map) => ({ ...map, name: prefix + map.name })),
  };
}

/**
 * Emits and links the programs of `plan`. In place of `xdp` it makes `xdp-early` where rules ask what only tc knows.
 * @param library the functions of bpf/ as code units.
 * @throws InternalFault or Error when the library lacks a stage or the platform a map.
 */
export function emitGeneration(plan: Plan, platform: Platform, library: readonly CodeUnit[], asked: readonly Variant[] = ['tc']): GenerationSpec {
  const variants = asked.map((variant) => (variant === 'xdp' && asksTc(plan) ? 'xdp-early' : variant));
  const hooks = variants.flatMap((variant) => hooksOf(variant, plan, platform));
  const parts = [emitHooks(plan, platform, library, hooks)];
  if (variants.includes('xdp-early')) parts.push(renamed(emitHooks(plan.early(), platform, library, [xdpEarly(plan.needs.conntrack, isReassembled(plan))]), 'e_'));
  const progs = parts.flatMap((part) => part.progs);
  const own = [countersMap(plan.slots, platform.cpus), ...parts.flatMap((part) => part.maps)];
  return { family: plan.family, maps: usedMaps(progs, [...own, ...platform.stageMaps]), progs, slots: plan.slots };
}

/** What the program of the variant `bench` is measured against: the same entry, then a drop. No rules, no counters. */
export function emitBaseline(plan: Plan, platform: Platform, library: readonly CodeUnit[]): GenerationSpec {
  const main = emitParseAndDrop(plan, BENCH_HOOK, platform, new Map(library.map((unit) => [unit.name, unit])));
  const prog: ProgSpec = { name: main.name, hook: BENCH_HOOK.hook, ...link(main, library) };
  return { family: plan.family, maps: usedMaps([prog], platform.stageMaps), progs: [prog], slots: 0 };
}
