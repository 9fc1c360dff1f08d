/** An ICMP header in the kernel's LOG line, with the packet that an error quotes (kernel: dump_ipv4_packet(), IPPROTO_ICMP). */
import { readBe16, readBe32 } from '../../net/bytes.js';
import { formatIpv4Address } from '../../net/ipv4-address.js';
import { from, incomplete, readable, type Stretch } from './stretch.js';

const TYPE = { echoReply: 0, unreachable: 3, sourceQuench: 4, redirect: 5, echo: 8, timeExceeded: 11, parameterProblem: 12 } as const;
const FRAGMENTATION_NEEDED = 4;
const HEADER = 8;
const QUOTING = 28;

/** Bytes below which the kernel calls a type incomplete; others are never. */
const REQUIRED: Readonly<Record<number, number>> = {
  0: 4, 3: QUOTING, 4: QUOTING, 5: QUOTING, 8: 4, 11: QUOTING, 12: QUOTING, 13: 20, 14: 20, 17: 12, 18: 12,
};

/** @param quote prints the quoted packet; undefined where it is not to be shown. */
export function formatIcmp(l4: Stretch, quote: ((inner: Stretch) => string) | undefined): string {
  const header = readable(l4, 0, HEADER);
  if (header === undefined) return incomplete(l4);
  const [type, code] = [header[0]!, header[1]!];
  const text = `TYPE=${type} CODE=${code} `;
  if (l4.length < (REQUIRED[type] ?? 0)) return text + incomplete(l4);
  switch (type) {
    case TYPE.echoReply:
    case TYPE.echo:
      return `${text}ID=${readBe16(header, 4)} SEQ=${readBe16(header, 6)} `;
    case TYPE.parameterProblem:
      return `${text}PARAMETER=${header[4]} `;
    case TYPE.redirect:
    case TYPE.unreachable:
    case TYPE.sourceQuench:
    case TYPE.timeExceeded: {
      const gateway = type === TYPE.redirect ? `GATEWAY=${formatIpv4Address(BigInt(readBe32(header, 4)))} ` : '';
      const quoted = quote === undefined ? '' : `[${quote(from(l4, HEADER))}] `;
      const mtu = type === TYPE.unreachable && code === FRAGMENTATION_NEEDED ? `MTU=${readBe16(header, 6)} ` : '';
      return text + gateway + quoted + mtu;
    }
    default:
      return text;
  }
}
