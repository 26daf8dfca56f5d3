/** The part of `npm run bench` on lists of many runs. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRun, readRuns } from '../src/extension/runs/runCatalog.ts';
import { RunTree } from '../src/extension/runs/runTree.ts';
import { runId } from '../src/runs/runId.ts';
import { readRunScore, writeRunScore } from '../src/runs/runScore.ts';

const count = 1000;
const steps = 400;
const repetitions = 9;

/** Prints how long the view of runs takes to open, to show a prompt's runs, and to follow a change. */
export async function benchRuns(): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'ptune-bench-'));
  try {
    const runs = join(home, '.ptune/runs');
    for (let i = 0; i < count; i++) await writeRun(runs, i);
    const tree = new RunTree();
    console.log(`\n${count} runs of ${steps} steps, warm files:`);
    await say('to open the view', async () => {
      tree.replace(await readRuns([home]));
    });
    const [node] = tree.runs;
    await say('to show all of one prompt with their scores', () =>
      Promise.all(node!.prompt.runs.map(({ header }) => readRunScore(header.folder))),
    );
    await say('to show a run that has changed', async () => {
      tree.update(node!.header.folder, await readRun(node!.header.folder));
    });
  } finally {
    await rm(home, { recursive: true });
  }
}

async function say(what: string, act: () => Promise<unknown>): Promise<void> {
  const times: number[] = [];
  for (let i = 0; i < repetitions; i++) {
    const start = performance.now();
    await act();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const [fastest, median] = [times[0]!, times[Math.floor(repetitions / 2)]!];
  console.log(`${what}: ${median.toFixed(1)} ms (fastest ${fastest.toFixed(1)} ms)`);
}

/** Ten prompts, each with a hundred runs. */
async function writeRun(runs: string, i: number): Promise<void> {
  const startedAt = Date.UTC(2026, 0, 1) + 1000 * i;
  const prompt = `prompt${i % 10}`;
  const id = runId({ startedAt, prompt, seed: i, salt: String(i) });
  const folder = join(runs, id);
  await mkdir(folder, { recursive: true });
  const train = { encoder: 'lstm', variant: 'lama', layers: 2, dropout: 0, steps, seeds: [i] };
  const manifest = {
    format: 1,
    id,
    status: 'completed',
    file: 'capitals.ptune',
    prompt: { name: prompt, template: '{*3} {country} {*3} {capital} .' },
    seed: i,
    settings: train,
    model: { id: 'bundled/mini-mlm', sha256: 'm' },
    hashes: { template: 't', settings: 's', data: 'd', model: 'm', tokenizer: 'k' },
    versions: { ptune: '0.1.0' },
    machine: { cores: 2 },
    process: { pid: 1, host: 'elsewhere.example' },
    timings: { startedAt: new Date(startedAt).toISOString(), seconds: 12 },
    steps,
    bestStep: 380,
    placement: [{ part: 0, rows: [0, 1, 2] }],
  };
  await writeFile(join(folder, 'run.json'), JSON.stringify(manifest, undefined, 2));
  const line = JSON.stringify({ type: 'step', run: id, prompt, seed: i, step: 1, loss: 1.234567 });
  await writeFile(join(folder, 'metrics.jsonl'), `${line}\n`.repeat(steps));
  await writeRunScore(folder, {
    split: 'test',
    n: 57,
    accuracy: 0.9,
    interval: [0.8, 0.95],
    loss: 0.3,
    candidates: { kind: 'answers', count: 57 },
  });
}
