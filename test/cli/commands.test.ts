/** What each command prints, after one real training. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildBundles, jsonLines, ptune, type Finished } from '../support/cli.ts';
import { ptuneText, rows, writeProject } from '../support/tinyProject.ts';

let folder: string;
let trained: Finished;
let run: string;

beforeAll(async () => {
  await buildBundles();
  folder = await mkdtemp(join(tmpdir(), 'ptune-test-'));
  await writeProject(folder, { train: ['steps: 4', 'batchSize: 4', 'seeds: [1, 2]'] });
  trained = await ptune(folder, 'train', 'task.ptune', '--json');
  run = (jsonLines(trained.stdout).at(-1) as unknown as Summary).prompts[1]!.seeds![0]!.run;
});

afterAll(() => rm(folder, { recursive: true }));

interface Summary {
  readonly type: string;
  readonly prompts: readonly {
    readonly name: string;
    readonly accuracy: number;
    readonly interval: readonly [number, number];
    readonly reciprocalRank: number;
    readonly probability: number;
    readonly seeds?: readonly { readonly run: string }[];
  }[];
  readonly report: string;
}

/** The one value of JSON that a command printed. */
function only(finished: Finished): Record<string, unknown> {
  expect(finished).toMatchObject({ status: 0, stderr: '' });
  const lines = jsonLines(finished.stdout);
  expect(lines).toHaveLength(1);
  return lines[0]!;
}

const number = expect.any(Number) as number;
const prompt = (name: string, kind: string) => ({
  name,
  kind,
  n: rows.test.length,
  accuracy: number,
  interval: [number, number],
  accuracyAt5: number,
  loss: number,
  reciprocalRank: number,
  probability: number,
  intervals: Object.fromEntries(
    ['accuracyAt5', 'loss', 'reciprocalRank', 'probability'].map((measure) => [
      measure,
      [number, number],
    ]),
  ),
});

