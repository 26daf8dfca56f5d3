/** A model with a prompt's virtual tokens in its vocabulary, run by plain libraries. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import {
  AutoModelForCausalLM,
  AutoModelForMaskedLM,
  AutoTokenizer,
  env,
  type Tensor,
} from '@xenova/transformers';
import * as ort from 'onnxruntime-node';
import { afterAll, describe, expect, test } from 'vitest';
import { predictWithRun } from '../../src/training/openRun.ts';
import { exported, runOf, trainedProject, type TrainedProject } from '../support/exportProject.ts';
import { rows } from '../support/tinyProject.ts';
import { openFolder } from '../support/tinyModels.ts';
import { contextFor } from '../support/trainingContext.ts';

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((made) => rm(made, { recursive: true }))));

async function project(options: Parameters<typeof trainedProject>[1]): Promise<TrainedProject> {
  const folder = await mkdtemp(join(tmpdir(), 'ptune-test-'));
  folders.push(folder);
  const settings = 'candidates: vocabulary\n';
  return trainedProject(folder, { settings, ...options });
}

/** The largest difference of a log-probability that is allowed. */
const tolerance = 1e-4;

/** The same where the file's numbers have 16 bits, which are three digits. */
const coarse = 1e-2;

/** Scores by the text of a token, highest first; several tokens may have the same text. */
function byText(scores: readonly (readonly [text: string, score: number])[]) {
  const found = new Map<string, number[]>();
  for (const [text, score] of scores) found.set(text, [...(found.get(text) ?? []), score]);
  for (const list of found.values()) list.sort((x, y) => y - x);
  return found;
}

/** Log-probabilities as ptune says them of the 50 likeliest tokens. */
async function predicted(made: TrainedProject, country: string): Promise<Map<string, number[]>> {
  const run = await runOf(made, 'learned');
  const scores = await predictWithRun(run, { country }, contextFor().context);
  return byText(scores.map(({ candidate, score }) => [candidate, score]));
}

/** What a person types, from the README. */
async function typed(output: string): Promise<string> {
  const readme = await readFile(join(output, 'README.md'), 'utf8');
  return /Type it as text[^]*?```text\n([^]*?)\n```/.exec(readme)![1]!;
}

function logProbabilities(row: ArrayLike<number>): number[] {
  const values = Array.from(row);
  const max = Math.max(...values);
  const sum = max + Math.log(values.reduce((total, value) => total + Math.exp(value - max), 0));
  return values.map((value) => value - sum);
}

const shapes = [
  {
    name: 'BERT',
    options: {
      model: 'masked',
      prompts: '@prompt learned\n{*2} {country} has {*rel:2} as {*rel} {capital} .',
    },
    text: '<learned:1><learned:2> {country} has <learned:3><learned:4> as <learned:3><learned:4> [MASK] .',
  },
  {
    name: 'GPT-2',
    options: {
      model: 'causal',
      prompts: '@prompt learned\n{*2} {country} has {*rel:2} as {*rel} {capital} .',
    },
    text: '<learned:1><learned:2> {country} has <learned:3><learned:4> as <learned:3><learned:4>',
  },
  {
    name: 'GPT-2 with a cache, a word behind the last virtual token',
    options: {
      model: 'causal',
      size: { past: true },
      prompts: '@prompt learned\n{*2}\n{country}{*1} is {capital}',
    },
    text: '<learned:1><learned:2>\n{country}<learned:3> is',
  },
  {
    name: 'LLaMA',
    options: {
      model: 'llama',
      prompts: '@prompt learned\nThe city {*2} {country} has {*2} as {capital} .',
    },
    text: 'The city <learned:1><learned:2> {country} has <learned:3><learned:4> as',
  },
  {
    name: 'GPT-2 of 16 bits',
    options: {
      model: 'causal',
      size: { floats: 'float16' },
      prompts: '@prompt learned\n{*2} {country} is {capital}',
    },
    text: '<learned:1><learned:2> {country} is',
  },
] as const;

describe.each(shapes)('a $name', ({ options, text }) => {
  test('says the same with the new tokens as text, in both plain libraries', async () => {
    const made = await project(options);
    const { output, warnings } = await exported(made, 'learned', 'tokens', 'tokens');
    const rounds = 'size' in options && 'floats' in options.size;
    expect(warnings).toEqual(rounds ? [expect.stringMatching(/rounded/)] : []);
    expect(await typed(output)).toBe(text);
    env.allowRemoteModels = false;
    env.localModelPath = dirname(output);
    const tokenizer = await AutoTokenizer.from_pretrained(basename(output));
    const Model = options.model === 'masked' ? AutoModelForMaskedLM : AutoModelForCausalLM;
    const model = await Model.from_pretrained(basename(output), { dtype: 'fp32' });
    const session = await ort.InferenceSession.create(join(output, 'onnx/model.onnx'));
    for (const [country] of rows.test) {
      const expected = await predicted(made, country);
      const inputs = tokenizer(text.replace('{country}', country)) as Record<string, Tensor>;
      const ids = (inputs['input_ids']!.tolist() as bigint[][])[0]!.map(Number);
      const place =
        options.model === 'masked' ? ids.indexOf(tokenizer.mask_token_id) : ids.length - 1;
      const { logits: own } = (await model(inputs)) as { logits: Tensor };
      const logits = own.to('float32');
      const plain = (await session.run(feedsOf(session, ids)))['logits']!;
      const width = logits.dims[2]!;
      const both = [
        (logits.tolist() as number[][][])[0]![place]!,
        ...(plain.type === 'float32'
          ? [(plain.data as Float32Array).subarray(place * width, (place + 1) * width)]
          : []),
      ];
      for (const row of both.map(logProbabilities)) {
        const said = byText(row.map((score, id) => [tokenizer.decode([id]).trim(), score]));
        for (const [token, scores] of expected) {
          scores.forEach((score, i) => {
            expect(Math.abs(said.get(token)![i]! - score), token).toBeLessThan(
              rounds ? coarse : tolerance,
            );
          });
        }
      }
    }
  });
});

