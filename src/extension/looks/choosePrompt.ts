/** Asks which prompt of a file a look is meant for. */
import { type TextDocument, window } from 'vscode';
import { PtuneError } from '../../base/errors.ts';
import type { Prompt } from '../../language/ast.ts';
import { parsedFile } from '../documents.ts';

/**
 * The name of the prompt: the one that was named, the only one of the kind, or a person's choice;
 * undefined when none was chosen.
 *
 * @throws PtuneError `file/no-such-prompt` when the file has no prompt of the kind
 */
export async function choosePrompt(
  document: TextDocument,
  name: string | undefined,
  kind: Prompt['kind'],
  placeHolder: string,
): Promise<string | undefined> {
  if (name !== undefined) return name;
  const prompts = parsedFile(document).prompts.filter((prompt) => prompt.kind === kind);
  const [only] = prompts;
  if (!only) {
    throw new PtuneError(
      'file/no-such-prompt',
      `The file has no prompt ${kind === 'discrete' ? 'in words' : 'with virtual tokens'}.`,
      kind === 'discrete' ? 'Add one without {*}.' : 'Put virtual tokens, {*3}, into a prompt.',
    );
  }
  if (prompts.length === 1) return only.name;
  const items = prompts.map((prompt) => ({
    label: prompt.name,
    detail: prompt.templateText.replace(/\s+/g, ' '),
  }));
  return (await window.showQuickPick(items, { placeHolder, matchOnDetail: true }))?.label;
}
