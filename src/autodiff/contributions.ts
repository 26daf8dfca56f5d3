/** Adds up what several uses of a value contribute to its gradient. */
import type { GraphBuilder } from '../onnx/builder.ts';
import { floatAttribute, int, intAttribute, type Node } from '../onnx/graph.ts';

/**
 * The sum of gradients of one value. Products Aᵢᵀ·Bᵢ, as a weight gets from each step of a recurrent
 * layer, are made as one: Σ Aᵢᵀ·Bᵢ = [A₁; A₂; …]ᵀ·[B₁; B₂; …].
 */
export function sumOf(builder: GraphBuilder, gradients: readonly string[]): string {
  const products: Node[] = [];
  const others: string[] = [];
  for (const gradient of gradients) {
    const maker = builder.makerOf(gradient);
    if (maker && isTransposedProduct(maker)) products.push(maker);
    else others.push(gradient);
  }
  const terms = products.length > 1 ? [joined(builder, products), ...others] : gradients;
  return terms.reduce((sum, term) => builder.op('Add', [sum, term]));
}

/** Whether a node is Aᵀ·B and nothing more. */
function isTransposedProduct({ op, inputs, attributes }: Node): boolean {
  return (
    op === 'Gemm' &&
    inputs.length === 2 &&
    intAttribute(attributes, 'transA', 0) === 1 &&
    intAttribute(attributes, 'transB', 0) === 0 &&
    floatAttribute(attributes, 'alpha', 1) === 1
  );
}

function joined(builder: GraphBuilder, products: readonly Node[]): string {
  const stacked = (index: number) =>
    builder.op(
      'Concat',
      products.map(({ inputs }) => inputs[index]!),
      { axis: int(0) },
    );
  return builder.op('Gemm', [stacked(0), stacked(1)], { transA: int(1) });
}
