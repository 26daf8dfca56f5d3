/** Finds graphs in which values and the nodes that make them do not fit together. */
import type { Graph } from './graph.ts';

/**
 * What is wrong with a graph and those within it: a value that two nodes make, or one that is read and
 * that nothing makes. Undefined where all is well.
 */
export function faultOf(graph: Graph): string | undefined {
  return faultWithin(graph, []);
}

/** `around` holds the values of each graph that this one lies in. */
function faultWithin(graph: Graph, around: readonly ReadonlySet<string>[]): string | undefined {
  const own = new Set([...graph.inputs.map(({ name }) => name), ...graph.initializers.keys()]);
  for (const node of graph.nodes) {
    for (const output of node.outputs) {
      if (output === '') continue;
      if (own.has(output)) return `"${output}" is made twice, again by ${described(node)}`;
      own.add(output);
    }
  }
  const scopes = [own, ...around];
  const isMade = (name: string) => scopes.some((scope) => scope.has(name));
  for (const node of graph.nodes) {
    const missing = node.inputs.find((name) => name !== '' && !isMade(name));
    if (missing !== undefined) return `${described(node)} reads "${missing}", which nothing makes`;
    for (const attribute of Object.values(node.attributes)) {
      const fault = attribute.kind === 'graph' ? faultWithin(attribute.value, scopes) : undefined;
      if (fault !== undefined) return fault;
    }
  }
  const missing = graph.outputs.find(({ name }) => !isMade(name));
  return missing && `nothing makes its output "${missing.name}"`;
}

const described = ({ name, op }: { name: string; op: string }) => `node "${name}" (${op})`;
