/**
 * Records what iptables-legacy does with each line of a .vectors file: `spec ; exit ; stderr ; rules added`.
 * Root; works in a network namespace of its own, made and removed here:
 *   node src/parse/vectors/record.mjs src/parse/vectors/command-line.vectors iptables-legacy
 * Columns behind the first are rewritten. Words with blanks are in double quotes, a newline is written \n.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const [file, program] = process.argv.slice(2);
const namespace = `bi-vectors-${process.pid}`;
const address = program.startsWith('ip6') ? '2001:db8::9' : '9.9.9.9';
const START = `*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:C1 - [0:0]\n:C2 - [0:0]\n:TRACE - [0:0]\n-A C2 -s ${address}\nCOMMIT\n`;

function run(command, args, input = '') {
  return spawnSync('ip', ['netns', 'exec', namespace, command, ...args], { encoding: 'utf8', input, timeout: 20_000, env: { PATH: process.env.PATH, LC_ALL: 'C' } });
}

function words(spec) {
  return [...spec.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain]) => (quoted ?? plain).replace(/\\(.)/g, (_, c) => (c === 't' ? '\t' : c)));
}

function rules() {
  return run(program, ['-S']).stdout.split('\n').filter((line) => line.startsWith('-A') && line !== `-A C2 -s ${address}/${address.includes(':') ? 128 : 32}`);
}

function record(spec) {
  run(`${program}-restore`, [], START);
  const { status, stderr } = run(program, words(spec));
  const text = stderr.replaceAll(program, program.replace('-legacy', '')).replaceAll('\n', '\\n');
  return `${spec} ; ${status} ; ${text} ; ${rules().join(' | ')}`.trimEnd();
}

spawnSync('ip', ['netns', 'add', namespace]);
try {
  const lines = readFileSync(file, 'utf8').split('\n');
  const recorded = lines.map((line) => (line === '' || line.startsWith('#') ? line : record(line.split(' ; ', 1)[0].trimEnd())));
  writeFileSync(file, recorded.join('\n'));
} finally {
  spawnSync('ip', ['netns', 'del', namespace]);
}
