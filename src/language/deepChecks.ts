/** Checks of deep prompts: keys and values of every layer, which come before the first token. */
import type { Prompt, SettingSpan, Span, TemplatePart } from './ast.ts';
import type { Diagnostic } from './diagnostics.ts';
import { diagnostic } from './diagnostics.ts';

/** Whether a prompt is trained, or has been, as keys and values of every layer. */
export function isDeep({ kind, train }: Pick<Prompt, 'kind' | 'train'>): boolean {
  return kind === 'continuous' && train.depth === 'deep';
}

/** Where a prompt's setting of `train` stands: in its own braces, else in the file's settings. */
export function trainPlace(
  prompt: Prompt,
  spans: ReadonlyMap<string, SettingSpan>,
  key: string,
): SettingSpan | undefined {
  return prompt.settingSpans.get(key) ?? spans.get(`train.${key}`);
}

/** Deep prompts are trained through an MLP or directly; of a setting for several the first is told. */
export function checkDeepEncoders(
  prompts: readonly Prompt[],
  spans: ReadonlyMap<string, SettingSpan>,
  diagnostics: Diagnostic[],
): void {
  const told = new Set<number>();
  for (const prompt of prompts) {
    if (!isDeep(prompt) || prompt.from !== undefined || prompt.train.encoder !== 'lstm') continue;
    const encoder = trainPlace(prompt, spans, 'encoder');
    const depth = trainPlace(prompt, spans, 'depth');
    const place = (encoder ?? depth)?.value;
    if (!place || told.has(place.start)) continue;
    told.add(place.start);
    const has = encoder ? 'the encoder lstm' : 'no encoder set, which means lstm';
    const message = `The prompt "${prompt.name}" is deep and has ${has}; deep prompts are trained through an mlp or directly. Set "encoder: mlp" or "encoder: none" beside "depth: deep"`;
    const related = encoder && depth ? [{ span: depth.value, message: 'What makes it deep' }] : [];
    const data = encoder && { replacement: 'mlp' };
    diagnostics.push(
      diagnostic('prompt/deep-encoder', place, message, { related, ...(data && { data }) }),
    );
  }
}

/** Keys and values stand before all tokens, so no word can stand before them. */
export function checkDeepPlacement(prompt: Prompt, diagnostics: Diagnostic[]): void {
  const late = isDeep(prompt) ? lateVirtual(prompt.parts) : undefined;
  if (!late) return;
  const message = `The prompt "${prompt.name}" is deep, and these virtual tokens stand behind its first word; the keys and values of a deep prompt come before every token. Put them at the start of the template, or set "depth: input"`;
  const related = [{ span: late.first, message: 'What stands before them' }];
  diagnostics.push(diagnostic('prompt/deep-placement', late.parts[0]!.span, message, { related }));
}

/** The virtual tokens behind the first words or slot of a template. */
export function lateVirtual(
  parts: readonly TemplatePart[],
): { readonly first: Span; readonly parts: readonly TemplatePart[] } | undefined {
  const at = parts.findIndex((part) => part.kind !== 'virtual' && !isBlank(part));
  const late = parts.filter((part, index) => part.kind === 'virtual' && at >= 0 && index > at);
  return late.length === 0 ? undefined : { first: parts[at]!.span, parts: late };
}

function isBlank(part: TemplatePart): boolean {
  return part.kind === 'text' && part.text.trim() === '';
}
