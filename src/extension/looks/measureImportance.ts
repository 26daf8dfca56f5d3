/** `PTune: Measure Importance of Virtual Tokens`. */
import type { TextDocument } from 'vscode';
import type { CommandParts } from '../commandHandlers.ts';
import { canStart } from '../jobs/canStart.ts';
import { showMessage } from '../notify.ts';
import { choosePrompt } from './choosePrompt.ts';
import { untilCancelled } from './untilCancelled.ts';

export async function measureImportance(
  { training, scores, reports }: CommandParts,
  document: TextDocument,
  name: string | undefined,
): Promise<void> {
  const prompt = await choosePrompt(document, name, 'continuous', 'Look at which prompt?');
  if (prompt === undefined || !canStart(training)) return;
  const result = await untilCancelled('Measuring was cancelled.', () =>
    training.look(document, (trainer, file) => trainer.importance({ ...file, prompt })),
  );
  if (result === undefined) return;
  await scores.fresh(document);
  showMessage(result.importance.sentences[0]!, [
    { title: 'Show Importance', run: () => reports.open(document.uri, 'importance') },
  ]);
}
