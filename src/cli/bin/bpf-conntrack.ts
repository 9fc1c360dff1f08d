#!/usr/bin/env node
import path from 'node:path';
import { runConntrack } from '../conntrack/conntrack.js';
import { KernelFlowStore } from '../conntrack/kernel-flow-store.js';
import { nodeConntrackHost } from '../conntrack/node-host.js';

const host = nodeConntrackHost(path.basename(process.argv[1] ?? 'bpf-conntrack'), () => new KernelFlowStore());
try {
  process.exitCode = await runConntrack(process.argv.slice(2), host);
} catch (error) {
  host.err(`${host.calledAs}: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
