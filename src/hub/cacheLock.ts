/**
 * A lock between processes: a file that only one of them can create. It holds who has it. A holder
 * touches it while it lives; one that has not been touched for long, or whose process is gone, is
 * left over and taken away.
 */
import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { throwIfCancelled } from '../base/errors.ts';

/** A holder touches its lock this often, in milliseconds. */
const touchMs = 2000;

/** A lock that was not touched for this long is left over, in milliseconds. */
const staleMs = 20_000;

const lookMs = 100;

export interface LockOptions {
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Called once when another process has the lock. */
  readonly onWait?: () => void;
}

/**
 * Waits for the lock of a path; gives the function that lets go of it.
 *
 * @throws PtuneError `training/cancelled` while it waits
 */
export async function takeLock(path: string, options: LockOptions): Promise<() => Promise<void>> {
  await mkdir(dirname(path), { recursive: true });
  const own = JSON.stringify({ process: process.pid, host: hostname(), id: randomUUID() });
  let told = false;
  while (!(await create(path, own, options.now()))) {
    if (await removeLeftOver(path, options.now)) continue;
    if (!told) options.onWait?.();
    told = true;
    throwIfCancelled(options.signal);
    await pause(lookMs, undefined, { signal: options.signal }).catch(() => undefined);
    throwIfCancelled(options.signal);
  }
  const timer = setInterval(() => {
    const time = new Date(options.now());
    void utimes(path, time, time).catch(() => undefined);
  }, touchMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    // Someone who took it for left over has it now.
    if ((await content(path)) === own) await rm(path, { force: true });
  };
}

/** Creates the lock with its content at once, unless it is there. */
async function create(path: string, own: string, now: number): Promise<boolean> {
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, own);
  await utimes(draft, new Date(now), new Date(now));
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    // Where there are no links, creating is all the same; its content comes a moment later.
    return await writeFile(path, own, { flag: 'wx' }).then(
      () => true,
      (second: unknown) => {
        if ((second as NodeJS.ErrnoException).code === 'EEXIST') return false;
        throw second;
      },
    );
  } finally {
    await rm(draft, { force: true });
  }
}

/** Removes a lock that nobody holds; false where somebody does. */
async function removeLeftOver(path: string, now: () => number): Promise<boolean> {
  const held = await content(path);
  if (held === undefined) return true;
  const touched = await stat(path).catch(() => undefined);
  if (!touched) return true;
  if (now() - touched.mtimeMs < staleMs && isAlive(held)) return false;
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
    // Another one may have taken it over since it was read: then it gets it back.
    if ((await content(aside)) !== held) await link(aside, path);
  } catch {
    // It is gone, or a third one was quicker: look again.
  } finally {
    await rm(aside, { force: true });
  }
  return true;
}

/** Whether the process that wrote a lock can still be there. */
function isAlive(held: string): boolean {
  let owner: { process?: unknown; host?: unknown };
  try {
    owner = JSON.parse(held) as typeof owner;
  } catch {
    return true;
  }
  if (owner.host !== hostname() || typeof owner.process !== 'number') return true;
  try {
    process.kill(owner.process, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function content(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
