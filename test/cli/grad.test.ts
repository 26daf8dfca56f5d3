/** `ptune grad` as its users have it: files in, files out. */
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { int } from '../../src/onnx/graph.ts';
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

  test('an operator that is not known, with status 4', async () => {
    const g = new GraphMaker();
    g.named('ReduceSum', [g.op('Unheard', ['x'])], ['loss'], { keepdims: int(0) });
    const vector = { name: 'x', dtype: 'float32', shape: [2] } as const;
    const loss = { name: 'loss', dtype: 'float32', shape: [] } as const;
    await writeFile(join(folder, 'model.onnx'), g.bytes([vector], [loss], 17));
    const { status, stderr } = await grad('--output', 'out.onnx');
    expect(status).toBe(4);
    expect(stderr).toContain('Unheard (1 ×, first node "/Unheard_1")');
  });
});
