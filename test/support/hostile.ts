/** Model files that no exporter would write. */
import type { Random } from '../../src/base/random.ts';
import {
  attributeTypes,
  ModelProto,
  type GraphMessage,
  type ModelMessage,
} from '../../src/onnx/schema.ts';
import { isStored } from '../../src/onnx/tensor.ts';
import { readModel } from '../../src/onnx/read.ts';

/** What must not be read: the bytes of a file beside the model's folder. */
export const secret = Buffer.alloc(4 * 20 * 8, 's');

/** The bytes of a file with any graph, whether it makes sense or not. */
export function fileOf(graph: GraphMessage): Uint8Array {
  return ModelProto.encode(
    ModelProto.fromObject({ irVersion: 8, graph, opsetImport: [{ domain: '', version: 17 }] }),
  ).finish();
}

/** A model [20, 8] · its weights, which it keeps in another file, at a place of it in bytes. */
export function externalModel(
  location: string,
  place?: { readonly offset: number; readonly length: number },
): Uint8Array {
  return fileOf({
    name: 'external',
    node: [
      { opType: 'Gather', name: 'words', input: ['w', 'input_ids'], output: ['embedded'] },
      { opType: 'Transpose', name: 'turned', input: ['w'], output: ['table'] },
      { opType: 'MatMul', name: 'head', input: ['embedded', 'table'], output: ['logits'] },
    ],
    initializer: [
      {
        name: 'w',
        dataType: 1,
        dims: [20, 8],
        dataLocation: 1,
        externalData: Object.entries({ location, ...place }).map(([key, value]) => ({
          key,
          value: String(value),
        })),
      },
    ],
    input: [{ name: 'input_ids', type: { tensorType: { elemType: 7 } } }],
    output: [{ name: 'logits', type: { tensorType: { elemType: 1 } } }],
  });
}

/** A file in memory with the one that holds its weights; reading past their ends is an error. */
export function sourceOf(files: Readonly<Record<string, Uint8Array>>, fileName = 'model.onnx') {
  const part = (name: string, offset: number, length: number) => {
    const file = files[name]!;
    if (offset < 0 || offset + length > file.length) throw new Error(`Read past "${name}".`);
    return file.subarray(offset, offset + length);
  };
  return {
    fileName,
    size: files[fileName]!.length,
    read: (offset: number, length: number) => part(fileName, offset, length),
    locate: (name: string) =>
      Object.hasOwn(files, name) ? { name, size: files[name]!.length } : undefined,
    readPart: part,
  };
}

/** Offsets of a file's bytes that are neither weights nor letters of names. */
export function structureOf(bytes: Uint8Array, others: Readonly<Record<string, Uint8Array>> = {}) {
  const skipped = Uint8Array.from(bytes, (byte) => Number(byte >= 0x20 && byte < 0x7f));
  const model = readModel(sourceOf({ ...others, 'model.onnx': bytes }));
  for (const value of model.graph.initializers.values()) {
    const isHere = isStored(value) && value.location === 'model.onnx';
    if (isHere) skipped.fill(1, value.offset, value.offset + value.length);
  }
  return [...bytes.keys()].filter((i) => skipped[i] === 0);
}

/** The bytes with one or two places changed, as a rule among `places`. */
export function damaged(bytes: Uint8Array, places: readonly number[], random: Random): Uint8Array {
  const any = () =>
    random.integer(4) === 0 ? random.integer(bytes.length) : oneOf(places, random);
  let result = Uint8Array.from(bytes);
  for (let n = 1 + random.integer(2); n > 0; n--) {
    const at = Math.min(any(), result.length - 1);
    switch (random.integer(8)) {
      case 0:
        result = spliced(result, at, 1 + random.integer(8), []);
        break;
      case 1:
        result = spliced(result, at, 1, oneOf(hugeNumbers, random));
        break;
      case 2:
        result = result.subarray(0, at + 1);
        break;
      case 3:
        result[at] = random.integer(256);
        break;
      default:
        result[at]! ^= 1 << random.integer(8);
    }
  }
  return result;
}

/** Numbers as protobuf writes them: 2^63 − 1, −1 and 2^32. */
const hugeNumbers: readonly (readonly number[])[] = [
  [255, 255, 255, 255, 255, 255, 255, 255, 127],
  [255, 255, 255, 255, 255, 255, 255, 255, 255, 1],
  [128, 128, 128, 128, 16],
];

function spliced(bytes: Uint8Array, at: number, removed: number, added: readonly number[]) {
  return Uint8Array.from([...bytes.subarray(0, at), ...added, ...bytes.subarray(at + removed)]);
}

const oneOf = <T>(list: readonly T[], random: Random): T => list[random.integer(list.length)]!;

const numbers = [-(2 ** 62), -(2 ** 31), -7, -2, -1, 0, 1, 2, 3, 5, 64, 2 ** 31, 2 ** 40, 2 ** 60];

/** The bytes of a whole file in which nodes, attributes or tensors say something else. */
export function confused(bytes: Uint8Array, random: Random): Uint8Array {
  const message = ModelProto.decode(bytes) as unknown as ModelMessage;
  const { node: nodes = [], initializer: tensors = [] } = message.graph!;
  const number = () => oneOf(numbers, random);
  const names = nodes.flatMap(({ output }) => output ?? []).concat(tensors.map((t) => t.name!));
  for (let n = 1 + random.integer(2); n > 0; n--) {
    const node = oneOf(nodes, random);
    const tensor = oneOf(tensors, random);
    switch (random.integer(9)) {
      case 0:
        node.opType = oneOf([...nodes.map(({ opType }) => opType), ...otherOperators], random);
        break;
      case 1:
        node.input![random.integer(node.input!.length)] = oneOf(names, random);
        break;
      case 2:
        node.input!.splice(random.integer(node.input!.length), 1);
        break;
      case 3:
        node.input!.push(oneOf([...names, ''], random));
        break;
      case 4:
        for (const attribute of node.attribute ?? []) {
          if (attribute.ints?.length)
            attribute.ints[random.integer(attribute.ints.length)] = number();
          else if (attribute.type === attributeTypes.int) attribute.i = number();
          else attribute.type = 1 + random.integer(8);
        }
        break;
      case 5:
        node.attribute = [
          ...(node.attribute ?? []),
          { name: oneOf(attributeNames, random), type: attributeTypes.int, i: number() },
        ];
        break;
      case 6:
        tensor.dims = (tensor.dims ?? []).toReversed();
        if (random.integer(2) === 0) tensor.dims.push(1);
        break;
      case 7:
        if (tensor.dataType === 7 && tensor.rawData?.length) {
          const values = Array.from({ length: tensor.rawData.length / 8 }, () => BigInt(number()));
          tensor.rawData = new Uint8Array(BigInt64Array.from(values).buffer);
        } else tensor.dims = [number(), number()];
        break;
      case 8:
        if (tensor.dataType === 7) tensor.dataType = oneOf([11, 12, 13, 9], random);
        else tensor.dataType = oneOf([6, 12], random);
        break;
    }
  }
  return ModelProto.encode(ModelProto.fromObject(message)).finish();
}

const otherOperators = [
  'CumSum',
  'Concat',
  'Expand',
  'ConstantOfShape',
  'Range',
  'Tile',
  'Split',
  'Gather',
  'Shape',
  'If',
  'Loop',
  'ReduceMax',
  'ScatterND',
  'Squeeze',
  'Div',
  'Attention',
  'constructor',
  '',
];

const attributeNames = ['axis', 'perm', 'axes', 'to', 'transA', 'keepdims', '__proto__', 'value'];
