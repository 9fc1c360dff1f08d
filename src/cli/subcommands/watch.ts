/** `bpf-iptables watch`: covers interfaces as they come, until interrupted. */
import { Command } from 'commander';
import { openNamespace } from '../../kernel/namespace.js';
import { realKernel } from '../../kernel/real-kernel.js';
import { rtnetlinkChanges, watch as follow } from '../../kernel/watch.js';
import type { Subcommand } from '../main.js';

export const watch: Subcommand = {
  name: 'watch',
  needsRoot: true,
  command: (host) =>
    new Command()
      .description('cover interfaces of this network namespace as they come and keep the mirrored addresses fresh; runs until SIGINT or SIGTERM')
      .option('-q, --quiet', 'say nothing but failures')
      .action(async (options: { readonly quiet?: true }) => {
        const stop = new AbortController();
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
        for await (const event of follow(openNamespace(realKernel()), rtnetlinkChanges(), stop.signal)) {
          if (event.kind === 'failed') host.err(`${host.calledAs} watch: ${event.error.message}\n`);
          else if (event.names.length > 0 && !options.quiet) host.out(`covered ${event.names.join(', ')}\n`);
        }
      }),
};
