import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { clangFlags } from '../setup/build-bpf.mjs';
import { readElf } from '../setup/elf.mjs';
import { Btf } from './btf.js';
import { ANSWER6_SIZE, ANSWER_SIZE } from './stage-maps.js';

test.each([
  ['answer', ANSWER_SIZE, 576 + 60],
  // The farthest quoted layer 4 that is summed, and what may stand behind it.
  ['answer6', ANSWER6_SIZE, 48 + 296 + 1232 - 40],
] as const)('struct %s has the size of the map it lies in, and its packet is followed by room for sums in words', (name, bytes, room) => {
  const scratch = mkdtempSync(join(tmpdir(), 'bpf-iptables-'));
  const include = fileURLToPath(new URL('../../bpf', import.meta.url));
  writeFileSync(join(scratch, 'types.c'), '#include "reject6.h"\nstruct answer an_answer; struct answer6 another;\n');
  execFileSync('clang', [...clangFlags(), `-I${include}`, '-c', join(scratch, 'types.c'), '-o', join(scratch, 'types.o')]);
  const btf = readElf(readFileSync(join(scratch, 'types.o'))).sections.find(({ name }) => name === '.BTF')!.data;
  rmSync(scratch, { recursive: true });
  const { size, members } = new Btf(btf).structs([name]).get(name)!;
  const packet = members.find((member) => member.name === 'packet')!;
  expect(size).toBe(bytes);
  expect(size - packet.offset).toBeGreaterThanOrEqual(room);
});
