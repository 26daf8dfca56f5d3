/** Tells a person what went wrong, with buttons that do the next step. */
import { type LogOutputChannel, commands, window } from 'vscode';
import { messageText } from '../base/markdown.ts';
import { type ErrorCode, type PtuneError, toPtuneError } from '../base/errors.ts';

/** A button of a message. */
export interface Action {
  readonly title: string;
  readonly run: () => unknown;
}

/** Buttons that belong to an error wherever it comes from. */
const actionsOf: Partial<Record<ErrorCode, Action>> = {
  'runtime/no-node': {
    title: 'Open Settings',
    run: () => commands.executeCommand('workbench.action.openSettings', 'ptune.nodePath'),
  },
  'hub/no-access': {
    title: 'Sign In',
    run: () => commands.executeCommand('ptune.signIn'),
  },
  'file/has-errors': {
    title: 'Show Problems',
    run: () => commands.executeCommand('workbench.actions.view.problems'),
  },
};

/** Shows an error: what and why, the next step, and buttons. Its whole story goes to the log. */
export function showError(
  thrown: unknown,
  log: LogOutputChannel,
  actions: readonly Action[] = [],
): void {
  const error = toPtuneError(thrown);
  if (error.kind === 'cancelled') return;
  log.error(`${error.code}: ${messageOf(error)}`);
  if (error.kind === 'bug' && error.cause instanceof Error) log.error(error.cause);
  const own = actionsOf[error.code];
  const all = [...actions, ...(own === undefined ? [] : [own]), showLog(log)];
  const titles = all.map(({ title }) => title);
  void window.showErrorMessage(messageText(messageOf(error)), ...titles).then((chosen) => {
    all.find(({ title }) => title === chosen)?.run();
  });
}

/** Shows a message with buttons. */
export function showMessage(text: string, actions: readonly Action[]): void {
  const titles = actions.map(({ title }) => title);
  void window.showInformationMessage(messageText(text), ...titles).then((chosen) => {
    actions.find(({ title }) => title === chosen)?.run();
  });
}

/** The button that every failure has. */
function showLog(log: LogOutputChannel): Action {
  return { title: 'Show Log', run: () => log.show() };
}

function messageOf({ code, message, nextStep }: PtuneError): string {
  // The Problems view has each of them at its place; here the number is enough.
  if (code === 'file/has-errors') return message.split(':')[0]!.concat('.');
  return nextStep === undefined ? message : `${message} ${nextStep}`;
}
