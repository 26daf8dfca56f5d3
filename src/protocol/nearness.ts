/** How views tell what a vector is near: the same lists and the same words everywhere. */
import type {
  Metric,
  NearToken,
  NearTokens,
  PathPoint,
  RunReport,
  TokenKind,
  VectorPathReport,
  VirtualTokenReport,
} from './report.ts';

/** Metrics as a sentence names them. */
export const metricWords: Readonly<Record<Metric, string>> = {
  cosine: 'cosine similarity',
  dot: 'dot product',
  l2: 'Euclidean distance',
};

/** What is said of a token that no person can read or write. */
export const kindWords: Readonly<Record<TokenKind, string>> = {
  special: 'special token',
  fragment: 'part of a character',
  unused: 'unused place of the vocabulary',
  zero: 'its embedding is zero',
};

type Lists = Pick<VirtualTokenReport, 'nearestBy' | 'nearestOfAll'> & {
  readonly nearest?: readonly NearToken[];
};

/**
 * The nearest tokens under a metric.
 *
 * @param all  among all tokens, not among those alone that a person can read and write
 */
export function nearestBy(lists: Lists, metric: Metric, all = false): readonly NearToken[] {
  const others = all ? lists.nearestOfAll?.[metric] : undefined;
  return others ?? lists.nearestBy?.[metric] ?? lists.nearest ?? [];
}

/** The nearest tokens under the other metrics where they are other tokens. */
export function disagreements(
  lists: Lists,
  metric: Metric,
  all = false,
): (readonly [Metric, NearToken])[] {
  const own = nearestBy(lists, metric, all)[0]?.id;
  const metrics = Object.keys(lists.nearestBy ?? {}) as Metric[];
  return metrics.flatMap((other) => {
    const first = nearestBy(lists, other, all)[0];
    return first && other !== metric && first.id !== own ? [[other, first] as const] : [];
  });
}

/** Doubts about what a vector is near, in words. */
export function remarks({ unmoved, likeRandom }: VirtualTokenReport, metric: Metric): string[] {
  return [
    ...(unmoved ? ['still its start token'] : []),
    ...(likeRandom?.includes(metric) ? ['no nearer than a random vector'] : []),
  ];
}

/** A run's vectors at a step of its path; those that it keeps at any other step. */
export function virtualTokensAt(
  { virtualTokens, path }: Pick<RunReport, 'virtualTokens' | 'path'>,
  step: number,
): readonly VirtualTokenReport[] {
  const snapshot = path?.snapshots.find((one) => one.step === step);
  if (!path || !snapshot) return virtualTokens;
  return snapshot.vectors.map(({ near, ...facts }, index) => {
    const { name, group, startedFrom } = virtualTokens[index]!;
    const ordinary = unpacked(near, path, false);
    return {
      index,
      ...(name !== undefined && { name }),
      ...(group !== undefined && { group }),
      ...(startedFrom !== undefined && { startedFrom }),
      ...facts,
      nearest: Object.values(ordinary)[0] ?? [],
      nearestBy: ordinary,
      nearestOfAll: unpacked(near, path, true),
    };
  });
}

function unpacked(
  near: PathPoint['near'],
  { tokens, count }: VectorPathReport,
  all: boolean,
): NearTokens {
  const lists = Object.entries(near).map(([metric, pairs]) => {
    const near = pairs.map(([id, similarity]) => ({ id, similarity, ...tokens[id]! }));
    const shown = near.filter(({ kind }) => all || kind === undefined);
    return [metric, shown.slice(0, count)] as const;
  });
  return Object.fromEntries(lists);
}
