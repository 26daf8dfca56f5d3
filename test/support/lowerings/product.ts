/** Uses of matrix products in their many forms. */
import { float, int, ints, string } from '../../../src/onnx/graph.ts';
import { fused, one, ours, standard, type LoweringCase } from './case.ts';

/** Equations of the forms that exporters write, with the shapes of their operands. */
const equations: readonly (readonly [string, ...(readonly number[])[]])[] = [
  ['bhid,bhjd->bhij', [2, 2, 3, 4], [2, 2, 5, 4]],
  ['bhij,bhjd->bhid', [2, 2, 3, 5], [2, 2, 5, 4]],
  ['ibnd,jbnd->bnij', [3, 2, 2, 4], [5, 2, 2, 4]],
  ['bsd,hde->bshe', [2, 3, 4], [2, 4, 5]],
  ['bshe,hed->bsd', [2, 3, 2, 5], [2, 5, 4]],
  ['i,j->ij', [3], [4]],
  ['bi,bi->b', [2, 3], [2, 3]],
  ['ij,ij->', [2, 3], [2, 3]],
  ['ijk->kj', [2, 3, 4]],
  ['ij->ji', [2, 3]],
  ['ij,jk', [2, 3], [3, 4]],
  ['...ij,...jk->...ik', [2, 2, 3, 4], [2, 2, 4, 5]],
  ['...i,j->...ij', [2, 3], [4]],
  ['bi, ij ,bj -> b', [2, 3], [3, 4], [2, 4]],
];

export const productCases: readonly LoweringCase[] = [
  ...equations.map(([equation, ...shapes]) =>
    one('Einsum', equation, shapes, standard('Einsum', { equation: string(equation) })),
  ),
  one('Conv', 'of width 1 in groups', [[2, 6, 5], [4, 3, 1], [4]], (g, x) =>
    standard('Conv', { group: int(2), kernel_shape: ints([1]) })(g, x),
  ),
  one(
    'Conv',
    'of width 3 with pads, strides and holes',
    [
      [2, 4, 9],
      [6, 4, 3],
    ],
    standard('Conv', { pads: ints([2, 1]), strides: ints([2]), dilations: ints([2]) }),
  ),
  one(
    'Conv',
    'of two axes, each channel alone',
    [[1, 3, 4, 5], [3, 1, 2, 3], [3]],
    standard('Conv', { group: int(3), pads: ints([0, 1, 1, 1]) }),
  ),
  ...[0, 1].flatMap((transA) =>
    [0, 1].map((transB) =>
      one(
        ours('FusedMatMul'),
        `transA ${transA} transB ${transB}`,
        [transA ? [2, 4, 3] : [2, 3, 4], transB ? [2, 5, 4] : [2, 4, 5]],
        fused('FusedMatMul', { alpha: float(0.5), transA: int(transA), transB: int(transB) }),
      ),
    ),
  ),
  ...[0, 1].map((transA) =>
    one(
      ours('FusedMatMul'),
      `transBatchA transA ${transA}`,
      [transA ? [4, 2, 3, 5] : [5, 2, 3, 4], [2, 3, transA ? 4 : 4, 6]],
      fused('FusedMatMul', { transBatchA: int(1), transA: int(transA) }),
    ),
  ),
  one(ours('FusedMatMul'), 'with a vector', [[4], [2, 4, 5]], fused('FusedMatMul')),
  one(
    ours('TransposeMatMul'),
    '',
    [
      [2, 4, 3],
      [2, 4, 5],
    ],
    fused('TransposeMatMul', { transA: int(1) }),
  ),
  ...['Relu', 'Tanh', 'Sigmoid', 'LeakyRelu'].map((activation) =>
    one(
      ours('FusedGemm'),
      activation,
      [[3, 4], [5, 4], [5]],
      fused('FusedGemm', {
        activation: string(activation),
        transB: int(1),
        alpha: float(0.5),
        beta: float(2),
        ...(activation === 'LeakyRelu' && { activation_alpha: float(0.2) }),
      }),
    ),
  ),
];
