/** What `.ptune` files say now of runs and scores that were made with them, each looked at once. */
import { basename, dirname, join } from 'node:path';
import { FileHashes } from '../runs/fileHashes.ts';
import { type FileState, staleRun, stateOnDisk } from '../staleness/fileState.ts';
import { modelPlaces } from './hubModels.ts';
import type { FoundRun } from './openRun.ts';

/** The files of one question; models are hashed once for all of them. */
export class FileStates {
  readonly #bundledModels: string;
  readonly #hashes = new FileHashes();
  readonly #known = new Map<string, Promise<FileState>>();

  /** @param bundledModels  folder of the bundled models */
  constructor(bundledModels: string) {
    this.#bundledModels = bundledModels;
  }

  /** The state of the `.ptune` file at an absolute path. */
  of(path: string): Promise<FileState> {
    let state = this.#known.get(path);
    if (state === undefined) {
      const places = modelPlaces(dirname(path), this.#bundledModels);
      state = stateOnDisk(path, { ...places, hashes: this.#hashes });
      this.#known.set(path, state);
    }
    return state;
  }

  /**
   * What changed since a run was made ("template changed"); undefined while it holds, and where its
   * folder does not tell whose file it belongs to.
   */
  async staleSince({
    manifest,
    home,
    store,
  }: Pick<FoundRun, 'manifest' | 'home' | 'store'>): Promise<string | undefined> {
    const state = await this.of(join(home, manifest.file));
    const liesBesideFile = basename(dirname(store.folders.runs)) === '.ptune';
    return typeof state === 'string' && !liesBesideFile ? undefined : staleRun(manifest, state);
  }
}
