/**
 * Names, comments and prefixes are bytes to iptables and to the kernel, text to us. UTF-8 becomes the text it is; a byte that is no UTF-8
 * becomes a lone surrogate, U+DC00 + byte (as in Python's PEP 383), so that it comes out again as it went in.
 */
const ESCAPE = 0xdc00;
const REPLACEMENT = '\ufffd';
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Length of the well-formed UTF-8 sequence at `at` (RFC 3629, section 4), 0 where there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  const length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  for (let i = 1; i < length; i++) {
    const next = bytes[at + i];
    if (next === undefined || (next & 0xc0) !== 0x80) return 0;
  }
  const second = bytes[at + 1]!;
  // Overlong forms, surrogates, beyond U+10FFFF.
  if ((first === 0xe0 && second < 0xa0) || (first === 0xed && second > 0x9f) || (first === 0xf0 && second < 0x90) || (first === 0xf4 && second > 0x8f)) return 0;
  return length;
}

/** Bytes as text, without loss. */
export function textOfBytes(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString('utf8');
  if (!text.includes(REPLACEMENT)) return text;
  const parts: string[] = [];
  for (let at = 0; at < buffer.length; ) {
    let end = at;
    for (let length = sequenceLength(buffer, end); end < buffer.length && length > 0; length = end < buffer.length ? sequenceLength(buffer, end) : 0) end += length;
    parts.push(buffer.toString('utf8', at, end));
    if (end < buffer.length) parts.push(String.fromCharCode(ESCAPE + buffer[end]!));
    at = end + 1;
  }
  return parts.join('');
}

/** The bytes of a text from {@link textOfBytes}. A lone surrogate that is no such byte becomes U+FFFD. */
export function bytesOfText(text: string): Buffer {
  if (!LONE_SURROGATE.test(text)) return Buffer.from(text);
  const parts: Buffer[] = [];
  let plain = '';
  for (const character of text) {
    const code = character.charCodeAt(0) - ESCAPE;
    if (character.length === 1 && code >= 0x80 && code <= 0xff) {
      parts.push(Buffer.from(plain), Buffer.of(code));
      plain = '';
    } else plain += character;
  }
  return Buffer.concat([...parts, Buffer.from(plain)]);
}

/** How many bytes a text stands for. */
export function byteLength(text: string): number {
  return LONE_SURROGATE.test(text) ? bytesOfText(text).length : Buffer.byteLength(text);
}
