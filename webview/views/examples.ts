/** Every example with every prompt's answer to it, to see what changed and not only how much. */
import { counted, twoPlaces } from '../../src/protocol/format.ts';
import type { ExamplePrediction, ExampleReport, Report } from '../../src/protocol/report.ts';
import { button, choice, dropdown, searchField } from '../controls.ts';
import { h } from '../element.ts';
import { comparedOf, filtered, filtersFor, filterText, searched } from '../exampleFilters.ts';
import type { ViewContext } from '../state.ts';
import { icon, spoken } from './icons.ts';
import { empty, section } from './section.ts';

/** More rows than this are drawn on demand. */
const rowsAtOnce = 200;

export function examplesSection(report: Report, context: ViewContext): HTMLElement {
  if (report.predictions.length === 0) {
    return section(context, 'examples', 'Examples', '', empty('There are no examples to show.'));
  }
  const controls = h('div', { class: 'bar-of-controls' });
  const count = h('p', { class: 'note', role: 'status' });
  const holder = h('div', {
    class: 'scroll tall',
    tabindex: 0,
    role: 'region',
    'aria-label': 'Examples',
  });
  const rows = () => drawRows(report, context, holder, count);
  drawControls(report, context, controls, rows);
  rows();
  return section(context, 'examples', 'Examples', answersNote(report), controls, holder, count);
}

function answersNote(report: Report): string {
  const seeds = report.prompts.some((prompt) => prompt.runs.length > 1);
  return seeds ? 'of a prompt with several seeds, the middle one answers' : '';
}

function drawControls(
  report: Report,
  context: ViewContext,
  controls: HTMLElement,
  drawAgain: () => void,
): void {
  const { state, save } = context;
  const compared = comparedOf(report, state.compared);
  const filters = filtersFor(compared);
  if (!filters.includes(state.filter)) state.filter = 'all';
  const subjects = compared.names.filter((name) => name !== baselineOf(report));
  const chips = choice(
    'Show',
    filters.map((value) => ({
      value,
      text: `${filterText(value, compared)} (${filtered(report.predictions, value, compared).length})`,
    })),
    state.filter,
    (value) => {
      state.filter = value;
      save();
      drawAgain();
    },
  );
  const search = searchField('Search examples', state.search, (text) => {
    state.search = text;
    save();
    drawAgain();
  });
  const prompts =
    subjects.length > 1 &&
    dropdown('prompt', subjects, subjects.indexOf(compared.subject), (index) => {
      state.compared = subjects[index]!;
      save();
      controls.replaceChildren();
      drawControls(report, context, controls, drawAgain);
      controls.querySelector<HTMLElement>('vscode-dropdown')?.focus();
      drawAgain();
    });
  controls.append(...[chips, prompts, search].filter((part) => part !== false));
}

function baselineOf(report: Report): string | undefined {
  return report.prompts.find((prompt) => prompt.baseline)?.summary.name;
}

function drawRows(
  report: Report,
  { state }: ViewContext,
  holder: HTMLElement,
  count: HTMLElement,
): void {
  const compared = comparedOf(report, state.compared);
  const shown = searched(filtered(report.predictions, state.filter, compared), state.search);
  const total = report.predictions.length;
  count.textContent =
    shown.length === total
      ? `All ${counted(total, 'example')}`
      : `${shown.length} of ${counted(total, 'example')}`;
  holder.scrollTop = 0;
  if (shown.length === 0) {
    holder.replaceChildren(empty(nothingText(state.search)));
    return;
  }
  const inputs = Object.keys(report.predictions[0]!.inputs);
  const body = h('tbody', {});
  const more = h('p', { class: 'empty' });
  const addRows = () => {
    const from = body.childElementCount;
    body.append(
      ...shown.slice(from, from + rowsAtOnce).map((one) => row(one, inputs, compared.names)),
    );
    const left = shown.length - body.childElementCount;
    if (left === 0) more.remove();
    else more.replaceChildren(button(`Show more (${left} left)`, addRows));
  };
  holder.replaceChildren(table(inputs, compared.names, compared.baseline, body), more);
  addRows();
}

function nothingText(search: string): string {
  return search.trim() === ''
    ? 'No example is like this.'
    : `No example here contains “${search.trim()}”.`;
}

function table(
  inputs: readonly string[],
  prompts: readonly string[],
  baseline: string | undefined,
  body: HTMLElement,
): HTMLElement {
  const heading = (text: string, note?: string) =>
    h('th', { scope: 'col' }, text, note !== undefined && h('span', { class: 'tag' }, note));
  return h(
    'table',
    { class: 'examples', 'aria-label': 'Examples' },
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        ...inputs.map((name) => heading(name)),
        heading('right answer'),
        ...prompts.map((name) => heading(name, name === baseline ? 'baseline' : undefined)),
      ),
    ),
    body,
  );
}

function row(
  example: ExampleReport,
  inputs: readonly string[],
  prompts: readonly string[],
): HTMLElement {
  return h(
    'tr',
    {},
    ...inputs.map((name) => h('td', { class: 'input' }, example.inputs[name] ?? '')),
    h('td', { class: 'answer' }, example.answer),
    ...prompts.map((name) => h('td', {}, answerCell(example.predictions[name]))),
  );
}

function answerCell(prediction: ExamplePrediction | undefined): HTMLElement | string {
  if (!prediction) return '';
  const { answer, correct, rank, probability, seedsRight } = prediction;
  const notes = [
    ...(correct ? [] : [`right answer at rank ${rank}`]),
    ...(seedsRight === undefined ? [] : [`right in ${counted(seedsRight, 'seed')}`]),
  ];
  return h(
    'span',
    { class: `said ${correct ? 'right' : 'wrong'}`, title: notes.join(', ') },
    icon(correct ? 'right' : 'wrong'),
    spoken(correct ? 'right: ' : 'wrong: '),
    h('span', { class: 'text' }, answer),
    h('span', { class: 'probability' }, twoPlaces(probability)),
    !correct && h('span', { class: 'rank' }, `rank ${rank}`),
  );
}
