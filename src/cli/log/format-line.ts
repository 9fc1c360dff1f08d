/** A whole line of the kernel's LOG target, as dmesg shows it after the time (kernel: nf_log_ip_packet()). */
import { formatIpv4 } from './format-ipv4.js';
import type { LogRecord } from './log-record.js';
import { LOG_FLAG } from './stretch.js';

const ETHERNET = 1;

function colons(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** The link-layer header; nothing but the word where there is none. Only packets that came in by a device have this part. */
function formatMac({ mac, deviceType, flags }: LogRecord): string {
  if (flags & LOG_FLAG.macDecode && deviceType === ETHERNET) {
    if (mac.length < 14) return '';
    return `MACSRC=${colons(mac.subarray(6, 12))} MACDST=${colons(mac.subarray(0, 6))} MACPROTO=${Buffer.from(mac.subarray(12, 14)).toString('hex')} `;
  }
  return `MAC=${colons(mac)} `;
}

/** The line without level and line end. It ends in a space, as the kernel's does. */
export function formatLogLine(record: LogRecord): string {
  const { flags, owner, mark } = record;
  const head = `${record.prefix}IN=${record.input} OUT=${record.output} ${record.hasInput ? formatMac(record) : ''}`;
  const packet = formatIpv4({ bytes: record.packet, length: record.length }, { flags, ttl: record.ttl, totalLength: record.length, quoted: false });
  if (packet.brokenOff) return head + packet.text;
  const who = owner !== undefined && flags & LOG_FLAG.owner ? `UID=${owner.uid} GID=${owner.gid} ` : '';
  return `${head}${packet.text}${who}${mark === 0 ? '' : `MARK=0x${mark.toString(16)} `}`;
}
