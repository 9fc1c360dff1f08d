/**
 * Which chain of ip6tables judges what comes in: every pair of telling source and destination addresses, link-layer types, bad headers, hop-by-hop
 * options and extension headers through both firewalls in one namespace. What IPv6 discards must move no counter of ours either. Root.
 */
import t from 'tap';
import { be16, be32, concatBytes } from '../src/net/bytes.js';
import { ipv6Address } from '../src/net/ipv6-address.js';
import { authentication, destinationOptions, fragmentHeader, hopByHop, ipv6Option, rawHeader, routingHeader, sourceRoute } from '../src/net/ipv6-extensions.js';
import { ipv6, type ExtensionHeader, type Ipv6Fields } from '../src/net/ipv6.js';
import { rawTransport } from '../src/net/ipv4.js';
import { udp } from '../src/net/udp.js';
import { ipBatch, setSysctls } from './harness/namespaces.js';
import { requireRoot } from './harness/root.js';
import { Both6, type Movement } from './ipv6/both6.js';

requireRoot();
t.setTimeout(900_000);

const table = (rules: readonly string[]): string => ['*filter', ...rules.map((rule) => `-A ${rule}`), 'COMMIT', ''].join('\n');
const PLACES = table(['INPUT -i eth0', 'FORWARD -i eth0', 'FORWARD -i eth0 -o eth0', 'FORWARD -i eth0 -o eth1']);
/** Rules that ask for the protocol: what is cut off is dropped at the second. */
const PROTOCOLS = table(['INPUT', 'FORWARD'].flatMap((chain) => [`${chain} -i eth0`, `${chain} -i eth0 -p udp`, `${chain} -i eth0 ! -p udp`, `${chain} -i eth0 -p udp --dport 5678`, `${chain} -i eth0 -m comment --comment behind`]));

/** The peer, our own addresses, loopback, nobody, a group, the link's, the far side, mapped and site-local ones. */
const SOURCES = ['2001:db8::2', '2001:db8::1', '2001:db8:1::1', '::1', '::', 'ff02::1', 'fe80::2', 'fe80::1', 'fe80::101', '2001:db8:1::2', '2001:db8:ffff::1', '::ffff:10.0.0.1', 'fec0::1'];
/** Local, of the link, anycast, groups joined and not and of all scopes, neighbours, routed, error routes, loopback, nobody. */
const DESTINATIONS = [
  '2001:db8::1', '2001:db8:1::1', '2001:db8:9::9', 'fe80::1', 'fe80::101', 'fe80::2', 'fe80::77', '2001:db8::', '2001:db8:1::', 'fe80::', '2001:db8:a::5', 'fec0::5',
  'ff02::1', 'ff01::1', 'ff00::1', 'ff02::2', 'ff05::2', 'ff02::1:ff00:1', 'ff02::1:ff00:99', 'ff02::5', 'ff02::16', 'ff05::1:3', 'ff0e::1234', 'ff31::1',
  '2001:db8:1::2', '2001:db8::2', '2001:db8:ffff::5', '2001:db8:b::1', '2001:db8:c::1', '2001:db8:d::1', '2001:db8:f::1', '2001:db8:e::1', '::1', '::', '::ffff:10.0.0.1',
];

type Fields = Omit<Partial<Ipv6Fields>, 'src' | 'dst'> & { readonly from?: string; readonly to?: string };
const packet = ({ from = '2001:db8::2', to = '2001:db8::1', ...rest }: Fields, size = 12): Uint8Array =>
  ipv6({ src: ipv6Address(from), dst: ipv6Address(to), ...rest }, udp({ sport: 1234, dport: 5678 }, new Uint8Array(size)));

const option = (type: number, ...data: number[]): Uint8Array => ipv6Option(type, Uint8Array.from(data));
/** Hop-by-hop options right and wrong, as bytes behind the first two. */
const OPTIONS: readonly (readonly [string, Uint8Array])[] = [
  ['pad1', new Uint8Array(6)], ['padN', option(1, 0, 0, 0, 0)], ['padN not zero', option(1, 0, 9, 0, 0)], ['pad1 and padN', concatBytes(new Uint8Array(1), option(1, 0, 0, 0))],
  ['8 of padding', new Uint8Array(14)], ['7 of padding and an option', concatBytes(new Uint8Array(7), option(0x1e, 1, 2, 3, 4, 5))],
  ['router alert', concatBytes(option(5, 0, 0), option(1))], ['router alert of 4', option(5, 0, 0, 0, 0)], ['unknown, skipped', option(0x1e, 1, 2, 3, 4)], ['unknown, discarded', option(0x5e, 1, 2, 3, 4)],
  ['unknown, answered', option(0x9e, 1, 2, 3, 4)], ['unknown, answered unless to a group', option(0xde, 1, 2, 3, 4)], ['beyond the header', Uint8Array.of(0x1e, 9, 0, 0, 0, 0)],
  ['jumbo of a short one', option(0xc2, 0, 0, 0, 60)], ['jumbo of 0', option(0xc2, 0, 0, 0, 0)], ['jumbo beyond', option(0xc2, 0, 2, 0, 0)], ['calipso too short', option(7, 0, 0, 0, 0)],
  ['ioam unaligned', option(49, 0, 0, 0, 0)], ['tunnel limit', concatBytes(option(4, 3), option(1, 0))], ['8 options', concatBytes(...Array.from({ length: 8 }, () => option(0x1e)), new Uint8Array(6))],
  ['9 options', concatBytes(...Array.from({ length: 9 }, () => option(0x1e)), new Uint8Array(4))], ['one byte over', concatBytes(option(0x1e, 1, 2, 3), Uint8Array.of(0x1e))],
];
const optionsHeader = (number: number, body: Uint8Array): ExtensionHeader => rawHeader(number, concatBytes(Uint8Array.of(0, (body.length + 2) / 8 - 1), body));

