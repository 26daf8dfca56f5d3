/** The status bar's entry while something is trained or scored. */
import { StatusBarAlignment, window } from 'vscode';
import type { CommandId, Registration } from '../commands.ts';
import type { TrainingController } from './trainingController.ts';

/** Shows how far the training is; a click cancels it. */
export function registerStatusBar(training: TrainingController): Registration[] {
  const item = window.createStatusBarItem('ptune.training', StatusBarAlignment.Left, 10);
  item.name = 'PTune training';
  item.command = 'ptune.cancelTraining' satisfies CommandId;
  item.tooltip = 'PTune: click to cancel the training';
  const show = () => {
    const text = training.statusText;
    if (text === undefined) {
      item.hide();
      return;
    }
    item.text = `$(sync~spin) ${text}`;
    item.accessibilityInformation = { label: `PTune: ${text}. Cancel`, role: 'button' };
    item.show();
  };
  return [item, training.onDidChange(show)];
}
