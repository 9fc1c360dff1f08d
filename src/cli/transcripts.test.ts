/** Replays every transcript of iptables-legacy on the in-memory store: stdout, stderr and exit code must be the same byte for byte. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Host } from './host.js';
import { main } from './main.js';
import type { Tool } from './main.js';
import { MemoryStore } from './memory-store.js';
import { nameAddresses, parseNetworks } from './names.js';
import { parseTranscript, printTranscript, timeless, words } from './transcript.js';
import type { Entry, Outcome } from './transcript.js';

const FOLDER = path.join(import.meta.dirname, 'transcripts');
const TOOLS: Readonly<Record<string, Tool>> = { iptables: 'tables', 'iptables-save': 'save', 'iptables-restore': 'restore' };
const NETWORKS = parseNetworks('default 0.0.0.0\nloopback 127.0.0.0\nlink-local 169.254.0.0\n');
const HOSTS: ReadonlyMap<string, string> = new Map([['127.0.0.1', 'localhost']]);

async function replay({ command, input }: Entry, store: MemoryStore): Promise<Outcome> {
  const [name = '', ...argv] = words(command);
  let stdout = '';
  let stderr = '';
  const host: Host = {
    family: 'ipv4',
    calledAs: name,
    out: (text) => (stdout += text),
    err: (text) => (stderr += text),
    privileged: true,
    openStore: () => store,
    lock: () => () => undefined,
    readInput: () => Buffer.from(input),
    now: () => new Date(0),
    nameAddresses: (addresses) => nameAddresses(addresses, async (address) => HOSTS.get(address), NETWORKS),
  };
  const exitCode = await main(TOOLS[name]!, argv, host);
  return { stdout: timeless(stdout), stderr: withoutCaret(timeless(stderr)), exitCode };
}

/** Takes out the three lines that restore adds for people: place and reason, the line, the caret. */
function withoutCaret(text: string): string {
  return text.replace(/^\S+:\d+:\d+: (?:.*\n)+?.*\n[\t ]*\^+\n$/m, '');
}

const files = readdirSync(FOLDER);
const transcripts = files.map((file) => ({ file, entries: parseTranscript(readFileSync(path.join(FOLDER, file), 'utf8')) }));

describe('transcripts', () => {
  it('are many', () => {
    expect(files.length).toBeGreaterThanOrEqual(15);
    expect(transcripts.flatMap(({ entries }) => entries).length).toBeGreaterThanOrEqual(200);
  });

  it.each(transcripts)('$file', async ({ entries }) => {
    const store = new MemoryStore('ipv4');
    const replayed: Entry[] = [];
    for (const entry of entries) replayed.push({ ...entry, outcome: await replay(entry, store) });
    expect(printTranscript(replayed)).toBe(printTranscript(entries));
  });
});
