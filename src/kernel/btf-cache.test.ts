import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cachedKernelTypes } from './btf-cache.js';

/** BTF with one struct `s` {field `f` at byte 4} and one function `k`, ids 1 and 2. */
function tinyBtf(): Uint8Array {
  const strings = Buffer.from('\0s\0f\0k\0');
  const types = Buffer.alloc(12 + 12 + 12);
  types.writeUInt32LE(1, 0);
  types.writeUInt32LE((4 << 24) | 1, 4);
  types.writeUInt32LE(8, 8);
  types.writeUInt32LE(3, 12);
  types.writeUInt32LE(32, 20);
  types.writeUInt32LE(5, 24);
  types.writeUInt32LE(12 << 24, 28);
  const header = Buffer.alloc(24);
  header.writeUInt16LE(0xeb9f, 0);
  header.writeUInt8(1, 2);
  header.writeUInt32LE(24, 4);
  header.writeUInt32LE(types.length, 12);
  header.writeUInt32LE(types.length, 16);
  header.writeUInt32LE(strings.length, 20);
  return Buffer.concat([header, types, strings]);
}

const WANTS = { kfuncs: ['k'], fields: [{ struct: 's', field: 'f' }] };

describe('the BTF cache', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'bpf-iptables-btf-'));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  it('reads BTF once, then the file; more wants are added', () => {
    let reads = 0;
    const read = (): Uint8Array => {
      reads++;
      return tinyBtf();
    };
    const cache = join(directory, 'a');
    expect(cachedKernelTypes({ kfuncs: [], fields: [] }, cache, read).kfuncs.size).toBe(0);
    expect(existsSync(cache)).toBe(false);
    expect(cachedKernelTypes({ ...WANTS, fields: [] }, cache, read).kfuncs.get('k')).toBe(2);
    for (let i = 0; i < 3; i++) {
      const types = cachedKernelTypes(WANTS, cache, read);
      expect([types.kfuncs.get('k'), types.fields.get('s.f')]).toEqual([2, 4]);
    }
    expect(reads).toBe(2);
    expect(readdirSync(cache)).toHaveLength(1);
    expect(readFileSync(join(cache, readdirSync(cache)[0]!), 'utf8')).toBe('{"kfuncs":{"k":2},"fields":{"s.f":4}}');
  });

  it('passes over a damaged file and one that cannot be written', () => {
    const cache = join(directory, 'b');
    cachedKernelTypes(WANTS, cache, tinyBtf);
    const path = join(cache, readdirSync(cache)[0]!);
    for (const damage of ['', '{', '{"kfuncs":{"k":"2"},"fields":{"s.f":4}}', 'null']) {
      writeFileSync(path, damage);
      expect(cachedKernelTypes(WANTS, cache, tinyBtf).kfuncs.get('k')).toBe(2);
    }
    expect(cachedKernelTypes(WANTS, join(path, 'under-a-file'), tinyBtf).fields.get('s.f')).toBe(4);
  });

  it('names what the kernel lacks', () => {
    expect(() => cachedKernelTypes({ kfuncs: ['nothing'], fields: [] }, join(directory, 'c'), tinyBtf)).toThrow(/no function nothing/);
  });
});
