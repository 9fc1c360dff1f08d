import { describe, expect, it } from 'vitest';
import { disassemble } from '../asm/disassemble.js';
import { loadLibrary } from '../link/library.js';
import { STAGE_MAPS } from '../link/stage-maps.js';
import { lowerRuleset } from '../lower/lower.js';
import { planRuleset } from '../plan/choose.js';
import { STRATEGIES, type StrategyName } from '../plan/plan.js';
import { readRuleset } from '../property/read-ruleset.js';
import { emitClassic } from './classic.js';
import { emitGeneration, type Variant } from './generation.js';

const lines = (programs: readonly string[], family: 'ipv4' | 'ipv6' = 'ipv4', context: 'skb' | 'xdp' = 'skb'): string[] =>
  disassemble(emitClassic(programs.map((program) => `classic ${program}`), family, context))
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith(';'));

/** What stands between the beginning of the function and the return of a match; `-> match` and `-> miss` where it ends the program. */
function translated(instructions: string, family: 'ipv4' | 'ipv6' = 'ipv4'): string[] {
  const all = lines([`${instructions},6 0 0 1`], family);
  const at = (answer: string): string => all.find((line) => line.endsWith(answer))?.slice(0, 5).trim() ?? 'nowhere';
  const [match, miss] = [at(': w0 = 1'), at(': w0 = 0')];
  const bare = all.map((line) => line.slice(7).replace(new RegExp(`-> ${match}$`), '-> match').replace(new RegExp(`-> ${miss}$`), '-> miss'));
  return bare.slice(4, bare.indexOf('w0 = 1'));
}

