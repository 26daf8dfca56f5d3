/** `PTune: Announce Score`: says the score of the prompt at the cursor, for who does not see its line. */
import { type TextDocument, window } from 'vscode';
import { promptAt } from '../../language/features/symbols.ts';
import { parsedFile } from '../documents.ts';
import type { TrainingController } from '../jobs/trainingController.ts';
import { showMessage } from '../notify.ts';
import type { ScoreService } from './scoreService.ts';
import { spokenScore, spokenWithoutScore } from './spokenScore.ts';

/** Says it in a message, which screen readers read. While the prompt trains, how far that is. */
export async function announceScore(
  { scores, training }: { readonly scores: ScoreService; readonly training: TrainingController },
  document: TextDocument,
  name: string | undefined,
): Promise<void> {
  const file = parsedFile(document);
  const editor = window.visibleTextEditors.find((one) => one.document === document);
  const prompt =
    name !== undefined
      ? file.prompts.find((one) => one.name === name)
      : editor && promptAt(file, document.offsetAt(editor.selection.active));
  if (prompt === undefined) {
    showMessage(
      'The cursor is in no prompt. Put it into the one whose score you want to hear.',
      [],
    );
    return;
  }
  const progress = training.wordsFor(document, prompt.name);
  if (progress !== undefined) {
    showMessage(`${prompt.name}: ${progress}.`, []);
    return;
  }
  const score = (await scores.current(document))?.prompts.get(prompt.name);
  showMessage(score === undefined ? spokenWithoutScore(prompt) : spokenScore(score), []);
}
