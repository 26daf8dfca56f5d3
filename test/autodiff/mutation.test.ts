/** Checks the check: it must see a wrong sign and a missing reduction in any rule. */
import { describe, expect, it } from 'vitest';
import { gradientRules } from '../../src/autodiff/rules/index.ts';
import { notDifferentiable, RuleContext, type GradientRule } from '../../src/autodiff/rule.ts';
import type { GraphBuilder } from '../../src/onnx/builder.ts';
import type { Attributes } from '../../src/onnx/graph.ts';
import { operatorCases } from '../support/operatorCases.ts';
import { gradientError } from './gradientCheck.ts';

/** What a test of the real rules calls wrong begins far below this. */
const visible = 1e-4;

const differentiable = Object.entries(gradientRules).filter(
  (entry): entry is [string, GradientRule] => entry[1] !== notDifferentiable,
);

/** The largest error that any case of `op` shows with `mutant` as its rule. */
function worstError(op: string, mutant: GradientRule): number {
  const cases = operatorCases.filter((c) => c.op === op);
  return Math.max(...cases.map((c) => gradientError(c, 1, mutant)));
}

/** A builder that leaves out every sum: it takes the first element along each axis instead. */
function withoutSums(builder: GraphBuilder): GraphBuilder {
  return new Proxy(builder, {
    get(target, key) {
      if (key !== 'op') {
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      }
      return (op: string, inputs: readonly string[], attributes: Attributes = {}) => {
        if (op !== 'ReduceSum') return target.op(op, inputs, attributes);
        const axes = [...target.constantOf(inputs[1]!)!.data];
        return target.op('Slice', [
          inputs[0]!,
          target.ints(axes.map(() => 0)),
          target.ints(axes.map(() => 1)),
          target.ints(axes),
        ]);
      };
    },
  });
}

describe('a wrong sign is seen', () => {
  it.each(differentiable)('in the rule of %s', (op, rule) => {
    const negated: GradientRule = (c) =>
      rule(c).map((gradient) => gradient && c.builder.op('Neg', [gradient]));
    expect(worstError(op, negated)).toBeGreaterThan(visible);
  });
});

describe('a missing reduction is seen', () => {
  const broadcasting = ['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Max', 'Min', 'Sum', 'Where', 'Expand'];
  const others = ['MatMul', 'Gemm', 'LayerNormalization', 'Softmax', 'LogSoftmax'];
  it.each([...broadcasting, ...others])('in the rule of %s', (op) => {
    const rule = gradientRules[op] as GradientRule;
    const unsummed: GradientRule = (c) =>
      rule(
        new RuleContext(
          withoutSums(c.builder),
          c.node,
          c.outputGradients,
          new Set(c.node.inputs.filter((_, i) => c.needs(i))),
        ),
      );
    expect(worstError(op, unsummed)).toBeGreaterThan(visible);
  });
});

describe('a missing factor is seen', () => {
  it.each(differentiable)('in the rule of %s', (op, rule) => {
    const doubled: GradientRule = (c) =>
      rule(c).map((gradient) => gradient && c.builder.op('Add', [gradient, gradient]));
    expect(worstError(op, doubled)).toBeGreaterThan(visible);
  });
});
