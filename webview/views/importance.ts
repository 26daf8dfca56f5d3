/** How much of a learned prompt's score each of its virtual tokens carries. */
import { counted, duration, points, pointsRange } from '../../src/protocol/format.ts';
import type {
  Change,
  Exchange,
  PromptImportance,
  ScoreChange,
  TokenImportance,
} from '../../src/protocol/importance.ts';
import type { Report } from '../../src/protocol/report.ts';
import { button, choice } from '../controls.ts';
import { h, svg } from '../element.ts';
import type { ViewContext } from '../state.ts';
import { signedDecimal } from '../wording.ts';
import { lookButtons, lookHead } from './onRequest.ts';
import { section } from './section.ts';

/** What is shown of a change. */
type Measure = keyof ScoreChange;

interface MeasureText {
  readonly name: string;
  readonly unit: string;
  readonly value: (value: number) => string;
  readonly range: (interval: Change['interval']) => string;
  /** 1 where more is better, −1 where less is. */
  readonly better: 1 | -1;
}

const measures: Readonly<Record<Measure, MeasureText>> = {
  accuracy: {
    name: 'answers right',
    unit: 'points',
    value: points,
    range: pointsRange,
    better: 1,
  },
  loss: {
    name: 'loss',
    unit: 'nats per answer',
    value: signedDecimal,
    range: ([low, high]) => `${signedDecimal(low)} to ${signedDecimal(high)}`,
    better: -1,
  },
};

/** What was measured; in an editor, where nothing was, how to. */
export function importanceSection(report: Report, context: ViewContext): HTMLElement | undefined {
  const known = report.insights?.importance ?? [];
  const missing = context.hasEditor ? notMeasured(report, known) : [];
  if (known.length === 0 && missing.length === 0) return undefined;
  return section(
    context,
    'importance',
    'Importance of each virtual token',
    'what is lost without it, and in another’s place',
    ...known.map((one) => promptBlock(one, context)),
    lookButtons(
      missing,
      'Leave out and exchange the virtual tokens, one at a time:',
      (prompt) => `Measure ${prompt}`,
      (prompt) => context.post({ type: 'importance', prompt }),
    ),
  );
}

function notMeasured({ prompts }: Report, known: readonly PromptImportance[]): string[] {
  const names = new Set(known.map(({ prompt }) => prompt));
  return prompts
    .filter(({ summary, runs }) => runs.length > 0 && !names.has(summary.name))
    .map(({ summary }) => summary.name);
}

function promptBlock(importance: PromptImportance, context: ViewContext): HTMLElement {
  const { prompt, seed, examples, available, seconds, sentences } = importance;
  const { state, save } = context;
  const holder = h('div', { class: 'importance-of' });
  const draw = () => {
    const measure = state.importance ?? 'accuracy';
    holder.replaceChildren(...drawn(importance, measure));
  };
  draw();
  const some =
    examples === available
      ? counted(examples, 'test example')
      : `${examples} of ${available} test examples`;
  return h(
    'div',
    { class: 'importance', role: 'group', 'aria-label': `Importance in ${prompt}` },
    lookHead(
      prompt,
      context,
      choice(
        'Change of',
        (Object.keys(measures) as Measure[]).map((value) => ({
          value,
          text: measures[value].name,
        })),
        state.importance ?? 'accuracy',
        (value) => {
          state.importance = value;
          save();
          draw();
        },
      ),
      h('span', { class: 'note' }, `seed ${seed}, ${some}, measured in ${duration(seconds)}`),
      context.hasEditor &&
        button('Measure again', () => context.post({ type: 'importance', prompt })),
    ),
    holder,
    ...sentences.map((text) => h('p', { class: 'meaning' }, text)),
  );
}

function drawn(importance: PromptImportance, measure: Measure): HTMLElement[] {
  const { prompt, tokens, exchanges, neighborsOnly } = importance;
  const left = tokens.length > 0 ? [leftOutTable(prompt, tokens, measure)] : [];
  if (exchanges.length === 0) return left;
  return [
    ...left,
    neighborsOnly
      ? neighborTable(prompt, exchanges, measure)
      : exchangeMap(prompt, exchanges, measure),
  ];
}

function leftOutTable(
  prompt: string,
  tokens: readonly TokenImportance[],
  measure: Measure,
): HTMLElement {
  return changeTable(
    `Without each virtual token of ${prompt}`,
    `without it: ${measures[measure].name}, ${measures[measure].unit}`,
    tokens.map(({ index, name, nearest, without }) => ({
      name: String(index + 1),
      note: [name, nearest === undefined ? undefined : `near “${nearest.trim()}”`]
        .filter((text) => text !== undefined)
        .join(', '),
      change: without[measure],
    })),
    measure,
  );
}

