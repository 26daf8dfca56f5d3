/** What a large report costs: to build, to store, to open in a browser, and to scroll. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type CDPSession, type Page, chromium } from 'playwright-core';
import { Random } from '../src/base/random.ts';
import { type ReportInputs, type ReportRun, buildReport } from '../src/evaluation/report.ts';
import type { Prediction } from '../src/protocol/predictions.ts';
import { splitReport } from '../src/protocol/report.ts';
import { renderReportPage } from '../src/protocol/reportPage.ts';
import { packExamples } from '../src/runs/reportFile.ts';

/** A report by its size. */
interface Size {
  readonly examples: number;
  /** Learned prompts, and the seeds of each; two prompts in words stand beside them. */
  readonly learned: number;
  readonly seeds: number;
}

const sizes: readonly Size[] = [
  { examples: 10_000, learned: 4, seeds: 5 },
  { examples: 100_000, learned: 1, seeds: 3 },
];

/** Answers of a made-up task, so that many examples share one. */
const answers = Array.from({ length: 400 }, (_, i) => `answer ${i}`);

function predictionsOf(examples: number, accuracy: number, random: Random): Prediction[] {
  return Array.from({ length: examples }, (_, example) => {
    const correct = random.uniform() < accuracy;
    const right = example % answers.length;
    const other = (right + 1 + random.integer(answers.length - 1)) % answers.length;
    const sure = 0.2 + 0.8 * random.uniform();
    return {
      example,
      answer: answers[right]!,
      predicted: answers[correct ? right : other]!,
      correct,
      rank: correct ? 1 : 2 + random.integer(50),
      probability: correct ? sure : (1 - sure) * random.uniform(),
      predictedProbability: sure,
      loss: random.uniform(),
    };
  });
}

function runOf(seed: number, examples: number): ReportRun {
  const random = new Random(seed);
  const steps = Array.from({ length: 2000 }, (_, i) => i + 1);
  return {
    run: `20261102-101500-learned-seed${seed}`,
    seed,
    status: 'completed',
    bestStep: 1900,
    steps: 2000,
    seconds: 60,
    curve: steps.map((step) => ({ step, loss: 3 * Math.exp(-step / 300) + random.uniform() / 5 })),
    validation: steps
      .filter((step) => step % 100 === 0)
      .map((step) => ({ step, accuracy: 0.9, loss: 0.4, best: step === 1900 })),
    virtualTokens: [],
    predictions: predictionsOf(examples, 0.85, random),
  };
}

function inputsOf({ examples, learned, seeds }: Size): ReportInputs {
  const described = {
    template: '{*3} {sentence} {*3} {answer} .',
    settings: { encoder: 'lstm', steps: '2000' },
    fingerprint: { template: 'a', settings: 'b', data: 'c', model: 'd' },
  };
  const words = ['manual', 'inverse'].map((name, i) => ({
    ...described,
    name,
    kind: 'discrete' as const,
    predictions: predictionsOf(examples, 0.5 + 0.1 * i, new Random(100 + i)),
  }));
  const trained = Array.from({ length: learned }, (_, i) => ({
    ...described,
    name: `learned${i + 1}`,
    kind: 'continuous' as const,
    runs: Array.from({ length: seeds }, (_, seed) => runOf(1 + seed + i * seeds, examples)),
  }));
  return {
    file: 'large.ptune',
    model: { id: 'made/up', sha256: 'e' },
    split: 'test',
    candidates: { kind: 'answers', count: answers.length },
    baseline: 'manual',
    prompts: [...words, ...trained],
    examples: Array.from({ length: examples }, (_, i) => ({
      inputs: {
        sentence: `Sentence ${i}: which of the four hundred answers belongs to number ${i * 7919}?`,
      },
      answer: answers[i % answers.length]!,
    })),
    metric: 'cosine',
    createdAt: new Date(0),
    versions: {},
  };
}

