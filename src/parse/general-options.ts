/** The options every command line has, as getopt_long sees them (iptables(8), iptables-legacy 1.8.9). */
import type { GeneralType } from './ast.js';

export type Argument = 'none' | 'required' | 'optional';

export interface GeneralOption {
  readonly type: GeneralType;
  readonly short: string;
  /** Long names; the second ones are synonyms. */
  readonly long: readonly string[];
  readonly argument: Argument;
}

function option(type: GeneralType, short: string, long: string | readonly string[], argument: Argument): GeneralOption {
  return { type, short, long: typeof long === 'string' ? [long] : long, argument };
}

export const GENERAL_OPTIONS: readonly GeneralOption[] = [
  option('append', 'A', 'append', 'required'),
  option('deleteRule', 'D', 'delete', 'required'),
  option('check', 'C', 'check', 'required'),
  option('insert', 'I', 'insert', 'required'),
  option('replace', 'R', 'replace', 'required'),
  option('list', 'L', 'list', 'optional'),
  option('listRules', 'S', 'list-rules', 'optional'),
  option('flush', 'F', 'flush', 'optional'),
  option('zero', 'Z', 'zero', 'optional'),
  option('newChain', 'N', 'new-chain', 'required'),
  option('deleteChain', 'X', 'delete-chain', 'optional'),
  option('renameChain', 'E', 'rename-chain', 'required'),
  option('policy', 'P', 'policy', 'required'),
  option('source', 's', ['source', 'src'], 'required'),
  option('destination', 'd', ['destination', 'dst'], 'required'),
  option('protocol', 'p', 'protocol', 'required'),
  option('inInterface', 'i', 'in-interface', 'required'),
  option('jump', 'j', 'jump', 'required'),
  option('table', 't', 'table', 'required'),
  option('match', 'm', 'match', 'required'),
  option('numeric', 'n', 'numeric', 'none'),
  option('outInterface', 'o', 'out-interface', 'required'),
  option('verbose', 'v', 'verbose', 'none'),
  option('wait', 'w', 'wait', 'optional'),
  option('waitInterval', 'W', 'wait-interval', 'optional'),
  option('exact', 'x', 'exact', 'none'),
  option('fragments', 'f', 'fragments', 'none'),
  option('version', 'V', 'version', 'none'),
  option('help', 'h', 'help', 'optional'),
  option('lineNumbers', '', 'line-numbers', 'none'),
  option('modprobe', 'M', 'modprobe', 'required'),
  option('setCounters', 'c', 'set-counters', 'required'),
  option('goto', 'g', 'goto', 'required'),
  option('ipv4', '4', 'ipv4', 'none'),
  option('ipv6', '6', 'ipv6', 'none'),
];
