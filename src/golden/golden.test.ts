/**
 * Every stage's text for a few rulesets: IR, plan and programs of every strategy. The stages of bpf/ are stood in for by empty
 * functions, so nothing here depends on the machine. UPDATE_GOLDENS=1 rewrites the files: read the difference before committing.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Mov } from '../asm/alu.js';
import { assemble } from '../asm/assemble.js';
import { Code } from '../asm/code.js';
import { disassemble } from '../asm/disassemble.js';
import { Exit } from '../asm/jump.js';
import { R0 } from '../asm/register.js';
import { emitGeneration } from '../emit/generation.js';
import type { GenerationSpec } from '../emit/spec.js';
import { STAGE_MAPS } from '../link/stage-maps.js';
import { lowerRuleset } from '../lower/lower.js';
import { printIr } from '../lower/print.js';
import { planRuleset } from '../plan/choose.js';
import { STRATEGIES } from '../plan/plan.js';
import { printPlan } from '../plan/print.js';
import { saveRule } from '../ruleset/print/rule-save.js';
import { readRules } from './read-rules.js';

const HERE = new URL('.', import.meta.url);
const update = process.env['UPDATE_GOLDENS'] === '1';

const STAGES = [
  'entry_tc_ingress', 'entry_tc_egress', 'conntrack_lookup', 'conntrack_entry', 'conntrack_commit', 'tcp_options', 'address_types', 'reject', 'limit', 'log', 'fragment_first', 'fragment_keep', 'fragment_follow',
];
const library = STAGES.map((name) => assemble(name, new Code().origin(name).emit(Mov.imm(R0, 0), Exit.done())));

function printGeneration(spec: GenerationSpec): string {
  const maps = spec.maps.map((map) => `map ${map.name}: ${map.type} of ${map.maxEntries} x ${map.valueSize} bytes, ${map.scope}${map.frozen ? ', frozen' : ''}`);
  const progs = spec.progs.map((prog) => `program ${prog.name} at ${prog.hook}\n${disassemble(prog)}`);
  return [...maps, ...progs].join('\n');
}

function compare(name: string, text: string): void {
  const file = new URL(`printed/${name}`, HERE);
  if (update) writeFileSync(file, text);
  expect(existsSync(file), `${name} exists`).toBe(true);
  expect(text).toBe(readFileSync(file, 'utf8'));
}

describe.each(readdirSync(new URL('rulesets', HERE)))('%s', (file) => {
  const name = file.replace('.rules', '');
  const ruleset = readRules(readFileSync(new URL(`rulesets/${file}`, HERE), 'utf8'));
  const ir = lowerRuleset(ruleset, (chain, rule, family) => saveRule(chain, rule, family, 'none'));

  it('lowers', () => compare(`${name}.ir`, printIr(ir)));

  it.each(STRATEGIES)('plans and emits %s', (strategy) => {
    const plan = planRuleset(ir, { strategy });
    const platform = { cpus: 4, generation: 7n, stageMaps: STAGE_MAPS };
    const spec = emitGeneration(plan, platform, library);
    compare(`${name}.${strategy}.plan`, printPlan(plan));
    compare(`${name}.${strategy}.code`, printGeneration(spec));
    expect(emitGeneration(planRuleset(ir, { strategy }), platform, library)).toEqual(spec);
  });
});
