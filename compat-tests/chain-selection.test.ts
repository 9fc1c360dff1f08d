/**
 * Which chain judges what comes in: every pair of telling source and destination addresses, link-layer types, bad headers and IP
 * options through both firewalls in one namespace. What routing discards must move no counter of ours either. Root.
 */
import t from 'tap';
import { fragment } from '../src/net/fragment.js';
import { ipv4, rawTransport, withHeaderChecksum, type Ipv4Fields } from '../src/net/ipv4.js';
import { ipv4Address } from '../src/net/ipv4-address.js';
import { udp } from '../src/net/udp.js';
import { Both } from './conntrack/both.js';
import { ipBatch } from './harness/namespaces.js';
import type { TwinPacket } from './harness/packet.js';
import { requireRoot } from './harness/root.js';
import { worldOf } from './harness/world.js';

requireRoot();
t.setTimeout(600_000);

const RULES = ['*filter', ...['INPUT -i eth0', 'FORWARD -i eth0'].map((place) => `-A ${place}`), 'COMMIT', ''].join('\n');

/** The peer, our own addresses, loopback, nobody, a group, broadcasts, the far side, class E, a local prefix of the administrator's. */
const SOURCES = [
  '10.200.0.2', '10.200.0.1', '10.200.1.1', '127.0.0.1', '127.0.0.9', '0.0.0.0', '0.0.0.7', '224.0.0.1', '255.255.255.255', '10.200.0.255',
  '8.8.4.4', '10.200.1.2', '10.200.1.255', '240.0.0.9', '30.0.0.5',
];
/** Local, broadcast, groups joined and not, neighbours, routed, loopback, error routes (blackhole, unreachable, prohibit, throw). */
const DESTINATIONS = [
  '10.200.0.1', '10.200.1.1', '10.200.0.255', '10.200.0.0', '10.200.1.255', '255.255.255.255', '224.0.0.1', '224.0.0.5', '239.1.2.3', '10.200.1.2',
  '8.8.8.8', '127.0.0.1', '0.0.0.0', '0.0.0.9', '240.0.0.1', '20.1.0.1', '20.2.0.1', '20.3.0.1', '20.4.0.1', '30.0.0.7',
];
/** NOPs, end of list early, source routes, record route and timestamps right and wrong, router alert, unknown and malformed ones. */
const OPTIONS: readonly (readonly number[])[] = [
  [1, 1, 1, 0], [1, 1, 1, 1, 1, 1, 1, 0], Array<number>(40).fill(1), [0, 9, 9, 9], [131, 7, 4, 10, 200, 1, 2, 0], [137, 7, 4, 10, 200, 1, 2, 0], [148, 4, 0, 0], [148, 2, 1, 1],
  [7, 2, 0, 0], [7, 7, 4, 0, 0, 0, 0, 0], [7, 7, 8, 0, 0, 0, 0, 0], [7, 7, 5, 0, 0, 0, 0, 0], [7, 3, 4, 7, 3, 4, 1, 0], [68, 4, 5, 0], [68, 8, 5, 0, 0, 0, 0, 0],
  [68, 8, 5, 1, 0, 0, 0, 0], [68, 4, 5, 0xf0], [68, 4, 5, 0xf3], [50, 0, 0, 0], [50, 4, 0, 0], [50, 9, 0, 0], [1, 1, 1, 50],
];

const packet = (fields: Partial<Ipv4Fields> & { readonly from?: string; readonly to?: string }, size = 12): Uint8Array => {
  const { from = '10.200.0.2', to = '10.200.0.1', ...rest } = fields;
  return ipv4({ src: ipv4Address(from), dst: ipv4Address(to), id: 7, ...rest }, udp({ sport: 1234, dport: 5678 }, new Uint8Array(size)));
};
const arrives = (l3: Uint8Array, macDst?: string): TwinPacket => ({ kind: 'arrives', on: 'eth0', l3, ...(macDst === undefined ? {} : { macDst }) });

