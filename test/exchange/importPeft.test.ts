/** Adapters of PEFT that come in, and those that must not. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PtuneError } from '../../src/base/errors.ts';
import { importPath } from '../../src/exchange/import/importPath.ts';
import { parse } from '../../src/language/parser.ts';
import { findRun, predictWithRun } from '../../src/training/openRun.ts';
import { scoreFile } from '../../src/training/scoreFile.ts';
import { trainFile } from '../../src/training/trainFile.ts';
import { exported, runOf, trainedProject, type TrainedProject } from '../support/exportProject.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { writeFiles } from '../support/tinyModels.ts';
import { contextFor } from '../support/trainingContext.ts';

let made: TrainedProject;

beforeAll(async () => {
  made = await trainedProject(await mkdtemp(join(tmpdir(), 'ptune-test-')), {
    model: 'causal',
    size: { past: true },
    prompts: `@prompt soft {encoder: none}
{*3} {country} {capital}

@prompt mlp {encoder: mlp}
{*2} {country} {capital}

@prompt deep {depth: deep, encoder: none}
{*2} {country} {capital}`,
  });
});

afterAll(() => rm(made.folder, { recursive: true }));

const imported = (path: string, output: string, model?: string) =>
  importPath({ path, output, ...(model && { model }) }, contextFor().context);

describe.each([
  ['soft', 'PROMPT_TUNING'],
  ['mlp', 'P_TUNING'],
  ['deep', 'PREFIX_TUNING'],
])('the adapter of the prompt "%s", %s', (prompt, type) => {
  test('comes back with the same vectors, as a run and to be scored', async () => {
    const adapter = await exported(made, prompt, 'peft', `adapter-${prompt}`);
    const reply = await imported(adapter.output, made.folder);
    expect(reply).toMatchObject({
      kind: `PEFT ${type}`,
      file: join(made.folder, `adapter-${prompt}.ptune`),
      warnings: [],
    });
    const own = await runOf(made, prompt);
    const { vectors } = await own.store.readPrompt(own.manifest.id);
    const run = await findRun(reply.run!, made.folder);
    expect((await run.store.readPrompt(reply.run!)).vectors).toEqual(vectors);
    expect(parse(await readFile(reply.file, 'utf8')).diagnostics).toEqual([]);
    const { context } = contextFor();
    const task = await readFile(join(made.folder, 'task.ptune'), 'utf8');
    const [settings] = task.split('@prompt');
    const template = /\n(\{\*.*)/.exec(task.slice(task.indexOf(`@prompt ${prompt}`)))![1]!;
    const here = await readFile(reply.file, 'utf8');
    const from = /@prompt .*/.exec(here)![0];
    const path = join(made.folder, `again-${prompt}.ptune`);
    await writeFile(path, `${settings}${from}\n${template}\n`);
    const [again] = (await scoreFile({ path, split: 'test' }, context)).prompts;
    const before = await scoreFile(
      { path: join(made.folder, 'task.ptune'), split: 'test' },
      context,
    );
    const { accuracy, loss, reciprocalRank } = before.prompts.find(({ name }) => name === prompt)!;
    expect(again).toMatchObject({ accuracy, loss, reciprocalRank });
    const summary = await scoreFile({ path: reply.file, split: 'train' }, context);
    expect(summary.prompts).toEqual([
      expect.objectContaining({ name: `adapter-${prompt}`, kind: 'continuous' }),
    ]);
    const answers = await predictWithRun(run, { text: 'Chad Mali' }, context);
    expect(answers.map(({ candidate }) => candidate).sort()).toEqual(['no', 'yes']);
  });
});

test('a prompt is trained on from an adapter', async () => {
  const adapter = await exported(made, 'soft', 'peft', 'adapter-start');
  const { run, file } = await imported(adapter.output, made.folder);
  const text = (await readFile(file, 'utf8')).replace(
    /@prompt[^]*$/,
    `@prompt further {encoder: none, steps: 1, learningRate: 0.000001, init: "run:${run!}"}\n{*3} {text} {answer}\n`,
  );
  const { context, of } = contextFor();
  await trainFile({ path: file, text }, context);
  const further = await findRun(of('runStarted')[0]!.run, made.folder);
  const { vectors } = await further.store.readPrompt(further.manifest.id);
  const start = (await further.store.readPrompt(run!)).vectors;
  // One small step away: 1e-6 is the learning rate.
  vectors.forEach((value, i) => expect(Math.abs(value - start[i]!)).toBeLessThan(1e-5));
});

test('another name is taken where one is there, and nothing is overwritten', async () => {
  const adapter = await exported(made, 'soft', 'peft', 'twice');
  const first = await imported(adapter.output, made.folder);
  const second = await imported(adapter.output, made.folder);
  expect([first.file, second.file]).toEqual(
    ['twice.ptune', 'twice-2.ptune'].map((name) => join(made.folder, name)),
  );
});

/** A safetensors file with a header as it is given. */
function safetensors(header: unknown, data: Uint8Array, length?: number): Buffer {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(BigInt(length ?? text.length));
  return Buffer.concat([start, text, data]);
}

const entry = (shape: number[], end: number, dtype = 'F32') => ({
  prompt_embeddings: { dtype, shape, data_offsets: [0, end] },
});

