/** `-m pkttype`: how the packet was addressed on its link (kernel: xt_pkttype.c). */
import { ParameterProblem } from '../../errors/errors.js';
import { all, any, eq, invertIf, masked, not, type Predicate } from '../../ir/predicate.js';
import type { PacketView } from '../../net/packet-view.js';
import type { Family } from '../../ruleset/model.js';
import type { MatchExtension, OptionUse } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';

const OPTIONS: readonly GuidedOption[] = [{ name: 'pkt-type', arity: 1, invertible: true, mandatory: true }];

/** PACKET_* by the names that iptables prints, and those it takes besides. */
const TYPES: Readonly<Record<string, number>> = { unicast: 0, broadcast: 1, multicast: 2, otherhost: 3 };
const ALIASES: Readonly<Record<string, number>> = { host: 0, bcast: 1, mcast: 2 };
const NAMES = Object.keys(TYPES);
const [BROADCAST, MULTICAST, LOOPED] = [1, 2, 5];

export interface PkttypeData {
  /** PACKET_*. */
  readonly type: number;
  readonly invert: boolean;
}

function parseType(use: OptionUse): number {
  const name = (use.values[0] ?? '').toLowerCase();
  const type = TYPES[name] ?? ALIASES[name];
  if (type === undefined) throw new ParameterProblem(`Bad packet type '${use.values[0] ?? ''}'`, use.span);
  return type;
}

/** To a group: 224.0.0.0/4, ff00::/8. */
const toGroup = (family: Family): Predicate => (family === 'ipv4' ? masked('dst', 0xf000_0000, 0xe000_0000) : masked('dst', 0xff00_0000, 0xff00_0000));

/** What the host's own IP output loops back counts as multicast or broadcast by its address. */
function predicate(type: number, family: Family): Predicate {
  if (type !== BROADCAST && type !== MULTICAST) return eq('pktType', type);
  const looped = type === MULTICAST ? toGroup(family) : not(toGroup(family));
  return any(eq('pktType', type), all(eq('pktType', LOOPED), looped));
}

function typeOf({ meta, family, dst }: PacketView): number {
  const type = meta.pktType ?? 0;
  if (type !== LOOPED) return type;
  const group = family === 'ipv4' ? dst >> 28n === 14n : dst >> 120n === 0xffn;
  return group ? MULTICAST : BROADCAST;
}

export const pkttype: MatchExtension<PkttypeData> = {
  kind: 'match',
  name: 'pkttype',
  families: ['ipv4', 'ipv6'],
  effect: 'pure',
  options: OPTIONS,
  resolve: (uses) => {
    let data: PkttypeData | undefined;
    readOptions('pkttype', OPTIONS, uses, { 'pkt-type': (use) => (data = { type: parseType(use), invert: use.inverted }) });
    return data!;
  },
  save: ({ type, invert }) => `${invert ? ' !' : ''} --pkt-type ${NAMES[type]}`,
  list: ({ type, invert }) => ` PKTTYPE ${invert ? '!' : ''}= ${NAMES[type]}`,
  lower: ({ type, invert }, family) => [{ kind: 'require', predicate: invertIf(invert, predicate(type, family)) }],
  evaluate: ({ type, invert }, packet) => (typeOf(packet) === type) !== invert,
  help: () => `pkttype match options:
[!] --pkt-type packettype    match packet type
Valid packet types:
	unicast       		to us
	broadcast     		to all
	multicast     		to group
	otherhost     		to someone else

`,
};
