/** Every gradient rule, by operator. One table: what is not in it stops a differentiation. */
import type { GradientRule, notDifferentiable } from '../rule.ts';
import { elementwiseRules } from './elementwise.ts';
import { layoutRules } from './layout.ts';
import { linearRules } from './linear.ts';
import { quantizationRules } from './quantization.ts';
import { reductionRules } from './reduction.ts';
import { selectionRules } from './selection.ts';

export const gradientRules: Readonly<Record<string, GradientRule | typeof notDifferentiable>> = {
  ...elementwiseRules,
  ...layoutRules,
  ...linearRules,
  ...quantizationRules,
  ...reductionRules,
  ...selectionRules,
};
