/** `ptune import`: what other programs made, as a `.ptune` file to start from. */
import { stat } from 'node:fs/promises';
import { PtuneError } from '../../base/errors.ts';
import type { ImportReply, ImportRequest } from '../../protocol/exchange.ts';
import type { TrainingContext } from '../../training/context.ts';
import { importPeft } from './importPeft.ts';
import { adapterFolder, isAdapter, refusePickle } from './peft.ts';

/**
 * Imports a file or a folder.
 *
 * @throws PtuneError `import/unknown` for what is in no known format, and those of each format
 */
export async function importPath(
  request: ImportRequest,
  context: TrainingContext,
): Promise<ImportReply> {
  const { path } = request;
  await stat(path).catch((error: unknown) => {
    throw new PtuneError(
      'import/unreadable',
      `"${path}" cannot be read: ${(error as Error).message}.`,
      'Correct the path.',
      error,
    );
  });
  if (await isAdapter(adapterFolder(path))) {
    refusePickle(path);
    return importPeft(request, context);
  }
  refusePickle(path);
  throw new PtuneError(
    'import/unknown',
    `"${path}" is in no format that can be imported.`,
    'Name the folder of a PEFT adapter (with adapter_config.json).',
  );
}
