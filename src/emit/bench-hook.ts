/** The program that measuring runs under BPF_PROG_TEST_RUN: headers from a table, INPUT and FORWARD as at tc ingress. */
import type { HookShape } from './hook.js';
import { TEST_HOOK } from './test-hook.js';

export const BENCH_HOOK: HookShape = { ...TEST_HOOK, name: 'bench', entry: 'entry_bench', chains: ['INPUT', 'FORWARD'] };
