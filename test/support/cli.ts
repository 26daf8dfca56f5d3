/** The command line as its users have it: the built bundle in a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { root } from './project.ts';

/** Builds the bundles unless they are there. */
export async function buildBundles(): Promise<void> {
  const module = (await import(join(root, 'scripts/build.mjs'))) as {
    build: () => Promise<boolean>;
  };
  await module.build();
}

export interface Finished {
  /** The exit status; 128 and more where a signal ended the process. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly process: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Resolves when the standard output holds this text. */
  readonly prints: (text: string) => Promise<void>;
}

/** Starts `ptune ARGS` in a folder. */
export function startPtune(folder: string, ...args: string[]): Started {
  return startPtuneWith({}, folder, ...args);
}

/** Starts `ptune ARGS` in a folder, with variables beside the usual ones. */
export function startPtuneWith(
  variables: Readonly<Record<string, string>>,
  folder: string,
  ...args: string[]
): Started {
  const child = spawn(process.execPath, [join(root, 'dist/cli.cjs'), ...args], {
    cwd: folder,
    // Nothing of the surroundings decides what is printed or which models there are, and nothing
    // is asked of the internet.
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      PTUNE_CACHE: join(folder, 'no-cache'),
      HF_ENDPOINT: 'http://127.0.0.1:1',
      ...variables,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  const waiting: { text: string; resolve: () => void }[] = [];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
    for (const { text, resolve } of waiting) if (stdout.includes(text)) resolve();
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({ status: code ?? (signal === 'SIGKILL' ? 137 : 128), stdout, stderr });
    });
  });
  const prints = (text: string) =>
    new Promise<void>((resolve, reject) => {
      waiting.push({ text, resolve });
      void finished.then(({ stderr: said }) => reject(new Error(`It ended before: ${said}`)));
    });
  return { process: child, finished, prints };
}

/** Runs `ptune ARGS` in a folder to its end. */
export function ptune(folder: string, ...args: string[]): Promise<Finished> {
  return startPtune(folder, ...args).finished;
}

/** The values of lines of JSON; a line that is none fails. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
