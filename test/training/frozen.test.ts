/** The model that a prompt is trained on stays as it is. */
import { readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RunStore } from '../../src/runs/runStore.ts';
import { trainFile } from '../../src/training/trainFile.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { writeProject } from '../support/tinyProject.ts';
import { contextFor } from '../support/trainingContext.ts';

describe('the manifest of a run', () => {
  test('has the same hash of the model before and after', async () => {
    const path = await writeProject(await temporaryFolder());
    await trainFile({ path }, contextFor().context);
    const { runs } = await RunStore.forFile(path).list();
    expect(runs[0]!.status).toBe('completed');
    expect(runs[0]!.model.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(runs[0]!.model.sha256After).toBe(runs[0]!.model.sha256);
  });

  test('says that the model changed, whatever the time of its file says', async () => {
    const path = await writeProject(await temporaryFolder());
    const model = join(path, '../model/onnx/model.onnx');
    let changed: Promise<void> | undefined;
    const { context, of } = contextFor((event) => {
      if (event.type === 'step' && event.step === 3) changed = changeOneByte(model);
    });
    await expect(trainFile({ path }, context)).rejects.toMatchObject({
      code: 'model/changed',
      message: expect.stringContaining(
        'The files of the model "./model" changed while "learned" was trained on it',
      ) as string,
    });
    await changed;
    expect(of('runEnded')).toMatchObject([{ status: 'failed' }]);
    const { runs } = await RunStore.forFile(path).list();
    expect(runs).toMatchObject([
      { status: 'failed', reason: expect.stringContaining('changed while') as string },
    ]);
    expect(runs[0]!.model.sha256After).toMatch(/^[0-9a-f]{64}$/);
    expect(runs[0]!.model.sha256After).not.toBe(runs[0]!.model.sha256);
  });
});

/** In the name of the graph's producer or the like: what is computed stays the same. */
async function changeOneByte(path: string): Promise<void> {
  const { atime, mtime } = await stat(path);
  const bytes = await readFile(path);
  const at = bytes.indexOf('ptune');
  bytes[at < 0 ? bytes.length - 1 : at]! ^= 1;
  await writeFile(path, bytes);
  await utimes(path, atime, mtime);
}
