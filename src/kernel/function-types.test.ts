import { expect, test } from 'vitest';
import { Btf } from '../link/btf.js';
import { functionTypes } from './function-types.js';

const functions = [
  { insn: 0, name: 'main' },
  { insn: 40, name: 'limit_alone', alone: { recordBytes: 816, slotBytes: 24 } },
  { insn: 46, name: 'limit' },
  { insn: 90, name: 'u32_alone', alone: { recordBytes: 816, slotBytes: 4096 } },
];

test('every function has a type, those that are followed alone with as much memory as they may touch', () => {
  const { types, records } = functionTypes(functions, 'tc-egress');
  const btf = new Btf(types);
  expect([...btf.functions(functions.map(({ name }) => name)).keys()]).toEqual(functions.map(({ name }) => name));
  expect([...btf.structs(['record', 'limit_alone_slot', 'u32_alone_slot', '__sk_buff'])].map(([name, { size }]) => [name, size])).toEqual([
    ['record', 816], ['limit_alone_slot', 24], ['u32_alone_slot', 4096], ['__sk_buff', 0],
  ]);
  const view = new DataView(records.buffer);
  const ids = btf.functions(functions.map(({ name }) => name));
  expect(functions.map((_, index) => [view.getUint32(index * 8, true), view.getUint32(index * 8 + 4, true)])).toEqual(functions.map(({ insn, name }) => [insn, ids.get(name)]));
});

test('the context goes by the name that the hook gives it', () => {
  for (const [hook, name] of [['tc-ingress', '__sk_buff'], ['xdp', 'xdp_md'], ['netfilter', 'bpf_nf_ctx']] as const) {
    expect(new Btf(functionTypes(functions, hook).types).structs([name]).has(name)).toBe(true);
  }
});
