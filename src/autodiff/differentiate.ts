/**
 * Reverse-mode differentiation of a graph into a graph (Griewank and Walther 2008, "Evaluating
 * Derivatives", section 3.3): the nodes that carry ∂L/∂· back from a scalar L to chosen values are
 * appended to the graph, as ordinary operators.
 */
import { PtuneError, toPtuneError } from '../base/errors.ts';
import { counted } from '../base/format.ts';
import type { GraphBuilder } from '../onnx/builder.ts';
import type { Node } from '../onnx/graph.ts';
import { formatShape, isFloat, sameShape, sizeOf } from '../onnx/tensor.ts';
import { sumOf } from './contributions.ts';
import { gradientRules } from './rules/index.ts';
import { notDifferentiable, RuleContext, type GradientRule } from './rule.ts';

export interface DifferentiateOptions {
  /** The value to differentiate; one element. */
  readonly of: string;
  /** The values whose gradients are wanted. */
  readonly wrt: readonly string[];
  /** What errors call a value; its name in the graph unless told. */
  readonly nameOf?: (value: string) => string;
  /** Rules by operator; the project's own unless a test brings others. */
  readonly rules?: Readonly<Record<string, GradientRule | typeof notDifferentiable>>;
}

/**
 * Appends the gradient of `of` with respect to each of `wrt` to the graph.
 *
 * @returns the name of each gradient, of the same type and shape as its value
 * @throws PtuneError `autodiff/no-rule` listing every operator on the way that has no rule;
 *   `autodiff/no-path` when `of` does not depend on a value, or is no single float;
 *   `autodiff/no-gradient` when it does so by whole numbers, comparisons or indices only
 */
export function differentiate(
  builder: GraphBuilder,
  { of, wrt, nameOf = (value) => value, rules = gradientRules }: DifferentiateOptions,
): Map<string, string> {
  const { dtype, shape } = builder.typeOf(of);
  if (sizeOf(shape) !== 1 || !isFloat(dtype)) {
    throw new PtuneError(
      'autodiff/no-path',
      `Only a single float can be differentiated, but "${nameOf(of)}" is ${dtype} ${formatShape(shape)}.`,
      'Reduce it first, for example with ReduceSum.',
    );
  }
  const forward = [...builder.nodes];
  const needed = dependents(builder, forward, wrt);
  const way = ancestors(forward, of, needed);
  assertRules(builder, way, rules);
  const gradients = new Map<string, string>();
  const contributions = new Map([[of, [builder.filled(1, shape, dtype)]]]);
  // All uses of a value come before the node that makes it, so its sum is complete there.
  const gradientOf = (name: string): string | undefined => {
    const list = contributions.get(name);
    if (list && !gradients.has(name)) gradients.set(name, sumOf(builder, list));
    return gradients.get(name);
  };
  for (const node of way.toReversed()) {
    const dY = node.outputs.map(gradientOf);
    if (dY.every((gradient) => gradient === undefined)) continue;
    const rule = rules[node.op];
    if (rule === undefined || rule === notDifferentiable) continue;
    const results = applied(rule, new RuleContext(builder, node, dY, needed));
    results.forEach((gradient, i) => {
      const input = node.inputs[i];
      if (gradient === undefined || input === undefined || input === '') return;
      checkShape(builder, node, input, gradient);
      contributions.set(input, [...(contributions.get(input) ?? []), gradient]);
    });
  }
  const missing = (name: string) => noPath(builder, forward, of, name, nameOf);
  return new Map(wrt.map((name) => [name, orThrow(gradientOf(name), () => missing(name))]));
}

/** The gradients that a rule gives; a node that it cannot treat is refused by name. */
function applied(rule: GradientRule, context: RuleContext): ReturnType<GradientRule> {
  try {
    return rule(context);
  } catch (error) {
    const { code, message, nextStep } = toPtuneError(error);
    const { node } = context;
    throw new PtuneError(
      code === 'bug/invariant' ? 'autodiff/no-rule' : code,
      `Node "${context.builder.originOf(node)}" (${node.op}) has no gradient: ${message}`,
      nextStep ?? 'See docs/operators.md for the operators that have one.',
      error,
    );
  }
}

