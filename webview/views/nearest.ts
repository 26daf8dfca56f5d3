/** What each virtual token is near, with how near, since a near token is no translation. */
import { listed, percent, twoPlaces } from '../../src/protocol/format.ts';
import type {
  Metric,
  NearToken,
  PromptReport,
  Report,
  RunReport,
  VirtualTokenReport,
} from '../../src/protocol/report.ts';
import { choice, dropdown } from '../controls.ts';
import { h } from '../element.ts';
import type { ViewContext } from '../state.ts';
import { readingBlock } from './reading.ts';
import { empty, section } from './section.ts';
import { templateText } from './templateText.ts';

const shownTokens = 5;

const metricNames: Readonly<Record<Metric, string>> = {
  cosine: 'cosine',
  dot: 'dot',
  l2: 'L2',
};

const metricNotes: Readonly<Record<Metric, string>> = {
  cosine: 'cosine similarity to the vocabulary’s embeddings, −1 to 1',
  dot: 'dot product with the vocabulary’s embeddings',
  l2: 'Euclidean distance to the vocabulary’s embeddings',
};

export function nearestSection(report: Report, context: ViewContext): HTMLElement | undefined {
  const learned = report.prompts.filter((prompt) => prompt.summary.kind === 'continuous');
  if (learned.length === 0) return undefined;
  const blocks = learned.map((prompt) => promptBlock(prompt, report, context));
  return section(
    context,
    'nearest',
    'What the vectors are near',
    'a hint at what was learned, not the prompt in words',
    ...blocks,
  );
}

function promptBlock(prompt: PromptReport, report: Report, context: ViewContext): HTMLElement {
  const { state } = context;
  const { name } = prompt.summary;
  const runs = prompt.runs.filter((run) => run.virtualTokens.length > 0);
  if (prompt.deep) {
    return empty(
      `The vectors of ${name} are keys and values of every layer, not embeddings: no token is near them.`,
    );
  }
  if (runs.length === 0) return empty(`The vectors of ${name} were not looked at.`);
  const metrics = metricsOf(runs[0]!.virtualTokens[0]!, report.metric);
  const holder = h('div', { class: 'scroll' });
  const note = h('span', { class: 'note' });
  const disagreement = h('p', { class: 'note' });
  const draw = () => {
    const metric = state.metric && metrics.includes(state.metric) ? state.metric : report.metric;
    const seed = state.seeds[name] ?? prompt.middleSeed;
    const run = runs.find((one) => one.seed === seed) ?? runs[0]!;
    note.textContent = metricNotes[metric];
    holder.replaceChildren(tokenTable(name, run, metric, report.metric));
    disagreement.textContent = disagreementText(run, report.metric);
    return { metric, run };
  };
  const { metric, run } = draw();
  return h(
    'div',
    { class: 'nearest' },
    h(
      'div',
      { class: 'bar-of-controls' },
      h('span', { class: 'of' }, h('span', { class: 'name' }, name), templateText(prompt.template)),
      metrics.length > 1 &&
        choice(
          'Metric',
          metrics.map((value) => ({ value, text: metricNames[value] })),
          metric,
          (value) => {
            state.metric = value;
            context.save();
            draw();
          },
        ),
      runs.length > 1 &&
        dropdown(
          'seed',
          runs.map((one) => String(one.seed)),
          runs.indexOf(run),
          (index) => {
            state.seeds[name] = runs[index]!.seed;
            context.save();
            draw();
          },
        ),
      note,
    ),
    holder,
    disagreement,
    readingBlock(prompt, context) ?? false,
  );
}

/** For how many vectors the metrics name different nearest tokens: a reason for doubt. */
function disagreementText({ virtualTokens }: RunReport, own: Metric): string {
  const differing = virtualTokens.filter((token) =>
    Object.entries(token.nearestBy ?? {}).some(
      ([metric, list]) => metric !== own && list[0]?.id !== token.nearest[0]?.id,
    ),
  );
  if (differing.length === 0) return '';
  const which = listed(differing.map((token) => String(token.index + 1)));
  return `The metrics name different nearest tokens for ${differing.length === 1 ? 'virtual token' : 'virtual tokens'} ${which}.`;
}

