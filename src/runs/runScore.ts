/**
 * `score.json`: the score of one run by itself, made from its predictions when it was scored last, so
 * that a list of many runs need not read them again.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { atomicWrite } from '../files/atomicWrite.ts';

const scoreFile = 'score.json';

const score = z.object({
  split: z.string(),
  n: z.number().int().positive(),
  accuracy: z.number(),
  interval: z.tuple([z.number(), z.number()]).readonly(),
  loss: z.number(),
  candidates: z.object({
    kind: z.enum(['answers', 'vocabulary', 'file', 'labels', 'generate']),
    count: z.number().int().nonnegative(),
  }),
});

/**
 * A run's score on a split: share of right answers with its 95 % interval, loss in nats per answer,
 * and what the answers were chosen among.
 */
export type RunScore = z.infer<typeof score>;

/** The score in a run's folder; undefined where there is none, or none that can be read. */
export async function readRunScore(folder: string): Promise<RunScore | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(join(folder, scoreFile), 'utf8'));
    return (value as { format?: unknown } | null)?.format === 1 ? score.parse(value) : undefined;
  } catch {
    // Scoring again writes it again.
    return undefined;
  }
}

/** Writes the score into a run's folder; the same score always gives the same bytes. */
export async function writeRunScore(folder: string, value: RunScore): Promise<void> {
  const text = JSON.stringify({ format: 1, ...value }, undefined, 2);
  await atomicWrite(join(folder, scoreFile), `${text}\n`);
}
