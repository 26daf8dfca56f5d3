/** The counts that an editor shows, against those that training and scoring meet. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TokenCounter } from '../../src/tokens/tokenCounter.ts';
import { openPromptFile } from '../../src/training/promptFile.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { ptuneText, writeProject } from '../support/tinyProject.ts';
import { contextFor } from '../support/trainingContext.ts';

const counter = () => new TokenCounter({ bundledFolder: '/nowhere' });

const prompts = `@prompt words
The capital of {country} is {capital} .

@prompt learned
{*2} {country} {*"is"} {capital} .

@prompt shots
{demos:2} {country} is {capital} .

@prompt deep {depth: deep, encoder: none}
{*3} {country} {capital} .`;

describe.each(['masked', 'causal', 'encoderDecoder'] as const)('for a %s model', (model) => {
  test('the longest and the shortest input are those that training meets', async () => {
    const folder = await temporaryFolder();
    const wanted = model === 'encoderDecoder' ? prompts.split('\n\n@prompt deep')[0]! : prompts;
    const path = await writeProject(folder, { model, prompts: wanted });
    const { prompts: counted } = await counter().count(path, ptuneText({ model, prompts: wanted }));
    const open = await openPromptFile(path, undefined, contextFor().context);
    const { train, validation, test: last } = open.examples;
    const expected = open.file.prompts.map((prompt) => {
      const encoding = open.encodingOf(prompt, 1);
      const lengths = [...train, ...validation, ...last].map((example) => {
        const { ids } = encoding.encode(example, encoding.answerIds(example.answer));
        return ids.length + (encoding.isDeep ? encoding.virtual.tokens.length : 0);
      });
      return { name: prompt.name, least: Math.min(...lengths), most: Math.max(...lengths) };
    });
    await open.model.release();
    expect(counted.map(({ name, least, most }) => ({ name, least, most }))).toEqual(expected);
  });
});

test('what cannot be counted is left out, and the rest is there', async () => {
  const folder = await temporaryFolder();
  const path = await writeProject(folder);
  const text = ptuneText({ prompts: '@prompt a\n{country} {capital}\n@prompt b\n{country}\n' });
  const { prompts: counted } = await counter().count(path, text);
  expect(counted.map(({ name }) => name)).toEqual(['a']);
});

test('two prompts with one name are counted each', async () => {
  const path = await writeProject(await temporaryFolder());
  const text = ptuneText({
    prompts: '@prompt d\n{country} {capital}\n@prompt d\nof {country} of of {capital}\n',
  });
  const { prompts: counted } = await counter().count(path, text);
  const [first, second] = counted;
  expect(counted.map(({ name, twin }) => [name, twin])).toEqual([
    ['d', 0],
    ['d', 1],
  ]);
  expect(second!.most).toBeGreaterThan(first!.most);
});

test('a change of the data is counted', async () => {
  const folder = await temporaryFolder();
  const path = await writeProject(folder);
  const count = async (of: TokenCounter) => (await of.count(path, ptuneText())).prompts[0]!.most;
  const same = counter();
  const before = await count(same);
  await writeFile(
    join(folder, 'test.jsonl'),
    // As many rows as before.
    `${JSON.stringify({ country: 'Peru '.repeat(9), capital: 'Lima' })}\n`.repeat(4),
  );
  expect(await count(same)).toBeGreaterThan(before);
  expect(await count(same)).toBe(await count(counter()));
});

test('a file without its model fails, for the caller to leave the count out', async () => {
  await expect(
    counter().count(join(await temporaryFolder(), 'x.ptune'), ptuneText()),
  ).rejects.toMatchObject({
    code: 'model/not-found',
  });
});
