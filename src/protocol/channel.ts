/**
 * One conversation over a message port: the trainer's end (`serveTrainer`) and the editor's
 * (`connectTrainer`).
 *
 * The trainer says `hello` first. Every request is answered by a `result` or an `error`. When the
 * port closes, all requests that are open fail with `trainer/stopped`. A message that neither end
 * knows is a bug of ours and is logged, never ignored in silence.
 */
import {
  PtuneError,
  type SerializedError,
  deserializeError,
  serializeError,
} from '../base/errors.ts';
import {
  type Hello,
  type TrainerEvents,
  type TrainerRequests,
  protocolVersion,
} from './trainerProtocol.ts';

/** One end of a pipe for messages that keep typed arrays whole. */
export interface MessagePort {
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** `reason` says in a few words how the other end went away, such as "signal SIGKILL". */
  onClose(listener: (reason: string) => void): void;
}

type RequestName = keyof TrainerRequests;
type EventName = keyof TrainerEvents;

type ToTrainer = {
  readonly type: 'request';
  readonly id: number;
  readonly name: RequestName;
  readonly argument: unknown;
};

type FromTrainer =
  | ({ readonly type: 'hello' } & Hello)
  | { readonly type: 'result'; readonly id: number; readonly result: unknown }
  | { readonly type: 'error'; readonly id: number; readonly error: SerializedError }
  | { readonly type: 'event'; readonly name: EventName; readonly argument: unknown };

/** Where an end writes what should not happen. */
export type ChannelLog = (message: string) => void;

/** The editor's end: `TrainerRequests` plus what is known about the trainer. */
export interface TrainerConnection extends TrainerRequests {
  /** The trainer's hello; fails with `trainer/version` or `trainer/stopped`. */
  readonly hello: Promise<Hello>;
}

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: PtuneError) => void;
}

/** Connects to a trainer. Requests made before its hello wait for it. */
export function connectTrainer(
  port: MessagePort,
  events: TrainerEvents,
  log: ChannelLog,
): TrainerConnection {
  const pending = new Map<number, Pending>();
  let nextId = 1;
  let closed: PtuneError | undefined;
  const greeting = openPromise<Hello>();
  // A connection that nobody asks anything must not end the process when it fails.
  greeting.promise.catch(() => undefined);

  const fail = (error: PtuneError): void => {
    closed ??= error;
    greeting.reject(error);
    for (const open of pending.values()) open.reject(error);
    pending.clear();
  };

  port.onClose((reason) => fail(stopped(reason)));
  port.onMessage((raw) => {
    const message = raw as FromTrainer;
    switch (kindOf(raw)) {
      case 'hello': {
        const hello = message as Extract<FromTrainer, { type: 'hello' }>;
        if (hello.protocolVersion === protocolVersion) greeting.resolve(hello);
        else fail(wrongVersion(hello));
        return;
      }
      case 'result': {
        const { id, result } = message as Extract<FromTrainer, { type: 'result' }>;
        settle(id, (open) => open.resolve(result));
        return;
      }
      case 'error': {
        const { id, error } = message as Extract<FromTrainer, { type: 'error' }>;
        settle(id, (open) => open.reject(deserializeError(error)));
        return;
      }
      case 'event': {
        const { name, argument } = message as Extract<FromTrainer, { type: 'event' }>;
        if (!Object.hasOwn(events, name)) log(`Bug: unknown event "${name}" from the trainer.`);
        else events[name](argument as never);
        return;
      }
      default:
        log(`Bug: unknown message from the trainer: ${describe(raw)}.`);
    }
  });

  const settle = (id: number, act: (open: Pending) => void): void => {
    const open = pending.get(id);
    pending.delete(id);
    if (open === undefined) log(`Bug: the trainer answered request ${id}, which is not open.`);
    else act(open);
  };

  const request = async (name: RequestName, argument?: unknown): Promise<unknown> => {
    await greeting.promise;
    if (closed !== undefined) throw closed;
    const id = nextId++;
    return new Promise((resolve, reject) => {
      pending.set(id, { resolve, reject });
      try {
        port.post({ type: 'request', id, name, argument } satisfies ToTrainer);
      } catch (error) {
        pending.delete(id);
        reject(stopped(error instanceof Error ? error.message : String(error)));
      }
    });
  };

  return {
    hello: greeting.promise,
    train: (argument) => request('train', argument) as ReturnType<TrainerRequests['train']>,
    score: (argument) => request('score', argument) as ReturnType<TrainerRequests['score']>,
    probe: (argument) => request('probe', argument) as ReturnType<TrainerRequests['probe']>,
    importance: (argument) =>
      request('importance', argument) as ReturnType<TrainerRequests['importance']>,
    searchWords: (argument) =>
      request('searchWords', argument) as ReturnType<TrainerRequests['searchWords']>,
    tryInput: (argument) =>
      request('tryInput', argument) as ReturnType<TrainerRequests['tryInput']>,
    checkModel: (argument) =>
      request('checkModel', argument) as ReturnType<TrainerRequests['checkModel']>,
    exportChoices: (argument) =>
      request('exportChoices', argument) as ReturnType<TrainerRequests['exportChoices']>,
    exportRun: (argument) =>
      request('exportRun', argument) as ReturnType<TrainerRequests['exportRun']>,
    importPath: (argument) =>
      request('importPath', argument) as ReturnType<TrainerRequests['importPath']>,
    compareRuns: (argument) =>
      request('compareRuns', argument) as ReturnType<TrainerRequests['compareRuns']>,
    cancel: () => request('cancel') as ReturnType<TrainerRequests['cancel']>,
  };
}

