/**
 * Random rulesets over all matches and random packets: the compiled program and the oracle must agree on verdicts and every counter, a million
 * times. Root. Each family in a process of its own.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import t from 'tap';
import { requireRoot } from './harness/root.js';

requireRoot();
t.setTimeout(1_500_000);

const CHECKS = Number(process.env['PROPERTY_CHECKS'] ?? 1_000_000);
const SCRIPT = path.resolve(import.meta.dirname, 'property-run.js');

/** What one process says, and how it ends. */
async function compare(family: string): Promise<{ readonly text: string; readonly code: number | null }> {
  const child = spawn(process.execPath, [SCRIPT, '--family', family, '--checks', String(CHECKS / 2), '--seed', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { text, code };
}

const FAMILIES = ['ipv4', 'ipv6'];
const results = await Promise.all(FAMILIES.map(compare));
for (const [index, { text, code }] of results.entries()) {
  const [, packets = '0', ends = ''] = /(\d+) packets, 0 differences: (.*)/.exec(text) ?? [];
  t.equal(code, 0, `${FAMILIES[index]}: no difference${code === 0 ? '' : `\n${text}`}`);
  t.ok(Number(packets) >= CHECKS / 2, `${FAMILIES[index]}: ${packets} packets`);
  const met = Object.fromEntries(ends.split(', ').map((end) => end.split(' ')));
  t.ok(['accept', 'drop', 'hotdrop'].every((end) => Number(met[end]) > 0), `${FAMILIES[index]}: all kinds of outcomes met: ${ends}`);
}
