import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Btf } from '../../link/btf.js';
import { FLOW_EVENT_SIZE, FLOW_WATCH_SIZE } from '../../link/stage-maps.js';
import { clangFlags } from '../../setup/build-bpf.mjs';
import { readElf } from '../../setup/elf.mjs';
import { FLOW_EVENT_KINDS, FLOW_EVENT_PLACES, FLOW_WATCH_PLACES, decodeFlowEvent } from './flow-events.js';

describe('struct flow_event', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'bpf-iptables-'));
  const include = fileURLToPath(new URL('../../../bpf', import.meta.url));
  writeFileSync(join(scratch, 'types.c'), '#include "kernel.h"\n#include "flow_event.h"\nstruct flow_event a; struct flow_watch b;\n');
  execFileSync('clang', [...clangFlags(), `-I${include}`, '-c', join(scratch, 'types.c'), '-o', join(scratch, 'types.o')]);
  const btf = readElf(readFileSync(join(scratch, 'types.o'))).sections.find(({ name }) => name === '.BTF')!.data;
  rmSync(scratch, { recursive: true });
  const structs = new Btf(btf).structs(['flow_event', 'flow_watch']);

  it.each([
    ['flow_event', FLOW_EVENT_SIZE, FLOW_EVENT_PLACES],
    ['flow_watch', FLOW_WATCH_SIZE, FLOW_WATCH_PLACES],
  ])('%s lies as the reader expects', (name, bytes, places) => {
    const { size, members } = structs.get(name)!;
    expect(size).toBe(bytes);
    expect(Object.fromEntries(members.map((member) => [member.name, member.offset]))).toEqual(places);
  });

  it('is read', () => {
    const bytes = new Uint8Array(FLOW_EVENT_SIZE);
    const view = new DataView(bytes.buffer);
    view.setUint32(FLOW_EVENT_PLACES.kind, FLOW_EVENT_KINDS.indexOf('destroy'), true);
    view.setBigUint64(FLOW_EVENT_PLACES.at, 4_295_000_123n, true);
    // The key: from 1.2.3.4, port 5, by UDP of IPv4.
    const key = FLOW_EVENT_PLACES.entry;
    view.setUint32(key, 0x01020304, true);
    view.setUint16(key + 32, 5, true);
    bytes.set([17, 0, 0, 2], key + 36);
    expect(decodeFlowEvent(bytes)).toMatchObject({ kind: 'destroy', at: 4_295_000_123n, flow: { proto: 17, original: { src: Uint8Array.of(1, 2, 3, 4), sport: 5 } } });
    expect(() => decodeFlowEvent(bytes.subarray(1))).toThrow();
  });
});
