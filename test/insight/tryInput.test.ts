/** Asking all prompts about one input, on tiny models. */
import { readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { WarmFile } from '../../src/insight/tryInput/warmFile.ts';
import { openPromptFile } from '../../src/training/promptFile.ts';
import { findRun, predictWithRun } from '../../src/training/openRun.ts';
import { predict } from '../../src/evaluation/predict.ts';
import { trainFile } from '../../src/training/trainFile.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { writeProject } from '../support/tinyProject.ts';
import { contextFor } from '../support/trainingContext.ts';

const input = { country: 'Peru' };

test.each(['masked', 'causal'] as const)(
  'with a %s model, every prompt answers as when it is scored, and a run as “ptune predict” does',
  async (model) => {
    const folder = await temporaryFolder();
    const path = await writeProject(folder, { model, train: ['steps: 4', 'seeds: [1, 2]'] });
    const { context } = contextFor();
    const summary = await trainFile({ path }, context);
    const file = new WarmFile();
    const { candidates, prompts } = await file.ask({ path, input }, context);
    await file.release();
    expect(candidates).toBe('answers');
    expect(prompts.map(({ prompt }) => prompt)).toEqual(['manual', 'learned']);

    const open = await openPromptFile(path, undefined, context);
    const [example] = open.examples.train.filter(({ row }) => row['country'] === 'Peru');
    const [scored] = await predict(
      {
        model: open.model,
        encoding: open.encodingOf(open.file.prompts[0]!, 1),
        vectors: undefined,
        candidates: open.candidates,
      },
      [example!],
    );
    await open.model.release();
    const [first] = prompts[0]!.answers;
    expect(first!.answer).toBe(scored!.predicted);
    expect(first!.probability).toBeCloseTo(scored!.predictedProbability, 5);

    const learned = prompts[1]!;
    const seeds = summary.prompts[1]!.seeds!;
    const { run } = seeds.find(({ seed }) => seed === learned.seed)!;
    const predicted = await predictWithRun(await findRun(run, folder), input, context);
    expect(learned.answers).toEqual(
      predicted
        .slice(0, 5)
        .map(({ candidate, probability }) => ({ answer: candidate, probability })),
    );
  },
);

test('what cannot answer says why, and the others answer', async () => {
  const path = await writeProject(await temporaryFolder());
  const { context } = contextFor();
  const file = new WarmFile();
  const untrained = await file.ask({ path, input }, context);
  expect(untrained.prompts[0]!.answers.length).toBeGreaterThan(0);
  expect(untrained.prompts[1]).toEqual({
    prompt: 'learned',
    answers: [],
    reason: 'it was never trained. Train it to ask it',
  });
  const empty = await file.ask({ path, input: { country: ' ' } }, context);
  expect(empty.prompts[0]).toEqual({ prompt: 'manual', answers: [], reason: 'country is empty' });
  await file.release();
});

test('what is warm follows the text, the data and the runs', async () => {
  const path = await writeProject(await temporaryFolder(), { train: ['steps: 2'] });
  const { context } = contextFor();
  const file = new WarmFile();
  const ask = async (text?: string) =>
    (await file.ask({ path, input, ...(text !== undefined && { text }) }, context)).prompts;
  expect((await ask())[1]!.reason).toContain('never trained');
  await trainFile({ path }, context);
  expect((await ask())[1]!.answers).not.toEqual([]);
  const text = await readFile(path, 'utf8');
  expect((await ask(text.replace('@prompt manual', '@prompt other')))[0]!.prompt).toBe('other');
  const candidates = async () => (await ask())[0]!.answers.map(({ answer }) => answer).sort();
  expect(await candidates()).toEqual(['Lima', 'Oslo', 'Rome']);
  const data = join(dirname(path), 'train.jsonl');
  await writeFile(data, (await readFile(data, 'utf8')).replaceAll('Rome', 'Cairo'));
  await utimes(data, 1e9, 1e9);
  expect(await candidates()).toEqual(['Cairo', 'Lima', 'Oslo']);
  await rm(data);
  await expect(ask()).rejects.toMatchObject({ code: 'file/has-errors' });
  await file.release();
});