function metricsOf(token: VirtualTokenReport, own: Metric): Metric[] {
  const others = Object.keys(token.nearestBy ?? {}) as Metric[];
  return [own, ...others.filter((metric) => metric !== own)];
}

function tokenTable(name: string, run: RunReport, metric: Metric, own: Metric): HTMLElement {
  const lists = run.virtualTokens.map((token) =>
    (metric === own ? token.nearest : (token.nearestBy?.[metric] ?? [])).slice(0, shownTokens),
  );
  // Bars are lengths on one scale for the whole table; cosine has its own.
  const largest =
    metric === 'cosine' ? 1 : Math.max(...lists.flat().map((n) => n.similarity), 1e-9);
  const smallest = Math.min(...lists.flat().map((n) => -n.similarity));
  const share = (near: NearToken) =>
    metric === 'l2' ? smallest / Math.max(-near.similarity, 1e-9) : near.similarity / largest;
  return h(
    'table',
    { class: 'tokens', role: 'table', 'aria-label': `Nearest tokens of ${name}, seed ${run.seed}` },
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
        heading('longer than', 'norm'),
      ),
    ),
    h(
      'tbody',
      { role: 'rowgroup' },
      ...run.virtualTokens.map((token, i) => {
        const before = run.virtualTokens[i - 1];
        const opens = before !== undefined && before.group !== token.group;
        return h(
          'tr',
          { role: 'row', class: opens ? 'opens' : undefined },
          h(
            'th',
            { role: 'rowheader', scope: 'row' },
            h('span', { class: 'number' }, token.index + 1),
            h('span', { class: 'origin' }, origin(token)),
          ),
          ...Array.from({ length: shownTokens }, (_, k) => {
            const near = lists[i]![k];
            return h('td', { role: 'cell' }, near && nearCell(near, metric, share(near), k === 0));
          }),
          h(
            'td',
            { role: 'cell', class: 'norm', title: `norm ${token.norm.toFixed(2)}` },
            h('span', { class: 'spoken narrow' }, 'longer than '),
            `${percent(token.normPercentile)} of tokens`,
          ),
        );
      }),
    ),
  );
}

function heading(text: string, name?: string): HTMLElement {
  return h('th', { role: 'columnheader', scope: 'col', class: name }, text);
}

/** Where the vector comes from: its name, and its start token with whether it left it. */
function origin(token: VirtualTokenReport): string {
  const named = token.name === undefined ? '' : `${token.name} `;
  if (token.unmoved) {
    const start = token.startedFrom === undefined ? '' : ` “${token.startedFrom}”`;
    return `${named}= still its start token${start}`;
  }
  return token.startedFrom === undefined ? named : `${named}from “${token.startedFrom}”`;
}

function nearCell(near: NearToken, metric: Metric, share: number, first: boolean): HTMLElement {
  const value = metric === 'cosine' ? near.similarity : Math.abs(near.similarity);
  const sign = metric === 'dot' && near.similarity < 0 ? -1 : 1;
  return h(
    'span',
    { class: first ? 'near first' : 'near', title: `token ${near.id}` },
    h('span', { class: 'token' }, visible(near.token)),
    h('span', { class: 'similarity' }, twoPlaces(sign * value)),
    h('span', {
      class: 'length',
      'aria-hidden': 'true',
      vars: { '--share': Math.max(0, Math.min(1, share)).toFixed(4) },
    }),
  );
}

/** A token with its spaces and line breaks to be seen. */
function visible(token: string): string {
  return token.replaceAll(' ', '␣').replaceAll('\n', '↵').replaceAll('\t', '⇥');
}
