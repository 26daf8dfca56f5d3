/**
 * Copies a graph from a file into a builder: older operator versions are rewritten to the current
 * one, composite operators become primitive ones, shapes become concrete, and what the bindings
 * already give is left out.
 */
import { PtuneError, toPtuneError } from '../base/errors.ts';
import { counted } from '../base/format.ts';
import { branchOf } from './branches.ts';
import { addInitializer, type GraphBuilder } from './builder.ts';
import type { Graph, Model, Node } from './graph.ts';
import { HalfPrecision } from './halfPrecision.ts';
import { foldLoop } from './loops.ts';
import { lower, lowerings, operatorName, unknownAttribute } from './lowerings/index.ts';
import { addCurrent, rewritten } from './olderForms.ts';
import { operators } from './operators/index.ts';
import { firstVersions } from './operators/versions.ts';
import { inOrder, namesReadBy } from './order.ts';

/**
 * Adds the nodes of `model` that `outputs` need to `builder`.
 *
 * @param bindings  names in the model (inputs or inner values) → names in the builder
 * @returns         the builder's name of each value of the model that was added or bound
 * @throws PtuneError `onnx/unsupported-operator` listing every operator that is not known;
 *   `onnx/no-shape` where a shape depends on values that only a run knows
 */
export function inlineModel(
  builder: GraphBuilder,
  model: Model,
  bindings: ReadonlyMap<string, string>,
  outputs: readonly string[],
): Map<string, string> {
  const inliner = new Inliner(builder, model.opsets.get('') ?? 1, bindings);
  inliner.add(model.graph, outputs);
  return inliner.names;
}

/** Adds graphs to one builder. Names of values are unique over a graph and its branches. */
class Inliner {
  readonly names: Map<string, string>;
  readonly #builder: GraphBuilder;
  readonly #opset: number;
  readonly #bound: ReadonlySet<string>;
  readonly #half: HalfPrecision;
  /** The graph that is added, and those around it. */
  readonly #scopes: Graph[] = [];
  readonly #added = new Set<Node>();

  constructor(builder: GraphBuilder, opset: number, bindings: ReadonlyMap<string, string>) {
    this.#builder = builder;
    this.#opset = opset;
    this.names = new Map(bindings);
    this.#bound = new Set(bindings.keys());
    this.#half = new HalfPrecision(builder);
  }

  /** Adds what `outputs` need. */
  add(graph: Graph, outputs: readonly string[]): void {
    const nodes = inOrder(graph.nodes);
    const { needed, wanted } = neededNodes(nodes, this.#bound, outputs);
    assertKnown(
      nodes.filter((node) => needed.has(node)),
      this.#opset,
    );
    this.#scopes.push(graph);
    for (const node of nodes) {
      if (!needed.has(node)) continue;
      const made = this.#made(node, wanted);
      this.#added.add(node);
      node.outputs.forEach((output, i) => {
        if (output !== '' && made[i] !== undefined) this.names.set(output, made[i]);
      });
    }
    for (const output of outputs) this.#lookUp(output);
    this.#scopes.pop();
  }

  /** The outputs of a node in the builder. */
  #made(node: Node, wanted: ReadonlySet<string>): readonly (string | undefined)[] {
    switch (operatorName(node)) {
      case 'If':
        return this.#branch(node, wanted);
      case 'Loop':
        return this.#loop(node);
      default:
        return this.#node(node);
    }
  }

