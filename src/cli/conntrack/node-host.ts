/** The real ConntrackHost: this process's streams, signals and clock. */
import { readFileSync } from 'node:fs';
import { writeAll } from '../write-all.js';
import type { FlowStore } from './flow-store.js';
import type { ConntrackHost } from './host.js';

const LABELS = '/etc/xtables/connlabel.conf';

/** The host of a process that was called as `calledAs`. */
export function nodeConntrackHost(calledAs: string, openStore: () => FlowStore): ConntrackHost {
  let interrupted = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => (interrupted = true));
  return {
    calledAs,
    privileged: process.geteuid?.() === 0,
    out: (text) => writeAll(1, text),
    err: (text) => writeAll(2, text),
    openStore,
    labels: readLabels,
    interrupted: () => interrupted,
    wallClock: () => performance.timeOrigin + performance.now(),
  };
}

/** connlabel.conf: `bit name` on a line. */
function readLabels(): ReadonlySet<string> | undefined {
  try {
    const rows = readFileSync(LABELS, 'utf8').split('\n').map((line) => /^\s*\d+\s+(\S+)/.exec(line)?.[1]);
    return new Set(rows.filter((name) => name !== undefined));
  } catch {
    return undefined;
  }
}
