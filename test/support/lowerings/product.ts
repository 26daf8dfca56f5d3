/** Uses of fused matrix products. */
import { float, int, string } from '../../../src/onnx/graph.ts';
import { fused, one, ours, type LoweringCase } from './case.ts';

export const productCases: readonly LoweringCase[] = [
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