describe('train', () => {
  test('prints nothing but events as JSON, the last a summary', () => {
    expect(trained.status).toBe(0);
    const events = jsonLines(trained.stdout);
    const types = events.map(({ type }) => type);
    expect(types[0]).toBe('started');
    expect(types.filter((type) => type === 'step')).toHaveLength(8);
    expect(types.filter((type) => type === 'runEnded')).toHaveLength(2);
    expect(types.filter((type) => type === 'summary')).toHaveLength(1);
    expect(events.at(-1)).toEqual({
      type: 'summary',
      file: 'task.ptune',
      model: { id: './model', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
      split: 'test',
      candidates: { kind: 'answers', count: 3 },
      prompts: [
        prompt('manual', 'discrete'),
        {
          ...prompt('learned', 'continuous'),
          difference: expect.objectContaining({ baseline: 'manual' }) as object,
          ensemble: { seeds: 2, accuracy: number, interval: [number, number] },
          seeds: [1, 2].map((seed) => ({
            seed,
            run: expect.stringMatching(new RegExp(`^\\d{8}T\\d{6}-learned-${seed}-`)) as string,
            accuracy: number,
            loss: number,
            steps: number,
            seconds: number,
          })),
        },
      ],
      report: join(folder, '.ptune/reports/task.json'),
    });
    for (const { accuracy, interval, reciprocalRank, probability } of (
      events.at(-1) as unknown as Summary
    ).prompts) {
      for (const share of [accuracy, ...interval, reciprocalRank, probability]) {
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(1);
      }
    }
  });

  test('gives every event what the editor and metrics.jsonl have', async () => {
    const events = jsonLines(trained.stdout);
    expect(events.find(({ type }) => type === 'step')).toEqual({
      type: 'step',
      run,
      prompt: 'learned',
      seed: 1,
      step: 1,
      steps: 4,
      loss: number,
      learningRate: number,
      gradientNorm: number,
      secondsLeft: number,
    });
    const kept = await readFile(join(folder, '.ptune/runs', run, 'metrics.jsonl'), 'utf8');
    const own = events.filter((event) => event.run === run);
    expect(jsonLines(kept)).toEqual(own);
  });

  test('prints for people the scoreboard, the nearest tokens and where the report lies', async () => {
    const { status, stdout, stderr } = await ptune(
      folder,
      ...['train', 'task.ptune', '--prompt', 'learned', '--seed', '3', '--steps', '2'],
      ...['--output', 'elsewhere'],
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^4 test examples, chosen among 3 candidate answers\nprompt +answers right/,
    );
    expect(stdout).toMatch(/\nmanual +\d+ %/);
    expect(stdout).toMatch(/\nlearned +\d+ %/);
    expect(stdout).toContain('\nNearest tokens of learned: ');
    expect(stdout).toContain(`\nReport: ${join('elsewhere', 'task.html')}\n`);
    expect(stdout).not.toContain('\u001b');
    expect(stderr).toContain('task.ptune · ./model · 8 train, 2 validation, 4 test');
    expect(stderr).toMatch(/learned {2}seed 3 {2}\S+ 2\/2 {2}loss \d+\.\d\d → \d+\.\d\d/);
    const page = await readFile(join(folder, 'elsewhere/task.html'), 'utf8');
    expect(page).toMatch(/^<!doctype html>/i);
    await rm(join(folder, 'elsewhere'), { recursive: true });
  });
});

describe('score', () => {
  test('prints the summary that training printed, as one object', async () => {
    const found = only(await ptune(folder, 'score', 'task.ptune', '--json'));
    const summary = jsonLines(trained.stdout).at(-1) as { prompts: readonly object[] };
    const prompts = summary.prompts.map((prompt) => ({ ...prompt, cached: true }));
    expect(found).toEqual({ ...summary, prompts });
  });

  test('scores another split, without a report', async () => {
    const found = only(await ptune(folder, 'score', 'task.ptune', '--split', 'train', '--json'));
    expect(found).toMatchObject({ type: 'summary', split: 'train', prompts: [{ n: 8 }, { n: 8 }] });
    expect(found).not.toHaveProperty('report');
  });
});

describe('check', () => {
  test('prints an object with every file, and says in words when nothing is wrong', async () => {
    expect(only(await ptune(folder, 'check', 'task.ptune', 'task.ptune', '--json'))).toEqual({
      files: [
        { file: 'task.ptune', diagnostics: [] },
        { file: 'task.ptune', diagnostics: [] },
      ],
    });
    const { status, stdout } = await ptune(folder, 'check', 'task.ptune');
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'task.ptune: nothing to mend\n' });
  });

  test('gives ranges from 0, in UTF-16 units, and status 0 for warnings alone', async () => {
    const text = ptuneText().replace('The capital', '𝔘 {nothing} capital');
    await writeFile(join(folder, 'broken.ptune'), text);
    const { status, stdout } = await ptune(folder, 'check', 'broken.ptune', '--json');
    expect(status).toBe(2);
    expect(jsonLines(stdout)).toEqual([
      {
        files: [
          {
            file: 'broken.ptune',
            diagnostics: [
              {
                code: 'data/missing-column',
                severity: 'error',
                message: expect.stringContaining('no column "nothing"') as string,
                range: { start: { line: 13, character: 4 }, end: { line: 13, character: 11 } },
              },
            ],
          },
        ],
      },
    ]);
    const warned = ptuneText().replace('test: test.jsonl', 'test: train.jsonl');
    await writeFile(join(folder, 'warned.ptune'), warned);
    const second = await ptune(folder, 'check', 'warned.ptune');
    expect(second.status).toBe(0);
    expect(second.stdout).toMatch(/^warned\.ptune:6:9: warning: 8 examples .+ \(data\/leak\)\n$/);
  });
});

