/** Writes graphs as ONNX files; stored weights become external data in the model's own file. */
import type { Attribute, Graph, Node, ValueInfo } from './graph.ts';
import {
  attributeTypes,
  ModelProto,
  type AttributeMessage,
  type GraphMessage,
  type NodeMessage,
  type TensorMessage,
  type ValueInfoMessage,
} from './schema.ts';
import {
  dtypes,
  encodeElements,
  isStored,
  type Constant,
  type DType,
  type Shape,
  type StoredTensor,
} from './tensor.ts';

/** The version of the standard operator set that the project's own graphs are written in. */
export const targetOpset = 20;

/** An initializer whose bytes go into the file as they are, in place of a constant's doubles. */
export interface RawInitializer {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
  readonly bytes: Uint8Array;
}

export interface WriteOptions {
  /** Version of the standard operator set of the nodes; `targetOpset` unless told. */
  readonly opset?: number;
  readonly rawInitializers?: readonly RawInitializer[];
}

/** The bytes of an ONNX file that holds `graph`. */
export function writeModel(graph: Graph, options: WriteOptions = {}): Uint8Array {
  const message = graphMessage(graph);
  for (const { name, dtype, shape, bytes } of options.rawInitializers ?? []) {
    message.initializer?.push({
      name,
      dims: [...shape],
      dataType: dtypes[dtype].code,
      rawData: bytes,
    });
  }
  return ModelProto.encode(
    ModelProto.fromObject({
      irVersion: 9,
      producerName: 'ptune',
      graph: message,
      opsetImport: [
        { domain: '', version: options.opset ?? targetOpset },
        ...foreignDomains(graph).map((domain) => ({ domain, version: 1 })),
      ],
    }),
  ).finish();
}

/** The operator sets that nodes are of, beside the standard one. */
function foreignDomains(graph: Graph): string[] {
  return [...new Set(graph.nodes.map(({ domain }) => domain))].filter((domain) => domain !== '');
}

function graphMessage(graph: Graph): GraphMessage {
  return {
    name: graph.name || 'ptune',
    node: graph.nodes.map(nodeMessage),
    initializer: [...graph.initializers].map(([name, value]) => ({
      ...tensorMessage(value),
      name,
    })),
    input: graph.inputs.map(valueInfoMessage),
    output: graph.outputs.map(valueInfoMessage),
  };
}

function nodeMessage(node: Node): NodeMessage {
  return {
    input: [...node.inputs],
    output: [...node.outputs],
    name: node.name,
    opType: node.op,
    domain: node.domain,
    attribute: Object.entries(node.attributes).map(([name, a]) => attributeMessage(name, a)),
  };
}

function attributeMessage(name: string, attribute: Attribute): AttributeMessage {
  const type = attributeTypes[attribute.kind];
  switch (attribute.kind) {
    case 'float':
      return { name, type, f: attribute.value };
    case 'int':
      return { name, type, i: attribute.value };
    case 'string':
      return { name, type, s: Buffer.from(attribute.value, 'utf8') };
    case 'floats':
      return { name, type, floats: [...attribute.value] };
    case 'ints':
      return { name, type, ints: [...attribute.value] };
    case 'strings':
      return { name, type, strings: attribute.value.map((s) => Buffer.from(s, 'utf8')) };
    case 'tensor':
      return { name, type, t: tensorMessage(attribute.value) };
    case 'graph':
      return { name, type, g: graphMessage(attribute.value) };
  }
}

function tensorMessage(value: Constant | StoredTensor): TensorMessage {
  const head = { dims: [...value.shape], dataType: dtypes[value.dtype].code };
  if (!isStored(value)) return { ...head, rawData: encodeElements(value.dtype, value.data) };
  return {
    ...head,
    dataLocation: 1,
    externalData: [
      { key: 'location', value: value.location },
      { key: 'offset', value: String(value.offset) },
      { key: 'length', value: String(value.length) },
    ],
  };
}

function valueInfoMessage(value: ValueInfo): ValueInfoMessage {
  return {
    name: value.name,
    type: {
      tensorType: {
        elemType: dtypes[value.dtype].code,
        shape: {
          dim: value.shape.map((n) =>
            typeof n === 'number' ? { dimValue: n } : n === '' ? {} : { dimParam: n },
          ),
        },
      },
    },
  };
}
