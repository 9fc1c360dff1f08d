#!/usr/bin/env node
// Runs every test: vitest (no root needed), then tap (network namespaces, root). Last line: `N passed, N failed`.
// A skipped or pending test counts as failed: nothing is left out quietly.
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const scratch = mkdtempSync(path.join(os.tmpdir(), 'bpf-iptables-test-'));

/** vitest: progress to the terminal, counts from its JSON report. */
function runVitest() {
  const report = path.join(scratch, 'vitest.json');
  const result = spawnSync('node_modules/.bin/vitest', ['run', '--config', 'src/setup/vitest.config.ts', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  try {
    const counts = JSON.parse(readFileSync(report, 'utf8'));
    const failed = counts.numTotalTests - counts.numPassedTests + counts.testResults.filter((/** @type {{status: string, assertionResults: unknown[]}} */ file) => file.status === 'failed' && file.assertionResults.length === 0).length;
    return { passed: counts.numPassedTests, failed: failed + (result.status !== 0 && failed === 0 ? 1 : 0) };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

/**
 * Tests that do not share the machine: they go by the clock (timeouts of connections, rates), count what a flood leaves, read the kernel's
 * log, or use all CPUs themselves. The others run two at a time.
 */
const ALONE = /^(bench|conntrack|flood|flow-table|fragments|import|log6|property|reject6|resize|route-cache|stateful|swaps)/;

/** tap over these files: prints each test as it ends; counts the tests inside each file (indentation of four spaces). */
async function runTap(/** @type {number} */ jobs, /** @type {readonly string[]} */ files) {
  const child = spawn('node_modules/.bin/tap', ['--reporter=tap', `--jobs=${jobs}`, ...files], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  let passed = 0;
  let failed = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const test = /^( {4})?(not )?ok \d+(?: - (.*))?$/.exec(line);
    if (test === null) {
      if (/^\s*(#|not ok|diff|[+-]|at:|message:|found|wanted)/.test(line)) console.log(line);
      continue;
    }
    const [, inner, not, name = ''] = test;
    const skipped = /# (skip|todo)/i.test(name);
    if (inner === undefined) {
      if (not !== undefined) console.log(line);
      continue;
    }
    if (not !== undefined || skipped) failed += 1;
    else passed += 1;
    console.log(line.trim());
  }
  const status = await new Promise((resolve) => (child.exitCode === null ? child.once('close', resolve) : resolve(child.exitCode)));
  if (status !== 0 && failed === 0) failed = 1;
  if (passed === 0 && failed === 0) failed = 1;
  return { passed, failed };
}

/** All of compat-tests. */
async function runCompat() {
  if (process.getuid?.() !== 0) {
    console.log('compat-tests need root: counted as one failure');
    return { passed: 0, failed: 1 };
  }
  const tests = path.join(root, 'dist/compat-tests');
  const files = readdirSync(tests, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.test.js')).sort();
  const alone = files.filter((name) => ALONE.test(name));
  const together = await runTap(2, files.filter((name) => !ALONE.test(name)).map((name) => path.join(tests, name)));
  const rest = await runTap(1, alone.map((name) => path.join(tests, name)));
  return { passed: together.passed + rest.passed, failed: together.failed + rest.failed };
}

const unit = runVitest();
console.log(`vitest: ${unit.passed} passed, ${unit.failed} failed`);
const compat = await runCompat();
console.log(`tap: ${compat.passed} passed, ${compat.failed} failed`);
rmSync(scratch, { recursive: true, force: true });
const failed = unit.failed + compat.failed;
process.stdout.write(`${unit.passed + compat.passed} passed, ${failed} failed\n`, () => process.exit(failed === 0 ? 0 : 1));
