/** Replays every transcript of iptables-legacy and ip6tables-legacy on the in-memory store: stdout, stderr and exit code must be the same byte for byte. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Family } from '../ruleset/model.js';
import type { Host } from './host.js';
import { main } from './main.js';
import type { Tool } from './main.js';
import { MemoryStore } from './memory-store.js';
import { nameAddresses, parseNetworks } from './names.js';
import { parseTranscript, printTranscript, timeless, withoutCaret, words } from './transcript.js';
import type { Entry, Outcome } from './transcript.js';

const FOLDER = path.join(import.meta.dirname, 'transcripts');
const TOOLS: Readonly<Record<string, readonly [Tool, Family]>> = {
  iptables: ['tables', 'ipv4'], 'iptables-save': ['save', 'ipv4'], 'iptables-restore': ['restore', 'ipv4'],
  ip6tables: ['tables', 'ipv6'], 'ip6tables-save': ['save', 'ipv6'], 'ip6tables-restore': ['restore', 'ipv6'],
};
const NETWORKS = parseNetworks('default 0.0.0.0\nloopback 127.0.0.0\nlink-local 169.254.0.0\n');
const HOSTS: ReadonlyMap<string, string> = new Map([['127.0.0.1', 'localhost']]);

async function replay({ command, input }: Entry, stores: Readonly<Record<Family, MemoryStore>>): Promise<Outcome> {
  const [name = '', ...argv] = words(command);
  const [tool, family] = TOOLS[name]!;
  let stdout = '';
  let stderr = '';
  const host: Host = {
    family,
    calledAs: name,
    out: (text) => (stdout += text),
    err: (text) => (stderr += text),
    privileged: true,
    openStore: () => stores[family],
    lock: () => () => undefined,
    readInput: () => Buffer.from(input),
    now: () => new Date(0),
    nameAddresses: (addresses) => nameAddresses(addresses, family, async (address) => HOSTS.get(address), family === 'ipv4' ? NETWORKS : undefined),
  };
  const exitCode = await main(tool, argv, host);
  return { stdout: timeless(stdout), stderr: withoutCaret(timeless(stderr)), exitCode };
}

const files = readdirSync(FOLDER);
const transcripts = files.map((file) => ({ file, entries: parseTranscript(readFileSync(path.join(FOLDER, file), 'utf8')) }));

describe('transcripts', () => {
  it('are many', () => {
    expect(files.length).toBeGreaterThanOrEqual(15);
    expect(transcripts.flatMap(({ entries }) => entries).length).toBeGreaterThanOrEqual(200);
  });

  it.each(transcripts)('$file', async ({ entries }) => {
    const stores = { ipv4: new MemoryStore('ipv4'), ipv6: new MemoryStore('ipv6') };
    const replayed: Entry[] = [];
    for (const entry of entries) replayed.push({ ...entry, outcome: await replay(entry, stores) });
    expect(printTranscript(replayed)).toBe(printTranscript(entries));
  });
});
