/**
 * Records transcripts/*.txt anew from the installed conntrack, in a network namespace of its own: `node dist/src/cli/conntrack/record-transcripts.js [FILE...]`,
 * as root. Before each command the kernel's table is filled with the flows of sample-flows.ts. Commands stay, what conntrack answers is written over.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { recordTranscripts } from '../transcript-recorder.js';
import { words, type Entry, type Outcome } from '../transcript.js';
import { plainOutcome } from './plain-outcome.js';
import { SAMPLE_FLOWS } from './sample-flows.js';

const FOLDER = path.resolve('src/cli/conntrack/transcripts');
const SECONDS = 1000;
const NOBODY = ['setpriv', '--reuid=65534', '--clear-groups'];

function run(command: readonly string[]): Outcome {
  const [program = '', ...args] = command;
  const done = spawnSync(program, args, { encoding: 'utf8', timeout: 20 * SECONDS });
  if (done.status === null) throw new Error(`${command.join(' ')}: ${done.error?.message ?? done.signal}`);
  return { stdout: done.stdout, stderr: done.stderr, exitCode: done.status };
}

function answer({ command }: Entry): Outcome {
  run(['conntrack', '-F']);
  for (const { made } of SAMPLE_FLOWS) {
    const { exitCode, stderr } = run(['conntrack', '-I', ...made.split(' ')]);
    if (exitCode !== 0) throw new Error(`conntrack -I ${made}: ${stderr}`);
  }
  const [first = '', ...rest] = words(command);
  return plainOutcome(run(first === 'nobody' ? [...NOBODY, ...rest] : [first, ...rest]));
}

recordTranscripts(fileURLToPath(import.meta.url), FOLDER, answer);
