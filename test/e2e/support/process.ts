/** Processes of a test: started in a group of their own, found and ended by id. */
import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A port of this machine that nothing listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no port'));
        else resolve(address.port);
      });
    });
  });
}

/** Starts a program as the head of a new process group, its output appended to `log`. */
export function startGroup(
  program: string,
  args: readonly string[],
  options: { readonly env: NodeJS.ProcessEnv; readonly cwd: string; readonly log: string },
): ChildProcess {
  const log = openSync(options.log, 'a');
  const { env, cwd } = options;
  return spawn(program, args, { env, cwd, detached: true, stdio: ['ignore', log, log] });
}

/** Asks a group's head to end and, after `graceMs`, ends whatever is left of the group. */
export async function stopGroup(head: ChildProcess, graceMs = 3000): Promise<void> {
  if (head.pid === undefined) return;
  const ended = new Promise<void>((resolve) => head.once('exit', () => resolve()));
  if (head.exitCode === null && head.signalCode === null) {
    head.kill('SIGTERM');
    await Promise.race([ended, sleep(graceMs)]);
  }
  signal(-head.pid, 'SIGKILL');
}

/** Sends a signal to a process (or, with a negative id, a group); false where there is none. */
export function signal(id: number, name: NodeJS.Signals | 0): boolean {
  try {
    process.kill(id, name);
    return true;
  } catch {
    return false;
  }
}

/** Ids of all processes of the machine. */
function allProcesses(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** A process and all that it started, directly or not. */
export function descendantsOf(id: number): number[] {
  const children = allProcesses().filter((child) => parentOf(child) === id);
  return [id, ...children.flatMap(descendantsOf)];
}

function parentOf(id: number): number | undefined {
  try {
    // The fields after the name, which stands in parentheses and may hold anything.
    const [, parent] = readFileSync(`/proc/${id}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    return Number(parent);
  } catch {
    return undefined;
  }
}

/** Whether a process has loaded a file whose path matches. */
export function mapsFile(id: number, path: RegExp): boolean {
  try {
    return path.test(readFileSync(`/proc/${id}/maps`, 'utf8'));
  } catch {
    // It ended in between.
    return false;
  }
}

/** What a process was started with, or the title that it gave itself; empty for one that ended. */
export function commandLine(id: number): string {
  try {
    return readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    // It ended in between.
    return '';
  }
}

/** Asks again until `question` has an answer other than undefined; fails after `timeoutMs`. */
export async function eventually<T>(
  what: string,
  question: () => T | undefined | Promise<T | undefined>,
  timeoutMs = 60_000,
): Promise<T> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const answer = await question();
    if (answer !== undefined) return answer;
    if (performance.now() > end) throw new Error(`No ${what} within ${timeoutMs / 1000} s`);
    await sleep(100);
  }
}
