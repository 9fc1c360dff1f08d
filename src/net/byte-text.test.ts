import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteLength, bytesOfText, textOfBytes } from './byte-text.js';

describe('bytes as text', () => {
  it('loses no byte', () => {
    const piece = fc.oneof(fc.uint8Array({ maxLength: 6 }), fc.string({ unit: 'binary', maxLength: 4 }).map((text) => Uint8Array.from(Buffer.from(text))));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const bytes = Buffer.concat(pieces);
        const text = textOfBytes(bytes);
        expect(bytesOfText(text)).toEqual(bytes);
        expect(byteLength(text)).toBe(bytes.length);
      }),
      { numRuns: 500 },
    );
  });

  it('reads UTF-8 as the text it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(textOfBytes(Buffer.from(text))).toBe(Buffer.from(text).toString());
      }),
    );
    expect(textOfBytes(Buffer.from('é€😀\ufffd'))).toBe('é€😀\ufffd');
  });

  it('escapes what is no UTF-8, byte by byte', () => {
    // Latin 1, overlong, a surrogate, beyond the last character, cut short.
    for (const hex of ['e9', 'c080', 'eda080', 'f4908080', 'e282', 'ff']) {
      const bytes = Buffer.from(hex, 'hex');
      expect(textOfBytes(bytes)).toBe([...bytes].map((byte) => String.fromCharCode(0xdc00 + byte)).join(''));
    }
    expect(textOfBytes(Buffer.from('ab\xe9c', 'latin1'))).toBe('ab\udce9c');
  });

  it('keeps a text that stands for no bytes harmless', () => {
    expect(bytesOfText('a\ud800b')).toEqual(Buffer.from('a\ufffdb'));
  });
});
