/** One job at a time, and none in a workspace that is not trusted. */
import { type TextDocument, Uri, commands, window, workspace } from 'vscode';
import { type Action, showMessage } from '../notify.ts';
import type { JobQueue, LaterJob } from './jobQueue.ts';
import type { TrainingController } from './trainingController.ts';

/** A job that can wait, the word for doing it, and the queue that it can wait in. */
interface CanWait extends LaterJob {
  readonly button: string;
  readonly queue: JobQueue;
}

/** Does something with a file, or offers to do it after what is in progress. */
export async function nowOrLater(
  { training, queue }: { readonly training: TrainingController; readonly queue: JobQueue },
  document: TextDocument,
  what: Pick<CanWait, 'title' | 'button'>,
  act: (document: TextDocument) => Promise<void>,
): Promise<void> {
  const later: CanWait = {
    ...what,
    queue,
    path: document.uri.fsPath,
    start: async () => {
      // By then the document may have been closed, and something else have been started.
      const opened = await workspace.openTextDocument(document.uri);
      if (training.kind === undefined) await act(opened);
      else queue.add(later);
    },
  };
  if (canStart(training, later)) await act(document);
}

/**
 * Whether a job can start now; says why where it cannot, and offers what mends it: to do it after what
 * is in progress, where it can wait.
 */
export function canStart(training: TrainingController, later?: CanWait): boolean {
  if (!workspace.isTrusted) {
    const manage = () => commands.executeCommand('workbench.trust.manage');
    showMessage('Models are run only in a workspace that you trust.', [
      { title: 'Manage Workspace Trust', run: manage },
    ]);
    return false;
  }
  const { runningText: running, path } = training;
  if (running === undefined || path === undefined) return true;
  const wait: readonly Action[] = later
    ? [{ title: later.button, run: () => later.queue.add(later) }]
    : [];
  showMessage(`One thing at a time; this is in progress: ${running}.`, [
    ...wait,
    { title: 'Show', run: () => window.showTextDocument(Uri.file(path)) },
    { title: 'Cancel That One', run: () => void training.cancel() },
  ]);
  return false;
}
