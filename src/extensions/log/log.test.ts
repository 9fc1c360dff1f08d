import { expect, it } from 'vitest';
import { log } from './log.js';

it('lowers to level, flags and the prefix as bytes in order', () => {
  const action = log.lower({ level: 5, flags: 0x21, prefix: 'abcdefgh[é] ' }, 'ipv4');
  if (action.kind !== 'effect') throw new Error('not an effect');
  const [level, flags, ...words] = action.config;
  const bytes = Buffer.alloc(32);
  words.forEach((word, at) => bytes.writeBigUInt64LE(word, at * 8));
  expect([action.stub, level, flags]).toEqual(['log', 5n, 0x21n]);
  expect(bytes.toString('utf8').replace(/\0+$/, '')).toBe('abcdefgh[é] ');
});

it('goes on with the next rule', () => {
  expect(log.evaluate({ level: 4, flags: 0, prefix: '' }, undefined as never, new Map())).toBe('continue');
});
