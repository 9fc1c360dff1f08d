/** Lists by prefix where they are strained: more matches than slots, lists of thousands of rules, chains entered deep down. Against the oracle. Root. */
import t from 'tap';
import { loadLibrary } from '../src/link/library.js';
import { compareBytecode, describeDifference } from '../src/property/bytecode.js';
import { generatePackets } from '../src/property/generate-packets.js';
import { judgeTraffic } from '../src/property/judged.js';
import { readRuleset } from '../src/property/read-ruleset.js';
import { requireRoot } from './harness/root.js';
import { runningKernel } from './property-kernel.js';

requireRoot();
t.setTimeout(300_000);

const PACKETS = 150;
const times = (count: number, line: (index: number) => string): string[] => Array.from({ length: count }, (_, index) => line(index));
const save = (chains: readonly string[], lines: readonly string[]): string =>
  ['*filter', ':INPUT DROP [0:0]', ':FORWARD ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ...chains, ...lines, 'COMMIT', ''].join('\n');

/** Rules without verdict that one packet matches all of, in two lists, from the top and from the bottom. */
const counting = times(150, (index) => `-A INPUT ${index % 2 === 0 ? '-s 10.0.0.0/8' : '-d 10.0.0.0/8'} -p udp -m udp --dport 1000:2000`);
/** One list of so many records that its summary has several words. */
const long = times(4500, (index) => `-A INPUT -s 10.0.0.1/32 -p udp -m udp --sport ${1000 + (index % 90)} --dport ${1000 + Math.floor(index / 90)} -j ACCEPT`);
const deep = times(40, (index) => `-A c${index} -s 10.0.0.0/8 -j ${index < 39 ? `c${index + 1}` : 'RETURN'}`);
const chains = times(40, (index) => `:c${index} - [0:0]`);

const RULESETS: Readonly<Record<string, string>> = {
  'more matches than slots': save([], [...counting, '-A INPUT -p udp -m udp --dport 1500 -m ttl --ttl-gt 3 -j ACCEPT']),
  'a list of thousands': save([], long),
  'both, with chains': save(chains, ['-A INPUT -s 10.0.0.0/8 -j c0', ...counting, '-A INPUT -j c20', ...deep, ...long]),
};

for (const [name, text] of Object.entries(RULESETS)) {
  const ruleset = readRuleset(text);
  const { difference, packets } = compareBytecode(judgeTraffic(ruleset, generatePackets(ruleset, name, PACKETS)), 'home', loadLibrary(), runningKernel());
  t.equal(difference === undefined ? '' : describeDifference(difference, ''), '', `${name}: ${packets} packets`);
}
