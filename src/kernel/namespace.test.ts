/** Commits on the fake kernel: what is in force at every instant, when killed at every call, and what is left behind. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { GenerationSpec } from '../emit/spec.js';
import { attachType } from './catalog.js';
import { SlotOrigins, type SlotOrigin } from './counters.js';
import { FakeKernel } from './fake-kernel.js';
import { hookText, USUAL_HOOK, type HookSetting } from './hook-setting.js';
import { DIRECTIONS } from './kernel.js';
import { openNamespace, type Namespace } from './namespace.js';

const ZERO = { packets: 0n, bytes: 0n };

const XDP: HookSetting = { mode: 'xdp', fastForward: false };
const GENERIC: HookSetting = { mode: 'xdp-generic', fastForward: true };

function spec(slots: number, hook: HookSetting = USUAL_HOOK): GenerationSpec {
  const shared = { type: 'array', keySize: 4, maxEntries: 1, flags: 0, scope: 'shared' } as const;
  return {
    family: 'ipv4',
    slots,
    maps: [
      { ...shared, name: 'root', valueSize: 48 },
      { ...shared, name: 'addresses', type: 'lpm_trie', keySize: 8, valueSize: 8, maxEntries: 8 },
      { ...shared, name: 'devices', type: 'hash', valueSize: 24, maxEntries: 8 },
      { ...shared, name: 'counters', valueSize: 2 * slots * 16, scope: 'generation' },
    ],
    progs: [
      { name: 'in', hook: 'tc-ingress', insns: new Uint8Array(8), relocations: [], origins: [] },
      { name: 'out', hook: 'tc-egress', insns: new Uint8Array(8), relocations: [], origins: [] },
      ...(hook.mode === 'tc' ? [] : [{ name: 'xdp', hook: 'xdp', insns: new Uint8Array(8), relocations: [], origins: [] } as const]),
    ],
  };
}

function commit(namespace: Namespace, text: string, slots: readonly SlotOrigin[] = [{ delta: ZERO }], hook: HookSetting = namespace.hookSetting() ?? USUAL_HOOK): bigint {
  const basedOn = namespace.readState('ipv4')?.generation;
  const generation = namespace.nextGeneration('ipv4');
  namespace.commit('ipv4', { text, spec: spec(slots.length, hook), generation, hook, basedOn, slots: SlotOrigins.of(slots) });
  return generation;
}

/** Runs whole packets on every covered list and CPU 1; returns the generations that judged, one list per packet. */
function packets(kernel: FakeKernel): bigint[][] {
  return kernel.linkList.flatMap((link) =>
    DIRECTIONS.map((direction) => {
      const packet = kernel.packet(link.ifindex, attachType(direction), 1);
      while (packet.step());
      return packet.judgedBy;
    }),
  );
}

