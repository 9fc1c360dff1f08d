/**
 * `-m addrtype` of IPv6 (kernel: addrtype_mt6() of xt_addrtype.c): UNSPEC, UNICAST and MULTICAST are read off the address and must all hold where they
 * are asked for together; of LOCAL and ANYCAST, which routing knows, one. Other types are refused: most by the kernel.
 */
import { ADDRESS_WORDS, type FieldName } from '../../ir/field.js';
import { FALSE, all, any, eq, invertIf, masked, not, type Predicate, type Step } from '../../ir/predicate.js';
import type { BuiltinChain } from '../../ruleset/model.js';
import type { MatchExtension } from '../extension.js';
import { INVALID_ARGUMENT } from '../guided/refusal.js';
import { FIELDS_BY_LIMIT, OPTIONS, checkLimit, help, list, resolve, save, type AddrtypeData, type Types } from './options.js';
import { ADDRESS_TYPES } from './types.js';

const bit = (name: (typeof ADDRESS_TYPES)[number]): number => 1 << ADDRESS_TYPES.indexOf(name);

const BY_ADDRESS = ['UNSPEC', 'UNICAST', 'MULTICAST'] as const;
const BY_ROUTING = ['LOCAL', 'ANYCAST'] as const;
/** UNREACHABLE, which the kernel takes, is what only a whole route look-up says: refused (docs/semantics.md). */
const KNOWN = [...BY_ADDRESS, ...BY_ROUTING].reduce((bits, name) => bits | bit(name), 0);

type End = 'src' | 'dst';

/** ipv6_addr_type(): what an address is by its own bits. UNICAST: neither a group nor `::` nor one of IPv4, mapped. */
function byAddress(name: (typeof BY_ADDRESS)[number], end: End): Predicate {
  const [first, second, third, last] = ADDRESS_WORDS[end];
  const multicast = masked(first, 0xff000000, 0xff000000);
  const unspecified = all(eq(first, 0), eq(second, 0), eq(third, 0), eq(last, 0));
  if (name === 'MULTICAST') return multicast;
  if (name === 'UNSPEC') return unspecified;
  return all(not(multicast), not(unspecified), not(all(eq(first, 0), eq(second, 0), eq(third, 0xffff))));
}

function typeSteps(end: End, field: FieldName, { types, invert }: Types): readonly Step[] {
  if (types === 0) return [];
  const tests = BY_ADDRESS.flatMap((name) => (types & bit(name) ? [byAddress(name, end)] : []));
  const routing = BY_ROUTING.flatMap((name) => (types & bit(name) ? [eq(field, ADDRESS_TYPES.indexOf(name))] : []));
  if (routing.length > 0) tests.push(any(...routing));
  return [{ kind: 'require', predicate: invertIf(invert, tests.length === 0 ? FALSE : all(...tests)) }];
}

function check(data: AddrtypeData, head: unknown, reachableFrom: readonly BuiltinChain[]): string | undefined {
  return (data.src.types | data.dst.types) & ~KNOWN ? INVALID_ARGUMENT : checkLimit(data, head, reachableFrom);
}

/** match_type6(). `routed`: RTN_* number of the address in the local table. */
function holds({ types, invert }: Types, address: bigint, routed: number): boolean {
  if (types === 0) return true;
  const group = address >> 120n === 0xffn;
  const mapped = address >> 32n === 0xffffn;
  let found = true;
  if (types & bit('MULTICAST') && !group) found = false;
  if (types & bit('UNICAST') && (group || mapped || address === 0n)) found = false;
  if (types & bit('UNSPEC') && address !== 0n) found = false;
  const byRouting = types & (bit('LOCAL') | bit('ANYCAST'));
  return (found && (byRouting === 0 || (byRouting & (1 << routed)) !== 0)) !== invert;
}

export const addrtype6: MatchExtension<AddrtypeData> = {
  kind: 'match',
  name: 'addrtype',
  families: ['ipv6'],
  effect: 'pure',
  options: OPTIONS,
  resolve,
  save,
  list,
  lower: ({ src, dst, limit }) => [...typeSteps('src', FIELDS_BY_LIMIT[limit][0], src), ...typeSteps('dst', FIELDS_BY_LIMIT[limit][1], dst)],
  evaluate: ({ src, dst, limit }, packet) => {
    const [srcField, dstField] = FIELDS_BY_LIMIT[limit];
    return holds(src, packet.src, packet.meta[srcField]) && holds(dst, packet.dst, packet.meta[dstField]);
  },
  check,
  help,
};
