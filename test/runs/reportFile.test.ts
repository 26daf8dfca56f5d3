import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { FullReport } from '../../src/protocol/report.ts';
import { StoredReports, readReport, reportPath, writeReport } from '../../src/runs/reportFile.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const report: FullReport = {
  format: 2,
  file: 'capitals.ptune',
  model: { id: 'bundled/x', sha256: 'm' },
  split: 'test',
  examples: 0,
  candidates: { kind: 'answers', count: 0 },
  createdAt: '2026-11-23T01:02:03.000Z',
  verdict: 'Nothing was scored.',
  outcome: 'nothing-to-compare',
  prompts: [],
  predictions: { count: 0, inputs: [], answers: [], answer: { bytes: 1, data: '' }, prompts: [] },
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

it('reads a stored report again only when it was written again', async () => {
  const path = reportPath(await temporaryFolder(), 'capitals.ptune');
  const reports = new StoredReports();
  expect(await reports.read(path)).toBeUndefined();
  await writeReport(path, report);
  const first = await reports.read(path);
  expect(first).toEqual(report);
  expect(await reports.read(path)).toBe(first);
  await writeReport(path, { ...report, verdict: 'Other.' });
  expect((await reports.read(path))?.verdict).toBe('Other.');
  await rm(path);
  expect(await reports.read(path)).toBeUndefined();
});

it.each<[string, string, RegExp]>([
  ['{"format":3}', 'run/newer-format', /format 3; this version reads up to 2/],
  ['{"format":1}', 'run/unreadable', /an older version of ptune wrote it/],
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
