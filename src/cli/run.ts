/** What the entry files of the commands share: the real host, the subcommands, and what an unexpected error looks like. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { textOfBytes } from '../net/byte-text.js';
import type { Family } from '../ruleset/model.js';
import { bpfProgramName } from './host.js';
import { kernelAccess } from './kernel-access.js';
import { main, type Subcommands, type Tool } from './main.js';
import { nodeHost } from './node-host.js';

const SUBCOMMANDS: Subcommands = new Map([
  ['conntrack', async () => (await import('./subcommands/conntrack.js')).conntrack],
  ['explain', async () => (await import('./subcommands/explain.js')).explain],
  ['hook', async () => (await import('./subcommands/hook.js')).hook],
  ['watch', async () => (await import('./subcommands/watch.js')).watch],
  ['log', async () => (await import('./subcommands/log.js')).log],
  ['detach', async () => (await import('./subcommands/detach.js')).detach],
]);

/** The words of the command line. Node reads them as UTF-8; where that lost something, they are read again from the kernel. */
function words(): readonly string[] {
  const argv = process.argv.slice(2);
  if (!argv.some((word) => word.includes('\ufffd'))) return argv;
  const bytes = readFileSync('/proc/self/cmdline', 'latin1').split('\0').slice(0, -1);
  return bytes.slice(bytes.length - argv.length).map((word) => textOfBytes(Buffer.from(word, 'latin1')));
}

/** Runs one call of this process as `tool` of a family and ends it: a name lookup that was given up on must not keep it alive. All output is written by then. */
export async function run(tool: Tool, family: Family): Promise<never> {
  const host = nodeHost(family, path.basename(process.argv[1] ?? bpfProgramName(family)), kernelAccess);
  try {
    process.exit(await main(tool, words(), host, SUBCOMMANDS));
  } catch (error) {
    host.err(`${host.calledAs}: ${error instanceof Error ? error.message : String(error)}\n`);
    if (process.env['BPF_IPTABLES_DEBUG'] !== undefined && error instanceof Error) host.err(`${error.stack}\n`);
    process.exit(1);
  }
}
