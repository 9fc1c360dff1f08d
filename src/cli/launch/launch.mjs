// What the command files share. They are plain files because npm links commands before the install script has built anything.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Runs the built entry file of a command. @param {string} name */
export async function launch(name) {
  const entry = new URL(`../../../dist/bundle/bin/${name}.js`, import.meta.url);
  if (!existsSync(entry)) {
    console.error(`${name}: not built yet: run 'npm run build' in ${fileURLToPath(new URL('../../..', import.meta.url))}`);
    process.exit(1);
  }
  await import(entry.href);
}
