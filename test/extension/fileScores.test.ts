import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { buildReport } from '../../src/evaluation/report.ts';
import {
  type ScoreContext,
  readScores,
  reportPathOf,
  watchedFiles,
} from '../../src/extension/scores/fileScores.ts';
import { locateModel } from '../../src/hub/locate.ts';
import { rename } from '../../src/language/features/rename.ts';
import { parse } from '../../src/language/parser.ts';
import { applyEdits } from '../../src/language/textEdit.ts';
import type { Fingerprint } from '../../src/protocol/fingerprint.ts';
import { FileHashes } from '../../src/runs/fileHashes.ts';
import { StoredReports } from '../../src/runs/reportFile.ts';
import { promptFingerprint } from '../../src/runs/fingerprint.ts';
import { writeReport } from '../../src/runs/reportFile.ts';
import { capitalsInputs } from '../evaluation/support/reportInputs.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const text = `---
model: ./m
data: { train: train.csv, validation: 0.2, test: 0.3 }
answer: capital
train: { seeds: [1, 2, 3] }
baseline: manual
---

@prompt manual
The capital of {country} is {capital}.

@prompt inverse
{capital} is the capital of {country}.

@prompt learned
{*3} {country} {*3} {capital} .
`;

let folder: string;
let path: string;
let context: ScoreContext;

beforeEach(async () => {
  folder = await temporaryFolder();
  path = join(folder, 'capitals.ptune');
  context = {
    bundledFolder: join(folder, 'none'),
    caches: [],
    hashes: new FileHashes(),
    reports: new StoredReports(),
  };
  await mkdir(join(folder, 'm'));
  for (const name of ['m/model.onnx', 'm/tokenizer.json']) await writeFile(join(folder, name), '1');
  await writeFile(join(folder, 'train.csv'), 'country,capital\nPeru,Lima\n');
});

/** Stores a report as the trainer does, with the fingerprints of the present text. */
async function store(): Promise<void> {
  const file = parse(text);
  const report = buildReport(capitalsInputs());
  const places = { fileFolder: folder, bundledFolder: '' };
  const model = await locateModel(file.settings.model!, places);
  const fingerprints: Record<string, Fingerprint> = {};
  for (const prompt of file.prompts) {
    const at = { path, model };
    fingerprints[prompt.name] = await promptFingerprint(file, prompt, at, new FileHashes());
  }
  await writeReport(reportPathOf(path), { ...report, fingerprints });
}

const read = (source: string) => readScores(parse(source), path, context);

describe('readScores', () => {
  it('has nothing before anything was scored', async () => {
    expect(await read(text)).toBeUndefined();
  });

  it('finds that the scores of an unchanged file hold', async () => {
    await store();
    const scores = (await read(text))!;
    expect([...scores.prompts.keys()]).toEqual(['manual', 'inverse', 'learned']);
    for (const { stale, baselineStale } of scores.prompts.values()) {
      expect([stale, baselineStale]).toEqual([undefined, undefined]);
    }
    expect(scores.prompts.get('learned')!.prompt.summary.name).toBe('learned');
  });

  it.each<[string, string, Record<string, string | undefined>]>([
    ['{*3} {country}', '{*4} {country}', { learned: 'template changed', manual: undefined }],
    ['0.3 }', '0.4 }', { learned: 'settings changed', manual: 'settings changed' }],
    ['{ seeds', '{ steps: 9, seeds', { learned: 'settings changed', manual: undefined }],
    ['[1, 2, 3]', '[1, 2]', { learned: 'seeds changed', manual: undefined }],
    ['[1, 2, 3]', '[1, 2, 3, 4]', { learned: undefined, manual: undefined }],
    ['./m', './none', { learned: 'model not found', manual: 'model not found' }],
    ['train.csv', 'none.csv', { learned: 'data not found', manual: 'data not found' }],
  ])('after "%s" became "%s" it is %j', async (before, after, expected) => {
    await store();
    const scores = (await read(text.replace(before, after)))!;
    for (const [name, reason] of Object.entries(expected)) {
      expect(scores.prompts.get(name)!.stale).toBe(reason);
    }
  });

  it.each<[string, string, string]>([
    ['m/model.onnx', '22', 'model changed'],
    ['train.csv', 'country,capital\nPeru,Cuzco\n', 'data changed'],
  ])('sees that %s changed', async (name, content, reason) => {
    await store();
    await read(text);
    await writeFile(join(folder, name), content);
    expect((await read(text))!.prompts.get('inverse')!.stale).toBe(reason);
  });

  it('says where a difference has lost its ground', async () => {
    await store();
    const edited = (await read(text.replace('The capital', 'A capital')))!.prompts.get('learned')!;
    expect(edited.stale).toBeUndefined();
    expect(edited.baselineStale).toBe('template changed in manual');
  });

  it.each<[string, string, string, Record<string, string | undefined>]>([
    [
      'another prompt is it',
      'baseline: manual',
      'baseline: inverse',
      {
        manual: 'it is inverse now, and was manual',
        inverse: undefined,
        learned: 'it is inverse now, and was manual',
      },
    ],
    [
      'its template is another',
      'The capital',
      'A capital',
      {
        manual: undefined,
        inverse: 'template changed in manual',
        learned: 'template changed in manual',
      },
    ],
    [
      'no prompt has its name',
      'baseline: manual',
      'baseline: none',
      { learned: 'it was manual, and the file has none now' },
    ],
    [
      'a new prompt is it',
      'baseline: manual',
      'baseline: new\n---\n@prompt new\n{country} {capital}\n@# ',
      { manual: 'it is new now, and was manual', learned: 'it is new now, and was manual' },
    ],
  ])('says of every score whether it is held against the baseline: %s', async (...args) => {
    const [, before, after, expected] = args;
    await store();
    const source = text.replace(before, after).replace('@# \n---\n', '\n');
    const scores = (await read(source))!;
    for (const [name, reason] of Object.entries(expected)) {
      expect([name, scores.prompts.get(name)!.baselineStale]).toEqual([name, reason]);
    }
    const baselines = [...scores.prompts.values()].filter(({ isBaseline }) => isBaseline);
    const { baseline } = parse(source).settings;
    expect(baselines.map(({ name }) => name)).toEqual(
      [baseline].filter((name) => name !== undefined && scores.prompts.has(name)),
    );
  });

  it('keeps every score of a prompt that only got another name, the baseline among them', async () => {
    await store();
    for (const name of ['manual', 'inverse', 'learned']) {
      const file = parse(text);
      const renaming = rename(file, text.indexOf(`@prompt ${name}`) + 8, 'renamed');
      const source = applyEdits(text, renaming.kind === 'edits' ? renaming.edits : []);
      expect(source).toContain('@prompt renamed');
      const scores = (await read(source))!;
      expect(scores.prompts.size).toBe(3);
      expect(scores.stale).toEqual({});
      for (const { stale, baselineStale } of scores.prompts.values()) {
        expect([stale, baselineStale]).toEqual([undefined, undefined]);
      }
      const renamed = scores.prompts.get('renamed')!;
      expect([renamed.name, renamed.prompt.summary.name]).toEqual(['renamed', name]);
      expect(scores.prompts.get(name)).toBeUndefined();
      const learned = [...scores.prompts.values()].find(({ prompt }) => prompt.runs.length > 0)!;
      expect(learned.against).toBe(name === 'manual' ? 'renamed' : 'manual');
    }
  });

  it.each<[string, (template: string) => string]>([
    ['two new prompts fit', (same) => `@prompt a\n${same}\n@prompt b\n${same}`],
    ['the template is another, too', (same) => `@prompt a\nSo: ${same}`],
  ])('takes no score for a new name where %s', async (_, prompts) => {
    await store();
    const scores = (await read(
      text.replace(/@prompt inverse\n(.*)/, (_all, same) => prompts(same as string)),
    ))!;
    expect([...scores.prompts.keys()]).toEqual(['manual', 'learned']);
    expect(scores.stale).toEqual({ inverse: 'prompt removed' });
  });

  it('takes the first of two prompts with one name for the one that was scored', async () => {
    await store();
    const scores = (await read(`${text}\n@prompt inverse\n{country}: {capital}\n`))!;
    expect(scores.prompts.get('inverse')!.stale).toBeUndefined();
  });

  it('leaves out prompts that are gone, and has none for new ones', async () => {
    await store();
    const scores = (await read(
      text.replace(/@prompt inverse\n.*\n/, '@prompt other\n{country} {capital}\n'),
    ))!;
    expect([...scores.prompts.keys()]).toEqual(['manual', 'learned']);
  });

  it('fails for a report that cannot be read', async () => {
    await store();
    await writeFile(reportPathOf(path), '{');
    await expect(read(text)).rejects.toMatchObject({ code: 'run/unreadable' });
    await rm(reportPathOf(path));
    expect(await read(text)).toBeUndefined();
  });
});

it('watches the report and the data files', () => {
  expect(watchedFiles(parse(text), '/p/capitals.ptune')).toEqual([
    '/p/.ptune/reports/capitals.json',
    '/p/train.csv',
  ]);
});
