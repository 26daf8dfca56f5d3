/** Reads ONNX files. Weights are not copied: their place in the file is noted. */
import { PtuneError, invariant } from '../base/errors.ts';
import type { Attribute, Graph, Model, Node, ValueInfo } from './graph.ts';
import {
  attributeTypes,
  ModelProto,
  type AttributeMessage,
  type GraphMessage,
  type Int64,
  type ModelMessage,
  type NodeMessage,
  type TensorMessage,
  type ValueInfoMessage,
} from './schema.ts';
import {
  decodeElements,
  dtypeFromCode,
  dtypes,
  sizeOf,
  type Constant,
  type DType,
  type StoredTensor,
} from './tensor.ts';

/** Tensors up to this many elements are read as constants; larger ones stay in the file. */
const inlineElements = 64;

/** Where a model's bytes come from. */
export interface ModelSource {
  /** The bytes of the `.onnx` file, or its skeleton (skeleton.ts). */
  readonly bytes: Uint8Array;
  /** `bytes` are a skeleton: large tensors are named by their place in the file. */
  readonly isSkeleton?: boolean;
  /** Its name within the model's folder. */
  readonly fileName: string;
  /** Reads a part of a file of the folder: of external data, or of a skeleton's own file. */
  readonly readPart: (location: string, offset: number, length: number) => Uint8Array;
  /** Size in bytes of another file of the folder, undefined when there is none. */
  readonly sizeOfPart: (location: string) => number | undefined;
}

const toNumber = (value: Int64): number => (typeof value === 'number' ? value : value.toNumber());

/**
 * Reads a model.
 *
 * @throws PtuneError `model/unreadable` when the bytes are no whole ONNX file or a weight lies
 *   outside its file; `model/no-weights` when the file of a weight is missing; `model/unsupported`
 *   for element types that are not known.
 */
export function readModel(source: ModelSource): Model {
  const message = decode(source);
  if (!message.graph?.node?.length) {
    throw unreadable(source, 'it holds no graph');
  }
  const reader = new Reader(source);
  const graph = reader.graph(message.graph);
  const opsets = new Map(
    (message.opsetImport ?? []).map((o) => [
      o.domain === 'ai.onnx' ? '' : (o.domain ?? ''),
      toNumber(o.version ?? 1),
    ]),
  );
  // They stand behind the graph: a file that was cut off there is whole but for these.
  for (const domain of ['', ...graph.nodes.map((node) => node.domain)]) {
    if (opsets.has(domain)) continue;
    const which = domain === '' ? '' : ` "${domain}"`;
    throw unreadable(source, `it names no version of the operator set${which}`);
  }
  return {
    graph,
    opsets,
    producer: `${message.producerName ?? ''} ${message.producerVersion ?? ''}`.trim(),
    readStored: (tensor) => reader.bytesOf(tensor),
  };
}

function unreadable(source: ModelSource, why: string, cause?: unknown): PtuneError {
  return new PtuneError(
    'model/unreadable',
    `"${source.fileName}" (${source.bytes.byteLength} bytes) cannot be read as an ONNX model: ${why}.`,
    'Copy or download the file again; it may be cut off.',
    cause,
  );
}

function decode(source: ModelSource): ModelMessage {
  try {
    return ModelProto.decode(source.bytes) as unknown as ModelMessage;
  } catch (error) {
    throw unreadable(source, 'it is truncated or no ONNX file', error);
  }
}

class Reader {
  readonly #source: ModelSource;

  constructor(source: ModelSource) {
    this.#source = source;
  }

