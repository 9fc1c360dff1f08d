/** Names, devices, mirrors, relocations, refusals, CPUs: the small pure parts. */
import { describe, expect, it } from 'vitest';
import type { ProgSpec } from '../emit/spec.js';
import { parsePossible } from './cpus.js';
import { covered } from './devices.js';
import { FakeKernel } from './fake-kernel.js';
import { NO_XDP, type Link } from './kernel.js';
import { mirror } from './mirror-map.js';
import { addressEntries, deviceEntries } from './mirrors.js';
import { generationMapName, parseProgramName, parseStateMapName, programName, stateMapName } from './names.js';
import { relocate, typeWants } from './relocate.js';
import { OtherProblem } from '../errors/errors.js';
import { loadFault } from './verifier-fault.js';

const link = (ifindex: number, more: Partial<Link> = {}): Link => ({ ifindex, name: `eth${ifindex}`, type: 1, flags: 1, group: 0, master: 0, kind: '', slaveKind: '', xdp: NO_XDP, ...more });
const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');

describe('names', () => {
  it('come back from what they name', () => {
    for (const generation of [0n, 1n, 35n, 36n, 2_176_782_335n]) expect(parseStateMapName(stateMapName(generation))).toBe(generation);
    expect(() => stateMapName(2_176_782_336n)).toThrow(RangeError);
    expect(parseProgramName(programName('ipv6', 'egress'))).toEqual({ family: 'ipv6', point: 'egress' });
    expect(parseProgramName(programName('ipv4', 'xdp'))).toEqual({ family: 'ipv4', point: 'xdp' });
    expect(parseProgramName('bpfipt5_in')).toBeUndefined();
    expect(parseStateMapName('bi_state_A')).toBeUndefined();
    expect(generationMapName('a_very_long_map_name')).toHaveLength(15);
  });
});

describe('devices', () => {
  it('leaves ports out and puts loopback first', () => {
    const links = [link(5), link(3, { slaveKind: 'bridge', master: 5 }), link(4, { slaveKind: 'vrf', master: 9 }), link(1, { name: 'lo' }), link(2, { slaveKind: 'bond' })];
    expect(covered(links).map(({ ifindex }) => ifindex)).toEqual([1, 4, 5]);
  });
});

describe('mirrors', () => {
  it('lays devices out as struct device', () => {
    const [entry] = deviceEntries([link(258, { name: 'wlan0123456789x', flags: 0x1043 })]).values();
    expect(hex(entry!.key)).toBe('02010000');
    // Two numbers whose big-endian bytes are the name, in a little-endian machine's memory.
    expect(Buffer.from(entry!.value.slice(0, 8)).reverse().toString()).toBe('wlan0123');
    expect(Buffer.from(entry!.value.slice(8, 16)).reverse().toString()).toBe('456789x\0');
    expect(hex(entry!.value.slice(16))).toBe('4310000000000000');
  });

  it('lays routes out as LPM keys, the first of a prefix counting', () => {
    const entries = addressEntries([{ address: 0x7f000001, prefixLength: 32, type: 2, ifindex: 1 }, { address: 0x7f000001, prefixLength: 32, type: 3, ifindex: 2 }]);
    expect([...entries.values()].map(({ key, value }) => [hex(key), hex(value)])).toEqual([['200000007f000001', '020000000100000020000000']]);
  });

  it('makes a map hold exactly what is wanted', () => {
    const kernel = new FakeKernel([]);
    const fd = kernel.mapCreate(1, 4, 24, 4, 0, 'bis_devices');
    mirror(kernel, fd, deviceEntries([link(1), link(2)]));
    const deletes: string[] = [];
    const remove = kernel.mapDelete.bind(kernel);
    kernel.mapDelete = (map, key) => {
      deletes.push(hex(key));
      return remove(map, key);
    };
    mirror(kernel, fd, deviceEntries([link(2, { name: 'new' }), link(3)]));
    expect(deletes).toEqual(['01000000']);
    const { count, keys, values } = kernel.mapLookupBatch(fd, 9);
    expect([count, hex(keys)]).toEqual([2, '0200000003000000']);
    expect(Buffer.from(values.slice(0, 8)).reverse().toString()).toBe('new\0\0\0\0\0');
  });
});

describe('relocations', () => {
  const program: ProgSpec = {
    name: 'p', hook: 'tc-ingress', origins: [{ insn: 0, text: 'gate' }, { insn: 4, text: '-A INPUT -j ACCEPT' }],
    insns: Uint8Array.from(Buffer.from('1801000000000000'.concat('00'.repeat(8), '1802000000000000', '00'.repeat(8), '1803000000000000', '00'.repeat(8), '85000000ffffffff', '9500000000000000'), 'hex')),
    relocations: [
      { insn: 0, kind: 'map', map: 'a' }, { insn: 2, kind: 'map-value', map: 'b', offset: 24 },
      { insn: 4, kind: 'field-offset', struct: 's', field: 'f' }, { insn: 6, kind: 'kfunc', name: 'k' },
    ],
  };
  const maps = new Map([['a', 7], ['b', 9]]);
  const types = { kfuncs: new Map([['k', 4711]]), fields: new Map([['s.f', 96]]) };

  it('are put in as the kernel wants them', () => {
    expect(typeWants([program, program])).toEqual({ kfuncs: ['k'], fields: [{ struct: 's', field: 'f' }] });
    expect(hex(relocate(program, maps, types))).toBe('18110000070000000000000000000000' + '18220000090000000000000018000000' + '18030000600000000000000000000000' + '8520000067120000' + '9500000000000000');
    expect(program.insns[4]).toBe(0);
  });

  it('fail loudly where something is missing', () => {
    expect(() => relocate(program, new Map(), types)).toThrow(/uses map a/);
    expect(() => relocate(program, maps, { ...types, kfuncs: new Map() })).toThrow(/k was not resolved/);
    expect(() => relocate({ ...program, relocations: [{ insn: 7, kind: 'map', map: 'a' }] }, maps, types)).toThrow(/past the end/);
    expect(() => relocate({ ...program, relocations: [{ insn: 1, kind: 'map', map: 'a' }] }, maps, types)).toThrow(/not a 64-bit load/);
  });

  it('a refusal names the rule', () => {
    const log = '0: (18) r1 = 0x0\n4: (18) r3 = 0x60\n6: (85) call k\nR1 is not a pointer\nprocessed 3 insns\n';
    const cause = Object.assign(new Error('bpf: Permission denied'), { code: 'EACCES', errno: 13, syscall: 'bpf', log });
    expect(loadFault(program, cause).message).toMatch(/instruction 6, from: -A INPUT -j ACCEPT: bpf: Permission denied\n[^]*R1 is not a pointer/);
    expect(loadFault(program, new Error('gone')).message).toBe('the kernel refused program p: gone');
    const atLimit = (log: string): unknown => loadFault(program, Object.assign(new Error('bpf: E2BIG'), { code: 'E2BIG', errno: 7, syscall: 'bpf', log }));
    for (const said of ['BPF program is too large. Processed 1000001 insn', 'The sequence of 8193 jumps is too complex.']) expect(atLimit(`6: (b7) r0 = 0\n${said}\n`)).toBeInstanceOf(OtherProblem);
  });
});

describe('possible CPUs', () => {
  it('counts up to the highest', () => {
    expect(['0', '0-3', '0-1,4-7\n', '0,2'].map(parsePossible)).toEqual([1, 4, 8, 3]);
    expect(() => parsePossible('')).toThrow();
  });
});
