/** The tree of runs and its words, without an editor. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { askedSeeds, fileState, renamedTo, staleRun } from '../../src/staleness/fileState.ts';
import { rerunText } from '../../src/language/rerunText.ts';
import { readRun, readRuns } from '../../src/extension/runs/runCatalog.ts';
import {
  promptDescription,
  runDescription,
  runTooltip,
  type RunFacts,
} from '../../src/extension/runs/runText.ts';
import { changedBy, RunTree, type FileNode } from '../../src/extension/runs/runTree.ts';
import { locateModel } from '../../src/hub/locate.ts';
import { parse } from '../../src/language/parser.ts';
import { FileHashes } from '../../src/runs/fileHashes.ts';
import { StoredReports } from '../../src/runs/reportFile.ts';
import { promptFingerprint } from '../../src/runs/fingerprint.ts';
import type { RunHeader } from '../../src/runs/runHeader.ts';
import { changeLabel } from '../../src/runs/runLabel.ts';
import type { RunManifest } from '../../src/runs/runManifest.ts';
import { manifestWith, writeRun } from '../runs/support/runs.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const now = Date.parse('2026-11-23T02:02:03.000Z');
const facts: RunFacts = {
  score: {
    split: 'test',
    n: 57,
    accuracy: 0.93,
    interval: [0.83, 0.97],
    loss: 0.31,
    candidates: { kind: 'answers', count: 57 },
  },
  stale: undefined,
  progress: undefined,
  now,
};

function headerWith(change: Partial<RunHeader> & { manifest?: RunManifest } = {}): RunHeader {
  const manifest = manifestWith();
  return {
    id: manifest.id,
    folder: '/r',
    manifest,
    label: {},
    state: 'completed',
    ...change,
  };
}

const id = (hour: number, seed = 1) =>
  `20261123T${String(hour).padStart(2, '0')}0000-p-${seed}-ab12`;
const run = (hour: number, prompt = 'learned', file = 'capitals.ptune') => ({
  id: id(hour),
  file,
  prompt: { name: prompt, template: '{*} {a} {b}' },
  timings: { startedAt: `2026-11-23T${String(hour).padStart(2, '0')}:00:00.000Z` },
});

/** The tree as text, an indented line a node. */
function drawn(tree: RunTree): string[] {
  return tree.roots.flatMap((root) =>
    root.kind !== 'file'
      ? ['broken']
      : [
          root.path.split('/').slice(-2).join('/'),
          ...root.prompts.flatMap(({ name, runs }) => [
            `  ${name}`,
            ...runs.map(({ header }) => `    ${header.label.name ?? header.id.slice(9, 11)}`),
          ]),
        ],
  );
}

