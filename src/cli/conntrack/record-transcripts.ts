/**
 * Records transcripts/*.txt anew from the installed conntrack, in a network namespace of its own: `node dist/src/cli/conntrack/record-transcripts.js [FILE...]`,
 * as root. Before each command the kernel's table is filled with the flows of sample-flows.ts. Commands stay, what conntrack answers is written over.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseTranscript, printTranscript, words, type Entry, type Outcome } from '../transcript.js';
import { plainOutcome } from './plain-outcome.js';
import { SAMPLE_FLOWS } from './sample-flows.js';

const SELF = fileURLToPath(import.meta.url);
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

const OWN_NAMESPACE = '/proc/self/ns/net';

function recordHere(outside: string, file: string): void {
  if (readlinkSync(OWN_NAMESPACE) === outside) throw new Error('this is not a network namespace of its own');
  const entries = parseTranscript(readFileSync(file, 'utf8')).map((entry) => ({ ...entry, outcome: answer(entry) }));
  writeFileSync(file, printTranscript(entries));
}

function recordAll(files: readonly string[]): void {
  const outside = readlinkSync(OWN_NAMESPACE);
  for (const file of files) {
    const done = spawnSync('unshare', ['-n', process.execPath, SELF, '--here', outside, file], { stdio: 'inherit', timeout: 300 * SECONDS });
    if (done.status !== 0) throw new Error(`recording ${file} failed`);
  }
}

const [first, ...rest] = process.argv.slice(2);
if (first === '--here') recordHere(rest[0]!, rest[1]!);
else recordAll(first === undefined ? readdirSync(FOLDER).map((name) => path.join(FOLDER, name)) : [first, ...rest]);
