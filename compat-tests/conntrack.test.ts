/**
 * Our conntrack held against the kernel's: both watch the same packets in one namespace, and each packet must have the same state in both.
 * Sequence windows are not ours yet, so random conversations run with nf_conntrack_tcp_be_liberal=1, which takes them out of the kernel's
 * judgement; the scripted ones run as shipped. Root. CONNTRACK_ROUNDS, CONNTRACK_SEED: how many random conversations (60), first seed (1).
 */
import t from 'tap';
import { Random } from '../src/property/random.js';
import { Both } from './conntrack/both.js';
import { Dialogue, type Party } from './conntrack/dialogue.js';
import { DATAGRAMS, randomDatagrams } from './conntrack/datagrams.js';
import { randomSegments } from './conntrack/random-segments.js';
import { SCRIPTS } from './conntrack/scripts.js';
import type { TwinPacket } from './harness/packet.js';
import { requireRoot } from './harness/root.js';
import { worldOf } from './harness/world.js';

requireRoot();
t.setTimeout(3_600_000);

const ROUNDS = Number(process.env['CONNTRACK_ROUNDS'] ?? 60);
const SEED = Number(process.env['CONNTRACK_SEED'] ?? 1);

const STATES = ['INVALID', 'NEW', 'ESTABLISHED', 'RELATED', 'UNTRACKED'];
const PLACES = ['INPUT -i lo', 'INPUT -i eth0', 'INPUT -i eth1', 'FORWARD -i eth0', 'FORWARD -i eth1', 'OUTPUT -o lo', 'OUTPUT -o eth0', 'OUTPUT -o eth1'];
const RULES = ['*filter', ...PLACES.flatMap((place) => STATES.map((state) => `-A ${place} -m conntrack --ctstate ${state}`)), 'COMMIT', ''].join('\n');

const both = new Both('conntrack', worldOf(['eth0', 'eth1']));
t.teardown(() => both.close());

let port = 2000;
const client = (): Party => ({ on: 'eth0', address: '10.200.0.2', port: port++ });
const server: Party = { on: 'eth1', address: '10.200.1.2', port: 80 };
const met = new Map<string, number>();

/** Sends packet after packet until one is judged differently; says which, with what went before it. */
async function follow(steps: readonly { readonly note: string; readonly packet: TwinPacket }[]): Promise<string> {
  for (const [index, { packet }] of steps.entries()) {
    const { kernel, ours } = await both.send(packet);
    for (const rule of kernel) {
      const state = /--ctstate (\w+)/.exec(rule)?.[1] ?? '';
      met.set(state, (met.get(state) ?? 0) + 1);
    }
    if (kernel.join() !== ours.join()) return `${steps.slice(0, index + 1).map(({ note }) => note).join(' ')}\n  kernel: ${kernel.join(', ')}\n  ours:   ${ours.join(', ')}`;
    if (kernel.length === 0) return `${steps[index]!.note}: no rule met, nothing compared`;
  }
  return '';
}

function segments(script: string): { note: string; packet: TwinPacket }[] {
  const dialogue = new Dialogue({ c: client(), s: server });
  return script.split(' ').map((note) => ({ note, packet: dialogue.segment(note) }));
}

await t.test('scripted conversations', async (scripted) => {
  both.load(RULES, [['netfilter/nf_conntrack_tcp_be_liberal', '0']]);
  for (const script of SCRIPTS) scripted.equal(await follow(segments(script)), '', `tcp ${script}`);
  for (const [name, steps] of DATAGRAMS) scripted.equal(await follow(steps), '', name);
});

await t.test('random conversations', async (random) => {
  both.load(RULES, [['netfilter/nf_conntrack_tcp_be_liberal', '1']]);
  for (let seed = SEED; seed < SEED + ROUNDS; seed++) {
    random.equal(await follow(segments(randomSegments(new Random(`segments ${seed}`)).join(' '))), '', `segments, seed ${seed}`);
    random.equal(await follow(randomDatagrams(new Random(`datagrams ${seed}`), port++)), '', `datagrams, seed ${seed}`);
  }
});

t.match(Object.fromEntries(met), { NEW: Number, ESTABLISHED: Number, INVALID: Number, RELATED: Number }, `states met: ${JSON.stringify(Object.fromEntries(met))}`);
