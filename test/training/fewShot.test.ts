/** Prompts with solved examples. */
import { expect, test } from 'vitest';
import { openPromptFile } from '../../src/training/promptFile.ts';
import { trainFile } from '../../src/training/trainFile.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { writeProject } from '../support/tinyProject.ts';
import { contextFor } from '../support/trainingContext.ts';

const data = [
  ['Peru', 'good'],
  ['Chad', 'poor'],
  ['Mali', 'good'],
  ['Cuba', 'poor'],
];

const options = {
  settings: 'labels:\n  good: [great, movie]\n  poor: bad\n',
  size: { positions: 64 },
  prompts: `@prompt few
{demos:3}
{country} is {capital}

@prompt learned {seeds: [1, 2]}
{demos:2}
{*2} {country} is {capital}`,
  train: ['steps: 2', 'encoder: none'],
  rows: { train: data, validation: data, test: data },
} as const;

test('solved examples of labels show a label’s first word, and never their own answer', async () => {
  const path = await writeProject(await temporaryFolder(), options);
  const open = await openPromptFile(path, undefined, contextFor().context);
  const encoding = open.encodingOf(open.file.prompts[0]!, 1);
  const { tokenizer } = open.model.open;
  const words = { Peru: 'great', Chad: 'bad', Mali: 'great', Cuba: 'bad' } as const;
  for (const example of open.examples.train) {
    const { ids } = encoding.encode(example, [0]);
    const text = ids.map((id) => tokenizer.tokenText(id)).join(' ');
    const others = Object.entries(words).filter(([country]) => country !== example.row['country']);
    for (const [country, word] of others) expect(text).toContain(`${country} is ${word}`);
    expect(text).toContain(`${example.row['country']!} is [`);
    expect(text).not.toMatch(/good|poor|movie/);
  }
  await open.model.release();
});

test('each seed has its own solved examples, in training and in scoring', async () => {
  const path = await writeProject(await temporaryFolder(), options);
  const { context, of } = contextFor();
  const summary = await trainFile({ path }, context);
  expect(summary.prompts.map(({ name }) => name)).toEqual(['few', 'learned']);
  expect(of('runEnded').map(({ status }) => status)).toEqual(['completed', 'completed']);
  const open = await openPromptFile(path, undefined, contextFor().context);
  const ids = [1, 2, 3].map((seed) =>
    open.encodingOf(open.file.prompts[1]!, seed).encode(open.examples.test[0]!, [0]).ids.join(),
  );
  expect(new Set(ids).size).toBeGreaterThan(1);
  await open.model.release();
});
