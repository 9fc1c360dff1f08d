/** Port ranges: parsing, printing, and the test that the kernel's port_match makes. */
import { invertIf, range, FALSE, type Predicate, type Step } from '../../ir/predicate.js';
import { serviceName, type Transport } from '../../net/services.js';

/** Inclusive, host order. lo > hi is legal for udp and never matches. */
export interface PortRange {
  readonly lo: number;
  readonly hi: number;
  readonly invert: boolean;
}

export const ANY_PORT: PortRange = Object.freeze({ lo: 0, hi: 65535, invert: false });

function isAll(ports: PortRange): boolean {
  return ports.lo === 0 && ports.hi === 65535;
}

/** ` --sport 22`, ` ! --sport 22:23`, or empty for the full range (even when inverted: iptables-save loses that one). */
export function savePorts(option: string, ports: PortRange): string {
  if (isAll(ports)) return '';
  return `${ports.invert ? ' !' : ''} --${option} ${ports.lo === ports.hi ? ports.lo : `${ports.lo}:${ports.hi}`}`;
}

/** ` spt:22`, ` spts:!22:23`, or empty for the full range not inverted. Names where not numeric. */
export function listPorts(word: 'spt' | 'dpt', ports: PortRange, numeric: boolean, transport: Transport): string {
  if (isAll(ports) && !ports.invert) return '';
  const text = (port: number): string => (numeric ? undefined : serviceName(port, transport)) ?? String(port);
  const bang = ports.invert ? '!' : '';
  return ports.lo === ports.hi ? ` ${word}:${bang}${text(ports.lo)}` : ` ${word}s:${bang}${text(ports.lo)}:${text(ports.hi)}`;
}

/** The test of a port field, no step where it always holds. */
export function portSteps(field: 'sport' | 'dport', ports: PortRange): readonly Step[] {
  if (isAll(ports) && !ports.invert) return [];
  const within: Predicate = ports.lo > ports.hi ? FALSE : range(field, ports.lo, ports.hi);
  return [{ kind: 'require', predicate: invertIf(ports.invert, within) }];
}

/** xt_tcpudp port_match. */
export function portMatches(port: number, ports: PortRange): boolean {
  return (port >= ports.lo && port <= ports.hi) !== ports.invert;
}
