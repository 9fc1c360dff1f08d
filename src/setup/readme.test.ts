/** README's generated block says what the registry says. UPDATE_GOLDENS=1 rewrites it. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { supportTable } from '../extensions/support-table.js';

const README = path.resolve(import.meta.dirname, '../../README.md');
const BLOCK = /(<!-- support table: generated -->\n)([\s\S]*?)(\n<!-- end -->)/;

it('lists in the README what the registry supports', () => {
  const text = readFileSync(README, 'utf8');
  if (process.env['UPDATE_GOLDENS'] === '1') writeFileSync(README, text.replace(BLOCK, (_, open: string, __, close: string) => `${open}${supportTable()}${close}`));
  expect(BLOCK.exec(readFileSync(README, 'utf8'))?.[2]).toBe(supportTable());
});
