/** What the entry files of the commands share: the real host, the subcommands, and what an unexpected error looks like. */
import path from 'node:path';
import { kernelAccess } from './kernel-access.js';
import { main, type Tool } from './main.js';
import { nodeHost } from './node-host.js';
import { detach } from './subcommands/detach.js';
import { explain } from './subcommands/explain.js';
import { log } from './subcommands/log.js';
import { watch } from './subcommands/watch.js';

/** Runs one call of this process as `tool` and ends it: a name lookup that was given up on must not keep it alive. All output is written by then. */
export async function run(tool: Tool): Promise<never> {
  const host = nodeHost('ipv4', path.basename(process.argv[1] ?? 'bpf-iptables'), kernelAccess);
  try {
    process.exit(await main(tool, process.argv.slice(2), host, [explain, watch, log, detach]));
  } catch (error) {
    host.err(`${host.calledAs}: ${error instanceof Error ? error.message : String(error)}\n`);
    if (process.env['BPF_IPTABLES_DEBUG'] !== undefined && error instanceof Error) host.err(`${error.stack}\n`);
    process.exit(1);
  }
}