describe('a namespace', () => {
  let kernel: FakeKernel;
  let namespace: Namespace;
  beforeEach(() => {
    kernel = new FakeKernel(['lo', 'eth0', 'eth1']);
    namespace = openNamespace(kernel);
  });

  it('holds nothing at first, and reading makes nothing', () => {
    expect(namespace.readState('ipv4')).toBeUndefined();
    expect(namespace.uncovered()).toEqual([]);
    expect(namespace.cover()).toEqual([]);
    expect(kernel.alive()).toEqual([]);
  });

  it('gives back the text, with even and odd generations in turn', () => {
    for (const [i, text] of ['a', 'b', 'ü', ''].entries()) {
      expect(commit(namespace, text)).toBe(BigInt(i + 2));
      expect(namespace.readState('ipv4')).toMatchObject({ text, generation: BigInt(i + 2) });
    }
    expect(kernel.openDescriptors()).toBe(0);
  });

  it('keeps no more than two generations', () => {
    for (let i = 0; i < 5; i++) commit(namespace, `${i}`);
    kernel.endProcess();
    expect(kernel.alive().filter((name) => name.startsWith('bpfipt'))).toHaveLength(4);
    expect(kernel.alive().filter((name) => name.startsWith('bi_state'))).toHaveLength(2);
    // Own and previous of both: three maps.
    expect(kernel.alive().filter((name) => name === 'big_counters')).toHaveLength(3);
    expect(kernel.alive().filter((name) => name === 'bis_root')).toHaveLength(1);
  });

  it('carries counters over swaps, with late packets of the generation before', () => {
    commit(namespace, 'a', [{ delta: { packets: 5n, bytes: 50n } }, { delta: ZERO }]);
    kernel.count(2n, 0, 0, 1n, 10n);
    kernel.count(2n, 1, 1, 2n, 20n);
    // Slots trade places.
    commit(namespace, 'b', [{ from: 1, delta: ZERO }, { from: 0, delta: ZERO }, { delta: { packets: 7n, bytes: 7n } }]);
    kernel.count(2n, 0, 0, 100n, 1000n);
    kernel.count(3n, 1, 1, 3n, 30n);
    const state = namespace.readState('ipv4')!;
    expect(state.counters).toEqual([{ packets: 2n, bytes: 20n }, { packets: 109n, bytes: 1090n }, { packets: 7n, bytes: 7n }]);
    commit(namespace, 'c', [{ from: 1, delta: { packets: -109n, bytes: -1090n } }]);
    kernel.count(3n, 0, 1, 1n, 1n);
    expect(namespace.readState('ipv4')!.counters).toEqual([{ packets: 1n, bytes: 1n }]);
  });

  it('waits for packets under way in the generation before last, only when it is young', () => {
    commit(namespace, 'a');
    commit(namespace, 'b');
    expect(kernel.barriers).toBe(0);
    commit(namespace, 'c');
    expect(kernel.barriers).toBe(1);
    kernel.sleep(10_000_000_000n);
    commit(namespace, 'd');
    expect(kernel.barriers).toBe(1);
  });

  it('covers both families side by side', () => {
    commit(namespace, 'four');
    const six = { ...spec(1), family: 'ipv6' as const };
    namespace.commit('ipv6', { text: 'six', spec: six, generation: namespace.nextGeneration('ipv6'), hook: USUAL_HOOK, basedOn: undefined, slots: new SlotOrigins(1) });
    expect(namespace.readState('ipv4')?.text).toBe('four');
    expect(namespace.readState('ipv6')?.text).toBe('six');
    expect(kernel.alive().filter((name) => name === 'bis_root')).toHaveLength(1);
  });

  it('covers new interfaces and leaves ports of bridges', () => {
    commit(namespace, 'a');
    commit(namespace, 'b');
    kernel.linkList.push({ ...kernel.linkList[1]!, ifindex: 9, name: 'eth9' });
    expect(namespace.uncovered()).toEqual(['eth9']);
    expect(namespace.cover()).toEqual(['eth9']);
    expect(packets(kernel).every((judges) => judges.length === 1)).toBe(true);
    kernel.linkList[3] = { ...kernel.linkList[3]!, slaveKind: 'bridge' };
    expect(namespace.uncovered()).toEqual([]);
    namespace.cover();
    expect(kernel.progQuery(9, attachType('ingress')).ids).toEqual([]);
  });

  it('detaches everything of its own', () => {
    commit(namespace, 'a');
    commit(namespace, 'b');
    namespace.detachAll();
    kernel.endProcess();
    expect(kernel.alive()).toEqual([]);
    expect(namespace.readState('ipv4')).toBeUndefined();
  });

  it('undoes a failed swap', () => {
    commit(namespace, 'a');
    commit(namespace, 'b');
    const before = packets(kernel);
    const attach = kernel.progReplace.bind(kernel);
    let calls = 0;
    kernel.progReplace = (...args) => {
      if (++calls === 4) throw Object.assign(new Error('no'), { code: 'ENOMEM', errno: 12, syscall: 'bpf' });
      attach(...args);
    };
    expect(() => commit(namespace, 'c')).toThrow('no');
    kernel.progReplace = attach;
    expect(namespace.readState('ipv4')?.text).toBe('b');
    expect(packets(kernel)).toEqual(before);
    kernel.endProcess();
    expect(kernel.alive().filter((name) => name.startsWith('bi_state'))).toHaveLength(2);
  });
});

