/** `ptune score --expect`: what CI sees of a prompt that is good enough, and of one that is not. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { junitText } from '../../src/cli/junit.ts';
import { buildBundles, jsonLines, ptune } from '../support/cli.ts';
import { ptuneText, writeProject } from '../support/tinyProject.ts';
import { readXml, type XmlElement } from '../support/xml.ts';

let folder: string;

beforeAll(async () => {
  await buildBundles();
  folder = await mkdtemp(join(tmpdir(), 'ptune-test-'));
  await writeProject(folder, { train: ['steps: 2', 'batchSize: 4', 'seeds: [1]'] });
  await write('trained.ptune', { train: ['steps: 2', 'batchSize: 4'] });
  expect(await ptune(folder, 'train', 'trained.ptune')).toMatchObject({ status: 0 });
});

afterAll(() => rm(folder, { recursive: true }));

const write = (name: string, options: Parameters<typeof ptuneText>[0]) =>
  writeFile(join(folder, name), ptuneText(options));

const discrete = (mapping: string) =>
  `@prompt manual ${mapping}\nThe capital of {country} is {capital} .\n\n@prompt other\n{country} {capital} .`;

describe('--expect', () => {
  test('is status 0 when every prompt reaches its own', async () => {
    await write('met.ptune', { prompts: discrete('{expect: [accuracy >= 0, loss < 100]}') });
    const { status, stdout } = await ptune(folder, 'score', 'met.ptune', '--expect');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^✓ manual: accuracy >= 0 % is met: it is \d/m);
    expect(stdout).toMatch(/^✓ manual: loss < 100 is met: it is \d/m);
  });

  test('is status 2 when one misses, and says by how much', async () => {
    await write('missed.ptune', { prompts: discrete('{expect: loss < 0.01}') });
    const { status, stdout } = await ptune(folder, 'score', 'missed.ptune', '--expect');
    expect(status).toBe(2);
    expect(stdout).toMatch(/^✗ manual: loss < 0.01 is missed by \d[\d.]*: it is \d/m);
    // Without the option, the same is only told.
    expect(await ptune(folder, 'score', 'missed.ptune')).toMatchObject({ status: 0, stdout });
  });

  test('is told in the summary as JSON, the file on standard output alone', async () => {
    await write('json.ptune', { prompts: discrete('{expect: loss < 0.01}') });
    const { status, stdout } = await ptune(folder, 'score', 'json.ptune', '--expect', '--json');
    expect(status).toBe(2);
    const [summary] = jsonLines(stdout);
    const loss = expect.any(Number) as number;
    const result = { metric: 'loss', comparison: '<', threshold: 0.01, met: false, value: loss };
    expect(summary).toMatchObject({ prompts: [{ expectations: [result] }, { name: 'other' }] });
  });

  test('says that nothing was checked where no prompt has an expect', async () => {
    const { status, stderr } = await ptune(folder, 'score', 'trained.ptune', '--expect');
    expect(status).toBe(0);
    expect(stderr).toContain('no prompt has an "expect"');
  });

  test('measures a learned prompt by its run, whatever the thresholds were when it was trained', async () => {
    await write('trained.ptune', {
      settings: 'expect: difference >= -100 %\n',
      train: ['steps: 2', 'batchSize: 4'],
    });
    const { status, stdout } = await ptune(folder, 'score', 'trained.ptune', '--expect');
    expect(stdout).toMatch(/^✓ learned: difference >= −100 % is met/m);
    expect(status).toBe(0);
  });

  test.each([
    ['never trained', 'never.ptune', ['steps: 2'], 'it was never trained'],
    ['trained with other settings', 'trained.ptune', ['steps: 3'], 'settings changed since'],
  ])('is missed by a prompt that was %s', async (_, name, train, reason) => {
    const settings = 'expect: accuracy >= 0\n';
    await write(name, { settings, train: [...train, 'batchSize: 4'] });
    const { status, stdout, stderr } = await ptune(folder, 'score', name, '--expect');
    expect(status).toBe(2);
    expect(stdout).toContain(`✗ learned: accuracy >= 0 % cannot be checked: ${reason}`);
    expect(stderr).toContain(`"learned" is left out of the scores: ${reason}`);
  });
});

describe('--junit', () => {
  test('has a suite for the file and a case for each prompt', async () => {
    const prompts = `${discrete('{expect: loss < 0.01}')}\n\n@prompt fine {expect: loss < 99}\n{country} is {capital} .\n\n@prompt learned {expect: loss < 99}\n{*} {capital}`;
    await write('all.ptune', { prompts });
    const { status } = await ptune(folder, 'score', 'all.ptune', '--expect', '--junit', 'out.xml');
    expect(status).toBe(2);
    const root = readXml(await readFile(join(folder, 'out.xml'), 'utf8'));
    checkSchema(root);
    const [suite] = root.children;
    expect(suite!.attributes).toMatchObject({
      name: 'all.ptune',
      tests: '4',
      failures: '1',
      errors: '1',
      skipped: '1',
    });
    const cases = suite!.children.filter(({ name }) => name === 'testcase');
    const verdicts = cases.map(({ attributes, children }) => [
      attributes['name'],
      ...children.filter(({ name }) => name !== 'system-out').map(({ name }) => name),
    ]);
    expect(verdicts).toEqual([
      ['manual', 'failure'],
      ['other', 'skipped'],
      ['fine'],
      ['learned', 'error'],
    ]);
    const failure = cases[0]!.children[0]!;
    expect(failure.attributes['message']).toMatch(/^loss < 0.01 is missed by .*: it is \d/);
    // The interval stands beside the number.
    expect(failure.text).toMatch(/\d %\s.*right \(95 %: \d+–\d+ %\)/);
  });

  test('tells of a file that could not be scored', async () => {
    await write('broken.ptune', { prompts: '@prompt a\nno answer' });
    const { status } = await ptune(folder, 'score', 'broken.ptune', '--junit', 'broken.xml');
    expect(status).toBe(2);
    const root = readXml(await readFile(join(folder, 'broken.xml'), 'utf8'));
    checkSchema(root);
    expect(root.children[0]!.attributes).toMatchObject({ tests: '1', errors: '1' });
  });

  test('says where it cannot be written', async () => {
    const { status, stderr } = await ptune(
      ...([folder, 'score', 'trained.ptune', '--junit', 'train.jsonl/out.xml'] as const),
    );
    expect(status).toBe(3);
    expect(stderr).toContain('file/unwritable');
  });

  test('keeps its form whatever a name holds', () => {
    const text = junitText(
      {
        type: 'summary',
        file: `a"<&>\n\u0001'.ptune`,
        model: { id: '🎉 & \ud800', sha256: '' },
        split: 'test',
        candidates: { kind: 'answers', count: 1 },
        prompts: [],
      },
      1,
    );
    const root = readXml(text);
    checkSchema(root);
    expect(root.children[0]!.attributes['name']).toBe(`a"<&>\n\ufffd'.ptune`);
  });
});

/** What Jenkins and those that follow it read: every element with its attributes, those with ! required. */
const schema: Readonly<Record<string, { attributes: string; children: string }>> = {
  testsuites: { attributes: 'name time tests failures errors', children: 'testsuite' },
  testsuite: {
    attributes: 'name! tests! failures! errors! time skipped timestamp hostname id package file',
    children: 'properties testcase system-out system-err',
  },
  properties: { attributes: '', children: 'property' },
  property: { attributes: 'name! value!', children: '' },
  testcase: {
    attributes: 'name! time classname group',
    children: 'skipped error failure system-out system-err',
  },
  skipped: { attributes: 'type message', children: '' },
  failure: { attributes: 'type message', children: '' },
  error: { attributes: 'type message', children: '' },
  'system-out': { attributes: '', children: '' },
};

function checkSchema({ name, attributes, children }: XmlElement): void {
  const rule = schema[name]!;
  const known = rule.attributes.split(' ').map((one) => one.replace('!', ''));
  const required = rule.attributes.split(' ').filter((one) => one.endsWith('!'));
  expect(known).toEqual(expect.arrayContaining(Object.keys(attributes)));
  expect(Object.keys(attributes)).toEqual(
    expect.arrayContaining(required.map((one) => one.slice(0, -1))),
  );
  if ('time' in attributes) expect(attributes['time']).toMatch(/^\d+\.\d{3}$/);
  for (const child of children) {
    expect(rule.children.split(' ')).toContain(child.name);
    checkSchema(child);
  }
}
