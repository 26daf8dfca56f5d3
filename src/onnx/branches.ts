/** Conditions that are known before a run: the branch that holds takes the place of its `If`. */
import { PtuneError } from '../base/errors.ts';
import type { Graph, Model, Node } from './graph.ts';
import type { Constant } from './tensor.ts';

/** The branch of an If node that holds. */
export function branchOf(node: Node, condition: boolean): Graph {
  const branch = node.attributes[condition ? 'then_branch' : 'else_branch'];
  if (branch?.kind === 'graph') return branch.value;
  throw new PtuneError('model/unreadable', `The If node "${node.name}" lacks a branch.`);
}

/**
 * The model with an input that always has the same value: it is a constant, and each If that asks
 * for it is replaced by the branch that holds.
 */
export function withFixedInput(model: Model, name: string, value: Constant): Model {
  const { graph } = model;
  if (!graph.inputs.some((input) => input.name === name)) return model;
  const inputs = graph.inputs.filter((input) => input.name !== name);
  const initializers = new Map(graph.initializers).set(name, value);
  const fixed = { ...graph, inputs, initializers };
  return { ...model, graph: withoutBranches(fixed, name, value.data[0] !== 0) };
}

function withoutBranches(graph: Graph, name: string, condition: boolean): Graph {
  const initializers = new Map(graph.initializers);
  const nodes = graph.nodes.flatMap((node) => {
    if (node.op !== 'If' || node.domain !== '' || node.inputs[0] !== name) return [node];
    const branch = withoutBranches(branchOf(node, condition), name, condition);
    for (const [own, value] of branch.initializers) initializers.set(own, value);
    const handed = node.outputs.map((output, i) => handedOn(branch, i, output));
    // Some exporters give the outputs of a branch the names that they have outside.
    const renamed = handed.filter(({ inputs: [from], outputs: [to] }) => to !== '' && to !== from);
    return [...branch.nodes, ...renamed];
  });
  return { ...graph, nodes, initializers };
}

/** A branch's output under the name that it has outside. */
function handedOn(branch: Graph, index: number, output: string): Node {
  const inner = branch.outputs[index]?.name ?? '';
  return {
    op: 'Identity',
    domain: '',
    name: `branch ${output}`,
    inputs: [inner],
    outputs: [output],
    attributes: {},
  };
}