/** The values that depend on `wrt`, these included. */
function dependents(
  builder: GraphBuilder,
  nodes: readonly Node[],
  wrt: readonly string[],
): Set<string> {
  const result = new Set(wrt);
  for (const node of nodes) {
    if (!node.inputs.some((name) => result.has(name))) continue;
    for (const output of node.outputs) {
      if (isFloat(builder.typeOf(output).dtype)) result.add(output);
    }
  }
  return result;
}

/** The nodes between `needed` values and `of`, in order. */
function ancestors(nodes: readonly Node[], of: string, needed: ReadonlySet<string>): Node[] {
  const wanted = new Set([of]);
  const result: Node[] = [];
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((o) => wanted.has(o) && needed.has(o))) continue;
    result.push(node);
    for (const name of node.inputs) if (needed.has(name)) wanted.add(name);
  }
  return result.reverse();
}

function assertRules(
  builder: GraphBuilder,
  way: readonly Node[],
  rules: Readonly<Record<string, GradientRule | typeof notDifferentiable>>,
): void {
  const missing = way.filter(({ op }) => rules[op] === undefined);
  if (missing.length === 0) return;
  const { count, list } = byOperator(builder, missing);
  throw new PtuneError(
    'autodiff/no-rule',
    `${count} on the way ${count === '1 operator' ? 'has' : 'have'} no gradient rule: ${list}.`,
    'See docs/operators.md for those that have one.',
  );
}

/** Nodes by operator, as errors list them. */
function byOperator(builder: GraphBuilder, nodes: readonly Node[]) {
  const groups = new Map<string, Node[]>();
  for (const node of nodes) groups.set(node.op, [...(groups.get(node.op) ?? []), node]);
  const list = [...groups].map(
    ([op, [first, ...others]]) =>
      `${op} (${others.length + 1} ×, first node "${builder.originOf(first!)}")`,
  );
  return { count: counted(groups.size, 'operator'), list: list.join(', ') };
}

function checkShape(builder: GraphBuilder, node: Node, input: string, gradient: string): void {
  const [is, should] = [builder.shapeOf(gradient), builder.shapeOf(input)];
  if (sameShape(is, should)) return;
  throw new PtuneError(
    'bug/invariant',
    `The rule of ${node.op} gave a gradient ${formatShape(is)} for a value ${formatShape(should)}.`,
  );
}

function orThrow(gradient: string | undefined, missing: () => PtuneError): string {
  if (gradient === undefined) throw missing();
  return gradient;
}

/** Why `of` has no gradient by `name`: they are not connected, or not by numbers that have one. */
function noPath(
  builder: GraphBuilder,
  nodes: readonly Node[],
  of: string,
  name: string,
  nameOf: (value: string) => string,
): PtuneError {
  const leading = new Set([of]);
  for (const node of nodes.toReversed()) {
    if (node.outputs.some((o) => leading.has(o))) node.inputs.forEach((i) => leading.add(i));
  }
  const pair = `"${nameOf(of)}" does not depend on "${nameOf(name)}"`;
  if (!leading.has(name)) {
    return new PtuneError('autodiff/no-path', `${pair}.`, 'Check the names.');
  }
  const reached = dependents(builder, nodes, [name]);
  const ends = nodes.filter(
    ({ inputs, outputs }) =>
      inputs.some((i) => reached.has(i)) &&
      outputs.some((o) => leading.has(o)) &&
      outputs.every((o) => !reached.has(o)),
  );
  const through = ends.length === 0 ? '' : `; the way ends at ${byOperator(builder, ends).list}`;
  return new PtuneError(
    'autodiff/no-gradient',
    `${pair} by differentiable operators${through}.`,
    'Whole numbers, comparisons and indices have no gradient: name a value behind them.',
  );
}
