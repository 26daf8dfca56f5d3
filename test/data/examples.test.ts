import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkFile } from '../../src/data/checkFile.ts';
import { loadExamples } from '../../src/data/examples.ts';
import type { LoadedExamples } from '../../src/data/examples.ts';
import { parse } from '../../src/language/parser.ts';
import { unmark } from '../language/marked.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const train = table(['Peru,Lima', 'Chile,Santiago', 'Cuba,Havana']);
const test1 = table(['Mali,Bamako']);
const validation = table(['Iran,Tehran']);

function table(rows: readonly string[]): string {
  return ['country,capital', ...rows, ''].join('\n');
}

function fileWith(settings: string, template = '{country} {capital}', answer = 'capital'): string {
  return `---\nmodel: bundled/mini-mlm\n${settings}\nanswer: ${answer}\n---\n@prompt p\n${template}\n`;
}

const threeFiles = 'data: {train: train.csv, validation: validation.csv, test: test.csv}';
const files = { 'train.csv': train, 'test.csv': test1, 'validation.csv': validation };

async function folderWith(contents: Readonly<Record<string, string>>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(contents)) {
    await writeFile(join(folder, name), content);
  }
  return folder;
}

async function load(
  text: string,
  contents: Readonly<Record<string, string>> = files,
): Promise<LoadedExamples & { folder: string }> {
  const folder = await folderWith(contents);
  return { ...(await loadExamples(parse(text), join(folder, 'a.ptune'))), folder };
}

/** Checks a marked file beside `contents` and expects exactly these codes at the marks. */
async function expectChecked(
  marked: string,
  codes: readonly string[],
  contents: Readonly<Record<string, string>> = files,
): Promise<string[]> {
  const { text, spans } = unmark(marked);
  const folder = await folderWith(contents);
  const found = await checkFile(text, join(folder, 'a.ptune'));
  expect(
    found.map(({ code, span }) => [code, text.slice(span.start, span.end), span.start]),
  ).toEqual(
    codes.map((code, i) => [code, text.slice(spans[i]?.start, spans[i]?.end), spans[i]?.start]),
  );
  return found.map(({ message }) => message);
}

