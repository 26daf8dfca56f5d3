/** The stored runs of a file as the report has them. */
import type { StoredRun } from '../protocol/report.ts';
import { runOutcome, runSettings } from './runFacts.ts';
import { readLabel } from './runLabel.ts';
import { readRunScore } from './runScore.ts';
import type { RunStore } from './runStore.ts';

/** A report is read whole, and nobody compares with the hundredth run before the last. */
const mostRuns = 100;

/**
 * The newest runs of a file, newest first; those that cannot be read are left out.
 *
 * @param file  the name of the `.ptune` file
 */
export async function storedRuns(store: RunStore, file: string): Promise<StoredRun[]> {
  const { runs } = await store.list();
  const own = runs.filter((manifest) => manifest.file === file).slice(-mostRuns);
  return Promise.all(
    own.reverse().map(async (manifest): Promise<StoredRun> => {
      const folder = store.folder(manifest.id);
      const { name } = await readLabel(folder);
      const score = await readRunScore(folder);
      return {
        run: manifest.id,
        ...(name !== undefined && { name }),
        prompt: manifest.prompt.name,
        seed: manifest.seed,
        startedAt: manifest.timings.startedAt,
        template: manifest.prompt.template,
        settings: runSettings(manifest),
        outcome: runOutcome(manifest),
        ...(score && { score: scoreOf(score) }),
      };
    }),
  );
}

function scoreOf({ n, accuracy, interval, loss }: NonNullable<StoredRun['score']>) {
  return { n, accuracy, interval, loss };
}
