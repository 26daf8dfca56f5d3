/**
 * The part of `npm run bench` on a model of GPT-2 small's shape: how long it takes to make a training
 * graph and sessions, how much memory these take, and what a step costs against a forward pass of the
 * file as it is. Each session is made in a process of its own, whose memory this one reads.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readModelFile } from '../src/hub/openModel.ts';
import { findLanguageModel } from '../src/model/languageModel.ts';
import { encoderParameters, type EncoderSpec } from '../src/model/promptEncoder.ts';
import { buildScoreGraph, buildTrainingGraph, type PromptShape } from '../src/model/promptGraph.ts';
import { sizeOf } from '../src/onnx/tensor.ts';
import { float32, int64, Session, type Feeds } from '../src/runtime/session.ts';
import { Adam, clipScale, gradientNorm } from '../src/training/optimizer.ts';
import { gpt2Shape } from './gpt2Shape.ts';

const shape: PromptShape = { rows: 8, length: 32, positions: 8, virtual: 6 };
const encoder: EncoderSpec = {
  kind: 'lstm',
  variant: 'lama',
  virtual: 6,
  width: 768,
  hiddenSize: 768,
  layers: 2,
};
const rounds = 12;

/** Scoring reads weights from the memory map, training copies them (decision 0041). */
const kinds = ['score', 'train, from the map', 'train, no common start', 'train'] as const;
type Kind = (typeof kinds)[number];
const notShared: Kind = 'train, no common start';

/** Prints the figures of the large model; `cache` is a folder that git ignores. */
export async function benchLarge(cache: string): Promise<void> {
  const path = await gpt2Shape(join(cache, 'gpt2-shape'));
  console.log("\n124 M parameters, GPT-2 small's shape, batch 8 × 32");
  for (const kind of kinds) {
    const { transform, create, before, peak, after } = await inOwnProcess(kind, path);
    console.log(
      `${kind.padEnd(23)}graph ${seconds(transform)}, session ${seconds(create)}; anonymous memory ` +
        `+${after - before} MB with one run, at most ${peak} MB with ${before} MB of Node.js`,
    );
  }
  await ratios(path);
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;

interface Made {
  /** Reading, splicing, folding, differentiating and writing; milliseconds. */
  readonly transform: number;
  readonly create: number;
  /** Anonymous memory before and after a session was made and run, and its peak; megabytes. */
  readonly before: number;
  readonly after: number;
  readonly peak: number;
}

/** Makes and runs one session in a process that does nothing else. */
async function inOwnProcess(kind: Kind, path: string): Promise<Made> {
  const child = spawn(process.execPath, [process.argv[1]!, '--session', kind, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, anonymous(child.pid!));
  }, 10);
  await new Promise((resolve) => child.on('close', resolve));
  clearInterval(watch);
  return { ...(JSON.parse(text) as Omit<Made, 'peak'>), peak };
}

