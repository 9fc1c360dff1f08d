/** -L and -S, with the reverse names -L without -n wants and the warnings that go with a listing. */
import { matchExtension } from '../extensions/registry.js';
import type { Ruleset } from '../ruleset/model.js';
import { listChains } from '../ruleset/print/list.js';
import { listRules } from '../ruleset/print/save.js';
import type { Host } from './host.js';
import type { PrintCommand } from './perform.js';

/** What the command prints on stdout. @throws RulesetRefusal when its chain is missing */
export async function listing(command: PrintCommand, ruleset: Ruleset, host: Host): Promise<string> {
  if (command.kind === 'list-rules') {
    return listRules(ruleset, { chain: command.chain, position: command.position, counters: command.verbose > 0 });
  }
  const nameOf = command.numeric ? (): undefined => undefined : await host.nameAddresses(addressesShown(ruleset, command.chain));
  const style = {
    numeric: command.numeric,
    verbose: command.verbose > 0,
    exact: command.exact,
    lineNumbers: command.lineNumbers,
    nameOf,
  };
  return listChains(ruleset, style, command.chain, command.position);
}

/** The addresses -L would name: all but those it calls `anywhere`, each once. */
export function addressesShown(ruleset: Ruleset, chainName: string | undefined): readonly bigint[] {
  const addresses = new Set<bigint>();
  for (const chain of ruleset.chains.values()) {
    if (chainName !== undefined && chain.name !== chainName) continue;
    for (const { head, matches } of chain.rules) {
      for (const match of [head.src, head.dst]) if (match && (ruleset.family === 'ipv4' ? match.mask : match.addr) !== 0n) addresses.add(match.addr);
      for (const { name, data } of matches) matchExtension(name, ruleset.family)?.addressesListed?.(data).forEach((address) => addresses.add(address));
    }
  }
  return [...addresses];
}
