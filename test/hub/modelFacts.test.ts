import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PtuneError } from '../../src/base/errors.ts';
import { describeModel, listModels } from '../../src/hub/modelFacts.ts';
import { loadTokenizer } from '../../src/hub/tokenizer.ts';
import { readVocabulary } from '../../src/hub/vocabulary.ts';
import { root } from '../support/project.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const bundledFolder = join(root, 'media/models');
const places = { fileFolder: root, bundledFolder };

test('a bundled model has a kind, a size and a length', async () => {
  const found = await describeModel({ id: 'bundled/mini-mlm' }, places);
  expect(found).toMatchObject({
    folder: join(bundledFolder, 'mini-mlm'),
    model: { place: 'bundled', kind: 'masked', maxTokens: 48, problem: undefined },
  });
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