describe('what is said of a run', () => {
  it.each<[string, Partial<RunHeader>, Partial<RunFacts>]>([
    ['93 % (83–97 %) · done · 1 hour ago', {}, {}],
    ['not scored · done · 1 hour ago', {}, { score: undefined }],
    ['⟳ stale: data changed (was 93 %) · done · 1 hour ago', {}, { stale: 'data changed' }],
    ['⟳ stale: data changed · done · 1 hour ago', {}, { stale: 'data changed', score: undefined }],
    ['step 12 of 400 · running · 1 hour ago', { state: 'running', step: 12 }, { score: undefined }],
    [
      'step 13 of 400 · 9 s left · running · 1 hour ago',
      { state: 'running', step: 12 },
      { progress: 'step 13 of 400 · 9 s left' },
    ],
    ['interrupted at step 12 of 400 · 1 hour ago', { state: 'interrupted', step: 12 }, {}],
    [
      'stale: template changed · interrupted at step 12 of 400 · 1 hour ago',
      { state: 'interrupted', step: 12 },
      { stale: 'template changed' },
    ],
    [
      'failed: no memory · 1 hour ago',
      { state: 'failed', manifest: manifestWith({ reason: 'no memory' }) },
      {},
    ],
    ['93 % (83–97 %) · imported · 1 hour ago', { state: 'imported' }, {}],
    [
      '93 % (83–97 %) · done · pinned · seed 1 · 1 hour ago · look here',
      { label: { name: 'best', note: 'look here', pinned: true } },
      {},
    ],
  ])('%s', (text, header, more) => {
    expect(runDescription(headerWith(header), { ...facts, ...more })).toBe(text);
  });

  it('counts runs, those that are trained, and seeds that are missing', () => {
    const seeded = (seed: number, change: Partial<RunHeader> = {}, stale?: string) => ({
      header: headerWith({ manifest: manifestWith({ seed }), ...change }),
      stale,
    });
    const [one, two] = [seeded(1), seeded(2)];
    expect(promptDescription([one], [1])).toBe('1 run');
    expect(promptDescription([one, two], [1, 2, 3])).toBe('2 runs · 2 of 3 seeds');
    expect(promptDescription([one, seeded(2, {}, 'data changed')], [1, 2])).toBe(
      '2 runs · 1 of 2 seeds',
    );
    expect(promptDescription([one, seeded(2, { state: 'running' })], [1, 2])).toBe(
      '2 runs · 1 running · 1 of 2 seeds',
    );
    expect(promptDescription([seeded(7)], [1, 2])).toBe('1 run');
  });

  it('is text in the tooltip, whatever a name or a setting holds', () => {
    const text = runTooltip(
      headerWith({
        label: { name: '](command:x) <img src=x>', note: '**bold**' },
        manifest: manifestWith({ settings: { init: '<b>`x`', seeds: [1] } }),
      }),
      facts,
    );
    expect(text).not.toMatch(/<img|<b>|[^\\]\]\(command|[^\\]`/);
    expect(text).toContain('- Score: 93 % of 57 test answers right');
    expect(text).toContain('- Virtual tokens: 2');
    expect(runTooltip(headerWith(), { ...facts, stale: 'data changed' })).not.toContain('93 %');
  });
});

describe('the tree', () => {
  it('has files, prompts and runs, pinned ones first, then the newest', async () => {
    const home = await temporaryFolder();
    const runs = join(home, '.ptune/runs');
    for (const one of [run(3), run(1), run(2, 'other'), run(4, 'learned', 'a.ptune')]) {
      await writeRun(runs, one);
    }
    await changeLabel(join(runs, id(1)), { name: 'old', pinned: true });
    const other = join(home, 'b/.ptune/runs');
    await writeRun(other, run(5));
    await mkdir(join(runs, id(9)));
    await writeFile(join(runs, id(9), 'run.json'), '{');
    const tree = new RunTree();
    tree.replace(await readRuns([home, home]));
    const name = home.split('/').at(-1)!;
    expect(drawn(tree)).toEqual([
      `${name}/a.ptune`,
      '  learned',
      '    04',
      'b/capitals.ptune',
      '  learned',
      '    05',
      `${name}/capitals.ptune`,
      '  learned',
      '    old',
      '    03',
      '  other',
      '    02',
      'broken',
    ]);
  });

  it('shows again only what has changed, and keeps its nodes', async () => {
    const home = await temporaryFolder();
    const runs = join(home, '.ptune/runs');
    const first = await writeRun(runs, { ...run(1), status: 'failed' });
    await writeRun(runs, run(2));
    const tree = new RunTree();
    tree.replace(await readRuns([home]));
    const [, node] = (tree.roots[0] as FileNode).prompts[0]!.runs;
    const again = async () => tree.update(first, await readRun(first));

    expect(await again()).toEqual([node]);
    await writeRun(runs, { ...run(1), status: 'completed' });
    expect(await again()).toEqual([node!.prompt, node]);
    await changeLabel(first, { pinned: true });
    expect(await again()).toBe('all');
    expect(tree.run(first)).toBe(node);
    expect(tree.runs[0]).toBe(node);
    await rm(first, { recursive: true });
    expect(await again()).toBe('all');
    expect(tree.runs.map(({ header }) => header.id)).toEqual([id(2)]);
    expect(await again()).toEqual([]);
  });

  it.each<[string, ReturnType<typeof changedBy>]>([
    [
      '/a/.ptune/runs/20261123T010203-p-1-ab12/run.json',
      { run: `/a/.ptune/runs/20261123T010203-p-1-ab12` },
    ],
    [
      '/a/.ptune/runs/20261123T010203-p-1-ab12/metrics.jsonl',
      { run: `/a/.ptune/runs/20261123T010203-p-1-ab12` },
    ],
    ['/a/.ptune/runs/20261123T010203-p-1-ab12', { run: `/a/.ptune/runs/20261123T010203-p-1-ab12` }],
    [
      'c:\\a\\.ptune\\runs\\20261123T010203-p-1-ab12\\run.json',
      { run: 'c:\\a\\.ptune\\runs\\20261123T010203-p-1-ab12' },
    ],
    ['/a/.ptune/runs', 'folder'],
    ['/a/.ptune', 'folder'],
    ['/a/.ptune/runs/20261123T010203-p-1-ab12.tmp-x', undefined],
    ['/a/.ptune/runs/20261123T010203-p-1-ab12/checkpoint.safetensors', undefined],
    ['/a/.ptune/reports/x.json', undefined],
    ['/a/task.ptune', undefined],
  ])('knows what %s is', (path, change) => {
    expect(changedBy(path)).toEqual(change);
  });
});

describe('what the file says of its runs now', () => {
  const text = `---
model: ./m
data: { train: train.csv, validation: 0.2, test: 0.3 }
answer: capital
train: { seeds: [1, 2] }
---

@prompt manual
{country} {capital}

@prompt learned {steps: 7}
{*3} {country} {capital} .
`;

  async function project() {
    const home = await temporaryFolder();
    const path = join(home, 'capitals.ptune');
    const context = {
      bundledFolder: join(home, 'none'),
      caches: [],
      hashes: new FileHashes(),
      reports: new StoredReports(),
    };
    await mkdir(join(home, 'm'));
    for (const name of ['m/model.onnx', 'm/tokenizer.json']) await writeFile(join(home, name), '1');
    await writeFile(join(home, 'train.csv'), 'country,capital\nPeru,Lima\n');
    const file = parse(text);
    const prompt = file.prompts[1]!;
    const model = await locateModel(file.settings.model!, { fileFolder: home, ...context });
    const hashes = await promptFingerprint(file, prompt, { path, model }, context.hashes);
    const manifest = manifestWith({
      prompt: { name: 'learned', template: prompt.templateText },
      settings: { ...prompt.train },
      hashes: { ...hashes, tokenizer: '' },
    });
    const stateOf = (source: string | undefined) =>
      fileState(source === undefined ? undefined : parse(source), path, context);
    return { manifest, stateOf };
  }

  it.each<[string, (source: string) => string | undefined, string | undefined]>([
    ['nothing', (source) => source, undefined],
    ['its template', (source) => source.replace('{*3}', '{*4}'), 'template changed'],
    ['its steps', (source) => source.replace('steps: 7', 'steps: 8'), 'settings changed'],
    ['its seeds', (source) => source.replace('[1, 2]', '[3]'), undefined],
    ['another prompt', (source) => source.replace('@prompt manual', '@prompt x'), undefined],
    ['its name', (source) => source.replace('@prompt learned', '@prompt x'), undefined],
    [
      'its name and its template',
      (source) => source.replace('@prompt learned', '@prompt x').replace('{*3}', '{*4}'),
      'prompt removed',
    ],
    ['the model', (source) => source.replace('./m', './n'), 'model not found'],
    ['the data', (source) => source.replace('train.csv', 'none.csv'), 'data not found'],
    ['the file', () => undefined, 'file removed'],
  ])('after a change of %s', async (_, change, reason) => {
    const { manifest, stateOf } = await project();
    expect(staleRun(manifest, await stateOf(change(text)))).toBe(reason);
  });

  it('says what the prompt of a run is called by now, where one prompt alone fits', async () => {
    const { manifest, stateOf } = await project();
    const [learned] = /@prompt learned[^]*/.exec(text)!;
    const now = async (source: string) => renamedTo(manifest, await stateOf(source));
    expect(await now(text)).toBeUndefined();
    expect(await now(text.replace('@prompt learned', '@prompt x'))).toBe('x');
    const [one, other] = ['x', 'y'].map((name) => learned.replace('learned', name));
    expect(await now(text.replace(learned, `${one}\n${other}`))).toBeUndefined();
  });

  it('asks for the seeds of prompts that are trained', async () => {
    const { stateOf } = await project();
    const state = await stateOf(text);
    expect(askedSeeds('learned', state)).toEqual([1, 2]);
    expect(askedSeeds('manual', state)).toEqual([]);
    expect(askedSeeds('gone', state)).toEqual([]);
  });

  it.each([
    ['changed', (source: string) => source.replace('{*3} {country}', '{*9}\n@# note\n{country}')],
    ['removed', (source: string) => source.slice(0, source.indexOf('@prompt learned'))],
    ['followed by another', (source: string) => `${source}\n@prompt last\n{country} {capital}\n`],
  ])('has the prompt of a run again where it was %s', async (_, change) => {
    const { manifest, stateOf } = await project();
    const now = parse(change(text.replace('steps: 7', 'steps: 8')));
    const again = rerunText(now, manifest);
    expect(parse(again).diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(staleRun(manifest, await stateOf(again))).toBeUndefined();
    expect(parse(again).prompts.find(({ name }) => name === 'learned')!.train.seeds).toEqual([1]);
    expect(new Set(parse(again).prompts.map(({ name }) => name))).toEqual(
      new Set([...now.prompts.map(({ name }) => name), 'learned']),
    );
  });
});
