/** Port ranges: parsing, printing, and the test that the kernel's port_match makes. */
import { ParameterProblem } from '../../errors/errors.js';
import type { FieldName } from '../../ir/field.js';
import { invertIf, range, FALSE, type Predicate, type Step } from '../../ir/predicate.js';
import { plainDecimal } from '../../net/plain-number.js';
import { serviceName, servicePort, type Transport } from '../../net/services.js';
import type { OptionUse } from '../extension.js';

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

/**
 * One port as getaddrinfo(3) reads a service: decimal digits, cut to 16 bits (70000 is 4464), the empty word is 0; else a service
 * name of any transport, tcp first.
 */
function parsePort(text: string, use: OptionUse): number {
  const plain = plainDecimal(text);
  if (plain !== undefined) return plain & 0xffff;
  const digits = /^[ \t\n\v\f\r]*\+?([0-9]+)$/.exec(text);
  const value = text === '' ? 0n : digits && BigInt(digits[1]!);
  if (value !== null && value < 1n << 64n && BigInt.asIntN(32, value) >= 0n) return Number(value & 0xffffn);
  const port = servicePort(text, 'tcp') ?? servicePort(text, 'udp') ?? servicePort(text);
  if (port === undefined) throw new ParameterProblem(`Port "${text}" does not resolve to anything.\n`, use.span);
  return port;
}

/** `PORT`, `FIRST:LAST`, either of them left out: XTTYPE_PORTRC of iptables' option parser, which refuses no order. */
export function readPortRange(extension: string, use: OptionUse): PortRange {
  const text = use.values[0] ?? '';
  const parts = text.split(':');
  if (parts.length > 2) {
    throw new ParameterProblem(`${extension}: Too many components for option "--${use.option}" (max: 2)\n`, use.span);
  }
  if (parts.length === 1) {
    const port = parsePort(text, use);
    return { lo: port, hi: port, invert: use.inverted };
  }
  const [first, last] = parts as [string, string];
  return {
    lo: first === '' ? 0 : parsePort(first, use),
    hi: last === '' ? 65535 : parsePort(last, use),
    invert: use.inverted,
  };
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

/** The test of a field that holds a port. */
export function portTest(field: FieldName, ports: PortRange): Predicate {
  return invertIf(ports.invert, ports.lo > ports.hi ? FALSE : range(field, ports.lo, ports.hi));
}

/** The same as steps: none where it always holds. */
export function portSteps(field: 'sport' | 'dport', ports: PortRange): readonly Step[] {
  if (isAll(ports) && !ports.invert) return [];
  return [{ kind: 'require', predicate: portTest(field, ports) }];
}

/** port_match() of xt_tcpudp and xt_conntrack. */
export function portMatches(port: number, ports: PortRange): boolean {
  return (port >= ports.lo && port <= ports.hi) !== ports.invert;
}

/** A range as functions of bpf/ read it (bpf/port_range.h). */
export function portWord({ lo, hi, invert }: PortRange): bigint {
  return BigInt(lo) | (BigInt(hi) << 16n) | (BigInt(invert) << 32n);
}
