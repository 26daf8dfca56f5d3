/** The `.ptune` documents of the editor. */
import { type TextDocument, Uri, window, workspace } from 'vscode';
import { PtuneError } from '../base/errors.ts';
import type { PtuneFile } from '../language/ast.ts';
import { Parser } from '../language/parser.ts';
import type { Target } from './commands.ts';

/** The language's id in package.json. */
export const languageId = 'ptune';

interface Parsed {
  readonly parser: Parser;
  readonly version: number;
  readonly file: PtuneFile;
}

const parsed = new WeakMap<TextDocument, Parsed>();

/** The tree of a document's present text. */
export function parsedFile(document: TextDocument): PtuneFile {
  const known = parsed.get(document);
  if (known?.version === document.version) return known.file;
  const parser = known?.parser ?? new Parser();
  const file = parser.parse(document.getText());
  parsed.set(document, { parser, version: document.version, file });
  return file;
}

/** Whether a document is a `.ptune` file. */
export function isPtune(document: TextDocument): boolean {
  return document.languageId === languageId;
}

/** Whether a document lies on the disk, where the files that it names can be found. */
export function isOnDisk(document: TextDocument): boolean {
  return document.uri.scheme === 'file';
}

/**
 * The document that a command is meant for: the one that it names, else the one in front, else the
 * only one that is open.
 *
 * @throws PtuneError `file/unreadable` when there is none, or it was never saved
 */
export async function documentOf(target: Target): Promise<TextDocument> {
  const document = await findDocument(target);
  if (document === undefined) {
    throw new PtuneError(
      'file/unreadable',
      'There is no .ptune file in front.',
      'Open the .ptune file whose prompts you mean, then run the command again.',
    );
  }
  if (isOnDisk(document)) return document;
  throw new PtuneError(
    'file/unreadable',
    `"${document.uri.path}" is not on the disk, so the data that it names cannot be found.`,
    'Save it, then run the command again.',
  );
}

async function findDocument(target: Target): Promise<TextDocument | undefined> {
  if (target !== undefined) {
    const uri = target instanceof Uri ? target : Uri.parse(target.uri);
    return workspace.openTextDocument(uri);
  }
  const active = window.activeTextEditor?.document;
  if (active !== undefined && isPtune(active)) return active;
  const shown = new Set(window.visibleTextEditors.map(({ document }) => document).filter(isPtune));
  if (shown.size === 1) return [...shown][0];
  const open = workspace.textDocuments.filter(isPtune);
  return open.length === 1 ? open[0] : undefined;
}
