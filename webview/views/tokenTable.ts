/** The table of nearest tokens: one row a vector, and one of random vectors to judge them by. */
import { percent, twoPlaces } from '../../src/protocol/format.ts';
import { disagreements, kindWords, nearestBy, remarks } from '../../src/protocol/nearness.ts';
import type {
  Metric,
  NearToken,
  RandomNeighbors,
  VirtualTokenReport,
} from '../../src/protocol/report.ts';
import { h } from '../element.ts';

const shownTokens = 5;

/** Metrics as controls name them. */
export const metricNames: Readonly<Record<Metric, string>> = {
  cosine: 'cosine',
  dot: 'dot',
  l2: 'L2',
};

export interface TokenTable {
  /** What the table is called. */
  readonly label: string;
  readonly virtualTokens: readonly VirtualTokenReport[];
  readonly random: RandomNeighbors | undefined;
  readonly metric: Metric;
  /** Among all tokens, those too that no person can read or write. */
  readonly all: boolean;
}

export function tokenTable(table: TokenTable): HTMLElement {
  const { label, virtualTokens, random, metric, all } = table;
  const lists = [...virtualTokens, ...(random ? [random] : [])].map((one) =>
    nearestBy(one, metric, all).slice(0, shownTokens),
  );
  const share = shareOf(metric, lists.flat());
  const others = virtualTokens.map((one) => disagreements(one, metric, all));
  const differ = others.some((list) => list.length > 0);
  const cells = (row: number) =>
    Array.from({ length: shownTokens }, (_, k) => {
      const near = lists[row]![k];
      return h('td', { role: 'cell' }, near && nearCell(near, metric, share(near), k === 0));
    });
  return h(
    'table',
    { class: 'tokens', role: 'table', 'aria-label': label },
    h(
      'thead',
      { role: 'rowgroup' },
      h(
        'tr',
        { role: 'row' },
        heading('virtual token'),
        ...Array.from({ length: shownTokens }, (_, i) =>
          heading(i === 0 ? 'nearest' : `${i + 1}.`),
        ),
        differ && heading('metrics disagree'),
        heading('vector', 'norm'),
      ),
    ),
    h(
      'tbody',
      { role: 'rowgroup' },
      ...virtualTokens.map((token, i) => {
        const before = virtualTokens[i - 1];
        const opens = before !== undefined && before.group !== token.group;
        return h(
          'tr',
          { role: 'row', class: opens ? 'opens' : undefined },
          h(
            'th',
            { role: 'rowheader', scope: 'row' },
            h('span', { class: 'number' }, token.index + 1),
            h('span', { class: 'origin' }, ...origin(token)),
            ...remarks(token, metric).map((text) => h('span', { class: 'doubt' }, text)),
          ),
          ...cells(i),
          differ && h('td', { role: 'cell', class: 'others' }, ...others[i]!.map(otherCell)),
          vectorCell(token, metric),
        );
      }),
      random && randomRow(random, metric, cells(virtualTokens.length), differ),
    ),
  );
}

/** Bars are lengths on one scale for the whole table; cosine has its own. */
function shareOf(metric: Metric, tokens: readonly NearToken[]): (near: NearToken) => number {
  const largest = metric === 'cosine' ? 1 : Math.max(...tokens.map((n) => n.similarity), 1e-9);
  const smallest = Math.min(...tokens.map((n) => -n.similarity));
  return ({ similarity }) =>
    metric === 'l2' ? smallest / Math.max(-similarity, 1e-9) : similarity / largest;
}

function heading(text: string, name?: string): HTMLElement {
  return h('th', { role: 'columnheader', scope: 'col', class: name }, text);
}

/** Where the vector comes from: its name, and its start token. */
function origin({ name, startedFrom }: VirtualTokenReport): (HTMLElement | string)[] {
  return [
    ...(name === undefined ? [] : [`${name} `]),
    ...(startedFrom === undefined ? [] : ['from “', h('bdi', {}, visible(startedFrom)), '”']),
  ];
}

/** How long the vector is, and how near to where it started. */
function vectorCell(token: VirtualTokenReport, metric: Metric): HTMLElement {
  const { norm, normPercentile, toStart } = token;
  const start = toStart?.[metric];
  return h(
    'td',
    { role: 'cell', class: 'norm' },
    h(
      'span',
      { title: `norm ${norm.toFixed(2)}` },
      `longer than ${percent(normPercentile)} of tokens`,
    ),
    start !== undefined &&
      h(
        'span',
        { title: `${metricNames[metric]} to where the vector started` },
        metric === 'l2'
          ? `${valueText(start, metric)} from its start`
          : `${valueText(start, metric)} to its start`,
      ),
  );
}

/** What another metric names in its place. */
function otherCell([metric, near]: readonly [Metric, NearToken]): HTMLElement {
  return h(
    'span',
    {},
    `${metricNames[metric]} `,
    h('bdi', { class: 'token' }, visible(near.token)),
    ` ${valueText(near.similarity, metric)}`,
  );
}

function randomRow(
  { draws, norm, limits }: RandomNeighbors,
  metric: Metric,
  cells: readonly HTMLElement[],
  differ: boolean,
): HTMLElement {
  const limit = valueText(limits[metric] ?? 0, metric);
  return h(
    'tr',
    { role: 'row', class: 'opens random' },
    h(
      'th',
      { role: 'rowheader', scope: 'row' },
      h('span', { class: 'number' }, 'random'),
      h('span', { class: 'origin' }, `vector of norm ${norm.toFixed(2)}`),
    ),
    ...cells,
    differ && h('td', { role: 'cell', class: 'others' }),
    h(
      'td',
      { role: 'cell', class: 'norm' },
      h(
        'span',
        { title: `of ${draws} random vectors of this norm` },
        `19 in 20 have none ${metric === 'l2' ? 'nearer' : 'above'} ${metric === 'l2' ? `than ${limit}` : limit}`,
      ),
    ),
  );
}

function nearCell(near: NearToken, metric: Metric, share: number, first: boolean): HTMLElement {
  const kind = near.kind && kindWords[near.kind];
  return h(
    'span',
    { class: first ? 'near first' : 'near', title: `token ${near.id}` },
    h('bdi', { class: 'token' }, visible(near.token)),
    h('span', { class: 'similarity' }, valueText(near.similarity, metric)),
    h('span', {
      class: 'length',
      'aria-hidden': 'true',
      vars: { '--share': Math.max(0, Math.min(1, share)).toFixed(4) },
    }),
    kind !== undefined && h('span', { class: 'kind' }, kind),
  );
}

/** A similarity; of L2 the distance. */
function valueText(similarity: number, metric: Metric): string {
  return twoPlaces(metric === 'l2' ? Math.abs(similarity) : similarity);
}

/** A token with its spaces to be seen; whatever else cannot be seen is written out already. */
export function visible(token: string): string {
  return token.replaceAll(' ', '␣');
}
