import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { atomicWrite } from '../../src/files/atomicWrite.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

it('creates the folder, writes the file and leaves nothing else', async () => {
  const folder = join(await temporaryFolder(), 'a', 'b');
  await atomicWrite(join(folder, 'x.json'), '{}');
  await atomicWrite(join(folder, 'x.json'), Uint8Array.of(65));
  expect(await readFile(join(folder, 'x.json'), 'utf8')).toBe('A');
  expect(await readdir(folder)).toEqual(['x.json']);
});

it('removes what it began when it cannot finish', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'taken', 'full'), { recursive: true });
  await expect(atomicWrite(join(folder, 'taken'), 'x')).rejects.toThrow();
  expect(await readdir(folder)).toEqual(['taken']);
});

it('never shows a reader half of a file', async () => {
  const path = join(await temporaryFolder(), 'x');
  const contents = ['a'.repeat(2_000_000), 'b'.repeat(3_000_000)];
  await writeFile(path, contents[0]!);
  const state = { writing: true };
  const writer = (async () => {
    for (let i = 0; i < 20; i++) await atomicWrite(path, contents[i % 2]!);
    state.writing = false;
  })();
  while (state.writing) expect(contents.includes(await readFile(path, 'utf8'))).toBe(true);
  await writer;
});
