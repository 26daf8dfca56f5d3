/** `ptune import`: what other programs made, as a `.ptune` file to start from. */
import { relative, resolve } from 'node:path';
import { importPath } from '../../exchange/import/importPath.ts';
import { modelFor } from '../../exchange/import/modelName.ts';
import { quietContext } from '../environment.ts';
import { note, print, printJson, type Output } from '../output.ts';

export interface ImportOptions {
  readonly output?: string;
  readonly model?: string;
}

/** Imports a file or folder. */
export async function importFile(
  path: string,
  options: ImportOptions,
  output: Output,
): Promise<number> {
  const from = process.cwd();
  const folder = resolve(options.output ?? '.');
  const reply = await importPath(
    {
      path: resolve(path),
      output: folder,
      ...(options.model !== undefined && { model: modelFor(folder, from, options.model) }),
    },
    quietContext(),
  );
  for (const warning of reply.warnings) note(`warning: ${warning}`);
  if (output.json) {
    printJson(reply);
    return 0;
  }
  print(`${reply.kind}: ${[relative(from, reply.file), ...reply.files].join(', ')}`);
  if (reply.run !== undefined) print(`Go on training from it with "init: run:${reply.run}".`);
  return 0;
}
