/** Where the entry files of our commands lie. */
import { fileURLToPath } from 'node:url';

/** Absolute path of a command's entry file, to be run with process.execPath. */
export function bin(name: string): string {
  return fileURLToPath(new URL(`../bin/${name}.js`, import.meta.url));
}
