/**
 * Our conntrack of TCP held against the kernel's: both watch the same packets in one namespace, and each packet must have the same state in both, under
 * settings as shipped and under others, in IPv4 and in IPv6. Root. CONNTRACK_ROUNDS, CONNTRACK_SEED: how many random conversations (60; IPv6: a
 * quarter), first seed (1); CONNTRACK_FAMILY: one of the families alone.
 */
import t from 'tap';
import { Random } from '../src/property/random.js';
import { Both } from './conntrack/both.js';
import { wantedFamilies } from './conntrack/firewalls.js';
import { Dialogue, type Party } from './conntrack/dialogue.js';
import { follow, STATE_RULES, type Step } from './conntrack/follow.js';
import { firstNumbers, randomSegments } from './conntrack/random-segments.js';
import { SCRIPT_GROUPS } from './conntrack/scripts.js';
import { requireRoot } from './harness/root.js';
import { worldOf } from './harness/world.js';

requireRoot();
t.setTimeout(3_600_000);

const ROUNDS = Number(process.env['CONNTRACK_ROUNDS'] ?? 60);
const SEED = Number(process.env['CONNTRACK_SEED'] ?? 1);

let port = 2000;
const client = (): Party => ({ on: 'eth0', address: '10.200.0.2', port: port++ });
const server: Party = { on: 'eth1', address: '10.200.1.2', port: 80 };

function segments(words: readonly string[], first?: { c: number; s: number }): Step[] {
  const dialogue = new Dialogue({ c: client(), s: server }, first);
  return words.map((note) => (note.startsWith('wait:') ? { note, wait: Number(note.slice(5)) } : { note, packet: dialogue.segment(note) }));
}

/** Sysctls net.netfilter.nf_conntrack_tcp_* as shipped: what a group of scripts does not say. */
const SHIPPED = {
  be_liberal: 0, loose: 1, ignore_invalid_rst: 0, max_retrans: 3,
  timeout_syn_sent: 120, timeout_syn_recv: 60, timeout_established: 432_000, timeout_fin_wait: 120, timeout_close_wait: 60, timeout_last_ack: 30, timeout_time_wait: 120, timeout_close: 10,
  timeout_unacknowledged: 300, timeout_max_retrans: 300,
};

function load(both: Both, settings: Readonly<Record<string, number>>): void {
  both.load(STATE_RULES, Object.entries({ ...SHIPPED, ...settings }).map(([name, value]) => [`netfilter/nf_conntrack_tcp_${name}`, String(value)]));
}

/** Settings as shipped for most random conversations, every other for some. */
const RANDOM_SETTINGS = [{}, {}, {}, { be_liberal: 1 }, { loose: 0, ignore_invalid_rst: 1 }, { max_retrans: 0 }];

for (const { family, rounds, some } of wantedFamilies(ROUNDS)) {
  const both = await new Both('conntrack', worldOf(['eth0', 'eth1']), family).ready();
  const met = new Map<string, number>();

  for (const { settings, scripts } of SCRIPT_GROUPS) {
    await t.test(`${family}, scripted conversations ${JSON.stringify(settings)}`, async (scripted) => {
      load(both, settings);
      for (const script of some(scripts)) scripted.equal(await follow(both, segments(script.split(' ')), met), '', `tcp ${script}`);
    });
  }

  /** Of such a flow every packet but the first is a reply, also where another begins after its end. */
  await t.test(`${family}, from an end to itself`, async (itself) => {
    load(both, { be_liberal: 1 });
    const end: Party = { ...server, on: 'eth0', port: port++ };
    const dialogue = new Dialogue({ c: end, s: end });
    const steps = 'c:S s:S s:SA s:A s:FA s:A s:FA s:A s:S s:S s:SA s:A'.split(' ').map((note) => ({ note, packet: dialogue.segment(note) }));
    itself.equal(await follow(both, steps, met), '');
  });

  for (const [part, settings] of RANDOM_SETTINGS.entries()) {
    await t.test(`${family}, random conversations ${JSON.stringify(settings)}`, async (random) => {
      load(both, settings);
      for (let seed = SEED + part; seed < SEED + rounds; seed += RANDOM_SETTINGS.length) {
        const numbers = new Random(`segments ${seed}`);
        random.equal(await follow(both, segments(randomSegments(numbers), firstNumbers(numbers)), met), '', `segments, seed ${seed}`);
      }
    });
  }

  t.match(Object.fromEntries(met), { NEW: Number, ESTABLISHED: Number, INVALID: Number }, `${family}, states met: ${JSON.stringify(Object.fromEntries(met))}`);
  both.close();
}
