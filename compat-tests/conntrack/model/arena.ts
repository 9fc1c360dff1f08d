/** One namespace judged by both firewalls at once, a batch of packets at a time: each packet has a tag, and one reading of both counters judges them all. */
import { setTimeout as sleep } from 'node:timers/promises';
import { realKernel } from '../../../src/kernel/real-kernel.js';
import { openNamespace, type Namespace } from '../../../src/kernel/namespace.js';
import { execOk } from '../../harness/exec.js';
import { restore, type Firewall } from '../../harness/firewall.js';
import { setSysctls } from '../../harness/namespaces.js';
import { insideNamespace, openWire } from '../../harness/open-wire.js';
import { wireBytes } from '../../harness/packet.js';
import { createSide, removeSide, type Side } from '../../harness/side.js';
import { worldOf } from '../../harness/world.js';
import type { Family } from '../../../src/ruleset/model.js';
import { firewallsOf } from '../firewalls.js';
import { speakIpv6, wireBytes6 } from '../ipv6/world.js';
import type { Ends, Step } from './flow.js';
import { other } from './flow.js';
import { FIRST_TAG, HOST_TTL, readTaggedRules, TAGS, taggedRules, type TaggedRule } from './tagged-rules.js';

/** A packet to be judged: a step between ends. */
export interface Sent {
  readonly step: Step;
  readonly ends: Ends;
}

/** How both judged one packet: the rules met, as `in-NEW` or `out-NEW in-NEW`, empty where none was. */
export interface Judged {
  readonly kernel: string;
  readonly ours: string;
}

export interface Batch {
  readonly packets: readonly Judged[];
  /** Where both differ in what no tag tells: chains met, and packets that the host itself sent. */
  readonly rest: Judged | undefined;
}

export const BATCH = TAGS;

/** Sysctls of the namespace under test: the host stays silent, and learns nothing from ICMP errors (of a smaller MTU it would make fragments). */
const SILENT: readonly (readonly [string, string])[] = [
  ['ipv4/ip_default_ttl', String(HOST_TTL)],
  ['ipv4/icmp_echo_ignore_all', '1'],
  ['ipv4/ip_no_pmtu_disc', '2'],
  ['ipv4/conf/all/accept_redirects', '0'],
  ['ipv4/conf/eth0/accept_redirects', '0'],
  ['ipv4/conf/eth1/accept_redirects', '0'],
];

/** The same for IPv6, where the interfaces have been given their addresses; of ICMPv6 the host says no more than it must. */
const SILENT6: readonly (readonly [string, string])[] = [
  ...['all', 'default', 'eth0', 'eth1', 'lo'].map((device) => [`ipv6/conf/${device}/hop_limit`, String(HOST_TTL)] as const),
  ['ipv6/icmp/echo_ignore_all', '1'],
];

/** How often both counters are looked at again while packets are missing. */
const LOOKS = 30;
const LOOK_MS = 5;
const BROADCAST = 'ff:ff:ff:ff:ff:ff';
const WORLD = worldOf(['eth0', 'eth1']);

interface Counts {
  readonly kernel: readonly number[];
  readonly ours: readonly number[];
}

export class Arena {
  readonly side: Side;
  private readonly wire: ReturnType<typeof openWire>;
  private readonly namespace: Namespace;
  private readonly rules: Readonly<Record<keyof Counts, readonly TaggedRule[]>>;
  private before: Counts;
  private readonly legacy: Firewall;

  private constructor(
    side: Side,
    private readonly family: Family,
    environment: Readonly<Record<string, string>>,
  ) {
    this.side = side;
    const { dut } = side;
    const { legacy, ours } = firewallsOf(family, environment);
    this.legacy = legacy;
    for (const each of [legacy, ours]) restore(each, dut, taggedRules(family));
    this.namespace = openNamespace(realKernel());
    this.rules = { kernel: readTaggedRules(this.savedByKernel()), ours: readTaggedRules(execOk([...ours.save, '-t', 'filter'], { namespace: dut })) };
    this.wire = openWire([{ kind: 'local-send', namespace: dut, version: family === 'ipv4' ? 4 : 6 }, ...WORLD.interfaces.map((each) => ({ kind: 'device-send' as const, namespace: this.side[each.peer], device: each.name }))]);
    this.before = this.counts();
  }

  static async open(label: string, environment: Readonly<Record<string, string>> = {}, family: Family = 'ipv4'): Promise<Arena> {
    const side = createSide(label, WORLD);
    setSysctls(side.dut, SILENT);
    if (family === 'ipv6') {
      await speakIpv6(side, WORLD);
      setSysctls(side.dut, SILENT6);
    }
    return new Arena(side, family, environment);
  }

