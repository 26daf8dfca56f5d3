/** The exports that hold the vectors alone, and those for PEFT. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exported, runOf, trainedProject, type TrainedProject } from '../support/exportProject.ts';

let masked: TrainedProject;
let causal: TrainedProject;
const folders: string[] = [];

const prompts = `@prompt manual
The capital of {country} is {capital} .

@prompt leading {encoder: lstm, hiddenSize: 6, dropout: 0.1}
{*3} {country} is {capital} .

@prompt plain {encoder: none}
{*2}{*"is"} {country} {capital}

@prompt inner {encoder: mlp}
{*2} {country} {*3} {capital} .

@prompt named {encoder: none}
{*both:2}{*1}{*both} {country} {capital}`;

const deepPrompts = `@prompt leading {encoder: mlp}
{*3} {country} {capital}

@prompt deep {depth: deep, encoder: none}
{*2} {country} {capital}`;

const folder = async () => {
  const made = await mkdtemp(join(tmpdir(), 'ptune-test-'));
  folders.push(made);
  return made;
};

beforeAll(async () => {
  masked = await trainedProject(await folder(), { prompts });
  causal = await trainedProject(await folder(), {
    model: 'causal',
    size: { past: true },
    prompts: deepPrompts,
  });
});

afterAll(() => Promise.all(folders.map((made) => rm(made, { recursive: true }))));

/** The vectors of a prompt as its run keeps them. */
async function vectorsOf(project: TrainedProject, prompt: string): Promise<Float32Array> {
  const run = await runOf(project, prompt);
  return (await run.store.readPrompt(run.manifest.id)).vectors;
}

const bytesOf = (values: Float32Array) =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength);

/** The program of a README in a language. */
async function program(output: string, language: string): Promise<string> {
  const readme = await readFile(join(output, 'README.md'), 'utf8');
  return new RegExp(`\`\`\`${language}\n([^]*?)\n\`\`\``).exec(readme)![1]!;
}

/** What the JavaScript of a README prints. */
async function runReadme(output: string): Promise<string> {
  await writeFile(join(output, 'load.mjs'), await program(output, 'js'));
  return execFileSync(process.execPath, ['load.mjs'], { cwd: output, encoding: 'utf8' });
}

describe('json', () => {
  test('holds the same float32 numbers, the template and the places', async () => {
    const { output, files } = await exported(masked, 'inner', 'json', 'json');
    expect(files).toEqual(['README.md', 'prompt.json']);
    const value = JSON.parse(await readFile(join(output, 'prompt.json'), 'utf8')) as {
      vectors: number[][];
    };
    expect(Float32Array.from(value.vectors.flat())).toEqual(await vectorsOf(masked, 'inner'));
    expect(value).toMatchObject({
      format: 'ptune-vectors-1',
      run: masked.runs['inner'],
      prompt: 'inner',
      template: '{*2} {country} {*3} {capital} .',
      shape: [5, 8],
      placement: [
        { part: 0, rows: [0, 1] },
        { part: 4, rows: [2, 3, 4] },
      ],
    });
    expect(await runReadme(output)).toBe('5 8\n');
  });
});

describe('npy', () => {
  test('has the header of format 1.0, then the numbers', async () => {
    const { output } = await exported(masked, 'inner', 'npy', 'npy');
    const bytes = await readFile(join(output, 'prompt_embeddings.npy'));
    expect([...bytes.subarray(0, 8)]).toEqual([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
    const start = 10 + bytes.readUInt16LE(8);
    expect(start % 64).toBe(0);
    const facts = "{'descr': '<f4', 'fortran_order': False, 'shape': (5, 8), }";
    expect(bytes.toString('latin1', 10, start)).toBe(`${facts.padEnd(start - 11)}\n`);
    expect(bytes.subarray(start)).toEqual(bytesOf(await vectorsOf(masked, 'inner')));
    expect(await runReadme(output)).toBe('5 8\n');
  });
});

/** A safetensors file laid out by hand: header length, JSON padded to eight bytes, numbers. */
function adapterBytes(shape: readonly [number, number], numbers: Float32Array): Buffer {
  const end = 4 * shape[0] * shape[1];
  const json = `{"__metadata__":{"format":"pt"},"prompt_embeddings":{"dtype":"F32","shape":[${shape.join(',')}],"data_offsets":[0,${end}]}}`;
  const header = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8), 'latin1');
  const length = Buffer.alloc(8);
  length.writeUInt32LE(header.length, 0);
  return Buffer.concat([length, header, bytesOf(numbers)]);
}

