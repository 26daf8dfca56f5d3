/** The programs in the READMEs of exported models say what `ptune predict` says. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import type { ExportFormat } from '../../src/protocol/exchange.ts';
import { predictWithRun } from '../../src/training/openRun.ts';
import { exported, runOf, trainedProject, type TrainedProject } from '../support/exportProject.ts';
import { root } from '../support/project.ts';
import { rows } from '../support/tinyProject.ts';
import { contextFor } from '../support/trainingContext.ts';

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((made) => rm(made, { recursive: true }))));

async function project(options: Parameters<typeof trainedProject>[1]): Promise<TrainedProject> {
  const folder = await mkdtemp(join(tmpdir(), 'ptune-test-'));
  folders.push(folder);
  return trainedProject(folder, options);
}

/** What the JavaScript of an export's README prints, run as its reader would. */
async function printed(made: TrainedProject, format: ExportFormat): Promise<string> {
  const { output } = await exported(made, 'learned', format, format);
  const readme = await readFile(join(output, 'README.md'), 'utf8');
  const program = /```js\n([^]*?)\n```/.exec(readme)![1]!;
  // Here the library goes by the name under which it is installed.
  const own = program.replaceAll('@huggingface/transformers', '@xenova/transformers');
  await writeFile(join(output, 'load.mjs'), own);
  await symlink(join(root, 'node_modules'), join(output, 'node_modules'));
  const run = promisify(execFile);
  return (await run(process.execPath, ['load.mjs'], { cwd: output })).stdout.trim();
}

/** What ptune answers to the example of the README, the first one of the test split. */
async function answers(made: TrainedProject) {
  const input = { country: rows.test[0][0] };
  return predictWithRun(await runOf(made, 'learned'), input, contextFor().context);
}

const learned = (template: string) => `@prompt learned\n${template}`;

describe('tokens', () => {
  test.each([
    ['BERT', { model: 'masked', prompts: learned('{*2} {country} has {*2} {capital} .') }],
    ['GPT-2', { model: 'causal', prompts: learned('{*2} {country|upper} is {capital}') }],
    [
      'GPT-2 of 16 bits with a cache',
      {
        model: 'causal',
        size: { past: 'merged', floats: 'float16' },
        prompts: learned('{*2} {country} is {capital}'),
      },
    ],
    ['LLaMA', { model: 'llama', prompts: learned('The city {*2} {country} {capital}') }],
  ] as const)('of a %s: the likeliest token', async (_, options) => {
    const made = await project({ ...options, settings: 'candidates: vocabulary\n' });
    const scores = await answers(made);
    const tokens = JSON.parse(await printed(made, 'tokens')) as string[];
    expect(tokens[0]!.trim()).toBe(scores[0]!.candidate.trim());
  });

  test.each([{}, { past: true }] as const)(
    'of an encoder-decoder model %j: the whole answer',
    async (size) => {
      const made = await project({
        model: 'encoderDecoder',
        size,
        settings: 'candidates: generate\nmaxTokens: 6\n',
        prompts: learned('{*2} {country} {capital} .'),
      });
      const [best] = await answers(made);
      expect(best!.candidate).not.toBe('');
      expect(await printed(made, 'tokens')).toBe(best!.candidate);
    },
  );
});

describe('onnx', () => {
  test.each([
    ['masked', {}, '{*2} {country} is {capital} .'],
    ['causal', {}, '{*2} {country|upper} is {capital}'],
    ['causal', { size: { floats: 'float16' } }, '{*2} {country} is {capital}'],
    ['llama', { settings: 'candidates: vocabulary\n' }, 'The {*2} {country} {capital}'],
  ] as const)('of a %s model %j: the best answer', async (model, options, template) => {
    const made = await project({ model, prompts: learned(template), ...options });
    const [best] = await answers(made);
    const words = (await printed(made, 'onnx')).split(' ');
    // Numbers of 16 bits have three digits.
    expect(Number(words.pop())).toBeCloseTo(best!.probability, 'size' in options ? 3 : 5);
    expect(words.join(' ').trim()).toBe(best!.candidate.trim());
  });
});
