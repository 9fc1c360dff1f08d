/** Strings as iptables-save prints them. */
import { bytesOfText, textOfBytes } from '../../net/byte-text.js';

/** Bare where all characters are letters, digits, `_` or `-`; else in double quotes with `"`, `\` and `'` escaped. */
export function quote(text: string): string {
  return /^[A-Za-z0-9_-]+$/.test(text) ? text : `"${text.replace(/["\\']/g, '\\$&')}"`;
}

/** The first `bytes` bytes of `text`, cut inside a character if need be, as iptables does. */
export function cutToBytes(text: string, bytes: number): string {
  const encoded = bytesOfText(text);
  return encoded.length <= bytes ? text : textOfBytes(encoded.subarray(0, bytes));
}
