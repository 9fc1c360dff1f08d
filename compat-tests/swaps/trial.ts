/** Swapping rulesets under full-rate traffic over several interfaces: every packet must be in the counters of one ruleset, whole. */
import { readFileSync } from 'node:fs';
import { KernelStore } from '../../src/cli/kernel-store.js';
import type { HookMode } from '../../src/kernel/hook-setting.js';
import { openNamespace } from '../../src/kernel/namespace.js';
import { realKernel } from '../../src/kernel/real-kernel.js';
import { native } from '../../src/native/native.js';
import { ETHERTYPE, ethernet, macAddress } from '../../src/net/ethernet.js';
import { ipv4, rawTransport } from '../../src/net/ipv4.js';
import { ipv4Address } from '../../src/net/ipv4-address.js';
import { Flood } from '../harness/flood.js';
import { createNamespace, ipBatch, removeNamespace } from '../harness/namespaces.js';
import { insideNamespace } from '../harness/open-wire.js';
import { ACCEPTED_SOURCE, DROPPED_SOURCE, inForce, PROTOCOL, readCounts, swapRuleset, type SwapCounts } from './rulesets.js';

export interface SwapOrder {
  readonly swaps: number;
  /** A power of two. */
  readonly interfaces: number;
  readonly hook: HookMode;
  /** Rules beside those that count. */
  readonly rules: number;
  /** Threads that send; divides `interfaces`. */
  readonly generators: number;
  /** Called after each swap. */
  readonly progress?: (swap: number) => void;
}

export interface SwapResult {
  /** Frames that were sent; those that a full queue in front of the interfaces refused never arrived. */
  readonly sent: bigint;
  /** What the interfaces say they received. */
  readonly arrived: bigint;
  /** What IP delivered behind the rules. */
  readonly delivered: bigint;
  readonly counts: SwapCounts;
  /** ms, one for each swap: compiling, loading, placing on every interface, switching. */
  readonly latencies: readonly number[];
  readonly seconds: number;
  /** How many interfaces XDP judged on. */
  readonly atXdp: number;
  /** What does not add up; none is the result wanted. */
  readonly faults: readonly string[];
}

const MAC = '02:00:00:00:00:01';
const HOST = '192.0.2.1';
const LENGTH = 64;
/** Copies in a row; one frame in four is to be dropped. Many at a time: each call waits for RCU. */
const ACCEPTED_COPIES = 3 << 16;
const DROPPED_COPIES = 1 << 16;

function frame(source: string): Uint8Array {
  const packet = ipv4({ src: ipv4Address(source), dst: ipv4Address(HOST) }, rawTransport(PROTOCOL, new Uint8Array(LENGTH - 20)));
  return ethernet(macAddress(MAC), macAddress('02:00:00:00:00:02'), ETHERTYPE.ipv4, packet);
}

/** Packets received by the interfaces, from the kernel's statistics of each. Call inside the namespace. */
function received(names: readonly string[]): bigint {
  const lines = readFileSync('/proc/thread-self/net/dev', 'utf8').split('\n');
  const counts = new Map(lines.slice(2).filter((line) => line.includes(':')).map((line) => {
    const [name = '', rest = ''] = line.split(':');
    return [name.trim(), BigInt(rest.trim().split(/\s+/)[1]!)] as const;
  }));
  return names.reduce((sum, name) => sum + counts.get(name)!, 0n);
}

/** Packets that IP delivered behind the rules, in the namespace the thread is in: nobody there takes their protocol. */
function delivered(): bigint {
  const [names = '', values = ''] = readFileSync('/proc/thread-self/net/snmp', 'utf8').split('\n').filter((line) => line.startsWith('Ip:'));
  const value = (name: string): bigint => BigInt(values.split(' ')[names.split(' ').indexOf(name)]!);
  return value('InDelivers') + value('InUnknownProtos');
}

/** `r0 = XDP_PASS; exit`: an XDP program of somebody else, which makes a veth device take frames by XDP in hook `tc`. */
const PASS_ALL = Buffer.from('b7000000020000009500000000000000', 'hex');

function letFramesIn(names: readonly string[]): void {
  const kernel = realKernel();
  const program = native().progLoad(6, 0, PASS_ALL, 'MIT', 'pass_all');
  for (const name of names) kernel.xdpAttach(native().interfaceIndex(name), program, 'native', undefined);
  native().closeFd(program);
}