describe('a namespace with XDP', () => {
  let kernel: FakeKernel;
  let namespace: Namespace;
  beforeEach(() => {
    kernel = new FakeKernel(['lo', 'eth0', 'eth1', 'tun0', 'bond0']);
    kernel.linkList[3] = { ...kernel.linkList[3]!, type: 65534 };
    kernel.linkList[4] = { ...kernel.linkList[4]!, kind: 'bond' };
    kernel.genericOnly.add(3);
    namespace = openNamespace(kernel);
  });
  const one = [{ delta: ZERO }];

  it('keeps the setting for every later commit, until it is set anew', () => {
    expect(namespace.hookSetting()).toBeUndefined();
    commit(namespace, 'a');
    expect(namespace.hookSetting()).toEqual(USUAL_HOOK);
    commit(namespace, 'b', one, GENERIC);
    commit(namespace, 'c');
    expect(namespace.hookSetting()).toEqual(GENERIC);
    expect(kernel.xdpNames()).toEqual({ 2: 'native bpfipt4_xdp', 3: 'generic bpfipt4_xdp' });
    commit(namespace, 'd', one, USUAL_HOOK);
    expect(namespace.hookSetting()).toEqual(USUAL_HOOK);
    expect(kernel.xdpNames()).toEqual({});
  });

  it('has XDP where the driver can, and says why not elsewhere', () => {
    commit(namespace, 'a', one, XDP);
    expect(namespace.hooks()).toEqual({
      setting: XDP,
      ipv6: false,
      interfaces: [
        { name: 'lo', at: 'tc', why: 'loopback' },
        { name: 'eth0', at: 'native' },
        { name: 'eth1', at: 'tc', why: 'native: no native XDP here' },
        { name: 'tun0', at: 'tc', why: 'not an Ethernet device' },
        { name: 'bond0', at: 'tc', why: 'XDP on a bond runs on its ports' },
      ],
    });
    expect(packets(kernel).every((judges) => judges.length === 1)).toBe(true);
  });

  it('trades generic for native and back', () => {
    commit(namespace, 'a', one, GENERIC);
    commit(namespace, 'b', one, XDP);
    expect(kernel.xdpNames()).toEqual({ 2: 'native bpfipt4_xdp' });
    commit(namespace, 'c', one, GENERIC);
    expect(kernel.xdpNames()).toEqual({ 2: 'native bpfipt4_xdp', 3: 'generic bpfipt4_xdp' });
    kernel.genericOnly.clear();
    commit(namespace, 'd', one, XDP);
    expect(kernel.xdpNames()).toEqual({ 2: 'native bpfipt4_xdp', 3: 'native bpfipt4_xdp' });
  });

  it("leaves others' programs alone", () => {
    const stranger = kernel.progLoad(6, 0, new Uint8Array(8), 'MIT', 'stranger');
    kernel.xdpAttach(2, stranger, 'native', undefined);
    commit(namespace, 'a', one, GENERIC);
    commit(namespace, 'b');
    expect(kernel.xdpNames()).toEqual({ 2: 'native stranger', 3: 'generic bpfipt4_xdp' });
    expect(namespace.hooks()?.interfaces[1]).toEqual({ name: 'eth0', at: 'tc', why: expect.stringMatching(/^the XDP program \d+ there is not of bpf-iptables$/) as string });
    namespace.detachAll();
    expect(kernel.xdpNames()).toEqual({ 2: 'native stranger' });
  });

  it('covers new interfaces, leaves ports, and detaches everything', () => {
    commit(namespace, 'a', one, XDP);
    kernel.linkList.push({ ...kernel.linkList[1]!, ifindex: 9, name: 'eth9' });
    namespace.cover();
    expect(kernel.xdpNames()).toEqual({ 2: 'native bpfipt4_xdp', 9: 'native bpfipt4_xdp' });
    kernel.linkList[1] = { ...kernel.linkList[1]!, slaveKind: 'bridge' };
    namespace.cover();
    expect(kernel.xdpNames()).toEqual({ 9: 'native bpfipt4_xdp' });
    expect(namespace.hooks()?.interfaces[1]).toEqual({ name: 'eth0', at: 'upper' });
    namespace.detachAll();
    kernel.endProcess();
    expect(kernel.alive()).toEqual([]);
  });

  it('puts back what a program lost, and says when there is none left to put', () => {
    commit(namespace, 'a', one, GENERIC);
    const [eth0] = kernel.links().filter(({ ifindex }) => ifindex === 2);
    const fd = kernel.progFdById(eth0!.xdp.native);
    kernel.xdpDetach(2, 'native', fd);
    kernel.endProcess();
    expect(namespace.hooks()?.interfaces.slice(1, 3).map(({ at }) => at)).toEqual(['native', 'generic']);
    for (const [ifindex, mode] of [[2, 'native'], [3, 'generic']] as const) kernel.xdpDetach(ifindex, mode, kernel.progFdById(eth0!.xdp.native));
    kernel.endProcess();
    expect(namespace.hooks()?.interfaces[1]).toMatchObject({ name: 'eth0', at: 'tc', why: expect.stringContaining('lost') as string });
  });

  it('undoes a failed switch, programs and setting', () => {
    commit(namespace, 'a', one, GENERIC);
    commit(namespace, 'b');
    const names = kernel.xdpNames();
    const ids = kernel.links().map(({ xdp }) => xdp);
    const store = kernel.mapStoreWord.bind(kernel);
    kernel.mapStoreWord = (fd, offset, value) => {
      if (offset === 0) throw Object.assign(new Error('no'), { code: 'EIO', errno: 5, syscall: 'bpf' });
      store(fd, offset, value);
    };
    expect(() => commit(namespace, 'c', one, XDP)).toThrow('no');
    kernel.mapStoreWord = store;
    expect(kernel.xdpNames()).toEqual(names);
    expect(kernel.links().map(({ xdp }) => xdp)).toEqual(ids);
    expect(namespace.hookSetting()).toEqual(GENERIC);
    expect(packets(kernel).every((judges) => judges.length === 1 && judges[0] === 3n)).toBe(true);
  });
});

