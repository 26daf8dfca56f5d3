/** `PTune: Probe Wordings`: scores other wordings of a prompt and says how far they lie apart. */
import type { TextDocument } from 'vscode';
import type { CommandParts } from '../commandHandlers.ts';
import { nowOrLater } from '../jobs/canStart.ts';
import { showMessage } from '../notify.ts';
import { choosePrompt } from './choosePrompt.ts';
import { untilCancelled } from './untilCancelled.ts';

/** Probes, now or after what is in progress. */
export async function probeWordings(
  parts: CommandParts,
  document: TextDocument,
  name: string | undefined,
): Promise<void> {
  const prompt = await choosePrompt(
    document,
    name,
    'discrete',
    'Probe the wordings of which prompt?',
  );
  if (prompt === undefined) return;
  const what = { title: `probe wordings of ${prompt}`, button: 'Probe Afterwards' };
  await nowOrLater(parts, document, what, (opened) => probeNow(parts, opened, prompt));
}

async function probeNow(
  { training, scores, reports }: CommandParts,
  document: TextDocument,
  prompt: string,
): Promise<void> {
  const result = await untilCancelled('Probing was cancelled.', () =>
    training.look(document, (trainer, file) => trainer.probe({ ...file, prompts: [prompt] })),
  );
  const probe = result?.probes[0];
  if (probe === undefined) return;
  await scores.fresh(document);
  showMessage(probe.sentences[0]!, [
    { title: 'Show Wordings', run: () => reports.open(document.uri, 'wordings') },
  ]);
}