function timed<T>(work: () => T): [T, number] {
  const start = performance.now();
  const result = work();
  return [result, performance.now() - start];
}

/**
 * Makes `complete` the time from the start of the navigation until a frame with everything in it was
 * drawn: the grid has rows, and so has the last part of the page.
 */
const untilComplete = `
  globalThis.complete = new Promise((resolve) => {
    const look = () => {
      const last = document.querySelector('#settings');
      const rows = document.querySelector('.grid-body .grid-row');
      if (!last || !rows) return requestAnimationFrame(look);
      // A task after the next frame runs when that frame was drawn.
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
    };
    requestAnimationFrame(look);
  });`;

/** Milliseconds from the start of a navigation. */
interface Opening {
  /** The first words are there: the verdict and the scoreboard. */
  readonly first: number;
  readonly complete: number;
  /** What the page's own thread worked until then, which others on the machine do not change. */
  readonly work: number;
}

async function openPage(browser: Browser, url: string): Promise<[Page, Opening]> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.addInitScript(untilComplete);
  await page.goto(url);
  const complete = await page.evaluate<number>('globalThis.complete');
  const first = await page.evaluate<number>(
    'performance.getEntriesByName("first-contentful-paint")[0].startTime',
  );
  return [page, { first, complete, work: await workOf(session) }];
}

/** How long the page's thread has worked, ms of processor time. */
async function workOf(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return 1000 * metrics.find(({ name }) => name === 'TaskDuration')!.value;
}

/** A scroll of the examples by wheel from top to bottom. */
interface Scroll {
  /** Between the frames in which the page's own thread had its turn, ms. */
  readonly intervals: readonly number[];
  /** Frames that the browser drew, moved on by the scroll whether or not the page had its turn. */
  readonly drawn: number;
  /** Frames in which nothing moved. */
  readonly dropped: number;
}

/** An event of the browser's trace of frames. */
interface FrameEvent {
  readonly name: string;
  readonly args: { readonly hasPartialUpdate?: boolean };
}

async function scroll(browser: Browser, page: Page, session: CDPSession): Promise<Scroll> {
  await page.locator('.grid-view').scrollIntoViewIfNeeded();
  await page.waitForTimeout(500);
  const box = (await page.locator('.grid-view').boundingBox())!;
  const frames = await traceFrames(browser);
  await page.evaluate(`
    globalThis.intervals = [];
    let last;
    const frame = (now) => {
      if (last !== undefined) globalThis.intervals.push(now - last);
      last = now;
      globalThis.running = requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);`);
  await session.send('Input.synthesizeScrollGesture', {
    x: box.x + box.width / 2,
    y: box.y + box.height / 2,
    yDistance: -20_000,
    speed: 6000,
    gestureSourceType: 'mouse',
  });
  const intervals = await page.evaluate<number[]>(
    'cancelAnimationFrame(globalThis.running), globalThis.intervals',
  );
  const events = await frames();
  const isDropped = ({ name, args }: FrameEvent) =>
    name === 'DroppedFrame' && args.hasPartialUpdate !== true;
  return {
    intervals,
    drawn: events.filter(({ name }) => name === 'DrawFrame').length,
    dropped: events.filter(isDropped).length,
  };
}

/** Records what became of each frame, as the browser's own tools for developers do; ends when called. */
async function traceFrames(browser: Browser): Promise<() => Promise<FrameEvent[]>> {
  const session = await browser.newBrowserCDPSession();
  const events: FrameEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => {
    events.push(...(value as unknown as FrameEvent[]));
  });
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['disabled-by-default-devtools.timeline.frame'] },
  });
  return async () => {
    const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
    await session.send('Tracing.end');
    await complete;
    await session.detach();
    return events;
  };
}

