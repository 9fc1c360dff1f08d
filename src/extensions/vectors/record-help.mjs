/**
 * Records what `-m NAME -h` and `-j NAME -h` print behind the general help, from iptables-legacy into help.recorded, from ip6tables-legacy into
 * help6.recorded: `node src/extensions/vectors/record-help.mjs m:NAME j:NAME ...`. Names are added to those a file has; all are recorded anew. One that a
 * family does not know is left out. Works without root.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

function help(program, words) {
  const { status, stdout } = spawnSync(program, [...words, '-h'], { encoding: 'utf8', timeout: 20_000, env: { PATH: process.env.PATH, LC_ALL: 'C' } });
  return status === 0 ? stdout : undefined;
}

function textOf(program, name) {
  const general = help(program, []);
  const text = help(program, [`-${name[0]}`, name.slice(2)]);
  // What an extension prints stands behind a blank line.
  return text?.startsWith(`${general}\n`) ? text.slice(general.length + 1) : undefined;
}

/** Matches first, each in ASCII order. */
function inOrder(names) {
  return [...new Set(names)].sort((a, b) => (a[0] === b[0] ? (a < b ? -1 : 1) : a[0] === 'm' ? -1 : 1));
}

for (const [program, file] of [['iptables-legacy', 'help.recorded'], ['ip6tables-legacy', 'help6.recorded']]) {
  const target = path.join(import.meta.dirname, file);
  const known = existsSync(target) ? [...readFileSync(target, 'utf8').matchAll(/^=== (.*)$/gm)].map(([, name]) => name) : [];
  const parts = inOrder([...known, ...process.argv.slice(2)]).map((name) => [name, textOf(program, name)]);
  writeFileSync(target, parts.filter(([, text]) => text !== undefined).map(([name, text]) => `=== ${name}\n${text}`).join(''));
}
