/** The part of the page where a person tries inputs; a page without an editor says what it takes. */
import type { Report } from '../../src/protocol/report.ts';
import type { ViewContext } from '../state.ts';
import { empty, section } from './section.ts';

export function tryItSection(report: Pick<Report, 'file'>, context: ViewContext): HTMLElement {
  const { trial, state } = context;
  if (!trial) {
    const text = `To try inputs of your own, open ${report.file} in the editor and choose “Try it”.`;
    return section(context, 'try', 'Try it', '', empty(text));
  }
  // The model starts when a person opens this part, not whenever a report is looked at.
  state.open['try'] ??= false;
  const note = 'every prompt’s answers to an input of yours';
  const made = section(context, 'try', 'Try it', note, trial.element as HTMLElement);
  made.querySelector('summary')!.addEventListener('click', () => {
    if (!made.hasAttribute('open')) setTimeout(() => trial.begin());
  });
  return made;
}
