import { describe, expect, it } from 'vitest';
import { gradientRules } from '../../src/autodiff/rules/index.ts';
import { notDifferentiable } from '../../src/autodiff/rule.ts';
import { operatorCases } from '../support/operatorCases.ts';
import { gradientError } from './gradientCheck.ts';

/** Central differences in float64 are good to about 1e-9 here; a wrong rule is off by 1e-2. */
const tolerance = 1e-7;

describe('every gradient rule agrees with central differences', () => {
  it.each(operatorCases.map((c) => [c.name, c] as const))('%s', (_, operatorCase) => {
    for (const seed of [1, 2, 3]) {
      expect(gradientError(operatorCase, seed), `seed ${seed}`).toBeLessThan(tolerance);
    }
  });

  it('has a case for each operator with a rule', () => {
    const tested = new Set(operatorCases.map((c) => c.op));
    const ruled = Object.keys(gradientRules).filter(
      (op) => gradientRules[op] !== notDifferentiable,
    );
    expect(ruled.filter((op) => !tested.has(op))).toEqual([]);
  });
});
