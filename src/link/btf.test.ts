import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clangFlags } from '../setup/build-bpf.mjs';
import { readElf } from '../setup/elf.mjs';
import { FIELD_PLACES, RECORD, ROOT } from '../emit/record.js';
import { Btf, resolveKernelTypes } from './btf.js';
import {
  ADDRESS6_KEY_SIZE, AROUND_SIZE, BENCH_HEADER_SIZE, BENCH_HEADERS, BENCH_METAS, BENCH_TABLE_HEAD, CT_ENTRY_SIZE, DEVICE_SIZE, FLOW_BUCKET_SIZE, FLOW_CHANGE_SIZE, FLOW_EDIT_SIZE, FLOW_KEY_SIZE, FLOW_SIZE, FLOW_STATS_SIZE, FLOW_TABLE_SIZE, FRAGMENT_KEY_SIZE, FRAGMENT_SIZE, KNOWN_ROUTE_SIZE, LOCAL_FILTER_SIZE, LOCAL_ROUTE_SIZE, MACHINE_SIZE, MIRROR6_SIZE, RECORD_SIZE, ROOT_SIZE, TEST_META_SIZE,
} from './stage-maps.js';

/** Compiles C for BPF and returns its .BTF section. */
function btfOf(source: string): Uint8Array {
  const scratch = mkdtempSync(join(tmpdir(), 'bpf-iptables-'));
  try {
    writeFileSync(join(scratch, 'types.c'), source);
    const include = fileURLToPath(new URL('../../bpf', import.meta.url));
    execFileSync('clang', [...clangFlags(), `-I${include}`, '-c', join(scratch, 'types.c'), '-o', join(scratch, 'types.o')]);
    return readElf(readFileSync(join(scratch, 'types.o'))).sections.find(({ name }) => name === '.BTF')!.data;
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

describe('layout.h and its TypeScript counterparts', () => {
  let structs: ReturnType<Btf['structs']>;
  const offset = (struct: string, field: string): number | undefined => structs.get(struct)?.members.find(({ name }) => name === field)?.offset;

  beforeAll(() => {
    const names = ['record', 'root', 'mirror6', 'address6_key', 'local_route', 'local_filter', 'known_route', 'device', 'machine', 'test_meta', 'ct_entry', 'around', 'flow_key', 'flow', 'flow_bucket', 'flow_table', 'flow_stats', 'flow_change', 'flow_edit', 'fragment_key', 'fragment', 'bench_header', 'bench_table', 'bench_metas'];
    const globals = names.map((name) => `struct ${name} a_${name};`).join('\n');
    structs = new Btf(btfOf(`#include "flow_edit.h"\n${globals}\n`)).structs(names);
  });

  test('sizes of map values', () => {
    const sizes = Object.fromEntries([...structs].map(([name, { size }]) => [name, size]));
    expect(sizes).toEqual({
      record: RECORD_SIZE, root: ROOT_SIZE, mirror6: MIRROR6_SIZE, address6_key: ADDRESS6_KEY_SIZE, local_route: LOCAL_ROUTE_SIZE, local_filter: LOCAL_FILTER_SIZE, known_route: KNOWN_ROUTE_SIZE, device: DEVICE_SIZE, machine: MACHINE_SIZE, test_meta: TEST_META_SIZE, ct_entry: CT_ENTRY_SIZE, around: AROUND_SIZE,
      flow_key: FLOW_KEY_SIZE, flow: FLOW_SIZE, flow_bucket: FLOW_BUCKET_SIZE, flow_table: FLOW_TABLE_SIZE, flow_stats: FLOW_STATS_SIZE, flow_change: FLOW_CHANGE_SIZE, flow_edit: FLOW_EDIT_SIZE, fragment_key: FRAGMENT_KEY_SIZE, fragment: FRAGMENT_SIZE,
      bench_header: BENCH_HEADER_SIZE, bench_table: BENCH_TABLE_HEAD + BENCH_HEADERS * BENCH_HEADER_SIZE, bench_metas: BENCH_METAS * TEST_META_SIZE,
    });
  });

  test('places of the fields rules test', () => {
    const members: Record<string, string> = {
      src: 'src', dst: 'dst', macSrc: 'mac_src', mark: 'mark', length: 'length', sport: 'sport', dport: 'dport', fragOffset: 'frag_offset',
      proto: 'proto', ttl: 'ttl', tos: 'tos', tcpFlags: 'tcp_flags', icmpType: 'icmp_type', icmpCode: 'icmp_code', l4State: 'l4_state', hasMac: 'has_mac',
      srcType: 'src_type', dstType: 'dst_type', srcTypeIface: 'src_type_iface', dstTypeIface: 'dst_type_iface', srcTypeOutIface: 'src_type_out_iface', dstTypeOutIface: 'dst_type_out_iface', ctState: 'ct_state', ctDirection: 'ct_direction',
      inIfaceHi: 'in_name', outIfaceHi: 'out_name',
    };
    const entryMembers: Record<string, string> = {
      ctProto: 'proto', ctOrigSrc: 'orig_src', ctOrigDst: 'orig_dst', ctReplSrc: 'repl_src', ctReplDst: 'repl_dst', ctOrigSrcPort: 'orig_src_port', ctOrigDstPort: 'orig_dst_port',
      ctReplSrcPort: 'repl_src_port', ctReplDstPort: 'repl_dst_port', ctStatus: 'status', ctExpires: 'expires',
    };
    const aroundMembers: Record<string, string> = { cpu: 'cpu', inGroup: 'in_group', outGroup: 'out_group', realm: 'realm', pktType: 'pkt_type' };
    for (const [field, place] of Object.entries(FIELD_PLACES)) {
      const second = /^(in|out)IfaceLo$/.exec(field);
      const [, address, word] = /^(src|dst|ct(?:Orig|Repl)(?:Src|Dst))([123])$/.exec(field) ?? [undefined, field, '0'];
      const ofEntry = entryMembers[address!];
      const ofAround = aroundMembers[field];
      const first = ofEntry ? offset('record', 'ct_entry')! + offset('ct_entry', ofEntry)! : ofAround ? offset('record', 'around')! + offset('around', ofAround)! : second ? offset('record', `${second[1]}_name`)! + 8 : offset('record', members[address!]!)!;
      const expected = first + Number(word) * 4;
      expect([field, place.offset]).toEqual([field, expected]);
    }
    expect(RECORD).toMatchObject({
      chain: offset('record', 'chain'), verdict: offset('record', 'verdict'),
      rejectType: offset('record', 'reject_type'), tcpOptions: offset('record', 'tcp_options'), unrouted: offset('record', 'unrouted'),
      scratch: offset('record', 'scratch'), memory: offset('record', 'memory'),
    });
  });

  test('places in the root', () => {
    expect(ROOT).toEqual({ active: offset('root', 'active'), hook: offset('root', 'hook'), faults: offset('root', 'faults'), netnsCookie: offset('root', 'netns_cookie') });
    // src/kernel/mirrors.ts and mirror6.ts store both as one word.
    expect([offset('mirror6', 'route_generation'), offset('mirror6', 'valid')]).toEqual([0, 4]);
    expect([offset('root', 'route_generation'), offset('root', 'mirror_valid')]).toEqual([32, 36]);
  });
});

describe('Btf', () => {
  test('members of anonymous unions and structs belong to the struct around them', () => {
    const btf = new Btf(btfOf('struct outer { int a; union { int b; struct { short c, d; }; }; struct { int e; } named; } an_outer;'));
    expect(btf.structs(['outer']).get('outer')).toEqual({
      id: expect.any(Number),
      size: 12,
      members: [['a', 0], ['b', 4], ['c', 4], ['d', 6], ['named', 8]].map(([name, offset]) => ({ name, offset, bit: 0 })),
    });
  });

  test('members beside bit fields keep their byte offsets', () => {
    const btf = new Btf(btfOf('struct flags { int a; int x : 3, y : 5; int b; } some_flags;'));
    expect(btf.structs(['flags']).get('flags')?.members).toEqual([
      { name: 'a', offset: 0, bit: 0 }, { name: 'x', offset: 4, bit: 0 }, { name: 'y', offset: 4, bit: 3 }, { name: 'b', offset: 8, bit: 0 },
    ]);
  });

  test('a name that is only the end of another one is not found', () => {
    const btf = new Btf(btfOf('int prefix_name(void); int prefix_name(void) { return 0; }'));
    expect(btf.functions(['name', 'prefix_name']).has('name')).toBe(false);
    expect(btf.functions(['prefix_name']).get('prefix_name')).toBeGreaterThan(0);
  });

  test('what is not BTF is refused', () => {
    expect(() => new Btf(new Uint8Array(64))).toThrow('not BTF');
    expect(() => new Btf(new Uint8Array(3))).toThrow('not BTF');
  });
});

describe('resolveKernelTypes', () => {
  let vmlinux: Uint8Array;
  beforeAll(() => {
    vmlinux = readFileSync('/sys/kernel/btf/vmlinux');
  });
  afterAll(() => {
    vmlinux = new Uint8Array();
  });

  test('finds kfuncs and fields, also those in anonymous members', () => {
    const fields = [['sk_buff', 'network_header'], ['sk_buff', 'head'], ['net_device', 'name'], ['netns_ipv4', 'rt_genid']] as const;
    const types = resolveKernelTypes(vmlinux, { kfuncs: ['bpf_cast_to_kern_ctx'], fields: fields.map(([struct, field]) => ({ struct, field })) });
    expect(types.kfuncs.get('bpf_cast_to_kern_ctx')).toBeGreaterThan(0);
    expect([...types.fields.keys()]).toEqual(fields.map(([struct, field]) => `${struct}.${field}`));
    expect(types.fields.get('sk_buff.head')).toBeGreaterThan(types.fields.get('sk_buff.network_header')!);
  });

  test('the type of a struct is its id', () => {
    const btf = btfOf('struct first { int a; } one; struct second { struct first b; } two;');
    const types = resolveKernelTypes(btf, { kfuncs: [], fields: ['first', 'second'].map((struct) => ({ struct, field: ':type' })) });
    const structs = new Btf(btf).structs(['first', 'second']);
    expect([...types.fields]).toEqual([['first.:type', structs.get('first')!.id], ['second.:type', structs.get('second')!.id]]);
    expect(structs.get('first')!.id).not.toBe(structs.get('second')!.id);
    expect(() => resolveKernelTypes(btf, { kfuncs: [], fields: [{ struct: 'third', field: ':type' }] })).toThrow('third.:type');
  });

  test('names everything that is missing', () => {
    const wants = { kfuncs: ['bpf_no_such_function'], fields: [{ struct: 'sk_buff', field: 'no_such_field' }, { struct: 'no_such_struct', field: 'x' }] };
    expect(() => resolveKernelTypes(vmlinux, wants)).toThrow('function bpf_no_such_function, field sk_buff.no_such_field, field no_such_struct.x');
  });
});
