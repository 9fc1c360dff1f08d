// The parser tests need the compiled grammar, the linker tests the compiled stages; both are rebuilt only when stale.
import { spawnSync } from 'node:child_process';

export default function setup() {
  for (const script of ['src/setup/build-grammar.mjs', 'src/setup/build-bpf.mjs']) {
    const result = spawnSync(process.execPath, [script], { stdio: 'inherit' });
    if (result.status !== 0) throw new Error(`${script} failed`);
  }
}