function* packets(): Generator<[string, TwinPacket]> {
  for (const from of SOURCES) for (const to of DESTINATIONS) yield [`${from} to ${to}`, arrives(packet({ from, to }), '02:00:00:00:00:01')];
  for (const mac of ['ff:ff:ff:ff:ff:ff', '01:00:5e:00:00:01', '02:00:00:00:00:99'])
    for (const to of ['10.200.0.1', '10.200.1.2', '10.200.0.255', '255.255.255.255', '224.0.0.1', '99.0.0.1']) yield [`to ${to} at ${mac}`, arrives(packet({ to }), mac)];
  for (const to of ['10.200.0.1', '10.200.1.2']) {
    for (const ttl of [0, 1, 2]) yield [`to ${to}, ttl ${ttl}`, arrives(packet({ to, ttl }))];
    for (const size of [972, 973, 1400]) for (const dontFragment of [false, true]) yield [`to ${to}, ${28 + size} bytes, DF ${dontFragment}`, arrives(packet({ to, dontFragment }, size))];
    for (const version of [0, 5, 6]) yield [`to ${to}, version ${version}`, arrives(packet({ to, version }))];
    for (const totalLength of [0, 19, 20, 27, 39, 41, 1000]) yield [`to ${to}, total length ${totalLength}`, arrives(packet({ to, totalLength }))];
    for (const ihl of [0, 4, 6, 15]) yield [`to ${to}, header length ${ihl}`, arrives(withHeaderChecksum(packet({ to, ihl })))];
    for (const options of OPTIONS) yield [`to ${to}, options ${options.join(' ')}`, arrives(packet({ to, options: Uint8Array.from(options) }))];
    for (const options of [[], [1, 1, 1, 0]]) {
      const wrong = packet({ to, options: Uint8Array.from(options) });
      wrong[11]! ^= 1;
      yield [`to ${to}, wrong checksum, ${options.length} bytes of options`, arrives(wrong)];
    }
    for (const protocol of [1, 2, 6, 47, 255]) yield [`to ${to}, protocol ${protocol}`, arrives(ipv4({ src: ipv4Address('10.200.0.2'), dst: ipv4Address(to) }, rawTransport(protocol, new Uint8Array(24))))];
    for (const part of fragment(packet({ to, id: to === '10.200.0.1' ? 8 : 9 }, 60), 24).slice(1)) yield [`to ${to}, later fragment`, arrives(part)];
  }
}

for (const forwarding of [true, false]) {
  await t.test(forwarding ? 'a router' : 'a host', async (trial) => {
    const both = new Both(forwarding ? 'router' : 'host', worldOf(['eth0', 'eth1']));
    trial.teardown(() => both.close());
    ipBatch(both.side.dut, [
      'link set eth1 mtu 1000', 'maddr add 01:00:5e:01:02:03 dev eth0', 'route add blackhole 20.1.0.0/16', 'route add unreachable 20.2.0.0/16',
      'route add prohibit 20.3.0.0/16', 'route add throw 20.4.0.0/16', 'route add local 30.0.0.0/24 dev lo',
    ]);
    both.load(RULES, [['ipv4/ip_forward', forwarding ? '1' : '0']]);
    // Forwarding is a routing change: the mirrored addresses are stamped anew.
    both.load(RULES);
    const met = { INPUT: 0, FORWARD: 0, none: 0 };
    const wrong: string[] = [];
    for (const [note, each] of packets()) {
      const { kernel, ours } = await both.send(each);
      if (kernel.join() !== ours.join()) wrong.push(`${note}: iptables ${kernel.join() || 'none'}, ours ${ours.join() || 'none'}`);
      met[kernel.length === 0 ? 'none' : kernel[0]!.includes('INPUT') ? 'INPUT' : 'FORWARD'] += 1;
    }
    trial.same(wrong, [], JSON.stringify(met));
    trial.ok(met.INPUT > 50 && met.none > 200 && (met.FORWARD > 30) === forwarding, 'all outcomes met');
  });
}
