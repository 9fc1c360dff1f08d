import { expect, it } from 'vitest';
import { kernelRelease } from './kernel-release.js';

it('reads the first two numbers of a release', () => {
  expect(kernelRelease('6.8.0-31-generic')).toEqual({ major: 6, minor: 8 });
  expect(kernelRelease('6.18.44')).toEqual({ major: 6, minor: 18 });
  expect(() => kernelRelease('next')).toThrow('next');
  expect(kernelRelease().major).toBeGreaterThan(4);
});
