// What the command files share. They are plain files because npm links commands before the install script has built anything.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';

/** The commands of iptables, short calls all: they start from compiled code. @type {Readonly<Record<string, readonly [tool: string, family: string]>>} */
const TOOLS = {
  'bpf-iptables': ['tables', 'ipv4'],
  'bpf-iptables-save': ['save', 'ipv4'],
  'bpf-iptables-restore': ['restore', 'ipv4'],
  'bpf-ip6tables': ['tables', 'ipv6'],
  'bpf-ip6tables-save': ['save', 'ipv6'],
  'bpf-ip6tables-restore': ['restore', 'ipv6'],
};

const bundle = fileURLToPath(new URL('../../../dist/bundle/bin', import.meta.url));

/** Runs a built command. @param {string} name */
export async function launch(name) {
  const tool = TOOLS[name];
  const entry = path.join(bundle, tool === undefined ? `${name}.js` : 'run.cjs');
  if (!existsSync(entry)) {
    console.error(`${name}: not built yet: run 'npm run build' in ${fileURLToPath(new URL('../../..', import.meta.url))}`);
    process.exit(1);
  }
  if (tool === undefined) await import(entry);
  else await load(entry).run(...tool);
}

/**
 * What the module in a file exports, as require() gives it. V8's compiled code lies beside it (src/setup/code-cache.mjs made it with the bundle): that is
 * the time this saves. Where it is missing or another version of node made it, the source is compiled.
 * @param {string} file
 * @param {Map<string, { exports: any }>} loaded
 */
function load(file, loaded = new Map()) {
  const known = loaded.get(file);
  if (known) return known.exports;
  const module = { exports: {} };
  loaded.set(file, module);
  const cache = `${file}.cache`;
  const script = new Script(readFileSync(file, 'utf8'), { filename: file, ...(existsSync(cache) ? { cachedData: readFileSync(cache) } : {}) });
  const builtin = createRequire(file);
  /** @param {string} name */
  const require = (name) => (name.startsWith('./') ? load(path.join(path.dirname(file), name), loaded) : builtin(name));
  script.runInThisContext()(module.exports, require, module, file, path.dirname(file));
  return module.exports;
}
