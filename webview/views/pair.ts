/** What two things of one kind differ in: their template, their facts, their scores. */
import { percent, points, pointsInWords } from '../../src/protocol/format.ts';
import { h } from '../element.ts';
import type { Piece } from '../wordDiff.ts';
import { wordDiff } from '../wordDiff.ts';
import { spoken } from './icons.ts';

/** "42 % → 92 %: +50 points". */
export function scoreChange(from: number, to: number): string {
  const unit = pointsInWords(to - from) === '1 point' ? 'point' : 'points';
  return `${percent(from)} → ${percent(to)}: ${points(to - from)} ${unit}`;
}

/** Two templates in one, word by word. */
export function templateDiff(from: string, to: string): HTMLElement {
  return h('code', { class: 'template diff' }, ...wordDiff(from, to).map(pieceView));
}

function pieceView({ kind, text }: Piece): HTMLElement | string {
  switch (kind) {
    case 'same':
      return text;
    case 'removed':
      return h('del', {}, spoken('removed: '), text);
    case 'added':
      return h('ins', {}, spoken('added: '), text);
  }
}

type Facts = Readonly<Record<string, string>>;

/** A table of what differs, and how much does not; nothing where there is nothing to tell. */
export function factsDiff(
  noun: string,
  names: readonly [from: string, to: string],
  from: Facts,
  to: Facts,
): HTMLElement[] {
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  if (keys.length === 0) return [];
  const differing = keys.filter((key) => from[key] !== to[key]);
  const same = keys.length - differing.length;
  if (differing.length === 0) {
    return [h('p', { class: 'note' }, `All ${keys.length} ${noun}s are the same.`)];
  }
  const heading = (text: string) => h('th', { scope: 'col' }, text);
  const rows = differing.map((key) =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, key),
      h('td', {}, from[key] ?? '–'),
      h('td', {}, to[key] ?? '–'),
    ),
  );
  const table = h(
    'table',
    { class: 'numbers', 'aria-label': `${noun[0]!.toUpperCase()}${noun.slice(1)}s that differ` },
    h('thead', {}, h('tr', {}, heading(noun), ...names.map(heading))),
    h('tbody', {}, ...rows),
  );
  return [
    h('div', { class: 'scroll' }, table),
    ...(same > 0
      ? [h('p', { class: 'note' }, `${same} of ${keys.length} ${noun}s are the same.`)]
      : []),
  ];
}
