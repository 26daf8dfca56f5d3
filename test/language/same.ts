/** Comparisons for tests that make very many of them. */
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';

/** Expects equal values; only a difference is looked at with vitest, which explains it. */
export function expectSame(actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual).toEqual(expected);
}
