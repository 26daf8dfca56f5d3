/** `ptune search`: what it prints, says on the way, and leaves in the report. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { workText } from '../../src/cli/progress.ts';
import { searchProgress } from '../../src/insight/wordSearch/progress.ts';
import type { SearchEvent, SearchResult } from '../../src/protocol/wordSearch.ts';
import { buildBundles, jsonLines, ptune, type Finished } from '../support/cli.ts';
import { writeProject } from '../support/tinyProject.ts';

let folder: string;
let found: Finished;

beforeAll(async () => {
  await buildBundles();
  folder = await mkdtemp(join(tmpdir(), 'ptune-test-'));
  await writeProject(folder, { train: ['steps: 2', 'seeds: [1]'] });
  await ptune(folder, 'train', 'task.ptune');
  found = await ptune(folder, 'search', 'task.ptune', '--steps', '4');
});

afterAll(() => rm(folder, { recursive: true }));

test('prints the words of each method with their scores, what they are held against, and what it means', () => {
  expect(found.status).toBe(0);
  const score = 'validation \\d+ %  test \\d+ % \\(\\d+–\\d+ %\\)';
  for (const line of [
    ...['beam', 'projection', 'flips'].map((method) => `^${method} +${score}.*  \\d+\\.\\d s$`),
    `^manual +${score}  the best of your own$`,
    `^vectors +${score}  seed 1$`,
    `^without +${score}  the template without virtual tokens$`,
    '^2 validation and 4 test examples, chosen among 3 candidate answers$',
    '^The best words for learned answer ',
  ]) {
    expect(found.stdout).toMatch(new RegExp(line, 'm'));
  }
});

test('says on the way how far it is, in steps that grow, and the best words so far', () => {
  const lines = found.stderr.split('\n').filter((line) => line.startsWith('Words for learned'));
  const shares = lines.map((line) => Number(/ {2}(\d+) %/.exec(line)![1]));
  expect(shares.length).toBeGreaterThan(2);
  expect(shares).toEqual([...new Set(shares)].sort((a, b) => a - b));
  // Too soon for a time left, unless the machine is slow.
  expect(lines[0]).toMatch(
    /\d %(?: {2}at most .+ left)? {2}among the nearest words, best so far “.+”, loss \d/,
  );
});

test('says how long it takes at most as soon as that is known', () => {
  const event: SearchEvent = {
    ...{ type: 'search', prompt: 'learned', method: 'flips', step: 3, steps: 10 },
    ...{ template: 'is {country}', loss: 1.5, done: 12, total: 300 },
  };
  const best = 'by exchanging single words, best so far “is {country}”, loss 1.50';
  expect(workText(searchProgress(event))).toBe(`Words for learned  4 %  ${best}`);
  expect(workText(searchProgress({ ...event, secondsLeft: 75 }))).toBe(
    `Words for learned  4 %  at most 1 min 15 s left  ${best}`,
  );
});

test('leaves the words in the report, and so on its page', async () => {
  const [json] = jsonLines(
    (await ptune(folder, 'search', 'task.ptune', '--steps', '4', '--json')).stdout,
  ) as unknown as [SearchResult];
  await ptune(folder, 'report', 'task.ptune', '--html', 'page.html');
  const page = await readFile(join(folder, 'page.html'), 'utf8');
  const block = /<script type="application\/json" id="report">(.*)<\/script>/.exec(page)![1]!;
  const { insights } = JSON.parse(block) as { insights: { words: SearchResult[] } };
  expect(insights.words[0]!.found).toEqual(json.found);
});
