/**
 * Every option of the conntrack match held against iptables: both firewalls watch the same packets in one namespace, and each packet must
 * move the same rules in both. Each option has rules that match, that do not, and negated ones, in all three chains. Lifetimes are asked
 * for as a second and the one before it: the two look at the clock one after the other. In IPv4 and in IPv6. Root. CONNTRACK_FAMILY: one of the
 * families alone.
 */
import t from 'tap';
import { Both } from './conntrack/both.js';
import { DATAGRAMS } from './conntrack/datagrams.js';
import { Dialogue, type Party } from './conntrack/dialogue.js';
import { wantedFamilies } from './conntrack/firewalls.js';
import { DATAGRAMS6 } from './conntrack/ipv6/datagrams.js';
import { textInIpv6 } from './conntrack/ipv6/translated.js';
import { followRules, type Step } from './conntrack/follow.js';
import { requireRoot } from './harness/root.js';
import { worldOf } from './harness/world.js';
import type { Family } from '../src/ruleset/model.js';

requireRoot();
t.setTimeout(600_000);

const CLIENT = '10.200.0.2';
const SERVER = '10.200.1.2';
const HOST = '10.200.0.1';

const either = (option: string, ...values: readonly string[]): string[] => values.flatMap((value) => [`--${option} ${value}`, `! --${option} ${value}`]);

const OPTIONS: readonly string[] = [
  // A packet without an entry: the state alone decides.
  '--ctstate INVALID --ctdir REPLY', '--ctstate INVALID,NEW --ctproto 99', '! --ctstate ESTABLISHED --ctorigsrc 1.2.3.4', '--ctstate NEW,ESTABLISHED,RELATED --ctdir ORIGINAL', '! --ctstate SNAT,DNAT',
  '--ctstate RELATED --ctdir REPLY', '--ctstate RELATED --ctdir ORIGINAL',
  '--ctdir ORIGINAL', '--ctdir REPLY',
  ...either('ctproto', '6', '17', '1', '47', '0'),
  ...['ctorigsrc', 'ctorigdst', 'ctreplsrc', 'ctrepldst'].flatMap((option) => either(option, CLIENT, `${SERVER}/24`, `${HOST}/32`, '0.0.0.0/0', '9.9.9.9')),
  // ICMP: identifiers, and 256 times the type.
  ...either('ctorigsrcport', '2000:3000', '1000:1022', '70:73', '90', '0', '90:80'),
  ...either('ctorigdstport', '80', '53', '9', String(8 << 8), String(13 << 8), '0', '90:80'),
  ...either('ctreplsrcport', '80', '53', '9', '70:73', '90', '0', '90:80'),
  ...either('ctrepldstport', '2000:3000', '1000:1022', String(14 << 8), '0', '90:80'),
  ...either('ctstatus', 'NONE', 'EXPECTED', 'SEEN_REPLY', 'ASSURED', 'CONFIRMED', 'SEEN_REPLY,ASSURED', 'NONE,CONFIRMED'),
  ...either('ctexpire', '0', '1:8', '9:10', '29:30', '59:60', '119:120', '179:180', '599:600', '431990:432000', '5:4', '0:4294967295'),
  '--ctproto 6 --ctorigsrcport 2000:3000 --ctorigdstport 80 --ctstatus ASSURED --ctdir REPLY',
];
const CHAINS = ['INPUT', 'FORWARD', 'OUTPUT'];

/** Options that only addresses of IPv6 have: masks that end in each of their words, and of no bits. */
const ADDRESSES6 = ['ctorigsrc', 'ctorigdst', 'ctreplsrc', 'ctrepldst'].flatMap((option) =>
  either(option, ...['/16', '/33', '/44', '/64', '/80', '/127', '/128', '/0'].map((mask) => `${textInIpv6(CLIENT)}${mask}`), 'fd00:ac9::2', 'fd00:ac8:1:0:2::2', '::/0'),
);
const TYPES6: Readonly<Record<string, number>> = { [8 << 8]: 128 << 8, [13 << 8]: 139 << 8, [14 << 8]: 140 << 8 };

/** The same options in IPv6. */
function inIpv6(options: string): string {
  return options
    .replace(/(\d+\.\d+\.\d+\.\d+)(\/\d+)?/g, (_, address: string, mask?: string) => `${textInIpv6(address)}${mask === undefined ? '' : `/${96 + Number(mask.slice(1))}`}`)
    .replace(/ctproto 1$/, 'ctproto 58')
    .replace(/\d+$/, (number) => String(TYPES6[number] ?? number));
}