const STACKS: readonly (readonly [string, readonly ExtensionHeader[]])[] = [
  ['hbh', [hopByHop()]], ['dst', [destinationOptions()]], ['hbh dst', [hopByHop(), destinationOptions()]], ['rt0', [sourceRoute([ipv6Address('2001:db8:1::2')])]], ['rt0 spent', [sourceRoute([ipv6Address('2001:db8:1::2')], 0)]],
  ['rt2', [sourceRoute([ipv6Address('2001:db8:1::2')], 1, 2)]], ['rt unknown', [routingHeader(99, 1)]], ['ah', [authentication({ spi: 1 })]], ['dst ah dst', [destinationOptions(), authentication({ spi: 1 }), destinationOptions()]],
  ['atomic fragment', [fragmentHeader({ id: 7 })]], ['hbh rt dst', [hopByHop(), routingHeader(3, 0), destinationOptions()]], ['many', Array.from({ length: 30 }, () => destinationOptions())],
  ['hbh second', [destinationOptions(), hopByHop()]], ['dst too long', [destinationOptions([], 9)]], ['dst beyond', [destinationOptions([], 200)]],
  ['first fragment', [fragmentHeader({ id: 9, more: true })]], ['later fragment', [fragmentHeader({ id: 9, offset: 1 })]], ['later fragment, more', [fragmentHeader({ id: 9, offset: 3, more: true })]],
  ['later fragment of dst', [fragmentHeader({ id: 9, offset: 1 }), destinationOptions()]], ['dst, later fragment', [destinationOptions(), fragmentHeader({ id: 9, offset: 2 })]],
];

/** Chains that end in the middle of a header. */
const CUT: readonly (readonly [string, number, readonly number[]])[] = [
  ['1 byte of dst', 60, [17]], ['no dst', 60, []], ['2 bytes of dst', 60, [17, 0]], ['3 bytes of rt', 43, [17, 0, 0]], ['3 bytes of fragment', 44, [17, 0, 0]], ['4 bytes of fragment', 44, [17, 0, 0, 8]], ['1 byte of ah', 51, [17]],
  ['nothing next', 59, []], ['7 bytes of udp', 17, [0, 1, 0, 2, 0, 7, 0]], ['hbh cut', 0, [17, 1, 0, 0, 0, 0, 0, 0]], ['no hbh', 0, []], ['3 bytes of udp', 17, [0, 1, 0]], ['esp', 50, [0, 0, 0, 1]], ['mobility', 135, [59, 0, 0, 0, 0, 0, 0, 0]],
];

/** Sizes of which each set has a sum of its own: the bytes counted tell which packets of a group were. */
const SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

/** Pairs of addresses, in groups of packets of such sizes. */
function* pairs(): Generator<readonly { readonly note: string; readonly l3: Uint8Array }[]> {
  const all = SOURCES.flatMap((from) => DESTINATIONS.map((to) => ({ from, to })));
  for (let at = 0; at < all.length; at += SIZES.length) yield all.slice(at, at + SIZES.length).map(({ from, to }, index) => ({ note: `${from} to ${to}`, l3: packet({ from, to }, SIZES[index]) }));
}

