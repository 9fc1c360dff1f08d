import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ResourceProblem } from '../errors/errors.js';
import { acquireLock, tryLock } from './lock.js';

describe('the lock', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'bpf-iptables-lock-'));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  it('excludes, gives up after -w seconds with the words of iptables, and is free again after release', () => {
    const path = join(directory, 'lock');
    const held = acquireLock(undefined, path);
    const start = Date.now();
    expect(() => acquireLock(1, path)).toThrow(
      new ResourceProblem(`Can't lock ${path}: Resource temporarily unavailable\nAnother app is currently holding the xtables lock. Stopped waiting after 1s.`, 'bare'),
    );
    expect(Date.now() - start).toBeGreaterThanOrEqual(990);
    expect(tryLock(path)).toBeUndefined();
    held.release();
    acquireLock(1, path).release();
    const again = tryLock(path);
    expect(again).toBeDefined();
    again!.release();
  });

  it('says why the file cannot be opened, exit code 4', () => {
    const path = join(directory, 'none', 'lock');
    expect(() => acquireLock(undefined, path)).toThrow(`Fatal: can't open lock file ${path}: No such file or directory`);
    try {
      acquireLock(undefined, directory);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ exitCode: 4, prefix: 'bare', message: `Fatal: can't open lock file ${directory}: Is a directory` });
    }
  });
});
