/** Ten thousand spoiled restore files through the whole of iptables-restore, short of the kernel: an answer each time, and nothing half done. */
import { describe, expect, it, vi } from 'vitest';
import { mutateFile } from '../../compat-tests/bad-input/mutate-file.js';
import { RUNNING, VALID } from '../../compat-tests/bad-input/rules.js';
import { saveTable } from '../ruleset/print/save.js';
import { MemoryStore } from './memory-store.js';
import { RestoreFile } from './restore-file.js';
import { TestHost } from './test-host.js';

// Words that became host names must not go out to name servers.
vi.mock(import('../parse/host-lookup.js'), () => ({ systemHosts: () => [] }));

const FILES = 10_000;
const OPTIONS = { table: undefined, noflush: false, test: false, counters: true, verbose: false, wait: 0 };

/** Restores `content` over the running rules. */
async function restoreOver(content: Buffer): Promise<{ code: number; commits: number; before: string; after: string; host: TestHost }> {
  const store = new MemoryStore('ipv4');
  const host = new TestHost(store);
  const saved = (): string => saveTable(store.read(), true, host.now());
  expect(await new RestoreFile(OPTIONS, host, 'iptables-restore').run(Buffer.from(RUNNING))).toBe(0);
  const before = saved();
  const commits = store.commits;
  host.stderr = '';
  const code = await new RestoreFile(OPTIONS, host, 'iptables-restore').run(content);
  return { code, commits: store.commits - commits, before, after: saved(), host };
}

describe('iptables-restore', () => {
  it('takes the file as it stands', async () => {
    const { code, commits, host } = await restoreOver(Buffer.from(VALID));
    expect([code, commits, host.stderr]).toEqual([0, 1, '']);
  });

  it(`answers ${FILES} spoiled files and leaves the rules alone where it refuses`, { timeout: 120_000 }, async () => {
    const codes = new Map<number, number>();
    for (let i = 0; i < FILES; i++) {
      const { seed, bytes, changes } = mutateFile(Buffer.from(VALID), `in process ${i}`);
      const what = `${seed}: ${changes.join(', ')}`;
      const { code, commits, before, after, host } = await restoreOver(bytes);
      expect([0, 1, 2, 3], what).toContain(code);
      codes.set(code, (codes.get(code) ?? 0) + 1);
      if (commits === 0) expect(after, what).toBe(before);
      if (code !== 0) expect(host.stderr, what).toMatch(/\bline:? \d+|:\d+:\d+: /);
      expect(host.stderr, what).not.toMatch(/TypeError|RangeError|Internal|undefined|\n {4}at /);
    }
    // The files are worth something: many refused for several reasons, many still good.
    expect(codes.get(0)).toBeGreaterThan(FILES / 20);
    expect(codes.get(1)).toBeGreaterThan(FILES / 20);
    expect(codes.get(2)).toBeGreaterThan(FILES / 10);
  });
});
