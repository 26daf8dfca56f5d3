/** Graphs of 16-bit floats, computed in float32. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { castTo, GraphBuilder } from '../../src/onnx/builder.ts';
import { differentiate } from '../../src/autodiff/differentiate.ts';
import { Random } from '../../src/base/random.ts';
import { int, type Graph } from '../../src/onnx/graph.ts';
import { inlineModel } from '../../src/onnx/inline.ts';
import { decodeElements, encodeElements, type DType } from '../../src/onnx/tensor.ts';
import { writeModel, type RawInitializer } from '../../src/onnx/write.ts';
import { withWideFloats } from '../../src/onnx/wideFloats.ts';
import { float32, Session } from '../../src/runtime/session.ts';
import { GraphMaker, readBytes } from '../support/graphMaker.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

/** Weights of more than 4096 elements, which are not computed with while a graph is built. */
const [rows, width, columns, words] = [3, 70, 64, 65];

const random = new Random(3);
const drawn = (n: number) => Float64Array.from({ length: n }, () => random.normal());

/** Weights as 16 bits hold them. */
const [weight, table] = [drawn(width * columns), drawn(words * columns)].map((data) =>
  decodeElements('float16', encodeElements('float16', data)),
) as [Float64Array, Float64Array];

/** x·W + table[ids], behind a constant and a shape, everything between in `dtype`. */
function fileOf(dtype: DType): Uint8Array {
  const g = new GraphMaker();
  const raw = (name: string, shape: number[], data: Float64Array): RawInitializer => {
    const bytes = encodeElements(dtype === 'bfloat16' ? 'float16' : dtype, data);
    return { name, dtype, shape, bytes };
  };
  const own = g.op('Cast', ['x'], castTo(dtype));
  const product = g.op('MatMul', [own, 'W']);
  const found = g.op('Gather', ['T', g.ints([4, 0, 19])], { axis: int(0) });
  const constantType = dtype === 'bfloat16' ? 'float32' : dtype;
  const half = { dtype: constantType, shape: [1], data: Float64Array.of(0.5) } as const;
  const constant = g.op('Constant', [], { value: { kind: 'tensor', value: half } });
  const size = g.op('Shape', [found]);
  const filled = g.op('ConstantOfShape', [size], { value: { kind: 'tensor', value: half } });
  const sum = g.op('Add', [g.op('Mul', [product, constant]), g.op('Add', [found, filled])]);
  g.name(g.op('Cast', [sum], castTo('float32')), 'y');
  const weights = [raw('W', [width, columns], weight), raw('T', [words, columns], table)];
  const input = { name: 'x', dtype: 'float32', shape: [rows, width] } as const;
  const output = { name: 'y', dtype: 'float32', shape: [rows, columns] } as const;
  return g.bytes([input], [output], 17, 'test', weights);
}

function inlined(bytes: Uint8Array) {
  const model = readBytes(bytes);
  const builder = new GraphBuilder({ readStored: model.readStored });
  const x = builder.input('x', 'float32', [rows, width]);
  const y = inlineModel(builder, model, new Map([['x', x]]), ['y']).get('y')!;
  const loss = builder.op('ReduceSum', [builder.op('Mul', [y, y])], { keepdims: int(0) });
  const gradient = differentiate(builder, { of: loss, wrt: [x] }).get(x)!;
  return builder.build({ result: y, gradient });
}

async function run(graph: Graph, bytes: Uint8Array) {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'model.onnx'), bytes);
  const session = await Session.create(writeModel(graph), { folder });
  const x = float32([rows, width], Float32Array.from(input));
  const result = await session.run({ x });
  await session.release();
  return result;
}

const input = drawn(rows * width);

describe('a graph of 16-bit floats', () => {
  test('has the values and gradients of the same weights in float32', async () => {
    const [half, single] = [fileOf('float16'), fileOf('float32')];
    const a = await run(inlined(half), half);
    const b = await run(inlined(single), single);
    for (const name of ['result', 'gradient']) {
      expect(a[name]!.length).toBe(b[name]!.length);
      a[name]!.forEach((value, i) => expect(value).toBeCloseTo(b[name]![i]!, 3));
    }
  });

  test('is near what the engine makes of it in 16 bits', async () => {
    const bytes = fileOf('float16');
    const session = await Session.create(bytes);
    const x = float32([rows, width], Float32Array.from(input));
    const direct = await session.run({ x });
    await session.release();
    const { result } = await run(inlined(bytes), bytes);
    direct.y!.forEach((value, i) => expect(Math.abs(value - result![i]!)).toBeLessThan(0.05));
  });

  test('leaves its weights in the file, and widens looked-up rows in place of the table', () => {
    const graph = inlined(fileOf('float16'));
    const stored = [...graph.initializers].filter(([, value]) => 'location' in value);
    expect(stored.map(([name, { dtype }]) => [name, dtype])).toEqual(
      expect.arrayContaining([
        ['model W', 'float16'],
        ['model T', 'float16'],
      ]),
    );
    const castInputs = graph.nodes.filter(({ op }) => op === 'Cast').map(({ inputs }) => inputs[0]);
    expect(castInputs).toContain('model W');
    expect(castInputs).not.toContain('model T');
  });

  test('of the other format is widened, too', () => {
    const graph = inlined(fileOf('bfloat16'));
    expect([...graph.initializers.values()].some(({ dtype }) => dtype === 'bfloat16')).toBe(true);
    expect(graph.outputs.map(({ dtype }) => dtype)).toEqual(['float32', 'float32']);
  });
});

test('a graph of 16-bit floats is one of float32 for the engine, too', async () => {
  const bytes = fileOf('float16');
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'model.onnx'), bytes);
  const { graph, opsets } = readBytes(bytes);
  const wide = withWideFloats(graph)!;
  const session = await Session.create(writeModel(wide, { opset: opsets.get('')! }), { folder });
  const { y } = await session.run({ x: float32([rows, width], Float32Array.from(input)) });
  await session.release();
  const own = await run(inlined(bytes), bytes);
  y!.forEach((value, i) => expect(value).toBeCloseTo(own.result![i]!, 5));
  const { graph: plain } = readBytes(fileOf('float32'));
  expect(withWideFloats(plain)).toBe(plain);
});
