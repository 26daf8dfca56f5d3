/** Reads ONNX files. Weights are not copied: their place in the file is noted. */
import { PtuneError } from '../base/errors.ts';
import { faultOf } from './checkGraph.ts';
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
import { withoutFunctions } from './functions.ts';
import { inOrder } from './order.ts';
import { readSkeleton, type FileParts } from './skeleton.ts';
import {
  decodeElements,
  dtypeFromCode,
  dtypes,
  formatShape,
  isPossible,
  sizeOf,
  type Constant,
  type DType,
  type StoredTensor,
} from './tensor.ts';

/** Where a model's bytes come from. */
export interface ModelSource extends FileParts {
  /** Its name, for errors; the place of its own weights. */
  readonly fileName: string;
  /**
   * The file that a weight names, this one included: its name for `readPart` and for the engine, and
   * its size in bytes. Undefined where there is none.
   *
   * @throws PtuneError `model/unreadable` for a file that lies elsewhere than beside this one
   */
  readonly locate: (location: string) => { name: string; size: number } | undefined;
  /** Reads a part of a file by the name that `locate` gave. */
  readonly readPart: (name: string, offset: number, length: number) => Uint8Array;
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
  const graph = reader.graph(withoutFunctions(message, (why) => unreadable(source, why)));
  const fault = faultOf(graph);
  if (fault !== undefined) throw unreadable(source, fault);
  const opsets = operatorSets(message, source);
  // They stand behind the graph: a file that was cut off there is whole but for these.
  for (const domain of ['', ...graph.nodes.map((node) => node.domain)]) {
    if (opsets.has(domain)) continue;
    const which = domain === '' ? '' : ` "${domain}"`;
    throw unreadable(source, `it names no version of the operator set${which}`);
  }
  return {
    graph: { ...graph, nodes: inOrder(graph.nodes) },
    opsets,
    producer: `${message.producerName ?? ''} ${message.producerVersion ?? ''}`.trim(),
    readStored: ({ location, offset, length }) => source.readPart(location, offset, length),
  };
}

/** The versions that the file and its functions are written in, by domain. */
function operatorSets({ opsetImport, functions }: ModelMessage, source: ModelSource) {
  const result = new Map<string, number>();
  const owners = [{ name: 'The model', opsetImport }, ...(functions ?? [])];
  for (const owner of owners) {
    for (const set of owner.opsetImport ?? []) {
      const domain = set.domain === 'ai.onnx' ? '' : (set.domain ?? '');
      const version = toNumber(set.version ?? 1);
      const known = result.get(domain) ?? version;
      if (known === version) result.set(domain, version);
      else if (domain === '') {
        throw new PtuneError(
          'model/unsupported',
          `"${source.fileName}" is written in operator set ${known}, and its function "${owner.name ?? ''}" in ${version}.`,
          'Export the model again, with one operator set for all of it.',
        );
      }
    }
  }
  return result;
}

function unreadable(source: ModelSource, why: string, cause?: unknown): PtuneError {
  return new PtuneError(
    'model/unreadable',
    `"${source.fileName}" (${source.size} bytes) cannot be read as an ONNX model: ${why}.`,
    'Copy or download the file again; it may be cut off.',
    cause,
  );
}

function decode(source: ModelSource): ModelMessage {
  const skeleton = readSkeleton(source, source.fileName);
  try {
    return ModelProto.decode(skeleton) as unknown as ModelMessage;
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
    if (!isPossible(shape)) {
      throw unreadable(
        this.#source,
        `tensor "${message.name ?? ''}" has the impossible shape ${formatShape(shape)}`,
      );
    }
    const count = sizeOf(shape);
    if (message.dataLocation === 1) return this.#external(message, dtype, shape);
    const raw = message.rawData;
    if (!raw?.byteLength) return { dtype, shape, data: this.#typedData(message, dtype, count) };
    const expected = count * dtypes[dtype].size;
    if (raw.byteLength !== expected) {
      throw unreadable(
        this.#source,
        `tensor "${message.name ?? ''}" has ${raw.byteLength} bytes in place of ${expected}`,
      );
    }
    return { dtype, shape, data: decodeElements(dtype, raw) };
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
    const expected = sizeOf(shape) * dtypes[dtype].size;
    const offset = this.#byteCount(entries, 'offset', 0, name);
    const length = this.#byteCount(entries, 'length', expected, name);
    if (length !== expected) {
      throw unreadable(
        this.#source,
        `tensor "${name}" has ${length} bytes in place of ${expected} in "${location}"`,
      );
    }
    const file = this.#source.locate(location);
    if (file === undefined) {
      throw new PtuneError(
        'model/no-weights',
        `"${this.#source.fileName}" keeps its weights in "${location}", which is missing.`,
        `Put "${location}" beside it: an export of a large model has several files.`,
      );
    }
    if (file.size < offset + length) {
      throw unreadable(
        this.#source,
        `its weights file "${location}" has ${file.size} bytes, but "${name}" ends at byte ${offset + length}`,
      );
    }
    return { dtype, shape, location: file.name, offset, length };
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
