/** Compares a differentiated graph with central differences, in float64. */
import { differentiate, type DifferentiateOptions } from '../../src/autodiff/differentiate.ts';
import type { GradientRule } from '../../src/autodiff/rule.ts';
import { gradientRules } from '../../src/autodiff/rules/index.ts';
import { Random } from '../../src/base/random.ts';
import { GraphBuilder } from '../../src/onnx/builder.ts';
import { sizeOf } from '../../src/onnx/tensor.ts';
import { interpret } from '../support/interpreter.ts';
import { buildCase, type OperatorCase } from '../support/operatorCases.ts';

/** Half of the distance over which the difference is taken. */
const epsilon = 1e-5;

/** Where the elements of inputs are drawn from. */
export type Domain = Pick<OperatorCase, 'domain' | 'awayFromZero'>;

/** Draws an element of a case's domain. */
export function draw({ domain, awayFromZero }: Domain, random: Random): number {
  const [low, high] = domain ?? [-2, 2];
  for (;;) {
    const x = low + (high - low) * random.uniform();
    if (Math.abs(x) >= (awayFromZero ?? 0)) return x;
  }
}

/**
 * The largest error of `directionalError` for a case.
 *
 * @param mutant  takes the place of the rule for the case's own nodes
 */
export function gradientError(
  operatorCase: OperatorCase,
  seed: number,
  mutant?: GradientRule,
): number {
  const builder = new GraphBuilder();
  const { inputs, outputs } = buildCase(builder, operatorCase, 'float64');
  const own = new Set(builder.nodes);
  const { op } = operatorCase;
  const real = gradientRules[op] as GradientRule;
  const mixed: GradientRule = (c) => (mutant && own.has(c.node) ? mutant(c) : real(c));
  const rules = { ...gradientRules, [op]: mixed };
  return directionalError(builder, inputs, outputs, operatorCase, new Random(seed), rules);
}

/**
 * The largest difference, over the inputs, between the derivative along a random direction and its
 * central difference, relative to the larger of the two and 1. NaN where either is none.
 *
 * The scalar is a weighted sum of the outputs with random weights, so that errors cannot cancel.
 */
export function directionalError(
  builder: GraphBuilder,
  inputs: readonly string[],
  outputs: readonly string[],
  domain: Domain,
  random: Random,
  rules: NonNullable<DifferentiateOptions['rules']> = gradientRules,
): number {
  const weighted = outputs.map((output) => {
    const shape = builder.shapeOf(output);
    const weights = Array.from({ length: sizeOf(shape) }, () => random.normal());
    const product = builder.op('Mul', [output, builder.constant('float64', shape, weights)]);
    return builder.op('ReduceSum', [product], { keepdims: { kind: 'int', value: 0 } });
  });
  const of = weighted.reduce((sum, one) => builder.op('Add', [sum, one]));
  const gradients = differentiate(builder, { of, wrt: inputs, rules });
  const feeds = Object.fromEntries(
    inputs.map((name) => [
      name,
      Float64Array.from({ length: sizeOf(builder.shapeOf(name)) }, () => draw(domain, random)),
    ]),
  );
  let worst = 0;
  for (const name of inputs) {
    const direction = feeds[name]!.map(() => random.normal());
    const at = (t: number) => {
      const moved = feeds[name]!.map((x, i) => x + t * direction[i]!);
      return interpret(builder, { ...feeds, [name]: moved }, [of])[0]![0]!;
    };
    const difference = (at(epsilon) - at(-epsilon)) / (2 * epsilon);
    const [gradient] = interpret(builder, feeds, [gradients.get(name)!]);
    const derivative = gradient!.reduce((sum, g, i) => sum + g * direction[i]!, 0);
    const scale = Math.max(1, Math.abs(difference), Math.abs(derivative));
    const error = Math.abs(difference - derivative) / scale;
    if (!(error <= worst)) worst = error;
  }
  return worst;
}
