/**
 * Our conntrack of TCP held against the kernel's: both watch the same packets in one namespace, and each packet must have the same state in both.
 * Sequence windows are not ours yet, so random conversations run with nf_conntrack_tcp_be_liberal=1, which takes them out of the kernel's
 * judgement; the scripted ones run as shipped. Root. CONNTRACK_ROUNDS, CONNTRACK_SEED: how many random conversations (60), first seed (1).
 */
import t from 'tap';
import { Random } from '../src/property/random.js';
import { Both } from './conntrack/both.js';
import { Dialogue, type Party } from './conntrack/dialogue.js';
import { follow, STATE_RULES, type Step } from './conntrack/follow.js';
import { randomSegments } from './conntrack/random-segments.js';
import { SCRIPTS } from './conntrack/scripts.js';
import { requireRoot } from './harness/root.js';
import { worldOf } from './harness/world.js';

requireRoot();
t.setTimeout(3_600_000);

const ROUNDS = Number(process.env['CONNTRACK_ROUNDS'] ?? 60);
const SEED = Number(process.env['CONNTRACK_SEED'] ?? 1);

const both = new Both('conntrack', worldOf(['eth0', 'eth1']));
t.teardown(() => both.close());

let port = 2000;
const client = (): Party => ({ on: 'eth0', address: '10.200.0.2', port: port++ });
const server: Party = { on: 'eth1', address: '10.200.1.2', port: 80 };
const met = new Map<string, number>();

function segments(script: string): Step[] {
  const dialogue = new Dialogue({ c: client(), s: server });
  return script.split(' ').map((note) => ({ note, packet: dialogue.segment(note) }));
}

await t.test('scripted conversations', async (scripted) => {
  both.load(STATE_RULES, [['netfilter/nf_conntrack_tcp_be_liberal', '0']]);
  for (const script of SCRIPTS) scripted.equal(await follow(both, segments(script), met), '', `tcp ${script}`);
});

await t.test('random conversations', async (random) => {
  both.load(STATE_RULES, [['netfilter/nf_conntrack_tcp_be_liberal', '1']]);
  for (let seed = SEED; seed < SEED + ROUNDS; seed++) {
    random.equal(await follow(both, segments(randomSegments(new Random(`segments ${seed}`)).join(' ')), met), '', `segments, seed ${seed}`);
  }
});

t.match(Object.fromEntries(met), { NEW: Number, ESTABLISHED: Number, INVALID: Number }, `states met: ${JSON.stringify(Object.fromEntries(met))}`);
