/**
 * Answers that were given before: what a prompt said to some examples, by a hash of everything that
 * it depends on. A model answers the same question the same way, so asking twice is a waste.
 */
import { readFile, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { atomicWrite } from '../files/atomicWrite.ts';
import type { Prediction } from '../protocol/predictions.ts';

/** More answers than this are not kept; the oldest go first. */
const mostEntries = 1000;

export class AnswerCache {
  readonly #folder: string;

  /** @param folder  made when the first answers are kept */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The answers under a key; undefined when there are none, or none that can be read. */
  async read(key: string): Promise<readonly Prediction[] | undefined> {
    const path = this.#path(key);
    try {
      const value: unknown = JSON.parse(await readFile(path, 'utf8'));
      return Array.isArray(value) ? (value as Prediction[]) : undefined;
    } catch {
      // Whatever is wrong with it, the model can be asked again.
      return undefined;
    }
  }

  async write(key: string, answers: readonly Prediction[]): Promise<void> {
    await atomicWrite(this.#path(key), JSON.stringify(answers));
  }

  /** Removes the oldest answers beyond the limit. */
  async prune(most: number = mostEntries): Promise<void> {
    const names = await readdir(this.#folder).catch(() => []);
    if (names.length <= most) return;
    const paths = names.map((name) => join(this.#folder, name));
    const written = await Promise.all(
      paths.map(async (path) => ({ path, at: (await stat(path).catch(() => undefined))?.mtimeMs })),
    );
    written.sort((a, b) => (a.at ?? 0) - (b.at ?? 0));
    for (const { path } of written.slice(0, -most)) await rm(path, { force: true });
  }

  #path(key: string): string {
    return join(this.#folder, `${key}.json`);
  }
}
