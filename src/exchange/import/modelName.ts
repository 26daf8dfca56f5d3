/** Names of models, which a `.ptune` file takes relative to its own folder. */
import { isAbsolute, relative, resolve } from 'node:path';

/** A model's name for a file in `output`, from what was typed in `from`. */
export function modelFor(output: string, from: string, typed: string): string {
  const isPath = typed.startsWith('.') || isAbsolute(typed);
  if (!isPath) return typed;
  const way = relative(output, resolve(from, typed)).replaceAll('\\', '/');
  return way.startsWith('.') ? way : `./${way}`;
}
