/** How uses of lowered operators are written, and files with them. */
import type { Attributes } from '../../../src/onnx/graph.ts';
import { ModelProto, type ModelMessage } from '../../../src/onnx/schema.ts';
import type { Shape } from '../../../src/onnx/tensor.ts';
import { GraphMaker } from '../graphMaker.ts';

/** One use of an operator. */
export interface LoweringCase {
  /** The operator's name with its domain. */
  readonly op: string;
  readonly label: string;
  /** Shapes of the float inputs x0, x1, …, which are differentiated. */
  readonly shapes: readonly Shape[];
  readonly domain?: readonly [low: number, high: number];
  readonly awayFromZero?: number;
  /** Version of the standard operator set; 17 unless told. */
  readonly opset?: number;
  /** Adds the node and gives the outputs that are compared. */
  readonly make: (g: GraphMaker, x: readonly string[]) => readonly string[];
  /** Where it rounds: the formula without rounding, whose gradient it must have. */
  readonly smooth?: LoweringCase['make'];
  /** The engine has no kernel for it: a formula takes its place. */
  readonly instead?: (g: GraphMaker, x: readonly string[]) => readonly string[];
}

const microsoft = 'com.microsoft';

/** A node with `count` outputs, in the domain of ONNX Runtime. */
export const fused =
  (op: string, attributes: Attributes = {}, count = 1) =>
  (g: GraphMaker, inputs: readonly string[]) =>
    g.ops(op, inputs, count, attributes, microsoft);

export const standard =
  (op: string, attributes: Attributes = {}) =>
  (g: GraphMaker, inputs: readonly string[]) => [g.op(op, inputs, attributes)];

export function one(
  op: string,
  label: string,
  shapes: readonly Shape[],
  make: LoweringCase['make'],
  more: Partial<LoweringCase> = {},
): LoweringCase {
  return { op, label, shapes, make, ...more };
}

export const ours = (op: string) => `${microsoft}.${op}`;

export const int32 = (g: GraphMaker, shape: Shape, data: readonly number[]) =>
  g.constant('int32', shape, data);

/** The bytes of a file with a case's node; the outputs are y0, y1, …, their shapes left to readers. */
export function fileOf(
  { shapes, opset = 17 }: Pick<LoweringCase, 'shapes' | 'opset'>,
  make: LoweringCase['make'],
): Uint8Array {
  const g = new GraphMaker();
  const inputs = shapes.map((shape, i) => ({ name: `x${i}`, dtype: 'float32', shape }) as const);
  const names = inputs.map(({ name }) => name);
  const outputs = make(g, names).map((value, i) => {
    g.name(value, `y${i}`);
    return { name: `y${i}`, dtype: 'float32', shape: [] } as const;
  });
  const message = ModelProto.decode(g.bytes(inputs, outputs, opset)) as unknown as ModelMessage;
  for (const { type } of message.graph!.output!) delete type!.tensorType!.shape;
  return ModelProto.encode(message).finish();
}
