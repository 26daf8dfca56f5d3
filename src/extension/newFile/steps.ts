/** Questions one after the other, in the editor's quick picks, with a way back. */
import { type QuickPickItem, QuickInputButtons, window } from 'vscode';

/** Where a question stands among the others. */
export interface StepPlace {
  readonly title: string;
  readonly step: number;
  readonly totalSteps: number;
  readonly placeholder: string;
}

/** What a person did: chose something, went back, or gave up. */
export type Answered<T> = { readonly chosen: T } | 'back' | 'gone';

/** One of some items. */
export async function pickOne<T extends QuickPickItem>(
  items: readonly T[],
  place: StepPlace,
): Promise<Answered<T>> {
  const answer = await pick(items, [], false, place);
  if (typeof answer === 'string') return answer;
  const [chosen] = answer.chosen;
  return chosen === undefined ? 'gone' : { chosen };
}

/** Several of some items; those of `selected` are chosen to begin with. */
export function pickMany<T extends QuickPickItem>(
  items: readonly T[],
  selected: readonly T[],
  place: StepPlace,
): Promise<Answered<readonly T[]>> {
  return pick(items, selected, true, place);
}

function pick<T extends QuickPickItem>(
  items: readonly T[],
  selected: readonly T[],
  isMany: boolean,
  place: StepPlace,
): Promise<Answered<readonly T[]>> {
  return new Promise((resolve) => {
    const input = window.createQuickPick<T>();
    input.title = place.title;
    input.step = place.step;
    input.totalSteps = place.totalSteps;
    input.placeholder = place.placeholder;
    input.items = items;
    input.canSelectMany = isMany;
    input.matchOnDescription = true;
    input.ignoreFocusOut = true;
    if (isMany) input.selectedItems = selected;
    if (place.step > 1) input.buttons = [QuickInputButtons.Back];
    const end = (answer: Answered<readonly T[]>) => {
      resolve(answer);
      input.dispose();
    };
    input.onDidAccept(() => end({ chosen: input.selectedItems }));
    input.onDidTriggerButton(() => end('back'));
    // Also after an answer, when it changes nothing any more.
    input.onDidHide(() => end('gone'));
    input.show();
  });
}
