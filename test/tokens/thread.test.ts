/** The bundle that the editor runs in a thread of its own process. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import type { CountReply, CountRequest } from '../../src/protocol/tokenCounts.ts';
import { buildBundles } from '../support/cli.ts';
import { root } from '../support/project.ts';

test('counts the tokens of the example, and loads no engine for it', async () => {
  await buildBundles();
  const workerData = { bundledFolder: join(root, 'media/models') };
  const worker = new Worker(join(root, 'dist/tokens.cjs'), { workerData });
  try {
    const path = join(root, 'examples/capitals.ptune');
    const request: CountRequest = { id: 7, path, text: await readFile(path, 'utf8') };
    const reply = await new Promise<CountReply>((resolve, reject) => {
      worker.on('message', resolve);
      worker.on('error', reject);
      worker.postMessage(request);
    });
    const learned = reply.counts!.prompts.find(({ name }) => name === 'learned')!;
    expect(reply).toMatchObject({ id: 7, counts: { limit: 48 } });
    // [CLS], six vectors, a country, a capital, " .", [SEP]: eleven where each is one token.
    expect(learned).toMatchObject({ least: 11, virtual: 6 });
    // A thread's libraries are those of its process.
    const { sharedObjects } = process.report.getReport() as { sharedObjects: string[] };
    expect(sharedObjects.length).toBeGreaterThan(0);
    expect(sharedObjects.filter((name) => /onnxruntime/.test(name))).toEqual([]);
  } finally {
    await worker.terminate();
  }
});
