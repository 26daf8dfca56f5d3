/** What the numbers were made with: settings, runs, fingerprints and versions. */
import type { Report } from '../../src/protocol/report.ts';
import { h } from '../element.ts';
import type { ViewContext } from '../state.ts';
import { settingsOf } from '../trainingSettings.ts';
import { section } from './section.ts';

/** Enough of a hash to compare by eye; the whole one is in the title. */
const hashLength = 12;

export function settingsSection(report: Report, context: ViewContext): HTMLElement {
  return section(
    context,
    'settings',
    'Settings and fingerprints',
    'a score belongs to what it was made with',
    settingsTable(report),
    fingerprintTable(report),
    h(
      'dl',
      { class: 'facts' },
      ...pair('model', report.model.id, hash(report.model.sha256)),
      ...Object.entries(report.versions).flatMap(([name, version]) => pair(name, version)),
      ...pair('scored', report.createdAt),
    ),
  );
}

function settingsTable(report: Report): HTMLElement | undefined {
  const prompts = report.prompts.filter((prompt) => Object.keys(prompt.settings).length > 0);
  if (prompts.length === 0) return undefined;
  const keys = [...new Set(prompts.flatMap((prompt) => Object.keys(prompt.settings)))];
  return table(
    'Settings',
    ['setting', ...prompts.map((prompt) => prompt.summary.name)],
    keys.map((key) => [key, ...prompts.map((prompt) => settingsOf(prompt)[key] ?? '–')]),
  );
}

function fingerprintTable(report: Report): HTMLElement {
  return table(
    'Fingerprints',
    ['fingerprint', 'template', 'settings', 'data', 'model'],
    report.prompts.flatMap(({ summary: { name } }) => {
      const print = report.fingerprints[name];
      if (!print) return [];
      return [
        [name, hash(print.template), hash(print.settings), hash(print.data), hash(print.model)],
      ];
    }),
  );
}

function hash(sha256: string): HTMLElement {
  return h('code', { title: sha256 }, sha256.slice(0, hashLength));
}

function pair(name: string, ...values: readonly (Node | string)[]): HTMLElement[] {
  return [
    h('dt', {}, name),
    h('dd', {}, ...values.flatMap((value, i) => (i === 0 ? [value] : [' ', value]))),
  ];
}

function table(
  label: string,
  headings: readonly string[],
  rows: readonly (readonly (Node | string)[])[],
): HTMLElement {
  return h(
    'div',
    { class: 'scroll' },
    h(
      'table',
      { class: 'numbers', 'aria-label': label },
      h('thead', {}, h('tr', {}, ...headings.map((text) => h('th', { scope: 'col' }, text)))),
      h(
        'tbody',
        {},
        ...rows.map(([first, ...others]) =>
          h(
            'tr',
            {},
            h('th', { scope: 'row' }, first),
            ...others.map((value) => h('td', {}, value)),
          ),
        ),
      ),
    ),
  );
}