/** Serves an editor; gives the functions that tell it of events. Says hello at once. */
export function serveTrainer(
  port: MessagePort,
  handler: TrainerRequests,
  hello: Omit<Hello, 'protocolVersion'>,
  log: ChannelLog,
): TrainerEvents {
  const post = (message: FromTrainer): void => {
    try {
      port.post(message);
    } catch (error) {
      log(`The editor could not be told: ${String(error)}.`);
    }
  };
  const answer = async (request: ToTrainer): Promise<void> => {
    try {
      const result = await call(handler, request);
      post({ type: 'result', id: request.id, result });
    } catch (error) {
      post({ type: 'error', id: request.id, error: serializeError(error) });
    }
  };
  port.onMessage((raw) => {
    if (kindOf(raw) === 'request') void answer(raw as ToTrainer);
    else log(`Bug: unknown message from the editor: ${describe(raw)}.`);
  });
  post({ type: 'hello', protocolVersion, ...hello });
  return { event: (argument) => post({ type: 'event', name: 'event', argument }) };
}

function call(handler: TrainerRequests, request: ToTrainer): Promise<unknown> {
  const { name, argument } = request;
  switch (name) {
    case 'train':
      return handler.train(argument as Parameters<TrainerRequests['train']>[0]);
    case 'score':
      return handler.score(argument as Parameters<TrainerRequests['score']>[0]);
    case 'probe':
      return handler.probe(argument as Parameters<TrainerRequests['probe']>[0]);
    case 'importance':
      return handler.importance(argument as Parameters<TrainerRequests['importance']>[0]);
    case 'searchWords':
      return handler.searchWords(argument as Parameters<TrainerRequests['searchWords']>[0]);
    case 'tryInput':
      return handler.tryInput(argument as Parameters<TrainerRequests['tryInput']>[0]);
    case 'checkModel':
      return handler.checkModel(argument as Parameters<TrainerRequests['checkModel']>[0]);
    case 'exportChoices':
      return handler.exportChoices(argument as Parameters<TrainerRequests['exportChoices']>[0]);
    case 'exportRun':
      return handler.exportRun(argument as Parameters<TrainerRequests['exportRun']>[0]);
    case 'importPath':
      return handler.importPath(argument as Parameters<TrainerRequests['importPath']>[0]);
    case 'compareRuns':
      return handler.compareRuns(argument as Parameters<TrainerRequests['compareRuns']>[0]);
    case 'cancel':
      return handler.cancel();
    default:
      throw new PtuneError('bug/invariant', `The trainer knows no request "${name as string}".`);
  }
}

/** A promise with its ends outside; `Promise.withResolvers` is younger than Node 20. */
function openPromise<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: PtuneError) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

function kindOf(message: unknown): unknown {
  return (message as { type?: unknown } | null | undefined)?.type;
}

function describe(message: unknown): string {
  return JSON.stringify(message ?? null).slice(0, 200);
}

function stopped(reason: string): PtuneError {
  return new PtuneError(
    'trainer/stopped',
    `The trainer stopped unexpectedly (${reason}).`,
    'Train again; what was written until then is kept. The log has details.',
  );
}

function wrongVersion(hello: Hello): PtuneError {
  return new PtuneError(
    'trainer/version',
    `The trainer speaks version ${hello.protocolVersion} of the protocol (ptune ${hello.version}), the editor version ${protocolVersion}.`,
    'Reload the window; if that does not help, install the extension again.',
  );
}
