/** Which other files hold the weights of an ONNX file. */
import { PtuneError } from '../base/errors.ts';
import { ModelProto, type GraphMessage, type ModelMessage, type TensorMessage } from './schema.ts';
import { readSkeleton, type FileParts } from './skeleton.ts';

/**
 * The names that the weights of a model have in it, relative to its folder, as they are written
 * there: nothing says that they lie within the folder, or are there.
 *
 * @throws PtuneError `model/unreadable` when the bytes are no ONNX file
 */
export function externalFiles(file: FileParts, fileName: string): string[] {
  const skeleton = readSkeleton(file, fileName);
  let model: ModelMessage;
  try {
    model = ModelProto.decode(skeleton) as unknown as ModelMessage;
  } catch (error) {
    throw new PtuneError(
      'model/unreadable',
      `"${fileName}" (${file.size} bytes) is no whole ONNX file.`,
      'Copy or download the file again; it may be cut off.',
      error,
    );
  }
  const names = new Set<string>();
  for (const tensor of tensorsOf(model.graph)) {
    if (tensor.dataLocation !== 1) continue;
    const place = tensor.externalData?.find(({ key }) => key === 'location')?.value;
    // Weights in the file itself were given its own name.
    if (place !== undefined && place !== fileName) names.add(place);
  }
  return [...names].sort();
}

function* tensorsOf(graph: GraphMessage | undefined): Generator<TensorMessage> {
  yield* graph?.initializer ?? [];
  for (const { attribute } of graph?.node ?? []) {
    for (const { t, g } of attribute ?? []) {
      if (t) yield t;
      if (g) yield* tensorsOf(g);
    }
  }
}
