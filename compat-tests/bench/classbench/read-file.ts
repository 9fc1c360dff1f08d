/**
 * ClassBench filter files: `@SRC/len DST/len LO : HI LO : HI PROTO/MASK FLAGS/MASK` a line, by tabs. Flags are left out, and port ranges of
 * protocols without ports, as iptables has neither word for them.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ipv4Address } from '../../../src/net/ipv4-address.js';
import { hasPorts, maskOf, type FlatRule } from '../flat-rule.js';

/** Where the published files lie, beside the repository, where there are any (dist/compat-tests/bench/classbench is four levels below it). */
const FILES = path.resolve(import.meta.dirname, '../../../../../shared/data/classbench');

const LINE = /^@(\S+)\/(\d+)\s+(\S+)\/(\d+)\s+(\d+) : (\d+)\s+(\d+) : (\d+)\s+0x([0-9a-f]{2})\/0x([0-9a-f]{2})/i;

/** @throws RangeError for a line of another form */
export function parseFilter(line: string): FlatRule {
  const found = LINE.exec(line);
  if (found === null) throw new RangeError(`not a ClassBench filter: ${line}`);
  const [src, srcLength, dst, dstLength, sportLow, sportHigh, dportLow, dportHigh, proto, protoMask] = found.slice(1) as [string, string, string, string, string, string, string, string, string, string];
  const number = protoMask.toLowerCase() === 'ff' ? parseInt(proto, 16) : 0;
  const prefix = (text: string, length: number): number => (Number(ipv4Address(text)) & maskOf(length)) >>> 0;
  const ports = hasPorts(number) ? [sportLow, sportHigh, dportLow, dportHigh].map(Number) : [0, 65535, 0, 65535];
  return {
    src: prefix(src, Number(srcLength)), srcLength: Number(srcLength), dst: prefix(dst, Number(dstLength)), dstLength: Number(dstLength), proto: number,
    sportLow: ports[0]!, sportHigh: ports[1]!, dportLow: ports[2]!, dportHigh: ports[3]!,
  };
}

/** The filters of a published set, `acl1_10k` for example; undefined where the file is not there. */
export function publishedFilters(name: string): FlatRule[] | undefined {
  const file = path.join(FILES, name);
  if (!existsSync(file)) return undefined;
  return readFileSync(file, 'utf8').split('\n').filter((line) => line.startsWith('@')).map(parseFilter);
}
