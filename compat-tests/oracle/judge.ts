/**
 * Real iptables as the judge of single packets: which counters of the filter table a packet moves, which hook it met and
 * whether it went on from there. Counting rules in the tables before and behind filter tell the latter two.
 */
import { execOk } from '../harness/exec.js';
import { LEGACY, restore } from '../harness/firewall.js';
import { createSide, removeSide, type Side } from '../harness/side.js';
import { openWire } from '../harness/open-wire.js';
import { wireBytes, type TwinPacket } from '../harness/packet.js';
import type { World } from '../harness/world.js';
import { BUILTIN_CHAINS, type BuiltinChain } from '../../src/ruleset/model.js';
import { addressType, parseLocalRoutes, type LocalRoute } from './address-types.js';

/** What is sent: packets that come in, or the namespace's own. */
export type Kind = 'arrivals' | 'locals';

/** Tables around filter. `raw` keeps the kernel's own answers, and copies of local packets that loop back, away from the filter table. */
const probes = (kind: Kind): string =>
  [
    '*raw',
    `:PREROUTING ${kind === 'arrivals' ? 'ACCEPT' : 'DROP'} [0:0]`,
    `:OUTPUT ${kind === 'arrivals' ? 'DROP' : 'ACCEPT'} [0:0]`,
    'COMMIT',
    '*mangle',
    ...['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'].map((chain) => `:${chain} ACCEPT [0:0]`),
    ...['INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'].map((chain) => `-A ${chain}`),
    'COMMIT',
    '*security',
    ...BUILTIN_CHAINS.map((chain) => `:${chain} ACCEPT [0:0]`),
    '-A INPUT',
    'COMMIT',
    '',
  ].join('\n');

export interface Judgement {
  /** The chain the packet met, undefined when the kernel discarded or reassembled it before. */
  readonly hook: BuiltinChain | undefined;
  readonly accepted: boolean;
  /** `CHAIN POSITION` (0-based) or `CHAIN policy` with `xPACKETS/BYTES`, sorted. */
  readonly moved: readonly string[];
}

type Counts = Map<string, { packets: bigint; bytes: bigint }>;

export class Judge {
  readonly localRoutes: readonly LocalRoute[];
  private readonly side: Side;
  private readonly wire: ReturnType<typeof openWire>;
  private before: Counts = new Map();

  constructor(
    label: string,
    private readonly world: World,
  ) {
    this.side = createSide(label, world);
    this.wire = openWire([
      { kind: 'local-send', namespace: this.side.dut },
      ...world.interfaces.map((each) => ({ kind: 'device-send' as const, namespace: this.side[each.peer], device: each.name })),
    ]);
    this.localRoutes = parseLocalRoutes(execOk(['ip', '-4', 'route', 'show', 'table', 'local'], { namespace: this.side.dut }));
  }

  /** Loads a filter table, and probes that fit packets of one kind: arriving ones, or the namespace's own. */
  load(rulesText: string, kind: Kind): void {
    restore(LEGACY, this.side.dut, probes(kind) + rulesText);
    this.before = this.counts();
  }

  /** Whether a packet to this address is for somebody else. */
  forwards(destination: bigint): boolean {
    return addressType(this.localRoutes, destination) === 1;
  }

  /** The device `ip route get` names for a destination. */
  outDevice(destination: string): string | undefined {
    return /\bdev (\S+)/.exec(execOk(['sh', '-c', 'ip -4 route get "$0" 2>/dev/null || true', destination], { namespace: this.side.dut }))?.[1];
  }

  /** Sends one packet and reads what moved. A packet that meets no hook costs a moment more: it might be under way still. */
  async judge(packet: TwinPacket): Promise<Judgement> {
    const endpoint = packet.kind === 'local' ? 0 : 1 + this.world.interfaces.findIndex((each) => each.name === packet.on);
    this.wire.send([{ endpoint, bytes: wireBytes(this.world, packet) }]);
    let judgement = this.movement();
    for (let look = 0; look < 2 && judgement.hook === undefined; look++) {
      await new Promise((resolve) => setTimeout(resolve, 3));
      judgement = this.movement();
    }
    return judgement;
  }

  close(): void {
    this.wire.close();
    removeSide(this.side);
  }

  private movement(): Judgement {
    const now = this.counts();
    const moves = new Map<string, { packets: bigint; bytes: bigint }>();
    for (const [key, { packets, bytes }] of now) {
      const old = this.before.get(key) ?? { packets: 0n, bytes: 0n };
      if (packets !== old.packets || bytes !== old.bytes) moves.set(key, { packets: packets - old.packets, bytes: bytes - old.bytes });
    }
    this.before = now;
    const hook = BUILTIN_CHAINS.find((chain) => moves.has(`mangle ${chain} 0`));
    return {
      hook,
      accepted: moves.has(hook === 'INPUT' ? 'security INPUT 0' : 'mangle POSTROUTING 0'),
      moved: [...moves].filter(([key]) => key.startsWith('filter ')).map(([key, { packets, bytes }]) => `${key.slice('filter '.length)} x${packets}/${bytes}`).sort(),
    };
  }

  /** Counters of all tables: `TABLE CHAIN POSITION` and `TABLE CHAIN policy`. */
  private counts(): Counts {
    const out: Counts = new Map();
    const positions = new Map<string, number>();
    let table = '';
    for (const line of execOk([...LEGACY.save, '-c'], { namespace: this.side.dut }).split('\n')) {
      if (line.startsWith('*')) table = line.slice(1);
      const found = /^(?::(\S+) (?:ACCEPT|DROP) )?\[(\d+):(\d+)\](?: -A (\S+))?/.exec(line);
      if (found === null) continue;
      const [, policyOf, packets = '', bytes = '', chain = ''] = found;
      const position = positions.get(`${table} ${chain}`) ?? 0;
      if (policyOf === undefined) positions.set(`${table} ${chain}`, position + 1);
      out.set(policyOf === undefined ? `${table} ${chain} ${position}` : `${table} ${policyOf} policy`, { packets: BigInt(packets), bytes: BigInt(bytes) });
    }
    return out;
  }
}
