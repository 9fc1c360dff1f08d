/** Transcripts recorded anew, each file in a network namespace of its own: what the programs that record have in common. */
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseTranscript, printTranscript, type Entry, type Outcome } from './transcript.js';

const OWN_NAMESPACE = '/proc/self/ns/net';
const PATIENCE_MS = 300_000;

/**
 * Records the files named on the command line, or all of the folder.
 * @param self the file of the calling program: it is started again for each file @param answer what the command is answered in the namespace it is asked in
 */
export function recordTranscripts(self: string, folder: string, answer: (entry: Entry) => Outcome): void {
  const recordHere = (outside: string, file: string): void => {
    if (readlinkSync(OWN_NAMESPACE) === outside) throw new Error('this is not a network namespace of its own');
    const entries = parseTranscript(readFileSync(file, 'utf8')).map((entry) => ({ ...entry, outcome: answer(entry) }));
    writeFileSync(file, printTranscript(entries));
  };
  const recordAll = (files: readonly string[]): void => {
    const outside = readlinkSync(OWN_NAMESPACE);
    for (const file of files) {
      const { status } = spawnSync('unshare', ['-n', process.execPath, self, '--here', outside, file], { stdio: 'inherit', timeout: PATIENCE_MS });
      if (status !== 0) throw new Error(`recording ${file} failed`);
    }
  };
  const [first, ...rest] = process.argv.slice(2);
  if (first === '--here') recordHere(rest[0]!, rest[1]!);
  else recordAll(first === undefined ? readdirSync(folder).map((name) => path.join(folder, name)) : [first, ...rest]);
}
