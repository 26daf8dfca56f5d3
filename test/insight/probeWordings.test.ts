/** Probing wordings on a tiny model. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { probeWordings } from '../../src/insight/wordings/probeWordings.ts';
import { withPrompt } from '../../src/language/withPrompt.ts';
import type { ProbeRequest, WordingProbe } from '../../src/protocol/wordings.ts';
import { readReport, reportPath } from '../../src/runs/reportFile.ts';
import { storeFolders } from '../../src/runs/runStore.ts';
import { scoreFile } from '../../src/training/scoreFile.ts';
import { trainFile } from '../../src/training/trainFile.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { writeProject } from '../support/tinyProject.ts';
import { contextFor } from '../support/trainingContext.ts';

const variants = 8;

async function probe(path: string, request: Partial<ProbeRequest> = {}): Promise<WordingProbe> {
  const { context } = contextFor();
  const { probes } = await probeWordings({ path, variants, ...request }, context);
  expect(probes).toHaveLength(1);
  return probes[0]!;
}

const reportOf = (path: string) => readReport(reportPath(storeFolders(path).reports, path));

describe.each(['masked', 'causal'] as const)('with a %s model', (model) => {
  let folder: string;
  let path: string;
  let probed: WordingProbe;

  afterAll(() => rm(folder, { recursive: true }));

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ptune-test-'));
    path = await writeProject(folder, { model, train: ['steps: 3', 'seeds: [1, 2]'] });
    await trainFile({ path }, contextFor().context);
    probed = await probe(path);
  });

  test('a wording scores the same when it is pasted into the file', async () => {
    const wording = probed.wordings.at(-1)!;
    const text = withPrompt(await readFile(path, 'utf8'), 'other', wording.template)!;
    for (const split of ['validation', 'test'] as const) {
      const summary = await scoreFile({ path, text, split }, contextFor().context);
      const pasted = summary.prompts.find(({ name }) => name === 'other')!;
      expect({ accuracy: pasted.accuracy, loss: pasted.loss }).toEqual({
        accuracy: wording[split].accuracy,
        loss: wording[split].loss,
      });
    }
  });

  test('the spread is that of the test scores, the written prompt among them', () => {
    const { wordings, spread, best, worst, chosen } = probed;
    const scores = wordings.map((one) => one.test.accuracy);
    expect(wordings).toHaveLength(variants + 1);
    expect(wordings[0]).toMatchObject({
      change: 'as written',
      template: 'The capital of {country} is {capital} .',
    });
    expect(spread).toMatchObject({
      count: variants + 1,
      lowest: Math.min(...scores),
      highest: Math.max(...scores),
    });
    expect(wordings[best]!.test.accuracy).toBe(spread.highest);
    expect(wordings[worst]!.test.accuracy).toBe(spread.lowest);
    const validation = wordings.map((one) => one.validation.accuracy);
    expect(validation[chosen]).toBe(Math.max(...validation));
  });

  test('the seeds of the learned prompt stand beside it', async () => {
    const report = (await reportOf(path))!;
    const { seeds } = report.prompts.find(({ summary }) => summary.name === 'learned')!.summary;
    expect(probed.learned).toEqual([
      {
        prompt: 'learned',
        seeds: seeds!.map(({ seed, accuracy }) => ({ seed, accuracy })),
        spread: expect.objectContaining({ count: 2 }) as object,
      },
    ]);
  });

  test('the same seed probes the same wordings', async () => {
    expect(await probe(path)).toEqual(probed);
  });

  test('the report keeps the probe until its prompt is another', async () => {
    expect((await reportOf(path))!.insights!.wordings).toEqual([probed]);
    const text = await readFile(path, 'utf8');
    const { context } = contextFor();
    await scoreFile({ path, split: 'test' }, context);
    expect((await reportOf(path))!.insights!.wordings).toEqual([probed]);
    const changed = text.replace('The capital of', 'What is the capital of');
    await scoreFile({ path, text: changed, split: 'test' }, context);
    expect((await reportOf(path))!.insights!.wordings).toEqual([]);
    await writeFile(path, text);
  });
});

test('tells how far it is, and can be cancelled', async () => {
  const path = await writeProject(await temporaryFolder());
  const { context, abort, of } = contextFor((event) => {
    if (event.type === 'progress' && event.done === 2) abort.abort();
  });
  await expect(probeWordings({ path, variants }, context)).rejects.toMatchObject({
    code: 'training/cancelled',
  });
  expect(of('progress').map(({ done, total }) => [done, total])).toEqual([
    [0, variants + 1],
    [1, variants + 1],
    [2, variants + 1],
  ]);
});

test('a prompt with virtual tokens has no other wordings', async () => {
  const path = await writeProject(await temporaryFolder());
  await expect(probe(path, { prompts: ['learned'] })).rejects.toMatchObject({
    code: 'file/no-such-prompt',
    message: 'The prompt "learned" has virtual tokens, and only words have other wordings.',
  });
});