  /** Writes sysctls below /proc/sys/net of the namespace under test. */
  set(settings: readonly (readonly [string, string])[]): void {
    setSysctls(this.side.dut, settings);
  }

  /** Sends up to {@link BATCH} packets in order and says how each was judged. */
  async judge(batch: readonly Sent[]): Promise<Batch> {
    if (batch.length > BATCH) throw new Error(`${batch.length} packets, ${BATCH} tags`);
    this.wire.send(batch.map((sent, index) => this.frame(sent, FIRST_TAG + index)));
    let now = this.counts();
    for (let look = 0; look < LOOKS && !this.complete(batch, now); look++) {
      await sleep(LOOK_MS);
      now = this.counts();
    }
    const kernel = this.moves('kernel', now);
    const ours = this.moves('ours', now);
    this.before = now;
    const packets = batch.map((_, index) => ({ kernel: metBy(kernel, FIRST_TAG + index), ours: metBy(ours, FIRST_TAG + index) }));
    // A packet judged differently went through another chain as well.
    const chains = packets.every((packet) => packet.kernel === packet.ours);
    const rest = { kernel: restOf(kernel, chains), ours: restOf(ours, chains) };
    return { packets, rest: rest.kernel === rest.ours ? undefined : rest };
  }

  close(): void {
    this.wire.close();
    removeSide(this.side);
  }

  private frame({ step, ends }: Sent, tag: number): { endpoint: number; bytes: Uint8Array } {
    const from = ends[step.from];
    const toHost = ends[other(step.from)].on === undefined;
    const l3 = step.build(ends, from.on === undefined || toHost ? tag : tag + 1);
    const bytesOf = this.family === 'ipv4' ? wireBytes : wireBytes6;
    if (from.on === undefined) return { endpoint: 0, bytes: bytesOf(WORLD, { kind: 'local', l3 }) };
    const endpoint = 1 + WORLD.interfaces.findIndex(({ name }) => name === from.on);
    // Frames to all stations: TCP and UDP of the host then answer nothing, whatever comes.
    return { endpoint, bytes: bytesOf(WORLD, { kind: 'arrives', on: from.on, l3, ...(toHost ? { macDst: BROADCAST } : {}) }) };
  }

  private complete(batch: readonly Sent[], now: Counts): boolean {
    const wanted = batch.reduce((sum, { ends }) => sum + rulesMet(ends), 0);
    return (['kernel', 'ours'] as const).every((who) => {
      const met = this.moves(who, now).reduce((sum, { tag, by }) => sum + (tag === undefined || tag === HOST_TTL ? 0 : by), 0);
      return met >= wanted;
    });
  }

  private moves(who: keyof Counts, now: Counts): (TaggedRule & { by: number })[] {
    return now[who].flatMap((count, index) => {
      const by = count - this.before[who][index]!;
      return by === 0 ? [] : [{ ...this.rules[who][index]!, by }];
    });
  }

  private counts(): Counts {
    const rules = this.rules.kernel.length;
    const kernel = Array.from(this.savedByKernel().matchAll(/^\[(\d+):\d+\] -A/gm), ([, packets]) => Number(packets));
    const loaded = insideNamespace(this.side.dut, () => this.namespace.readState(this.family));
    if (loaded === undefined || kernel.length !== rules || this.rules.ours.length !== rules) throw new Error('the tagged rules are gone');
    return { kernel, ours: loaded.counters.slice(0, rules).map(({ packets }) => Number(packets)) };
  }

  private savedByKernel(): string {
    return execOk([...this.legacy.save, '-c', '-t', 'filter'], { namespace: this.side.dut });
  }
}

/** How many tagged rules a packet between these ends meets: what the host sends itself is met going out and coming in. */
export function rulesMet(ends: Ends): number {
  return ends.c.on === undefined && ends.s.on === undefined ? 2 : 1;
}

function metBy(moves: readonly (TaggedRule & { by: number })[], tag: number): string {
  return moves
    .filter((move) => move.tag === tag)
    .map(({ place, judgement, by }) => `${place}-${judgement}${by === 1 ? '' : ` x${by}`}`)
    .sort()
    .join(' ');
}

function restOf(moves: readonly (TaggedRule & { by: number })[], chains: boolean): string {
  return moves
    .filter(({ tag }) => (tag === undefined ? chains : tag === HOST_TTL))
    .map(({ place, judgement, tag, by }) => `${place}-${judgement}${tag === undefined ? '' : ' (the host)'} x${by}`)
    .sort()
    .join(', ');
}
