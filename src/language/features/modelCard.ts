/** What a model is, as Markdown. */
import { markdownText } from '../../base/markdown.ts';
import type { Facts, ModelFacts } from './facts.ts';
import { sizeText } from './factsText.ts';

const places = {
  bundled: 'comes with ptune',
  cache: 'in the cache of this machine',
  folder: 'in a folder beside this file',
} as const satisfies Record<ModelFacts['place'], string>;

/** The card of the model that the settings name. */
export function modelCard(id: string, { model }: Facts): string {
  const head = `**${markdownText(id)}**`;
  if (model === undefined) return `${head}\n\nNothing is known of this model here.`;
  if (model === 'missing') return `${head}\n\nNot on this machine yet.`;
  const { kind, bytes, license, maxTokens, vocabularySize, problem } = model;
  const facts = [
    `${places[model.place]}, ${sizeText(bytes)}`,
    kind && `${kind} language model, frozen: only prompts are trained`,
    maxTokens === undefined ? undefined : `reads up to ${maxTokens} tokens`,
    vocabularySize === undefined ? undefined : `knows ${vocabularySize} tokens`,
    license === undefined ? 'names no license' : `license: ${markdownText(license)}`,
  ];
  const lines = facts.filter((fact) => fact !== undefined).map((fact) => `- ${fact}`);
  const warning = problem === undefined ? [] : [`Cannot be trained: ${markdownText(problem)}.`];
  return [head, lines.join('\n'), ...warning].join('\n\n');
}
