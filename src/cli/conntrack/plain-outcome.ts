/** What of conntrack's output differs from run to run is taken out: the order of entries, their ids, the kernel's counts, which CPUs there are. */
import type { Outcome } from '../transcript.js';

/** Help is printed in one order, entries in that of the kernel's hash table. */
export function plainOutcome({ stdout, stderr, exitCode }: Outcome): Outcome {
  const plain = stdout.replace(/((?:^| )id=|<id>)\d+(?=$|<)/gm, '$1ID').replace(/^cpu=.*$/gm, (line) => line.replace(/=\d+/g, '=N'));
  const isHelp = plain.startsWith('Command line');
  return { stdout: isHelp ? plain : inOrder(plain), stderr, exitCode };
}

function inOrder(text: string): string {
  return text.split('\n').slice(0, -1).sort().map((line) => `${line}\n`).join('');
}
