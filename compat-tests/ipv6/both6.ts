/**
 * A namespace of two Ethernet wires that ip6tables-legacy and the eBPF programs judge at once, under the same rules, which only count.
 * Its peers have no IPv6: every frame is the test's. `eth0` is 2001:db8:0::1/64, `eth1` 2001:db8:1::1/64.
 */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KernelStore } from '../../src/cli/kernel-store.js';
import { realKernel } from '../../src/kernel/real-kernel.js';
import { ETHERTYPE, ethernet, macAddress } from '../../src/net/ethernet.js';
import { saveTable } from '../../src/ruleset/print/save.js';
import { parseSaved } from '../harness/counters.js';
import { execOk } from '../harness/exec.js';
import { createNamespace, ipBatch, removeNamespace, setSysctls } from '../harness/namespaces.js';
import { insideNamespace, openWire } from '../harness/open-wire.js';

const DEVICES = ['eth0', 'eth1'] as const;
const MAC = { eth0: ['02:00:00:00:00:01', '02:00:00:00:00:02'], eth1: ['02:00:00:00:01:01', '02:00:00:00:01:02'] } as const;

/** How often both counters are looked at again while they disagree, or while nothing has moved. */
const LOOKS_APART = 40;
const LOOKS_STILL = 3;
const LOOK_MS = 2;

const EMPTY = '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n';

/** Rules whose counters moved, as saved, each with its packets and bytes. */
export interface Movement {
  readonly kernel: readonly string[];
  readonly ours: readonly string[];
}

type Counts = readonly { readonly rule: string; readonly packets: bigint; readonly bytes: bigint }[];

export class Both6 {
  readonly dut: string;
  readonly peers: Readonly<Record<(typeof DEVICES)[number], string>>;
  private readonly wire: ReturnType<typeof openWire>;
  private readonly store = new KernelStore(realKernel(), 'ipv6');
  private only: keyof Movement | undefined;
  private before: { kernel: Counts; ours: Counts } = { kernel: [], ours: [] };

  constructor(label: string) {
    this.dut = createNamespace(`${label}-dut`);
    this.peers = { eth0: createNamespace(`${label}-client`), eth1: createNamespace(`${label}-server`) };
    setSysctls(this.dut, ['all', 'default', 'lo'].flatMap((name): [string, string][] => [[`ipv6/conf/${name}/disable_ipv6`, '0'], [`ipv6/conf/${name}/accept_dad`, '0']]));
    setSysctls(this.dut, [['ipv6/conf/default/addr_gen_mode', '1'], ['ipv6/conf/default/router_solicitations', '0'], ['ipv6/icmp/ratelimit', '0']]);
    ipBatch(this.dut, [
      ...DEVICES.flatMap((name) => [`link add ${name} address ${MAC[name][0]} type veth peer name ${name} address ${MAC[name][1]} netns ${this.peers[name]}`, `link set ${name} up`]),
      ...DEVICES.flatMap((name, n) => [`addr add 2001:db8:${n}::1/64 dev ${name} nodad`, `addr add fe80::${n}01/64 dev ${name} nodad`]),
      ...DEVICES.flatMap((name, n) => [`2001:db8:${n}::2`, 'fe80::2'].map((far) => `neigh replace ${far} lladdr ${MAC[name][1]} nud permanent dev ${name}`)),
    ]);
    for (const name of DEVICES) ipBatch(this.peers[name], [`link set ${name} up`]);
    this.wire = openWire([...DEVICES.map((device) => ({ kind: 'device-send' as const, namespace: this.peers[device], device })), { kind: 'local-send', namespace: this.dut, version: 6 }]);
  }

  /** Loads the filter table into both, or into one alone: the other one is then empty. */
  load(rulesText: string, only?: keyof Movement): void {
    const text = { kernel: only === 'ours' ? EMPTY : rulesText, ours: only === 'kernel' ? EMPTY : rulesText };
    execOk(['ip6tables-legacy-restore'], { namespace: this.dut, input: text.kernel });
    execOk([process.execPath, path.resolve(import.meta.dirname, '../../bundle/bin/bpf-ip6tables-restore.js')], { namespace: this.dut, input: text.ours });
    this.only = only;
    this.start();
  }

  /** Counts from here on. */
  start(): void {
    this.before = this.counts();
  }

  /** What has moved since. */
  async movement(): Promise<Movement> {
    let now = this.counts();
    for (let look = 0; this.differs(now) ? look < LOOKS_APART : look < LOOKS_STILL && !this.moved(now); look++) {
      await sleep(LOOK_MS);
      now = this.counts();
    }
    const moves = (side: 'kernel' | 'ours'): string[] =>
      now[side].flatMap(({ rule, packets, bytes }, index) => {
        const old = this.before[side][index]!;
        return packets === old.packets && bytes === old.bytes ? [] : [`${rule} ${packets - old.packets}/${bytes - old.bytes}`];
      });
    const movement = { kernel: moves('kernel'), ours: moves('ours') };
    this.before = now;
    return movement;
  }

  /** Sends packets to the namespace by its eth0, to its own MAC address if no other is given. */
  async send(...frames: readonly { readonly l3: Uint8Array; readonly macDst?: string | undefined }[]): Promise<Movement> {
    const [own, peer] = MAC.eth0;
    this.wire.send(frames.map(({ l3, macDst }) => ({ endpoint: 0, bytes: ethernet(macAddress(macDst ?? own), macAddress(peer), ETHERTYPE.ipv6, l3) })));
    return this.movement();
  }

  /** Sends a packet as the namespace's own. */
  async sendOwn(l3: Uint8Array): Promise<Movement> {
    this.wire.send([{ endpoint: DEVICES.length, bytes: l3 }]);
    return this.movement();
  }

  close(): void {
    this.wire.close();
    for (const name of [this.dut, ...Object.values(this.peers)]) removeNamespace(name);
  }

  private moved({ kernel, ours }: typeof this.before): boolean {
    const side = this.only === 'ours' ? ours : kernel;
    return side.some(({ packets }, index) => packets !== this.before[this.only ?? 'kernel'][index]!.packets);
  }

  private differs(now: typeof this.before): boolean {
    return this.only === undefined && now.kernel.some(({ packets }, index) => packets - this.before.kernel[index]!.packets !== now.ours[index]!.packets - this.before.ours[index]!.packets);
  }

  private counts(): typeof this.before {
    const kernel = this.only === 'ours' ? '' : execOk(['ip6tables-legacy-save', '-c', '-t', 'filter'], { namespace: this.dut });
    const ours = this.only === 'kernel' ? '' : saveTable(insideNamespace(this.dut, () => this.store.read()), true, new Date(0));
    const rules = (text: string): Counts => parseSaved(text).flatMap(({ position, text: rule, count }) => (position === 'policy' ? [] : [{ rule, ...count }]));
    return { kernel: rules(kernel), ours: rules(ours) };
  }
}
