/** A process that speaks the trainer's end of the channel; what it does comes from its arguments. */
import { setTimeout } from 'node:timers/promises';
import { PtuneError } from '../../src/base/errors.ts';
import { type MessagePort, serveTrainer } from '../../src/protocol/channel.ts';
import type { Summary } from '../../src/protocol/summary.ts';
import type { TrainerRequests } from '../../src/protocol/trainerProtocol.ts';

const port: MessagePort = {
  post: (message) => void process.send!(message),
  onMessage: (listener) => void process.on('message', listener),
  onClose: (listener) => void process.on('disconnect', () => listener('disconnected')),
};

const megabytes = 10_000_000;

const handler: TrainerRequests = {
  train: async ({ path }) => {
    if (path === 'throws') throw new PtuneError('model/not-found', 'There is none.', 'Get one.');
    if (path === 'bug') throw new TypeError('undefined is not a function');
    if (path === 'dies') process.kill(process.pid, 'SIGKILL');
    if (path === 'hangs') await setTimeout(60_000);
    if (path === 'babbles') process.send!({ type: 'nonsense' });
    return { file: path } as Summary;
  },
  score: () => {
    const bytes = new Float32Array(megabytes / 4).fill(0.5);
    return Promise.resolve({ bytes } as unknown as Summary);
  },
  probe: () => Promise.reject(new PtuneError('file/no-prompts', 'None.')),
  importance: () => Promise.reject(new PtuneError('file/no-prompts', 'None.')),
  searchWords: () => Promise.reject(new PtuneError('file/no-prompts', 'None.')),
  tryInput: () => Promise.reject(new PtuneError('file/no-prompts', 'None.')),
  checkModel: () => Promise.resolve({ graphs: [] }),
  exportChoices: () => Promise.resolve([]),
  exportRun: ({ run, format, output }) =>
    Promise.resolve({ run, format, output, files: [], warnings: [] }),
  importPath: ({ path }) => Promise.resolve({ kind: '', file: path, files: [], warnings: [] }),
  compareRuns: () => Promise.resolve({ runs: [], settings: [], notes: [] }),
  cancel: () => {
    events.event({ type: 'warning', code: 'c', message: 'cancelled' });
    return Promise.resolve();
  },
};

const hello = { version: '0.0.1', node: process.version, runtime: 'none' };
const version = process.argv[2];
if (version !== undefined) process.send!({ type: 'hello', ...hello, protocolVersion: +version });
const events = serveTrainer(
  version === undefined ? port : { ...port, post: () => undefined },
  handler,
  hello,
  (message) => void process.stderr.write(message),
);
port.onClose(() => process.exit(0));
