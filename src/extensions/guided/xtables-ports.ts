/** Ports as xtables_parse_port reads them: those of the matches that have an option parser of their own. */
import { ParameterProblem } from '../../errors/errors.js';
import { servicePort, type Transport } from '../../net/services.js';
import type { OptionUse } from '../extension.js';
import { wholeNumber } from './number.js';
import type { PortRange } from './ports.js';

/** One port: a number (any base), else the name of a service of `transport`, or of any. @throws ParameterProblem */
export function readPort(text: string, transport: Transport | undefined, use: OptionUse): number {
  const port = wholeNumber(text, 0, 65535) ?? servicePort(text, transport);
  if (port === undefined) throw new ParameterProblem(`invalid port/service \`${text}' specified`, use.span);
  return port;
}

/** `PORT`, `FIRST:LAST`, either of them left out. @throws ParameterProblem */
export function readPorts(transport: Transport, use: OptionUse): PortRange {
  const text = use.values[0] ?? '';
  const colon = text.indexOf(':');
  if (colon < 0) {
    const port = readPort(text, transport, use);
    return { lo: port, hi: port, invert: use.inverted };
  }
  const [first, last] = [text.slice(0, colon), text.slice(colon + 1)];
  const lo = first === '' ? 0 : readPort(first, transport, use);
  const hi = last === '' ? 65535 : readPort(last, transport, use);
  if (lo > hi) throw new ParameterProblem('invalid portrange (min > max)', use.span);
  return { lo, hi, invert: use.inverted };
}