describe('examples', () => {
  test('come from three files', async () => {
    const loaded = await load(fileWith(threeFiles));
    expect(loaded.diagnostics).toEqual([]);
    expect(loaded.train.map(({ answer }) => answer)).toEqual(['Lima', 'Santiago', 'Havana']);
    expect(loaded.test).toEqual([
      {
        index: 0,
        row: { country: 'Mali', capital: 'Bamako' },
        answer: 'Bamako',
        source: 'test.csv:2',
      },
    ]);
    expect(loaded.columns).toEqual(['country', 'capital']);
    expect(loaded.files).toEqual(
      ['train.csv', 'validation.csv', 'test.csv'].map((name) => join(loaded.folder, name)),
    );
  });

  const twenty = { 'train.csv': table(Array.from({ length: 20 }, (_, i) => `c${i},k${i}`)) };

  test('are split off train by share, the same ones every time', async () => {
    const {
      train: kept,
      validation: chosen,
      test: tested,
    } = await load(fileWith('data: {train: train.csv, validation: 0.1, test: 0.25}'), twenty);
    expect([kept.length, chosen.length, tested.length]).toEqual([13, 2, 5]);
    const all = [...kept, ...chosen, ...tested].map(({ answer }) => answer);
    expect(new Set(all).size).toBe(20);
    // Pinned: another split would make old scores incomparable.
    expect(tested.map(({ answer }) => answer)).toEqual(['k0', 'k4', 'k14', 'k15', 'k18']);
    expect(tested.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
  });

  test('without validation and test, 15 % and 20 % of train are set aside', async () => {
    const loaded = await load(fileWith('data: {train: train.csv}'), twenty);
    expect(loaded.diagnostics).toEqual([]);
    expect([loaded.train.length, loaded.validation.length, loaded.test.length]).toEqual([13, 3, 4]);
  });

  test('the test part stays when the share of validation changes', async () => {
    const answersOf = async (share: number) => {
      const text = fileWith(`data: {train: train.csv, validation: ${share}, test: 0.2}`);
      return (await load(text, twenty)).test.map(({ answer }) => answer);
    };
    expect(await answersOf(0.5)).toEqual(await answersOf(0.1));
  });

  test('may stand in the file itself', async () => {
    const settings =
      'examples:\n  - {country: Peru, capital: Lima}\n  - {country: Mali, capital: Bamako}\n  - {country: Cuba, capital: Havana}';
    const loaded = await load(fileWith(settings), {});
    expect(loaded.diagnostics).toEqual([]);
    expect(loaded.files).toEqual([]);
    const all = [...loaded.train, ...loaded.validation, ...loaded.test];
    expect(all.map(({ source }) => source).toSorted()).toEqual([
      'a.ptune:4',
      'a.ptune:5',
      'a.ptune:6',
    ]);
  });

  test('with fewer columns than others have empty text there, with a warning', async () => {
    const marked = fileWith(
      'data: {train: <|train.jsonl|>, validation: validation.csv, test: test.csv}',
    );
    const jsonl = '{"country":"Peru","capital":"Lima"}\n{"capital":"Quito"}\n';
    const [message] = await expectChecked(marked, ['data/missing-value'], {
      ...files,
      'train.jsonl': jsonl,
    });
    expect(message).toContain('train.jsonl:2');
    const loaded = await load(unmark(marked).text, { ...files, 'train.jsonl': jsonl });
    expect(loaded.train[1]!.row).toEqual({ country: '', capital: 'Quito' });
  });

  test('candidates come from a file, one a line, each once', async () => {
    const text = fileWith(`${threeFiles}\ncandidates: words.txt`);
    const words = 'Lima\r\n\nBamako\nLima\n';
    const { candidates, files: read, folder } = await load(text, { ...files, 'words.txt': words });
    expect(candidates).toEqual(['Lima', 'Bamako']);
    expect(read).toContain(join(folder, 'words.txt'));
  });
});

describe('slips with data', () => {
  test('a file that does not exist', async () => {
    const [message] = await expectChecked(
      fileWith('data: {train: <|trian.csv|>, validation: validation.csv, test: test.csv}'),
      ['data/no-file'],
    );
    expect(message).toBe('The file "trian.csv" does not exist. Did you mean "train.csv"?');
  });

  test.each<[string, string, string]>([
    ['an empty file', '', 'data/empty'],
    ['a header alone', 'country,capital\n', 'data/empty'],
    ['a row too long', 'country,capital\na,b,c\n', 'data/unreadable'],
  ])('%s', async (_, content, code) => {
    const marked = fileWith(
      'data: {train: train.csv, validation: validation.csv, test: <|test.csv|>}',
    );
    await expectChecked(marked, [code], { ...files, 'test.csv': content });
  });

  test('a line that is no JSON, with its number', async () => {
    const [message] = await expectChecked(
      fileWith('data: {train: <|t.jsonl|>, validation: validation.csv, test: test.csv}'),
      ['data/unreadable'],
      { ...files, 't.jsonl': '{"country":"a","capital":"b"}\n{country: a}\n' },
    );
    expect(message).toMatch(/"t.jsonl" is no JSON in line 2/);
  });

  test('a column that a template uses, with the columns found', async () => {
    const messages = await expectChecked(
      fileWith(
        threeFiles,
        '{<|contry|>} {<|contry|trim|>} {capital} {<|weather|>}'.replace('|trim|>', '|>'),
      ),
      ['data/missing-column', 'data/missing-column', 'data/missing-column'],
    );
    expect(messages[0]).toBe(
      '"train.csv" has no column "contry". Columns found: country, capital. Did you mean "country"?',
    );
    expect(messages[2]).not.toContain('Did you mean');
  });

  test('an answer that is no column', async () => {
    await expectChecked(fileWith(threeFiles, '{country} {city}', '<|city|>'), [
      'data/missing-column',
    ]);
  });

  test('a column that only the test file lacks', async () => {
    const [message] = await expectChecked(
      fileWith(threeFiles, '{<|country|>} {capital}'),
      ['data/missing-column'],
      { ...files, 'test.csv': 'land,capital\nMali,Bamako\n' },
    );
    expect(message).toContain('"test.csv"');
  });

  test('examples without an answer', async () => {
    const [message] = await expectChecked(
      fileWith('data: {train: <|train.csv|>, validation: validation.csv, test: test.csv}'),
      ['data/empty-answer'],
      { ...files, 'train.csv': table(['Peru,Lima', 'Chile,', 'Cuba, ']) },
    );
    expect(message).toContain('2 examples have no answer');
    expect(message).toContain('train.csv:3');
  });

  test('an inline example without an answer, at the example', async () => {
    const settings =
      'examples:\n  - {country: Peru, capital: Lima}\n  - <|{country: Mali, capital: }|>\n  - {country: Cuba, capital: Havana}';
    await expectChecked(fileWith(settings), ['data/empty-answer'], {});
  });

  test('answers that are no label', async () => {
    const [message] = await expectChecked(
      fileWith(`${threeFiles}\n<|labels|>: {Lima: [a], Santiago: [b], Havana: [c], Bamako: [d]}`),
      ['data/unknown-label'],
    );
    expect(message).toContain('"Tehran", the first at validation.csv:2');
  });

  test('the same example in train and in test is a warning', async () => {
    const marked = fileWith(
      'data: {train: train.csv, validation: validation.csv, test: <|test.csv|>}',
    );
    const [message] = await expectChecked(marked, ['data/leak'], {
      ...files,
      'test.csv': table(['Mali,Bamako', 'Cuba,Havana']),
    });
    expect(message).toContain(
      '1 example stands in train and in test, the first at train.csv:4 and test.csv:3',
    );
  });

  test('examples that differ in a column that no prompt uses are the same', async () => {
    const marked = fileWith(
      'data: {train: train.csv, validation: validation.csv, test: <|test.csv|>}',
    );
    await expectChecked(marked, ['data/leak'], {
      'train.csv': 'id,country,capital\n1,Peru,Lima\n',
      'test.csv': 'id,country,capital\n2,Peru,Lima\n',
      'validation.csv': 'id,country,capital\n3,Iran,Tehran\n',
    });
  });

  test('the same country with another answer is no leak', async () => {
    await expectChecked(fileWith(threeFiles), [], { ...files, 'test.csv': table(['Cuba,Lima']) });
  });

  test('prompts without slots have nothing in which examples could be the same', async () => {
    await expectChecked(fileWith(threeFiles, 'A city: {capital}'), [], {
      ...files,
      'test.csv': table(['Mali,Lima']),
    });
  });

  test('too few examples to split', async () => {
    const one = { 'train.csv': table(['Peru,Lima']) };
    await expectChecked(fileWith('data: {train: <|train.csv|>}'), ['data/empty-split'], one);
    const two = { 'train.csv': table(['Peru,Lima', 'Cuba,Havana']) };
    await expectChecked(fileWith('data: {train: <|train.csv|>}'), ['data/empty-split'], two);
  });

  test('candidates: a file that is missing, empty, or lacks answers', async () => {
    const marked = fileWith(`${threeFiles}\ncandidates: <|words.txt|>`);
    await expectChecked(marked, ['data/no-file']);
    await expectChecked(marked, ['data/empty'], { ...files, 'words.txt': '\n' });
    const [message] = await expectChecked(marked, ['data/no-candidate'], {
      ...files,
      'words.txt': 'Lima\n',
    });
    expect(message).toContain('"Bamako" at test.csv:2');
  });
});

describe('long lists', () => {
  test('of columns and labels name the nearest few and how many more there are', async () => {
    const columns = Array.from({ length: 300 }, (_, i) => `column${i}`);
    const values = columns.map((_, i) => `value${i}`);
    const wide = {
      'train.csv': [`${columns.join(',')},capital`, `${values.join(',')},Lima`, ''].join('\n'),
    };
    const settings = 'examples: [{country: a, capital: b}]\ndata: {validation: train.csv}';
    const folder = await folderWith(wide);
    const { diagnostics } = await loadExamples(parse(fileWith(settings)), join(folder, 'a.ptune'));
    const [missing] = diagnostics.filter(({ code }) => code === 'data/missing-column');
    expect(missing!.message).toMatch(/Columns found: (\w+, ){7}\w+ and 293 more/);
  });

  test('of answers that are no label stand whole beside the message', async () => {
    const rows = Array.from({ length: 91 }, (_, i) => `c${i},city${i}`);
    const { diagnostics } = await load(fileWith(`${threeFiles}\nlabels: {Lima: x, Rome: y}`), {
      ...files,
      'train.csv': table(rows),
    });
    const [found] = diagnostics.filter(({ code }) => code === 'data/unknown-label');
    expect(found!.message).toContain('"city4" and 86 more, the first at train.csv:2');
    expect(found!.names).toHaveLength(91);
  });
});

test('solved examples without their number are told the form, and get four', async () => {
  const [message] = await expectChecked(fileWith(threeFiles, '{<|demos|>} {country} {capital}'), [
    'data/missing-column',
  ]);
  expect(message).toContain('Write {demos:4}');
  const own = { ...files, 'train.csv': 'demos,capital\na,b\nc,d\ne,f\n' };
  const { diagnostics } = await load(
    fileWith('data: {train: train.csv}', '{demos} {capital}'),
    own,
  );
  expect(diagnostics).toEqual([]);
});

describe('slips with models and stored vectors', () => {
  const withModel = (model: string) => fileWith(threeFiles).replace('bundled/mini-mlm', model);

  test('a model folder that does not exist', async () => {
    await expectChecked(withModel('<|./models/no|>'), ['model/not-found']);
    await expectChecked(withModel('{id: <|../no|>, dtype: fp32}'), ['model/not-found']);
  });

  test('a Hub id need not be a folder', async () => {
    await expectChecked(withModel('owner/name'), []);
  });

  test('a model folder without weights', async () => {
    const folder = await folderWith(files);
    await mkdir(join(folder, 'm'));
    const text = withModel('./m');
    const codes = async () =>
      (await checkFile(text, join(folder, 'a.ptune'))).map(({ code }) => code);
    expect(await codes()).toEqual(['model/no-weights']);
    await mkdir(join(folder, 'm/onnx'));
    await writeFile(join(folder, 'm/onnx/model.onnx'), '');
    expect(await codes()).toEqual([]);
  });

  test('stored vectors that do not exist, or are none', async () => {
    const marked = fileWith(threeFiles, '{*} {capital}').replace(
      '@prompt p',
      '@prompt p {from: <|v.safetensors|>}',
    );
    await expectChecked(marked, ['data/no-file']);
    await expectChecked(marked, ['prompt/unreadable-vectors'], { ...files, 'v.safetensors': '' });
  });
});

test('diagnostics of text and data come in the order of the file', async () => {
  await expectChecked(
    fileWith(
      '<|modell|>: x\ndata: {train: <|no.csv|>, validation: validation.csv, test: test.csv}',
      '<|{country|> {capital} <|}|>',
    ),
    ['settings/unknown-key', 'data/no-file', 'template/unclosed-brace', 'template/stray-brace'],
  );
});

describe('the other place of a diagnostic', () => {
  /** The places in the text, and lines of files, from 1. */
  async function placesOf(text: string, contents: Readonly<Record<string, string>>) {
    const folder = await folderWith(contents);
    const [found] = await checkFile(text, join(folder, 'a.ptune'));
    return {
      code: found?.code,
      here: (found?.related ?? []).map(({ span }) => text.slice(span.start, span.end)),
      lines: (found?.relatedLines ?? []).map(({ path, line }) => `${basename(path)}:${line + 1}`),
    };
  }

  test('of a leak are both examples', async () => {
    const contents = { ...files, 'test.csv': table(['Mali,Bamako', 'Chile,Santiago']) };
    expect(await placesOf(fileWith(threeFiles), contents)).toEqual({
      code: 'data/leak',
      here: ['train.csv'],
      lines: ['train.csv:3', 'test.csv:3'],
    });
  });

  test('of a leak between examples in the file are their lines', async () => {
    const rows = ['{country: a, capital: b}', '{country: c, capital: d}'];
    const text = fileWith(
      `examples: [${[...rows, ...rows, ...rows].join(', ')}]\ndata: {validation: 0.2, test: 0.4}`,
    );
    const { code, here, lines } = await placesOf(text, {});
    expect([code, lines]).toEqual(['data/leak', []]);
    expect(here).toHaveLength(2);
    expect(new Set(here).size).toBe(1);
  });

  test('of a missing column are the data file and the line with its columns', async () => {
    const text = fileWith('data: {train: train.csv}', '{land} {capital}');
    const contents = { 'train.csv': table(Array.from({ length: 9 }, (_, i) => `c${i},k${i}`)) };
    expect(await placesOf(text, contents)).toEqual({
      code: 'data/missing-column',
      here: ['train.csv'],
      lines: ['train.csv:1'],
    });
  });

  test.each([
    ['data/empty-answer', 'country,capital\nPeru,Lima\nChile,\n', 'train.csv:3', 'capital'],
    ['data/unreadable', 'country,capital\nPeru,Lima\nChile\n', 'train.csv:3', undefined],
  ])('of %s is the line of the data', async (code, content, line, here) => {
    const places = await placesOf(fileWith(threeFiles), { ...files, 'train.csv': content });
    expect(places).toEqual({ code, here: here === undefined ? [] : [here], lines: [line] });
  });

  test('of an answer that is no label is its line', async () => {
    const text = fileWith(`${threeFiles}\nlabels: {Lima: a, Santiago: b, Havana: c, Tehran: d}`);
    expect(await placesOf(text, files)).toEqual({
      code: 'data/unknown-label',
      here: [],
      lines: ['test.csv:2'],
    });
  });
});
