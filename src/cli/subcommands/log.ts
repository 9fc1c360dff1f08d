/** `bpf-iptables log`: what LOG rules recorded, in the kernel's words. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { Command } from 'commander';
import { LogRing } from '../../kernel/log-ring.js';
import type { Host } from '../host.js';
import { formatLogLine } from '../log/format-line.js';
import { decodeLogRecord, type LogRecord } from '../log/log-record.js';
import type { Subcommand } from '../main.js';

interface LogOptions {
  readonly follow?: true;
  readonly kmsg?: true;
}

/** How long a wait for new records lasts before the count of lost ones is looked at again. */
const WAIT_MS = 1000;

/** Takes out all that is there and hands it to `print`; then tells on stderr how many were lost. */
function drain(ring: LogRing, print: (record: LogRecord) => void, host: Host): void {
  for (let records = ring.take(); records.length > 0; records = ring.take()) {
    for (const record of records) print(decodeLogRecord(record));
  }
  const lost = ring.takeLost();
  if (lost > 0n) host.err(`${host.calledAs}: ${lost} log ${lost === 1n ? 'record' : 'records'} lost: the buffer was full\n`);
}

/** Each record is one write: that is how /dev/kmsg takes messages. */
function toKernelLog(fd: number): (record: LogRecord) => void {
  return (record) => void writeSync(fd, `<${record.level}>${formatLogLine(record)}\n`);
}

function run(options: LogOptions, host: Host, outcome: { exitCode: number }): void {
  const kmsg = options.kmsg ? openSync('/dev/kmsg', 'w') : undefined;
  const print = kmsg === undefined ? (record: LogRecord): void => host.out(`${formatLogLine(record)}\n`) : toKernelLog(kmsg);
  try {
    LogRing.with((ring) => {
      if (ring === undefined) {
        if (options.follow) {
          host.err(`${host.calledAs}: no LOG rule is in force\n`);
          outcome.exitCode = 1;
        }
        return;
      }
      drain(ring, print, host);
      while (options.follow) {
        ring.wait(WAIT_MS);
        drain(ring, print, host);
      }
    });
  } finally {
    if (kmsg !== undefined) closeSync(kmsg);
  }
}

export const log: Subcommand = {
  name: 'log',
  needsRoot: true,
  command: (host, outcome) =>
    new Command()
      .description('print what LOG rules recorded since the last call, each line as the kernel would have logged it; says on stderr how many were lost')
      .option('-f, --follow', 'go on printing as packets come, until interrupted')
      .option('--kmsg', "write to the kernel's log (/dev/kmsg) with each rule's level instead of to standard output")
      .action((options: LogOptions) => run(options, host, outcome)),
};
