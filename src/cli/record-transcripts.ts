/**
 * Records transcripts/*.txt anew from the installed iptables-legacy, each in a network namespace of its own:
 * `node dist/src/cli/record-transcripts.js [FILE...]`, as root. Commands and input stay, what iptables answers is written over.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseTranscript, printTranscript, timeless, words } from './transcript.js';
import type { Entry, Outcome } from './transcript.js';

const SELF = fileURLToPath(import.meta.url);
const FOLDER = path.resolve('src/cli/transcripts');
const SECONDS = 1000;

/** The words used in transcripts and the programs that answer for them. */
const PROGRAMS: ReadonlyMap<string, string> = new Map([
  ['iptables', 'iptables-legacy'],
  ['iptables-save', 'iptables-legacy-save'],
  ['iptables-restore', 'iptables-legacy-restore'],
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

const OWN_NAMESPACE = '/proc/self/ns/net';

function recordHere(outside: string, file: string): void {
  if (readlinkSync(OWN_NAMESPACE) === outside) throw new Error('this is not a network namespace of its own');
  const entries = parseTranscript(readFileSync(file, 'utf8')).map((entry) => ({ ...entry, outcome: answer(entry) }));
  writeFileSync(file, printTranscript(entries));
}

function recordAll(files: readonly string[]): void {
  const outside = readlinkSync(OWN_NAMESPACE);
  for (const file of files) {
    const run = spawnSync('unshare', ['-n', process.execPath, SELF, '--here', outside, file], { stdio: 'inherit', timeout: 120 * SECONDS });
    if (run.status !== 0) throw new Error(`recording ${file} failed`);
  }
}

const [first, ...rest] = process.argv.slice(2);
if (first === '--here') recordHere(rest[0]!, rest[1]!);
else recordAll(first === undefined ? readdirSync(FOLDER).map((name) => path.join(FOLDER, name)) : [first, ...rest]);
