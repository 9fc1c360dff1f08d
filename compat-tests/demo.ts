/**
 * The demonstration of `npm start`: two routers in network namespaces of their own, one with real iptables, one with bpf-iptables, the same
 * ruleset and the same packets; prints what each packet met on either, and the counters rule by rule. Exit code 0 when both agree.
 */
import { DEMO_RULES } from './demo-rules.js';
import { DEMO_PACKETS } from './demo-packets.js';
import { bpfIptables, LEGACY } from './harness/firewall.js';
import { counterTable } from './harness/report.js';
import { requireRoot } from './harness/root.js';
import { sweepDeadNamespaces } from './harness/namespaces.js';
import { compareTwin, createTwin, type Comparison, type Twin } from './harness/twin.js';
import { worldOf } from './harness/world.js';
import type { ComparedLine } from './harness/counters.js';

const FATES = { passed: 'accepted', dropped: 'dropped' } as const;

/** The rules and policies of one side whose counters moved between two readings, with their short names (`INPUT 3`, `INPUT policy`). */
function moved(before: readonly ComparedLine[], now: readonly ComparedLine[], side: 'left' | 'right'): { readonly name: string; readonly text: string }[] {
  return now.flatMap((line, index) => {
    const packets = line[side]?.count.packets ?? 0n;
    const earlier = before[index]?.[side]?.count.packets ?? 0n;
    return packets > earlier ? [{ name: `${line[side]?.chain} ${line[side]?.position}`, text: line[side]?.text ?? '' }] : [];
  });
}

/** The last rule or policy that decided: a target of ACCEPT, DROP or REJECT, in the order a packet meets them. */
function deciding(moves: readonly { readonly name: string; readonly text: string }[]): string {
  const verdicts = moves.filter((move) => /(-j (ACCEPT|DROP|REJECT)|^:\S+ (ACCEPT|DROP))/.test(move.text));
  return verdicts.map((move) => move.name).join(', ') || 'none';
}

function fate(moves: readonly { readonly text: string }[]): string {
  if (moves.length === 0) return 'not judged';
  return moves.some((move) => / -j (DROP|REJECT)|^:\S+ DROP/.test(move.text)) ? FATES.dropped : FATES.passed;
}

interface Row {
  readonly label: string;
  readonly cells: readonly [string, string];
  readonly equal: boolean;
}

/** Sends the demo's packets one by one and tells for each what decided about it on either side. */
async function judgeOneByOne(twin: Twin): Promise<{ rows: Row[]; last: Comparison }> {
  let last = await compareTwin(twin);
  const rows: Row[] = [];
  for (const { label, packet } of DEMO_PACKETS) {
    twin.send([packet]);
    const now = await compareTwin(twin);
    const sides = (['left', 'right'] as const).map((side) => moved(last.lines, now.lines, side));
    const cells = sides.map((moves) => `${fate(moves)} by ${deciding(moves)}`) as [string, string];
    const strays = now.arrivals.onlyLeft.length + now.arrivals.onlyRight.length;
    rows.push({ label, cells, equal: cells[0] === cells[1] && strays === 0 });
    last = now;
  }
  return { rows, last };
}

function verdictTable(rows: readonly Row[], names: readonly [string, string]): string {
  const all = [['packet', ...names, ''], ...rows.map((row) => [row.label, ...row.cells, row.equal ? 'equal' : 'DIFFERENT'])];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()).join('\n');
}

async function main(): Promise<number> {
  requireRoot();
  sweepDeadNamespaces();
  const firewalls = [LEGACY, bpfIptables()] as const;
  const names = [firewalls[0].name, firewalls[1].name] as const;
  process.stdout.write('Building two routers (network namespaces client - router - server): one with iptables, one with bpf-iptables.\n');
  const twin = createTwin(worldOf(['eth0', 'eth1']), firewalls);
  try {
    twin.restore(DEMO_RULES);
    process.stdout.write(`Loaded the same ${DEMO_RULES.split('\n').filter((line) => line.startsWith('-A')).length} rules with iptables-restore and bpf-iptables-restore. Sending packets.\n\n`);
    const { rows, last } = await judgeOneByOne(twin);
    process.stdout.write(`${verdictTable(rows, names)}\n\n${counterTable(last.lines, names)}\n\n`);
    const equal = rows.every((row) => row.equal) && last.lines.every((line) => line.equal);
    process.stdout.write(equal ? `All ${rows.length} packets met the same fate, and all ${last.lines.length} counters are equal.\n` : 'iptables and bpf-iptables DIFFER, see above.\n');
    return equal ? 0 : 1;
  } finally {
    twin.close();
  }
}

process.exitCode = await main();