test('the table has the vectors behind its rows, and a head that is tied to it does not', async () => {
  const made = await project(shapes[3].options);
  const before = await openFolder(join(made.folder, 'model'));
  const { output } = await exported(made, 'learned', 'tokens', 'tokens');
  const after = await openFolder(output);
  const config = JSON.parse(await readFile(join(output, 'config.json'), 'utf8')) as object;
  const { vocabularySize } = before.lm.embedding;
  expect(after.lm.embedding.vocabularySize).toBe(vocabularySize + 4);
  expect(config).toMatchObject({ vocab_size: vocabularySize + 4 });
  const table = after.lm.model.graph.initializers.get(after.lm.embedding.table)!;
  const { vectors } = await (await runOf(made, 'learned')).store.readPrompt(made.runs['learned']!);
  if (!('location' in table)) throw new Error('A table lies in the file of weights.');
  const bytes = after.lm.model.readStored(table).slice(-4 * vectors.length);
  expect(new Float32Array(bytes.buffer)).toEqual(vectors);
  const session = await ort.InferenceSession.create(join(output, 'onnx/model.onnx'));
  const { logits } = await session.run(feedsOf(session, [1, vocabularySize]));
  expect(logits!.dims).toEqual([1, 2, vocabularySize]);
});

test('every library reads tokenizer.json as it stands', async () => {
  const made = await project(shapes[0].options);
  const { output } = await exported(made, 'learned', 'tokens', 'tokens');
  // The class BertTokenizer of the model's own file makes a tokenizer of its own in Python.
  expect(JSON.parse(await readFile(join(output, 'tokenizer_config.json'), 'utf8'))).toMatchObject({
    tokenizer_class: 'PreTrainedTokenizerFast',
    model_input_names: ['input_ids', 'attention_mask'],
    mask_token: '[MASK]',
  });
});

test('every new token is a special one that no normalizer changes', async () => {
  const made = await project(shapes[0].options);
  const { output } = await exported(made, 'learned', 'tokens', 'tokens');
  const { added_tokens: added } = JSON.parse(
    await readFile(join(output, 'tokenizer.json'), 'utf8'),
  ) as { added_tokens: { content: string; id: number }[] };
  const { tokenizer } = await openFolder(join(made.folder, 'model'));
  expect(added.slice(-4)).toEqual(
    [1, 2, 3, 4].map((row) => ({
      id: tokenizer.vocabularySize + row - 1,
      content: `<learned:${row}>`,
      single_word: false,
      lstrip: true,
      rstrip: false,
      normalized: false,
      special: true,
    })),
  );
});

test('the vectors of an encoder-decoder model are in its encoder, and the decoder is as it was', async () => {
  const made = await project({
    model: 'encoderDecoder',
    prompts: '@prompt learned\n{*2} {country} {capital} .',
  });
  const { output, files } = await exported(made, 'learned', 'tokens', 'tokens');
  expect(files.filter((name) => name.startsWith('onnx/'))).toEqual([
    'onnx/decoder_model.onnx',
    'onnx/decoder_model.onnx_data',
    'onnx/encoder_model.onnx',
    'onnx/encoder_model.onnx_data',
  ]);
  const [before, after] = [await openFolder(join(made.folder, 'model')), await openFolder(output)];
  const size = before.lm.embedding.vocabularySize;
  expect(after.lm.encoder!.embedding.vocabularySize).toBe(size + 2);
  expect(after.lm.embedding.vocabularySize).toBe(size);
});

test('a table of 8 bits is refused, and the reason is told', async () => {
  const made = await project({ model: 'causal', size: { table: 'uint8' } });
  for (const format of ['tokens', 'onnx'] as const) {
    await expect(exported(made, 'learned', format, format)).rejects.toMatchObject({
      code: 'export/not-possible',
      message:
        "The model's table of token embeddings cannot be made longer: it holds numbers of type uint8.",
      nextStep: expect.stringContaining('onnx/model.onnx') as string,
    });
  }
});

test('a deep prompt has no tokens to be', async () => {
  const made = await project({
    model: 'causal',
    size: { past: true },
    prompts: '@prompt learned {depth: deep, encoder: none}\n{*2} {country} {capital}',
  });
  await expect(exported(made, 'learned', 'tokens', 'tokens')).rejects.toMatchObject({
    code: 'export/not-possible',
  });
});

/** What an exporter's graph takes for one text. */
function feedsOf(session: ort.InferenceSession, ids: readonly number[]) {
  const int64 = (values: readonly number[]) =>
    new ort.Tensor('int64', BigInt64Array.from(values.map(BigInt)), [1, values.length]);
  const feeds: Record<string, ort.Tensor> = {};
  for (const name of session.inputNames) {
    if (name === 'input_ids') feeds[name] = int64(ids);
    else if (name === 'attention_mask') feeds[name] = int64(ids.map(() => 1));
    else if (name === 'position_ids') feeds[name] = int64(ids.map((_, i) => i));
    else feeds[name] = new ort.Tensor('float32', [], [1, 2, 0, 4]);
  }
  return feeds;
}
