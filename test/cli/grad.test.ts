/** `ptune grad` as its users have it: files in, files out. */
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { int, type Graph } from '../../src/onnx/graph.ts';
import type { DType } from '../../src/onnx/tensor.ts';
import { float32, Session } from '../../src/runtime/session.ts';
import { buildBundles, ptune } from '../support/cli.ts';
import { GraphMaker } from '../support/graphMaker.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

beforeAll(buildBundles);

const width = 80;
const weight = Float32Array.from({ length: width }, (_, i) => Math.sin(i));

/** loss = Σ (x·w)² over rows of x [n, 80]: its gradient is 2·(x·w)·w. */
function file(): Uint8Array {
  const g = new GraphMaker();
  const product = g.op('MatMul', ['x', g.weight('w', [width, 1], weight)]);
  const square = g.op('Mul', [product, product]);
  g.named('ReduceSum', [square], ['loss'], { keepdims: int(0) });
  return g.bytes(
    [{ name: 'x', dtype: 'float32', shape: ['n', width] }],
    [{ name: 'loss', dtype: 'float32', shape: [] }],
    17,
  );
}

let folder: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  await writeFile(join(folder, 'model.onnx'), file());
});

const grad = (...more: string[]) =>
  ptune(folder, 'grad', 'model.onnx', '--of', 'loss', '--wrt', 'x', ...more);

const x = Float32Array.from({ length: 2 * width }, (_, i) => Math.cos(i));

async function check(path: string): Promise<void> {
  const session = await Session.create(await readFile(path), { folder: dirname(path) });
  const { loss, x_grad: gradient } = await session.run({ x: float32([2, width], x) });
  await session.release();
  const products = [0, 1].map((row) =>
    weight.reduce((sum, w, i) => sum + w * x[row * width + i]!, 0),
  );
  expect(loss![0]).toBeCloseTo(products[0]! ** 2 + products[1]! ** 2, 2);
  gradient!.forEach((g, i) => {
    expect(g).toBeCloseTo(2 * products[Math.floor(i / width)]! * weight[i % width]!, 3);
  });
}

describe('the graph', () => {
  test('refers to the weights of a model in the same folder', async () => {
    const { status, stdout } = await grad('--output', 'out.onnx', '--shape', 'x=2,80', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      output: join(folder, 'out.onnx'),
      value: 'loss',
      gradients: { x: 'x_grad' },
      inputs: { x: [2, width] },
      weights: 'referenced',
      files: ['model.onnx'],
    });
    await check(join(folder, 'out.onnx'));
    // Moved together, they still belong together.
    const other = await temporaryFolder();
    for (const name of ['model.onnx', 'out.onnx']) {
      await copyFile(join(folder, name), join(other, name));
    }
    await check(join(other, 'out.onnx'));
  });

  test.each([
    ['in another folder', 'inner/deep/out.onnx', []],
    ['where it is asked to', 'out.onnx', ['--embed']],
  ])('holds the weights %s', async (_, path, more) => {
    const { status, stdout } = await grad('--output', path, '--shape', 'n=2', ...more);
    expect(status).toBe(0);
    expect(stdout).toContain('outputs: loss, x_grad\nits weights are in the file\n');
    const alone = await temporaryFolder();
    await mkdir(join(alone, 'a'));
    await copyFile(join(folder, path), join(alone, 'a', 'out.onnx'));
    await check(join(alone, 'a', 'out.onnx'));
  });
});

describe('what cannot be done is told', () => {
  test.each([
    ['shapes that are open', [], 'x [n, 80].\n       Give each a shape: --shape x=2,80'],
    ['a shape that is none', ['--shape', 'x=2,many'], '"x=2,many" is no shape.'],
    [
      'a model that would be overwritten',
      ['--shape', 'n=2', '--output', 'model.onnx'],
      'overwrite',
    ],
    ['a value that is not there', ['--shape', 'n=2', '--of', 'nothing'], 'no value "nothing"'],
  ])('%s', async (_, more, message) => {
    const { status, stdout, stderr } = await grad('--output', 'out.onnx', ...more);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(await readdir(folder)).toEqual(['model.onnx']);
  });

  const sum = (g: GraphMaker, x: string) =>
    g.named('ReduceSum', [x], ['loss'], { keepdims: int(0) });
  /** Ten turns of h ← tanh(h). */
  function loop(g: GraphMaker): void {
    const scalar = (name: string, dtype: DType) => ({ name, dtype, shape: [] });
    const h = { name: 'h', dtype: 'float32', shape: [2] } as const;
    const node = { op: 'Tanh', domain: '', name: 'turn', attributes: {} };
    const body: Graph = {
      name: 'body',
      inputs: [scalar('i', 'int64'), scalar('more', 'bool'), h],
      outputs: [scalar('more', 'bool'), { ...h, name: 'next' }],
      nodes: [{ ...node, inputs: ['h'], outputs: ['next'] }],
      initializers: new Map(),
    };
    const inputs = [g.scalar(10, 'int64'), '', 'x'];
    sum(g, g.op('Loop', inputs, { body: { kind: 'graph', value: body } }));
  }

  test.each<[string, DType, (g: GraphMaker) => void, string]>([
    [
      'an operator that is not known',
      'float32',
      (g) => sum(g, g.op('Unheard', ['x'])),
      'The model has 1 operator that is not supported: Unheard (1 ×, first node "/Unheard_1").',
    ],
    [
      'operators without a gradient rule',
      'float32',
      (g) => {
        const product = (x: string) => g.op('ReduceProd', [x], { keepdims: int(1) });
        sum(g, product(product('x')));
      },
      '1 operator on the way has no gradient rule: ReduceProd (2 ×, first node "/ReduceProd_1").',
    ],
    ['a loop on the way', 'float32', loop, 'Node "/Loop_2" (Loop): A loop is read where'],
    [
      'a way by whole numbers',
      'float32',
      (g) => sum(g, g.op('Cast', [g.op('Cast', ['x'], { to: int(7) })], { to: int(1) })),
      '"loss" does not depend on "x" by differentiable operators; the way ends at Cast (1 ×, first node "/Cast_1").',
    ],
    [
      'whole numbers',
      'int64',
      (g) => sum(g, g.op('Cast', ['x'], { to: int(1) })),
      '"x" holds int64, and Cast (node "/Cast_1") reads it; only floats have a gradient.',
    ],
  ])('%s, with status 4', async (_, dtype, make, message) => {
    const g = new GraphMaker();
    make(g);
    const loss = { name: 'loss', dtype: 'float32', shape: [] } as const;
    await writeFile(
      join(folder, 'model.onnx'),
      g.bytes([{ name: 'x', dtype, shape: [2] }], [loss], 17),
    );
    const { status, stdout, stderr } = await grad('--output', 'out.onnx');
    expect([status, stdout]).toEqual([4, '']);
    expect(stderr).toContain(message);
    expect(await readdir(folder)).toEqual(['model.onnx']);
  });
});
