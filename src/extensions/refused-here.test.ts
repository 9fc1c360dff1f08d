/** Rules that the kernel takes and this program refuses, as they cannot be exact at tc: each with the kernel's own words for a refusal (docs/semantics.md). */
import { describe, expect, it } from 'vitest';
import { parseCommand } from '../parse/parse-command.js';
import type { BuiltinChain } from '../ruleset/model.js';
import { INVALID_ARGUMENT } from './guided/refusal.js';
import { matchExtension } from './registry.js';

function answer(chain: BuiltinChain, spec: string): string | undefined {
  const command = parseCommand(['-A', chain, ...spec.split(' ')], { family: 'ipv4', programName: 'iptables', hasChain: () => false });
  if (command.kind !== 'append') throw new Error(`not an append: ${spec}`);
  const [{ head, matches }] = command.rules as [(typeof command.rules)[number]];
  return matchExtension(matches[0]!.name, 'ipv4')!.check!(matches[0]!.data, head, [chain]);
}

const REFUSED: readonly (readonly [BuiltinChain, string])[] = [
  ['INPUT', '-m realm --realm 1'],
  ['FORWARD', '-m realm ! --realm 1'],
  ['INPUT', '-m cgroup --cgroup 1'],
  ['INPUT', '-m cgroup --path /'],
  ['INPUT', '-m socket --restore-skmark'],
  ['FORWARD', '-m physdev --physdev-is-bridged'],
  ['FORWARD', '-m physdev --physdev-out eth1'],
  ['FORWARD', '-m physdev --physdev-is-out'],
  ['FORWARD', '-m physdev --physdev-in eth0 --physdev-out eth1'],
  ['FORWARD', '-m policy --dir out --pol none'],
  ['FORWARD', '-m policy --dir out --pol ipsec'],
  ['OUTPUT', '-m policy --dir out --pol ipsec'],
  ['INPUT', '-m policy --dir in --pol ipsec --reqid 1'],
  ['INPUT', '-m policy --dir in --pol ipsec --strict --mode tunnel --tunnel-src 10.0.0.1 --next --spi 0x100'],
];

const TAKEN: readonly (readonly [BuiltinChain, string])[] = [
  ['OUTPUT', '-m realm --realm 1'],
  ['OUTPUT', '-m cgroup --cgroup 1'],
  ['INPUT', '-m socket --nowildcard --transparent'],
  ['FORWARD', '-m physdev ! --physdev-is-bridged'],
  ['FORWARD', '-m physdev --physdev-in eth0'],
  ['INPUT', '-m physdev --physdev-out eth1'],
  ['INPUT', '-m policy --dir in --pol ipsec'],
  ['FORWARD', '-m policy --dir in --pol none'],
  ['OUTPUT', '-m policy --dir out --pol none'],
  ['INPUT', '-m policy --dir in --pol none --reqid 1'],
];

describe('rules about what tc does not know', () => {
  it.each(REFUSED)('-A %s %s is refused', (chain, spec) => expect(answer(chain, spec)).toBe(INVALID_ARGUMENT));
  it.each(TAKEN)('-A %s %s is taken', (chain, spec) => expect(answer(chain, spec)).toBeUndefined());
});