describe('nearest', () => {
  test('prints the nearest tokens of each vector', async () => {
    const found = only(await ptune(folder, 'nearest', run, '--json', '--top', '3'));
    expect(found).toMatchObject({ run, prompt: 'learned', metric: 'cosine' });
    const tokens = found.tokens as {
      index: number;
      norm: number;
      nearest: { token: string; id: number; similarity: number }[];
    }[];
    expect(tokens.map(({ index }) => index)).toEqual([0, 1, 2]);
    for (const { nearest, norm } of tokens) {
      expect(norm).toBeGreaterThan(0);
      expect(nearest).toHaveLength(3);
      const similarities = nearest.map(({ similarity }) => similarity);
      expect(similarities).toEqual([...similarities].sort((a, b) => b - a));
      expect(nearest[0]).toEqual({
        token: expect.any(String) as string,
        id: number,
        similarity: number,
      });
    }
  });

  test('knows other metrics, and a run by its folder', async () => {
    const place = join('.ptune/runs', run);
    const found = only(await ptune(folder, 'nearest', place, '--metric', 'l2', '--json'));
    expect(found.metric).toBe('l2');
    const tokens = found.tokens as { nearest: { similarity: number }[] }[];
    expect(tokens[0]!.nearest).toHaveLength(5);
    expect(tokens[0]!.nearest[0]!.similarity).toBeLessThan(0);
  });

  test('says for people how near random vectors are, and where a vector came from', async () => {
    const { stdout } = await ptune(folder, 'nearest', run);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^ {2}1 {2}\S+ -?\d\.\d\d {3}\S+/);
    const facts = lines.filter((line) => line.startsWith('     longer than '));
    expect(facts).toHaveLength(3);
    expect(facts[2]).toMatch(
      /^ {5}longer than \d+ % of tokens; 1\.00 to its start "is"; still its start token/,
    );
    expect(lines.at(-2)).toMatch(/^random {2}\S+ 0\.\d\d {3}\S+/);
    expect(lines.at(-1)).toMatch(
      /^ {5}of 40 random vectors of norm \d\.\d\d, 19 in 20 have no token nearer than \d\.\d\d$/,
    );
  });

  test('has special tokens only on request', async () => {
    const top = ['--top', '1000', '--json'] as const;
    const without = only(await ptune(folder, 'nearest', run, ...top)) as unknown as Nearest;
    const all = only(await ptune(folder, 'nearest', run, '--all', ...top)) as unknown as Nearest;
    const special = (found: Nearest) =>
      found.tokens[0]!.nearest.filter(({ kind }) => kind === 'special').map(({ token }) => token);
    expect(special(without)).toEqual([]);
    expect(special(all).sort()).toEqual(['[CLS]', '[MASK]', '[PAD]', '[SEP]', '[UNK]']);
  });

  test('tells of the start and of every validation', async () => {
    const kept = only(await ptune(folder, 'nearest', run, '--json')) as unknown as Nearest;
    expect(kept.steps).toEqual([0, 1, 2, 3, 4]);
    const start = only(
      await ptune(folder, 'nearest', run, '--step', '0', '--json'),
    ) as unknown as Nearest;
    expect(start.step).toBe(0);
    for (const { unmoved, startedFrom, toStart, nearest } of start.tokens) {
      expect(unmoved).toBe(true);
      expect(nearest[0]!.token).toBe(startedFrom);
      expect(toStart.l2).toBeCloseTo(0, 6);
    }
    const never = await ptune(folder, 'nearest', run, '--step', '9');
    expect(never.status).toBe(2);
    expect(never.stderr).toContain('has not kept the vectors of step 9.');
    expect(never.stderr).toContain('0, 1, 2, 3 and 4.');
  });
});

interface Nearest {
  readonly step?: number;
  readonly steps: readonly number[];
  readonly tokens: readonly {
    readonly unmoved: boolean;
    readonly startedFrom: string;
    readonly toStart: { readonly l2: number };
    readonly nearest: readonly { readonly token: string; readonly kind?: string }[];
  }[];
}

describe('predict', () => {
  test('prints the answer for one input with the best candidates', async () => {
    const input = '{"country": "Peru", "population": 34}';
    const found = only(await ptune(folder, 'predict', run, '--input', input, '--json'));
    const candidates = found.candidates as { candidate: string; probability: number }[];
    expect(candidates.map(({ candidate }) => candidate).sort()).toEqual(['Lima', 'Oslo', 'Rome']);
    expect(found).toMatchObject({
      answer: candidates[0]!.candidate,
      probability: candidates[0]!.probability,
    });
    const sum = candidates.reduce((total, { probability }) => total + probability, 0);
    expect(sum).toBeCloseTo(1, 5);
    const { stdout } = await ptune(folder, 'predict', run, '--input', input);
    expect(stdout).toMatch(/^ *\d+\.\d % {2}(Lima|Oslo|Rome)\n/);
  });

  test.each([
    ['{country: Peru}', '--input is no JSON'],
    ['["Peru"]', '--input is no JSON object'],
    ['{"land": "Peru"}', 'The input has no "country", which the template uses; it has land.'],
  ])('refuses the input %s', async (input, says) => {
    const { status, stdout, stderr } = await ptune(folder, 'predict', run, '--input', input);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(says);
    expect(stderr).toContain('(cli/usage)');
  });
});