const config = (more: object = {}) => ({
  peft_type: 'PROMPT_TUNING',
  base_model_name_or_path: './model',
  num_virtual_tokens: 2,
  ...more,
});

async function adapter(files: Readonly<Record<string, unknown>>): Promise<string> {
  const folder = join(await temporaryFolder(), 'adapter');
  await mkdir(folder);
  await writeFiles(folder, files);
  return folder;
}

test.each([
  ['half precision', 'F16', Uint16Array.from({ length: 16 }, () => 0x3c00)],
  ['bfloat16', 'BF16', Uint16Array.from({ length: 16 }, () => 0x3f80)],
  ['float64', 'F64', new Float64Array(16).fill(1)],
])('numbers of %s are read', async (_, dtype, data) => {
  const bytes = new Uint8Array(data.buffer);
  const folder = await adapter({
    'adapter_config.json': config(),
    'adapter_model.safetensors': safetensors(entry([2, 8], bytes.length, dtype), bytes),
  });
  const { run } = await imported(folder, made.folder);
  const found = await findRun(run!, made.folder);
  expect((await found.store.readPrompt(run!)).vectors).toEqual(new Float32Array(16).fill(1));
});

const zeros = new Uint8Array(64);

describe('what is hostile or damaged is refused with a code', () => {
  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['a pickle', { 'adapter_model.bin': 'x' }, 'import/pickle'],
    ['no vectors', {}, 'import/unreadable'],
    [
      'an adapter of another kind',
      { 'adapter_config.json': config({ peft_type: 'LORA' }) },
      'import/not-possible',
    ],
    ['a configuration that is no JSON', { 'adapter_config.json': '{' }, 'import/unreadable'],
    [
      'a large configuration',
      { 'adapter_config.json': ' '.repeat(2 ** 20 + 1) },
      'import/unreadable',
    ],
    [
      'a huge header',
      { 'adapter_model.safetensors': safetensors('{}', zeros, 2 ** 52) },
      'import/unreadable',
    ],
    [
      'offsets behind the end',
      { 'adapter_model.safetensors': safetensors(entry([2, 8], 64), zeros.subarray(1)) },
      'import/unreadable',
    ],
    [
      'offsets of another size',
      { 'adapter_model.safetensors': safetensors(entry([2, 9], 64), zeros) },
      'import/unreadable',
    ],
    [
      'a shape that overflows',
      { 'adapter_model.safetensors': safetensors(entry([2 ** 40, 2 ** 40], 64), zeros) },
      'import/unreadable',
    ],
    [
      'another tensor',
      {
        'adapter_model.safetensors': safetensors(
          { lora_A: entry([2, 8], 64).prompt_embeddings },
          zeros,
        ),
      },
      'import/unreadable',
    ],
    [
      'a prototype for a tensor',
      {
        'adapter_model.safetensors': safetensors(
          '{"__proto__":{"dtype":"F32","shape":[2,8],"data_offsets":[0,64]}}',
          zeros,
        ),
      },
      'import/unreadable',
    ],
    [
      'numbers that are none',
      { 'adapter_model.safetensors': safetensors(entry([2, 8], 64), new Uint8Array(64).fill(255)) },
      'import/unreadable',
    ],
    [
      'another number of vectors',
      { 'adapter_model.safetensors': safetensors(entry([4, 4], 64), zeros) },
      'import/unreadable',
    ],
    [
      'another width',
      { 'adapter_model.safetensors': safetensors(entry([2, 4], 32), zeros.subarray(32)) },
      'import/does-not-fit',
    ],
    [
      'a model that is not here',
      {
        'adapter_config.json': config({ base_model_name_or_path: './none' }),
        'adapter_model.safetensors': safetensors(entry([2, 8], 64), zeros),
      },
      'model/not-found',
    ],
  ])('%s', async (_, files, code) => {
    const folder = await adapter({ 'adapter_config.json': config(), ...files });
    const error: unknown = await imported(folder, made.folder).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code });
    expect((error as PtuneError).nextStep).toBeTruthy();
  });

  test('a pickle that is named itself, and an archive of arrays', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'prompt.pt'), 'x');
    await writeFile(join(folder, 'prompt.npz'), 'PK');
    await expect(imported(join(folder, 'prompt.pt'), folder)).rejects.toMatchObject({
      code: 'import/pickle',
    });
    await expect(imported(join(folder, 'prompt.npz'), folder)).rejects.toMatchObject({
      code: 'import/unknown',
    });
  });

  test('any damaged byte gives a coded error or the same kind of adapter', async () => {
    const whole = safetensors(entry([2, 8], 64), zeros);
    const folder = await adapter({ 'adapter_config.json': config() });
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), async (at, value) => {
        const bytes = Buffer.from(whole);
        bytes[at] = value;
        await writeFile(join(folder, 'adapter_model.safetensors'), bytes);
        const result: unknown = await imported(folder, made.folder, './none').catch(
          (e: unknown) => e,
        );
        expect(result).toBeInstanceOf(PtuneError);
        expect(['import/unreadable', 'model/not-found']).toContain((result as PtuneError).code);
      }),
      { numRuns: 200 },
    );
  });
});
