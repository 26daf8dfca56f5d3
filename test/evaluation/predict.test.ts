/** Scores of candidates against a computation without batches, padding, selection or grouping. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Example } from '../../src/data/examples.ts';
import { PromptEncoding } from '../../src/encoding/encodePrompt.ts';
import { candidateSet, type CandidateSet } from '../../src/evaluation/candidates.ts';
import { predict, rankCandidates } from '../../src/evaluation/predict.ts';
import { PromptModel } from '../../src/evaluation/promptModel.ts';
import { parse } from '../../src/language/parser.ts';
import { int64, Session } from '../../src/runtime/session.ts';
import { openFolder, writeCausalModel, writeMaskedModel } from '../support/tinyModels.ts';

let folder: string;
const models: Record<string, { model: PromptModel; file: Session }> = {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ptune-test-'));
  for (const [kind, write] of [
    ['masked', writeMaskedModel],
    ['causal', writeCausalModel],
  ] as const) {
    const own = await write(join(folder, kind));
    const model = new PromptModel(await openFolder(own), 1);
    models[kind] = {
      model,
      file: await Session.create(await readFile(join(own, 'onnx/model.onnx'))),
    };
  }
});

afterAll(async () => {
  for (const { model, file } of Object.values(models)) {
    await model.release();
    await file.release();
  }
  await rm(folder, { recursive: true });
});

const examples: Example[] = [
  ['Peru', 'Lima'],
  ['Chad', 'main city'],
  ['Mali is a city', 'Oslo'],
  ['Cuba', 'great'],
].map(([country, capital], index) => ({
  index,
  row: { country: country!, capital: capital! },
  answer: capital!,
  source: `x.jsonl:${index + 1}`,
}));

function fileOf(template: string, settings = '') {
  return parse(`---\nmodel: m\nanswer: capital\n${settings}---\n@prompt p\n${template}\n`);
}

function inputsOf(kind: string, template: string, candidates: CandidateSet) {
  const { model } = models[kind]!;
  const encoding = new PromptEncoding(fileOf(template).prompts[0]!, model.encoding);
  return { model, encoding, vectors: undefined, candidates };
}

/** ln p of each id in turn, the file run on one row without padding. */
async function logProbabilities(kind: string, ids: readonly number[]): Promise<number[][]> {
  const shape = [1, ids.length];
  const { logits } = await models[kind]!.file.run({
    input_ids: int64(shape, ids),
    attention_mask: int64(
      shape,
      ids.map(() => 1),
    ),
  });
  const width = logits!.length / ids.length;
  return ids.map((_, t) => {
    const row = [...logits!.subarray(t * width, (t + 1) * width)];
    const max = Math.max(...row);
    const log = Math.log(row.reduce((sum, x) => sum + Math.exp(x - max), 0));
    return row.map((x) => x - max - log);
  });
}

