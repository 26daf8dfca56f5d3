/** Words in place of a learned prompt's vectors, on a tiny model. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { searchProgress } from '../../src/insight/wordSearch/progress.ts';
import { SearchSpace } from '../../src/insight/wordSearch/searchSpace.ts';
import { searchWords } from '../../src/insight/wordSearch/searchWords.ts';
import { printTemplate } from '../../src/language/printTemplate.ts';
import { withPrompt } from '../../src/language/withPrompt.ts';
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

test('the steps of all methods are one way from nothing to all', () => {
  const event = {
    type: 'search',
    prompt: 'learned',
    steps: 10,
    template: '',
    loss: 1.234,
  } as const;
  expect(searchProgress({ ...event, method: 'beam', step: 1 })).toMatchObject({
    text: 'Words for learned',
    detail: 'among the nearest words, loss 1.23',
    done: 1,
    total: 30,
  });
  expect(searchProgress({ ...event, method: 'projection', step: 1 }).done).toBe(11);
  expect(searchProgress({ ...event, method: 'flips', step: 10 }).done).toBe(30);
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
