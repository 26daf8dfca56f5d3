/** What a person fills in to try a file's prompts. */
import type { PtuneFile } from '../../language/ast.ts';

/** The columns that slots of any prompt name, in the order of the file. */
export function slotColumns({ prompts }: PtuneFile): string[] {
  const columns = prompts.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.kind === 'slot' ? [part.column] : [])),
  );
  return [...new Set(columns)];
}
