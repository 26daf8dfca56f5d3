/** The thread in which the editor counts tokens, so that a tokenizer never holds up typing. */
import { homedir } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { modelCaches } from '../hub/cacheFolders.ts';
import type { CountReply, CountRequest } from '../protocol/tokenCounts.ts';
import { TokenCounter } from './tokenCounter.ts';

const { bundledFolder } = workerData as { readonly bundledFolder: string };
const counter = new TokenCounter({ bundledFolder, caches: modelCaches(process.env, homedir()) });

parentPort?.on('message', (request: CountRequest) => {
  const reply = (answer: CountReply) => parentPort?.postMessage(answer);
  counter.count(request.path, request.text).then(
    (counts) => reply({ id: request.id, counts }),
    () => reply({ id: request.id }),
  );
});
