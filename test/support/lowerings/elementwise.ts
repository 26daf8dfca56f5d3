/** Uses of normalizations, activations and embeddings. */
import { float, int } from '../../../src/onnx/graph.ts';
import type { Shape } from '../../../src/onnx/tensor.ts';
import { fused, int32, one, ours, standard, type LoweringCase } from './case.ts';

export const normalizationCases: readonly LoweringCase[] = [
  one(
    ours('SkipLayerNormalization'),
    'with all inputs',
    [[2, 3, 4], [2, 3, 4], [4], [4], [4]],
    (g, x) => {
      const [y, , , sum] = fused('SkipLayerNormalization', { epsilon: float(1e-3) }, 4)(g, x);
      return [y!, sum!];
    },
  ),
  one(
    ours('SkipLayerNormalization'),
    'with a skip for all rows',
    [[2, 3, 4], [3, 4], [4]],
    (g, x) => fused('SkipLayerNormalization', { epsilon: float(1e-3) })(g, x),
  ),
  one(
    ours('SkipSimplifiedLayerNormalization'),
    'with all inputs',
    [[2, 3, 4], [2, 3, 4], [4], [4]],
    (g, x) => {
      const attributes = { epsilon: float(1e-3) };
      const [y, , , sum] = fused('SkipSimplifiedLayerNormalization', attributes, 4)(g, x);
      return [y!, sum!];
    },
  ),
  one(
    'SimplifiedLayerNormalization',
    'over the last axis',
    [[2, 3, 4], [4]],
    standard('SimplifiedLayerNormalization', { epsilon: float(1e-3), axis: int(-1) }),
  ),
  one(
    'RMSNormalization',
    'over two axes',
    [
      [2, 3, 4],
      [3, 4],
    ],
    standard('RMSNormalization', { epsilon: float(1e-3), axis: int(1) }),
    { opset: 23 },
  ),
  one('RMSNormalization', 'by default', [[2, 3, 4], [4]], standard('RMSNormalization'), {
    opset: 23,
  }),
];

export const activationCases: readonly LoweringCase[] = [
  one(ours('BiasGelu'), '', [[2, 3, 4], [4]], fused('BiasGelu')),
  one(ours('FastGelu'), 'with bias', [[2, 3, 4], [4]], fused('FastGelu')),
  one(ours('FastGelu'), 'without bias', [[2, 5]], fused('FastGelu')),
  one(ours('Gelu'), '', [[2, 5]], fused('Gelu')),
  one(ours('QuickGelu'), 'by default', [[2, 5]], fused('QuickGelu')),
  one(ours('QuickGelu'), 'as SiLU', [[2, 5]], fused('QuickGelu', { alpha: float(1) })),
  ...['Elu', 'LeakyRelu'].flatMap((op) => [
    one(op, 'by default', [[3, 5]], standard(op), { awayFromZero: 0.1 }),
    one(op, 'α = 0.3', [[3, 5]], standard(op, { alpha: float(0.3) }), { awayFromZero: 0.1 }),
  ]),
  one('HardSigmoid', 'in its middle', [[3, 5]], standard('HardSigmoid'), { domain: [-2.4, 2.4] }),
  one('HardSigmoid', 'at its end', [[3, 5]], standard('HardSigmoid', { beta: float(3) })),
  one('HardSwish', 'in its middle', [[3, 5]], standard('HardSwish')),
  one('HardSwish', 'where it is straight', [[3, 5]], standard('HardSwish'), { domain: [4, 6] }),
  one('Mish', '', [[3, 5]], standard('Mish'), { opset: 18 }),
  one('PRelu', '', [[2, 3, 4], [4]], standard('PRelu'), { awayFromZero: 0.1 }),
  one('Selu', '', [[3, 5]], standard('Selu'), { awayFromZero: 0.1 }),
  one('Softsign', '', [[3, 5]], standard('Softsign'), { awayFromZero: 0.1 }),
  one('Swish', '', [[3, 5]], standard('Swish', { alpha: float(1.5) }), {
    opset: 24,
    instead: (g, [x]) => {
      const inner = g.op('Mul', [x!, g.scalar(1.5)]);
      return [g.op('Mul', [x!, g.op('Sigmoid', [inner])])];
    },
  }),
];

export const arrangementCases: readonly LoweringCase[] = [
  one('CastLike', 'to the type of a weight', [[2, 3]], (g, x) => {
    const whole = g.op('CastLike', [x[0]!, g.constant('int64', [1], [1])]);
    return [g.op('Add', [g.op('CastLike', [whole, x[0]!]), g.op('CastLike', [x[0]!, x[0]!])])];
  }),
  ...[-1, 0, 1].map((axis) =>
    one('OneHot', `axis ${axis}`, [[2]], (g, x) => {
      const indices = g.constant('int64', [2, 3], [0, 3, -1, 2, 9, -2]);
      return [g.op('OneHot', [indices, g.constant('int64', [1], [4]), x[0]!], { axis: int(axis) })];
    }),
  ),
];

/** Tables of five words, six positions and two segments, of width 4. */
const embedShapes: readonly Shape[] = [[5, 4], [6, 4], [2, 4], [4], [4]];

export const embeddingCases: readonly LoweringCase[] = [
  one(ours('EmbedLayerNormalization'), 'with a mask', embedShapes, (g, x) => {
    const [words, positions, segments, scale, bias] = x;
    const ids = int32(g, [2, 3], [4, 0, 2, 1, 1, 3]);
    const segmentIds = int32(g, [2, 3], [0, 1, 1, 0, 0, 1]);
    const mask = int32(g, [2, 3], [1, 1, 0, 1, 1, 1]);
    const inputs = [ids, segmentIds, words!, positions!, segments!, scale!, bias!, mask];
    const attributes = { epsilon: float(1e-3) };
    const [y, count, sum] = fused('EmbedLayerNormalization', attributes, 3)(g, inputs);
    // The count masks an attention over the rows, so that it is compared, too.
    const weights = g.constant(
      'float32',
      [4, 12],
      Array.from({ length: 48 }, (_, i) => Math.sin(i)),
    );
    const zeros = g.constant('float32', [12], new Array<number>(12).fill(0));
    const attended = fused('Attention', { num_heads: int(2) })(g, [y!, weights, zeros, count!]);
    return [y!, sum!, attended[0]!];
  }),
  one(ours('EmbedLayerNormalization'), 'without segments', embedShapes, (g, x) => {
    const [words, positions, , scale, bias] = x;
    const ids = int32(g, [2, 3], [4, 0, 2, 1, 1, 3]);
    const places = int32(g, [2, 3], [0, 1, 2, 3, 5, 4]);
    const inputs = [ids, '', words!, positions!, '', scale!, bias!, '', places];
    const attributes = { epsilon: float(1e-3) };
    return [fused('EmbedLayerNormalization', attributes, 2)(g, inputs)[0]!, x[2]!];
  }),
];
