/** Runs that virtual tokens start from, `init: run:ID`: whether they are there. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkStartRuns } from '../../src/data/startRuns.ts';
import { parse } from '../../src/language/parser.ts';
import { unmark, withSettings } from '../language/marked.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const run = '20260101T000000-learned-1-ab12';

/** What is found in a marked text beside one run with vectors and one without. */
async function found(marked: string) {
  const folder = await temporaryFolder();
  for (const id of [run, '20250909T111111-other-2-cdef']) {
    await mkdir(join(folder, '.ptune/runs', id), { recursive: true });
  }
  await writeFile(join(folder, '.ptune/runs', run, 'prompt.safetensors'), '');
  const { text, spans } = unmark(marked);
  const diagnostics = await checkStartRuns(parse(text), join(folder, 'a.ptune'));
  expect(diagnostics.map(({ span }) => span)).toEqual(spans);
  expect(diagnostics.map(({ code }) => code)).toEqual(spans.map(() => 'prompt/no-run'));
  return diagnostics;
}

const learned = '{*3} {capital}';

test('a run with vectors is one to start from, and so is what needs no run', async () => {
  await found(withSettings(`@prompt a {init: "run:${run}"}\n${learned}`));
  await found(withSettings(`@prompt a {init: random}\n${learned}`));
  await found(withSettings('@prompt a\n{capital}', 'train: {init: "run:nothing"}\n'));
});

test('a run that is not there is told where it is named, with the nearest one', async () => {
  const [near] = await found(
    withSettings(`@prompt a {init: <|"run:${run.replace('ab12', 'ab13')}"|>}\n${learned}`),
  );
  expect(near!.data).toEqual({ replacement: `run:${run}` });
  const [far] = await found(withSettings(`@prompt a {init: <|run:../x|>}\n${learned}`));
  expect(far!.data).toBeUndefined();
  expect(far!.message).toContain('There is no run "../x" with vectors to start from');
});

test('one for several prompts is told once, and one that kept no vectors is none', async () => {
  await found(
    withSettings(
      `@prompt a\n${learned}\n@prompt b\n${learned}`,
      'train: {init: <|run:20250909T111111-other-2-cdef|>}\n',
    ),
  );
});
