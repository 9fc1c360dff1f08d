/** The files that name numbers, read as libxtables reads them. */
import { describe, expect, it } from 'vitest';
import { parseAccounts } from './account-file.js';
import { cgroupMount } from './cgroup-path.js';
import { parseLabels } from './label-file.js';

describe('files of names', () => {
  it('names of numbers up to 255', () => {
    const text = '# comment\n0\tdefault\n 0x10 hex more\n7 seven # why\n256 large\nx none\n9\n8 #none\n';
    expect(parseLabels(text)).toEqual([{ id: 0, name: 'default' }, { id: 16, name: 'hex' }, { id: 7, name: 'seven' }]);
  });

  it('users and groups', () => {
    expect(parseAccounts('root:x:0:0::/root:/bin/sh\n#gone:x:1\nbad:x:y:\nadm:x:4:a,b\n')).toEqual([{ name: 'root', id: 0 }, { name: 'adm', id: 4 }]);
  });

  it('the mount of cgroup v2 that has all of it', () => {
    const lines = ['31 25 0:27 /part /mnt/part rw - cgroup2 cgroup2 rw', '30 25 0:26 / /sys/fs/cgroup/cpu rw,relatime shared:9 - cgroup cgroup rw', '32 25 0:27 / /sys/fs/cgroup/my\\040one rw shared:10 - cgroup2 cgroup2 rw'];
    expect(cgroupMount(lines.join('\n'))).toBe('/sys/fs/cgroup/my one');
    expect(cgroupMount(lines[1]!)).toBeUndefined();
  });
});
