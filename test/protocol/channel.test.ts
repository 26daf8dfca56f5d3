import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  type MessagePort,
  type TrainerConnection,
  connectTrainer,
} from '../../src/protocol/channel.ts';
import type { TrainingEvent } from '../../src/protocol/events.ts';
import { protocolVersion } from '../../src/protocol/trainerProtocol.ts';

let folder: string;
let script: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ptune-channel-'));
  script = join(folder, 'trainerChild.cjs');
  const entryPoints = [join(import.meta.dirname, 'trainerChild.ts')];
  await build({ entryPoints, bundle: true, platform: 'node', format: 'cjs', outfile: script });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Started extends TrainerConnection {
  readonly child: ChildProcess;
  readonly events: TrainingEvent[];
  readonly log: string[];
}

/** A connection to a real process. */
function start(...args: string[]): Started {
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const port: MessagePort = {
    post: (message) => void child.send(message as object),
    onMessage: (listener) => void child.on('message', listener),
    onClose: (listener) =>
      void child.on('exit', (status, signal) => listener(signal ?? `exit status ${status}`)),
  };
  const events: TrainingEvent[] = [];
  const log: string[] = [];
  const connection = connectTrainer(
    port,
    { event: (event) => void events.push(event) },
    (message) => void log.push(message),
  );
  return { ...connection, child, events, log };
}

describe('the channel between editor and trainer', () => {
  it('begins with a hello, answers requests and tells events', async () => {
    const trainer = start();
    // A request made before the hello waits for it.
    expect(await trainer.train({ path: 'a.ptune' })).toEqual({ file: 'a.ptune' });
    expect(await trainer.hello).toMatchObject({ protocolVersion, node: process.version });
    await trainer.cancel();
    expect(trainer.events).toEqual([{ type: 'warning', code: 'c', message: 'cancelled' }]);
    expect(trainer.log).toEqual([]);
  });

  it('carries an error with its code and next step', async () => {
    const trainer = start();
    await expect(trainer.train({ path: 'throws' })).rejects.toMatchObject({
      code: 'model/not-found',
      message: 'There is none.',
      nextStep: 'Get one.',
    });
    await expect(trainer.train({ path: 'bug' })).rejects.toMatchObject({ code: 'bug/invariant' });
    expect(await trainer.train({ path: 'next' })).toEqual({ file: 'next' });
  });

  it('carries typed arrays of ten megabytes', async () => {
    const { bytes } = (await start().score({ path: '', split: 'test' })) as unknown as {
      bytes: Float32Array;
    };
    expect(bytes).toBeInstanceOf(Float32Array);
    expect(bytes.byteLength).toBe(10_000_000);
    expect(bytes.every((value) => value === 0.5)).toBe(true);
  });

  it('fails every open request, and every later one, when the process dies', async () => {
    const trainer = start();
    const hanging = trainer.train({ path: 'hangs' });
    const expected = {
      code: 'trainer/stopped',
      message: expect.stringContaining('SIGKILL') as string,
    };
    const failures = Promise.all([
      expect(hanging).rejects.toMatchObject(expected),
      expect(trainer.train({ path: 'dies' })).rejects.toMatchObject(expected),
    ]);
    await failures;
    await expect(trainer.cancel()).rejects.toMatchObject(expected);
  });

  it('fails all requests when the process ends before it says hello', async () => {
    const trainer = start();
    trainer.child.kill('SIGKILL');
    await expect(trainer.train({ path: 'a' })).rejects.toMatchObject({ code: 'trainer/stopped' });
    await expect(trainer.hello).rejects.toMatchObject({ code: 'trainer/stopped' });
  });

  it('refuses a trainer of another protocol version', async () => {
    const trainer = start('999');
    await expect(trainer.train({ path: 'a' })).rejects.toMatchObject({
      code: 'trainer/version',
      message: expect.stringMatching(/version 999 .*0\.0\.1.* the editor version \d+/) as string,
    });
  });

  it('logs messages that it does not know and goes on', async () => {
    const trainer = start();
    await trainer.hello;
    expect(await trainer.train({ path: 'babbles' })).toEqual({ file: 'babbles' });
    expect(trainer.log).toEqual(['Bug: unknown message from the trainer: {"type":"nonsense"}.']);
    trainer.child.send({ type: 'request', id: 99, name: 'dance' });
    await expect.poll(() => trainer.log.length).toBe(2);
    expect(trainer.log[1]).toContain('answered request 99, which is not open');
  });

  it('ends the trainer when the editor goes away', async () => {
    const trainer = start();
    await trainer.hello;
    const exited = new Promise((resolve) => trainer.child.on('exit', resolve));
    trainer.child.disconnect();
    expect(await exited).toBe(0);
  });
});