const rules = (family: Family): string => {
  const options = family === 'ipv4' ? OPTIONS : [...OPTIONS.map(inIpv6), ...ADDRESSES6];
  return ['*filter', ...CHAINS.flatMap((chain) => options.map((each) => `-A ${chain} -m conntrack ${each}`)), 'COMMIT', ''].join('\n');
};

/** Conversations: handshakes, both ways to end, and begun in the middle. */
const SEGMENTS = ['c:S s:SA c:A c:PA+10 s:PA+20 c:A c:FA s:A s:FA c:A', 'c:S c:S s:RA', 'c:S s:SA c:A s:A s:RA c:A', 'c:A s:A c:A', 's:SA c:R', 'c:S! c:SF c:A s:R'];

let both: Both;
let port = 2000;
const server: Party = { on: 'eth1', address: SERVER, port: 80 };
/** Rules that some packet met. */
const moved = new Set<string>();

const follow = (steps: readonly Step[]): Promise<string> => followRules(both, steps, (rule) => moved.add(rule.replace(/ x\d+$/, '')));

/** Rules that cannot hold, and negations of what always does: nothing here is expected, and no entry has such an address or protocol. */
const NEVER = /^--ctstatus (NONE|EXPECTED)$|^--ctproto 0$|^--ct\S+ 9\.9\.9\.9$|^--ctexpire (1:8|5:4)$|^--ct\S+port 90:80$|^! --ct\S+ 0\.0\.0\.0\/0$|^! --ctexpire 0:4294967295$/;
/** Of the addresses of IPv6: none of nobody; and there is nothing outside of ::/0. */
const NEVER6 = /^! --ct\S+ \S+\/0$|^--ct\S+ fd00:(ac9::2|ac8:1:0:2::2)$/;
/** Negated networks that all hosts of the world are in, but not all groups. */
const WIDE6 = /^! --ct\S+ \S+\/(16|33|44)$/;
const met = (options: string): boolean => CHAINS.some((chain) => moved.has(`-A ${chain} -m conntrack ${asSaved(options)}`));

/** As iptables-save prints it. */
function asSaved(options: string): string {
  return options.replace(/\/(32|128)$/, '').replace('NONE,CONFIRMED', 'CONFIRMED').replace('NEW,ESTABLISHED,RELATED', 'NEW,RELATED,ESTABLISHED');
}

for (const { family } of wantedFamilies(0)) {
  both = await new Both('ctoptions', worldOf(['eth0', 'eth1']), family).ready();
  both.load(rules(family), [['netfilter/nf_conntrack_tcp_be_liberal', '1']]);
  moved.clear();

  await t.test(`${family}, TCP`, async (tcp) => {
    for (const script of SEGMENTS) {
      const dialogue = new Dialogue({ c: { on: 'eth0', address: CLIENT, port: port++ }, s: server });
      tcp.equal(await follow(script.split(' ').map((note) => ({ note, packet: dialogue.segment(note) }))), '', `forwarded: ${script}`);
    }
    const dialogue = new Dialogue({ c: { on: 'eth0', address: CLIENT, port: port++ }, s: { on: 'eth0', address: HOST, port: 80 } });
    tcp.equal(await follow(['c:S', 'c:S', 'c:A'].map((note) => ({ note, packet: dialogue.segment(note) }))), '', 'to a closed port of the host');
  });

  await t.test(`${family}, UDP, ICMP, ICMP errors, other protocols`, async (others) => {
    for (const [name, steps] of family === 'ipv4' ? DATAGRAMS : [...DATAGRAMS.filter(([, all]) => all.length < 10), ...DATAGRAMS6.filter(([, all]) => all.length < 24)]) others.equal(await follow(steps), '', name);
  });

  // Those of IPv4 have held or not in their own words: in IPv6 what is asked anew are addresses.
  const [all, never] = family === 'ipv4' ? [OPTIONS, NEVER] : [ADDRESSES6, NEVER6];
  t.same(all.filter((options) => !met(options) && !never.test(options) && !WIDE6.test(options)), [], `${family}, every rule that can hold has held`);
  t.same(all.filter((options) => met(options) && never.test(options)), [], 'and no other');
  t.same(CHAINS.filter((chain) => ![...moved].some((rule) => rule.startsWith(`-A ${chain} `))), [], 'in every chain');
  both.close();
}
