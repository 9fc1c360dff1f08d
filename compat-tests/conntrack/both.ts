/**
 * One namespace judged by both firewalls at once: the eBPF programs see a packet at tc, real iptables at its hooks, under the same rules.
 * Rules must only count, not drop, so that each packet reaches both.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { KernelStore } from '../../src/cli/kernel-store.js';
import { realKernel } from '../../src/kernel/real-kernel.js';
import { readCounters, restore, type Firewall } from '../harness/firewall.js';
import { setSysctls } from '../harness/namespaces.js';
import { insideNamespace, openWire } from '../harness/open-wire.js';
import { wireBytes, type TwinPacket } from '../harness/packet.js';
import { createSide, removeSide, type Side } from '../harness/side.js';
import type { World } from '../harness/world.js';
import { BUILTIN_CHAINS, type Family } from '../../src/ruleset/model.js';
import { firewallsOf, loadOurs } from './firewalls.js';
import { speakIpv6, wireBytes6 } from './ipv6/world.js';

/** Rules whose packet counters moved, as saved, with ` xN` behind those that moved by more than one. */
export interface Movement {
  readonly kernel: readonly string[];
  readonly ours: readonly string[];
}

/** How often both counters are looked at again while they disagree, or while nothing has moved: the packet may still be under way. */
const LOOKS_APART = 40;
const LOOKS_STILL = 4;
const LOOK_MS = 2;

export class Both {
  readonly side: Side;
  private readonly wire: ReturnType<typeof openWire>;
  private readonly store: KernelStore;
  private readonly legacy: Firewall;
  private rules: readonly string[] = [];
  private before: { kernel: readonly number[]; ours: readonly number[] } = { kernel: [], ours: [] };

  constructor(
    label: string,
    private readonly world: World,
    readonly family: Family = 'ipv4',
  ) {
    this.side = createSide(label, world);
    this.store = new KernelStore(realKernel(), family);
    this.legacy = firewallsOf(family).legacy;
    this.wire = openWire([
      { kind: 'local-send', namespace: this.side.dut, version: family === 'ipv6' ? 6 : 4 },
      ...world.interfaces.map((each) => ({ kind: 'device-send' as const, namespace: this.side[each.peer], device: each.name })),
    ]);
  }

  /** What the family needs besides createSide(). */
  async ready(): Promise<this> {
    if (this.family === 'ipv6') await speakIpv6(this.side, this.world);
    return this;
  }

  /** Loads the filter table into both. */
  load(rulesText: string, sysctls: readonly (readonly [string, string])[] = []): void {
    restore(this.legacy, this.side.dut, rulesText);
    loadOurs(this.family, this.side.dut, rulesText);
    setSysctls(this.side.dut, sysctls);
    this.rules = readCounters(this.legacy, this.side.dut).filter(({ position }) => position !== 'policy').map(({ text }) => text);
    this.before = this.counts();
  }

  /** Sends one packet and says which rules it met. */
  async send(packet: TwinPacket): Promise<Movement> {
    const endpoint = packet.kind === 'local' ? 0 : 1 + this.world.interfaces.findIndex((each) => each.name === packet.on);
    this.wire.send([{ endpoint, bytes: this.family === 'ipv6' ? wireBytes6(this.world, packet) : wireBytes(this.world, packet) }]);
    let now = this.counts();
    for (let look = 0; this.differs(now) ? look < LOOKS_APART : look < LOOKS_STILL && !this.moved(now); look++) {
      await sleep(LOOK_MS);
      now = this.counts();
    }
    const moves = (side: 'kernel' | 'ours'): string[] =>
      now[side].flatMap((count, index) => {
        const by = count - (this.before[side][index] ?? 0);
        return by === 0 ? [] : [`${this.rules[index]}${by === 1 ? '' : ` x${by}`}`];
      });
    const movement = { kernel: moves('kernel'), ours: moves('ours') };
    this.before = now;
    return movement;
  }

  close(): void {
    this.wire.close();
    removeSide(this.side);
  }

  private moved(now: typeof this.before): boolean {
    return now.kernel.some((count, index) => count !== this.before.kernel[index]);
  }

  private differs(now: typeof this.before): boolean {
    return now.kernel.some((count, index) => count - (this.before.kernel[index] ?? 0) !== (now.ours[index] ?? 0) - (this.before.ours[index] ?? 0));
  }

  private counts(): typeof this.before {
    const kernel = readCounters(this.legacy, this.side.dut).flatMap(({ position, count }) => (position === 'policy' ? [] : [Number(count.packets)]));
    const ruleset = insideNamespace(this.side.dut, () => this.store.read());
    const chains = [...BUILTIN_CHAINS, ...[...ruleset.chains.keys()].filter((name) => !BUILTIN_CHAINS.some((chain) => chain === name))];
    return { kernel, ours: chains.flatMap((chain) => ruleset.chains.get(chain)!.rules.map(({ counters }) => Number(counters.packets))) };
  }
}
