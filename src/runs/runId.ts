/** Names of runs. */
import { createHash } from 'node:crypto';

/** What a run's name is made of. */
export interface RunIdParts {
  /** Milliseconds since 1970, UTC. */
  readonly startedAt: number;
  readonly prompt: string;
  readonly seed: number;
  /** Tells runs apart that start in the same second: the process and the try. */
  readonly salt: string;
}

/** A name that sorts by time and is a folder's name everywhere: `20261123T010203-learned-1-ab12`. */
export function runId(parts: RunIdParts): string {
  const time = new Date(parts.startedAt).toISOString();
  const stamp = time.slice(0, 19).replace(/[-:]/g, '');
  const hash = createHash('sha256').update(`${time} ${parts.prompt} ${parts.salt}`).digest('hex');
  return `${stamp}-${parts.prompt}-${parts.seed}-${hash.slice(0, 4)}`;
}

/** Whether a text can be the name of a run's folder, and of nothing outside the store. */
export function isRunId(text: string): boolean {
  return /^\d{8}T\d{6}-[A-Za-z][A-Za-z0-9_-]*$/.test(text);
}