function faultsOf(result: Omit<SwapResult, 'faults'>, order: SwapOrder): string[] {
  const { arrived, counts } = result;
  const faults: string[] = [];
  const equal = (what: string, left: bigint, right: bigint): void => {
    if (left !== right) faults.push(`${what}: ${left} and ${right} (${left - right})`);
  };
  equal('a1 and a2 of ruleset A: a mix', counts.a[0].packets, counts.a[1].packets);
  equal('b1 and b2 of ruleset B: a mix', counts.b[0].packets, counts.b[1].packets);
  equal('judged by A or B, and arrived', counts.a[0].packets + counts.b[0].packets, arrived);
  equal('bytes judged, and arrived', counts.a[0].bytes + counts.b[0].bytes, arrived * BigInt(LENGTH));
  equal('dropped or accepted, and arrived', counts.dropped.packets + counts.accepted.packets, arrived);
  equal('accepted, and delivered', counts.accepted.packets, result.delivered);
  equal('counted by rules that match nothing', counts.filler, 0n);
  if (counts.a[0].packets === 0n || counts.b[0].packets === 0n || counts.dropped.packets === 0n) faults.push('one of the rulesets, or the drop, never judged');
  const wanted = order.hook === 'tc' ? 0 : order.interfaces;
  if (result.atXdp !== wanted) faults.push(`XDP on ${result.atXdp} of ${wanted} interfaces`);
  return faults;
}

interface Run {
  readonly latencies: readonly number[];
  readonly seconds: number;
  readonly atXdp: number;
}

/** Swaps as fast as it goes. In the thread's namespace. */
function swapAll({ swaps, hook, progress }: SwapOrder): Run {
  const store = new KernelStore(realKernel(), 'ipv4', { hook: { mode: hook, fastForward: false } });
  const latencies: number[] = [];
  const start = performance.now();
  for (let swap = 1; swap <= swaps; swap++) {
    const before = performance.now();
    store.commit(inForce(store.read(), swap % 2 === 1 ? 'B' : 'A'));
    latencies.push(performance.now() - before);
    progress?.(swap);
  }
  const seconds = (performance.now() - start) / 1000;
  const atXdp = openNamespace(realKernel()).hooks()!.interfaces.filter(({ at }) => at === 'native').length;
  return { latencies, seconds, atXdp };
}

/** Runs one trial in two namespaces of its own. */
export async function swapTrial(order: SwapOrder): Promise<SwapResult> {
  const [dut, client] = [createNamespace('swap-dut'), createNamespace('swap-client')];
  const names = Array.from({ length: order.interfaces }, (_, i) => `w${i}`);
  ipBatch(dut, [
    ...names.map((name) => `link add ${name} address ${MAC} type veth peer name ${name} netns ${client}`),
    `addr add ${HOST}/32 dev lo`,
    ...names.map((name) => `link set ${name} arp off up`),
  ]);
  ipBatch(client, names.map((name) => `link set ${name} arp off up`));
  try {
    const base = insideNamespace(dut, () => {
      if (order.hook === 'tc') letFramesIn(names);
      const store = new KernelStore(realKernel(), 'ipv4', { hook: { mode: order.hook, fastForward: false } });
      store.read();
      store.commit(swapRuleset(order.rules));
      return { arrived: received(names), delivered: delivered() };
    });
    const share = order.interfaces / order.generators;
    const frames = [{ bytes: frame(ACCEPTED_SOURCE), count: ACCEPTED_COPIES }, { bytes: frame(DROPPED_SOURCE), count: DROPPED_COPIES }];
    const floods = await Promise.all(Array.from({ length: order.generators }, (_, i) => Flood.start({ namespace: client, devices: names.slice(i * share, (i + 1) * share), frames })));
    let run: Run;
    let sent: bigint;
    try {
      run = insideNamespace(dut, () => swapAll(order));
    } finally {
      sent = (await Promise.all(floods.map((flood) => flood.stop()))).flat().reduce((sum, count) => sum + count, 0n);
    }
    native().sleepMilliseconds(100);
    return insideNamespace(dut, () => {
      const counts = readCounts(new KernelStore(realKernel(), 'ipv4').read());
      const result = { ...run, sent, arrived: received(names) - base.arrived, delivered: delivered() - base.delivered, counts };
      return { ...result, faults: faultsOf(result, order) };
    });
  } finally {
    removeNamespace(client);
    removeNamespace(dut);
  }
}
