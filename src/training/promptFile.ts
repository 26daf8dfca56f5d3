/** A `.ptune` file with its data and its model at hand: what training and scoring start from. */
import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { PtuneError } from '../base/errors.ts';
import { loadExamples, type LoadedExamples } from '../data/examples.ts';
import { demosOf } from '../encoding/demos.ts';
import { PromptEncoding, type EncodingModel } from '../encoding/encodePrompt.ts';
import { candidateSet, type CandidateSet } from '../evaluation/candidates.ts';
import { PromptModel } from '../evaluation/promptModel.ts';
import type { ChatFormat } from '../hub/chatFormat.ts';
import { openModel, type OpenModel } from '../hub/openModel.ts';
import type { Prompt, PtuneFile } from '../language/ast.ts';
import type { Diagnostic } from '../language/diagnostics.ts';
import { LineMap } from '../language/lineMap.ts';
import { parse } from '../language/parser.ts';
import type { Fingerprint } from '../protocol/fingerprint.ts';
import { FileHashes } from '../runs/fileHashes.ts';
import { hashModel, promptFingerprint } from '../runs/fingerprint.ts';
import type { TrainingContext } from './context.ts';
import { findModel, modelChoiceOf } from './hubModels.ts';

export type SplitName = 'train' | 'validation' | 'test';

export interface OpenPromptFile {
  /** Absolute path. */
  readonly path: string;
  /** Name without folders. */
  readonly name: string;
  readonly file: PtuneFile;
  readonly examples: LoadedExamples;
  readonly candidates: CandidateSet;
  readonly model: PromptModel;
  readonly modelId: string;
  /** SHA-256 over the model's files. */
  readonly modelHash: string;
  /** The same hash, taken again from every byte that is on disk now. */
  rehashModel(): Promise<string>;
  readonly tokenizerHash: string;
  /** Hashes of everything that a score of `prompt` depends on. */
  fingerprint(prompt: Prompt): Promise<Fingerprint>;
  /** How `prompt` turns examples into tokens; few-shot examples are drawn with `seed`. */
  encodingOf(prompt: Prompt, seed: number): PromptEncoding;
}

/**
 * Opens a `.ptune` file.
 *
 * @param text  the editor's text, where it differs from the file's
 * @throws PtuneError `file/unreadable`; `file/has-errors` naming the first ones; `file/no-prompts`;
 *   those of finding and opening the model; `model/no-chat-template`; `model/unsupported` for a
 *   setting that the kind of model cannot follow
 */
export async function openPromptFile(
  path: string,
  text: string | undefined,
  context: TrainingContext,
): Promise<OpenPromptFile> {
  const absolute = resolve(path);
  const source = text ?? (await readSource(absolute));
  const file = parse(source);
  assertNoErrors(file, file.diagnostics, absolute);
  const examples = await loadExamples(file, absolute);
  assertNoErrors(file, examples.diagnostics, absolute);
  warn([...file.diagnostics, ...examples.diagnostics], file, context);
  const { settings } = file;
  const choice = modelChoiceOf(file)!;
  const located = await findModel(choice, dirname(absolute), context);
  const open = await openModel(located);
  const all = [...examples.train, ...examples.validation, ...examples.test];
  const candidates = candidateSet(settings, all, examples.candidates);
  const hashes = new FileHashes();
  const places = { path: absolute, model: { folder: located.folder, files: located.files } };
  const model = new PromptModel(open, context.threads);
  const chat = chatOf(open, settings.chat);
  const encodingModel = {
    ...model.encoding,
    ...chat,
    ...answerEnd(open, candidates, chat.chat),
    ...(settings.labels && {
      solvedAs: new Map(settings.labels.map(({ name, words }) => [name, words[0]!])),
    }),
  };
  warnOfTextAfterAnswer(file, open.lm.causal && !open.lm.encoder, context);
  return {
    path: absolute,
    name: basename(absolute),
    file,
    examples,
    candidates,
    model,
    modelId: choice.id,
    modelHash: await hashModel(located.folder, located.files, hashes),
    rehashModel: () => hashModel(located.folder, located.files, new FileHashes()),
    tokenizerHash: await hashes.hash(resolve(located.folder, 'tokenizer.json')),
    fingerprint: (prompt) => promptFingerprint(file, prompt, places, hashes),
    encodingOf: (prompt, seed) =>
      new PromptEncoding(prompt, encodingModel, demosOf(prompt, seed, examples.train)),
  };
}