describe('classic BPF as eBPF', () => {
  it('begins with A and X 0', () => expect(lines(['6 0 0 1']).map((line) => line.slice(7))).toEqual(['r6 = r1', 'r7 = r2', 'w8 = 0', 'w9 = 0', 'w0 = 1', 'exit']));

  it.each([
    ['0 0 0 4294967295', ['w8 = -1']],
    ['1 0 0 7', ['w9 = 7']],
    ['128 0 0 0', ['r8 = *(u32 *)(r7 + 84)']],
    ['129 0 0 0', ['r9 = *(u32 *)(r7 + 84)']],
    ['2 0 0 3', ['*(u32 *)(r7 + 828) = r8']],
    ['3 0 0 15', ['*(u32 *)(r7 + 876) = r9']],
    ['96 0 0 3', ['r8 = *(u32 *)(r7 + 828)']],
    ['97 0 0 15', ['r9 = *(u32 *)(r7 + 876)']],
    ['7 0 0 0', ['w9 = w8']],
    ['135 0 0 0', ['w8 = w9']],
  ])('registers and memory: %s', (program, expected) => expect(translated(program)).toEqual(expected));

  it.each([
    ['4 0 0 5', ['w8 += 5']],
    ['28 0 0 0', ['w8 -= w9']],
    ['36 0 0 3', ['w8 *= 3']],
    ['76 0 0 0', ['w8 |= w9']],
    ['84 0 0 15', ['w8 &= 15']],
    ['164 0 0 9', ['w8 ^= 9']],
    ['100 0 0 31', ['w8 <<= 31']],
    ['124 0 0 0', ['w8 >>= w9']],
    ['52 0 0 2', ['w8 /= 2']],
    ['132 0 0 0', ['w8 = -w8']],
    ['60 0 0 0', ['*(u32 *)(r7 + 152) = r9', 'r1 = *(u32 *)(r7 + 152)', 'if w1 == 0 -> miss', 'w8 /= w9']],
    ['156 0 0 0', ['*(u32 *)(r7 + 152) = r9', 'r1 = *(u32 *)(r7 + 152)', 'if w1 == 0 -> miss', 'w8 %= w9']],
  ])('arithmetic of 32 bits: %s', (program, expected) => expect(translated(program)).toEqual(expected));

  const load = (size: number): string[] => ['r1 = r6', 'r2 = r7', `w4 = ${size}`, 'call pc - 1 ; seen_load', 'if r0 s< 0 -> miss'];

  it.each([
    ['32 0 0 12', ['w3 = 12', ...load(4), 'w8 = w0']],
    ['40 0 0 4293918722', ['w3 = -1048574', ...load(2), 'w8 = w0']],
    ['80 0 0 2', ['w3 = w9', 'w3 += 2', '*(u32 *)(r7 + 152) = r3', 'r3 = *(u32 *)(r7 + 152)', ...load(1), 'w8 = w0']],
    ['177 0 0 0', ['w3 = 0', ...load(1), 'w9 = w0', 'w9 &= 15', 'w9 <<= 2']],
  ])('packet loads: %s', (program, expected) => expect(translated(program)).toEqual(expected));

  it('metadata', () => {
    expect(translated('32 0 0 4294963200')).toEqual(['w8 = 2048']);
    expect(translated('32 0 0 4294963200', 'ipv6')).toEqual(['w8 = 34525']);
    expect(translated('48 0 0 4294963220')).toEqual(['r8 = *(u32 *)(r7 + 80)']);
    expect(translated('32 0 0 4294963240')).toEqual(['w8 ^= w9']);
  });

  const a = ['*(u32 *)(r7 + 152) = r8', 'r1 = *(u32 *)(r7 + 152)'];
  const x = ['*(u32 *)(r7 + 156) = r9', 'r2 = *(u32 *)(r7 + 156)'];

  it.each([
    ['21 0 1 6,6 0 0 0', [...a, 'if w1 != 6 -> match', 'goto -> miss']],
    ['21 1 0 6,6 0 0 0', [...a, 'if w1 == 6 -> match', 'goto -> miss']],
    ['45 0 1 0,6 0 0 0', [...a, ...x, 'if w1 <= w2 -> match', 'goto -> miss']],
    ['37 1 0 4294967295,6 0 0 0', [...a, 'if w1 > -1 -> match', 'goto -> miss']],
    ['53 0 1 3,6 0 0 0', [...a, 'if w1 < 3 -> match', 'goto -> miss']],
    ['69 0 1 3,6 0 0 0', [...a, 'if w1 & 3 -> miss']],
    ['77 1 0 0,6 0 0 0', [...a, ...x, 'if w1 & w2 -> match', 'goto -> miss']],
    ['5 0 0 1,6 0 0 0', []],
    ['22 0 0 0', [...a, 'if w1 != 0 -> match', 'goto -> miss']],
  ])('ways: %s', (program, expected) => expect(translated(program)).toEqual(expected));

  it('several are one function, told by a number', () => {
    const all = lines(['6 0 0 0', '6 0 0 1', '22 0 0 0'], 'ipv4', 'xdp').map((line) => line.slice(7));
    expect(all.slice(4, 6)).toEqual(['if w3 > 1 -> 7', 'if w3 > 0 -> 11']);
  });
});

describe('rules with programs', () => {
  const PROGRAM = '-m bpf --bytecode "4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0"';
  const OTHER = '-m bpf --bytecode "2,128 0 0 0,22 0 0 0"';
  const text = ['*filter', ...['INPUT', 'FORWARD', 'OUTPUT'].map((chain) => `:${chain} ACCEPT [0:0]`), `-A INPUT ${PROGRAM} -j REJECT`, `-A INPUT -s 1.2.3.4 ${PROGRAM} -j DROP`, `-A FORWARD ${PROGRAM} ${OTHER}`, `-A OUTPUT ${OTHER}`, '-A OUTPUT -p tcp --dport 1', 'COMMIT', ''].join('\n');

  const made = (strategy: StrategyName, variants: readonly Variant[]) => emitGeneration(planRuleset(lowerRuleset(readRuleset(text), () => ''), { strategy }), { cpus: 2, generation: 2n, stageMaps: STAGE_MAPS }, loadLibrary(), variants);

  it.each(STRATEGIES)('%s: each program stands once in what is loaded, and takes no map', (strategy) => {
    const { progs, maps } = made(strategy, ['tc', 'xdp']);
    for (const { origins, name } of progs) {
      const found = origins.filter((origin) => origin.text.includes('--bytecode')).map((origin) => origin.text);
      expect([name, new Set(found).size]).toEqual([name, found.length]);
      expect([name, found.length]).toEqual([name, 2]);
    }
    expect(maps.map((map) => map.name).filter((name) => name.includes('classic'))).toEqual([]);
  });
});
