/** What the command line says to input that it cannot use, and with which exit status. */
import { cp, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildBundles, jsonLines, ptune } from '../support/cli.ts';
import { ptuneText, writeProject } from '../support/tinyProject.ts';

let shared: string;
let counter = 0;

beforeAll(async () => {
  await buildBundles();
  shared = await mkdtemp(join(tmpdir(), 'ptune-test-'));
  await writeProject(join(shared, 'whole'));
});

afterAll(() => rm(shared, { recursive: true }));

/** A copy of the project, changed by `change`. */
async function changed(change: (folder: string) => Promise<unknown>): Promise<string> {
  const folder = join(shared, `copy-${++counter}`);
  await cp(join(shared, 'whole'), folder, { recursive: true });
  await change(folder);
  return folder;
}

const rewritten = (edit: (text: string) => string) => async (folder: string) => {
  const text = ptuneText();
  expect(edit(text)).not.toBe(text);
  await writeFile(join(folder, 'task.ptune'), edit(text));
};

interface FileError {
  readonly title: string;
  readonly change: (folder: string) => Promise<unknown>;
  readonly code: string;
  /** Line and character of the place, from 1. */
  readonly place: string;
  readonly says: string;
}

/** What is wrong with the file or its data is told at its place, by check and by train. */
const fileErrors: readonly FileError[] = [
  {
    title: 'an unknown key',
    change: rewritten((text) => text.replace('batchSize', 'batchsize')),
    code: 'settings/unknown-key',
    place: '10:3',
    says: 'Did you mean "batchSize"?',
  },
  {
    title: 'a missing data file',
    change: (folder) => rm(join(folder, 'train.jsonl')),
    code: 'data/no-file',
    place: '4:10',
    says: 'The file "train.jsonl" does not exist',
  },
  {
    title: 'a missing column',
    change: rewritten((text) => text.replaceAll('{country}', '{land}')),
    code: 'data/missing-column',
    place: '14:17',
    says: '"train.jsonl" has no column "land". Columns found: country, capital',
  },
  {
    title: 'two answer slots',
    change: rewritten((text) => text.replace('of {country} is', 'of {capital} is')),
    code: 'template/two-answers',
    place: '14:29',
    says: '{capital}',
  },
  {
    title: 'no answer slot',
    change: rewritten((text) => text.replace('{country} is {capital}', '{country} is it')),
    code: 'template/no-answer',
    place: '14:1',
    says: '{capital}',
  },
  {
    title: 'an unclosed brace',
    change: rewritten((text) => text.replace('{country} is', '{country is')),
    code: 'template/unclosed-brace',
    place: '14:16',
    says: '}',
  },
  {
    title: 'an empty data file',
    change: (folder) => writeFile(join(folder, 'test.jsonl'), ''),
    code: 'data/empty',
    place: '6:9',
    says: '"test.jsonl" has no examples',
  },
  {
    title: 'a line that is no JSON',
    change: async (folder) => {
      const path = join(folder, 'train.jsonl');
      const lines = (await readFile(path, 'utf8')).split('\n');
      lines[2] = '{"country": "Mali", "capital": }';
      await writeFile(path, lines.join('\n'));
    },
    code: 'data/unreadable',
    place: '4:10',
    says: '"train.jsonl" is no JSON in line 3',
  },
];

describe.each(fileErrors)('$title', ({ change, code, place, says }) => {
  test('is told by check and by train at its place', async () => {
    const folder = await changed(change);
    const [checked, trained] = await Promise.all([
      ptune(folder, 'check', 'task.ptune', '--json'),
      ptune(folder, 'train', 'task.ptune', '--json'),
    ]);
    expect(checked.status).toBe(2);
    const [result] = jsonLines(checked.stdout) as [
      { files: { file: string; diagnostics: Record<string, unknown>[] }[] },
    ];
    const found = result.files[0]!.diagnostics.find((diagnostic) => diagnostic.code === code);
    const [line, character] = place.split(':').map((n) => Number(n) - 1);
    expect(found).toMatchObject({
      severity: 'error',
      range: { start: { line, character } },
      message: expect.stringContaining(says) as string,
    });
    expect(trained.status).toBe(2);
    expect(trained.stdout).toBe('');
    expect(trained.stderr).toContain(`task.ptune:${place} `);
    expect(trained.stderr).toContain(`(${code})`);
    expect(trained.stderr).toContain('(file/has-errors)');
    expect(trained.stderr).not.toMatch(/\n\s+at /);
  });
});

