/** A rules file as a ruleset, read exactly as bpf-iptables-restore reads it, without touching the kernel. */
import type { Family, Ruleset } from '../ruleset/model.js';
import type { Host } from './host.js';
import { MemoryStore } from './memory-store.js';
import { RestoreFile } from './restore-file.js';

/**
 * The filter table of a file. Complaints go to `host.err` as restore prints them.
 * @param file its name for messages, `-` for standard input
 * @returns undefined when the file was refused
 */
export async function rulesetOfFile(content: Buffer, file: string, host: Host, family: Family = host.family): Promise<Ruleset | undefined> {
  const store = new MemoryStore(family);
  const offline: Host = { ...host, privileged: true, openStore: () => store, lock: () => () => undefined };
  const options = { table: 'filter', noflush: false, test: false, counters: false, verbose: false, wait: 0, ...(file === '-' ? {} : { file }) };
  const code = await new RestoreFile(options, offline, host.calledAs).run(content);
  return code === 0 ? store.read() : undefined;
}
