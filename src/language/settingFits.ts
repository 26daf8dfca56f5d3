/**
 * Which of the settings' own words a file and its model can use. Checks tell what does not fit, and
 * completion offers only what does, by the same rules.
 */
import type { ModelKind } from './features/facts.ts';
import type { Settings } from './settings.ts';

/** Pairs of settings of which only one can be given, by their paths. */
export const exclusiveSettings = [
  ['data.train', 'examples'],
  ['train.steps', 'train.epochs'],
] as const;

/** Whether virtual tokens can start from this: label words are there in a classification only. */
export function initFits(init: string, { labels }: Pick<Settings, 'labels'>): boolean {
  return init !== 'labels' || labels !== undefined;
}

/** Whether a model of this kind can answer so: one that fills in masks cannot write freely. */
export function candidatesFit(candidates: string, kind: ModelKind | undefined): boolean {
  return candidates !== 'generate' || kind !== 'masked';
}

/** Whether a chat template is of use: only causal models have one. */
export function chatFits(chat: boolean, kind: ModelKind | undefined): boolean {
  return !chat || kind === undefined || kind === 'causal';
}
