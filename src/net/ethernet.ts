/** Ethernet II frames. */
import { be16, concatBytes } from './bytes.js';

export const ETHERTYPE = { ipv4: 0x0800, arp: 0x0806, vlan: 0x8100, ipv6: 0x86dd } as const;

/** `aa:bb:cc:dd:ee:ff` to 6 bytes. RangeError for anything else. */
export function macAddress(text: string): Uint8Array {
  if (!/^([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}$/.test(text)) throw new RangeError(`not a MAC address: ${text}`);
  return Uint8Array.from(text.split(':').map((part) => parseInt(part, 16)));
}

/** Inverse of macAddress, lower case. */
export function formatMacAddress(mac: Uint8Array): string {
  return Array.from(mac, (byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** A frame without preamble and check sequence; `minimum` pads it as a wire would (60). */
export function ethernet(dst: Uint8Array, src: Uint8Array, type: number, payload: Uint8Array, minimum = 0): Uint8Array {
  const frame = concatBytes(dst, src, be16(type), payload);
  return concatBytes(frame, new Uint8Array(Math.max(0, minimum - frame.length)));
}
