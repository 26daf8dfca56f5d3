/** The status bar's entry while something is trained or scored. */
import { MarkdownString, StatusBarAlignment, window } from 'vscode';
import type { CommandId, Registration } from '../commands.ts';
import { type JobQueue, queueCard, removeCommand } from './jobQueue.ts';
import type { TrainingController } from './trainingController.ts';

/** Shows how far the training is and how many wait; a click cancels it, the tooltip lists them. */
export function registerStatusBar(training: TrainingController, queue: JobQueue): Registration[] {
  const item = window.createStatusBarItem('ptune.training', StatusBarAlignment.Left, 10);
  item.name = 'PTune training';
  item.command = 'ptune.cancelTraining' satisfies CommandId;
  let card: string | undefined;
  const show = () => {
    const running = training.statusText(window.activeTextEditor?.document.uri.fsPath);
    if (running === undefined) {
      item.hide();
      return;
    }
    const count = queue.waiting.length;
    const text = count === 0 ? running : `${running} · ${count} waiting`;
    item.text = `$(sync~spin) ${text}`;
    item.accessibilityInformation = { label: `PTune: ${text}. Cancel`, role: 'button' };
    // A new tooltip closes the one that a person reads, so it holds only what changes seldom.
    const what = queueCard(training.titleText ?? running, queue.waiting);
    if (what !== card) {
      card = what;
      const tooltip = new MarkdownString(what);
      tooltip.isTrusted = { enabledCommands: [removeCommand] };
      item.tooltip = tooltip;
    }
    item.show();
  };
  return [item, training.onDidChange(show), window.onDidChangeActiveTextEditor(show)];
}