/** What a commit is made on top of, and the hooks before and with it. */
const COMMITS = [
  ...[0, 1, 2, 3].map((before) => ({ before, from: USUAL_HOOK, to: USUAL_HOOK })),
  ...[1, 2, 3].map((before) => ({ before, from: XDP, to: XDP })),
  ...[{ from: USUAL_HOOK, to: XDP }, { from: XDP, to: USUAL_HOOK }, { from: XDP, to: GENERIC }, { from: GENERIC, to: XDP }].map((change) => ({ before: 2, ...change })),
  { before: 0, from: USUAL_HOOK, to: GENERIC },
].map((each) => ({ ...each, words: `${hookText(each.from)} to ${hookText(each.to)}` }));

describe.each(COMMITS)('a commit on top of $before, $words', ({ before, from, to }) => {
  function prepare(): { kernel: FakeKernel; namespace: Namespace } {
    const kernel = new FakeKernel(['lo', 'eth0', 'eth1']);
    kernel.genericOnly.add(3);
    const namespace = openNamespace(kernel);
    for (let i = 0; i < before; i++) commit(namespace, `old ${i}`, [{ delta: ZERO }], from);
    kernel.endProcess();
    return { kernel, namespace };
  }
  const newCommit = (namespace: Namespace): bigint => commit(namespace, 'new', [{ delta: ZERO }], to);
  const oldText = before === 0 ? undefined : `old ${before - 1}`;

  it('judges every packet exactly once, also those under way at each change', () => {
    const { kernel, namespace } = prepare();
    const old = BigInt(before + 1);
    const allowed = new Set([old, old + 1n]);
    let changes = 0;
    kernel.around = (apply) => {
      changes++;
      // Under way at this change: on every list, at every depth, each on a CPU of its own.
      const underWay = kernel.linkList
        .flatMap((link) => DIRECTIONS.flatMap((direction) => [0, 1, 2, 3].map((depth) => ({ link, direction, depth }))))
        .map(({ link, direction, depth }, i) => {
          const packet = kernel.packet(link.ifindex, attachType(direction), 2 + i);
          for (let step = 0; step < depth; step++) packet.step();
          return packet;
        });
      apply();
      for (const packet of underWay) while (packet.step());
      const judges = [...underWay.map((packet) => packet.judgedBy), ...packets(kernel)];
      for (const generations of judges) {
        if (before > 0) expect(generations).toHaveLength(1);
        else expect(generations.length).toBeLessThanOrEqual(1);
        for (const generation of generations) expect(allowed).toContain(generation);
      }
    };
    newCommit(namespace);
    kernel.around = undefined;
    expect(changes).toBeGreaterThan(6);
    expect(packets(kernel)).toEqual(kernel.linkList.flatMap(() => [[before === 0 ? 2n : old + 1n], [before === 0 ? 2n : old + 1n]]));
  });

  it('killed before any call leaves the old or the new ruleset, whole, and nothing that stays', () => {
    let finished = false;
    let sawOld = 0;
    let sawNew = 0;
    for (let kill = 0; !finished; kill++) {
      const { kernel, namespace } = prepare();
      kernel.calls = 0;
      kernel.killAt = kill;
      try {
        newCommit(namespace);
        finished = true;
      } catch (error) {
        // Killed may come wrapped in words that nobody lives to read.
        if (!kernel.dead()) throw error;
      }
      kernel.endProcess();
      const text = namespace.readState('ipv4')?.text;
      expect([oldText, 'new']).toContain(text);
      // The setting goes with what is compiled next: a step ahead of the switch at most.
      if (text === 'new') expect(namespace.hookSetting()).toEqual(to);
      else expect([undefined, from, to]).toContainEqual(namespace.hookSetting());
      if (text === 'new') sawNew++;
      else sawOld++;
      const judges = packets(kernel);
      expect(new Set(judges.map(String)).size).toBe(1);
      expect(judges[0]).toHaveLength(text === undefined ? 0 : 1);
      // The next command works, and nothing is left of the dead one.
      commit(namespace, 'next');
      commit(namespace, 'last');
      kernel.endProcess();
      expect(namespace.readState('ipv4')?.text).toBe('last');
      expect(namespace.uncovered()).toEqual([]);
      kernel.endProcess();
      const setting = namespace.hookSetting()!;
      expect(kernel.alive().filter((name) => name.startsWith('bpfipt'))).toHaveLength(setting.mode === 'tc' ? 4 : 5);
      const generic = setting.mode === 'xdp-generic' ? { 3: 'generic bpfipt4_xdp' } : {};
      expect(kernel.xdpNames()).toEqual(setting.mode === 'tc' ? {} : { 2: 'native bpfipt4_xdp', ...generic });
      expect(kernel.alive().filter((name) => name.startsWith('bi_state'))).toHaveLength(2);
      expect(kernel.alive().filter((name) => name === 'bis_root')).toHaveLength(1);
    }
    expect(sawOld).toBeGreaterThan(10);
    expect(sawNew).toBeGreaterThan(0);
  });
});
