/**
 * Functions that a file defines for itself, as some exporters write each layer or each operation of
 * another framework: every call is replaced by the function's nodes while the file is read.
 */
import { maximumDepth, maximumNodes } from './limits.ts';
import type {
  AttributeMessage,
  FunctionMessage,
  GraphMessage,
  ModelMessage,
  NodeMessage,
} from './schema.ts';

/** Makes the error for a file whose functions cannot be put in. */
type Refuse = (why: string) => Error;

/** The graph of a file without calls of the file's own functions; throws what `refuse` makes. */
export function withoutFunctions(model: ModelMessage, refuse: Refuse): GraphMessage {
  const graph = model.graph ?? {};
  return model.functions?.length ? new Expansion(model.functions, refuse).graph(graph) : graph;
}

/** The names and attributes that a call gives to the inside of a function. */
interface Scope {
  /** The name outside of a name inside. */
  readonly nameOf: (name: string) => string;
  readonly attributes: ReadonlyMap<string, AttributeMessage>;
  /** Put before the names of nodes. */
  readonly prefix: string;
  /** The functions that are being put in, from the outermost one on. */
  readonly within: readonly string[];
}

const outermost: Scope = {
  nameOf: (name) => name,
  attributes: new Map(),
  prefix: '',
  within: [],
};

const keyOf = (domain = '', name = '', overload = ''): string =>
  [domain === 'ai.onnx' ? '' : domain, name, overload].join(' ');

class Expansion {
  readonly #functions: ReadonlyMap<string, FunctionMessage>;
  readonly #refuse: Refuse;
  #nodes = 0;
  #calls = 0;

  constructor(functions: readonly FunctionMessage[], refuse: Refuse) {
    this.#functions = new Map(functions.map((f) => [keyOf(f.domain, f.name, f.overload), f]));
    this.#refuse = refuse;
  }

  graph(graph: GraphMessage, scope = outermost): GraphMessage {
    const named = <T extends { name?: string }>(list: readonly T[] = []): T[] =>
      list.map((item) => ({ ...item, name: scope.nameOf(item.name ?? '') }));
    return {
      ...graph,
      node: (graph.node ?? []).flatMap((node) => this.#expanded(node, scope)),
      initializer: named(graph.initializer),
      input: named(graph.input),
      output: named(graph.output),
    };
  }

  /** A node, or those that take the place of a call. */
  #expanded(node: NodeMessage, scope: Scope): NodeMessage[] {
    if (++this.#nodes > maximumNodes) {
      throw this.#refuse(`it has more than ${maximumNodes} nodes once its functions are put in`);
    }
    const own: NodeMessage = {
      ...node,
      name: scope.prefix + (node.name ?? ''),
      input: (node.input ?? []).map(scope.nameOf),
      output: (node.output ?? []).map(scope.nameOf),
      attribute: (node.attribute ?? []).flatMap((a) => this.#attribute(a, scope)),
    };
    const key = keyOf(node.domain, node.opType, node.overload);
    const called = this.#functions.get(key);
    if (!called) return [own];
    if (scope.within.includes(key))
      throw this.#refuse(`its function "${node.opType}" calls itself`);
    if (scope.within.length >= maximumDepth) {
      throw this.#refuse(`its functions call each other more than ${maximumDepth} deep`);
    }
    return this.#body(called, own, [...scope.within, key]);
  }

  /** The nodes of a function with the values of a call. */
  #body(called: FunctionMessage, call: NodeMessage, within: readonly string[]): NodeMessage[] {
    const inside = `function ${++this.#calls}/`;
    const names = new Map([['', '']]);
    (called.output ?? []).forEach((name, i) => names.set(name, call.output?.[i] || inside + name));
    (called.input ?? []).forEach((name, i) => names.set(name, call.input?.[i] ?? ''));
    const given = [...(called.attributeProto ?? []), ...(call.attribute ?? [])];
    const scope: Scope = {
      nameOf: (name) => names.get(name) ?? inside + name,
      attributes: new Map(given.map((attribute) => [attribute.name, attribute])),
      prefix: `${call.name ?? ''}/`,
      within,
    };
    return (called.node ?? []).flatMap((node) => this.#expanded(node, scope));
  }

  /** An attribute with its graphs' calls replaced; of a reference what the call gives, if anything. */
  #attribute(attribute: AttributeMessage, scope: Scope): AttributeMessage[] {
    if (attribute.refAttrName) {
      const value = scope.attributes.get(attribute.refAttrName);
      return value ? [{ ...value, name: attribute.name }] : [];
    }
    return attribute.g ? [{ ...attribute, g: this.graph(attribute.g, scope) }] : [attribute];
  }
}
