/** The process that writes a run. */
import { hostname } from 'node:os';
import type { RunManifest } from './runManifest.ts';

/** Whether the process of a run goes on. What runs on another machine is taken at its word. */
export function isAlive(owner: RunManifest['process']): boolean {
  if (owner.host !== hostname()) return true;
  try {
    process.kill(owner.pid, 0);
    return true;
  } catch (error) {
    // It is there and belongs to someone else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
