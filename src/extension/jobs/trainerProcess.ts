/**
 * The trainer as a process of its own. Its life is tied to the editor's both ways: it ends when the
 * channel closes, and every request fails when it ends.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import {
  type MessagePort,
  type TrainerConnection,
  connectTrainer,
} from '../../protocol/channel.ts';
import type { TrainingEvent } from '../../protocol/events.ts';

/** How to start a trainer. */
export interface TrainerOptions {
  /** The Node to run it with. */
  readonly node: string;
  /** The bundle of the trainer. */
  readonly script: string;
  readonly onEvent: (event: TrainingEvent) => void;
  /** Variables of its process beside those of the editor. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Gets what the trainer prints, line by line, and what happens to it. */
  readonly log: (line: string) => void;
}

/** A trainer that runs. */
export interface Trainer extends TrainerConnection {
  readonly pid: number | undefined;
  /** Resolves when the process has ended, with how it did ("signal SIGKILL"). */
  readonly ended: Promise<string>;
  /** Lets go of the process: it ends by itself, or is killed after a second. */
  dispose(): void;
  /** Ends the process at once. What it wrote until then is whole. */
  kill(): void;
}

const patienceMs = 1000;

/** Starts a trainer. A program that cannot be started shows as a trainer that ended. */
export function startTrainer(options: TrainerOptions): Trainer {
  const child = spawn(options.node, [options.script], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced',
    // Where the editor's own binary is all there is, this makes it a Node.
    // A debugger's NODE_OPTIONS are meant for the editor alone.
    env: { ...process.env, ...options.variables, NODE_OPTIONS: '', ELECTRON_RUN_AS_NODE: '1' },
  });
  for (const stream of [child.stdout!, child.stderr!]) {
    createInterface({ input: stream }).on('line', (line) => options.log(`[trainer] ${line}`));
  }
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('exit', (status, signal) =>
      resolve(signal === null ? `exit status ${status}` : `signal ${signal}`),
    );
  });
  void ended.then((reason) => options.log(`The trainer ended: ${reason}.`));
  const port: MessagePort = {
    post: (message) => void child.send(message as object),
    onMessage: (listener) => void child.on('message', listener),
    onClose: (listener) => void ended.then(listener),
  };
  const kill = () => void child.kill('SIGKILL');
  return {
    ...connectTrainer(port, { event: options.onEvent }, options.log),
    pid: child.pid,
    ended,
    kill,
    dispose: () => {
      if (child.connected) child.disconnect();
      const timer = setTimeout(kill, patienceMs);
      void ended.then(() => clearTimeout(timer));
    },
  };
}

/**
 * Asks a trainer to stop what it does, and kills it when it does not answer within a second. The
 * request in progress then fails: as cancelled, or with `trainer/stopped`.
 */
export async function cancelOrKill(trainer: Trainer): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), patienceMs);
  });
  const answer = await Promise.race([trainer.cancel().catch(() => 'gone'), late]);
  clearTimeout(timer);
  if (answer === 'late') trainer.kill();
}
