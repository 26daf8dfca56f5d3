import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PtuneError } from '../../src/base/errors.ts';
import { readTable } from '../../src/data/table.ts';
import type { Table } from '../../src/data/table.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

async function tableOf(name: string, content: string | Uint8Array): Promise<Table> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, content);
  return readTable(path);
}

/** The error that reading gives, as its code, message and next step in one text. */
async function errorOf(name: string, content: string | Uint8Array): Promise<string> {
  const error: unknown = await tableOf(name, content).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof PtuneError)) throw new Error(`no PtuneError but ${String(error)}`);
  expect(error.nextStep).toMatch(/\.$/);
  return `${error.code}: ${error.message}`;
}

const rows = [
  { country: 'Peru', capital: 'Lima' },
  { country: 'Côte d’Ivoire', capital: 'Yamoussoukro, "new"' },
];

describe('a table', () => {
  test.each([
    ['a.jsonl', `${JSON.stringify(rows[0])}\n\n${JSON.stringify(rows[1])}\n`, [1, 3]],
    ['a.jsonl', `\uFEFF${JSON.stringify(rows[0])}\r\n${JSON.stringify(rows[1])}`, [1, 2]],
    ['a.JSON', JSON.stringify(rows), [1, 1]],
    ['a.json', JSON.stringify(rows, null, 2), [2, 6]],
    ['a.csv', 'country,capital\nPeru,Lima\n\nCôte d’Ivoire,"Yamoussoukro, ""new"""\n', [2, 4]],
    [
      'a.csv',
      '\uFEFFcountry, capital\r\nPeru,Lima\r\nCôte d’Ivoire,"Yamoussoukro, ""new"""',
      [2, 3],
    ],
    ['a.tsv', 'country\tcapital\nPeru\tLima\nCôte d’Ivoire\tYamoussoukro, "new"\n', [2, 3]],
  ])('%s from %j', async (name, content, lines) => {
    const table = await tableOf(name, content);
    expect(table.columns).toEqual(['country', 'capital']);
    expect(table.rows).toEqual(rows.map((values, i) => ({ values, line: lines[i] })));
  });

  test('JSON numbers and truth values become text, null becomes empty', async () => {
    const table = await tableOf('a.jsonl', '{"a":1.5,"b":true,"c":null,"d":"1.50"}');
    expect(table.rows[0]!.values).toEqual({ a: '1.5', b: 'true', c: '', d: '1.50' });
  });

  test('a row without a column lacks it, and the table has the columns of all rows', async () => {
    const table = await tableOf('a.jsonl', '{"a":"1"}\n{"b":"2"}');
    expect(table.columns).toEqual(['a', 'b']);
    expect(table.rows.map(({ values }) => values)).toEqual([{ a: '1' }, { b: '2' }]);
  });

  test('a quoted value may span lines; the row is where it begins', async () => {
    const table = await tableOf('a.csv', 'a,b\n"1\n2",3\n4,5\n');
    expect(table.rows).toEqual([
      { values: { a: '1\n2', b: '3' }, line: 2 },
      { values: { a: '4', b: '5' }, line: 4 },
    ]);
  });

  test('a column may have any name', async () => {
    const { rows: found } = await tableOf('a.jsonl', '{"__proto__":"x","constructor":"y"}');
    expect(Object.entries(found[0]!.values)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
  });

  // Written by pyarrow: text, int64, float, bool and date columns with a null, Snappy.
  test('Parquet', async () => {
    const table = await readTable(join(import.meta.dirname, 'tables/capitals.parquet'));
    expect(table.rows.map(({ values }) => values)).toEqual([
      {
        country: 'Peru',
        capital: 'Lima',
        population: '33',
        share: '0.5',
        landlocked: 'false',
        since: '1821-07-28T00:00:00.000Z',
      },
      expect.objectContaining({ country: 'Côte d’Ivoire', population: '28', share: '1' }),
      expect.objectContaining({ country: '', landlocked: 'true' }),
    ]);
    expect(table.rows.map(({ line }) => line)).toEqual([1, 2, 3]);
  });
});

describe('a table that cannot be read', () => {
  test.each<[string, string | Uint8Array, RegExp]>([
    ['a.jsonl', '{"a":"1"}\nhello\n', /^data\/unreadable: "a.jsonl" is no JSON in line 2: /],
    ['a.jsonl', '{"a":"1"}\n\n["x"]\n', /"a.jsonl" has a list in line 3 where an example/],
    ['a.jsonl', '{"a":"1"}\n7\n', /has the value 7 in line 2 where an example/],
    ['a.jsonl', '{"a":"1"}\n{"a":{"b":1}}\n', /has an object in column "a" of line 2/],
    ['a.json', '[\n{"a":"1"},\n{"a" "2"}]', /"a.json" is no JSON in line 3: /],
    ['a.json', '[{"a":"1"}', /"a.json" is no JSON in line 1: /],
    ['a.json', '{"a":"1"}', /holds an object, not a list/],
    ['a.json', '[{"a":"\\"]},[", "b":1},\n 7]', /has the value 7 in line 2 where an example/],
    ['a.json', '[{"a":"]},["},\n{"a":"1"},\n\n null]', /has null in line 4 where an example/],
    ['a.csv', 'a,b\n1,2\n1,2,3\n', /"a.csv" has 3 values in line 3, but 2 columns/],
    ['a.csv', 'a,b\n1,2\n1,"2\n', /"a.csv" cannot be read.*: /],
    ['a.csv', 'a,,b\n1,2,3\n', /no name for column 2 in its first line/],
    ['a.csv', 'a,a\n1,2\n', /has two columns "a"/],
    ['a.tsv', 'a\tb\n1\n', /"a.tsv" has 1 values in line 2, but 2 columns/],
    ['a.parquet', 'PAR1 this is not Parquet PAR1', /"a.parquet" cannot be read as Parquet: /],
    ['a.parquet', '', /"a.parquet" cannot be read as Parquet: /],
    ['a.txt', 'a', /"a.txt" has the ending ".txt"/],
    ['a', 'a', /"a" has no ending/],
    ['a.jsonl', Uint8Array.of(0x7b, 0xff, 0x7d), /"a.jsonl" is not UTF-8 text/],
    ['a.csv', Uint8Array.of(0xff, 0xfe, 0x61, 0), /"a.csv" is UTF-16 text/],
    ['a.jsonl', '', /^data\/no-examples: "a.jsonl" has no examples/],
    ['a.jsonl', '\n \n', /^data\/no-examples/],
    ['a.json', '[]', /^data\/no-examples/],
    ['a.json', '', /^data\/no-examples/],
    ['a.csv', '', /^data\/no-examples/],
    ['a.csv', 'a,b\n', /^data\/no-examples/],
  ])('%s %j', async (name, content, expected) => {
    expect(await errorOf(name, content)).toMatch(expected);
  });

  test('one object a line in a .json file is told to be .jsonl', async () => {
    const error = (await tableOf('a.json', '{"a":"1"}\n{"a":"2"}').catch(
      (thrown: unknown) => thrown,
    )) as PtuneError;
    expect(error.nextStep).toContain('.jsonl');
  });

  test.each([
    ['nested.parquet', /has a list or a structure in column "capital" of row 1/],
    ['zstd.parquet', /"zstd.parquet" cannot be read as Parquet: .*ZSTD/],
  ])('%s', async (name, expected) => {
    await expect(readTable(join(import.meta.dirname, 'tables', name))).rejects.toThrow(expected);
  });

  test('a file that does not exist, and a folder', async () => {
    const folder = await temporaryFolder();
    await expect(readTable(join(folder, 'no.csv'))).rejects.toThrow('"no.csv" does not exist.');
    await expect(readTable(join(folder, 'no.parquet'))).rejects.toThrow(
      '"no.parquet" does not exist.',
    );
    await expect(readTable(`${folder}/../${folder.split('/').at(-1)!}`)).rejects.toThrow(
      PtuneError,
    );
  });
});
