/** Bad input worth a name: what somebody, or something, will give it one day. */
import { VALID } from './rules.js';

export interface Scripted {
  readonly name: string;
  readonly tool: '' | '-restore';
  readonly args: readonly string[];
  readonly input?: Buffer | string;
  /** The exit code of iptables; the test asks iptables too. */
  readonly code: number;
  /** What stderr must say besides: for files also the line number, as `:LINE:COLUMN: `. */
  readonly says?: RegExp;
}

const HEAD = '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n';

/** A restore file that is fine but for `lines`, which start at line 5. */
function file(name: string, lines: string, code: number, says?: RegExp): Scripted {
  return { name, tool: '-restore', args: ['-c'], input: `${HEAD}${lines}\nCOMMIT\n`, code, ...(says ? { says } : {}) };
}

function whole(name: string, input: Buffer | string, code: number, says?: RegExp): Scripted {
  return { name, tool: '-restore', args: ['-c'], input, code, ...(says ? { says } : {}) };
}

function command(name: string, args: readonly string[], code: number, says?: RegExp): Scripted {
  return { name, tool: '', args, code, ...(says ? { says } : {}) };
}

const CHAIN_28 = 'a'.repeat(28);
const CHAIN_29 = 'a'.repeat(29);

function lines(count: number, line: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => line(i)).join('\n');
}

export const FILES: readonly Scripted[] = [
  file('unknown option', '-A INPUT -j ACCEPT\n-A INPUT --no-such-option 5 -j DROP', 2, /:6:10: unknown option "--no-such-option"/),
  file('unknown match', '-A INPUT -m nosuchmatch -j DROP', 2, /:5:\d+: .*nosuchmatch/),
  file('unknown target', '-A INPUT -j NOSUCHTARGET', 2, /:5:\d+: .*NOSUCHTARGET/),
  file('jump to a missing chain', '-A INPUT -j nowhere', 2, /:5:\d+: .*nowhere/),
  file('a chain that leads to itself', ':a - [0:0]\n-A INPUT -j a\n-A a -j a', 1, /:8:\d+: /),
  file('a loop that nothing leads to', ':a - [0:0]\n:b - [0:0]\n-A a -j b\n-A b -j a', 0),
  file('a loop over two chains', ':a - [0:0]\n:b - [0:0]\n-A a -j b\n-A b -g a\n-A INPUT -j a', 1, /:10:\d+: /),
  file('chain name of 28 characters', `:${CHAIN_28} - [0:0]\n-A INPUT -j ${CHAIN_28}`, 0),
  file('chain name of 29 characters', `:${CHAIN_29} - [0:0]`, 2, /:5:2: .*28 chars max/),
  file('chain name of 29 characters in a rule', `-A ${CHAIN_29} -j DROP`, 2, /:5:\d+: /),
  file('chain name with a blank', ':two words - [0:0]', 2, /:5:\d+: /),
  file('a line of 10 MB', `-A INPUT -m comment --comment ${'x'.repeat(10 << 20)} -j DROP`, 2, /:5:\d+: /),
  file('a comment of 300 characters', `-A INPUT -m comment --comment ${'x'.repeat(300)}`, 0),
  file('a NUL byte in a rule', '-A INPUT -s 10.0.\u00000.1 -j DROP', 2, /:5:\d+: /),
  file('a NUL byte behind a rule', '-A INPUT -j DROP \u0000 nonsense', 0),
  file('counters that are none', '[1:x] -A INPUT -j DROP', 2, /:5:\d+: /),
  file('counters without end', '[1:2 -A INPUT -j DROP', 2, /:5:\d+: /),
  file('policy counters that are none', ':INPUT DROP [a:b]', 2, /:5:\d+: /),
  file('unknown policy', ':INPUT REJECT [0:0]', 1, /:5:\d+: /),
  file('policy on a user chain', ':mine DROP [0:0]', 1, /:5:\d+: /),
  file('a chain twice', ':a - [0:0]\n:a - [0:0]', 2, /:6:\d+: /),
  file('delete a rule that is not there', '-D INPUT -s 1.2.3.4 -j DROP', 1, /:5:\d+: /),
  file('delete beyond the last rule', '-A INPUT -j DROP\n-D INPUT 2', 1, /:6:\d+: /),
  file('replace beyond the last rule', '-A INPUT -j DROP\n-R INPUT 2 -j ACCEPT', 1, /:6:\d+: /),
  file('insert beyond the end', '-A INPUT -j DROP\n-I INPUT 3 -j ACCEPT', 1, /:6:\d+: /),
  file('insert at 0', '-I INPUT 0 -j ACCEPT', 2, /:5:\d+: /),
  file('insert at a huge number', '-I INPUT 99999999999999999999 -j ACCEPT', 2, /:5:\d+: /),
  file('append to a missing chain', '-A nowhere -j DROP', 1, /:5:\d+: /),
  file('delete a built-in chain', '-X INPUT', 1, /:5:\d+: /),
  file('delete a chain in use', ':a - [0:0]\n-A INPUT -j a\n-X a', 1, /:7:\d+: /),
  file('port out of range', '-A INPUT -p tcp --dport 65536 -j DROP', 2, /:5:\d+: /),
  file('port without protocol', '-A INPUT --dport 22 -j DROP', 2, /:5:\d+: /),
  file('prefix out of range', '-A INPUT -s 10.0.0.0/33 -j DROP', 2, /:5:\d+: /),
  file('-i in OUTPUT', '-A OUTPUT -i lo -j DROP', 2, /:5:\d+: /),
  file('-o in INPUT', '-A INPUT -o lo -j DROP', 2, /:5:\d+: /),
  file('a second *table inside one', '*filter\n-A INPUT -j DROP', 2),
  file('words without a command', 'INPUT -j DROP', 2, /:5:\d+: /),
  file('an unclosed quote', '-A INPUT -m comment --comment "no end', 0),
  whole('a comment in Latin 1', Buffer.from(`${HEAD}-A INPUT -m comment --comment "caf\xe9 \xfc" -j DROP\nCOMMIT\n`, 'latin1'), 0),
  whole('a comment of 300 characters in UTF-8', `${HEAD}-A INPUT -m comment --comment ${'é'.repeat(300)}\nCOMMIT\n`, 0),
  whole('a chain name in Latin 1', Buffer.from(`${HEAD}:${'\xe9'.repeat(28)} - [0:0]\n-A INPUT -j ${'\xe9'.repeat(28)}\nCOMMIT\n`, 'latin1'), 0),
  whole('truncated before COMMIT', VALID.slice(0, VALID.indexOf('COMMIT')), 1, /COMMIT expected at line \d+/),
  whole('truncated in the middle of a rule', `${HEAD}-A INPUT -p tcp --dpo`, 2, /:5:\d+: /),
  whole('rules without a table', '-A INPUT -j DROP\nCOMMIT\n', 1, /:1:\d+: /),
  whole('COMMIT without a table', 'COMMIT\n', 1, /:1:\d+: /),
  whole('a table that does not exist', '*nosuch\n:INPUT ACCEPT [0:0]\nCOMMIT\n', 2, /:1:\d+: /),
  whole('a table without a name', '*\nCOMMIT\n', 2, /:1:\d+: /),
  whole('lines that end in CR LF', VALID.replaceAll('\n', '\r\n'), 2, /:2:\d+: /),
  whole('a byte order mark', `\ufeff${VALID}`, 1, /:1:\d+: /),
  whole('an ELF program', Buffer.concat([Buffer.from('\x7fELF\x02\x01\x01', 'latin1'), Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 193 + 71) & 0xff))]), 1, /:1:\d+: /),
  whole('zeros', Buffer.alloc(100_000), 1, /:1:\d+: /),
  whole('an empty file', '', 0),
  whole('nothing but blank lines', '\n'.repeat(1000), 0),
  whole('one byte', '-', 1, /:1:\d+: /),
  whole('20,000 chains', `${HEAD}${lines(20_000, (i) => `:c${i} - [0:0]`)}\nCOMMIT\n`, 0),
  whole('500 chains, each jumping to the next', `${HEAD}${lines(500, (i) => `:c${i} - [0:0]`)}\n-A INPUT -j c0\n${lines(499, (i) => `-A c${i} -j c${i + 1}`)}\n-A c499 -p udp -j DROP\nCOMMIT\n`, 0),
  whole('a loop over 500 chains', `${HEAD}${lines(500, (i) => `:c${i} - [0:0]`)}\n-A INPUT -j c0\n${lines(500, (i) => `-A c${i} -j c${(i + 1) % 500}`)}\nCOMMIT\n`, 1, /:1006:\d+: /),
  whole('a bad second table after a good first one', `${VALID}*filter\n-A INPUT -j nowhere\nCOMMIT\n`, 2, /nowhere/),
];

