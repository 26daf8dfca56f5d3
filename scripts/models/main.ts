/**
 * `npm run build:models`: writes the data of the examples, generates the text, trains the bundled
 * models and writes their folders.
 * The same seed writes the same text; the weights agree between machines as far as their arithmetic
 * does.
 *
 *   npm run build:models -- [MODEL…] [--output FOLDER] [--steps N]
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Random } from '../../src/base/random.ts';
import { atomicWrite } from '../../src/files/atomicWrite.ts';
import { writeExampleFiles } from './examples.ts';
import { pretrain } from './pretrain.ts';
import { recipes, type Recipe } from './recipes.ts';
import { modelBytes } from './weights.ts';

const minutes = (seconds: number) => `${(seconds / 60).toFixed(1)} min`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { output: { type: 'string', default: 'media/models' }, steps: { type: 'string' } },
    allowPositionals: true,
  });
  await writeExampleFiles('examples');
  for (const name of positionals.length > 0 ? positionals : Object.keys(recipes)) {
    const recipe = recipes[name];
    if (!recipe) {
      const known = Object.keys(recipes).join(', ');
      throw new Error(`There is no model "${name}"; there are ${known}.`);
    }
    const steps = values.steps === undefined ? {} : { steps: Number(values.steps) };
    await make(recipe(), join(values.output, name), steps);
  }
}

/** Trains one model and writes its folder; what is there so far is written on the way, too. */
async function make(
  { files, definition, options, batches }: Recipe,
  folder: string,
  changed: { steps?: number },
): Promise<void> {
  const steps = changed.steps ?? options.steps;
  await mkdir(join(folder, 'onnx'), { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, name), `${JSON.stringify(content, undefined, 1)}\n`);
  }
  const path = join(folder, 'onnx', 'model.onnx');
  console.log(`${folder}: ${steps} steps`);
  const random = new Random(1);
  const weights = await pretrain(
    definition,
    batches(random),
    { ...options, steps },
    random,
    async ({ step, loss, seconds }, current) => {
      if (step % 500 !== 0 && step !== 100) return;
      const left = minutes((seconds / step) * (steps - step));
      console.log(`step ${step}: loss ${loss.toFixed(3)}, ${minutes(seconds)}, ${left} left`);
      await atomicWrite(path, modelBytes(definition, current));
    },
  );
  await atomicWrite(path, modelBytes(definition, weights));
  console.log(`Wrote ${folder}.`);
}

void main();
