/** Readers of command line values. */
import { InvalidArgumentError } from 'commander';

/** @throws InvalidArgumentError */
export function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number is needed');
  return Number(text);
}

/** Separated by commas. @throws InvalidArgumentError */
export const numbers = (text: string): number[] => text.split(',').map(whole);

/** Separated by commas. */
export const words = (text: string): string[] => text.split(',');
