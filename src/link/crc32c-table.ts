/** The map `crc32c`: CRC32c (RFC 9260, appendix A) by four bytes at a time; table 0 is of the last byte of a word, table 3 of its first. */
import type { MapSpec } from '../emit/spec.js';

/** The polynomial of Castagnoli, bits reflected. */
const POLYNOMIAL = 0x82f63b78;
const TABLES = 4;

function ofByte(byte: number): number {
  let sum = byte;
  for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? POLYNOMIAL : 0);
  return sum >>> 0;
}

function tables(): Uint8Array {
  const view = new DataView(new ArrayBuffer(TABLES * 256 * 4));
  for (let byte = 0; byte < 256; byte++) {
    let sum = ofByte(byte);
    for (let table = 0; table < TABLES; table++) {
      view.setUint32((table * 256 + byte) * 4, sum, true);
      sum = ((sum >>> 8) ^ ofByte(sum & 255)) >>> 0;
    }
  }
  return new Uint8Array(view.buffer);
}

/** The map with its tables in it, frozen. */
export function crc32cMap(): MapSpec {
  const init = tables();
  return { name: 'crc32c', type: 'array', keySize: 4, valueSize: init.length, maxEntries: 1, flags: 0, scope: 'generation', init, frozen: true };
}