/** The mean log-probability of a word in the answer's place, one input for each word. */
async function naive(kind: string, template: string, example: Example, word: string) {
  const { tokenizer } = models[kind]!.model.open;
  const filled = (text: string) => text.replace('{country}', example.row.country!);
  const [before, after] = template.split('{capital}') as [string, string];
  if (kind === 'masked') {
    const answer = tokenizer.encode(word);
    const start = tokenizer.encode(filled(before));
    const end = tokenizer.encode(filled(after));
    const masks = answer.map(() => tokenizer.maskId!);
    const ids = [...tokenizer.prefixIds, ...start, ...masks, ...end, ...tokenizer.suffixIds];
    const rows = await logProbabilities(kind, ids);
    const scores = answer.map((id, i) => rows[tokenizer.prefixIds.length + start.length + i]![id]!);
    return mean(scores);
  }
  const start = tokenizer.encode(filled(before).trimEnd());
  const answer = tokenizer.encode(` ${word}`);
  const rows = await logProbabilities(kind, [...start, ...answer]);
  return mean(answer.map((id, i) => rows[start.length - 1 + i]![id]!));
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

function softmax(scores: readonly number[]): number[] {
  const exps = scores.map((score) => Math.exp(score));
  const sum = exps.reduce((a, b) => a + b, 0);
  return exps.map((e) => e / sum);
}

const template = 'The capital of {country} is {capital} .';
const named = (...names: string[]): CandidateSet => ({
  kind: 'answers',
  candidates: names.map((name) => ({ name, words: [name] })),
});

const vocabulary: CandidateSet = { kind: 'vocabulary', candidates: [] };

describe.each(['masked', 'causal'])('the %s model', (kind) => {
  // Two of them share all tokens but the last, one has three tokens.
  const names = ['Lima', 'main city', 'main movie', 'Oslo', 'great', 'Rome is Cairo', 'Lim'];

  test.each([
    ['a template', template],
    // A causal model makes eight positions of it once for all examples.
    ['a template with a long start', `It was great . The main city was great . ${template}`],
  ])(
    'scores candidates of one and of several tokens as the whole model does: %s',
    async (_, own) => {
      const inputs = inputsOf(kind, own, named(...names));
      const predictions = await predict(inputs, examples);
      for (const [i, example] of examples.entries()) {
        const scores: number[] = [];
        for (const name of names) scores.push(await naive(kind, own, example, name));
        const probabilities = softmax(scores);
        const right = names.indexOf(example.answer);
        const best = scores.indexOf(Math.max(...scores));
        const rank = scores.filter((score) => score > scores[right]!).length + 1;
        expect(predictions[i]).toMatchObject({
          example: i,
          answer: example.answer,
          predicted: names[best],
          rank,
          correct: rank === 1,
        });
        expect(predictions[i]!.loss).toBeCloseTo(-scores[right]!, 4);
        expect(predictions[i]!.probability).toBeCloseTo(probabilities[right]!, 4);
        expect(predictions[i]!.predictedProbability).toBeCloseTo(probabilities[best]!, 4);
      }
    },
  );

  test('ranks candidates for one input, best first', async () => {
    const inputs = inputsOf(kind, template, named(...names));
    const ranked = await rankCandidates(inputs, { ...examples[0]!, answer: '' });
    expect(ranked.map(({ candidate }) => candidate).sort()).toEqual([...names].sort());
    for (const [i, { candidate, score }] of ranked.entries()) {
      expect(score).toBeCloseTo(await naive(kind, template, examples[0]!, candidate), 4);
      if (i > 0) expect(score).toBeLessThanOrEqual(ranked[i - 1]!.score);
    }
    expect(ranked.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 6);
  });

  test('scores a label as the mean of its words', async () => {
    const labels = { positive: ['great', 'good city', 'like'], negative: ['terrible', 'bad'] };
    const settings = `labels: ${JSON.stringify(labels)}\n`;
    const file = fileOf(template, settings);
    const asked = examples.map((example, i) => ({
      ...example,
      answer: i % 2 === 0 ? 'positive' : 'negative',
    }));
    const candidates = candidateSet(file.settings, asked, undefined);
    expect(candidates.kind).toBe('labels');
    const predictions = await predict(inputsOf(kind, template, candidates), asked);
    for (const [i, example] of asked.entries()) {
      const scores: number[] = [];
      for (const words of Object.values(labels)) {
        const each: number[] = [];
        for (const word of words) each.push(await naive(kind, template, example, word));
        scores.push(mean(each));
      }
      const probabilities = softmax(scores);
      const right = Object.keys(labels).indexOf(example.answer);
      expect(predictions[i]!.probability).toBeCloseTo(probabilities[right]!, 4);
      expect(predictions[i]!.loss).toBeCloseTo(-Math.log(probabilities[right]!), 4);
      expect(predictions[i]!.correct).toBe(scores[right]! > scores[1 - right]!);
    }
  });

  test('ranks an answer among the whole vocabulary, special tokens left out', async () => {
    const predictions = await predict(inputsOf(kind, template, vocabulary), examples);
    const { tokenizer } = models[kind]!.model.open;
    const words = Array.from({ length: tokenizer.vocabularySize }, (_, id) => id).filter(
      (id) => !tokenizer.specialIds.includes(id),
    );
    for (const i of [0, 2, 3]) {
      const example = examples[i]!;
      const own = await naive(kind, template, example, example.answer);
      expect(predictions[i]!.loss).toBeCloseTo(-own, 4);
      expect(predictions[i]!.probability).toBeCloseTo(Math.exp(own), 5);
      expect(words.map((id) => tokenizer.decode([id]).trim())).toContain(predictions[i]!.predicted);
      expect(predictions[i]!.correct).toBe(predictions[i]!.rank === 1);
    }
    // Of several tokens the worst rank counts.
    expect(predictions[1]!.loss).toBeCloseTo(
      -(await naive(kind, template, examples[1]!, 'main city')),
      4,
    );
  });

  test('gives the likeliest tokens for one input among the whole vocabulary', async () => {
    const ranked = await rankCandidates(inputsOf(kind, template, vocabulary), {
      ...examples[0]!,
      answer: '',
    });
    const [predicted] = await predict(inputsOf(kind, template, vocabulary), [examples[0]!]);
    expect(ranked[0]!.candidate).toBe(predicted!.predicted);
    expect(ranked[0]!.probability).toBeCloseTo(predicted!.predictedProbability, 5);
    const { tokenizer } = models[kind]!.model.open;
    expect(ranked).toHaveLength(50);
    expect(ranked.map(({ score }) => score)).toEqual(
      ranked.map(({ score }) => score).sort((a, b) => b - a),
    );
    expect(tokenizer.specialIds.length).toBeGreaterThan(0);
    expect(ranked.map(({ candidate }) => candidate)).not.toContain('[MASK]');
  });

  test('reads vectors in the places of virtual tokens', async () => {
    const { model } = models[kind]!;
    const table = await model.embeddingTable();
    const words = ['main', 'movie', 'main'];
    const ids = words.map(
      (word, i) => model.open.tokenizer.encodePiece(i === 0 ? word : ` ${word}`)[0]!,
    );
    const rows = ids.map((id) => [...table.subarray(id * model.width, (id + 1) * model.width)]);
    const discrete = 'main movie {country} main {capital} .';
    const continuous = inputsOf(kind, '{*2} {country} {*} {capital} .', named(...names));
    const learned = await predict(
      { ...continuous, vectors: { data: Float32Array.from(rows.flat()), count: 3, deep: false } },
      examples,
    );
    for (const [i, example] of examples.entries()) {
      const own = await naive(kind, discrete, example, example.answer);
      expect(learned[i]!.loss).toBeCloseTo(-own, 4);
    }
  });

  test('scores many examples of different lengths as it scores each alone', async () => {
    const many = Array.from({ length: 19 }, (_, i) => {
      const country = Array.from({ length: 1 + (i % 7) }, () => 'Peru Chad Mali'.split(' ')[i % 3]);
      return { ...examples[i % 4]!, index: i, row: { country: country.join(' ') } };
    });
    const inputs = inputsOf(kind, template, named(...names));
    const together = await predict(inputs, many);
    for (const i of [0, 6, 12, 18]) {
      const own = await naive(kind, template, many[i]!, many[i]!.answer);
      expect(together[i]!.loss).toBeCloseTo(-own, 4);
      expect(together[i]!.example).toBe(i);
    }
  });
});

describe('answers', () => {
  test('that are no candidate are never right, and have a loss all the same', async () => {
    const [prediction] = await predict(inputsOf('masked', template, named('Oslo', 'Rome')), [
      examples[0]!,
    ]);
    expect(prediction).toMatchObject({ correct: false, rank: 3, probability: 0 });
    expect(prediction!.loss).toBeCloseTo(
      -(await naive('masked', template, examples[0]!, 'Lima')),
      4,
    );
  });

  test('that tie with another are wrong', async () => {
    // Both are one unknown word to the model.
    const asked = { ...examples[0]!, answer: 'é€' };
    const [prediction] = await predict(inputsOf('masked', template, named('é€', '€é')), [asked]);
    expect(prediction).toMatchObject({ correct: false, rank: 2 });
  });

  test('of spaces more or less are found among the lines of a file', async () => {
    const asked = { ...examples[0]!, answer: ' Lima ' };
    const file = fileOf(template, 'candidates: words.txt\n');
    const candidates = candidateSet(file.settings, [asked], ['Lima']);
    expect(candidates).toEqual({ kind: 'file', candidates: [{ name: 'Lima', words: ['Lima'] }] });
    const [prediction] = await predict(inputsOf('masked', template, candidates), [asked]);
    expect(prediction).toMatchObject({ correct: true, rank: 1, predicted: 'Lima' });
  });

  test.each([named('Lima', 'Oslo'), vocabulary])(
    'are wrong where the model computes no number',
    async (candidates) => {
      const { model } = models.masked!;
      const inputs = inputsOf('masked', '{*} {country} {capital}', candidates);
      const data = new Float32Array(model.width).fill(NaN);
      const [prediction] = await predict({ ...inputs, vectors: { data, count: 1, deep: false } }, [
        examples[0]!,
      ]);
      expect(prediction!.correct).toBe(false);
      expect(prediction!.rank).toBeGreaterThan(1);
    },
  );
});

describe('candidates', () => {
  test('are all answers of the data, each once, by default', () => {
    const twice = [...examples, examples[0]!];
    expect(candidateSet(fileOf(template).settings, twice, undefined)).toEqual(
      named('Lima', 'main city', 'Oslo', 'great'),
    );
  });

  test('are none where the model writes freely', () => {
    const { settings } = fileOf(template, 'candidates: generate\nmaxTokens: 7\n');
    expect(candidateSet(settings, examples, undefined)).toEqual({
      kind: 'generate',
      candidates: [],
      maxTokens: 7,
    });
  });
});

test('scoring stops when it is cancelled', async () => {
  const signal = AbortSignal.abort();
  const inputs = { ...inputsOf('masked', template, named('Lima')), signal };
  await expect(predict(inputs, examples)).rejects.toMatchObject({ code: 'training/cancelled' });
});
