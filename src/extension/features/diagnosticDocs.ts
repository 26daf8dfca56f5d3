/** Finds the row of docs/diagnostics.md that explains a code; the page ships with the extension. */
import { readFileSync } from 'node:fs';
import { Uri } from 'vscode';

/** Links into the page at a path, which is read when the first code is asked for. */
export class DiagnosticDocs {
  readonly #path: string;
  #lines: ReadonlyMap<string, number> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** The page at the row of `code`. */
  target(code: string): Uri {
    this.#lines ??= linesByCode(this.#path);
    const line = this.#lines.get(code);
    const page = Uri.file(this.#path);
    return line === undefined ? page : page.with({ fragment: `L${line}` });
  }
}

function linesByCode(path: string): Map<string, number> {
  const lines = new Map<string, number>();
  for (const [index, line] of readFileSync(path, 'utf8').split('\n').entries()) {
    const code = /^\| `([^`]+)`/.exec(line)?.[1];
    if (code !== undefined) lines.set(code, index + 1);
  }
  return lines;
}
