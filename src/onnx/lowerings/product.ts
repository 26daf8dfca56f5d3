/** Matrix products that are fused with a transpose, a factor or an activation. */
import { addProduct } from '../products.ts';
import { float, int, type Attributes } from '../graph.ts';
import type { LoweringContext, LoweringTable } from './lowering.ts';

/** `x` with its first axis moved before its last where `batch`, then with its last two exchanged. */
function transposed(c: LoweringContext, x: string, last: boolean, batch: boolean): string {
  const rank = c.shape(x).length;
  let perm = Array.from({ length: rank }, (_, i) => i);
  if (batch) perm = [...perm.slice(1, rank - 1), 0, rank - 1];
  if (last) [perm[rank - 2], perm[rank - 1]] = [perm[rank - 1]!, perm[rank - 2]!];
  return c.transpose(x, perm);
}

function lowerFusedMatMul(c: LoweringContext): string[] {
  const side = (index: number, letter: string) => {
    const x = c.input(index);
    // A vector has nothing to exchange.
    if (c.shape(x).length < 2) return x;
    const batch = c.int(`transBatch${letter}`, 0) === 1;
    return transposed(c, x, c.int(`trans${letter}`, 0) === 1, batch);
  };
  const product = addProduct(c.builder, side(0, 'A'), side(1, 'B'));
  const alpha = c.float('alpha', 1);
  return [alpha === 1 ? product : c.op('Mul', product, c.scalar(alpha, product))];
}

/** The activations that ONNX Runtime fuses into a Gemm and that need no parameters. */
const activations = new Set(['Relu', 'Sigmoid', 'Softplus', 'Tanh']);

function lowerFusedGemm(c: LoweringContext): string[] {
  const attributes: Attributes = {
    alpha: float(c.float('alpha', 1)),
    beta: float(c.float('beta', 1)),
    transA: int(c.int('transA', 0)),
    transB: int(c.int('transB', 0)),
  };
  const product = c.with('Gemm', c.inputs, attributes);
  const activation = c.string('activation', '');
  if (activation === '') return [product];
  if (activation === 'LeakyRelu') {
    const alpha = c.scalar(c.float('activation_alpha', 0.01), product);
    const isPositive = c.op('Greater', product, c.scalar(0, product));
    return [c.op('Where', isPositive, product, c.op('Mul', product, alpha))];
  }
  if (!activations.has(activation)) c.refuse(`The activation "${activation}" is not supported.`);
  return [c.op(activation, product)];
}

export const products: LoweringTable = {
  'com.microsoft.FusedMatMul': {
    attributes: ['alpha', 'transA', 'transB', 'transBatchA', 'transBatchB'],
    since: 1,
    becomes: 'α·MatMul of transposes',
    lower: lowerFusedMatMul,
  },
  'com.microsoft.TransposeMatMul': {
    attributes: ['alpha', 'transA', 'transB'],
    since: 1,
    becomes: 'α·MatMul of transposes',
    lower: lowerFusedMatMul,
  },
  'com.microsoft.FusedGemm': {
    attributes: [
      'activation',
      'activation_alpha',
      'activation_beta',
      'activation_gamma',
      'alpha',
      'beta',
      'transA',
      'transB',
    ],
    since: 1,
    becomes: 'activation(Gemm)',
    lower: lowerFusedGemm,
  },
};
