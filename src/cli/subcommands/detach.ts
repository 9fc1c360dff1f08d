/** `bpf-iptables detach`: everything of ours off this network namespace, nothing else's. */
import { Command } from 'commander';
import { openNamespace } from '../../kernel/namespace.js';
import { realKernel } from '../../kernel/real-kernel.js';
import type { Subcommand } from '../main.js';
import { waitOption } from './wait-option.js';

export const detach: Subcommand = {
  name: 'detach',
  needsRoot: true,
  command: (host) =>
    new Command()
      .description('take all that bpf-iptables attached off every interface of this network namespace; rules and counters are gone, nothing is filtered any more')
      .addOption(waitOption())
      .action((options: { readonly wait?: number | true }) => {
        const release = host.lock(options.wait === true ? undefined : options.wait);
        try {
          openNamespace(realKernel()).detachAll();
        } finally {
          release();
        }
      }),
};
