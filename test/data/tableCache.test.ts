import { rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cachedTables } from '../../src/data/tableCache.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

test('an unchanged file is the same table, a changed one is read again', async () => {
  const path = join(await temporaryFolder(), 'a.csv');
  const read = cachedTables();
  await writeFile(path, 'a\n1\n');
  const first = await read(path);
  expect(await read(path)).toBe(first);
  await writeFile(path, 'a\n2\n');
  await utimes(path, 1, 1);
  const second = await read(path);
  expect(second.rows[0]!.values).toEqual({ a: '2' });
  await rm(path);
  await expect(read(path)).rejects.toThrow('does not exist');
});

test('only the tables used last are kept', async () => {
  const folder = await temporaryFolder();
  const [a, b, c] = ['a', 'b', 'c'].map((name) => join(folder, `${name}.csv`)) as [
    string,
    string,
    string,
  ];
  for (const path of [a, b, c]) await writeFile(path, 'a\n1\n');
  const read = cachedTables(2);
  const first = await read(a);
  const second = await read(b);
  await read(a);
  await read(c);
  expect(await read(a)).toBe(first);
  expect(await read(b)).not.toBe(second);
});

test('a file that cannot be read is tried again', async () => {
  const path = join(await temporaryFolder(), 'a.jsonl');
  const read = cachedTables();
  await writeFile(path, '{');
  await expect(read(path)).rejects.toThrow('no JSON');
  await writeFile(path, '{"a":1}');
  expect((await read(path)).rows).toHaveLength(1);
});
