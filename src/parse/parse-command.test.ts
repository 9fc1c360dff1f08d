import { describe, expect, it } from 'vitest';
import { IptablesError } from '../errors/errors.js';
import type { HostLookup } from './host-lookup.js';
import { parseCommand } from './parse-command.js';
import { printRule } from './rule-text.fixture.js';

const hosts: HostLookup = (name) => (name === 'two.example' ? [0x01010101n, 0x02020202n] : []);

function parse(line: string, family: 'ipv4' | 'ipv6' = 'ipv4') {
  return parseCommand(line.split(' '), { family, programName: 'iptables', hosts });
}

function problem(line: string): IptablesError {
  try {
    parse(line);
  } catch (error) {
    if (error instanceof IptablesError) return error;
    throw error;
  }
  throw new Error(`accepted: ${line}`);
}

describe('parseCommand', () => {
  it('resolves a rule', () => {
    const command = parse('-t filter -I FORWARD 3 ! -s 10.1.2.3/8 -i eth+ -o lo -p tcp --dport 22 -g LOOP -c 5 6');
    expect(command).toMatchObject({ kind: 'insert', chain: 'FORWARD', position: 3, table: 'filter', counters: { packets: 5n, bytes: 6n } });
    if (command.kind !== 'insert') return;
    expect(command.rules).toHaveLength(1);
    expect(command.rules[0]).toMatchObject({
      head: {
        src: { addr: 0x0a000000n, mask: 0xff000000n, invert: true },
        inIface: { name: 'eth', wildcard: true, invert: false },
        outIface: { name: 'lo', wildcard: false, invert: false },
        protocol: { number: 6, invert: false },
      },
      matches: [{ name: 'tcp' }],
      target: { kind: 'goto', chain: 'LOOP' },
      counters: { packets: 5n, bytes: 6n },
    });
    expect(command.rules[0]!.head).not.toHaveProperty('dst');
  });

  it('leaves out what matches everything', () => {
    const command = parse('-A INPUT -s 0.0.0.0/0 -d any/0 -p all');
    expect(command.kind === 'append' && command.rules[0]!.head).toEqual({});
  });

  it('keeps an inverted match of everything: it matches nothing', () => {
    const command = parse('-A INPUT ! -s 0/0');
    expect(command.kind === 'append' && command.rules[0]!.head).toEqual({ src: { addr: 0n, mask: 0n, invert: true } });
  });

  it('multiplies lists and names with several addresses out, sources outermost', () => {
    const command = parse('-D INPUT -s 9.9.9.9,two.example -d 3.3.3.3,4.4.4.4');
    const pairs = command.kind === 'delete' ? command.rules.map(({ head }) => [head.src!.addr, head.dst!.addr]) : [];
    const sources = [0x09090909n, 0x01010101n, 0x02020202n];
    expect(pairs).toEqual(sources.flatMap((source) => [[source, 0x03030303n], [source, 0x04040404n]]));
  });

  it('takes 128 bits for IPv6', () => {
    const command = parse('-A INPUT -s 2001:db8::1/33', 'ipv6');
    expect(command.kind === 'append' && command.rules[0]!.head.src).toEqual({
      addr: 0x20010db8n << 96n, mask: ((1n << 33n) - 1n) << 95n, invert: false,
    });
  });

  it.each([
    ['-L', { kind: 'list', zero: false }],
    ['-L INPUT 2 -nvvx --line-numbers', { kind: 'list', chain: 'INPUT', position: 2, numeric: true, verbose: 2, exact: true, lineNumbers: true }],
    ['-L -Z', { kind: 'list', zero: true }],
    ['-Z C 2 -L', { kind: 'list', chain: 'C', position: 2, zero: true, zeroNumber: true }],
    ['-S -Z C', { kind: 'list-rules', chain: 'C', zero: true }],
    ['-L -Z C 2', { kind: 'zero', chain: 'C', position: 2 }],
    ['-Z', { kind: 'zero' }],
    ['-F C', { kind: 'flush', chain: 'C' }],
    ['-N C', { kind: 'new-chain', chain: 'C' }],
    ['-X', { kind: 'delete-chain' }],
    ['-E A B', { kind: 'rename-chain', chain: 'A', to: 'B' }],
    ['-P INPUT DROP -c 1 2', { kind: 'policy', chain: 'INPUT', policy: 'DROP', counters: { packets: 1n, bytes: 2n } }],
    ['-D C 4', { kind: 'delete-number', chain: 'C', position: 4 }],
    ['-R C 4', { kind: 'replace', chain: 'C', position: 4 }],
    ['-I C', { kind: 'insert', chain: 'C', position: 1 }],
    ['-L -w', { kind: 'list', wait: 0 }],
    ['-L -w 7', { kind: 'list', wait: 7 }],
    ['-t nat -S', { kind: 'list-rules', table: 'nat' }],
    ['-V', { kind: 'version', inverted: false }],
    ['! -V --foo', { kind: 'version', inverted: true }],
    ['-h', { kind: 'help', extensions: [] }],
    ['-p tcp -h', { kind: 'help', extensions: ['tcp'] }],
    ['-p tcp -m udp -j LOG -m comment --help --foo', { kind: 'help', extensions: ['LOG', 'udp', 'comment'] }],
  ])('%s', (line, expected) => {
    expect(parse(line)).toMatchObject(expected);
  });

  it('says nothing of a lock wait that was not given', () => {
    expect(parse('-L')).not.toHaveProperty('wait');
  });

  it('gives an option two matches have to the one loaded last', () => {
    const printed = (line: string) => {
      const command = parse(line);
      return command.kind === 'append' ? printRule('FORWARD', command.rules[0]!, 'ipv4') : '';
    };
    // iptables -v prints the like for both; the kernel then refuses them.
    expect(printed('-A FORWARD -p tcp -m udp -m tcp --dport 53')).toBe('-A FORWARD -p tcp -m udp -m tcp --dport 53');
    expect(printed('-A FORWARD -p tcp -m tcp -m udp --dport 53')).toBe('-A FORWARD -p tcp -m tcp -m udp --dport 53');
  });

  it('points at the word in question', () => {
    const at = (line: string) => {
      const { column, length } = problem(line).span!;
      return line.slice(column - 1, column - 1 + length);
    };
    expect(at('-A INPUT -p foo')).toBe('foo');
    expect(at('-A INPUT --bogus')).toBe('--bogus');
    expect(at('-A INPUT -s nosuch')).toBe('-s');
    expect(at('-A INPUT -c x 2')).toBe('x');
    expect(at('-A INPUT -o lo')).toBe('-o');
    expect(at('-A INPUT !')).toBe('!');
    expect(at('-nvqL')).toBe('-nvqL');
  });

  it('takes a name for a chain where the chains are not known', () => {
    const command = parse('-A INPUT -j FAR -m comment --comment x');
    expect(command.kind === 'append' && command.rules[0]!.target).toEqual({ kind: 'jump', chain: 'FAR' });
    expect(() => parseCommand(['-A', 'INPUT', '-j', 'FAR'], { family: 'ipv4', programName: 'iptables', hasChain: () => false })).toThrow("Couldn't load target `FAR'");
  });

  it('hands warnings on with the error they came before', () => {
    expect(problem('-A INPUT -i a/b -p foo').warnings).toEqual([
      "Warning: weird character in interface `a/b' ('/' and ' ' are not allowed by the kernel).",
    ]);
  });

  it('does not touch prototype names', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      const command = parse(`-A ${name} -j ${name}`);
      expect(command.kind === 'append' && command.rules[0]!.target).toEqual({ kind: 'jump', chain: name });
      expect(problem(`-A INPUT -m ${name}`).message).toContain("Couldn't load match");
      expect(problem(`-A INPUT --${name}`).message).toContain('unknown option');
    }
  });
});
