/** Each lowering against the engine's own operator, and its gradient against differences. */
import { describe, expect, it, test } from 'vitest';
import { differentiate } from '../../src/autodiff/differentiate.ts';
import { Random } from '../../src/base/random.ts';
import { GraphBuilder } from '../../src/onnx/builder.ts';
import { float, int, string } from '../../src/onnx/graph.ts';
import { inlineModel } from '../../src/onnx/inline.ts';
import { lowerings } from '../../src/onnx/lowerings/index.ts';
import { sizeOf, type DType, type Shape } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { float32, Session } from '../../src/runtime/session.ts';
import { directionalError, draw } from '../autodiff/gradientCheck.ts';
import { readBytes, type GraphMaker } from '../support/graphMaker.ts';
import { fileOf, type LoweringCase } from '../support/lowerings/case.ts';
import { loweringCases } from '../support/lowerings/index.ts';

/** Rounding of float32 over a layer of attention. */
const tolerance = 2e-5;

/** Central differences in float64 are good to about 1e-9 here; a wrong gradient is off by 1e-2. */
const gradientTolerance = 1e-7;

const cases = loweringCases.map((c) => [`${c.op} ${c.label}`, c] as const);

/** A file's graph with its inputs of `dtype`. */
function lowered(bytes: Uint8Array, shapes: readonly Shape[], dtype: DType) {
  const model = readBytes(bytes);
  const builder = new GraphBuilder({ readStored: model.readStored });
  const inputs = shapes.map((shape, i) => builder.input(`x${i}`, dtype, shape));
  const outputs = model.graph.outputs.map(({ name }) => name);
  const bindings = new Map(inputs.map((name) => [name, name]));
  const names = inlineModel(builder, model, bindings, outputs);
  return { builder, inputs, outputs: outputs.map((name) => names.get(name)!) };
}

async function run(bytes: Uint8Array, feeds: Readonly<Record<string, ReturnType<typeof float32>>>) {
  const session = await Session.create(bytes);
  try {
    return await session.run(feeds);
  } finally {
    await session.release();
  }
}

function drawn(one: LoweringCase, seed: number) {
  const random = new Random(seed);
  return Object.fromEntries(
    one.shapes.map((shape, i) => [
      `x${i}`,
      float32(
        shape,
        Float32Array.from({ length: sizeOf(shape) }, () => draw(one, random)),
      ),
    ]),
  );
}

describe("a lowered operator gives what the engine's own gives", () => {
  it.each(cases)('%s', async (_, one) => {
    const feeds = drawn(one, 11);
    const expected = await run(fileOf(one, one.instead ?? one.make), feeds);
    const { builder, inputs, outputs } = lowered(fileOf(one, one.make), one.shapes, 'float32');
    const graph = builder.build(Object.fromEntries(outputs.map((name, i) => [`own${i}`, name])));
    expect(graph.nodes.every(({ domain }) => domain === '')).toBe(true);
    const used = new Set(graph.inputs.map(({ name }) => name));
    const found = await run(
      writeModel(graph),
      Object.fromEntries(inputs.filter((n) => used.has(n)).map((n) => [n, feeds[n]!])),
    );
    expect(outputs.length).toBe(Object.keys(expected).length);
    outputs.forEach((__, i) => {
      const [a, b] = [found[`own${i}`]!, expected[`y${i}`]!];
      expect(a.length).toBe(b.length);
      const largest = Math.max(1, ...b.map(Math.abs));
      a.forEach((value, j) => {
        const error = Math.abs(value - b[j]!) / largest;
        expect(error, `output ${i}, element ${j}: ${value} and ${b[j]!}`).toBeLessThan(tolerance);
      });
    });
  });
});

/** The engine's gradients of a weighted sum of a file's outputs. */
async function gradients(one: LoweringCase, make: LoweringCase['make']) {
  const { builder, inputs, outputs } = lowered(fileOf(one, make), one.shapes, 'float32');
  const random = new Random(5);
  const sums = outputs.map((output) => {
    const shape = builder.shapeOf(output);
    const weights = Array.from({ length: sizeOf(shape) }, () => random.normal());
    const product = builder.op('Mul', [output, builder.constant('float32', shape, weights)]);
    return builder.op('ReduceSum', [product], { keepdims: int(0) });
  });
  const of = sums.reduce((sum, next) => builder.op('Add', [sum, next]));
  const found = differentiate(builder, { of, wrt: inputs });
  const graph = builder.build(
    Object.fromEntries(inputs.map((name) => [`d${name}`, found.get(name)!])),
  );
  const used = new Set(graph.inputs.map(({ name }) => name));
  const feeds = Object.entries(drawn(one, 11)).filter(([name]) => used.has(name));
  return run(writeModel(graph), Object.fromEntries(feeds));
}

