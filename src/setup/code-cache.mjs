// Has V8 compile the bundled commands once and for all: its code goes beside each file, where src/cli/launch/launch.mjs finds it. V8 checks that the code
// is its own, of this version and of a source of this length; that it is of this very source is our matter: bundle.mjs makes both at once.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import v8 from 'node:v8';
import { Script } from 'node:vm';

/** Compiles all .cjs files of a directory, every function of them. @param {string} dir */
export function cacheCode(dir) {
  const files = readdirSync(dir).filter((file) => file.endsWith('.cjs')).map((file) => path.join(dir, file));
  v8.setFlagsFromString('--no-lazy');
  const scripts = files.map((file) => ({ file, script: new Script(readFileSync(file, 'utf8'), { filename: file }) }));
  // Code says which flags it was made with, and is for processes with the same ones.
  v8.setFlagsFromString('--lazy');
  for (const { file, script } of scripts) writeFileSync(`${file}.cache`, script.createCachedData());
}
