/** A whole line of the kernel's LOG target, as dmesg shows it after the time (kernel: nf_log_ip_packet(), nf_log_ip6_packet()). */
import { formatIpv4 } from './format-ipv4.js';
import { formatIpv6 } from './format-ipv6.js';
import type { LogRecord } from './log-record.js';
import { LOG_FLAG } from './stretch.js';

const ETHERNET = 1;
const ETHERNET_HEADER = 14;

function colons(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** The link-layer header; nothing but the word where there is none. Only packets that came in by a device have this part. */
function formatMac({ family, mac, packet, deviceType, flags }: LogRecord): string {
  if (flags & LOG_FLAG.macDecode && deviceType === ETHERNET) {
    // Where there is none (a group's packet, looped back) that of IPv6 is read all the same: from where the packet begins.
    const header = mac.length < ETHERNET_HEADER && family === 'ipv6' ? packet : mac;
    if (header.length < ETHERNET_HEADER) return '';
    return `MACSRC=${colons(header.subarray(6, 12))} MACDST=${colons(header.subarray(0, 6))} MACPROTO=${Buffer.from(header.subarray(12, 14)).toString('hex')} `;
  }
  return `MAC=${colons(mac)} `;
}

/** The line without level and line end. It ends in a space, as the kernel's does. */
export function formatLogLine(record: LogRecord): string {
  const { flags, owner, mark, ttl } = record;
  const head = `${record.prefix}IN=${record.input} OUT=${record.output} ${record.hasInput ? formatMac(record) : ''}`;
  const whole = { bytes: record.packet, length: record.length };
  const packet = record.family === 'ipv4' ? formatIpv4(whole, { flags, ttl, totalLength: record.length, quoted: false }) : formatIpv6(whole, { flags, ttl, quoted: false });
  if (packet.brokenOff) return head + packet.text;
  const who = owner !== undefined && flags & LOG_FLAG.owner ? `UID=${owner.uid} GID=${owner.gid} ` : '';
  return `${head}${packet.text}${who}${mark === 0 ? '' : `MARK=0x${mark.toString(16)} `}`;
}