  #node(node: Node): readonly (string | undefined)[] {
    const inputs = node.inputs.map((name) => this.#lookUp(name));
    return this.#builder.standingFor(node.name, () =>
      this.#half.add(node, inputs, (own, wide) => addNode(this.#builder, own, wide, this.#opset)),
    );
  }

  /** The outputs of a Loop; each turn has values of its own. */
  #loop(node: Node): readonly string[] {
    const around = new Map(namesReadBy(node).map((name) => [name, this.#lookUp(name)]));
    const inputs = node.inputs.map((name) => this.#lookUp(name));
    return foldLoop(this.#builder, node, inputs, (body, bindings) => {
      const turn = new Inliner(this.#builder, this.#opset, new Map([...around, ...bindings]));
      const outputs = body.outputs.map(({ name }) => name);
      turn.add(body, outputs);
      return outputs.map((name) => turn.names.get(name));
    });
  }

  /** The branch of an If whose condition is known. */
  #branch(node: Node, wanted: ReadonlySet<string>): readonly (string | undefined)[] {
    const condition = this.#builder.constantOf(this.#lookUp(node.inputs[0] ?? ''));
    if (!condition) {
      throw new PtuneError(
        'onnx/unsupported-operator',
        `Node "${node.name}" (If): Which branch holds is only known when the model runs.`,
        'Export the model without branches, as a rule the file decoder_model.onnx.',
      );
    }
    const branch = branchOf(node, condition.data[0] !== 0);
    const asked = node.outputs.map((output, i) =>
      wanted.has(output) ? branch.outputs[i]?.name : undefined,
    );
    this.add(
      branch,
      asked.filter((name) => name !== undefined),
    );
    return asked.map((name) => (name === undefined ? undefined : this.names.get(name)));
  }

  #lookUp(name: string): string {
    if (name === '') return '';
    const known = this.names.get(name);
    if (known !== undefined) return known;
    for (const { initializers } of this.#scopes.toReversed()) {
      const initializer = initializers.get(name);
      if (!initializer) continue;
      const own = addInitializer(this.#builder, name, initializer);
      this.names.set(name, own);
      return own;
    }
    throw this.#notMade(name);
  }

  #notMade(name: string): PtuneError {
    const makers = this.#scopes.flatMap(({ nodes }) => nodes);
    const maker = makers.find(({ outputs }) => outputs.includes(name));
    if (!maker || !this.#added.has(maker)) {
      return new PtuneError(
        'model/unsupported',
        `The model's input "${name}" is needed for what is made without it.`,
        'Use an export for text generation or masked language modelling, as Optimum writes it.',
      );
    }
    return new PtuneError(
      'onnx/unsupported-operator',
      `Node "${maker.name}" (${operatorName(maker)}): Its output ${maker.outputs.indexOf(name)} is not supported.`,
      'Export the model without optimisation.',
    );
  }
}

/** The nodes on which `outputs` depend, not looking behind `bound` values; and what they read. */
function neededNodes(
  nodes: readonly Node[],
  bound: ReadonlySet<string>,
  outputs: readonly string[],
): { needed: Set<Node>; wanted: Set<string> } {
  const wanted = new Set(outputs);
  const needed = new Set<Node>();
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((o) => wanted.has(o) && !bound.has(o))) continue;
    needed.add(node);
    for (const name of namesReadBy(node)) if (!bound.has(name)) wanted.add(name);
  }
  return { needed, wanted };
}

/** Operators with graphs of their own, which are there or computed before a run. */
const folded = new Set(['If', 'Loop']);

function assertKnown(nodes: readonly Node[], opset: number): void {
  const unknown = new Map<string, Node[]>();
  for (const node of nodes) {
    const what = unknownPart(node, opset);
    if (what !== undefined) unknown.set(what, [...(unknown.get(what) ?? []), node]);
  }
  if (unknown.size === 0) return;
  const list = [...unknown].map(
    ([name, [first, ...others]]) => `${name} (${others.length + 1} ×, first node "${first!.name}")`,
  );
  throw new PtuneError(
    'onnx/unsupported-operator',
    `The model has ${counted(unknown.size, 'operator')} that ${unknown.size === 1 ? 'is' : 'are'} not supported: ${list.join(', ')}.`,
    'Use the file that was exported without optimisation or quantisation, as a rule onnx/model.onnx.',
  );
}

/** The operator of a node, or its form, where that is not known. */
function unknownPart(node: Node, opset: number): string | undefined {
  const name = operatorName(node);
  if (lowerings[name]) {
    const attribute = unknownAttribute(node);
    return attribute === undefined ? undefined : `${name} with the attribute "${attribute}"`;
  }
  const isKnown = operators[name] ?? (rewritten.has(name) || folded.has(name));
  if (!isKnown || name === 'StraightThrough') return name;
  // Engines write some operators into files of earlier sets; what is older than these is another form.
  const isOlder = opset < 9 && (firstVersions[name] ?? 1) > opset;
  return isOlder ? `${name} of operator set ${opset}` : undefined;
}

function addNode(
  builder: GraphBuilder,
  node: Node,
  inputs: readonly string[],
  opset: number,
): readonly (string | undefined)[] {
  try {
    return lower(builder, node, inputs) ?? addCurrent(builder, node, inputs, opset);
  } catch (error) {
    const { code, message, nextStep } = toPtuneError(error);
    throw new PtuneError(
      code === 'bug/invariant' ? 'onnx/no-shape' : code,
      `Node "${node.name}" (${operatorName(node)}): ${message}`,
      nextStep ?? 'Run "ptune models verify" on the model\'s folder for the whole list.',
      error,
    );
  }
}
