/** Words that do what a learned prompt does, for programs that take only text. */
import { candidatesText } from '../../src/protocol/candidatesText.ts';
import { counted, percent, percentRange } from '../../src/protocol/format.ts';
import type { Report } from '../../src/protocol/report.ts';
import { visibleTokens } from '../../src/protocol/visibleText.ts';
import type { FoundWords, SplitScore, WordSearch } from '../../src/protocol/wordSearch.ts';
import { button } from '../controls.ts';
import { h } from '../element.ts';
import { comparedWith, methodNames } from '../foundWords.ts';
import type { ViewContext } from '../state.ts';
import { sentence } from '../sentence.ts';
import '../wordSearch.css';
import { lookButtons, lookHead } from './onRequest.ts';
import { section } from './section.ts';
import { templateText } from './templateText.ts';

/** How long a button says what it has done, in milliseconds. */
const toldFor = 1500;

/** What was found; in an editor, where nothing was searched, how to. */
export function wordSearchSection(report: Report, context: ViewContext): HTMLElement | undefined {
  const searches = report.insights?.words ?? [];
  const missing = context.hasEditor ? notSearched(report, searches) : [];
  if (searches.length === 0 && missing.length === 0) return undefined;
  return section(
    context,
    'words',
    'Words for a learned prompt',
    'what to paste into a program that takes only text',
    ...searches.map((one) => searchBlock(one, report, context)),
    lookButtons(
      missing,
      searches.length > 0
        ? 'Not searched yet:'
        : 'Search words that do what the vectors do; it takes about a minute with a small model.',
      (prompt) => `Search words for ${prompt}`,
      (prompt) => context.post({ type: 'searchWords', prompt }),
    ),
  );
}

/** Learned prompts whose vectors stand in places that words could take. */
function notSearched({ prompts }: Report, searches: readonly WordSearch[]): string[] {
  const known = new Set(searches.map(({ prompt }) => prompt));
  return prompts
    .filter(({ summary, deep }) => summary.kind === 'continuous' && !deep)
    .map(({ summary }) => summary.name)
    .filter((name) => !known.has(name));
}

function searchBlock(search: WordSearch, report: Report, context: ViewContext): HTMLElement {
  const { prompt, examples, sentences, seed } = search;
  const asked = `${counted(examples.validation, 'validation example')} and ${counted(examples.test, 'test example')}`;
  return h(
    'div',
    { class: 'probe', role: 'group', 'aria-label': `Words for ${prompt}` },
    lookHead(
      prompt,
      context,
      h(
        'span',
        { class: 'note' },
        `${asked}, ${candidatesText(report.candidates)}; drawn with seed ${seed}`,
      ),
      context.hasEditor &&
        button('Search again', () => context.post({ type: 'searchWords', prompt })),
    ),
    ...sentences.map((text) => h('p', { class: 'meaning' }, ...sentence(text))),
    tableOf(search, context),
  );
}

function tableOf(search: WordSearch, context: ViewContext): HTMLElement {
  const { prompt, found } = search;
  const headings = ['what it is', 'words', 'validation', '95 %', 'test', '95 %', 'gain kept'];
  return h(
    'div',
    { class: 'scroll' },
    h(
      'table',
      { class: 'numbers wordings found', 'aria-label': `Words found for ${prompt}` },
      h('thead', {}, h('tr', {}, ...headings.map((text) => h('th', { scope: 'col' }, text)))),
      h(
        'tbody',
        {},
        ...found.map((words, i) => foundRow(words, i === 0, prompt, context)),
        ...comparedWith(search).map(([role, score]) =>
          h(
            'tr',
            { class: 'compared' },
            h('th', { scope: 'row', colspan: 2 }, role),
            ...scoreCells(score),
            h('td'),
          ),
        ),
      ),
    ),
  );
}

function foundRow(
  words: FoundWords,
  isBest: boolean,
  prompt: string,
  context: ViewContext,
): HTMLElement {
  const { method, template, retained, retainedInterval } = words;
  return h(
    'tr',
    { class: isBest ? 'chosen' : undefined },
    h(
      'th',
      { scope: 'row' },
      methodNames[method],
      isBest && ' ',
      isBest && h('span', { class: 'tag' }, 'best on validation'),
    ),
    // Beside the words, what can be done with them is in sight where the page is narrow, too.
    h(
      'td',
      { class: 'words' },
      templateText(visibleTokens(template)),
      h('div', { class: 'doing' }, ...actions(words, prompt, context)),
    ),
    ...scoreCells(words),
    h(
      'td',
      {},
      retained === undefined ? '–' : percent(Math.max(0, retained)),
      ' ',
      retainedInterval !== undefined &&
        Math.abs(retainedInterval[0]) <= 10 &&
        Math.abs(retainedInterval[1]) <= 10 &&
        h('span', { class: 'interval' }, percentRange(retainedInterval)),
    ),
  );
}

function actions(
  { method, template }: FoundWords,
  prompt: string,
  context: ViewContext,
): HTMLElement[] {
  const about = `the words found by ${methodNames[method]}`;
  const copy = button('Copy', () => {
    context.post({ type: 'copy', text: template });
    copy.textContent = 'Copied';
    setTimeout(() => (copy.textContent = 'Copy'), toldFor);
  });
  copy.setAttribute('title', `Copy ${about}`);
  if (!context.hasEditor) return [copy];
  const insert = button('Insert as prompt', () =>
    context.post({ type: 'insertWords', prompt, method }),
  );
  insert.setAttribute('title', `Write ${about} into the file, as a prompt of their own`);
  return [copy, insert];
}

function scoreCells({ validation, test }: SplitScore): HTMLElement[] {
  return [validation, test].flatMap(({ accuracy, interval }) => [
    h('td', {}, percent(accuracy)),
    h('td', { class: 'interval' }, percentRange(interval)),
  ]);
}
