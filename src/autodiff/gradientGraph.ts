/** The gradient of any model's value as a graph of its own, with concrete shapes. */
import { PtuneError, invariant } from '../base/errors.ts';
import { GraphBuilder } from '../onnx/builder.ts';
import type { Graph, Model, ValueInfo } from '../onnx/graph.ts';
import { inlineModel } from '../onnx/inline.ts';
import { inOrder } from '../onnx/order.ts';
import { isFloat } from '../onnx/tensor.ts';
import { differentiate } from './differentiate.ts';

export interface GradientRequest {
  /** The value to differentiate, an output or an inner value of the model; one element. */
  readonly of: string;
  /** Inputs, weights or inner values whose gradients are wanted; weights become inputs. */
  readonly wrt: readonly string[];
  /** Lengths of axes that the model leaves open: of an input, or one of a named axis. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
}

/** A gradient graph and what its outputs are. */
export interface GradientGraph {
  /** It has the model's inputs, and the weights that were asked for as further ones. */
  readonly graph: Graph;
  /** Name of the output that holds `of`. */
  readonly value: string;
  /** Output of the gradient by the value of `wrt`. */
  readonly gradients: ReadonlyMap<string, string>;
}

/**
 * The graph of a value and its gradients.
 *
 * @throws PtuneError `cli/usage` for names and shapes that do not fit the model; those of inlining
 *   (`onnx/unsupported-operator`, `onnx/no-shape`) and differentiating (`autodiff/no-rule`,
 *   `autodiff/no-path`, `autodiff/no-gradient`)
 */
export function gradientGraph(model: Model, request: GradientRequest): GradientGraph {
  assertNames(model.graph, request);
  const builder = new GraphBuilder({ readStored: model.readStored });
  const bindings = new Map<string, string>();
  for (const input of shapedInputs(model.graph, request.shapes)) {
    bindings.set(input.name, builder.input(input.name, input.dtype, input.shape));
  }
  const { initializers } = model.graph;
  for (const name of request.wrt) {
    const weight = initializers.get(name);
    if (weight) bindings.set(name, builder.input(name, weight.dtype, weight.shape));
  }
  for (const name of innerValues(model.graph, request.wrt)) {
    const value = inlineModel(builder, model, bindings, [name]).get(name);
    invariant(value !== undefined, `The value "${name}" was not made.`);
    const { dtype, shape } = builder.typeOf(value);
    // A name of its own, so that other ways on which the same value reaches `of` are kept apart.
    const own = builder.constantOf(value)
      ? builder.input(name, dtype, shape)
      : builder.op('StraightThrough', [value, value]);
    bindings.set(name, own);
  }
  const of = inlineModel(builder, model, bindings, [request.of]).get(request.of)!;
  const own = request.wrt.map((name) => bindings.get(name)!);
  for (const name of own) assertFloat(builder, name);
  const told = new Map([
    ...request.wrt.map((name, i) => [own[i]!, name] as const),
    [of, request.of],
  ]);
  const nameOf = (name: string) => told.get(name) ?? name;
  const gradients = differentiate(builder, { of, wrt: own, nameOf });
  const taken = (name: string) => builder.has(name);
  const free = (name: string): string => (taken(name) ? free(`${name}_`) : name);
  const value = free(request.of);
  const named = new Map(request.wrt.map((name) => [name, free(`${name}_grad`)]));
  const outputs = request.wrt.map(
    (name, i) => [named.get(name)!, gradients.get(own[i]!)!] as const,
  );
  const built = builder.build({ [value]: of, ...Object.fromEntries(outputs) });
  // Every input of the model, used or not, so that callers may feed what they have.
  const inputs = builder.inputs.map((name) => ({ name, ...builder.typeOf(name) }));
  return { graph: { ...built, inputs }, value, gradients: named };
}

function assertNames(graph: Graph, { of, wrt }: GradientRequest): void {
  const inputs = graph.inputs.map(({ name }) => name);
  const outputs = graph.outputs.map(({ name }) => name);
  const known = new Set([
    ...inputs,
    ...graph.initializers.keys(),
    ...graph.nodes.flatMap((node) => node.outputs),
  ]);
  for (const name of [of, ...wrt]) {
    if (name !== '' && known.has(name)) continue;
    const listed = (names: readonly string[]) => names.map((n) => `"${n}"`).join(', ');
    throw new PtuneError(
      'cli/usage',
      `The model has no value "${name}"; its inputs are ${listed(inputs)}, its outputs ${listed(outputs)}.`,
      'Name an input, an output, a weight or the output of one of its nodes.',
    );
  }
}

function assertFloat(builder: GraphBuilder, name: string): void {
  const { dtype } = builder.typeOf(name);
  if (isFloat(dtype)) return;
  const reader = builder.nodes.find(({ inputs }) => inputs.includes(name));
  const by = reader ? `, and ${reader.op} (node "${builder.originOf(reader)}") reads it` : '';
  throw new PtuneError(
    'autodiff/no-gradient',
    `"${name}" holds ${dtype}${by}; only floats have a gradient.`,
    'Name the value that is made of it, for example the looked-up embeddings of token ids.',
  );
}

/** The inputs with a length for each axis. */
function shapedInputs(
  graph: Graph,
  shapes: GradientRequest['shapes'],
): (ValueInfo & { readonly shape: readonly number[] })[] {
  const dimensions = new Set(graph.inputs.flatMap(({ shape }) => shape.map(String)));
  const inputs = new Set(graph.inputs.map(({ name }) => name));
  for (const [name, lengths] of shapes) {
    if (inputs.has(name) || (dimensions.has(name) && lengths.length === 1)) continue;
    throw new PtuneError(
      'cli/usage',
      `The model has neither an input nor an axis "${name}" to give a shape to.`,
      `Its inputs are ${graph.inputs.map(described).join(', ')}.`,
    );
  }
  const result = graph.inputs.map((input) => ({ ...input, shape: resolved(input, shapes) }));
  const open = graph.inputs.filter((_, i) => result[i]!.shape.some((n) => typeof n !== 'number'));
  if (open.length === 0) return result as (ValueInfo & { shape: number[] })[];
  throw new PtuneError(
    'cli/usage',
    `A gradient graph has fixed shapes, but the model leaves some open: ${open.map(described).join(', ')}.`,
    `Give each a shape: ${open.map(({ name, shape }) => `--shape ${name}=${shape.map((n) => (typeof n === 'number' ? n : 2)).join()}`).join(' ')}`,
  );
}

const described = ({ name, shape }: ValueInfo): string =>
  `${name} [${shape.map((n) => (n === '' ? '?' : n)).join(', ')}]`;

/** An input's axes: as given for it, as the model has them, or as given for their name. */
function resolved(
  input: ValueInfo,
  shapes: GradientRequest['shapes'],
): readonly (number | string)[] {
  const given = shapes.get(input.name);
  const declared = input.shape;
  const fits =
    !given ||
    (given.length === declared.length &&
      declared.every((n, i) => typeof n !== 'number' || n === given[i]));
  // Some files declare no axes at all.
  if (!fits && declared.length > 0) {
    throw new PtuneError(
      'cli/usage',
      `The shape [${given.join(', ')}] does not fit the input ${described(input)}.`,
      'Give the lengths that the model leaves open, and the fixed ones as they are.',
    );
  }
  if (given) return given;
  return declared.map((n) => (typeof n === 'string' && n !== '' ? (shapes.get(n)?.[0] ?? n) : n));
}

/** Those of `names` that nodes make, each behind those that it may depend on. */
function innerValues(graph: Graph, names: readonly string[]): string[] {
  const wanted = new Set(names);
  return inOrder(graph.nodes).flatMap(({ outputs }) => outputs.filter((name) => wanted.has(name)));
}
