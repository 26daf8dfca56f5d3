/** A model with a prompt inside, run by plain onnxruntime. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { AutoTokenizer, env } from '@xenova/transformers';
import * as ort from 'onnxruntime-node';
import { afterAll, describe, expect, test } from 'vitest';
import { predictWithRun } from '../../src/training/openRun.ts';
import { exported, runOf, trainedProject, type TrainedProject } from '../support/exportProject.ts';
import { rows } from '../support/tinyProject.ts';
import { contextFor } from '../support/trainingContext.ts';

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((made) => rm(made, { recursive: true }))));

async function project(options: Parameters<typeof trainedProject>[1]): Promise<TrainedProject> {
  const folder = await mkdtemp(join(tmpdir(), 'ptune-test-'));
  folders.push(folder);
  return trainedProject(folder, options);
}

interface PromptFacts {
  readonly inputs: readonly {
    readonly name: string;
    readonly parts: readonly (string | { readonly slot: string })[];
  }[];
  readonly candidates: readonly string[];
}

/** The scores of all answers to one input, as the exported folder alone gives them. */
async function asked(
  output: string,
  row: Readonly<Record<string, string>>,
): Promise<Map<string, number>> {
  env.allowRemoteModels = false;
  env.localModelPath = dirname(output);
  const tokenizer = await AutoTokenizer.from_pretrained(basename(output));
  const facts = JSON.parse(await readFile(join(output, 'prompt.json'), 'utf8')) as PromptFacts;
  const session = await ort.InferenceSession.create(join(output, 'model.onnx'));
  const feeds = facts.inputs.map(({ name, parts }) => {
    const text = parts.map((part) => (typeof part === 'string' ? part : row[part.slot])).join('');
    const ids = tokenizer.encode(text, { add_special_tokens: false });
    const twice = BigInt64Array.from([...ids, ...ids].map(BigInt));
    return [name, new ort.Tensor('int64', twice, [2, ids.length])] as const;
  });
  const { scores } = await session.run(Object.fromEntries(feeds));
  const data = scores!.data as Float32Array;
  const count = data.length / 2;
  // Both rows of the batch are the same input.
  for (let i = 0; i < count; i++) expect(data[count + i]).toBeCloseTo(data[i]!, 5);
  expect(scores!.dims).toEqual([2, facts.candidates.length]);
  return new Map(facts.candidates.map((name, i) => [name, data[i]!]));
}

const labels = 'labels:\n  yes: [Lima, great movie]\n  no: [Oslo]\n  maybe: [Rome]\n';
const longAnswers = {
  train: [...rows.train, ['bad', 'Peru Lima'], ['good', 'terrible Cairo']],
  validation: rows.validation,
  test: rows.test,
} as const;
const labelled = {
  train: [
    ['Peru', 'yes'],
    ['Chad', 'no'],
    ['Mali', 'yes'],
    ['Cuba', 'maybe'],
  ],
  validation: [['Iran', 'yes']],
  test: [
    ['Chad Mali', 'yes'],
    ['great', 'no'],
  ],
} as const;

describe.each([
  {
    name: 'a masked model with answers of one and of two tokens',
    options: {
      model: 'masked',
      rows: longAnswers,
      prompts: '@prompt learned\n{*2} {country} has {*rel:2} as {capital} {*rel} .',
    },
  },
  {
    name: 'a causal model with answers of one and of several tokens',
    options: {
      model: 'causal',
      rows: longAnswers,
      prompts: '@prompt learned\nThe city {country} is {*2} {capital}',
    },
  },
  {
    name: 'a model of labels with several words',
    options: {
      model: 'masked',
      settings: labels,
      rows: labelled,
      prompts: '@prompt learned\n{country} {*3} {capital} .',
    },
  },
  {
    name: 'a LLaMA, with a slot in two places',
    options: {
      model: 'llama',
      prompts: '@prompt learned\n{country} has {*2} {country} as {*2} {capital}',
    },
  },
  {
    name: 'a GPT-2 with a deep prompt',
    options: {
      model: 'causal',
      size: { past: true },
      prompts: '@prompt learned {depth: deep, encoder: none}\n{*2} {country} is {capital}',
    },
  },
  {
    name: 'a GPT-2 with an empty cache',
    options: {
      model: 'causal',
      size: { past: true },
      prompts: '@prompt learned\n{*2} {country|upper} is {capital}',
    },
  },
] as const)('$name', ({ name, options }) => {
  test('scores every answer as ptune predict does', async () => {
    const made = await project(options);
    const { output, warnings } = await exported(made, 'learned', 'onnx', 'onnx');
    expect(warnings).toEqual([]);
    const run = await runOf(made, 'learned');
    for (const country of ['Chad Mali', 'great']) {
      const expected = await predictWithRun(run, { country }, contextFor().context);
      const given = name.includes('empty cache') ? country.toUpperCase() : country;
      const scores = await asked(output, { country: given });
      expect(scores.size).toBe(expected.length);
      for (const { candidate, score } of expected) {
        expect(Math.abs(scores.get(candidate)! - score), candidate).toBeLessThan(1e-4);
      }
    }
  });
});

test('a template without a slot and answers that are written freely are refused', async () => {
  const fixed = await project({ model: 'masked', prompts: '@prompt learned\n{*2} is {capital}' });
  const written = await project({ model: 'causal', settings: 'candidates: generate\n' });
  for (const made of [fixed, written]) {
    await expect(exported(made, 'learned', 'onnx', 'onnx')).rejects.toMatchObject({
      code: 'export/not-possible',
    });
  }
});