  graph(message: GraphMessage): Graph {
    const initializers = new Map(
      (message.initializer ?? []).map((t) => [t.name ?? '', this.#tensor(t)]),
    );
    return {
      name: message.name ?? '',
      // Old exporters list initializers among the inputs, too.
      inputs: (message.input ?? []).filter((i) => !initializers.has(i.name)).map(valueInfo),
      outputs: (message.output ?? []).map(valueInfo),
      nodes: (message.node ?? []).map((n) => this.#node(n)),
      initializers,
    };
  }

  bytesOf(tensor: StoredTensor): Uint8Array {
    const { bytes, fileName, readPart } = this.#source;
    return tensor.location === fileName && !this.#source.isSkeleton
      ? bytes.subarray(tensor.offset, tensor.offset + tensor.length)
      : readPart(tensor.location, tensor.offset, tensor.length);
  }

  #node(message: NodeMessage): Node {
    return {
      op: message.opType,
      domain: message.domain === 'ai.onnx' ? '' : (message.domain ?? ''),
      name: message.name ?? '',
      inputs: message.input ?? [],
      outputs: message.output ?? [],
      attributes: Object.fromEntries(
        (message.attribute ?? []).map((a) => [a.name, this.#attribute(a)]),
      ),
    };
  }

  #attribute(a: AttributeMessage): Attribute {
    const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');
    switch (a.type) {
      case attributeTypes.float:
        return { kind: 'float', value: a.f ?? 0 };
      case attributeTypes.int:
        return { kind: 'int', value: toNumber(a.i ?? 0) };
      case attributeTypes.string:
        return { kind: 'string', value: text(a.s ?? new Uint8Array()) };
      case attributeTypes.tensor:
        return { kind: 'tensor', value: this.#tensor(a.t ?? {}) };
      case attributeTypes.graph:
        return { kind: 'graph', value: this.graph(a.g ?? {}) };
      case attributeTypes.floats:
        return { kind: 'floats', value: a.floats ?? [] };
      case attributeTypes.ints:
        return { kind: 'ints', value: (a.ints ?? []).map(toNumber) };
      case attributeTypes.strings:
        return { kind: 'strings', value: (a.strings ?? []).map(text) };
      default:
        throw unreadable(this.#source, `attribute "${a.name}" has the unknown type ${a.type ?? 0}`);
    }
  }

  #tensor(message: TensorMessage): Constant | StoredTensor {
    const dtype = dtypeFromCode(message.dataType ?? 0);
    const shape = (message.dims ?? []).map(toNumber);
    const count = sizeOf(shape);
    if (message.dataLocation === 1) return this.#external(message, dtype, shape);
    const raw = message.rawData;
    if (raw && raw.byteLength > 0) {
      const expected = count * dtypes[dtype].size;
      if (raw.byteLength !== expected) {
        throw unreadable(
          this.#source,
          `tensor "${message.name ?? ''}" has ${raw.byteLength} bytes in place of ${expected}`,
        );
      }
      if (count <= inlineElements || this.#source.isSkeleton)
        return { dtype, shape, data: decodeElements(dtype, raw) };
      // protobufjs returns views into the file's bytes, so that the offset in the file is known.
      invariant(raw.buffer === this.#source.bytes.buffer, 'Weights were copied while reading.');
      const offset = raw.byteOffset - this.#source.bytes.byteOffset;
      return { dtype, shape, location: this.#source.fileName, offset, length: raw.byteLength };
    }
    return { dtype, shape, data: this.#typedData(message, dtype, count) };
  }

  #typedData(message: TensorMessage, dtype: DType, count: number): Float64Array {
    const lists = [
      message.floatData,
      message.doubleData,
      message.int32Data,
      message.int64Data?.map(toNumber),
      message.uint64Data?.map(toNumber),
    ];
    const data = lists.find((list) => list && list.length > 0) ?? [];
    if (data.length !== count) {
      throw unreadable(
        this.#source,
        `tensor "${message.name ?? ''}" has ${data.length} elements in place of ${count}`,
      );
    }
    const isHalf = dtype === 'float16' || dtype === 'bfloat16';
    // Numbers of 16 bits that have no field of their own are listed by their bits.
    return isHalf
      ? decodeElements(dtype, new Uint8Array(Uint16Array.from(data).buffer))
      : Float64Array.from(data);
  }

  #external(message: TensorMessage, dtype: DType, shape: number[]): StoredTensor {
    const name = message.name ?? '';
    const entries = new Map((message.externalData ?? []).map((e) => [e.key, e.value]));
    const location = entries.get('location') ?? '';
    if (location === '') throw unreadable(this.#source, `tensor "${name}" names no weights file`);
    if (outside.test(location)) {
      throw unreadable(
        this.#source,
        `its weights file "${location}" lies outside of the model's folder`,
      );
    }
    const expected = sizeOf(shape) * dtypes[dtype].size;
    const offset = this.#byteCount(entries, 'offset', 0, name);
    const length = this.#byteCount(entries, 'length', expected, name);
    if (length !== expected) {
      throw unreadable(
        this.#source,
        `tensor "${name}" has ${length} bytes in place of ${expected} in "${location}"`,
      );
    }
    const size = this.#source.sizeOfPart(location);
    if (size === undefined) {
      throw new PtuneError(
        'model/no-weights',
        `"${this.#source.fileName}" keeps its weights in "${location}", which is missing.`,
        `Put "${location}" beside it: an export of a large model has several files.`,
      );
    }
    if (size < offset + length) {
      throw unreadable(
        this.#source,
        `its weights file "${location}" has ${size} bytes, but "${name}" ends at byte ${offset + length}`,
      );
    }
    return { dtype, shape, location, offset, length };
  }

  #byteCount(
    entries: ReadonlyMap<string, string>,
    key: 'offset' | 'length',
    fallback: number,
    name: string,
  ): number {
    const written = entries.get(key);
    if (written === undefined) return fallback;
    if (/^\d{1,15}$/.test(written)) return Number(written);
    throw unreadable(this.#source, `tensor "${name}" has the "${key}" ${JSON.stringify(written)}`);
  }
}

/** Paths that do not lie in the model's folder; the engine refuses them, too. */
const outside = /^([/\\]|[A-Za-z]:)|(^|[/\\])\.\.([/\\]|$)/;

function valueInfo(message: ValueInfoMessage): ValueInfo {
  const tensor = message.type?.tensorType;
  return {
    name: message.name,
    dtype: dtypeFromCode(tensor?.elemType ?? 1),
    shape: (tensor?.shape?.dim ?? []).map((d) => {
      if (d.dimParam) return d.dimParam;
      const n = d.dimValue === undefined ? 0 : toNumber(d.dimValue);
      return n > 0 ? n : '';
    }),
  };
}
