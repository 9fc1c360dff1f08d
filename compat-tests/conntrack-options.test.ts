/**
 * Every option of the conntrack match held against iptables: both firewalls watch the same packets in one namespace, and each packet must
 * move the same rules in both. Each option has rules that match, that do not, and negated ones, in all three chains. Lifetimes are asked
 * for as a second and the one before it: the two look at the clock one after the other. Root.
 */
import t from 'tap';
import { Both } from './conntrack/both.js';
import { DATAGRAMS } from './conntrack/datagrams.js';
import { Dialogue, type Party } from './conntrack/dialogue.js';
import { followRules, type Step } from './conntrack/follow.js';
import { requireRoot } from './harness/root.js';
import { worldOf } from './harness/world.js';

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
const RULES = ['*filter', ...CHAINS.flatMap((chain) => OPTIONS.map((options) => `-A ${chain} -m conntrack ${options}`)), 'COMMIT', ''].join('\n');

/** Conversations: handshakes, both ways to end, and begun in the middle. */
const SEGMENTS = ['c:S s:SA c:A c:PA+10 s:PA+20 c:A c:FA s:A s:FA c:A', 'c:S c:S s:RA', 'c:S s:SA c:A s:A s:RA c:A', 'c:A s:A c:A', 's:SA c:R', 'c:S! c:SF c:A s:R'];

const both = new Both('ctoptions', worldOf(['eth0', 'eth1']));
t.teardown(() => both.close());

let port = 2000;
const server: Party = { on: 'eth1', address: SERVER, port: 80 };
/** Rules that some packet met. */
const moved = new Set<string>();

const follow = (steps: readonly Step[]): Promise<string> => followRules(both, steps, (rule) => moved.add(rule.replace(/ x\d+$/, '')));

both.load(RULES, [['netfilter/nf_conntrack_tcp_be_liberal', '1']]);

await t.test('TCP', async (tcp) => {
  for (const script of SEGMENTS) {
    const dialogue = new Dialogue({ c: { on: 'eth0', address: CLIENT, port: port++ }, s: server });
    tcp.equal(await follow(script.split(' ').map((note) => ({ note, packet: dialogue.segment(note) }))), '', `forwarded: ${script}`);
  }
  const dialogue = new Dialogue({ c: { on: 'eth0', address: CLIENT, port: port++ }, s: { on: 'eth0', address: HOST, port: 80 } });
  tcp.equal(await follow(['c:S', 'c:S', 'c:A'].map((note) => ({ note, packet: dialogue.segment(note) }))), '', 'to a closed port of the host');
});

await t.test('UDP, ICMP, ICMP errors, other protocols', async (others) => {
  for (const [name, steps] of DATAGRAMS) others.equal(await follow(steps), '', name);
});

/** Rules that cannot hold, and negations of what always does: nothing here is expected, and no entry has such an address or protocol. */
const NEVER = /^--ctstatus (NONE|EXPECTED)$|^--ctproto 0$|^--ct\S+ 9\.9\.9\.9$|^--ctexpire (1:8|5:4)$|^--ct\S+port 90:80$|^! --ct\S+ 0\.0\.0\.0\/0$|^! --ctexpire 0:4294967295$/;
const met = (options: string): boolean => CHAINS.some((chain) => moved.has(`-A ${chain} -m conntrack ${asSaved(options)}`));

/** As iptables-save prints it. */
function asSaved(options: string): string {
  return options.replace(/\/32/, '').replace('NONE,CONFIRMED', 'CONFIRMED').replace('NEW,ESTABLISHED,RELATED', 'NEW,RELATED,ESTABLISHED');
}

t.same(OPTIONS.filter((options) => !met(options) && !NEVER.test(options)), [], 'every rule that can hold has held');
t.same(OPTIONS.filter((options) => met(options) && NEVER.test(options)), [], 'and no other');
t.same(CHAINS.filter((chain) => ![...moved].some((rule) => rule.startsWith(`-A ${chain} `))), [], 'in every chain');
