/**
 * `label.json`: what a person calls a run, and what they noted of it. It is no part of what the run
 * was made with or ended in: it comes and goes beside `run.json`, which stays as it is.
 */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { atomicWrite } from '../files/atomicWrite.ts';

/** The file's name in a run's folder. */
export const labelFile = 'label.json';

const label = z.object({
  name: z.string().optional(),
  note: z.string().optional(),
  pinned: z.literal(true).optional(),
});

/** What a person said of a run; whatever they did not say is absent. */
export type RunLabel = z.infer<typeof label>;

/** A change of a label: an empty text or `pinned: false` takes away what was there. */
export interface LabelChange {
  readonly name?: string;
  readonly note?: string;
  readonly pinned?: boolean;
}

/** Longer texts are cut. */
const longest = { name: 100, note: 2000 } as const;

/** The label in a run's folder; an empty one where there is none, or none that can be read. */
export async function readLabel(folder: string): Promise<RunLabel> {
  try {
    const value: unknown = JSON.parse(await readFile(join(folder, labelFile), 'utf8'));
    return label.parse(value);
  } catch {
    // A run without its name is still a run.
    return {};
  }
}

/** Changes the label in a run's folder and gives the new one. An empty one leaves no file. */
export async function changeLabel(folder: string, change: LabelChange): Promise<RunLabel> {
  const before = await readLabel(folder);
  const name = change.name === undefined ? before.name : cleaned(change.name, longest.name);
  const note = change.note === undefined ? before.note : cleaned(change.note, longest.note);
  const pinned = change.pinned ?? before.pinned;
  const after: RunLabel = {
    ...(name && { name }),
    ...(note && { note }),
    ...(pinned && { pinned }),
  };
  const path = join(folder, labelFile);
  if (Object.keys(after).length === 0) await rm(path, { force: true });
  else await atomicWrite(path, `${JSON.stringify(after, undefined, 2)}\n`);
  return after;
}

/** One line without control characters, the marks that turn the direction of text included. */
function cleaned(text: string, most: number): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  // Code points, so that no character is cut in two.
  return Array.from(line).slice(0, most).join('').trim();
}
