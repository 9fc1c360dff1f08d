/** `bpf-iptables conntrack [--size N]`: how many flows the connection tracking of this namespace has room for. */
import { Command, InvalidArgumentError } from 'commander';
import { OtherProblem } from '../../errors/errors.js';
import { countFlows } from '../../kernel/flows/edit.js';
import { flowTableSize } from '../../kernel/flows/table.js';
import { realKernel } from '../../kernel/real-kernel.js';
import { flowTableSizeOf, MOST_FLOWS } from '../flow-table-size.js';
import { openNamespace } from '../../kernel/namespace.js';
import type { Family } from '../../ruleset/model.js';
import type { Host } from '../host.js';
import { KernelStore } from '../kernel-store.js';
import type { Subcommand } from '../main.js';
import { waitOption } from './wait-option.js';

interface ConntrackOptions {
  readonly size?: number;
  readonly wait?: number | true;
}

function sizeOption(word: string): number {
  const size = flowTableSizeOf(word);
  if (size === undefined) throw new InvalidArgumentError(`a number from 1 to ${MOST_FLOWS} is needed`);
  return size;
}

/** The line that is printed; `size` undefined: there is no table. */
export function printFlowTable(size: number | undefined, count: number): string {
  if (size === undefined) return 'conntrack: none, no rule has asked for connection states yet\n';
  return `conntrack: ${count} of ${size} flows\n`;
}

const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];

/** The family's ruleset once more, with room for so many flows; where there is none nothing is done. */
function resize(family: Family, flows: number): void {
  if (openNamespace(realKernel()).readState(family) === undefined) return;
  const store = new KernelStore(realKernel(), family, { flows });
  store.commit(store.read());
}

function run(host: Host, { size, wait }: ConntrackOptions): void {
  const release = host.lock(wait === true ? undefined : wait);
  try {
    if (size !== undefined) {
      if (flowTableSize(realKernel()) === undefined) throw new OtherProblem('conntrack: no rule has asked for connection states yet, so there is no table whose size could be changed');
      for (const family of FAMILIES) resize(family, size);
    }
    host.out(printFlowTable(flowTableSize(realKernel()), countFlows(realKernel())));
  } finally {
    release();
  }
}

export const conntrack: Subcommand = {
  name: 'conntrack',
  needsRoot: true,
  command: (host) =>
    new Command()
      .description('how many connections (flows) are tracked, and how many there is room for. With --size: changes that, and commits the ruleset in force anew; flows are kept')
      .option('--size <flows>', 'flows to have room for; by default as many as the kernel itself has (net.netfilter.nf_conntrack_max)', sizeOption)
      .addOption(waitOption())
      .action((options: ConntrackOptions) => run(host, options)),
};
