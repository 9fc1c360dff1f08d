/**
 * Two hosts alike, one judged by ip6tables-legacy, the other by the eBPF programs: what they answer, byte for byte, and what they count.
 * `eth0` is 2001:db8:0::1/64 and leads to the client, `eth1` 2001:db8:1::1/64 to the server. The peers have no IPv6: every frame is the test's.
 */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ETHERTYPE, ethernet, macAddress } from '../../src/net/ethernet.js';
import { exec, execOk } from '../harness/exec.js';
import { createNamespace, ipBatch, removeNamespace, setSysctls } from '../harness/namespaces.js';
import { openWire } from '../harness/open-wire.js';
import type { Endpoint } from '../harness/wire.js';

const DEVICES = ['eth0', 'eth1'] as const;
const MAC = { eth0: ['02:00:00:00:00:01', '02:00:00:00:00:02'], eth1: ['02:00:00:00:01:01', '02:00:00:00:01:02'] } as const;
/** ICMPv6 that hosts send of themselves: listener reports, neighbour discovery. */
const OF_THEMSELVES: readonly number[] = [130, 131, 132, 133, 134, 135, 136, 143];
const PLACES = 3;
/** Until the hosts have told their neighbours of the groups they listen to, and said so again. */
const REPORTS_MS = 3000;

/** Our command of this name, as built beside this file. */
const bin = (name: string): readonly string[] => [process.execPath, path.resolve(import.meta.dirname, '../../bundle/bin', `${name}.js`)];

/** What comes in by eth0, or what a program of the host sends. */
export interface Packet6 {
  readonly from: 'eth0' | 'host';
  readonly l3: Uint8Array;
  readonly macDst?: string;
}

export const arrives6 = (l3: Uint8Array, macDst?: string): Packet6 => ({ from: 'eth0', l3, ...(macDst === undefined ? {} : { macDst }) });
export const sent6 = (l3: Uint8Array): Packet6 => ({ from: 'host', l3 });

/** Of both hosts, ip6tables-legacy's first. */
export type Both<T> = readonly [T, T];

let made = 0;

export class Twin6 {
  /** The hosts' namespaces. */
  readonly duts: Both<string>;
  /** Those of the hosts at the other end of eth0. */
  readonly clients: Both<string>;
  private readonly namespaces: string[] = [];
  private readonly wire: ReturnType<typeof openWire>;

  private constructor() {
    made += 1;
    const sides = ['a', 'b'].map((side) => this.side(`six${made}${side}`));
    this.duts = [sides[0]!.dut, sides[1]!.dut];
    this.clients = [sides[0]!.client, sides[1]!.client];
    this.wire = openWire(sides.flatMap(({ endpoints }) => endpoints));
  }

  /** Close it when done. */
  static async make(): Promise<Twin6> {
    const twin = new Twin6();
    await sleep(REPORTS_MS);
    return twin;
  }

  /** Loads the filter table on both sides, whose counters are 0 then. */
  restore(rulesText: string): void {
    execOk(['ip6tables-legacy-restore'], { namespace: this.duts[0], input: rulesText });
    execOk([...bin('bpf-ip6tables-restore')], { namespace: this.duts[1], input: rulesText });
  }

  /** Sends each packet to both, in order; what the peers then received, as `DEVICE HEX` of whole frames. */
  async send(...packets: readonly Packet6[]): Promise<Both<readonly string[]>> {
    this.wire.send(
      packets.flatMap(({ from, l3, macDst }) =>
        [0, PLACES].map((side) =>
          from === 'host' ? { endpoint: side, bytes: l3 } : { endpoint: side + 1, bytes: ethernet(macAddress(macDst ?? MAC.eth0[0]), macAddress(MAC.eth0[1]), ETHERTYPE.ipv6, l3) },
        ),
      ),
    );
    const seen: Both<string[]> = [[], []];
    for (const { endpoint, bytes } of await this.wire.drain()) {
      if (bytes[20] === 58 && OF_THEMSELVES.includes(bytes[54]!)) continue;
      if (bytes[20] === 0 && bytes[54] === 58) continue;
      seen[endpoint < PLACES ? 0 : 1].push(`${DEVICES[(endpoint % PLACES) - 1]} ${Buffer.from(bytes).toString('hex')}`);
    }
    return seen;
  }

  /** Rules and policies as saved, with their counters. */
  counters(): Both<readonly string[]> {
    const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line.startsWith('[') || line.startsWith(':'));
    return [
      lines(execOk(['ip6tables-legacy-save', '-c', '-t', 'filter'], { namespace: this.duts[0] })),
      lines(execOk([...bin('bpf-ip6tables-save'), '-c', '-t', 'filter'], { namespace: this.duts[1] })),
    ];
  }

  /** What `bpf-ip6tables log` prints. */
  logged(): readonly string[] {
    const { status, stdout, stderr } = exec([...bin('bpf-ip6tables'), 'log'], { namespace: this.duts[1] });
    if (status !== 0) throw new Error(stderr);
    return stdout.split('\n').filter((line) => line !== '');
  }

  close(): void {
    this.wire.close();
    this.namespaces.forEach(removeNamespace);
  }

  private side(label: string): { readonly dut: string; readonly client: string; readonly endpoints: readonly Endpoint[] } {
    const make = (name: string): string => {
      const namespace = createNamespace(`${label}-${name}`);
      this.namespaces.push(namespace);
      return namespace;
    };
    const dut = make('dut');
    const peers = { eth0: make('client'), eth1: make('server') };
    const conf = (name: string, value: string, ...where: string[]): [string, string][] => where.map((each) => [`ipv6/conf/${each}/${name}`, value]);
    setSysctls(dut, [...conf('disable_ipv6', '0', 'all', 'default', 'lo'), ...conf('accept_dad', '0', 'all', 'default'), ...conf('addr_gen_mode', '1', 'default'), ...conf('router_solicitations', '0', 'default')]);
    setSysctls(dut, [['ipv6/icmp/ratelimit', '0'], ['ipv6/auto_flowlabels', '0'], ['ipv4/icmp_msgs_per_sec', '100000'], ['ipv4/icmp_msgs_burst', '100000']]);
    ipBatch(dut, [
      ...DEVICES.flatMap((name) => [`link add ${name} address ${MAC[name][0]} type veth peer name ${name} address ${MAC[name][1]} netns ${peers[name]}`, `link set ${name} up`]),
      ...DEVICES.flatMap((name, n) => [`addr add 2001:db8:${n}::1/64 dev ${name} nodad`, `addr add fe80::${n}01/64 dev ${name} nodad`]),
      ...DEVICES.flatMap((name, n) => [`2001:db8:${n}::2`, 'fe80::2'].map((far) => `neigh replace ${far} lladdr ${MAC[name][1]} nud permanent dev ${name}`)),
    ]);
    setSysctls(dut, conf('forwarding', '1', 'all'));
    for (const name of DEVICES) ipBatch(peers[name], [`link set ${name} up`]);
    const endpoints: Endpoint[] = [{ kind: 'local-send', namespace: dut, version: 6 }, ...DEVICES.map((device): Endpoint => ({ kind: 'device', namespace: peers[device], device, version: 6 }))];
    return { dut, client: peers.eth0, endpoints };
  }
}
