/** Strings as iptables-save prints them. */

/** Bare where all characters are letters, digits, `_` or `-`; else in double quotes with `"`, `\` and `'` escaped. */
export function quote(text: string): string {
  return /^[A-Za-z0-9_-]+$/.test(text) ? text : `"${text.replace(/["\\']/g, '\\$&')}"`;
}

/** The longest beginning of `text` that fits in `bytes` bytes of UTF-8 (whole characters: iptables cuts inside them). */
export function cutToBytes(text: string, bytes: number): string {
  const encoded = new TextEncoder().encode(text);
  if (encoded.length <= bytes) return text;
  let end = bytes;
  while ((encoded[end]! & 0xc0) === 0x80) end -= 1;
  return new TextDecoder().decode(encoded.subarray(0, end));
}
