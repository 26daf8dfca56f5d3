/** Words in place of a learned prompt's vectors, on a tiny model. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { searchProgress } from '../../src/insight/wordSearch/progress.ts';
import { searchSentences } from '../../src/insight/wordSearch/searchSentences.ts';
import { SearchSpace } from '../../src/insight/wordSearch/searchSpace.ts';
import { searchWords } from '../../src/insight/wordSearch/searchWords.ts';
import { printTemplate } from '../../src/language/printTemplate.ts';
import { withPrompt } from '../../src/language/withPrompt.ts';
import { readReport, reportPath } from '../../src/runs/reportFile.ts';
import { storeFolders } from '../../src/runs/runStore.ts';
import { openPromptFile } from '../../src/training/promptFile.ts';
import { scoreFile } from '../../src/training/scoreFile.ts';
import { trainFile } from '../../src/training/trainFile.ts';
import type { SearchEvent, SearchMethod } from '../../src/protocol/wordSearch.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { writeProject } from '../support/tinyProject.ts';
import { contextFor } from '../support/trainingContext.ts';

async function search(path: string, methods: readonly SearchMethod[], steps = 6) {
  const events: SearchEvent[] = [];
  const { context } = contextFor();
  const result = await searchWords({ path, methods, steps }, context, (event) => {
    events.push(event);
  });
  return { result, events };
}

describe.each(['masked', 'causal'] as const)('with a %s model', (model) => {
  let folder: string;
  let path: string;

  afterAll(() => rm(folder, { recursive: true }));

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ptune-test-'));
    path = await writeProject(folder, { model, train: ['steps: 4'] });
    await trainFile({ path }, contextFor().context);
  });

  test.each(['flips', 'projection', 'beam'] as const)(
    '%s never ends worse than it began',
    async (method) => {
      const { result, events } = await search(path, [method]);
      expect(events.length).toBeGreaterThan(0);
      expect(events.every((event) => event.method === method)).toBe(true);
      expect(events.at(-1)!.loss).toBeLessThanOrEqual(events[0]!.loss);
      expect(result.found[0]!.template).not.toContain('{*');
      expect(result.found[0]!.template).toContain('{country}');
    },
  );

  test('what is found scores the same when it is pasted into the file', async () => {
    const { result } = await search(path, ['flips']);
    const [{ template, test: found }] = result.found as [(typeof result.found)[0]];
    const text = withPrompt(await readFile(path, 'utf8'), 'words', template);
    const summary = await scoreFile({ path, text: text!, split: 'test' }, contextFor().context);
    const pasted = summary.prompts.find(({ name }) => name === 'words')!;
    expect({ accuracy: pasted.accuracy, loss: pasted.loss }).toEqual({
      accuracy: found.accuracy,
      loss: found.loss,
    });
  });

  test('the loss alone is the loss that comes with the gradient', async () => {
    const open = await openPromptFile(path, undefined, contextFor().context);
    const space = await SearchSpace.of(open, open.file.prompts[1]!, 1);
    const ids = [3, 5, 8].map((word, place) => space.wordsAt(place)[word]!);
    const batch = space.batch(new Random(1));
    const { loss } = await space.lossAndGradient(space.vectorsOf(ids), batch);
    expect(await space.loss(ids, batch)).toBeCloseTo(loss, 6);
    await open.model.release();
  });

  test('what is found stays in the report, beside what it is held against, until the template is another', async () => {
    const { result } = await search(path, ['beam', 'flips']);
    const stored = () => readReport(reportPath(storeFolders(path).reports, path));
    const kept = (await stored())!;
    const words = kept.insights!.words![0]!;
    expect(result).toEqual({
      ...{ type: 'searchResult', file: 'task.ptune', candidates: kept.candidates },
      ...words,
    });
    expect(words).toMatchObject({
      prompt: 'learned',
      examples: { validation: 2, test: 4 },
      written: { name: 'manual' },
      difference: { baseline: 'manual' },
      learned: { seed: 1 },
      fingerprint: kept.fingerprints['learned'],
    });
    const shown = kept.prompts.find(({ summary }) => summary.name === 'learned')!;
    expect(words.learned!.test.accuracy).toBe(shown.summary.accuracy);
    expect(words.empty.test.accuracy).toBe(shown.reading!.scores.empty);

    const { context } = contextFor();
    await scoreFile({ path, split: 'test' }, context);
    expect((await stored())!.insights!.words).toEqual([words]);
    const text = (await readFile(path, 'utf8')).replace('{*2} {country}', '{*2} a {country}');
    await scoreFile({ path, text, split: 'test' }, context);
    expect((await stored())!.insights!.words).toEqual([]);
  });

  test('a token’s loss in the search is the loss of its text', async () => {
    const { context } = contextFor();
    const open = await openPromptFile(path, undefined, context);
    const space = await SearchSpace.of(open, open.file.prompts[1]!, 1);
    const ids = [3, 5, 8].map((word, place) => space.wordsAt(place)[word]!);
    expect(space.canBeWritten(ids)).toBe(true);
    const name = 'words';
    const template = printTemplate(space.promptOf(ids).parts);
    const text = withPrompt(await readFile(path, 'utf8'), name, template)!;
    const request = { path, text, split: 'validation' } as const;
    const summary = await scoreFile(request, contextFor().context);
    const loss = await space.validationLoss(ids);
    await open.model.release();
    expect(loss).toBeCloseTo(summary.prompts.find((one) => one.name === name)!.loss, 4);
  });
});

describe('how far a search is', () => {
  test('is told by work, in one way from nothing to all that never turns back', async () => {
    const path = await writeProject(await temporaryFolder(), { train: ['steps: 2'] });
    await trainFile({ path }, contextFor().context);
    const { events } = await search(path, ['beam', 'projection', 'flips'], 5);
    const [first] = events;
    events.forEach(({ done, total }, i) => {
      expect(total).toBe(first!.total);
      expect(done).toBeGreaterThanOrEqual(events[i - 1]?.done ?? 0);
      expect(done).toBeLessThanOrEqual(total);
    });
    const losses = events.map(({ loss }) => loss);
    expect(losses).toEqual([...losses].sort((a, b) => b - a));
    expect(new Set(events.map(({ method }) => method)).size).toBe(3);
  });

  test('says which method looks, the best words so far and that it is at most so long', () => {
    const event: SearchEvent = {
      ...{ type: 'search', prompt: 'learned', method: 'beam', step: 1, steps: 10 },
      ...{ template: 'a\n{country}', loss: 1.234, done: 12, total: 300, secondsLeft: 9 },
    };
    expect(searchProgress(event)).toEqual({
      type: 'progress',
      text: 'Words for learned',
      detail: 'among the nearest words, best so far “a {country}”, loss 1.23',
      done: 12,
      total: 300,
      isShare: true,
      secondsLeft: 9,
      atMost: true,
    });
  });
});

describe('what a search came to, in sentences', () => {
  const score = (accuracy: number) => ({
    accuracy,
    loss: 1,
    interval: [accuracy - 0.1, accuracy + 0.1] as const,
  });
  const scores = (validation: number, test: number) => ({
    validation: score(validation),
    test: score(test),
  });
  const facts = {
    prompt: 'learned',
    seed: 1,
    examples: { validation: 15, test: 52 },
    found: [
      {
        method: 'beam' as const,
        template: 'x {a}',
        seconds: 1,
        ...scores(0.9, 0.8),
        retained: 0.75,
        retainedInterval: [0.6, 0.9] as const,
      },
    ],
    written: { name: 'manual', ...scores(0.6, 0.5) },
    difference: {
      ...{ baseline: 'manual', accuracy: 0.3, interval: [0.1, 0.5] as const },
      ...{ pValue: 0.01, significant: true, won: 20, lost: 4 },
    },
    learned: { seed: 2, ...scores(1, 0.9) },
    empty: scores(0.1, 0.1),
    fingerprint: { template: '', settings: '', data: '', model: '' },
  };

  test('says how much better than one’s own words, how sure that is, and what of the gain is kept', () => {
    expect(searchSentences(facts)).toEqual([
      'The best words for learned answer 90 % of the validation examples right and 80 % of the test examples (70–90 %); manual, the best of your own wordings, 60 % and 50 %: +30 points on test (+10 to +50, p = 0.01).',
      'They keep 75 % of the gain of the vectors (90 %) over the template without them (10 %), 95 % interval 60–90 %.',
      'Choose by validation (15 examples), on which the words were searched and look better than they are; the 52 test examples were asked once for each method.',
    ]);
  });

  test('claims nothing that is not shown', () => {
    const [first, second] = searchSentences({
      ...facts,
      found: [{ method: 'beam', template: 'x {a}', seconds: 1, ...scores(0.9, 0.8) }],
      difference: { ...facts.difference, significant: false, pValue: 0.3 },
    });
    expect(first).toContain('p = 0.30), which may be chance.');
    expect(second).toContain('No gain of the vectors over the template without them is shown');
    const { prompt, seed, examples, found, empty, fingerprint } = facts;
    const untrained = { prompt, seed, examples, found, empty, fingerprint };
    expect(searchSentences(untrained)[1]).toContain('is not trained as the file has it now');
  });
});

test('a file of one prompt that was never trained has its words in the report, too', async () => {
  const path = await writeProject(await temporaryFolder(), {
    prompts: '@prompt learned\n{*2} {country} {*"is"} {capital} .',
  });
  const { result } = await search(path, ['flips'], 2);
  expect(result).not.toHaveProperty('written');
  expect(result).not.toHaveProperty('learned');
  const words = async () =>
    (await readReport(reportPath(storeFolders(path).reports, path)))!.insights!.words!;
  expect((await words())[0]!.found).toEqual(result.found);
  // Nor are they forgotten when other prompts are scored.
  const scored = `@prompt manual\nIn {country} {capital} .\n\n@prompt learned`;
  const text = (await readFile(path, 'utf8')).replace('@prompt learned', scored);
  await scoreFile({ path, text, split: 'test' }, contextFor().context);
  expect((await words())[0]!.found).toEqual(result.found);
});

test('the same seed finds the same words', async () => {
  const path = await writeProject(await temporaryFolder(), { train: ['steps: 2'] });
  const templates = async () => (await search(path, ['flips'])).result.found.map((f) => f.template);
  expect(await templates()).toEqual(await templates());
});

test('a search can be cancelled', async () => {
  const path = await writeProject(await temporaryFolder());
  const { context, abort } = contextFor();
  const searching = searchWords({ path, methods: ['flips'] }, context, ({ step }) => {
    if (step === 2) abort.abort();
  });
  await expect(searching).rejects.toMatchObject({ code: 'training/cancelled' });
});

test('a prompt without places for words is refused', async () => {
  const path = await writeProject(await temporaryFolder());
  await expect(
    searchWords({ path, prompt: 'manual' }, contextFor().context, () => undefined),
  ).rejects.toMatchObject({ code: 'file/no-such-prompt' });
});

describe('a prompt is added to a file', () => {
  test('at its end, with the line breaks of the file', () => {
    expect(withPrompt('---\nanswer: a\n---\n@prompt one\n{a}\n\n', 'two', 'x {a}')).toBe(
      '---\nanswer: a\n---\n@prompt one\n{a}\n\n@prompt two\nx {a}\n',
    );
    expect(withPrompt('@prompt one\r\n{a}\r\n', 'two', 'x\n{a}')).toBe(
      '@prompt one\r\n{a}\r\n\r\n@prompt two\r\nx\r\n{a}\r\n',
    );
  });

  test('unless its name is taken or none', () => {
    expect(withPrompt('@prompt one\n{a}\n', 'one', '{a}')).toBeUndefined();
    expect(withPrompt('', '1x', '{a}')).toBeUndefined();
  });
});
