/** An ICMPv6 message in the kernel's LOG line (kernel: dump_ipv6_packet()). */
import { readBe16, readBe32 } from '../../net/bytes.js';
import { from, incomplete, readable, type Formatted, type Stretch } from './stretch.js';

const TYPE = { unreachable: 1, tooBig: 2, timeExceeded: 3, parameterProblem: 4, echo: 128, echoReply: 129 } as const;
const ERRORS: readonly number[] = [TYPE.unreachable, TYPE.tooBig, TYPE.timeExceeded, TYPE.parameterProblem];
const HEADER = 8;

/**
 * @param later a later fragment: no header.
 * @param formatQuoted prints the packet that an error quotes; undefined in one that is itself quoted.
 */
export function formatIcmp6(l4: Stretch, later: boolean, formatQuoted: ((inner: Stretch) => string) | undefined): Formatted {
  if (later) return { text: 'PROTO=ICMPv6 ', brokenOff: false };
  const header = readable(l4, 0, HEADER);
  if (header === undefined) return { text: `PROTO=ICMPv6 ${incomplete(l4)}`, brokenOff: true };
  const type = header[0]!;
  let text = `PROTO=ICMPv6 TYPE=${type} CODE=${header[1]} `;
  if (type === TYPE.echo || type === TYPE.echoReply) text += `ID=${readBe16(header, 4)} SEQ=${readBe16(header, 6)} `;
  if (type === TYPE.parameterProblem) text += `POINTER=${readBe32(header, 4).toString(16).padStart(8, '0')} `;
  if (formatQuoted !== undefined && ERRORS.includes(type)) text += `[${formatQuoted(from(l4, HEADER))}] `;
  if (type === TYPE.tooBig) text += `MTU=${readBe32(header, 4)} `;
  return { text, brokenOff: false };
}
