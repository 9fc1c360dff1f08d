/**
 * Records what iptables-legacy-restore, or another, does with the files of a .vectors file: `file ; exit ; stderr ; rules in the table after`.
 * Root; works in a network namespace of its own: node src/parse/vectors/record-restore.mjs src/parse/vectors/restore.vectors iptables-legacy
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { expandFile } from './restore-file.mjs';

const [vectors, program] = process.argv.slice(2);
const namespace = `bi-vectors-${process.pid}`;
const START = '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:OLD - [0:0]\n-A OLD\nCOMMIT\n';

function run(command, args, input = '') {
  return spawnSync('ip', ['netns', 'exec', namespace, command, ...args], { input, timeout: 20_000, env: { PATH: process.env.PATH, LC_ALL: 'C' } });
}

function escape(text) {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t');
}

function record(spec) {
  run(`${program}-restore`, [], START);
  const { flags, content } = expandFile(spec);
  const { status, stderr } = run(`${program}-restore`, flags, content);
  const text = stderr.toString().replaceAll(`${program}-restore`, `${program.replace('-legacy', '')}-restore`);
  const saved = run(`${program}-save`, flags).stdout.toString().split('\n');
  const rules = saved.filter((line) => /^(\[[^\]]*\] )?-A/.test(line) || /^"$/.test(line));
  return `${spec} ; ${status} ; ${escape(text)} ; ${rules.join(' | ')}`.trimEnd();
}

spawnSync('ip', ['netns', 'add', namespace]);
try {
  const lines = readFileSync(vectors, 'utf8').split('\n');
  writeFileSync(vectors, lines.map((line) => (line === '' || line.startsWith('# ') ? line : record(line.split(' ; ', 1)[0]))).join('\n'));
} finally {
  spawnSync('ip', ['netns', 'del', namespace]);
}
