/** What commands take from the process: folders, the clock, interruption. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TrainingEvent } from '../protocol/events.ts';
import type { TrainingContext } from '../training/context.ts';

/** The package's folder; the bundle lies in its `dist`. */
export const packageFolder = join(__dirname, '..');

export const bundledModels = join(packageFolder, 'media', 'models');

/** The version in package.json. */
export function ptuneVersion(): string {
  const text = readFileSync(join(packageFolder, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** A context that stops when the process is interrupted; a second interruption ends it at once. */
export function trainingContext(emit: (event: TrainingEvent) => void): TrainingContext {
  const abort = new AbortController();
  const stop = () => {
    if (abort.signal.aborted) process.exit(130);
    abort.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return { ...quietContext(), emit, signal: abort.signal };
}

/** A context for what trains nothing: silent, and an interruption ends the process as ever. */
export function quietContext(): TrainingContext {
  return {
    emit: () => undefined,
    signal: new AbortController().signal,
    now: () => Date.now(),
    bundledModels,
    version: ptuneVersion(),
  };
}
