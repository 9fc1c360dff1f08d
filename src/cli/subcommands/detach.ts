/** `bpf-iptables detach`: everything of ours off this network namespace, nothing else's. */
import { Command } from 'commander';
import { openNamespace } from '../../kernel/namespace.js';
import { realKernel } from '../../kernel/real-kernel.js';
import type { Subcommand } from '../main.js';

export const detach: Subcommand = {
  name: 'detach',
  needsRoot: true,
  command: (host) =>
    new Command()
      .description('take all that bpf-iptables attached off every interface of this network namespace; rules and counters are gone, nothing is filtered any more')
      .option('-w, --wait [seconds]', 'how long to wait for the xtables lock', (text) => Number(text))
      .action((options: { readonly wait?: number | true }) => {
        const release = host.lock(options.wait === true ? undefined : options.wait);
        try {
          openNamespace(realKernel()).detachAll();
        } finally {
          release();
        }
      }),
};