describe('a model', () => {
  test.each([
    {
      title: 'without weights',
      change: (folder: string) => rm(join(folder, 'model/onnx/model.onnx')),
      status: 2,
      says: ['has no .onnx file', '(model/no-weights)'],
    },
    {
      title: 'that is cut off',
      change: (folder: string) => truncate(join(folder, 'model/onnx/model.onnx'), 5000),
      status: 2,
      says: [
        '"model.onnx" (5000 bytes) cannot be read as an ONNX model: it is truncated',
        'Copy or download the file again',
        '(model/unreadable)',
      ],
    },
    {
      title: 'without a tokenizer',
      change: (folder: string) => rm(join(folder, 'model/tokenizer.json')),
      status: 2,
      says: ['has no tokenizer.json', '(model/no-tokenizer)'],
    },
    {
      title: 'that is not there',
      change: (folder: string) => rm(join(folder, 'model'), { recursive: true }),
      status: 2,
      says: ['The model folder "./model" does not exist', '(model/not-found)'],
    },
    {
      title: 'whose configuration is no JSON',
      change: (folder: string) => writeFile(join(folder, 'model/config.json'), '{'),
      status: 2,
      says: ['config.json cannot be read', '(model/unreadable)'],
    },
  ])('$title stops the training', async ({ change, status, says }) => {
    const folder = await changed(change);
    const [trained, checked] = await Promise.all([
      ptune(folder, 'train', 'task.ptune'),
      ptune(folder, 'check', 'task.ptune'),
    ]);
    // Some of it is seen without opening the model.
    const said = trained.stderr + checked.stdout;
    expect(trained.status).toBe(status);
    for (const text of says) expect(said).toContain(text);
    expect(trained.stdout).toBe('');
    expect(said).not.toMatch(/\n\s+at |undefined|\[object/);
  });

  test('without inputs for keys and values has no deep prompts', async () => {
    const folder = await changed(async (own) => {
      const file = join(own, 'task.ptune');
      const text = await readFile(file, 'utf8');
      const deep = text.replace(
        /@prompt learned\n.*/,
        '@prompt learned {depth: deep, encoder: none}\n{*2} {country} {capital}',
      );
      expect(deep).not.toBe(text);
      await writeFile(file, deep);
    });
    const { status, stderr } = await ptune(folder, 'train', 'task.ptune');
    expect(status).toBe(4);
    expect(stderr).toContain('past_key_values');
    expect(stderr).toContain('(model/unsupported)');
  });
});

describe('the command line itself', () => {
  const run = (...args: string[]) => ptune(join(shared, 'whole'), ...args);

  test('fails for an unknown command, option or argument with status 2', async () => {
    const [command, option, number, none] = await Promise.all([
      run('trane', 'task.ptune'),
      run('train', 'task.ptune', '--sede', '3'),
      run('train', 'task.ptune', '--steps', '0'),
      run('train'),
    ]);
    expect(command).toMatchObject({ status: 2, stdout: '' });
    expect(command.stderr).toContain("unknown command 'trane'");
    expect(command.stderr).toContain('Did you mean train?');
    expect(command.stderr).toContain('ptune --help');
    expect(option).toMatchObject({ status: 2, stdout: '' });
    expect(option.stderr).toContain("unknown option '--sede'");
    expect(number).toMatchObject({ status: 2, stdout: '' });
    expect(number.stderr).toContain('It is at least 1');
    expect(none).toMatchObject({ status: 2, stdout: '' });
    expect(none.stderr).toContain('(cli/usage)');
  });

  test('helps with status 0', async () => {
    const [help, ofCommand, version] = await Promise.all([
      run('--help'),
      run('nearest', '--help'),
      run('--version'),
    ]);
    expect(help).toMatchObject({ status: 0, stderr: '' });
    for (const name of ['check', 'train', 'score', 'report', 'nearest', 'predict', 'doctor']) {
      expect(help.stdout).toContain(`  ${name} `);
    }
    expect(ofCommand).toMatchObject({ status: 0, stderr: '' });
    expect(ofCommand.stdout).toContain('--metric');
    expect(version).toMatchObject({ status: 0, stderr: '' });
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test('names a file or a run that is not there', async () => {
    const [checked, trained, scored, run1, report] = await Promise.all([
      run('check', 'none.ptune'),
      run('train', 'none.ptune'),
      run('score', 'none.ptune', '--json'),
      run('nearest', '20260101T000000-learned-1-aaaa'),
      run('report', 'task.ptune', '--html', 'out.html'),
    ]);
    for (const result of [checked, trained, scored]) {
      expect(result).toMatchObject({ status: 2, stdout: '' });
      expect(result.stderr).toContain('none.ptune" cannot be read');
      expect(result.stderr).toContain('(file/unreadable)');
    }
    expect(run1).toMatchObject({ status: 2, stdout: '' });
    expect(run1.stderr).toContain('There is no run "20260101T000000-learned-1-aaaa"');
    expect(run1.stderr).toContain('"ptune runs list"');
    expect(report.status).toBe(2);
    expect(report.stderr).toContain('There is no report of "task.ptune" yet');
  });

  test('checks every file, whichever of them cannot be read', async () => {
    const good = await changed(rewritten((text) => text.replace('batchSize', 'batchsize')));
    await cp(join(good, 'task.ptune'), join(shared, 'whole/slip.ptune'));
    await mkdir(join(shared, 'whole/folder.ptune'), { recursive: true });
    const files = ['slip.ptune', 'none.ptune', 'folder.ptune', 'task.ptune'];
    const [asJson, asText] = await Promise.all([
      run('check', '--json', ...files),
      run('check', ...files),
    ]);
    expect(asJson).toMatchObject({ status: 2, stderr: '' });
    const [{ files: checked }] = jsonLines(asJson.stdout) as [
      { files: { file: string; diagnostics: Record<string, unknown>[] }[] },
    ];
    expect(checked.map(({ file, diagnostics }) => [file, diagnostics[0]?.['code']])).toEqual([
      ['slip.ptune', 'settings/unknown-key'],
      ['none.ptune', 'file/unreadable'],
      ['folder.ptune', 'file/unreadable'],
      ['task.ptune', undefined],
    ]);
    expect(checked[1]!.diagnostics).toEqual([
      {
        code: 'file/unreadable',
        severity: 'error',
        message: expect.stringContaining('"none.ptune" cannot be read: ENOENT') as string,
        range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
      },
    ]);
    expect(asText.status).toBe(2);
    expect(asText.stdout).toContain('slip.ptune:10:3: error');
    expect(asText.stdout).toContain('task.ptune: nothing to mend');
    expect(asText.stderr).toContain('none.ptune:1:1: error: "none.ptune" cannot be read');
    expect(asText.stderr).toContain('folder.ptune:1:1: error');
  });

  test('says what stands in the way of a model', async () => {
    const folder = join(shared, 'odd');
    await mkdir(join(folder, 'onnx'), { recursive: true });
    await writeFile(join(folder, 'onnx/model.onnx'), 'not a model');
    const [odd, empty, reference] = await Promise.all([
      run('models', 'verify', folder, '--json'),
      run('models', 'verify', shared),
      run('models', 'verify', join(shared, 'whole/model'), '--reference', 'task.ptune'),
    ]);
    expect(odd).toMatchObject({ status: 2, stdout: '' });
    expect(odd.stderr).toContain('(model/unreadable)');
    expect(empty).toMatchObject({ status: 2, stdout: '' });
    expect(empty.stderr).toContain('(model/no-weights)');
    expect(reference).toMatchObject({ status: 2, stdout: '' });
    expect(reference.stderr).toContain('it is no JSON');
  });
});