describe('peft', () => {
  test('is for an encoder the P_TUNING adapter that PEFT writes, byte by byte', async () => {
    const { output, warnings } = await exported(masked, 'leading', 'peft', 'peft-lstm');
    const vectors = await vectorsOf(masked, 'leading');
    expect(await readFile(join(output, 'adapter_model.safetensors'))).toEqual(
      adapterBytes([3, 8], vectors),
    );
    expect(await readFile(join(output, 'adapter_config.json'), 'utf8')).toBe(`{
  "auto_mapping": null,
  "base_model_name_or_path": "./model",
  "encoder_dropout": 0.1,
  "encoder_hidden_size": 6,
  "encoder_num_layers": 2,
  "encoder_reparameterization_type": "LSTM",
  "inference_mode": true,
  "num_attention_heads": null,
  "num_layers": null,
  "num_transformer_submodules": 1,
  "num_virtual_tokens": 3,
  "peft_type": "P_TUNING",
  "revision": null,
  "task_type": "FEATURE_EXTRACTION",
  "token_dim": 8
}`);
    expect(warnings).toEqual([expect.stringContaining('The tokenizer puts [CLS] before a text.')]);
    expect(await runReadme(output)).toBe('3 8\n');
  });

  test('is without an encoder a PROMPT_TUNING adapter', async () => {
    const { output } = await exported(masked, 'plain', 'peft', 'peft-none');
    const config: unknown = JSON.parse(await readFile(join(output, 'adapter_config.json'), 'utf8'));
    expect(config).toMatchObject({ peft_type: 'PROMPT_TUNING', prompt_tuning_init: 'RANDOM' });
    expect(await readFile(join(output, 'adapter_model.safetensors'))).toEqual(
      adapterBytes([3, 8], await vectorsOf(masked, 'plain')),
    );
  });

  test('repeats the vectors of named virtual tokens in each of their places', async () => {
    const { output } = await exported(masked, 'named', 'peft', 'peft-named');
    const v = await vectorsOf(masked, 'named');
    const places = Float32Array.from([...v.subarray(0, 24), ...v.subarray(0, 16)]);
    expect(v).toHaveLength(24);
    expect(await readFile(join(output, 'adapter_model.safetensors'))).toEqual(
      adapterBytes([5, 8], places),
    );
  });

  test('is for a causal model without a start token the same task as in PEFT', async () => {
    const { output, warnings } = await exported(causal, 'leading', 'peft', 'peft-causal');
    const config: unknown = JSON.parse(await readFile(join(output, 'adapter_config.json'), 'utf8'));
    expect(config).toMatchObject({ peft_type: 'P_TUNING', task_type: 'CAUSAL_LM' });
    expect(warnings).toEqual([]);
  });

  test('is for a deep prompt a PREFIX_TUNING adapter', async () => {
    const { output } = await exported(causal, 'deep', 'peft', 'peft-deep');
    const vectors = await vectorsOf(causal, 'deep');
    // Two layers, keys and values of width 8 each.
    expect(await readFile(join(output, 'adapter_model.safetensors'))).toEqual(
      adapterBytes([2, 32], vectors),
    );
    expect(JSON.parse(await readFile(join(output, 'adapter_config.json'), 'utf8'))).toMatchObject({
      peft_type: 'PREFIX_TUNING',
      num_layers: 2,
      num_attention_heads: 2,
      token_dim: 8,
      prefix_projection: false,
    });
  });

  test('is refused for inner virtual tokens, with the reason, and leaves nothing behind', async () => {
    const before = await readdir(masked.folder);
    await expect(exported(masked, 'inner', 'peft', 'peft-inner')).rejects.toMatchObject({
      code: 'export/not-possible',
      kind: 'unsupported',
      message:
        'The prompt "inner" cannot be exported for PEFT, which puts all virtual tokens before the whole input: 3 virtual tokens of it stand behind the slot {country}.',
    });
    expect(await readdir(masked.folder)).toEqual(before);
  });
});

test('nothing is written into a folder that holds files', async () => {
  await expect(exported(masked, 'inner', 'json', 'model')).rejects.toMatchObject({
    code: 'export/not-empty',
  });
  expect(await readdir(join(masked.folder, 'model'))).not.toContain('prompt.json');
});
