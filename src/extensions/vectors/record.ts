/**
 * Records the outcome of every vector from the installed iptables-legacy, or, in a file NAME.vectors6, from ip6tables-legacy: `node dist/src/extensions/vectors/record.js FILE...`
 * Needs root; each vector runs in a network namespace of its own.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { formatVector, parseVectors, splitWords, vectorFamily, type Vector } from './vector-file.js';

/** Target, protocol, options, source, destination: what `-L` prints before the extensions' part. */
const COLUMNS = /^.{11}\S+ +-- +(?:0\.0\.0\.0\/0|::\/0|anywhere) +(?:0\.0\.0\.0\/0 {11}|::\/0 {16}|anywhere {12})/;

/** Arguments: program and chain, then the words of the rule. Output: `-S`, `-n -L`, `-L`, form feeds between; stderr and exit code of `-A`. */
const SCRIPT = `program=$1
shift
$program -A "$@" || exit
$program -S "$1"; printf '\\f'
$program -n -L "$1"; printf '\\f'
$program -L "$1"`;

/** The extensions' part of the only rule that a listing shows. */
function listed(listing: string): string {
  return (listing.split('\n')[2] ?? '').replace(COLUMNS, '');
}

function record(program: string, { chain, spec }: Vector): Vector {
  const words = ['-n', 'sh', '-c', SCRIPT, 'sh', program, chain, ...splitWords(spec)];
  const { status, stdout, stderr, error } = spawnSync('unshare', words, { encoding: 'utf8', timeout: 20_000 });
  if (error || status === null) throw new Error(`cannot record: ${spec}`, { cause: error });
  if (status !== 0) return { chain, spec, outcome: { kind: 'refused', exitCode: status, stderr } };
  const [saved = '', numeric = '', named = ''] = stdout.split('\f');
  return {
    chain,
    spec,
    outcome: {
      kind: 'accepted',
      saved: saved.slice(`-P ${chain} ACCEPT\n-A ${chain} `.length, -1),
      listNumeric: listed(numeric),
      list: listed(named),
      warnings: stderr,
    },
  };
}

for (const file of process.argv.slice(2)) {
  const family = vectorFamily(file);
  if (!family) throw new Error(`neither .vectors nor .vectors6: ${file}`);
  const program = family === 'ipv4' ? 'iptables-legacy' : 'ip6tables-legacy';
  const text = readFileSync(file, 'utf8');
  const lines: string[] = [];
  const vectors = parseVectors(text)[Symbol.iterator]();
  for (const line of text.trimEnd().split('\n')) {
    const comment = line === '' || line.startsWith('#') || line.startsWith(':');
    lines.push(comment ? line : formatVector(record(program, vectors.next().value as Vector)));
  }
  writeFileSync(file, `${lines.join('\n')}\n`);
}
