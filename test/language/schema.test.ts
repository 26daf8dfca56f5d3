import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { settingsSchemaText } from '../../scripts/schema.ts';
import { trainShape } from '../../src/language/schema.ts';
import { settingsFrom } from '../../src/language/settings.ts';

const path = join(import.meta.dirname, '../../media/ptune.schema.json');

// UPDATE_GOLDEN=1 writes the file anew.
test('media/ptune.schema.json is what the code says', async () => {
  const text = await settingsSchemaText();
  if (process.env['UPDATE_GOLDEN'] === '1') await writeFile(path, text);
  expect(await readFile(path, 'utf8')).toBe(text);
});

test('every setting in the schema has a description', async () => {
  const { properties } = JSON.parse(await settingsSchemaText()) as {
    properties: Record<string, { description?: string; properties?: Record<string, unknown> }>;
  };
  const train = properties['train']!.properties as Record<string, { description?: string }>;
  for (const [name, property] of Object.entries({ ...properties, ...train })) {
    if (name === 'expect') continue;
    expect(property.description, name).toMatch(/\.$/);
  }
  expect(Object.keys(train)).toEqual(Object.keys(trainShape));
});

test('the defaults that the schema tells are the ones that are filled in', () => {
  const { train, data, candidates, maxTokens, chat } = settingsFrom({});
  for (const [key, type] of Object.entries(trainShape)) {
    expect([key, train[key as keyof typeof train]]).toEqual([key, type.meta()?.['default']]);
  }
  expect({ train: data.train, candidates, maxTokens, chat }).toEqual({
    train: undefined,
    candidates: { kind: 'answers' },
    maxTokens: 20,
    chat: false,
  });
});