function* oddities(): Generator<[string, Uint8Array, string?]> {
  for (const mac of ['ff:ff:ff:ff:ff:ff', '33:33:00:00:00:01', '02:00:00:00:00:99'])
    for (const to of ['2001:db8::1', '2001:db8:1::2', 'fe80::1', 'ff02::1', 'ff02::5', 'ff05::1:3', '2001:db8:e::1']) yield [`to ${to} at ${mac}`, packet({ to }), mac];
  for (const to of ['2001:db8::1', '2001:db8:1::2', 'ff02::1', '2001:db8::2']) {
    for (const hopLimit of [0, 1, 2]) yield [`to ${to}, hop limit ${hopLimit}`, packet({ to, hopLimit })];
    for (const size of [1252, 1253, 1352, 1353]) yield [`to ${to}, ${48 + size} bytes`, packet({ to }, size)];
    for (const version of [0, 4, 5]) yield [`to ${to}, version ${version}`, packet({ to, version })];
  }
  for (const to of ['2001:db8::1', '2001:db8:1::2', 'ff02::1']) {
    for (const payloadLength of [0, 1, 8, 19, 21, 1000]) yield [`to ${to}, payload length ${payloadLength}`, packet({ to, payloadLength })];
    for (const [name, body] of OPTIONS) yield [`to ${to}, hop-by-hop ${name}`, packet({ to, extensions: [optionsHeader(0, body)] })];
  }
}

function* headers(): Generator<[string, Uint8Array]> {
  for (const to of ['2001:db8::1', '2001:db8:1::2']) {
    for (const payloadLength of [0, 1, 7]) yield [`to ${to}, payload length ${payloadLength}`, packet({ to, payloadLength })];
    for (const [name, extensions] of STACKS) yield [`to ${to}, ${name}`, packet({ to, extensions })];
    for (const [name, next, bytes] of CUT) yield [`to ${to}, ${name}`, ipv6({ src: ipv6Address('2001:db8::2'), dst: ipv6Address(to) }, rawTransport(next, Uint8Array.from(bytes)))];
    for (const protocol of [0, 1, 6, 47, 58, 255]) yield [`to ${to}, protocol ${protocol}`, ipv6({ src: ipv6Address('2001:db8::2'), dst: ipv6Address(to) }, rawTransport(protocol, concatBytes(be16(0x8000), be32(0), new Uint8Array(18))))];
  }
}

type Settings = readonly (readonly [string, string])[];
const WORLDS: readonly { readonly name: string; readonly forwards: boolean; readonly settings: Settings }[] = [
  { name: 'a router', forwards: true, settings: [['ipv6/conf/all/forwarding', '1']] },
  { name: 'a host', forwards: false, settings: [['ipv6/conf/all/forwarding', '0'], ['ipv6/conf/eth0/drop_unicast_in_l2_multicast', '1']] },
  { name: 'a router whose eth0 is set not to forward', forwards: true, settings: [['ipv6/conf/all/forwarding', '1'], ['ipv6/conf/eth0/forwarding', '0'], ['ipv6/conf/eth1/mtu', '1300']] },
];

/** Interfaces, addresses, routes of all kinds. */
function newWorld(settings: Settings): Both6 {
  const both = new Both6('chains6');
  ipBatch(both.dut, [
    'link set eth1 mtu 1400', 'addr add 2001:db8:9::9/128 dev eth1 nodad', 'addr add ff05::1:3/64 dev eth0 autojoin', 'route add 2001:db8:ffff::/48 via 2001:db8:1::2',
    'route add blackhole 2001:db8:b::/48', 'route add unreachable 2001:db8:c::/48', 'route add prohibit 2001:db8:d::/48', 'route add throw 2001:db8:f::/48', 'route add local 2001:db8:a::/64 dev lo',
  ]);
  setSysctls(both.dut, settings);
  return both;
}

for (const { name, forwards, settings } of WORLDS) {
  await t.test(name, async (trial) => {
    const both = newWorld(settings);
    trial.teardown(() => both.close());
    both.load(PLACES);
    let counted = 0;
    const wrong: string[] = [];
    const compare = (note: string, { kernel, ours }: Movement): void => {
      if (kernel.join() !== ours.join()) wrong.push(`${note}: ip6tables ${kernel.join() || 'none'}, ours ${ours.join() || 'none'}`);
      counted += kernel.filter((line) => line.includes(forwards ? '-o' : 'INPUT')).length;
    };
    for (const group of pairs()) compare(group.map(({ note }) => note).join(', '), await both.send(...group.map(({ l3 }) => ({ l3 }))));
    for (const [note, l3, macDst] of oddities()) compare(note, await both.send({ l3, macDst }));
    trial.same(wrong, []);
    trial.ok(counted > 50, `rules met: ${counted}`);
  });
}

t.test('extension headers', async (trial) => {
  const both = newWorld([['ipv6/conf/all/forwarding', '1']]);
  trial.teardown(() => both.close());
  const seen = { kernel: [] as string[], ours: [] as string[] };
  // Our programs drop what ip6tables would drop, which it then would not see: one after the other.
  for (const side of ['kernel', 'ours'] as const) {
    both.load(PROTOCOLS, side);
    for (const [note, l3] of headers()) seen[side].push(`${note}: ${(await both.send({ l3 }))[side].join() || 'none'}`);
  }
  trial.same(seen.ours, seen.kernel);
});
