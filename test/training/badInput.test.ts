/** Settings and data that cannot be trained with say so, with the row, before the first step. */
import { describe, expect, test } from 'vitest';
import { RunStore } from '../../src/runs/runStore.ts';
import { trainFile } from '../../src/training/trainFile.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { rows, writeProject, type ProjectOptions } from '../support/tinyProject.ts';
import { contextFor } from '../support/trainingContext.ts';

async function refused(options: ProjectOptions) {
  const path = await writeProject(await temporaryFolder(), options);
  const { context, of } = contextFor();
  const error: unknown = await trainFile({ path }, context).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(of('step')).toEqual([]);
  expect(await RunStore.forFile(path).ids()).toEqual([]);
  return error;
}

const says = (text: string | RegExp) => expect.stringMatching(text) as string;

describe('a training is refused', () => {
  test('with a rate of a million', async () => {
    expect(await refused({ train: ['learningRate: 1000000'] })).toMatchObject({
      code: 'file/has-errors',
      message: says(/task\.ptune:9:17 .*at most 10.*\(settings\/out-of-range\)/),
    });
  });

  test.each(['train', 'validation', 'test'] as const)(
    'with an answer of %s that the model has no token for, naming its row',
    async (split) => {
      const wrong = [...rows[split].slice(0, 1), ['Mali', '利马'], ...rows[split].slice(1)];
      expect(await refused({ rows: { ...rows, [split]: wrong } })).toMatchObject({
        code: 'data/no-token',
        message: says(
          new RegExp(`^The answer "利马" of ${split}\\.jsonl\\D+2 has a part that the model`),
        ),
        nextStep: says('Correct its spelling'),
      });
    },
  );

  test('with an input that is longer than the model reads, naming its row', async () => {
    const long = 'Peru '.repeat(40);
    const wrong = [...rows.test, [long, 'Lima']];
    expect(await refused({ rows: { ...rows, test: wrong } })).toMatchObject({
      code: 'data/too-long',
      message: says(/with the example test\.jsonl\D+5, but the model reads at most 32\.$/),
      nextStep: says(/\{column\|shorten\}/),
    });
  });

  const first = '@prompt first\n{*2} {country} {capital}\n';

  test.each([
    [
      'a later prompt that is deep and has an lstm',
      '{depth: deep}\n{*2} {country} {capital}',
      'file/has-errors',
      'prompt/deep-encoder',
    ],
    [
      'a later deep prompt whose vectors stand behind words',
      '{depth: deep, encoder: none}\nOf {*2} {country} {capital}',
      'file/has-errors',
      'prompt/deep-placement',
    ],
    [
      'a later deep prompt that the model has no cache for',
      '{depth: deep, encoder: none}\n{*2} {country} {capital}',
      'model/unsupported',
      'past_key_values',
    ],
    [
      'a later prompt that starts from a run which is not there',
      '{init: "run:20260101T000000-a-1-ab12"}\n{*2} {country} {capital}',
      'run/not-found',
      '20260101T000000-a-1-ab12',
    ],
    [
      'a later prompt that is too long',
      `{*2} ${'city '.repeat(40)}{country} {capital}`,
      'data/too-long',
      'reads at most 32',
    ],
    [
      'a prompt in words that is too long to be scored',
      `${'city '.repeat(40)}{country} {capital}`,
      'data/too-long',
      'reads at most 32',
    ],
  ])('with %s, before the first prompt is trained', async (_, later, code, reason) => {
    const head = later.startsWith('{depth') || later.startsWith('{init') ? ' ' : '\n';
    expect(await refused({ prompts: `${first}@prompt later${head}${later}` })).toMatchObject({
      code,
      message: says(reason),
    });
  });

  test('with labels that are the same token, or none', async () => {
    const labelled = { ...rows, train: [], validation: [], test: [] } as ProjectOptions['rows'];
    const list = [
      ['Peru', 'good'],
      ['Chad', 'poor'],
    ];
    const options = {
      rows: { ...labelled, train: list, validation: list, test: list },
      prompts: '@prompt learned\n{*2} {country} {capital|lower} .',
    };
    const same = 'labels:\n  good: [great, " good"]\n  poor: ["good", "great "]\n';
    expect(await refused({ ...options, settings: same })).toMatchObject({
      code: expect.stringMatching(/file\/has-errors|prompt\/equal-labels/) as string,
    });
    const upper = 'labels:\n  good: [Great]\n  poor: [great]\n';
    expect(await refused({ ...options, settings: upper })).toMatchObject({
      code: 'prompt/equal-labels',
      message:
        'The labels "good" (Great) and "poor" (great) are the same tokens of the model, so they always score the same.',
    });
    const unknown = 'labels:\n  good: [great]\n  poor: [利马]\n';
    expect(await refused({ ...options, settings: unknown })).toMatchObject({
      code: 'data/no-token',
      message: says(/^The label word "利马" of the label "poor" has a part/),
    });
  });

  test('without training examples, naming the file', async () => {
    expect(await refused({ rows: { ...rows, train: [] } })).toMatchObject({
      code: 'file/has-errors',
      message: says(/task\.ptune:4:10 .*train\.jsonl.*\(data\/empty\)/),
    });
  });
});

describe('little data', () => {
  async function warned(options: ProjectOptions) {
    const path = await writeProject(await temporaryFolder(), options);
    const { context, of } = contextFor();
    await trainFile({ path }, context);
    return of('warning').filter(({ code }) => code === 'training/small-data');
  }

  test('in a larger batch is taken whole, and a warning says so', async () => {
    const found = await warned({ train: ['steps: 2', 'batchSize: 9', 'seeds: [1, 2]'] });
    expect(found.map(({ message }) => message)).toEqual([
      '"learned" has a batchSize of 9, but there are 8 training examples: every step takes all of them. Set "batchSize: 8" or fewer, or add examples',
    ]);
    expect(await warned({ train: ['steps: 2', 'batchSize: 8'] })).toEqual([]);
  });

  test('of one example trains', async () => {
    const one = { ...rows, train: rows.train.slice(0, 1) };
    const found = await warned({ rows: one, train: ['steps: 2', 'batchSize: 2'] });
    expect(found[0]!.message).toContain('but there is 1 training example');
  });
});
