/** Checks a file against the model that it names: what of the file this kind of model cannot use. */
import { PtuneError } from '../base/errors.ts';
import type { Prompt, PtuneFile } from './ast.ts';
import { isDeep, trainPlace } from './deepChecks.ts';
import type { Diagnostic } from './diagnostics.ts';
import { diagnostic, inOrder } from './diagnostics.ts';
import type { ModelFacts, NamedModel } from './features/facts.ts';
import { candidatesFit, chatFits } from './settingFits.ts';

/**
 * What is wrong with a file and with its use of its model, in the order of their places. What is wrong
 * with the model itself is told once. Where the model takes no deep prompts, their encoders are not told:
 * the depth or the model has to be another first.
 *
 * @param found what is wrong with the file itself
 */
export function withModelUse(
  found: readonly Diagnostic[],
  file: PtuneFile,
  model: NamedModel | PtuneError,
): Diagnostic[] {
  const known = new Set(found.map(({ code }) => code));
  const use = checkModelUse(file, model).filter(
    ({ code }) => !known.has(code) || !code.startsWith('model/'),
  );
  const takesDeep = !isDescribed(model) || model.takesCache !== false;
  const first = takesDeep ? found : found.filter(({ code }) => code !== 'prompt/deep-encoder');
  return inOrder([...first, ...use]);
}

function isDescribed(model: NamedModel | PtuneError): model is ModelFacts {
  return typeof model === 'object' && !(model instanceof PtuneError);
}

/**
 * What is wrong between `file` and its model: what was found of it, or why it cannot be used. Nothing
 * where it is not known.
 */
export function checkModelUse(file: PtuneFile, model: NamedModel | PtuneError): Diagnostic[] {
  const { settings, settingSpans } = file;
  const place = (settingSpans.get('model.id') ?? settingSpans.get('model'))?.value;
  if (!place || model === undefined) return [];
  const id = settings.model?.id ?? '';
  if (model instanceof PtuneError) {
    const code = (['model/no-weights', 'model/no-tokenizer'] as const).find(
      (known) => known === model.code,
    );
    const next = model.nextStep?.replace(/\.$/, '') ?? '';
    return code ? [diagnostic(code, place, `${model.message} ${next}`.trim())] : [];
  }
  if (model === 'missing') {
    if (id.startsWith('bundled/')) {
      const message = `There is no bundled model "${id.slice('bundled/'.length)}". There is bundled/mini-mlm`;
      return [
        diagnostic('model/not-found', place, message, {
          data: { replacement: 'bundled/mini-mlm' },
        }),
      ];
    }
    // A path that leads nowhere is an error of its own.
    if (!/^[\w.-]+\/[\w.-]+$/.test(id) || id.startsWith('.')) return [];
    const message = `"${id}" is not on this machine yet. Training and scoring download it first; "ptune models add ${id}" does so now`;
    return [diagnostic('model/not-cached', place, message)];
  }
  const found: Diagnostic[] = [];
  if (model.problem !== undefined) {
    const message = `"${id}" cannot be trained: ${model.problem}. Use a masked, causal or encoder-decoder language model`;
    found.push(diagnostic('model/cannot-train', place, message));
  }
  const related = [{ span: place, message: `The model is ${article(model)}` }];
  const { kind } = model;
  const candidates = settingSpans.get('candidates');
  if (candidates && !candidatesFit(settings.candidates.kind, kind)) {
    const message =
      'A masked model fills in masks and cannot write freely. Use "answers", "vocabulary" or a file of candidates';
    const more = { related, data: { replacement: 'answers' } };
    found.push(diagnostic('model/wrong-kind', candidates.value, message, more));
  }
  const chat = settingSpans.get('chat');
  if (chat && !chatFits(settings.chat, kind)) {
    const message = `"chat: true" needs a causal model, and this one is ${article(model)}. Remove it to use the template as plain text`;
    found.push(
      diagnostic('model/wrong-kind', chat.value, message, {
        related,
        data: { replacement: 'false' },
      }),
    );
  }
  found.push(...deepWithoutCache(file, model, related));
  if (kind !== 'causal') return found;
  return [...found, ...file.prompts.flatMap((prompt) => textAfterAnswer(prompt, related))];
}

/** Deep prompts are put in through the inputs for cached keys and values, which some causal models have. */
function deepWithoutCache(
  { prompts, settingSpans }: PtuneFile,
  model: ModelFacts,
  related: NonNullable<Diagnostic['related']>,
): Diagnostic[] {
  if (model.takesCache !== false) return [];
  const told = new Set<number>();
  return prompts.flatMap((prompt) => {
    const depth = isDeep(prompt) ? trainPlace(prompt, settingSpans, 'depth')?.value : undefined;
    if (!depth || told.has(depth.start)) return [];
    told.add(depth.start);
    const message = `The prompt "${prompt.name}" is deep, which needs inputs for cached keys and values, and this model is ${article(model)} without them. Use a causal model exported with past_key_values, or set "depth: input"`;
    const more = { related, data: { replacement: 'input' } };
    return [diagnostic('model/wrong-kind', depth, message, more)];
  });
}

/** A causal model predicts the answer from what stands before it. */
function textAfterAnswer(
  { name, parts }: Prompt,
  related: NonNullable<Diagnostic['related']>,
): Diagnostic[] {
  const at = parts.findIndex(({ kind }) => kind === 'answer');
  const rest = at === -1 ? [] : parts.slice(at + 1);
  const first = rest.find((part) => part.kind !== 'text' || part.text.trim() !== '');
  if (!first) return [];
  const span = { start: first.span.start, end: rest.at(-1)!.span.end };
  const lost = rest.filter(({ kind }) => kind === 'virtual').length;
  const what =
    lost > 0
      ? 'Virtual tokens behind the answer are never reached'
      : 'What stands after the answer is left out';
  const message = `${what} in "${name}": a causal model reads only what stands before it. Move it in front of the answer`;
  return [diagnostic('template/after-answer', span, message, { related })];
}

function article({ kind }: ModelFacts): string {
  return kind === 'encoder-decoder' ? 'an encoder-decoder model' : `a ${kind ?? 'language'} model`;
}

/** Names of virtual tokens that no second place uses: allowed, and perhaps not what was meant. */
export function unusedNames(file: PtuneFile): Diagnostic[] {
  return file.prompts.flatMap(({ parts }) => {
    const places = new Map<string, number>();
    for (const part of parts) {
      if (part.kind === 'virtual' && part.name !== undefined) {
        places.set(part.name, (places.get(part.name) ?? 0) + 1);
      }
    }
    return parts.flatMap((part) => {
      if (part.kind !== 'virtual' || !part.nameSpan || places.get(part.name ?? '') !== 1) return [];
      const message = `No other place of this prompt uses "${part.name}". Write {*${part.name}} where the same vectors belong, or leave the name out`;
      return [diagnostic('template/unused-name', part.nameSpan, message)];
    });
  });
}
