/** The FilterStore of the real thing: the ruleset in force in the current network namespace, compiled and swapped at each commit. */
import { InternalFault } from '../errors/errors.js';
import { flowTableSize } from '../kernel/flows/table.js';
import { USUAL_HOOK, type HookSetting } from '../kernel/hook-setting.js';
import type { Kernel } from '../kernel/kernel.js';
import { openNamespace, type Namespace } from '../kernel/namespace.js';
import { SlotOrigins } from '../kernel/counters.js';
import { emptyRuleset } from '../ruleset/chains.js';
import type { Counters, Family, Ruleset } from '../ruleset/model.js';
import { compile, plan } from './compile.js';
import type { FilterStore } from './filter-store.js';
import { forcedFlowTableSize, usualFlowTableSize } from './flow-table-size.js';
import { forcedHook } from './forced-hook.js';
import { bpfProgramName } from './host.js';
import { fromStoredText, toStoredText } from './stored-text.js';

/** What was read, so that a commit can carry its counts on. */
interface Basis {
  readonly generation: bigint;
  readonly counters: readonly Counters[];
}

/** How the slots go on: from an old slot with the difference an edit made to its counts, or anew. Rules in listing order, then policies. */
function origins(ruleset: Ruleset, slots: number, basis: Basis | undefined): SlotOrigins {
  const all = new SlotOrigins(slots);
  let next = 0;
  const goOn = ({ slot, counters }: { readonly slot?: number; readonly counters: Counters }): void => {
    const before = slot === undefined ? undefined : basis?.counters[slot];
    if (slot === undefined || before === undefined) all.add(next, counters);
    else {
      all.from[next] = slot;
      if (before !== counters) all.add(next, { packets: counters.packets - before.packets, bytes: counters.bytes - before.bytes });
    }
    next += 1;
  };
  for (const { rules } of ruleset.chains.values()) for (const rule of rules) goOn(rule);
  for (const chain of ruleset.chains.values()) if (chain.policy !== undefined) goOn(chain);
  return all;
}

/** What the kernel's own firewalls mean for the rules listed. A kernel that will not tell is no reason to fail a listing. */
function otherRulesWarnings(kernel: Kernel, family: Family, program: string): string[] {
  try {
    const { nat, filter } = kernel.otherRules(family);
    return [
      ...(nat.length === 0 ? [] : [`${program}: this namespace has NAT rules (${nat.join(', ')}): rules here see addresses before DNAT and after SNAT, other than with ${program.slice('bpf-'.length)}`]),
      ...(filter.length === 0 ? [] : [`${program}: the kernel has filter rules of its own (${filter.join(', ')}): a packet must pass both`]),
    ];
  } catch (error) {
    return [`${program}: cannot tell whether the kernel has NAT or filter rules of its own: ${error instanceof Error ? error.message : String(error)}`];
  }
}

export class KernelStore implements FilterStore {
  private readonly namespace: Namespace;
  private basis: Basis | undefined;

  /** @param chosen what commits are to set from now on; what is left out they keep as it is. */
  constructor(
    private readonly kernel: Kernel,
    private readonly family: Family,
    private readonly chosen: { readonly hook?: HookSetting; readonly flows?: number } = {},
  ) {
    this.namespace = openNamespace(kernel);
  }

  read(): Ruleset {
    const loaded = this.namespace.readState(this.family);
    this.basis = loaded;
    if (loaded === undefined) return emptyRuleset(this.family);
    try {
      return fromStoredText(loaded.text, this.family, loaded.counters);
    } catch (cause) {
      const program = bpfProgramName(this.family);
      throw new InternalFault(`the ruleset in force cannot be read back (${(cause as Error).message}): use the ${program} that loaded it, or \`${program} detach'`, { cause });
    }
  }

  hook(): HookSetting {
    return this.chosen.hook ?? forcedHook(process.env) ?? this.namespace.hookSetting() ?? USUAL_HOOK;
  }

  /** Flows that a commit of this store has room for. */
  private flows(): number {
    return this.chosen.flows ?? forcedFlowTableSize(process.env) ?? flowTableSize(this.kernel) ?? usualFlowTableSize();
  }

  commit(ruleset: Ruleset): void {
    const hook = this.hook();
    const generation = this.namespace.nextGeneration(this.family);
    const spec = compile(plan(ruleset), { cpus: this.kernel.cpus, generation, hook, flows: this.flows() });
    const slots = origins(ruleset, spec.slots, this.basis);
    this.namespace.commit(this.family, { text: toStoredText(ruleset), spec, generation, hook, basedOn: this.basis?.generation, slots });
    // A further commit by this process goes on from what is in force now.
    this.basis = undefined;
  }

  warnings(): readonly string[] {
    // Nothing in force, nothing to be mistaken about.
    if (this.basis === undefined) return [];
    const program = bpfProgramName(this.family);
    const uncovered = this.namespace.uncovered();
    return [
      ...(uncovered.length === 0 ? [] : [`${program}: not covered: ${uncovered.join(', ')} (any changing command or \`${program} watch' covers them)`]),
      ...otherRulesWarnings(this.kernel, this.family, program),
    ];
  }
}
