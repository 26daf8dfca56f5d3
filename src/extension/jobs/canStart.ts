/** One job at a time, and none in a workspace that is not trusted. */
import { commands, workspace } from 'vscode';
import { showMessage } from '../notify.ts';
import type { TrainingController } from './trainingController.ts';

/** Whether a job can start now; says why where it cannot, and offers what mends it. */
export function canStart(training: TrainingController): boolean {
  if (!workspace.isTrusted) {
    const manage = () => commands.executeCommand('workbench.trust.manage');
    showMessage('Models are run only in a workspace that you trust.', [
      { title: 'Manage Workspace Trust', run: manage },
    ]);
    return false;
  }
  const running = training.runningText;
  if (running === undefined) return true;
  showMessage(`One thing at a time; this is in progress: ${running}.`, [
    { title: 'Cancel', run: () => void training.cancel() },
  ]);
  return false;
}
