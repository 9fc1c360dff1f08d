/** Ruleset to generation: the pipeline lower, plan, emit as one call. */
import type { GenerationSpec } from '../emit/spec.js';
import { emitGeneration, type Variant } from '../emit/generation.js';
import type { CodeUnit } from '../link/code-unit.js';
import { loadLibrary } from '../link/library.js';
import type { HookMode, HookSetting } from '../kernel/hook-setting.js';
import { kernelFacts } from '../kernel/kernel-facts.js';
import { kernelRelease } from '../kernel/kernel-release.js';
import { FLOW_SEEDS, flowMaps, machineMap, STAGE_MAPS } from '../link/stage-maps.js';
import { lowerRuleset } from '../lower/lower.js';
import { planRuleset, type PlanOptions } from '../plan/choose.js';
import type { Plan } from '../plan/plan.js';
import type { Family, Ruleset } from '../ruleset/model.js';
import { saveRule } from '../ruleset/print/rule-save.js';
import { strategySetting } from './strategy-setting.js';

/**
 * The plan for a ruleset on the running kernel; by default with the strategy that fits it, or that the environment forces.
 * @throws OtherProblem when this kernel cannot run so many rules
 */
export function plan(ruleset: Ruleset, options: PlanOptions = strategySetting(process.env)): Plan {
  return planRuleset(lowerRuleset(ruleset, (chain, rule, family) => saveRule(chain, rule, family, 'none')), { release: kernelRelease(), ...options });
}

let library: readonly CodeUnit[] | undefined;

/** What a generation is compiled for: `cpus` possible CPUs, its number, and where it is to judge. */
export interface Target {
  readonly cpus: number;
  readonly generation: bigint;
  readonly hook: HookSetting;
  /** Flows that a flow table made for it has room for. */
  readonly flows: number;
}

/** Words that nobody knows, for the hash of a table that is made. */
function randomSeeds(): Uint32Array {
  return crypto.getRandomValues(new Uint32Array(FLOW_SEEDS));
}

/** Programs for tc, which judges whatever XDP does not, and for XDP as the setting says. */
const VARIANTS: Readonly<Record<HookMode, readonly Variant[]>> = { tc: ['tc'], 'early-drop': ['tc', 'xdp-early'], xdp: ['tc', 'xdp'], 'xdp-generic': ['tc', 'xdp'] };

/** IPv6 is judged at tc alone, whatever the setting says. */
function variants(family: Family, mode: HookMode): readonly Variant[] {
  return family === 'ipv6' ? VARIANTS.tc : VARIANTS[mode];
}

/** Programs and maps of a plan. */
export function compile(compiled: Plan, target: Target): GenerationSpec {
  library ??= loadLibrary();
  const { cpus, generation, hook, flows } = target;
  return emitGeneration(compiled, { cpus, generation, fastForward: hook.fastForward, stageMaps: [...STAGE_MAPS, machineMap(kernelFacts()), ...flowMaps({ most: flows, seeds: randomSeeds() })] }, library, variants(compiled.family, hook.mode));
}