async function readSource(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new PtuneError(
      'file/unreadable',
      `"${path}" cannot be read: ${(error as Error).message}.`,
      'Check the path of the .ptune file.',
      error,
    );
  }
}

/** Throws `file/has-errors` that names the first errors with their places. */
export function assertNoErrors(
  file: PtuneFile,
  diagnostics: readonly Diagnostic[],
  path: string,
): void {
  const errors = diagnostics.filter((d) => d.severity === 'error');
  if (errors.length === 0) return;
  const lines = errors
    .slice(0, 5)
    .map((d) => `  ${placeOf(file, d, path)} ${d.message} (${d.code})`);
  const more = errors.length > 5 ? `\n  and ${errors.length - 5} more` : '';
  throw new PtuneError(
    'file/has-errors',
    `${basename(path)} has ${errors.length === 1 ? 'an error' : `${errors.length} errors`}:\n${lines.join('\n')}${more}`,
    `Mend ${errors.length === 1 ? 'it' : 'them'}; "ptune check ${basename(path)}" lists everything.`,
  );
}

function placeOf(file: PtuneFile, { span }: Diagnostic, path: string): string {
  const { line, character } = new LineMap(file.text).position(span.start);
  return `${basename(path)}:${line + 1}:${character + 1}`;
}

function warn(diagnostics: readonly Diagnostic[], file: PtuneFile, context: TrainingContext): void {
  const map = new LineMap(file.text);
  for (const { severity, code, message, span } of diagnostics) {
    if (severity !== 'warning') continue;
    const line = map.position(span.start).line + 1;
    context.emit({ type: 'warning', code, message: `line ${line}: ${message}` });
  }
}

/**
 * The token that ends an answer, which a model that writes freely has to learn, too.
 *
 * @throws PtuneError `model/unsupported` for a masked model, which cannot write
 */
function answerEnd(
  { lm, tokenizer, config }: OpenModel,
  { kind }: CandidateSet,
  chat: ChatFormat | undefined,
): Pick<EncodingModel, 'answerEnd'> {
  if (kind !== 'generate') return {};
  if (!lm.causal) {
    throw new PtuneError(
      'model/unsupported',
      'The model fills in masks, and "candidates: generate" needs one that writes: a causal or an encoder-decoder model.',
      'Use "candidates: answers", a file of candidates, or "candidates: vocabulary".',
    );
  }
  // A turn of a conversation may end with a token of its own.
  const turn = chat && tokenizer.encode(chat.after.trimStart())[0];
  const isEnd = turn !== undefined && tokenizer.specialIds.includes(turn);
  const end = isEnd ? turn : (tokenizer.endId ?? config.eosTokenId);
  return end === undefined ? {} : { answerEnd: end };
}

/** A causal model predicts the answer from what stands before it. */
function warnOfTextAfterAnswer(file: PtuneFile, causal: boolean, context: TrainingContext): void {
  if (!causal) return;
  const map = new LineMap(file.text);
  for (const { name, parts } of file.prompts) {
    const rest = parts.slice(parts.findIndex((part) => part.kind === 'answer') + 1);
    const first = rest.find((part) => part.kind !== 'text' || part.text.trim() !== '');
    if (!first) continue;
    const line = map.position(first.span.start).line + 1;
    const message = `line ${line}: What stands after the answer of "${name}" is left out: the model is causal`;
    context.emit({ type: 'warning', code: 'template/after-answer', message });
  }
}

/**
 * The model's chat template, where the file asks for it.
 *
 * @throws PtuneError `model/no-chat-template` when it has none, `model/unsupported` when it is of a
 *   kind that holds no conversations
 */
function chatOf({ lm, tokenizer, folder }: OpenModel, chat: boolean): Pick<EncodingModel, 'chat'> {
  if (!chat) return {};
  if (!lm.causal || lm.encoder) {
    throw new PtuneError(
      'model/unsupported',
      `"chat: true" needs a causal model, and the model in ${folder} is ${lm.encoder ? 'an encoder-decoder' : 'a masked'} model.`,
      'Remove "chat: true" to use the template as plain text.',
    );
  }
  const format = tokenizer.chatFormat();
  if (format) return { chat: format };
  throw new PtuneError(
    'model/no-chat-template',
    `The model in ${folder} has no chat template: neither "chat_template" in its tokenizer_config.json nor a chat_template.jinja.`,
    'Remove "chat: true" to use the template as plain text, or use an instruction model.',
  );
}
