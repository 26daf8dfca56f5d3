/** Gradient rules between numbers and the few bits that stand for them. */
import { notDifferentiable, type GradientRule } from '../rule.ts';

export const quantizationRules: Record<string, GradientRule | typeof notDifferentiable> = {
  DequantizeLinear: notDifferentiable,
  DynamicQuantizeLinear: notDifferentiable,
  MatMulInteger: notDifferentiable,
  QuantizeLinear: notDifferentiable,

  /**
   * Y = A.  dB = dY: the gradient of a rounded value is that of what was rounded.
   * Bengio et al. 2013, arXiv:1308.3432, section 4.
   */
  StraightThrough: (c) => [undefined, c.for(1, () => c.dY)],
};
