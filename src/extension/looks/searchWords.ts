/** `PTune: Search Words`: words for a learned prompt's vectors, to insert as a prompt of their own. */
import {
  type QuickPickItem,
  Selection,
  type TextDocument,
  ViewColumn,
  WorkspaceEdit,
  window,
  workspace,
} from 'vscode';
import { percent, percentRange } from '../../base/format.ts';
import { newPromptName } from '../../language/newPromptName.ts';
import { promptBehind } from '../../language/promptBehind.ts';
import type { FoundWords, SearchResult, SplitScore } from '../../protocol/wordSearch.ts';
import type { CommandParts } from '../commandHandlers.ts';
import { parsedFile } from '../documents.ts';
import { rangeOf } from '../features/convert.ts';
import { nowOrLater } from '../jobs/canStart.ts';
import { showError, showMessage } from '../notify.ts';
import { choosePrompt } from './choosePrompt.ts';
import { untilCancelled } from './untilCancelled.ts';

/** Searches, now or after what is in progress, then offers what was found. */
export async function searchWords(
  parts: CommandParts,
  document: TextDocument,
  name: string | undefined,
): Promise<void> {
  const placeHolder = 'Search words for which prompt?';
  const prompt = await choosePrompt(document, name, 'continuous', placeHolder);
  if (prompt === undefined) return;
  const what = { title: `search words for ${prompt}`, button: 'Search Afterwards' };
  await nowOrLater(parts, document, what, (opened) => searchNow(parts, opened, prompt));
}

async function searchNow(
  { training, scores, reports, log }: CommandParts,
  document: TextDocument,
  prompt: string,
): Promise<void> {
  const result = await untilCancelled('The search was cancelled.', () =>
    training.look(document, (trainer, file) => trainer.searchWords({ ...file, prompt })),
  );
  const [best] = result?.found ?? [];
  if (result === undefined || best === undefined) return;
  await scores.fresh(document);
  const act = (doing: () => Promise<void>) => () =>
    void doing().catch((error: unknown) => showError(error, log));
  showMessage(foundText(result, best), [
    { title: 'Insert as Prompt', run: act(() => insertWords(document, prompt, best)) },
    { title: 'Choose…', run: act(() => choose(document, result)) },
    // What was found is kept there, when this message is gone.
    { title: 'Show Words', run: () => reports.open(document.uri, 'words') },
  ]);
}

function foundText({ prompt, written }: SearchResult, best: FoundWords): string {
  const own =
    written === undefined ? '' : ` The best of your own, ${written.name}: ${scoreText(written)}.`;
  return `Words for ${prompt}: “${oneLine(best.template)}”, ${scoreText(best)}.${own}`;
}

const scoreText = ({ validation, test }: SplitScore): string =>
  `validation ${percent(validation.accuracy)}, test ${percent(test.accuracy)} (${percentRange(test.interval)})`;

const oneLine = (template: string): string => template.replace(/\s+/g, ' ');

/** Lets a person choose among what the methods found. */
async function choose(document: TextDocument, result: SearchResult): Promise<void> {
  const items = result.found.map((found): QuickPickItem & { readonly found: FoundWords } => ({
    label: oneLine(found.template),
    description: scoreText(found),
    detail: methodNames[found.method],
    found,
  }));
  const placeHolder = 'Insert which words as a prompt? Go by validation.';
  const chosen = await window.showQuickPick(items, { placeHolder, matchOnDetail: true });
  if (chosen !== undefined) await insertWords(document, result.prompt, chosen.found);
}

const methodNames: Readonly<Record<FoundWords['method'], string>> = {
  beam: 'a beam over the nearest words',
  projection: 'projected training',
  flips: 'token substitution guided by gradients',
};

/** Writes the words into the file, behind the learned prompt, and goes there; one undo takes it back. */
export async function insertWords(
  document: TextDocument,
  prompt: string,
  words: FoundWords,
): Promise<void> {
  const { method, template } = words;
  const file = parsedFile(document);
  const name = newPromptName(file, `${prompt}-words`);
  const comments = [`Words for ${prompt}, found by ${methodNames[method]}: ${scoreText(words)}.`];
  const { at, text } = promptBehind(file, prompt, { name, template, comments });
  const edit = new WorkspaceEdit();
  edit.insert(document.uri, document.positionAt(at), text);
  await workspace.applyEdit(edit);
  const added = parsedFile(document).prompts.find((one) => one.name === name);
  const editor = await window.showTextDocument(document, { viewColumn: ViewColumn.One });
  if (added === undefined) return;
  const range = rangeOf(document, added.nameSpan);
  editor.selection = new Selection(range.start, range.end);
  editor.revealRange(range);
}
