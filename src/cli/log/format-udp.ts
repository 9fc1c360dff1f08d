/** A header of UDP or UDP-Lite in the kernel's LOG line (kernel: nf_log_dump_udp_header()). */
import { readBe16 } from '../../net/bytes.js';
import { incomplete, readable, type Formatted, type Stretch } from './stretch.js';

/** @param later a later fragment: no header. */
export function formatUdp(name: string, l4: Stretch, later: boolean): Formatted {
  if (later) return { text: `PROTO=${name} `, brokenOff: false };
  const header = readable(l4, 0, 8);
  if (header === undefined) return { text: `PROTO=${name} ${incomplete(l4)}`, brokenOff: true };
  return { text: `PROTO=${name} SPT=${readBe16(header, 0)} DPT=${readBe16(header, 2)} LEN=${readBe16(header, 4)} `, brokenOff: false };
}
