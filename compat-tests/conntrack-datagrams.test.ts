/**
 * Our conntrack of all protocols but TCP held against the kernel's, packet by packet (compat-tests/conntrack/both.ts), in IPv4 and in IPv6. Root.
 * CONNTRACK_ROUNDS, CONNTRACK_SEED: how many random conversations of each kind (60; IPv6: a quarter), first seed (1); CONNTRACK_FAMILY: one of the
 * families alone.
 */
import t from 'tap';
import { Random } from '../src/property/random.js';
import { ASSOCIATIONS, association, cutShort, randomAssociation, SHORT_ASSOCIATIONS } from './conntrack/associations.js';
import { Both } from './conntrack/both.js';
import { wantedFamilies } from './conntrack/firewalls.js';
import { DATAGRAMS, randomDatagrams } from './conntrack/datagrams.js';
import { DATAGRAMS6 } from './conntrack/ipv6/datagrams.js';
import { lives, SCTP_SHORT, setLifetimes, USUAL_LIFETIMES } from './conntrack/lifetimes.js';
import { wrongChecksums } from './conntrack/checksums.js';
import { follow, STATE_RULES } from './conntrack/follow.js';
import { requireRoot } from './harness/root.js';
import { worldOf } from './harness/world.js';

requireRoot();
t.setTimeout(3_600_000);

const ROUNDS = Number(process.env['CONNTRACK_ROUNDS'] ?? 60);
const SEED = Number(process.env['CONNTRACK_SEED'] ?? 1);

let port = 2000;

for (const { family, rounds, some } of wantedFamilies(ROUNDS)) {
  const both = await new Both('datagrams', worldOf(['eth0', 'eth1']), family).ready();
  const met = new Map<string, number>();

  await t.test(`${family}, datagrams`, async (datagrams) => {
    both.load(STATE_RULES);
    for (const [name, steps] of family === 'ipv6' ? [...DATAGRAMS, ...DATAGRAMS6] : DATAGRAMS) datagrams.equal(await follow(both, steps, met), '', name);
    for (let seed = SEED; seed < SEED + rounds; seed++) {
      datagrams.equal(await follow(both, randomDatagrams(new Random(`datagrams ${seed}`), port++), met), '', `datagrams, seed ${seed}`);
    }
  });

  await t.test(`${family}, SCTP`, async (sctp) => {
    both.load(STATE_RULES);
    sctp.equal(await follow(both, cutShort(port++), met), '', 'cut short');
    for (const script of some(ASSOCIATIONS)) sctp.equal(await follow(both, association(script, port++), met), '', script);
    for (let seed = SEED; seed < SEED + rounds; seed++) {
      sctp.equal(await follow(both, association(randomAssociation(new Random(`associations ${seed}`)), port++), met), '', `association, seed ${seed}`);
    }
  });

  await t.test(`${family}, timeouts`, async (timeouts) => {
    both.load(STATE_RULES);
    for (const [script, steps] of some(lives())) timeouts.equal(await follow(both, steps, met), '', script);
    setLifetimes(both.side.dut, SCTP_SHORT);
    for (const script of some(SHORT_ASSOCIATIONS)) timeouts.equal(await follow(both, association(script, port++), met), '', script);
    setLifetimes(both.side.dut, USUAL_LIFETIMES);
  });

  await t.test(`${family}, checksums, heeded or not`, async (checksums) => {
    for (const setting of ['0', '1']) {
      both.load(STATE_RULES, [['netfilter/nf_conntrack_checksum', setting]]);
      checksums.equal(await follow(both, wrongChecksums(port++), met), '', `nf_conntrack_checksum=${setting}`);
    }
  });

  t.match(Object.fromEntries(met), { NEW: Number, ESTABLISHED: Number, INVALID: Number, RELATED: Number }, `${family}, states met: ${JSON.stringify(Object.fromEntries(met))}`);
  both.close();
}