/** The anonymous memory of a process in megabytes; 0 once it has ended. */
function anonymous(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Math.round(Number(/RssAnon:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
  } catch {
    return 0;
  }
}

/** The child's part of `inOwnProcess`. */
export async function makeSession(kind: string, path: string): Promise<void> {
  const start = performance.now();
  const graph = graphOf(kind, path);
  const transform = performance.now() - start;
  const before = anonymous(process.pid);
  const from = performance.now();
  const session = await sessionOf(kind, graph, path);
  const create = performance.now() - from;
  await session.run(kind === 'score' ? scoreFeeds() : new Step(session).feeds());
  const after = anonymous(process.pid);
  await session.release();
  console.log(JSON.stringify({ transform, create, before, after }));
}

function graphOf(kind: string, path: string): Uint8Array {
  const lm = findLanguageModel(readModelFile(path), true);
  return kind === 'score'
    ? buildScoreGraph(lm, shape)
    : buildTrainingGraph(lm, trained(kind), encoder, { kind: 'answers' });
}

/** Prompts mostly begin with their virtual tokens, which a causal model then makes once. */
const trained = (kind: string): PromptShape =>
  kind === notShared ? shape : { ...shape, shared: shape.virtual };

const sessionOf = (kind: string, graph: Uint8Array, path: string) =>
  Session.create(graph, { folder: dirname(path), prepack: kind === 'train' || kind === notShared });

/**
 * A step against a forward pass of the unmodified file with all logits: the fastest of each, because
 * other programs only ever add time, and the median of what the processor worked.
 */
async function ratios(path: string): Promise<void> {
  const folder = dirname(path);
  const plain = await Session.create(await readFile(path), { folder, prepack: true });
  const sessions = [plain];
  const { input_ids: ids, attention_mask: mask } = promptFeeds();
  const positions = Array.from({ length: 8 * 32 }, (_, i) => i % 32);
  const feeds = {
    input_ids: ids!,
    attention_mask: mask!,
    position_ids: int64([8, 32], positions),
  };
  const variants = new Map<string, () => Promise<unknown>>([
    ['forward of the file', () => plain.run(feeds)],
  ]);
  for (const kind of kinds.slice(1)) {
    const session = await sessionOf(kind, graphOf(kind, path), path);
    sessions.push(session);
    const step = new Step(session);
    variants.set(`step, ${kind}`, () => step.update());
  }
  const times = new Map([...variants.keys()].map((name) => [name, noTimes()]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, run] of variants) {
      const [cpu, wall] = [process.cpuUsage(), performance.now()];
      await run();
      if (round === 0) continue;
      const used = process.cpuUsage(cpu);
      times.get(name)!.wall.push(performance.now() - wall);
      times.get(name)!.cpu.push((used.user + used.system) / 1000);
    }
  }
  const unit = times.get('forward of the file')!;
  for (const [name, { wall, cpu }] of times) {
    const own = `${(Math.min(...wall) / Math.min(...unit.wall)).toFixed(2)} ×`;
    const work = `${(median(cpu) / median(unit.cpu)).toFixed(2)} × the processor time`;
    console.log(`${name.padEnd(29)}${own}, ${work}   ${Math.min(...wall).toFixed(0)} ms`);
  }
  for (const session of sessions) await session.release();
}

/** Milliseconds on the clock, and of all cores together. */
interface Times {
  readonly wall: number[];
  readonly cpu: number[];
}

const noTimes = (): Times => ({ wall: [], cpu: [] });

const median = (list: readonly number[]) =>
  list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]!;

/** A training step as training makes it: the graph, then the optimizer. */
class Step {
  readonly #session: Session;
  readonly #parameters: Map<string, Float32Array>;
  readonly #optimizer: Adam;

  constructor(session: Session) {
    this.#session = session;
    this.#parameters = new Map(
      encoderParameters(encoder).map(({ name, shape: own }) => [
        name,
        new Float32Array(sizeOf(own)).fill(0.01),
      ]),
    );
    this.#optimizer = new Adam(this.#parameters, { weightDecay: 0.01 });
  }

  feeds(): Feeds {
    return {
      ...promptFeeds(),
      ...Object.fromEntries(
        encoderParameters(encoder).map(({ name, shape: own }) => [
          name,
          float32(own, this.#parameters.get(name)!),
        ]),
      ),
      start_offset: float32([6, 768], new Float32Array(6 * 768)),
      targets: int64([8], [1, 2, 3, 4, 5, 6, 7, 8]),
      weights: float32([8], new Float32Array(8).fill(1 / 8)),
    };
  }

  async update(): Promise<void> {
    const result = await this.#session.run(this.feeds());
    const gradients = Object.fromEntries(
      [...this.#parameters.keys()].map((name) => [name, result[`gradient ${name}`]!]),
    );
    const scale = clipScale(gradientNorm(Object.values(gradients)), 1);
    this.#optimizer.update(gradients, 1e-3, scale);
  }
}

/** Eight inputs of 32 tokens, the first six of them virtual. */
function promptFeeds(): Feeds {
  const places = Array.from({ length: 8 * 32 }, (_, i) => i);
  const grid = (value: (i: number) => number) => int64([8, 32], places.map(value));
  return {
    input_ids: grid((i) => 5 + ((i * 7919) % 50000)),
    attention_mask: grid(() => 1),
    virtual_rows: grid((i) => (i % 32 < 6 ? i % 32 : -1)),
    positions: int64(
      [8],
      Array.from({ length: 8 }, (_, row) => 32 * row + 31),
    ),
  };
}

const scoreFeeds = (): Feeds => ({
  ...promptFeeds(),
  vectors: float32([6, 768], new Float32Array(6 * 768).fill(0.01)),
});
