import { createHash } from 'node:crypto';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { parse } from '../../src/language/parser.ts';
import { staleReason } from '../../src/protocol/fingerprint.ts';
import { FileHashes } from '../../src/runs/fileHashes.ts';
import {
  canonicalJson,
  computeFingerprint,
  dataFiles,
  promptFingerprint,
} from '../../src/runs/fingerprint.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

let folder: string;
const path = (name: string) => join(folder, name);

beforeEach(async () => {
  folder = await temporaryFolder();
  await mkdir(path('model'));
  await writeFile(path('train.csv'), 'a');
  await writeFile(path('test.csv'), 'b');
  await writeFile(path('model/model.onnx'), 'weights');
  await writeFile(path('model/config.json'), '{}');
});

const inputs = () => ({
  template: '{*} {a}',
  settings: { answer: 'a', train: { steps: 4, seeds: [1] } },
  dataFiles: [path('train.csv'), path('test.csv')],
  model: { folder: path('model'), files: [path('model/model.onnx'), path('model/config.json')] },
});

describe('computeFingerprint', () => {
  it('is the same for the same inputs, in whatever order keys and model files come', async () => {
    const again = inputs();
    again.settings = { train: { seeds: [1], steps: 4 }, answer: 'a' };
    again.model.files.reverse();
    expect(await computeFingerprint(again, new FileHashes())).toEqual(
      await computeFingerprint(inputs(), new FileHashes()),
    );
  });

  it.each<[string, (changed: ReturnType<typeof inputs>) => unknown]>([
    ['template changed', (changed) => (changed.template += '.')],
    ['settings changed', (changed) => (changed.settings.train.steps = 5)],
    ['data changed', () => writeFile(path('test.csv'), 'c')],
    ['data changed', (changed) => changed.dataFiles.reverse()],
    ['model changed', () => writeFile(path('model/model.onnx'), 'other')],
    ['model changed', (changed) => changed.model.files.pop()],
  ])('tells that the %s', async (reason, change) => {
    const before = await computeFingerprint(inputs(), new FileHashes());
    const changed = inputs();
    await change(changed);
    const after = await computeFingerprint(changed, new FileHashes());
    expect(staleReason(before, after)).toBe(reason);
  });
});

describe('promptFingerprint', () => {
  const text = `---
model: bundled/x
data: { train: train.csv, test: 0.2 }
answer: b
baseline: plain
---

@prompt plain
{a} {b}

@prompt shots
{demos:2} {a} {b}

@prompt learned
{*} {a} {b}

@prompt stored {from: test.csv}
{*} {a} {b}
`;

  const of = (source: string, name: string) => {
    const file = parse(source);
    const prompt = file.prompts.find((candidate) => candidate.name === name)!;
    const places = { path: path('x.ptune'), model: inputs().model };
    return promptFingerprint(file, prompt, places, new FileHashes());
  };

  it.each<[string, string, string, string | undefined]>([
    ['plain', 'baseline: plain', 'baseline: learned', undefined],
    ['plain', 'baseline: plain', 'train: {steps: 9}', undefined],
    ['plain', 'test: 0.2', 'test: 0.3', 'settings changed'],
    ['plain', 'baseline: plain', 'candidates: vocabulary', 'settings changed'],
    ['plain', 'baseline: plain', 'labels: {x: [y], z: [w]}', 'settings changed'],
    ['shots', 'baseline: plain', 'train: {steps: 9}', undefined],
    ['shots', 'baseline: plain', 'train: {seeds: [2]}', 'settings changed'],
    ['shots', 'baseline: plain', 'train: {seeds: [1, 2]}', undefined],
    ['learned', 'baseline: plain', 'train: {steps: 9}', 'settings changed'],
    ['learned', 'baseline: plain', 'train: {seeds: [2, 3]}', undefined],
    ['learned', '{*} {a} {b}', '{*2} {a} {b}', 'template changed'],
    ['learned', '@prompt plain', '@prompt other', undefined],
    ['learned', '{*} {a} {b}', '{ * } {  a}  {b}', 'template changed'],
    ['learned', '{*} {a} {b}', '{ * } {  a} { b\t}', undefined],
    ['learned', '{*} {a} {b}', '\n{*} {a} {b}\n@# said\n', undefined],
    ['stored', 'baseline: plain', 'train: {steps: 9}', undefined],
    ['stored', 'from: test.csv', 'from: train.csv', 'data changed'],
  ])('of "%s" after "%s" became "%s": %s', async (name, before, after, reason) => {
    const changed = text.replace(before, after);
    expect(changed).not.toBe(text);
    expect(staleReason(await of(text, name), await of(changed, name))).toBe(reason);
  });
});

it('is the hash of the text where a template is written as formatting writes it', async () => {
  const template = '@@{a|trim} {{x}} {*r:2 "of \\"it\\""}\n{*r} {demos:2} {b}';
  const file = parse(`---\nanswer: b\n---\n@prompt p\n${template}\n`);
  const places = { path: path('x.ptune'), model: inputs().model };
  const found = await promptFingerprint(file, file.prompts[0]!, places, new FileHashes());
  // Scores that were stored by their text stay current.
  expect(found.template).toBe(createHash('sha256').update(template).digest('hex'));
});

it('finds the data files that are named, each once', () => {
  const head = 'model: m\nanswer: b\ndata: { train: a/x.csv, validation: a/x.csv, test: ../t.csv }';
  const file = parse(`---\n${head}\ncandidates: words.txt\n---\n@prompt p\n{a} {b}\n`);
  expect(dataFiles(file, '/p/q/f.ptune')).toEqual(['/p/q/a/x.csv', '/p/t.csv', '/p/q/words.txt']);
});

describe('FileHashes', () => {
  it('is the SHA-256 of the bytes', async () => {
    const expected = createHash('sha256').update('a').digest('hex');
    expect(await new FileHashes().hash(path('train.csv'))).toBe(expected);
  });

  it('reads a file again only when its size or time changed', async () => {
    const hashes = new FileHashes();
    await Promise.all([hashes.hash(path('train.csv')), hashes.hash(path('train.csv'))]);
    await hashes.hash(path('train.csv'));
    expect(hashes.filesRead).toBe(1);
    await utimes(path('train.csv'), 1, 1);
    await hashes.hash(path('train.csv'));
    expect(hashes.filesRead).toBe(2);
  });

  it('remembers on disk, and makes a damaged memory anew', async () => {
    const store = path('hashes.json');
    const first = await new FileHashes(store).hash(path('train.csv'));
    const second = new FileHashes(store);
    expect(await second.hash(path('train.csv'))).toBe(first);
    expect(second.filesRead).toBe(0);
    await writeFile(store, '{"half');
    const third = new FileHashes(store);
    expect(await third.hash(path('train.csv'))).toBe(first);
    expect(third.filesRead).toBe(1);
  });

  it('fails as Node does for a file that is not there', async () => {
    await expect(new FileHashes().hash(path('none'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

it('canonical JSON sorts keys at every depth and keeps the order of lists', () => {
  expect(canonicalJson({ b: [{ d: 1, c: 2 }, 1], a: undefined })).toBe('{"b":[{"c":2,"d":1},1]}');
  expect(canonicalJson(undefined)).toBe('null');
});
