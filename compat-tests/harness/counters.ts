/** Reads `iptables-save -c` text: the rules, the policies and their counters, and compares two of them. */
import { EXACT, type Tolerance } from './tolerance.js';

export interface Count {
  readonly packets: bigint;
  readonly bytes: bigint;
}

/** A rule or a policy with its counters. */
export interface CountedLine {
  readonly chain: string;
  /** 1-based rule number as iptables shows it, or 'policy'. */
  readonly position: number | 'policy';
  /** The rule as saved (`-A CHAIN ...`), or `:CHAIN POLICY`. */
  readonly text: string;
  readonly count: Count;
}

/**
 * The filter table of an `iptables-save -c` text, rules in saved order, then policies. User chains have no policy line.
 * A line that is neither comment, table, chain, rule nor COMMIT throws: the format is interface.
 */
export function parseSaved(text: string): CountedLine[] {
  const rules: CountedLine[] = [];
  const policies: CountedLine[] = [];
  const positions = new Map<string, number>();
  let table = '';
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('*')) {
      table = line.slice(1);
      continue;
    }
    if (line === 'COMMIT' || table !== 'filter') continue;
    const chain = /^:(\S+) (\S+) \[(\d+):(\d+)\]$/.exec(line);
    if (chain !== null) {
      const [, name = '', policy = '', packets = '', bytes = ''] = chain;
      if (policy !== '-') policies.push({ chain: name, position: 'policy', text: `:${name} ${policy}`, count: { packets: BigInt(packets), bytes: BigInt(bytes) } });
      continue;
    }
    const rule = /^\[(\d+):(\d+)\] (-A (\S+).*)$/.exec(line);
    if (rule === null) throw new Error(`not a line of iptables-save -c: ${JSON.stringify(line)}`);
    const [, packets = '', bytes = '', saved = '', name = ''] = rule;
    const position = (positions.get(name) ?? 0) + 1;
    positions.set(name, position);
    rules.push({ chain: name, position, text: saved, count: { packets: BigInt(packets), bytes: BigInt(bytes) } });
  }
  return [...rules, ...policies];
}

export interface ComparedLine {
  readonly left: CountedLine | undefined;
  readonly right: CountedLine | undefined;
  readonly equal: boolean;
}

/** Pairs two rulesets line by line; a line differs when its text or its counters do, or when one side lacks it. */
export function compareCounters(left: readonly CountedLine[], right: readonly CountedLine[], tolerance: Tolerance = EXACT): ComparedLine[] {
  const key = (line: CountedLine): string => `${line.chain} ${line.position}`;
  const rightByKey = new Map(right.map((line) => [key(line), line]));
  const pairs: ComparedLine[] = left.map((line) => {
    const other = rightByKey.get(key(line));
    rightByKey.delete(key(line));
    return { left: line, right: other, equal: other !== undefined && other.text === line.text && sameCount(line.count, other.count, tolerance.ofLine(line)) };
  });
  return [...pairs, ...[...rightByKey.values()].map((line) => ({ left: undefined, right: line, equal: false }))];
}

/** Whether two counts agree: exactly, or within `tolerance` packets. */
export function sameCount(left: Count, right: Count, tolerance: bigint): boolean {
  const difference = left.packets - right.packets;
  if (tolerance === 0n) return difference === 0n && left.bytes === right.bytes;
  return difference <= tolerance && -difference <= tolerance;
}