/** On the running rules of rules.ts; their words must be those of iptables. */
export const COMMANDS: readonly Scripted[] = [
  command('unknown option', ['-A', 'INPUT', '--no-such-option'], 2, /unknown option "--no-such-option"/),
  command('unknown match', ['-A', 'INPUT', '-m', 'nosuchmatch'], 2),
  command('unknown target', ['-A', 'INPUT', '-j', 'NOSUCHTARGET'], 2),
  command('a chain that leads to itself', ['-A', 'kept', '-j', 'kept'], 1),
  command('chain name of 29 characters', ['-N', CHAIN_29], 2),
  command('a chain that is there', ['-N', 'kept'], 1),
  command('delete a rule that is not there', ['-D', 'INPUT', '-s', '1.2.3.4', '-j', 'DROP'], 1),
  command('delete beyond the last rule', ['-D', 'INPUT', '3'], 1),
  command('insert beyond the end', ['-I', 'INPUT', '4', '-j', 'DROP'], 1),
  command('replace beyond the last rule', ['-R', 'INPUT', '3', '-j', 'DROP'], 1),
  command('delete a chain in use', ['-X', 'kept'], 1),
  command('flush a missing chain', ['-F', 'nowhere'], 1),
  command('unknown policy', ['-P', 'INPUT', 'REJECT'], 1),
  command('no command', [], 2),
  command('two commands', ['-A', 'INPUT', '-D', 'INPUT', '-j', 'DROP'], 2),
  command('unknown table', ['-t', 'nosuch', '-A', 'INPUT', '-j', 'DROP'], 3),
  command('a huge word', ['-A', 'INPUT', '-m', 'comment', '--comment', 'x'.repeat(100_000)], 0),
  command('many words', ['-A', 'INPUT', ...Array<string>(5000).fill('x')], 2),
  command('a line break in a name', ['-N', 'two\nlines'], 2),
];
