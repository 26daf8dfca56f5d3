/** What can be told of a format before anything is opened agrees with what the export itself says. */
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exportChoices } from '../../src/exchange/export/exportChoices.ts';
import { exportRun } from '../../src/exchange/export/exportRun.ts';
import { toPtuneError } from '../../src/base/errors.ts';
import { exportFormats } from '../../src/protocol/exchange.ts';
import { trainedProject, type TrainedProject } from '../support/exportProject.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { contextFor } from '../support/trainingContext.ts';

let made: TrainedProject;
let seq: TrainedProject;

const folderOf = () => mkdtemp(join(tmpdir(), 'ptune-test-'));

beforeAll(async () => {
  made = await trainedProject(await folderOf(), {
    model: 'causal',
    size: { past: true },
    prompts: `@prompt leading {encoder: none}
{*3} {country} {capital}

@prompt inner {encoder: none}
The {*2} {country} {capital}

@prompt slotless {encoder: none}
{*2} city {capital}

@prompt deep {depth: deep, encoder: none}
{*2} {country} {capital}`,
  });
  seq = await trainedProject(await folderOf(), {
    model: 'encoderDecoder',
    prompts: '@prompt leading {encoder: none}\n{*3} {country} {capital}',
  });
});

afterAll(async () => {
  for (const { folder } of [made, seq]) await rm(folder, { recursive: true });
});

/** Formats that are refused, by the choices and by the exports. */
async function refusals(project: TrainedProject, prompt: string) {
  const { context } = contextFor();
  const request = { run: project.runs[prompt]!, from: project.folder };
  const choices = await exportChoices(request, context);
  const told = choices.flatMap(({ format, refusal }) => (refusal ? [[format, refusal]] : []));
  const output = await temporaryFolder();
  const found: string[][] = [];
  for (const format of exportFormats) {
    const place = join(output, format);
    await exportRun({ ...request, format, output: place }, context).catch((error: unknown) => {
      found.push([format, toPtuneError(error).message]);
    });
  }
  return { told, found };
}

test.each([
  ['leading', []],
  ['inner', ['peft']],
  ['slotless', ['onnx']],
  ['deep', ['tokens']],
])('the prompt "%s" is refused by %j, with the reason of the export', async (prompt, formats) => {
  const { told, found } = await refusals(made, prompt);
  expect(told.map(([format]) => format)).toEqual(formats);
  expect(told).toEqual(found);
});

test('an encoder-decoder model is refused where one graph is written', async () => {
  const { told, found } = await refusals(seq, 'leading');
  expect(told.map(([format]) => format)).toEqual(['onnx']);
  expect(told).toEqual(found);
});

test('a prompt that the file no longer has can leave as vectors alone', async () => {
  const path = join(made.folder, 'task.ptune');
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace('{*3} {country}', '{*3} In {country}'));
  const { told, found } = await refusals(made, 'leading');
  await writeFile(path, text);
  expect(told.map(([format]) => format)).toEqual(['tokens', 'onnx']);
  expect(told).toEqual(found);
});

test('an export tells how far it is, and leaves nothing when it is cancelled', async () => {
  const output = await temporaryFolder();
  const request = { run: made.runs['leading']!, from: made.folder, format: 'tokens' } as const;
  const whole = contextFor();
  await exportRun({ ...request, output: join(output, 'whole') }, whole.context);
  const bytes = whole.of('exporting').map((event) => event.bytes);
  expect(bytes.length).toBeGreaterThan(2);
  expect(bytes).toEqual(bytes.toSorted((a, b) => a - b));

  const own = contextFor((event) => {
    if (event.type === 'exporting') own.abort.abort();
  });
  const cancelled = exportRun({ ...request, output: join(output, 'half') }, own.context);
  await expect(cancelled).rejects.toMatchObject({ code: 'training/cancelled' });
  expect(await readdir(output)).toEqual(['whole']);
});
