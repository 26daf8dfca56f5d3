/** Scores of prompts of which not every seed that the file asks for is trained. */
import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { scoreboardText } from '../../src/evaluation/text.ts';
import { readScores, type FileScores } from '../../src/extension/scores/fileScores.ts';
import { parse } from '../../src/language/parser.ts';
import { FileHashes } from '../../src/runs/fileHashes.ts';
import { StoredReports } from '../../src/runs/reportFile.ts';
import { scoreFile } from '../../src/training/scoreFile.ts';
import { trainFile } from '../../src/training/trainFile.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { ptuneText, writeProject } from '../support/tinyProject.ts';
import { contextFor } from '../support/trainingContext.ts';

const options = { train: ['steps: 2', 'encoder: none', 'seeds: [1, 2, 3]'] };
const project = async () => writeProject(await temporaryFolder(), options);

async function train(path: string, ...seeds: number[]) {
  const { context, of } = contextFor();
  const { prompts } = await trainFile({ path, seeds }, context);
  const warnings = of('warning').filter(({ code }) => code === 'score/missing-seed');
  return { learned: prompts[1]!, warnings };
}

/** What the editor knows of the learned prompt. */
async function inEditor(path: string) {
  const context = {
    bundledFolder: '/nowhere',
    caches: [],
    hashes: new FileHashes(),
    reports: new StoredReports(),
  };
  const scores: FileScores | undefined = await readScores(
    parse(await readFile(path, 'utf8')),
    path,
    context,
  );
  const { stale, missingSeeds } = scores!.prompts.get('learned')!;
  return { stale, missingSeeds };
}

test('a prompt of which one seed is trained has the score of one of its seeds', async () => {
  const path = await project();
  const { learned, warnings } = await train(path, 2);
  expect(learned.seeds!.map(({ seed }) => seed)).toEqual([2]);
  expect(learned.missingSeeds).toEqual([1, 3]);
  expect(warnings.map(({ message }) => message)).toEqual([
    '"learned" is scored with 1 of its 3 seeds: seeds 1 and 3 have no finished run that fits',
  ]);
  expect(await inEditor(path)).toEqual({ stale: undefined, missingSeeds: [1, 3] });

  const summary = await scoreFile({ path, split: 'test' }, contextFor().context);
  expect(summary.prompts[1]).toMatchObject({ seeds: [{ seed: 2 }], missingSeeds: [1, 3] });
  expect(scoreboardText(summary, { color: false })).toContain('1 of 3 seeds ');
});

test('a seed that is trained later joins the score, and no other one leaves it', async () => {
  const path = await project();
  await train(path, 2);
  const { learned } = await train(path, 3);
  expect(learned.seeds!.map(({ seed }) => seed)).toEqual([2, 3]);
  expect(learned.missingSeeds).toEqual([1]);
  const last = await train(path, 1);
  expect(last.learned.seeds!.map(({ seed }) => seed)).toEqual([1, 2, 3]);
  expect(last.learned).not.toHaveProperty('missingSeeds');
  expect(last.warnings).toEqual([]);
  expect(await inEditor(path)).toEqual({ stale: undefined, missingSeeds: undefined });
});

test('the mean over seeds that the file no longer asks for is stale', async () => {
  const path = await project();
  await train(path, 1, 2, 3);
  await writeFile(path, ptuneText({ train: ['steps: 2', 'encoder: none', 'seeds: [1]'] }));
  expect(await inEditor(path)).toEqual({ stale: 'seeds changed', missingSeeds: undefined });
  // Nothing has to be trained for the score that the file asks for now.
  await scoreFile({ path, split: 'test' }, contextFor().context);
  expect(await inEditor(path)).toEqual({ stale: undefined, missingSeeds: undefined });
});

test('a learned prompt that only got another name is scored with the runs that it has', async () => {
  const path = await project();
  await train(path, 1, 2, 3);
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace('@prompt learned', '@prompt best'));
  const score = async () => {
    const summary = await scoreFile({ path, split: 'test' }, contextFor().context);
    return summary.prompts.map(({ name, seeds }) => [name, seeds?.length]);
  };
  expect(await score()).toEqual([
    ['manual', undefined],
    ['best', 3],
  ]);
  const [learned] = /@prompt learned[^]*/.exec(text)!;
  const twice = ['one', 'two'].map((name) => learned.replace('learned', name)).join('\n');
  await writeFile(path, text.replace(learned, twice));
  expect(await score()).toEqual([['manual', undefined]]);
});

test('seeds that the file does not name are scored by themselves', async () => {
  const path = await project();
  await train(path, 1);
  const { learned } = await train(path, 7);
  expect(learned.seeds!.map(({ seed }) => seed)).toEqual([7]);
  expect(await inEditor(path)).toEqual({ stale: 'seeds changed', missingSeeds: undefined });
});

test('training one prompt with other steps leaves the runs of the others fitting', async () => {
  const two = `${ptuneText(options)}\n@prompt second\n{*2} {country} {capital} .\n`;
  const path = await project();
  await writeFile(path, two);
  await trainFile({ path, prompts: ['second'], seeds: [1] }, contextFor().context);
  const { prompts } = await trainFile(
    { path, prompts: ['learned'], seeds: [1], steps: 3 },
    contextFor().context,
  );
  expect(prompts.map(({ name }) => name)).toEqual(['manual', 'learned', 'second']);
});
