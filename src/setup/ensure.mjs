#!/usr/bin/env node
// Makes this checkout ready to run: installs what is missing (Debian packages, npm packages) and builds.
// Plain JavaScript without dependencies, because it runs before there are any.
//   node src/setup/ensure.mjs          what running needs
//   node src/setup/ensure.mjs --test   what the tests need besides (iptables and friends as the judge)
//   node src/setup/ensure.mjs --bench  what the benchmark needs besides that (the firewalls it compares with)
import { existsSync, readFileSync, statSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import os from 'node:os';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Debian packages by what proves that they are there: a command or a file. */
const BUILD_PACKAGES = [
  ['clang', 'clang'],
  ['g++', 'g++'],
  ['/usr/include/linux/bpf.h', 'linux-libc-dev'],
  ['ip', 'iproute2'],
  ['unshare', 'util-linux'],
];
const JUDGE_PACKAGES = [
  ['iptables-legacy', 'iptables'],
  ['ping', 'iputils-ping'],
  ['ethtool', 'ethtool'],
  ['conntrack', 'conntrack'],
];
const BENCH_PACKAGES = [
  ['nft', 'nftables'],
  ['ipset', 'ipset'],
  ['iperf3', 'iperf3'],
];

/** @param {string} message */
function fail(message) {
  console.error(`bpf-iptables setup: ${message}`);
  process.exit(1);
}

/** @param {string} command @param {string[]} args @param {NodeJS.ProcessEnv} [env] */
function run(command, args, env = process.env) {
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], env });
  if (result.status !== 0) fail(`'${command} ${args.join(' ')}' failed${result.error ? `: ${result.error.message}` : ''}`);
}

/** @param {string} what */
function present(what) {
  if (what.startsWith('/')) return existsSync(what);
  const dirs = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin'];
  return dirs.some((dir) => dir !== '' && existsSync(path.join(dir, what)));
}

function checkPlatform() {
  if (process.platform !== 'linux') fail('Linux is needed');
  if (!['x64', 'arm64'].includes(process.arch)) fail(`x86_64 or arm64 is needed, this is ${process.arch}`);
  const [major = 0, minor = 0] = os.release().split('.').map(Number);
  if (major < 6 || (major === 6 && minor < 6)) fail(`Linux 6.6 or newer is needed, this is ${os.release()}`);
  if (Number(process.versions.node.split('.')[0]) < 20) fail(`Node 20 or newer is needed, this is ${process.version}`);
}

/** @param {string[][]} wanted */
function installDebianPackages(wanted) {
  const missing = wanted.filter(([proof]) => !present(/** @type {string} */ (proof))).map(([, name]) => /** @type {string} */ (name));
  if (missing.length === 0) return;
  if (!present('apt-get')) fail(`missing: ${missing.join(', ')} (install them with your distribution's package manager)`);
  if (process.getuid?.() !== 0) fail(`missing: ${missing.join(', ')}; run as root, or: sudo apt-get install ${missing.join(' ')}`);
  console.error(`bpf-iptables setup: installing ${missing.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  run('apt-get', ['update', '-qq'], env);
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], env);
}

/** npm's own settings for a running lifecycle script (such as --global) must not reach the npm that we start. */
function cleanEnvironment() {
  const keep = Object.entries(process.env).filter(([key]) => !/^npm_(config_(global|prefix|local_prefix|location)|lifecycle|package|command)/i.test(key));
  return Object.fromEntries(keep);
}

function installNpmPackages() {
  const lock = path.join(root, 'package-lock.json');
  const installed = path.join(root, 'node_modules/.package-lock.json');
  const names = Object.keys(JSON.parse(readFileSync(lock, 'utf8')).packages['']?.devDependencies ?? {});
  const complete = names.every((name) => existsSync(path.join(root, 'node_modules', name)));
  // Without the hidden lock file npm is at work right now (we are its install script).
  if (complete && (!existsSync(installed) || statSync(installed).mtimeMs >= statSync(lock).mtimeMs - 1000)) return;
  console.error('bpf-iptables setup: npm ci');
  run('npm', ['ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund'], cleanEnvironment());
}

checkPlatform();
const forBench = process.argv.includes('--bench');
const forTests = forBench || process.argv.includes('--test');
installDebianPackages([...BUILD_PACKAGES, ...(forTests ? JUDGE_PACKAGES : []), ...(forBench ? BENCH_PACKAGES : [])]);
installNpmPackages();
run('node', ['src/setup/build.mjs']);
