/**
 * The trainer process: what an editor starts with a plain Node to train and score. It speaks over
 * the channel that it was started with, and ends when that closes. It writes nothing to its standard
 * output but what native code prints.
 */
import { readFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { TrainingEvent } from '../protocol/events.ts';
import { type MessagePort, serveTrainer } from '../protocol/channel.ts';
import { engine } from '../runtime/session.ts';
import { TrainerHandler } from './handler.ts';

/** The channel to the process that started this one. */
function parentPort(): MessagePort {
  return {
    post: (message) => {
      if (process.connected) process.send!(message);
    },
    onMessage: (listener) => void process.on('message', listener),
    onClose: (listener) => void process.on('disconnect', () => listener('the editor went away')),
  };
}

/** Lets the editor go first where both want the processor. */
function yieldToEditor(): void {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Some systems let nobody choose; training works all the same.
  }
}

function main(): void {
  process.title = 'ptune trainer';
  if (process.send === undefined) {
    process.stderr.write('The trainer is started by an editor. Use "ptune train" in a terminal.\n');
    process.exitCode = 2;
    return;
  }
  yieldToEditor();
  // The bundle lies in dist/, beside which package.json and media/ are.
  const root = new URL('../', import.meta.url);
  const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
    version: string;
  };
  const port = parentPort();
  const emit = (event: TrainingEvent) => editor.event(event);
  const bundledModels = fileURLToPath(new URL('media/models', root));
  const handler = new TrainerHandler({ emit, bundledModels, version });
  const hello = { version, node: process.version, runtime: `${engine.name} ${engine.version}` };
  const editor = serveTrainer(port, handler, hello, (message) =>
    process.stderr.write(`${message}\n`),
  );
  // Nobody is left to hear the end of the training, and what it wrote is whole.
  port.onClose(() => process.exit(0));
}

main();
