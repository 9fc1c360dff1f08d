/**
 * Records transcripts/*.txt anew from the installed iptables-legacy and ip6tables-legacy, each in a network namespace of its own:
 * `node dist/src/cli/record-transcripts.js [FILE...]`, as root. Commands and input stay, what iptables answers is written over.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { recordTranscripts } from './transcript-recorder.js';
import { timeless, words, type Entry, type Outcome } from './transcript.js';

const FOLDER = path.resolve('src/cli/transcripts');
const SECONDS = 1000;

/** The words used in transcripts and the programs that answer for them. */
const PROGRAMS: ReadonlyMap<string, string> = new Map([
  ['iptables', 'iptables-legacy'],
  ['iptables-save', 'iptables-legacy-save'],
  ['iptables-restore', 'iptables-legacy-restore'],
  ['ip6tables', 'ip6tables-legacy'],
  ['ip6tables-save', 'ip6tables-legacy-save'],
  ['ip6tables-restore', 'ip6tables-legacy-restore'],
]);

function answer({ command, input }: Entry): Outcome {
  const [name = '', ...args] = words(command);
  const program = PROGRAMS.get(name);
  if (!program) throw new Error(`not a command of transcripts: ${name}`);
  const run = spawnSync(program, args, { input, encoding: 'utf8', timeout: 20 * SECONDS });
  if (run.status === null) throw new Error(`${command}: ${run.error?.message ?? run.signal}`);
  const named = (text: string): string => timeless(text.replaceAll(`${program}:`, `${name}:`));
  return { stdout: named(run.stdout), stderr: named(run.stderr), exitCode: run.status };
}

recordTranscripts(fileURLToPath(import.meta.url), FOLDER, answer);
