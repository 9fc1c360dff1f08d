import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { clangFlags } from '../setup/build-bpf.mjs';
import { readElf } from '../setup/elf.mjs';
import { Btf } from './btf.js';
import { ANSWER_SIZE } from './stage-maps.js';

test('struct answer has the size of the map it lies in, and its packet is followed by room for sums in words', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'bpf-iptables-'));
  const include = fileURLToPath(new URL('../../bpf', import.meta.url));
  writeFileSync(join(scratch, 'types.c'), '#include "reject.h"\nstruct answer an_answer;\n');
  execFileSync('clang', [...clangFlags(), `-I${include}`, '-c', join(scratch, 'types.c'), '-o', join(scratch, 'types.o')]);
  const btf = readElf(readFileSync(join(scratch, 'types.o'))).sections.find(({ name }) => name === '.BTF')!.data;
  rmSync(scratch, { recursive: true });
  const { size, members } = new Btf(btf).structs(['answer']).get('answer')!;
  const packet = members.find(({ name }) => name === 'packet')!;
  expect(size).toBe(ANSWER_SIZE);
  expect(size - packet.offset).toBeGreaterThanOrEqual(576 + 60);
});
