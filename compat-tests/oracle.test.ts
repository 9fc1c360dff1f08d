/**
 * The oracle held against real iptables, packet by packet: scripted traps, then random rulesets. Root.
 * ORACLE_RULESETS, ORACLE_PACKETS, ORACLE_SEED: how many, how many each, first seed (defaults 6, 120, 0).
 */
import t from 'tap';
import { readBe16, toHex } from '../src/net/bytes.js';
import { decodePacket } from '../src/net/decode.js';
import { ipv4Address } from '../src/net/ipv4-address.js';
import { generatePackets } from '../src/property/generate-packets.js';
import { defaultMatches, generateRuleset } from '../src/property/generate-ruleset.js';
import { readRuleset } from '../src/property/read-ruleset.js';
import type { Vocabulary } from '../src/property/vocabulary.js';
import type { TwinPacket } from './harness/packet.js';
import { HOST_FACTS } from './harness/host-facts.js';
import { requireRoot } from './harness/root.js';
import { worldOf } from './harness/world.js';
import { Judge } from './oracle/judge.js';
import { packetAt, predict } from './oracle/predict.js';
import { TRAPS } from './oracle/traps.js';

requireRoot();
t.setTimeout(3_600_000);

const number = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);
const RULESETS = number('ORACLE_RULESETS', 6);
const PACKETS = number('ORACLE_PACKETS', 120);
const SEED = number('ORACLE_SEED', 0);

const world = worldOf(['eth0', 'enp0s31f6'], ['10.200.9.9']);
const judge = new Judge('oracle', world);
t.teardown(() => judge.close());

const vocabulary: Vocabulary = {
  family: 'ipv4',
  addresses: ['10.200.0.1', '10.200.0.2', '10.200.0.255', '10.200.1.2', '10.200.9.9', '45.1.2.3', '45.1.3.255', '99.0.0.1', '224.0.0.1', '255.255.255.255'].map(ipv4Address),
  interfaces: ['eth0', 'enp0s31f6'],
  absentInterfaces: ['lo', 'ppp0', 'enp0s31f'],
  ports: [0, 1, 22, 53, 1023, 1024, 8080, 65535],
  marks: [0, 1, 0xff],
  macs: [...world.interfaces.map((each) => each.peerMac), '02:00:00:00:01:03'],
};
const home = ['10.200.0.1', '10.200.9.9'].map(ipv4Address);

/** Fragments for the host itself are put together before INPUT; where that fails, an ICMP error half a minute later would disturb another packet's count. */
function isFragment(l3: Uint8Array): boolean {
  return (readBe16(l3, 6) & 0x3fff) !== 0;
}

interface Tally {
  met: number;
  /** Met a hook, were dropped, and moved no counter at all. */
  hotdrops: number;
  wrong: string[];
}

/** Sends the packets of one kind one by one; adds what differs to the tally. */
async function compare(rulesText: string, packets: readonly TwinPacket[], notes: readonly string[], tally: Tally): Promise<void> {
  const ruleset = readRuleset(rulesText);
  for (const kind of ['arrives', 'local'] as const) {
    judge.load(rulesText, kind === 'local' ? 'locals' : 'arrivals');
    for (const [index, packet] of packets.entries()) {
      if (packet.kind !== kind) continue;
      const real = await judge.judge(packet);
      if (real.hook === undefined) continue;
      tally.met += 1;
      const oracle = predict(ruleset, real.hook, packetAt(real.hook, packet, world, judge));
      if (!real.accepted && real.moved.length === 0) tally.hotdrops += 1;
      if (JSON.stringify(real) !== JSON.stringify(oracle)) tally.wrong.push(`${notes[index] ?? index} ${toHex(packet.l3)}\n  real   ${JSON.stringify(real)}\n  oracle ${JSON.stringify(oracle)}`);
    }
  }
}

for (const trap of TRAPS) {
  t.test(trap.name, async (t) => {
    const tally: Tally = { met: 0, hotdrops: 0, wrong: [] };
    await compare(trap.rules, trap.packets.map(({ packet }) => packet), trap.packets.map(({ name }) => name), tally);
    t.same(tally.wrong, []);
    t.equal(tally.met, trap.packets.length, 'every packet meets its hook');
    t.equal(tally.hotdrops, trap.hotdrops ?? 0, 'hot drops');
  });
}

t.test('random rulesets', { timeout: 3_600_000 }, async (t) => {
  const all: Tally = { met: 0, hotdrops: 0, wrong: [] };
  for (let seed = SEED; seed < SEED + RULESETS; seed++) {
    const text = generateRuleset(`oracle ${seed}`, { vocabulary, matches: defaultMatches('ipv4').filter((name) => !HOST_FACTS.includes(name)) });
    const generated = generatePackets(readRuleset(text), seed, PACKETS, { vocabulary, localAddresses: home });
    const usable = generated.filter(({ hook, l3, meta }) => hook === 'OUTPUT' || !isFragment(l3) || judge.forwards(decodePacket(l3, meta).dst));
    const packets = usable.map(({ hook, l3, meta }): TwinPacket => (hook === 'OUTPUT' ? { kind: 'local', l3 } : { kind: 'arrives', on: meta.inIface ?? 'eth0', l3 }));
    const before = all.wrong.length;
    await compare(text, packets, usable.map(({ note }) => note), all);
    t.same(all.wrong.slice(before, before + 3), [], `seed ${seed}${all.wrong.length > before ? `\n${text}` : ''}`);
  }
  t.ok(all.met > RULESETS * PACKETS * 0.3, `${all.met} packets met a hook`);
  t.ok(all.hotdrops > 0, `${all.hotdrops} hot drops`);
});