describe('runs', () => {
  test('are listed, shown and removed', async () => {
    const listed = only(await ptune(folder, 'runs', 'list', '--json')).runs as {
      id: string;
      status: string;
    }[];
    expect(listed.map(({ status }) => status)).toEqual(['completed', 'completed']);
    expect(listed[0]!.id).toBe(run);
    const shown = await ptune(folder, 'runs', 'show', run);
    expect(JSON.parse(shown.stdout)).toEqual(listed[0]);
    const second = listed[1]!.id;
    const removed = await ptune(folder, 'runs', 'remove', second);
    expect(removed).toMatchObject({ status: 0, stdout: `Removed ${second}.\n` });
    const rest = await ptune(folder, 'runs');
    expect(rest.stdout).toMatch(
      new RegExp(
        `^${run} {2}task.ptune {2}learned {2}seed 1 {2}completed: step \\d kept {2}\\d+ % of 4 .*\\n$`,
      ),
    );
    expect(await ptune(folder, 'runs', 'remove', second)).toMatchObject({ status: 2 });
  });

  test('are none where nothing was trained', async () => {
    const { stdout } = await ptune(join(folder, 'model'), 'runs', 'list');
    expect(stdout).toBe('No runs here yet. "ptune train FILE" makes one.\n');
  });
});

describe('models', () => {
  test('verify says whether a model can be trained', async () => {
    expect(only(await ptune(folder, 'models', 'verify', 'model', '--json'))).toEqual({
      model: 'model',
      file: 'model.onnx',
      architecture: 'DistilBertForMaskedLM',
      kind: 'masked',
      causal: false,
      inputs: ['input_ids', 'attention_mask'],
      cacheInputs: 0,
      depths: ['input'],
      // Positions are counted from the left, padding included: only padding at the end is free.
      padding: { start: number, end: expect.closeTo(0, 5) as number },
      vocabularySize: number,
      width: 8,
      gradientError: expect.closeTo(0, 1) as number,
      stepRatio: number,
      rounds: false,
    });
  });
});

test('doctor prints facts, as text and as JSON', async () => {
  const [text, json] = await Promise.all([
    ptune(folder, 'doctor'),
    ptune(folder, 'doctor', '--json'),
  ]);
  expect(only(json)).toMatchObject({ node: process.version });
  expect(text.stdout).toContain(process.version);
  expect(text.stdout).not.toContain(folder);
});

test('report writes a page of its own', async () => {
  const [ofFile, ofRun] = await Promise.all([
    ptune(folder, 'report', 'task.ptune', '--html', 'file.html'),
    ptune(folder, 'report', run, '--html', 'run.html'),
  ]);
  expect([ofFile.status, ofRun.status]).toEqual([0, 0]);
  const page = await readFile(join(folder, 'file.html'), 'utf8');
  expect(page).toContain('learned');
  expect(await readFile(join(folder, 'run.html'), 'utf8')).toBe(page);
});

describe('a run whose surroundings have changed', () => {
  test('is refused, with the reason', async () => {
    const text = await readFile(join(folder, 'task.ptune'), 'utf8');
    const predict = () => ptune(folder, 'predict', run, '--input', '{"country": "Peru"}');
    await writeFile(join(folder, 'task.ptune'), text.replace('{*2} {country}', '{*2} a {country}'));
    const template = await predict();
    expect(template.status).toBe(2);
    expect(template.stderr).toContain('no longer has the prompt "learned"');
    await writeFile(join(folder, 'task.ptune'), text);
    const config = join(folder, 'model/config.json');
    await writeFile(config, `${await readFile(config, 'utf8')}\n`);
    const [answer, near] = await Promise.all([predict(), ptune(folder, 'nearest', run)]);
    for (const { status, stderr } of [answer, near]) {
      expect(status).toBe(2);
      expect(stderr).toContain(
        `The model "./model" has changed since run ${run} was trained on it`,
      );
      expect(stderr).toContain('(run/unreadable)');
    }
  });
});
