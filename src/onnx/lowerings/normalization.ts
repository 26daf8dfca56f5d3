/** Normalizations of the last axes, alone or with a sum before. */
import { float, int } from '../graph.ts';
import { normalizeAxis } from '../tensor.ts';
import type { LoweringContext, LoweringTable } from './lowering.ts';

/** γ·X̂ + β over the last axis with X̂ = (X − mean) / √(variance + ε). */
export function layerNormalized(
  c: LoweringContext,
  x: string,
  scale: string,
  bias: string | undefined,
  epsilon: number,
): string {
  const inputs = bias === undefined ? [x, scale] : [x, scale, bias];
  return c.with('LayerNormalization', inputs, { axis: int(-1), epsilon: float(epsilon) });
}

/**
 * γ·X / √(mean X² + ε) over the axes from `axis` on.
 * Zhang and Sennrich 2019, arXiv:1910.07467, equation 4.
 */
export function rmsNormalized(
  c: LoweringContext,
  x: string,
  scale: string,
  axis: number,
  epsilon: number,
): { output: string; inverse: string } {
  const rank = c.shape(x).length;
  const first = normalizeAxis(axis, rank);
  const axes = Array.from({ length: rank - first }, (_, i) => first + i);
  const square = c.reduce('ReduceMean', c.op('Mul', x, x), axes);
  const root = c.op('Sqrt', c.op('Add', square, c.scalar(epsilon, x)));
  const inverse = c.op('Reciprocal', root);
  return { output: c.op('Mul', c.op('Mul', x, inverse), scale), inverse };
}

/** input + skip + bias; the skip may lack the batch. */
function skipSum(c: LoweringContext, bias: number): string {
  const sum = c.op('Add', c.input(0), c.input(1));
  const added = c.optional(bias);
  return added === undefined ? sum : c.op('Add', sum, added);
}

export const normalizations: LoweringTable = {
  'com.microsoft.SkipLayerNormalization': {
    attributes: ['epsilon'],
    since: 1,
    becomes: 'LayerNormalization(X + skip + bias)',
    lower: (c) => {
      const sum = skipSum(c, 4);
      const output = layerNormalized(c, sum, c.input(2), c.optional(3), c.float('epsilon', 1e-12));
      return [output, undefined, undefined, sum];
    },
  },

  'com.microsoft.SkipSimplifiedLayerNormalization': {
    attributes: ['epsilon'],
    since: 1,
    becomes: 'γ·S / √(mean S² + ε) with S = X + skip + bias',
    lower: (c) => {
      const sum = skipSum(c, 3);
      const { output } = rmsNormalized(c, sum, c.input(2), -1, c.float('epsilon', 1e-12));
      return [output, undefined, undefined, sum];
    },
  },

  SimplifiedLayerNormalization: {
    attributes: ['axis', 'epsilon', 'stash_type'],
    since: 1,
    becomes: 'γ·X / √(mean X² + ε)',
    lower: (c) => {
      const [axis, epsilon] = [c.int('axis', -1), c.float('epsilon', 1e-5)];
      const { output, inverse } = rmsNormalized(c, c.input(0), c.input(1), axis, epsilon);
      return [output, inverse];
    },
  },

  RMSNormalization: {
    attributes: ['axis', 'epsilon', 'stash_type'],
    since: 23,
    becomes: 'γ·X / √(mean X² + ε)',
    lower: (c) => {
      const [axis, epsilon] = [c.int('axis', -1), c.float('epsilon', 1e-5)];
      return [rmsNormalized(c, c.input(0), c.input(1), axis, epsilon).output];
    },
  },
};
