import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Report } from '../../src/protocol/report.ts';
import { readReport, reportPath, writeReport } from '../../src/runs/reportFile.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const report: Report = {
  format: 1,
  file: 'capitals.ptune',
  model: { id: 'bundled/x', sha256: 'm' },
  split: 'test',
  examples: 0,
  candidates: { kind: 'answers', count: 0 },
  createdAt: '2026-11-23T01:02:03.000Z',
  verdict: 'Nothing was scored.',
  outcome: 'nothing-to-compare',
  prompts: [],
  predictions: [],
  metric: 'cosine',
  versions: {},
  fingerprints: {},
};

it('keeps a report under the name of its file', async () => {
  const path = reportPath(await temporaryFolder(), '/elsewhere/capitals.ptune');
  expect(path).toMatch(/capitals\.json$/);
  expect(await readReport(path)).toBeUndefined();
  expect(await writeReport(path, report)).toBe(path);
  expect(await readReport(path)).toEqual(report);
});

it.each<[string, string, RegExp]>([
  ['{"format":2}', 'run/newer-format', /format 2; this version reads up to 1/],
  ['{}', 'run/unreadable', /no format/],
  ['{', 'run/unreadable', /cannot be read/],
])('refuses %s', async (text, code, message) => {
  const path = join(await temporaryFolder(), 'x.json');
  await writeFile(path, text);
  await expect(readReport(path)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message) as string,
  });
});
