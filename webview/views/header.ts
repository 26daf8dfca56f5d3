/** The head of the page: what was scored, on what, and what can be done with it. */
import { candidatesText } from '../../src/protocol/candidatesText.ts';
import { counted } from '../../src/protocol/format.ts';
import type { Report } from '../../src/protocol/report.ts';
import { button } from '../controls.ts';
import { h } from '../element.ts';
import { exportMenus } from '../exports/menus.ts';
import type { ViewContext } from '../state.ts';
import { localTime } from '../wording.ts';

export function headerView(report: Report, context: ViewContext): HTMLElement {
  return h(
    'header',
    { class: 'head' },
    h(
      'div',
      { class: 'what' },
      h('h1', {}, report.file),
      h('p', { class: 'facts' }, ...facts(report).map((fact) => h('span', {}, fact))),
    ),
    h(
      'div',
      { class: 'actions' },
      context.hasEditor && button('Open file', () => context.post({ type: 'openFile' })),
      exportMenus(report, context),
    ),
  );
}

function facts(report: Report): string[] {
  return [
    report.model.id,
    `${report.split} split, ${counted(report.examples, 'example')}`,
    candidatesText(report.candidates),
    localTime(report.createdAt),
  ];
}
