/** Settings and data that cannot be trained with, from the command line: where, why, what to do. */
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RunStore } from '../../src/runs/runStore.ts';
import { buildBundles, jsonLines, ptune } from '../support/cli.ts';
import { rows, writeProject, type ProjectOptions } from '../support/tinyProject.ts';

let shared: string;
let counter = 0;

beforeAll(async () => {
  await buildBundles();
  shared = await mkdtemp(join(tmpdir(), 'ptune-test-'));
});

afterAll(() => rm(shared, { recursive: true }));

async function trained(options: ProjectOptions) {
  const folder = join(shared, `project-${++counter}`);
  await writeProject(folder, options);
  return ptune(folder, 'train', 'task.ptune', '--json');
}

const list = [
  ['Peru', 'good'],
  ['Chad', 'poor'],
];
const labelled = { train: list, validation: list, test: list };

interface Refusal {
  readonly title: string;
  readonly options: ProjectOptions;
  readonly code: string;
  /** What the message names, place and next step among them. */
  readonly says: readonly (string | RegExp)[];
}

const refusals: readonly Refusal[] = [
  {
    title: 'a learning rate of a million',
    options: { train: ['learningRate: 1.0e+6'] },
    code: 'settings/out-of-range',
    says: ['task.ptune:9:17 ', 'at most 10', 'ptune check task.ptune'],
  },
  {
    title: 'an answer with an unknown token',
    options: { rows: { ...rows, train: [...rows.train.slice(0, 2), ['Mali', '利马']] } },
    code: 'data/no-token',
    says: ['The answer "利马" of train.jsonl', /\b3 has a part/, 'Correct its spelling'],
  },
  {
    title: 'an input that is longer than the model reads',
    options: { rows: { ...rows, validation: [['Peru '.repeat(40), 'Lima']] } },
    code: 'data/too-long',
    says: [/validation\.jsonl\D+1, but the model reads at most 32/, '{column|shorten}'],
  },
  {
    title: 'an input that is too long although a slot may be cut',
    options: {
      rows: { ...rows, train: [['Peru '.repeat(40), 'Lima']] },
      prompts: '@prompt learned\n{*40} {country|shorten} {capital}',
    },
    code: 'data/too-long',
    says: [/45 tokens with the example \w+\.jsonl:1, but/, 'fewer virtual tokens'],
  },
  {
    title: 'labels of the same tokens',
    options: {
      settings: 'labels:\n  good: [Great]\n  poor: [great]\n',
      rows: labelled,
      prompts: '@prompt learned\n{*2} {country} {capital|lower} .',
    },
    code: 'prompt/equal-labels',
    says: ['"good" (Great) and "poor" (great)', 'Give one of them another word'],
  },
  {
    title: 'an answer that is no label',
    options: {
      settings: 'labels:\n  good: [great]\n  poor: [bad]\n',
      rows: { ...labelled, train: [...list, ['Mali', 'gud']] },
    },
    code: 'data/unknown-label',
    says: ['task.ptune:8:1 ', '"gud", the first at train.jsonl:3', 'Add the label'],
  },
  {
    title: 'no training examples',
    options: { rows: { ...rows, train: [] } },
    code: 'data/empty',
    says: ['task.ptune:4:10 ', '"train.jsonl" has no examples'],
  },
];

describe.each(refusals)('$title', ({ options, code, says }) => {
  test('ends the command before its first step', async () => {
    const { status, stdout, stderr } = await trained(options);
    expect({ status, stderr }).toMatchObject({ status: 2 });
    expect(jsonLines(stdout).filter(({ type }) => type === 'step')).toEqual([]);
    expect(stderr).toContain(`(${code})`);
    for (const text of says) expect(stderr).toMatch(text);
    expect(stderr).not.toMatch(/\n\s+at |undefined|\[object/);
  });
});

test('shares that leave nothing to train with are told at their place', async () => {
  const folder = join(shared, 'shares');
  await writeProject(folder, { rows: { ...rows, train: [['Peru', 'Lima']] } });
  const path = join(folder, 'task.ptune');
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace('  test: test.jsonl\n', ''));
  const { status, stderr } = await ptune(folder, 'train', 'task.ptune');
  expect(status).toBe(2);
  expect(stderr).toMatch(/task\.ptune:\d+:\d+ .*(1 example|one example).*\(data\/empty-split\)/);
});

test('one example, and a batch larger than the data, are trained with a warning', async () => {
  const options = {
    rows: { ...rows, train: rows.train.slice(0, 1) },
    train: ['steps: 2', 'batchSize: 64'],
  };
  const { status, stdout } = await trained(options);
  expect(status).toBe(0);
  const events = jsonLines(stdout);
  expect(events.find(({ code }) => code === 'training/small-data')).toMatchObject({
    message: expect.stringMatching(/batchSize of 64, but there is 1 training example/) as string,
  });
  expect(events.at(-1)).toMatchObject({ type: 'summary' });
});

test('stored vectors that do not fit are told by check and by train at their place', async () => {
  const folder = join(shared, 'stored');
  await writeProject(folder, { train: ['steps: 1'] });
  expect((await ptune(folder, 'train', 'task.ptune')).status).toBe(0);
  const [id] = await RunStore.forFile(join(folder, 'task.ptune')).ids();
  await copyFile(join(folder, '.ptune/runs', id!, 'prompt.safetensors'), join(folder, 'kept.st'));
  const path = join(folder, 'task.ptune');
  const text = await readFile(path, 'utf8');
  const using = text.replace('@prompt learned', '@prompt learned {from: kept.st}');
  await writeFile(path, using);
  expect((await ptune(folder, 'check', 'task.ptune')).status).toBe(0);
  await writeFile(path, using.replace('{*2}', '{*4}'));
  const checked = await ptune(folder, 'check', 'task.ptune');
  const trainedAgain = await ptune(folder, 'train', 'task.ptune');
  expect([checked.status, trainedAgain.status]).toEqual([2, 2]);
  for (const said of [checked.stdout, trainedAgain.stderr]) {
    expect(said).toMatch(/task\.ptune:\d+:24:? .*"kept\.st".*\(prompt\/unfitting-vectors\)/);
  }
});
