/** Model files that no exporter would write. */
import { ModelProto, type GraphMessage } from '../../src/onnx/schema.ts';

/** What must not be read: the bytes of a file beside the model's folder. */
export const secret = Buffer.alloc(4 * 20 * 8, 's');

/** The bytes of a file with any graph, whether it makes sense or not. */
export function fileOf(graph: GraphMessage): Uint8Array {
  return ModelProto.encode(
    ModelProto.fromObject({ irVersion: 8, graph, opsetImport: [{ domain: '', version: 17 }] }),
  ).finish();
}

/** A model [20, 8] · its weights, which it keeps in another file. */
export function externalModel(location: string): Uint8Array {
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
        externalData: [{ key: 'location', value: location }],
      },
    ],
    input: [{ name: 'input_ids', type: { tensorType: { elemType: 7 } } }],
    output: [{ name: 'logits', type: { tensorType: { elemType: 1 } } }],
  });
}
