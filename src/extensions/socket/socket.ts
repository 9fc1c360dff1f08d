/** `-m socket`: whether a socket of this host is what the packet is for (kernel: xt_socket.c revision 3, nf_socket_ipv4.c, nf_socket_ipv6.c). */
import type { BuiltinChain } from '../../ruleset/model.js';
import type { MatchExtension } from '../extension.js';
import { readOptions, type GuidedOption } from '../guided/guided-options.js';
import { INVALID_ARGUMENT } from '../guided/refusal.js';

const OPTIONS: readonly GuidedOption[] = [
  { name: 'transparent', arity: 0, invertible: false },
  { name: 'nowildcard', arity: 0, invertible: false },
  { name: 'restore-skmark', arity: 0, invertible: false },
];

/** XT_SOCKET_*. */
const FLAG = { transparent: 1, nowildcard: 2, 'restore-skmark': 4 } as const;
type SocketOption = keyof typeof FLAG;
const ORDER: readonly SocketOption[] = ['transparent', 'nowildcard', 'restore-skmark'];

export interface SocketData {
  /** In the order in which iptables prints them. */
  readonly options: readonly SocketOption[];
}

const save = ({ options }: SocketData): string => options.map((option) => ` --${option}`).join('');

/**
 * The kernel has the match in PREROUTING and INPUT. --restore-skmark changes the packet's mark, which rules behind it would see, and everything behind
 * the filter: not built.
 */
function check({ options }: SocketData, _head: unknown, reachableFrom: readonly BuiltinChain[]): string | undefined {
  return options.includes('restore-skmark') || reachableFrom.some((chain) => chain !== 'INPUT') ? INVALID_ARGUMENT : undefined;
}

export const socket: MatchExtension<SocketData> = {
  kind: 'match',
  name: 'socket',
  families: ['ipv4', 'ipv6'],
  effect: 'pure',
  calls: true,
  options: OPTIONS,
  resolve: (uses) => {
    const given = new Set<string>();
    const note = (use: { readonly option: string }): unknown => given.add(use.option);
    readOptions('socket', OPTIONS, uses, { transparent: note, nowildcard: note, 'restore-skmark': note });
    return { options: ORDER.filter((option) => given.has(option)) };
  },
  save,
  list: (data) => ` socket${save(data)}`,
  lower: ({ options }, family) => [{ kind: 'call', stub: family === 'ipv4' ? 'socket_match' : 'socket_match6', invert: false, config: [options.reduce((flags, option) => flags | BigInt(FLAG[option]), 0n)] }],
  evaluate: ({ options }, { meta: { receiver } }) =>
    receiver !== undefined && (options.includes('nowildcard') || !receiver.wildcard) && (!options.includes('transparent') || receiver.transparent),
  check,
  help: () => `socket match options:
  --nowildcard     Do not ignore LISTEN sockets bound on INADDR_ANY
  --transparent    Ignore non-transparent sockets
  --restore-skmark Set the packet mark to the socket mark if
                   the socket matches and transparent / 
                   nowildcard conditions are satisfied

`,
};
