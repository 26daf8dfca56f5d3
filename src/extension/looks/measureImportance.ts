/** `PTune: Measure Importance of Virtual Tokens`. */
import type { TextDocument } from 'vscode';
import type { CommandParts } from '../commandHandlers.ts';
import { nowOrLater } from '../jobs/canStart.ts';
import { showMessage } from '../notify.ts';
import { choosePrompt } from './choosePrompt.ts';
import { untilCancelled } from './untilCancelled.ts';

/** Measures, now or after what is in progress, then says what came of it. */
export async function measureImportance(
  parts: CommandParts,
  document: TextDocument,
  name: string | undefined,
): Promise<void> {
  const prompt = await choosePrompt(document, name, 'continuous', 'Look at which prompt?');
  if (prompt === undefined) return;
  const what = { title: `measure importance in ${prompt}`, button: 'Measure Afterwards' };
  await nowOrLater(parts, document, what, (opened) => measureNow(parts, opened, prompt));
}

async function measureNow(
  { training, scores, reports }: CommandParts,
  document: TextDocument,
  prompt: string,
): Promise<void> {
  const result = await untilCancelled('Measuring was cancelled.', () =>
    training.look(document, (trainer, file) => trainer.importance({ ...file, prompt })),
  );
  if (result === undefined) return;
  await scores.fresh(document);
  showMessage(result.importance.sentences[0]!, [
    { title: 'Show Importance', run: () => reports.open(document.uri, 'importance') },
  ]);
}
