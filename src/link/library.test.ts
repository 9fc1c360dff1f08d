import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildUnits, clangFlags } from '../setup/build-bpf.mjs';
import { unitsFromObject } from '../setup/units-from-object.mjs';
import { loadLibrary } from './library.js';
import { STAGE_MAPS } from './stage-maps.js';

/** Compiles `source` and takes its units. */
function unitsOf(source: string): ReturnType<typeof unitsFromObject> {
  const scratch = mkdtempSync(join(tmpdir(), 'bpf-iptables-'));
  try {
    writeFileSync(join(scratch, 'stage.c'), source);
    execFileSync('clang', [...clangFlags(), '-c', join(scratch, 'stage.c'), '-o', join(scratch, 'stage.o')]);
    return unitsFromObject(readFileSync(join(scratch, 'stage.o')));
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

test('symbols become relocations by their names', () => {
  const [unit] = unitsOf(`
    extern const char map_some, koff__sk_buff__head;
    extern unsigned long value_words[4];
    void *bpf_kernel_function(void *); int other_stage(void *);
    __attribute__((noinline)) int stage(char *ctx) {
      void *(*lookup)(const void *, const void *) = (void *)1;
      lookup(&map_some, ctx);
      char *kernel = bpf_kernel_function(ctx);
      return *(int *)(kernel + (unsigned long)&koff__sk_buff__head) + value_words[2] + other_stage(ctx);
    }`);
  expect(unit!.name).toBe('stage');
  expect(unit!.relocations.map(({ insn: _, ...rest }) => rest)).toEqual([
    { kind: 'map', map: 'some' },
    { kind: 'kfunc', name: 'bpf_kernel_function' },
    { kind: 'field-offset', struct: 'sk_buff', field: 'head' },
    { kind: 'map-value', map: 'words', offset: 0 },
    { kind: 'call', symbol: 'other_stage' },
  ]);
  expect(unit!.origins.map(({ text }) => text)).toContain('stage (stage.c:9)');
});

test('functions of one file call each other as units', () => {
  const units = unitsOf(`
    __attribute__((noinline)) int inner(int *x) { return *x * 3; }
    __attribute__((noinline)) int outer(int *x) { return inner(x) + 1; }`);
  const outer = units.find(({ name }) => name === 'outer')!;
  expect(units.map(({ name }) => name).sort()).toEqual(['inner', 'outer']);
  expect(outer.relocations).toEqual([{ insn: expect.any(Number), kind: 'call', symbol: 'inner' }]);
  expect(Buffer.from(outer.insns, 'base64')[outer.relocations[0]!.insn * 8]).toBe(0x85);
});

test('constant data is refused with its reason', () => {
  expect(() => unitsOf('const char table[] = "abcdefgh"; int stage(unsigned x) { return table[x & 7]; }')).toThrow('constant data');
});

test('every map the stages name has a specification', () => {
  const known = STAGE_MAPS.map(({ name }) => name);
  const named = buildUnits().flatMap(({ relocations }) => relocations.flatMap((relocation) => ('map' in relocation ? [relocation.map] : [])));
  expect(named.length).toBeGreaterThan(0);
  expect(known).toEqual(expect.arrayContaining([...new Set(named)]));
});

test('the built library loads with whole instructions', () => {
  const library = loadLibrary();
  expect(library.map(({ name }) => name)).toEqual(expect.arrayContaining(['entry_tc_ingress', 'entry_tc_egress', 'entry_test', 'address_types', 'tcp_options']));
  for (const { insns } of library) expect(insns.length % 8).toBe(0);
});
