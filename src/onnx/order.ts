/** The order of a graph's nodes, and what each of them reads. */
import { PtuneError } from '../base/errors.ts';
import type { Graph, Node } from './graph.ts';

/** The names that a node reads: its inputs, and what its subgraphs take from around them. */
export function namesReadBy(node: Node): string[] {
  const names = node.inputs.filter((name) => name !== '');
  for (const attribute of Object.values(node.attributes)) {
    if (attribute.kind === 'graph') names.push(...namesTakenBy(attribute.value));
  }
  return names;
}

function namesTakenBy(graph: Graph): string[] {
  const own = new Set([
    ...graph.inputs.map(({ name }) => name),
    ...graph.initializers.keys(),
    ...graph.nodes.flatMap(({ outputs }) => outputs),
  ]);
  const read = [...graph.nodes.flatMap(namesReadBy), ...graph.outputs.map(({ name }) => name)];
  return read.filter((name) => !own.has(name));
}

/**
 * The nodes so that each stands behind those that it reads from. Files keep this order by rule, but
 * some tools append nodes at the end.
 *
 * @throws PtuneError `model/unreadable` when nodes read from each other in a circle
 */
export function inOrder(nodes: readonly Node[]): readonly Node[] {
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((o) => [o, node] as const)));
  makers.delete('');
  const state = new Map<Node, 'open' | 'done'>();
  const result: Node[] = [];
  for (const start of nodes) {
    const stack = [start];
    while (stack.length > 0) {
      const node = stack.at(-1)!;
      const before = state.get(node);
      if (before === undefined) {
        state.set(node, 'open');
        for (const name of namesReadBy(node)) {
          const maker = makers.get(name);
          if (maker === undefined || state.get(maker) === 'done') continue;
          if (state.get(maker) === 'open') throw circle(maker, name);
          stack.push(maker);
        }
        continue;
      }
      stack.pop();
      if (before === 'done') continue;
      state.set(node, 'done');
      result.push(node);
    }
  }
  return result;
}

function circle(node: Node, value: string): PtuneError {
  return new PtuneError(
    'model/unreadable',
    `The model's nodes read from each other in a circle: node "${node.name}" (${node.op}) makes "${value}" from itself.`,
    'Export the model again; the file is damaged.',
  );
}
