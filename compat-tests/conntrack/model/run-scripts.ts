/** Runs scripted flows, each at every place. */
import { BATCH, rulesMet, type Arena, type Judged } from './arena.js';
import { endsOf, PLACES, type Place, type Step } from './flow.js';
import { nextNumber } from './run-phase.js';
import { scriptSteps } from './script.js';
import { conntrack, SHIPPED } from './settings.js';

export interface Script {
  /** What it shows. */
  readonly name: string;
  readonly text: string;
  /** Sysctls net.netfilter.nf_conntrack_NAME that are not as shipped. */
  readonly settings?: Readonly<Record<string, number>>;
}

export interface ScriptResult {
  readonly name: string;
  /** The flow up to the packet that was judged differently, or not counted once; empty where all is equal. */
  readonly difference: string;
}

export async function runScripts(arena: Arena, scripts: readonly Script[]): Promise<ScriptResult[]> {
  const results: ScriptResult[] = [];
  const settings = new Set(scripts.map((script) => JSON.stringify(script.settings ?? {})));
  for (const each of settings) {
    arena.set(conntrack({ ...SHIPPED, ...(JSON.parse(each) as Record<string, number>) }));
    const flows = scripts
      .filter((script) => JSON.stringify(script.settings ?? {}) === each)
      .flatMap(({ name, text }) => PLACES.map((place) => ({ name: `${name}, ${place}: ${text}`, steps: scriptSteps(text), ends: endsOf(place, nextNumber()), place })));
    const all = flows.flatMap((flow, which) => flow.steps.map((step) => ({ which, step, ends: flow.ends })));
    const judged: Judged[][] = flows.map(() => []);
    for (let at = 0; at < all.length; at += BATCH) {
      const part = all.slice(at, at + BATCH);
      const batch = await arena.judge(part);
      batch.packets.forEach((packet, index) => void judged[part[index]!.which]!.push(packet));
      if (batch.rest !== undefined) results.push({ name: 'packets of the host, and chains', difference: `kernel: ${batch.rest.kernel}\nours: ${batch.rest.ours}` });
    }
    flows.forEach(({ name, steps, place, ends }, which) => void results.push({ name, difference: differenceOf(place, steps, judged[which]!, rulesMet(ends)) }));
  }
  return results;
}

function differenceOf(place: Place, steps: readonly Step[], judged: readonly Judged[], rules: number): string {
  const at = judged.findIndex(({ kernel, ours }) => kernel !== ours || kernel.split(' ').filter((word) => word !== '').length !== rules);
  if (at < 0) return '';
  const lines = steps.slice(0, at + 1).map(({ note }, index) => `${note}: ${judged[index]!.kernel}`);
  return `${place}\n${lines.join('\n')} in the kernel, ${judged[at]!.ours} in ours`;
}
