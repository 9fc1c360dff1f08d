/** `-m owner`: who owns the socket that sent the packet (kernel: xt_owner.c revision 1, its flags included). */
import { ParameterProblem } from '../../errors/errors.js';
import { accountId, accountName, type AccountFile } from '../../net/account-file.js';
import type { PacketSender } from '../../net/packet-view.js';
import type { BuiltinChain } from '../../ruleset/model.js';
import type { MatchExtension, OptionUse } from '../extension.js';
import { badValue, readOptions, type GuidedOption } from '../guided/guided-options.js';
import { readNumber } from '../guided/number.js';
import { INVALID_ARGUMENT } from '../guided/refusal.js';

const OPTIONS: readonly GuidedOption[] = [
  { name: 'uid-owner', arity: 1, invertible: true },
  { name: 'gid-owner', arity: 1, invertible: true },
  { name: 'socket-exists', arity: 0, invertible: true },
  { name: 'suppl-groups', arity: 0, invertible: false },
];

/** Inclusive. */
interface Ids {
  readonly lo: number;
  readonly hi: number;
  readonly invert: boolean;
}

export interface OwnerData {
  readonly uid?: Ids;
  readonly gid?: Ids;
  readonly socket?: { readonly invert: boolean };
  readonly supplGroups?: true;
}

/** XT_OWNER_*. */
const FLAG = { uid: 1, gid: 2, socket: 4, supplGroups: 8 } as const;
/** -1 is nobody's number. */
const MOST = 0xffff_fffen;

/** A name, a number, or two numbers with `-` or `:` between. */
function readIds(use: OptionUse, file: AccountFile): Ids {
  const text = use.values[0] ?? '';
  const named = accountId(file, text);
  if (named !== undefined) return { lo: named, hi: named, invert: use.inverted };
  const number = (from: string): { value: bigint; rest: string } => {
    const read = readNumber(from);
    if (!read || read.value > MOST) throw badValue('owner', use);
    return read;
  };
  const lo = number(text);
  const hi = /^[-:]/.test(lo.rest) ? number(lo.rest.slice(1)) : lo;
  if (hi.rest !== '') throw badValue('owner', use);
  return { lo: Number(lo.value), hi: Number(hi.value), invert: use.inverted };
}

function resolve(uses: readonly OptionUse[]): OwnerData {
  const data: { -readonly [part in keyof OwnerData]: OwnerData[part] } = {};
  readOptions('owner', OPTIONS, uses, {
    'uid-owner': (use) => (data.uid = readIds(use, 'passwd')),
    'gid-owner': (use) => (data.gid = readIds(use, 'group')),
    'socket-exists': (use) => (data.socket = { invert: use.inverted }),
    'suppl-groups': (use) => {
      if (data.gid === undefined) throw badValue('owner', use, 'you need to use --gid-owner first');
      data.supplGroups = true;
    },
  });
  if (uses.length === 0) throw new ParameterProblem('owner: At least one of --uid-owner, --gid-owner or --socket-exists is required');
  return data;
}

function printIds(label: string, ids: Ids | undefined, name?: (id: number) => string | undefined): string {
  if (ids === undefined) return '';
  const what = ids.lo === ids.hi ? (name?.(ids.lo) ?? ids.lo) : `${ids.lo}-${ids.hi}`;
  return `${ids.invert ? ' !' : ''} ${label} ${what}`;
}

const printSocket = (label: string, { socket }: OwnerData): string => (socket === undefined ? '' : `${socket.invert ? ' !' : ''} ${label}`);

function list(data: OwnerData, numeric: boolean): string {
  const name = (file: AccountFile) => (numeric ? undefined : (id: number) => accountName(file, id));
  const suppl = data.supplGroups ? ' incl. suppl. groups' : '';
  return printSocket('owner socket exists', data) + printIds('owner UID match', data.uid, name('passwd')) + printIds('owner GID match', data.gid, name('group')) + suppl;
}

/** Only what is sent has a sender; the kernel refuses empty ranges. */
function check({ uid, gid }: OwnerData, _head: unknown, reachableFrom: readonly BuiltinChain[]): string | undefined {
  const empty = [uid, gid].some((ids) => ids !== undefined && ids.hi < ids.lo);
  return empty || reachableFrom.some((chain) => chain !== 'OUTPUT') ? INVALID_ARGUMENT : undefined;
}

/** The options used, and those of them that are inverted, as bits. */
function flagsOf({ uid, gid, socket, supplGroups }: OwnerData): { readonly match: number; readonly invert: number } {
  const parts = [[uid, FLAG.uid], [gid, FLAG.gid], [socket, FLAG.socket]] as const;
  const bits = (counts: (part: { readonly invert: boolean }) => boolean): number => parts.reduce((sum, [part, flag]) => sum | (part !== undefined && counts(part) ? flag : 0), 0);
  return { match: bits(() => true) | (supplGroups ? FLAG.supplGroups : 0), invert: bits((part) => part.invert) };
}

const within = (ids: Ids, id: number): boolean => ids.lo <= id && id <= ids.hi;

function evaluate(data: OwnerData, sender: PacketSender | undefined): boolean {
  const { match, invert } = flagsOf(data);
  if (sender === undefined) return (match ^ invert) === 0;
  if (data.socket?.invert) return false;
  if (sender.owner === undefined) return ((match ^ invert) & (FLAG.uid | FLAG.gid)) === 0;
  const { uid, gid, groups } = sender.owner;
  if (data.uid && within(data.uid, uid) === data.uid.invert) return false;
  const { gid: wanted } = data;
  return !wanted || (within(wanted, gid) || (data.supplGroups === true && groups.some((group) => within(wanted, group)))) !== wanted.invert;
}

/** Two 32-bit numbers as a word of a stub's configuration, the first in the lower half. */
const pair = (low: number, high: number): bigint => BigInt(low) | (BigInt(high) << 32n);

export const owner: MatchExtension<OwnerData> = {
  kind: 'match',
  name: 'owner',
  families: ['ipv4', 'ipv6'],
  effect: 'pure',
  calls: true,
  options: OPTIONS,
  resolve,
  save: (data) => printSocket('--socket-exists', data) + printIds('--uid-owner', data.uid) + printIds('--gid-owner', data.gid) + (data.supplGroups ? ' --suppl-groups' : ''),
  list,
  lower: (data) => {
    const { match, invert } = flagsOf(data);
    return [{ kind: 'call', stub: 'owner', invert: false, config: [pair(match, invert), pair(data.uid?.lo ?? 0, data.uid?.hi ?? 0), pair(data.gid?.lo ?? 0, data.gid?.hi ?? 0)] }];
  },
  evaluate: (data, { meta }) => evaluate(data, meta.sender),
  check,
  help: () => `owner match options:
[!] --uid-owner userid[-userid]      Match local UID
[!] --gid-owner groupid[-groupid]    Match local GID
[!] --socket-exists                  Match if socket exists
    --suppl-groups                   Also match supplementary groups set with --gid-owner
`,
};
