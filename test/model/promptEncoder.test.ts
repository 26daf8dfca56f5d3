import { describe, expect, test } from 'vitest';
import { differentiate } from '../../src/autodiff/differentiate.ts';
import { Random } from '../../src/base/random.ts';
import {
  drawnMasks,
  dropoutMasks,
  encoderParameters,
  promptEncoder,
  startingParameters,
  type EncoderSpec,
} from '../../src/model/promptEncoder.ts';
import { buildEncoderGraph } from '../../src/model/promptGraph.ts';
import { GraphBuilder } from '../../src/onnx/builder.ts';
import { float32, Session } from '../../src/runtime/session.ts';
import { interpret } from '../support/interpreter.ts';

const base: EncoderSpec = {
  kind: 'lstm',
  variant: 'lama',
  virtual: 3,
  width: 6,
  hiddenSize: 5,
  layers: 2,
};

type Matrix = number[][];
type Values = Record<string, Float64Array>;

/** Random parameters, all of them well away from zero. */
function drawn(spec: EncoderSpec, seed: number): Values {
  const random = new Random(seed);
  return Object.fromEntries(
    [...startingParameters(spec, random)].map(([name, values]) => [
      name,
      Float64Array.from(values, (x) => x + 0.1 * random.normal()),
    ]),
  );
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

function matrix(values: Float64Array, columns: number): Matrix {
  return Array.from({ length: values.length / columns }, (_, i) => [
    ...values.subarray(i * columns, (i + 1) * columns),
  ]);
}

const product = (weight: Matrix, x: number[]) =>
  weight.map((row) => row.reduce((sum, w, i) => sum + w * x[i]!, 0));
const sum = (...vectors: number[][]) =>
  vectors[0]!.map((_, i) => vectors.reduce((total, vector) => total + vector[i]!, 0));

/** One direction of one layer as PyTorch's documentation of nn.LSTM writes it, gate by gate. */
function direction(p: Values, suffix: string, sequence: Matrix, reverse: boolean): Matrix {
  const recurrent = p[`lstm.bias_hh${suffix}`]!.length / 4;
  const weightIn = matrix(p[`lstm.weight_ih${suffix}`]!, sequence[0]!.length);
  const weightHidden = matrix(p[`lstm.weight_hh${suffix}`]!, recurrent);
  const biasIn = [...p[`lstm.bias_ih${suffix}`]!];
  const biasHidden = [...p[`lstm.bias_hh${suffix}`]!];
  let h = new Array<number>(recurrent).fill(0);
  let c = new Array<number>(recurrent).fill(0);
  const result: Matrix = [];
  for (const x of reverse ? [...sequence].reverse() : sequence) {
    const all = sum(product(weightIn, x), biasIn, product(weightHidden, h), biasHidden);
    const gate = (k: number, f: (x: number) => number) =>
      all.slice(k * recurrent, (k + 1) * recurrent).map(f);
    const [i, f, g, o] = [gate(0, sigmoid), gate(1, sigmoid), gate(2, Math.tanh), gate(3, sigmoid)];
    c = c.map((old, k) => f[k]! * old + i[k]! * g[k]!);
    h = c.map((now, k) => o[k]! * Math.tanh(now));
    result.push(h);
  }
  return reverse ? result.reverse() : result;
}

/** The encoder as the paper and PyTorch's layers have it, without the graph. */
function straightforward(spec: EncoderSpec, p: Values): Matrix {
  let x = matrix(p.embedding!, spec.width);
  if (spec.kind === 'lstm') {
    for (let layer = 0; layer < spec.layers; layer++) {
      const forward = direction(p, `_l${layer}`, x, false);
      const backward = direction(p, `_l${layer}_reverse`, x, true);
      x = forward.map((row, t) => [...row, ...backward[t]!]);
    }
  }
  for (let i = 0; p[`mlp.${i}.weight`]; i += 2) {
    if (i > 0) x = x.map((row) => row.map((value) => Math.max(0, value)));
    const weight = matrix(p[`mlp.${i}.weight`]!, x[0]!.length);
    x = x.map((row) => sum(product(weight, row), [...p[`mlp.${i}.bias`]!]));
  }
  return x;
}

const specs: (EncoderSpec & { readonly title: string })[] = [
  { ...base, title: 'lstm, lama' },
  { ...base, virtual: 1, title: 'lstm, lama, one virtual token' },
  { ...base, virtual: 2, layers: 1, title: 'lstm, lama, one layer' },
  { ...base, variant: 'peft', title: 'lstm, peft' },
  { ...base, variant: 'peft', width: 7, virtual: 1, layers: 3, title: 'lstm, peft, odd width' },
  { ...base, kind: 'mlp', title: 'mlp, lama' },
  { ...base, kind: 'mlp', variant: 'peft', width: 7, title: 'mlp, peft' },
  { ...base, kind: 'none', title: 'none' },
];

function builderOf(spec: EncoderSpec) {
  const builder = new GraphBuilder();
  const names = encoderParameters(spec).map(({ name, shape }) =>
    builder.input(name, 'float32', shape),
  );
  return { builder, names, vectors: promptEncoder(builder, spec) };
}

describe.each(specs)('the encoder $title', (spec) => {
  test('computes what its formula says', () => {
    const { builder, vectors } = builderOf(spec);
    const values = drawn(spec, 1);
    expect(builder.shapeOf(vectors)).toEqual([spec.virtual, spec.width]);
    // A graph that is its own input has nothing to compute.
    const output = builder.op('Neg', [vectors]);
    const [found] = interpret(builder, values, [output]);
    const expected = straightforward(spec, values).flat();
    expected.forEach((value, i) => expect(found![i]).toBeCloseTo(-value, 12));
  });

  test('gives the same vectors in the engine, plus the offset', async () => {
    const values = drawn(spec, 2);
    const session = await Session.create(buildEncoderGraph(spec));
    const size = spec.virtual * spec.width;
    const offset = Float32Array.from({ length: size }, (_, i) => i / 10);
    const { vectors } = await session.run({
      ...Object.fromEntries(
        encoderParameters(spec).map(({ name, shape }) => [
          name,
          float32(shape, Float32Array.from(values[name]!)),
        ]),
      ),
      start_offset: float32([spec.virtual, spec.width], offset),
    });
    await session.release();
    const expected = straightforward(spec, values).flat();
    expected.forEach((value, i) => expect(vectors![i]).toBeCloseTo(value + i / 10, 4));
  });

  test('has gradients that agree with central differences, for every parameter', () => {
    const { builder, names, vectors } = builderOf(spec);
    const random = new Random(5);
    const size = spec.virtual * spec.width;
    const weights = builder.constant(
      'float32',
      [spec.virtual, spec.width],
      Float64Array.from({ length: size }, () => random.normal()),
    );
    const loss = builder.op('ReduceSum', [builder.op('Mul', [vectors, weights])], {
      keepdims: { kind: 'int', value: 0 },
    });
    const gradients = differentiate(builder, { of: loss, wrt: names });
    const values = drawn(spec, 3);
    const found = interpret(
      builder,
      values,
      names.map((name) => gradients.get(name)!),
    );
    const lossAt = (name: string, moved: Float64Array) =>
      interpret(builder, { ...values, [name]: moved }, [loss])[0]![0]!;
    names.forEach((name, k) => {
      const step = 1e-5;
      const along = Float64Array.from(values[name]!, () => random.normal());
      const at = (t: number) =>
        lossAt(
          name,
          values[name]!.map((x, i) => x + t * along[i]!),
        );
      const expected = (at(step) - at(-step)) / (2 * step);
      const dot = found[k]!.reduce((total, g, i) => total + g * along[i]!, 0);
      expect(Math.abs(dot - expected)).toBeLessThan(1e-9 + 1e-6 * Math.abs(expected));
      const unused = spec.virtual === 1 && name.includes('weight_hh');
      if (unused) expect(found[k]!.every((g) => g === 0)).toBe(true);
      else expect(Math.abs(expected)).toBeGreaterThan(1e-6);
    });
  });
});

describe('dropout', () => {
  const spec: EncoderSpec = { ...base, layers: 3, dropout: 0.25 };

  test('stands between the layers of an LSTM, and nowhere else', () => {
    expect(dropoutMasks(spec)).toEqual([
      { name: 'dropout_l0', shape: [3, 6] },
      { name: 'dropout_l1', shape: [3, 6] },
    ]);
    const without: EncoderSpec[] = [
      { ...spec, layers: 1 },
      { ...spec, dropout: 0 },
      { ...spec, kind: 'mlp' },
      { ...spec, kind: 'none' },
      base,
    ];
    for (const one of without) expect(dropoutMasks(one)).toEqual([]);
  });

  test('leaves its share out, makes the rest larger, and draws anew each time', () => {
    const random = new Random(1);
    const wide = { ...spec, width: 200, virtual: 10 };
    const first = drawnMasks(wide, random);
    expect([...first.keys()]).toEqual(['dropout_l0', 'dropout_l1']);
    const all = [...first.values()].flatMap((mask) => [...mask]);
    expect([...new Set(all)].sort()).toEqual([0, Math.fround(4 / 3)]);
    expect(all.filter((x) => x === 0).length / all.length).toBeCloseTo(0.25, 1);
    expect(drawnMasks(wide, random)).not.toEqual(first);
    expect(drawnMasks(wide, new Random(1))).toEqual(first);
  });

  test('works on what a layer reads from the one before', () => {
    // A mask that is the same for all tokens is as good as other weights of the next layer.
    const builder = new GraphBuilder();
    for (const { name, shape } of encoderParameters(spec)) builder.input(name, 'float32', shape);
    const masks = dropoutMasks(spec).map(({ name, shape }) =>
      builder.input(name, 'float32', shape),
    );
    const output = builder.op('Neg', [promptEncoder(builder, spec, masks)]);
    const values = drawn(spec, 4);
    const random = new Random(9);
    const columns = masks.map(() => Array.from({ length: 6 }, () => random.integer(3)));
    const fed = Object.fromEntries(
      masks.map((name, i) => [name, Float64Array.from([0, 1, 2].flatMap(() => columns[i]!))]),
    );
    const scaled = { ...values };
    for (const layer of [1, 2]) {
      for (const suffix of ['', '_reverse']) {
        const name = `lstm.weight_ih_l${layer}${suffix}`;
        scaled[name] = values[name]!.map((w, i) => w * columns[layer - 1]![i % 6]!);
      }
    }
    const [found] = interpret(builder, { ...values, ...fed }, [output]);
    const expected = straightforward(spec, scaled).flat();
    expected.forEach((value, i) => expect(found![i]).toBeCloseTo(-value, 12));
    const plain = straightforward(spec, values).flat();
    expect(found!.some((value, i) => Math.abs(value + plain[i]!) > 1e-3)).toBe(true);
  });
});

describe('the parameters', () => {
  const shapes = (spec: EncoderSpec) =>
    Object.fromEntries(encoderParameters(spec).map(({ name, shape }) => [name, shape]));

  test('of the variant lama halve the width for each direction', () => {
    expect(shapes({ ...base, layers: 1 })).toEqual({
      embedding: [3, 6],
      'lstm.weight_ih_l0': [12, 6],
      'lstm.weight_hh_l0': [12, 3],
      'lstm.bias_ih_l0': [12],
      'lstm.bias_hh_l0': [12],
      'lstm.weight_ih_l0_reverse': [12, 6],
      'lstm.weight_hh_l0_reverse': [12, 3],
      'lstm.bias_ih_l0_reverse': [12],
      'lstm.bias_hh_l0_reverse': [12],
      'mlp.0.weight': [6, 6],
      'mlp.0.bias': [6],
      'mlp.2.weight': [6, 6],
      'mlp.2.bias': [6],
    });
    expect(shapes({ ...base, kind: 'mlp' })).toEqual({
      embedding: [3, 6],
      'mlp.0.weight': [6, 6],
      'mlp.0.bias': [6],
      'mlp.2.weight': [6, 6],
      'mlp.2.bias': [6],
    });
  });

  test('of the variant peft have the hidden size for each direction', () => {
    const spec = { ...base, variant: 'peft' } as const;
    expect(shapes(spec)).toMatchObject({
      'lstm.weight_ih_l0': [20, 6],
      'lstm.weight_ih_l1': [20, 10],
      'lstm.weight_hh_l1_reverse': [20, 5],
      'mlp.0.weight': [10, 10],
      'mlp.2.weight': [6, 10],
    });
    expect(shapes({ ...spec, kind: 'mlp' })).toEqual({
      embedding: [3, 6],
      'mlp.0.weight': [5, 6],
      'mlp.0.bias': [5],
      'mlp.2.weight': [5, 5],
      'mlp.2.bias': [5],
      'mlp.4.weight': [6, 5],
      'mlp.4.bias': [6],
    });
  });

  test('of the variant lama need an even width, and say so', () => {
    expect(() => encoderParameters({ ...base, width: 7 })).toThrow(
      expect.objectContaining({
        code: 'model/unsupported',
        message: 'The variant "lama" halves the model\'s width, but 7 is odd.',
        nextStep: 'Set "variant: peft" in "train".',
      }),
    );
  });

  test('start uniform within their bounds, the same for the same seed', () => {
    const start = startingParameters(base, new Random(4));
    expect(start).toEqual(startingParameters(base, new Random(4)));
    expect(start).not.toEqual(startingParameters(base, new Random(5)));
    const weights = start.get('lstm.weight_ih_l0')!;
    const bound = 1 / Math.sqrt(3);
    expect(Math.max(...weights)).toBeLessThanOrEqual(bound);
    expect(Math.min(...weights)).toBeGreaterThanOrEqual(-bound);
    expect(Math.max(...weights.map(Math.abs))).toBeGreaterThan(0.8 * bound);
  });
});
