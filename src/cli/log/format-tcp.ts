/** A TCP header in the kernel's LOG line (kernel: nf_log_dump_tcp_header()). */
import { readBe16, readBe32 } from '../../net/bytes.js';
import { incomplete, LOG_FLAG, readable, upperHex, type Formatted, type Stretch } from './stretch.js';

/** Flags in the order they are printed, by their bits in the 16-bit word with the data offset. */
const FLAGS = [
  ['AE', 0x100], ['CWR', 0x80], ['ECE', 0x40], ['URG', 0x20], ['ACK', 0x10], ['PSH', 0x08], ['RST', 0x04], ['SYN', 0x02], ['FIN', 0x01],
] as const;
const RESERVED = 0x0e00;

/** @param later a later fragment: no header. @param flags XT_LOG_* */
export function formatTcp(l4: Stretch, later: boolean, flags: number): Formatted {
  if (later) return { text: 'PROTO=TCP ', brokenOff: false };
  const header = readable(l4, 0, 20);
  if (header === undefined) return { text: `PROTO=TCP ${incomplete(l4)}`, brokenOff: true };
  const word = readBe16(header, 12);
  const text = [
    `PROTO=TCP SPT=${readBe16(header, 0)} DPT=${readBe16(header, 2)} `,
    flags & LOG_FLAG.tcpSequence ? `SEQ=${readBe32(header, 4)} ACK=${readBe32(header, 8)} ` : '',
    `WINDOW=${readBe16(header, 14)} RES=0x${((word & RESERVED) >> 6).toString(16).padStart(2, '0')} `,
    ...FLAGS.map(([name, bit]) => (word & bit ? `${name} ` : '')),
    `URGP=${readBe16(header, 18)} `,
  ].join('');
  const optionBytes = (word >> 12) * 4 - 20;
  if (!(flags & LOG_FLAG.tcpOptions) || optionBytes <= 0) return { text, brokenOff: false };
  const options = readable(l4, 20, optionBytes);
  if (options === undefined) return { text: `${text}OPT (TRUNCATED)`, brokenOff: true };
  return { text: `${text}OPT (${upperHex(options)}) `, brokenOff: false };
}
