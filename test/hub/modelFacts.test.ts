import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PtuneError } from '../../src/base/errors.ts';
import { describeModel, listModels } from '../../src/hub/modelFacts.ts';
import { loadTokenizer } from '../../src/hub/tokenizer.ts';
import { readVocabulary } from '../../src/hub/vocabulary.ts';
import { root } from '../support/project.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { writeCausalModel } from '../support/tinyModels.ts';

const bundledFolder = join(root, 'media/models');
const places = { fileFolder: root, bundledFolder };

test('a bundled model has a kind, a size and a length', async () => {
  const found = await describeModel({ id: 'bundled/mini-mlm' }, places);
  expect(found).toMatchObject({
    folder: join(bundledFolder, 'mini-mlm'),
    model: { place: 'bundled', kind: 'masked', maxTokens: 48, problem: undefined },
  });
});

test('whether a model takes cached keys and values is told without its graph', async () => {
  const folder = await temporaryFolder();
  await writeCausalModel(join(folder, 'plain'));
  await writeCausalModel(join(folder, 'past'), { past: true });
  const takesCache = async (id: string) => {
    const found = await describeModel({ id }, { ...places, fileFolder: folder });
    return typeof found === 'object' && 'model' in found ? found.model.takesCache : found;
  };
  const ids = ['bundled/mini-mlm', 'bundled/mini-clm', './plain', './past'];
  expect(await Promise.all(ids.map(takesCache))).toEqual([false, true, false, true]);
  // A file that is replaced is looked at again, one that is too large not at all.
  await writeFile(join(folder, 'plain/onnx/model.onnx'), 'past_key_values.0.key');
  expect(await takesCache('./plain')).toBe(true);
  await truncate(join(folder, 'plain/onnx/model.onnx'), 40e6);
  expect(await takesCache('./plain')).toBeUndefined();
});

test('a model that is nowhere is missing, one without a tokenizer is an error', async () => {
  const folder = await temporaryFolder();
  expect(await describeModel({ id: 'owner/name' }, places)).toBe('missing');
  await mkdir(join(folder, 'm'));
  await writeFile(join(folder, 'm/model.onnx'), '');
  const broken = await describeModel({ id: './m' }, { ...places, fileFolder: folder });
  expect(broken).toBeInstanceOf(PtuneError);
  expect((broken as PtuneError).code).toBe('model/no-tokenizer');
});

test('models of a cache are listed by their names on the Hub, with license and problem', async () => {
  const cache = await temporaryFolder();
  const model = join(cache, 'owner/classifier');
  await mkdir(model, { recursive: true });
  await writeFile(join(model, 'model.onnx'), 'graph');
  await writeFile(join(model, 'tokenizer.json'), '{"model":{}}');
  await writeFile(join(model, 'README.md'), '---\nlicense: apache-2.0\n---\n# A model\n');
  await writeFile(
    join(model, 'config.json'),
    JSON.stringify({ architectures: ['BertForSequenceClassification'] }),
  );
  const found = await listModels({ ...places, caches: [cache] });
  expect(found.map(({ id }) => id)).toContain('bundled/mini-mlm');
  const cached = found.find(({ id }) => id === 'owner/classifier');
  expect(cached).toMatchObject({ place: 'cache', license: 'apache-2.0' });
  expect(cached!.problem).toContain('BertForSequenceClassification');
});

test('a vocabulary counts as the tokenizer does, and its words are one token each', async () => {
  const folder = join(bundledFolder, 'mini-mlm');
  const vocabulary = (await readVocabulary(folder))!;
  const tokenizer = await loadTokenizer(folder);
  for (const text of ['Paris', 'The capital of Peru', 'unfathomable things', '']) {
    expect(vocabulary.countTokens(text)).toBe(tokenizer.encodePiece(text).length);
  }
  expect(vocabulary.words.length).toBeGreaterThan(1000);
  for (const word of vocabulary.words.slice(0, 200)) {
    expect(tokenizer.encodePiece(word), word).toHaveLength(1);
  }
  expect(await readVocabulary(bundledFolder)).toBeUndefined();
});
