/** Replays the transcripts of conntrack(8) on the same flows: stdout, stderr and exit code must be the same, but for the order of entries and their ids. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseTranscript, printTranscript, words, type Entry, type Outcome } from '../transcript.js';
import { runConntrack } from './conntrack.js';
import { MemoryFlowStore } from './memory-flow-store.js';
import { plainOutcome } from './plain-outcome.js';
import { SAMPLE_FLOWS } from './sample-flows.js';

const FOLDER = path.join(import.meta.dirname, 'transcripts');

async function replay({ command }: Entry): Promise<Outcome> {
  const [first = '', ...rest] = words(command);
  const argv = first === 'nobody' ? rest.slice(1) : rest;
  const store = new MemoryFlowStore(SAMPLE_FLOWS.map(({ flow }) => flow));
  let stdout = '';
  let stderr = '';
  const exitCode = await runConntrack(argv, {
    calledAs: 'conntrack',
    privileged: first !== 'nobody',
    out: (text) => (stdout += text),
    err: (text) => (stderr += text),
    openStore: () => store,
    labels: () => undefined,
    interrupted: () => true,
    wallClock: () => 0,
  });
  return plainOutcome({ stdout, stderr, exitCode });
}

const files = readdirSync(FOLDER);
const transcripts = files.map((file) => ({ file, entries: parseTranscript(readFileSync(path.join(FOLDER, file), 'utf8')) }));

describe('transcripts of conntrack', () => {
  it('are many', () => {
    expect(transcripts.flatMap(({ entries }) => entries).length).toBeGreaterThanOrEqual(300);
  });

  it.each(transcripts)('$file', async ({ entries }) => {
    const replayed: Entry[] = [];
    for (const entry of entries) replayed.push({ ...entry, outcome: await replay(entry) });
    expect(printTranscript(replayed)).toBe(printTranscript(entries));
  });
});
