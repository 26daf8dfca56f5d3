/** Lists of near tokens that are worth telling beside others. */
import type { Metric, NearTokens } from '../../protocol/report.ts';

/** `lists` where they name other tokens than `known` under some metric; undefined otherwise. */
export function differing(lists: NearTokens, known: NearTokens): NearTokens | undefined {
  const differs = Object.entries(lists).some(([metric, list]) =>
    list.some(({ id }, i) => id !== known[metric as Metric]?.[i]?.id),
  );
  return differs ? lists : undefined;
}
