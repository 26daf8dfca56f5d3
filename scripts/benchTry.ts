/** How long every prompt of the capitals example takes to answer one input, once the model is warm. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WarmFile } from '../src/insight/tryInput/warmFile.ts';
import { trainFile } from '../src/training/trainFile.ts';

const repetitions = 30;

/** Prints the median and the slowest of some inputs. */
export async function benchTry(root: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'ptune-bench-'));
  const context = {
    emit: () => undefined,
    signal: new AbortController().signal,
    now: () => performance.now(),
    bundledModels: join(root, 'media/models'),
    version: '0.0.0',
  };
  try {
    await cp(join(root, 'examples'), folder, {
      recursive: true,
      filter: (path) => !path.endsWith('/.ptune'),
    });
    for (const name of ['capitals', 'capitals-causal']) {
      const path = join(folder, `${name}.ptune`);
      const text = (await readFile(path, 'utf8'))
        .replace(/steps: \d+/, 'steps: 20')
        .replace(/seeds: .*/, 'seeds: [1]');
      await writeFile(path, text);
      await trainFile({ path }, context);
      const file = new WarmFile();
      const times: number[] = [];
      const cold = performance.now();
      await file.ask({ path, input: { country: 'Peru' } }, context);
      const first = performance.now() - cold;
      for (let i = 0; i < repetitions; i++) {
        const started = performance.now();
        await file.ask(
          { path, input: { country: ['Peru', 'South Korea', 'Mali'][i % 3]! } },
          context,
        );
        times.push(performance.now() - started);
      }
      await file.release();
      times.sort((a, b) => a - b);
      console.log(
        `try one input, all prompts of ${name}: median ${times[repetitions / 2]!.toFixed(0)} ms, slowest ${times.at(-1)!.toFixed(0)} ms; the first ${first.toFixed(0)} ms`,
      );
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
