/** What transcripts of a root shell cannot show: privilege, the lock, other tables, carets, warnings, failing commits. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Command } from 'commander';
import { OtherProblem, ResourceProblem } from '../errors/errors.js';
import { main } from './main.js';
import { explain } from './subcommands/explain.js';
import { MemoryStore } from './memory-store.js';
import { TestHost } from './test-host.js';

function restoring(input: string, host = new TestHost()): TestHost {
  host.input = input;
  return host;
}

describe('without privilege', () => {
  it.each([
    ['tables', ['-L'], 3, "iptables v1.8.9 (legacy): can't initialize iptables table `filter': Permission denied (you must be root)\nPerhaps iptables or your kernel needs to be upgraded.\n"],
    ['tables', ['-t', 'nope', '-L'], 3, "iptables v1.8.9 (legacy): can't initialize iptables table `nope': Permission denied (you must be root)\nPerhaps iptables or your kernel needs to be upgraded.\n"],
    ['save', [], 1, 'iptables-save v1.8.9 (legacy): Cannot initialize: Permission denied (you must be root)\n'],
    ['tables', ['-V'], 0, ''],
    ['tables', ['-p', 'icmp', '--help'], 0, ''],
  ] as const)('%s %j', async (tool, argv, code, stderr) => {
    const host = new TestHost();
    host.privileged = false;
    expect(await main(tool, argv, host)).toBe(code);
    expect(host.stderr).toBe(stderr);
  });

  it('restore says that the table cannot be initialised', async () => {
    const host = restoring('*filter\nCOMMIT\n');
    host.privileged = false;
    expect(await main('restore', [], host)).toBe(2);
    expect(host.stderr).toContain("iptables-restore v1.8.9 (legacy): iptables-restore: unable to initialize table 'filter'\nError occurred at line: 1\n");
    expect(host.releases).toBe(1);
  });
});

describe('ip6tables', () => {
  const host6 = (privileged = true): TestHost => Object.assign(new TestHost(new MemoryStore('ipv6')), { privileged });

  it.each([
    ['tables', ['-L'], 3, "ip6tables v1.8.9 (legacy): can't initialize ip6tables table `filter': Permission denied (you must be root)\nPerhaps ip6tables or your kernel needs to be upgraded.\n"],
    ['save', [], 1, 'ip6tables-save v1.8.9 (legacy): Cannot initialize: Permission denied (you must be root)\n'],
    ['tables', ['-V'], 0, ''],
  ] as const)('without privilege: %s %j', async (tool, argv, code, stderr) => {
    const host = host6(false);
    expect(await main(tool, argv, host)).toBe(code);
    expect(host.stderr).toBe(stderr);
  });

  it('takes the same lock', async () => {
    const host = host6();
    host.input = '*filter\n-A INPUT -s ::1 -j DROP\nCOMMIT\n';
    expect(await main('restore', ['-w', '7'], host)).toBe(0);
    expect(await main('tables', ['-w', '5', '-A', 'INPUT'], host)).toBe(0);
    expect([host.waits, host.releases]).toEqual([[7, 5], 2]);
  });

  it('warns of protocols in a restore file as well', async () => {
    const host = host6();
    host.input = '*filter\n-A INPUT -p ah -j DROP\nCOMMIT\n';
    expect(await main('restore', [], host)).toBe(0);
    expect(host.stderr).toBe('Warning: never matched protocol: ah. use extension match instead.\n');
  });

  it('has the subcommands', async () => {
    const subcommands = new Map([['explain', async () => explain]]);
    expect(await main('tables', ['explain'], host6(false), subcommands)).toBe(3);
    const host = host6(false);
    host.input = '*filter\n-A INPUT -s 2001:db8::1 -j DROP\nCOMMIT\n';
    expect(await main('tables', ['explain', '-'], host, subcommands)).toBe(0);
    expect(host.stdout).toContain('-A INPUT -s 2001:db8::1/128 -j DROP');
    expect(host.stdout).toContain('bpfipt6_in');
    // Judged at tc alone.
    expect(await main('tables', ['explain', '--hook', 'xdp', '-'], host, subcommands)).toBe(0);
    expect(host.stdout).not.toContain('(xdp)');
  });
});

describe('the lock', () => {
  it('is asked for with the seconds of -w and given back, also after a refusal', async () => {
    const host = new TestHost();
    expect(await main('tables', ['-w', '5', '-A', 'INPUT'], host)).toBe(0);
    expect(await main('tables', ['-D', 'INPUT', '9'], host)).toBe(1);
    expect(host.waits).toEqual([5, undefined]);
    expect(host.releases).toBe(2);
  });

  it('is not taken for -h, -V, a usage error or save', async () => {
    const host = new TestHost();
    for (const argv of [['-h'], ['-V'], ['-A', 'INPUT', '--nonsense']]) await main('tables', argv, host);
    await main('save', [], host);
    expect(host.waits).toEqual([]);
  });

  it('is taken by restore for each table and given back at COMMIT, or when the file ends early', async () => {
    const host = restoring('*filter\nCOMMIT\n*filter\nCOMMIT\n*filter\n');
    expect(await main('restore', ['-w', '7'], host)).toBe(1);
    expect(host.waits).toEqual([7, 7, 7]);
    expect(host.releases).toBe(3);
  });

  it('that is held elsewhere ends with exit 4 and both lines', async () => {
    class Held extends TestHost {
      override lock(): never {
        throw new ResourceProblem("Can't lock /run/xtables.lock: Resource temporarily unavailable\nAnother app is currently holding the xtables lock. Stopped waiting after 1s.", 'bare');
      }
    }
    for (const [tool, argv] of [['tables', ['-w', '1', '-L']], ['restore', ['-w', '1']]] as const) {
      const host = restoring('*filter\nCOMMIT\n', new Held());
      expect(await main(tool, argv, host)).toBe(4);
      expect(host.stderr.split('\n').slice(0, 2)).toEqual([
        "Can't lock /run/xtables.lock: Resource temporarily unavailable",
        'Another app is currently holding the xtables lock. Stopped waiting after 1s.',
      ]);
    }
  });
});

describe('tables that are not ours', () => {
  const NAT = '*nat\n:PREROUTING ACCEPT [1:2]\n:POSTROUTING ACCEPT [0:0]\n-F\n-X\n# nothing\n\nCOMMIT\n';

  it('pass where they ask for nothing', async () => {
    const host = restoring(`${NAT}*filter\n-A INPUT -j DROP\nCOMMIT\n*mangle\nCOMMIT\n`);
    expect(await main('restore', [], host)).toBe(0);
    expect(host.stdout + host.stderr).toBe('');
    expect(host.store.commits).toBe(1);
  });

  it.each(['-A PREROUTING -p tcp -j RETURN', ':PREROUTING DROP [0:0]', ':MINE - [0:0]', '-N MINE', '-I OUTPUT'])(
    'are refused at the first line that asks for something: %s',
    async (line) => {
      const host = restoring(`*nat\n:OUTPUT ACCEPT [0:0]\n${line}\nCOMMIT\n*filter\n-A INPUT -j DROP\nCOMMIT\n`);
      expect(await main('restore', [], host)).toBe(2);
      expect(host.stderr).toContain("iptables-restore v1.8.9 (legacy): iptables-restore: unable to initialize table 'nat'\nError occurred at line: 3\n");
      expect(host.store.commits).toBe(0);
    },
  );

  it('are skipped by -T filter whatever they hold', async () => {
    const host = restoring('*nat\n-A PREROUTING -j DNAT --to 1.2.3.4\nCOMMIT\n*filter\n-A INPUT -j DROP\nCOMMIT\n');
    expect(await main('restore', ['-T', 'filter'], host)).toBe(0);
    expect(host.store.read().chains.get('INPUT')!.rules).toHaveLength(1);
  });

  it('cannot be listed or changed', async () => {
    const host = new TestHost();
    expect(await main('tables', ['-t', 'nat', '-L'], host)).toBe(3);
    expect(host.stderr).toContain("can't initialize iptables table `nat': Table does not exist (do you need to insmod?)");
  });
});

describe('an error in a restore file', () => {
  it('names file, line and column and shows the word, after what iptables says', async () => {
    const host = restoring('*filter\n-A INPUT -p tcp --dport 99999 -j DROP\nCOMMIT\n');
    expect(await main('restore', [], host)).toBe(2);
    expect(host.stderr).toBe(
      [
        "iptables-restore v1.8.9 (legacy): invalid port/service `99999' specified",
        'Error occurred at line: 2',
        "Try `iptables-restore -h' or 'iptables-restore --help' for more information.",
        "-:2:17: invalid port/service `99999' specified",
        '-A INPUT -p tcp --dport 99999 -j DROP',
        '                ^^^^^^^',
        '',
      ].join('\n'),
    );
  });

  it('that the ruleset refuses says why, which iptables does not', async () => {
    const host = restoring('*filter\n-D INPUT 7\nCOMMIT\n');
    expect(await main('restore', [], host)).toBe(1);
    expect(host.stderr).toBe('iptables-restore: line 2 failed\n-:2:1: Index of deletion too big.\n-D INPUT 7\n^^^^^^^^^^\n');
  });

  it('leaves the table alone, and the tables committed before it changed', async () => {
    const host = restoring('*filter\n-A INPUT -j DROP\nCOMMIT\n*filter\n-A INPUT -j ACCEPT\n-A INPUT --foo\nCOMMIT\n');
    expect(await main('restore', [], host)).toBe(2);
    expect(host.store.commits).toBe(1);
    expect(host.store.read().chains.get('INPUT')!.rules.map((rule) => rule.target.kind)).toEqual(['drop']);
  });
});

describe('commits', () => {
  it('happen only where something changed', async () => {
    const host = new TestHost();
    for (const argv of [['-L', '-n'], ['-S'], ['-X'], ['-C', 'INPUT'], ['-D', 'INPUT', '1']]) await main('tables', argv, host);
    host.input = '*filter\nCOMMIT\n';
    await main('restore', ['-n'], host);
    await main('restore', ['-t'], host);
    expect(host.store.commits).toBe(0);
  });

  it('that fail are reported and leave exit code and words of the store', async () => {
    class Failing extends MemoryStore {
      override commit(): never {
        throw new OtherProblem('the kernel is out of memory');
      }
    }
    const host = new TestHost(new Failing('ipv4'));
    expect(await main('tables', ['-A', 'INPUT'], host)).toBe(1);
    expect(host.stderr).toBe('iptables v1.8.9 (legacy): the kernel is out of memory\n');
    expect(host.releases).toBe(1);
  });

  it('print nothing', async () => {
    const host = new TestHost(new MemoryStore('ipv4', ['a warning']));
    await main('tables', ['-A', 'INPUT', '-j', 'DROP'], host);
    expect(host.stdout + host.stderr).toBe('');
  });
});

describe('listings', () => {
  it('carry the warnings of the store on stderr', async () => {
    const host = new TestHost(new MemoryStore('ipv4', ['eth9 is not covered']));
    await main('tables', ['-S'], host);
    await main('save', [], host);
    expect(host.stderr).toBe('eth9 is not covered\neth9 is not covered\n');
  });
});

describe('save', () => {
  it('writes to a file with -f', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'save-'));
    try {
      const file = path.join(folder, 'rules');
      const host = new TestHost();
      expect(await main('save', ['-f', file], host)).toBe(0);
      expect(host.stdout).toBe('');
      expect(readFileSync(file, 'utf8').split('\n')[0]).toBe('# Generated by iptables-save v1.8.9 on Mon Nov  2 03:04:05 2026');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('subcommands', () => {
  it('are found by the first word only', async () => {
    const host = new TestHost();
    const shout = {
      name: 'shout',
      needsRoot: true,
      command: (_: unknown, outcome: { exitCode: number }) => new Command().argument('<word>').action((word: string) => {
        host.out(word.toUpperCase());
        outcome.exitCode = 5;
      }),
    };
    const subcommands = new Map([['shout', async () => shout]]);
    expect(await main('tables', ['shout', 'a'], host, subcommands)).toBe(5);
    expect(host.stdout).toBe('A');
    host.privileged = false;
    expect(await main('tables', ['shout', 'a'], host, subcommands)).toBe(3);
    expect(host.stderr).toBe('bpf-iptables shout: Permission denied (you must be root)\n');
    host.privileged = true;
    expect(await main('tables', ['whisper', 'a'], host, subcommands)).toBe(2);
    expect(host.stderr).toContain("Bad argument `whisper'");
  });

  it('that need root for what is in force only do without it for a file', async () => {
    const host = new TestHost();
    host.privileged = false;
    const subcommands = new Map([['explain', async () => explain]]);
    expect(await main('tables', ['explain'], host, subcommands)).toBe(3);
    expect(host.stderr).toBe('bpf-iptables explain: Permission denied (you must be root)\n');
    await expect(main('tables', ['explain', '/nonexistent'], host, subcommands)).rejects.toThrow("Can't open /nonexistent");
  });
});
