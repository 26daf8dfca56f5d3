import type { Model } from '../../../src/onnx/graph.ts';
import {
  decodeElements,
  isStored,
  type Constant,
  type StoredTensor,
} from '../../../src/onnx/tensor.ts';
import { readBytes } from '../graphMaker.ts';

/** A model with its weights in memory. */
export function readWhole(bytes: Uint8Array): Model {
  const model = readBytes(bytes);
  const load = (value: Constant | StoredTensor): Constant => {
    if (!isStored(value)) return value;
    const { dtype, shape: own } = value;
    return { dtype, shape: own, data: decodeElements(dtype, model.readStored(value)) };
  };
  const weights = [...model.graph.initializers].map(
    ([name, value]) => [name, load(value)] as const,
  );
  return { ...model, graph: { ...model.graph, initializers: new Map(weights) } };
}