function neighborTable(
  prompt: string,
  exchanges: readonly Exchange[],
  measure: Measure,
): HTMLElement {
  return changeTable(
    `Neighbors of ${prompt} in each other’s places`,
    `exchanged: ${measures[measure].name}, ${measures[measure].unit}`,
    exchanges.map(({ first, second, exchanged }) => ({
      name: `${first + 1} ↔ ${second + 1}`,
      note: '',
      change: exchanged[measure],
    })),
    measure,
  );
}

interface ChangeRow {
  readonly name: string;
  readonly note: string;
  readonly change: Change;
}

function changeTable(
  label: string,
  heading: string,
  rows: readonly ChangeRow[],
  measure: Measure,
): HTMLElement {
  const { value, range, better } = measures[measure];
  const ends = rows.flatMap(({ change }) => change.interval);
  const [low, high] = [Math.min(0, ...ends), Math.max(0, ...ends)];
  const share = (at: number) => (high === low ? 0.5 : (at - low) / (high - low));
  const table = h(
    'table',
    { class: 'changes', 'aria-label': label },
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        h('th', { scope: 'col' }, 'virtual token'),
        h('th', { scope: 'col', class: 'track' }, heading),
        h('th', { scope: 'col' }, 'change'),
        h('th', { scope: 'col' }, '95 %'),
      ),
    ),
    h(
      'tbody',
      {},
      ...rows.map(({ name, note, change }) =>
        h(
          'tr',
          {},
          h(
            'th',
            { scope: 'row' },
            h('span', { class: 'number' }, name),
            ' ',
            h('span', { class: 'origin' }, note),
          ),
          h('td', { class: 'track' }, changeBar(change, share, better)),
          h('td', { class: 'change' }, value(change.change)),
          h('td', { class: 'interval' }, range(change.interval)),
        ),
      ),
    ),
  );
  return h('div', { class: 'scroll' }, table);
}

/** A bar from zero to the change, with its interval as a line with ends. */
function changeBar(
  { change, interval }: Change,
  share: (at: number) => number,
  better: 1 | -1,
): SVGElement {
  const at = (value: number) => `${(100 * share(value)).toFixed(2)}%`;
  const [from, to] = [Math.min(0, change), Math.max(0, change)];
  const [low, high] = interval;
  const line = (x1: string, x2: string, y1: number, y2: number, name: string) =>
    svg('line', { class: name, x1, x2, y1, y2 });
  return svg(
    'svg',
    { class: 'change-bar', height: 20, 'aria-hidden': 'true' },
    svg('rect', {
      class: change * better < 0 ? 'worse' : 'better',
      x: at(from),
      width: `${(100 * (share(to) - share(from))).toFixed(2)}%`,
      y: 5,
      height: 10,
    }),
    line(at(0), at(0), 0, 20, 'zero'),
    line(at(low), at(high), 10, 10, 'whisker'),
    line(at(low), at(low), 6, 14, 'whisker'),
    line(at(high), at(high), 6, 14, 'whisker'),
  );
}

/** Every pair as a cell: the number with its sign, and a shade for its size. */
function exchangeMap(
  prompt: string,
  exchanges: readonly Exchange[],
  measure: Measure,
): HTMLElement {
  const { value, range, unit, name, better } = measures[measure];
  const count = 1 + Math.max(...exchanges.map(({ second }) => second));
  const largest = Math.max(
    ...exchanges.map(({ exchanged }) => Math.abs(exchanged[measure].change)),
  );
  const byPair = new Map(exchanges.map((one) => [`${one.first} ${one.second}`, one.exchanged]));
  const cell = (first: number, second: number) => {
    const change = byPair.get(`${first} ${second}`)?.[measure];
    if (!change) return h('td', { class: 'none' });
    return h(
      'td',
      {
        class: change.change * better < 0 ? 'worse' : 'better',
        title: `${first + 1} and ${second + 1}: ${value(change.change)} ${unit} (${range(change.interval)})`,
        vars: { '--share': (largest === 0 ? 0 : Math.abs(change.change) / largest).toFixed(3) },
      },
      value(change.change),
    );
  };
  const numbers = Array.from({ length: count }, (_, i) => i);
  return h(
    'div',
    { class: 'scroll' },
    h(
      'table',
      { class: 'exchanges', 'aria-label': `Virtual tokens of ${prompt} in each other’s places` },
      h('caption', {}, `Two in each other’s places: ${name}, ${unit}`),
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          h('td', {}),
          ...numbers.slice(1).map((number) => h('th', { scope: 'col' }, number + 1)),
        ),
      ),
      h(
        'tbody',
        {},
        ...numbers
          .slice(0, -1)
          .map((first) =>
            h(
              'tr',
              {},
              h('th', { scope: 'row' }, first + 1),
              ...numbers.slice(1).map((second) => cell(first, second)),
            ),
          ),
      ),
    ),
  );
}