/** Milliseconds of what a person does with the examples: each with the frame that shows it. */
async function interactions(page: Page): Promise<string> {
  const measure = (work: string) =>
    page.evaluate<number>(`new Promise((resolve) => {
      const start = performance.now();
      ${work};
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - start)));
    })`);
  const click = (selector: string) => `document.querySelector(${JSON.stringify(selector)}).click()`;
  const search = `const field = document.querySelector('.search');
    field.value = '7919'; field.dispatchEvent(new Event('input'))`;
  const times = {
    filter: await measure(click('.choice .chip:nth-child(2)')),
    'sort by text': await measure(click('.grid-head [aria-colindex="2"]')),
    'sort by prompt': await measure(click('.grid-head [aria-colindex="5"]')),
    'first search': await measure(search),
    'next search': await measure(search.replace('7919', '791')),
  };
  return Object.entries(times)
    .map(([name, time]) => `${name} ${time.toFixed(0)} ms`)
    .join(', ');
}

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

async function benchSize(browser: Browser, folder: string, size: Size): Promise<void> {
  const inputs = inputsOf(size);
  const [report, building] = timed(() => buildReport(inputs));
  const [json, writing] = timed(() => JSON.stringify(report));
  const [, reading] = timed(() => JSON.parse(json) as unknown);
  const part = async (name: string) => ({ text: await readFile(join('dist', name), 'utf8') });
  const [script, style] = [await part('report.js'), await part('report.css')];
  const [head, table] = splitReport(report);
  const content = { report: head, examples: await packExamples(table) };
  const html = renderReportPage(content, { script, style, nonce: 'bench', host: 'browser' });
  const path = join(folder, `report${size.examples}.html`);
  await writeFile(path, html);
  const megabytes = (text: string) => `${(Buffer.byteLength(text) / 1e6).toFixed(1)} MB`;
  console.log(
    `\nreport of ${size.examples} examples, 2 prompts in words, ${size.learned * size.seeds} runs`,
  );
  console.log(
    `build ${building.toFixed(0)} ms, to JSON ${writing.toFixed(0)} ms, from JSON ${reading.toFixed(0)} ms, ${megabytes(json)}, page ${megabytes(html)}`,
  );
  const openings: Opening[] = [];
  let page: Page | undefined;
  for (let i = 0; i < 9; i++) {
    await page?.close();
    const [opened, opening] = await openPage(browser, pathToFileURL(path).href);
    page = opened;
    openings.push(opening);
  }
  const of = (part: keyof Opening) => {
    const times = openings.map((opening) => opening[part]);
    return `${median(times).toFixed(0)} ms (fastest ${Math.min(...times).toFixed(0)} ms)`;
  };
  console.log(
    `open: first words ${of('first')}, whole page ${of('complete')}, work of its thread ${of('work')}`,
  );
  const session = await page!.context().newCDPSession(page!);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const before = await workOf(session);
  const { intervals, drawn, dropped } = await scroll(browser, page!, session);
  const work = ((await workOf(session)) - before) / intervals.length;
  const late = intervals.filter((interval) => interval > 25).length;
  console.log(
    `scroll: ${drawn} frames drawn, ${dropped} dropped; the page's thread had its turn in ${intervals.length}, ${late} of them late (over 25 ms), longest ${Math.max(...intervals).toFixed(1)} ms, work ${work.toFixed(1)} ms a frame`,
  );
  console.log(await interactions(page!));
  await page!.close();
}

/** Measures reports of several sizes in the Chromium named by PTUNE_CHROMIUM, or Debian's. */
export async function benchReport(): Promise<void> {
  const executablePath = process.env['PTUNE_CHROMIUM'] ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) {
    console.log(`\nreport: not measured, there is no Chromium at ${executablePath}`);
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'ptune-bench-report-'));
  const browser = await chromium.launch({ executablePath, chromiumSandbox: false });
  try {
    for (const size of sizes) await benchSize(browser, folder, size);
  } finally {
    await browser.close();
    await rm(folder, { recursive: true });
  }
}