describe('the gradient of an operator that rounds is that without rounding', () => {
  it.each(cases.filter(([, { smooth }]) => smooth))('%s', async (_, one) => {
    const found = await gradients(one, one.make);
    const expected = await gradients(one, one.smooth!);
    for (const [name, gradient] of Object.entries(expected)) {
      expect(gradient.some((g) => g !== 0)).toBe(true);
      gradient.forEach((g, i) => expect(found[name]![i]).toBeCloseTo(g, 4));
    }
  });
});

describe('the gradient of a lowered operator agrees with central differences', () => {
  it.each(cases.filter(([, { smooth }]) => !smooth))('%s', (_, one) => {
    for (const seed of [1, 2]) {
      const { builder, inputs, outputs } = lowered(fileOf(one, one.make), one.shapes, 'float64');
      const error = directionalError(builder, inputs, outputs, one, new Random(seed));
      expect(error, `seed ${seed}`).toBeLessThan(gradientTolerance);
    }
  });
});

test('every lowering has a case', () => {
  const tested = new Set(loweringCases.map(({ op }) => op));
  const own = Object.keys(lowerings).filter((op) => !op.startsWith('ptune.'));
  expect(own.filter((op) => !tested.has(op))).toEqual([]);
});

describe('what a lowering does not know is refused by name', () => {
  const refusal = (shapes: readonly Shape[], make: LoweringCase['make']) => () =>
    lowered(fileOf({ shapes }, make), shapes, 'float32');
  const fused =
    (op: string, attributes: Parameters<GraphMaker['op']>[2]) =>
    (g: GraphMaker, x: readonly string[]) =>
      g.ops(op, x, 1, attributes, 'com.microsoft');

  test.each([
    [
      'an attribute of a later version',
      [[2, 4], [4]],
      fused('BiasGelu', { flavour: int(1) }),
      'The model has 1 operator that is not supported: com.microsoft.BiasGelu with the attribute "flavour" (1 ×, first node "/BiasGelu_1").',
    ],
    [
      'rotation inside of attention',
      [[2, 3, 4], [4, 12], [12]],
      fused('Attention', { num_heads: int(2), do_rotary: int(1) }),
      'Node "/Attention_1" (com.microsoft.Attention): Rotary embedding inside of it is not supported.',
    ],
    [
      'an unknown activation',
      [
        [3, 4],
        [4, 5],
      ],
      fused('FusedGemm', { activation: string('Wobble') }),
      'Node "/FusedGemm_1" (com.microsoft.FusedGemm): The activation "Wobble" is not supported.',
    ],
    [
      'heads that do not fit',
      [
        [2, 3, 4],
        [2, 3, 4],
        [2, 3, 4],
      ],
      fused('MultiHeadAttention', { num_heads: int(3) }),
      'Node "/MultiHeadAttention_1" (com.microsoft.MultiHeadAttention): A width of 4 does not divide into 3 heads.',
    ],
    [
      'a place that a sequence does not have',
      [[2, 3]],
      (g: GraphMaker, x: readonly string[]) => [
        g.op('SequenceAt', [g.op('SequenceConstruct', x), g.constant('int64', [], [-2])]),
      ],
      'Node "/SequenceAt_3" (SequenceAt): The place -2 is outside of a sequence of 1.',
    ],
    [
      'parts that do not make the whole',
      [[2, 3]],
      (g: GraphMaker, x: readonly string[]) => [
        g.op('ConcatFromSequence', [g.op('SplitToSequence', [x[0]!, g.ints([1, 2])])], {
          axis: int(0),
        }),
      ],
      'Node "/SplitToSequence_2" (SplitToSequence): Parts of 1 + 2 do not make 2.',
    ],
    [
      'a tensor in the place of a sequence',
      [[2, 3]],
      (g: GraphMaker, x: readonly string[]) => [g.op('ConcatFromSequence', x, { axis: int(0) })],
      'Node "/ConcatFromSequence_1" (ConcatFromSequence): Its input 0 is no sequence.',
    ],
    [
      'a missing input',
      [[2, 3, 4]],
      fused('SkipLayerNormalization', { epsilon: float(1) }),
      'Node "/SkipLayerNormalization_1" (com.microsoft.SkipLayerNormalization): Input 1 is missing.',
    ],
  ] as const)('%s', (_, shapes, make, message) => {
    expect(refusal(shapes, make)).toThrow(
      expect.objectContaining({ code: 'onnx/unsupported-operator', message }),
    );
  });
});
