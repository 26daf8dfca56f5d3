/** A model in which padding counts is refused before it is trained. */
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { ModelProto, type ModelMessage } from '../../src/onnx/schema.ts';
import { trainFile } from '../../src/training/trainFile.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { writeProject } from '../support/tinyProject.ts';
import { contextFor } from '../support/trainingContext.ts';

test('a model that attends to padding is not trained', async () => {
  const path = await writeProject(await temporaryFolder());
  const onnx = join(dirname(path), 'model', 'onnx', 'model.onnx');
  const message = ModelProto.decode(await readFile(onnx)) as unknown as ModelMessage;
  // What is added to the scores of padding, −10⁴, becomes 0.
  message.graph!.initializer!.find(({ name }) => name === 'masked')!.rawData = new Uint8Array(4);
  await writeFile(onnx, ModelProto.encode(ModelProto.fromObject(message)).finish());
  const { context, of } = contextFor();
  await expect(trainFile({ path }, context)).rejects.toMatchObject({
    code: 'model/unsupported',
    message: expect.stringContaining('In a padded batch') as string,
  });
  expect(of('step')).toEqual([]);
});
