/**
 * Reads graphs of 16-bit floats as graphs of float32. The weights stay in the file as they are and
 * are widened where they are used; every number between them is a float32.
 */
import { castTo, type GraphBuilder } from './builder.ts';
import { int, type Attribute, type Attributes, type Node } from './graph.ts';
import { dtypes, isStored, type DType } from './tensor.ts';

/** Whether a type has 16-bit floats. */
export const isHalf = (dtype: DType): boolean => dtype === 'float16' || dtype === 'bfloat16';

/** Widens the values of one builder; each is cast once. */
export class HalfPrecision {
  readonly #builder: GraphBuilder;
  readonly #casts = new Map<string, string>();

  constructor(builder: GraphBuilder) {
    this.#builder = builder;
  }

  /**
   * Adds a node in float32.
   *
   * @param add  adds a node with its inputs as names in the builder, and gives its outputs
   */
  add(
    node: Node,
    inputs: readonly string[],
    add: (node: Node, inputs: readonly string[]) => readonly (string | undefined)[],
  ): readonly (string | undefined)[] {
    // A few rows of a table are looked up first and widened then, not the whole table.
    const isLookup = node.op === 'Gather' && node.domain === '';
    const wide = inputs.map((name, i) => (isLookup && i === 0 ? name : this.#widened(name)));
    const outputs = add({ ...node, attributes: widenedAttributes(node.attributes) }, wide);
    return isLookup ? outputs.map((name) => name && this.#widened(name)) : outputs;
  }

  #widened(name: string): string {
    // A sequence has no type; its parts were widened before.
    const isValue = name !== '' && this.#builder.has(name);
    if (!isValue || !isHalf(this.#builder.typeOf(name).dtype)) return name;
    const known = this.#casts.get(name);
    if (known !== undefined) return known;
    const cast = this.#builder.op('Cast', [name], castTo('float32'));
    this.#casts.set(name, cast);
    return cast;
  }
}

/** Casts to 16 bits and constants of 16 bits are of float32. */
export function widenedAttributes(attributes: Attributes): Attributes {
  const { to, value } = attributes;
  if (to?.kind === 'int' && [dtypes.float16.code, dtypes.bfloat16.code].some((c) => c === to.value))
    return { ...attributes, to: int(dtypes.float32.code) };
  const wide = value && widenedConstant(value);
  return wide ? { ...attributes, value: wide } : attributes;
}

function widenedConstant(value: Attribute): Attribute | undefined {
  if (value.kind !== 'tensor' || isStored(value.value) || !isHalf(value.value.dtype)) {
    return undefined;
  }
  return { kind: 'tensor', value: { ...value.value, dtype: 'float32' } };
}
