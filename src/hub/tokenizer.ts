/**
 * Tokenizers of Hugging Face models, from the files in a model's folder alone: no network, no cache.
 *
 * A template is encoded piece by piece, since virtual tokens and masks stand between its words.
 * `encodePiece` is for that: unlike `encode` it never puts a space before the text that was not
 * there, as some tokenizers do at the start of a text.
 */
import { join } from 'node:path';
import { PreTrainedTokenizer } from '@xenova/transformers';
import { PtuneError } from '../base/errors.ts';
import { chatFormat, type ChatFormat } from './chatFormat.ts';
import { type SpecialTokenIds, findSpecialTokens } from './specialTokens.ts';
import { readSmallFile } from './smallFile.ts';
import { readableToken } from './tokenText.ts';
import {
  type TokenizerConfig,
  type TokenizerJson,
  parseTokenizerFiles,
  withoutPrefixSpace,
} from './tokenizerFiles.ts';

/** A model's tokenizer. */
export interface Tokenizer extends SpecialTokenIds {
  /**
   * The ids of a whole text; with `addSpecialTokens` (default false) also those that the model
   * expects around it.
   */
  encode(text: string, options?: { readonly addSpecialTokens?: boolean }): number[];
  /** The ids of a text that stands within a longer one: no space is put before it. */
  encodePiece(text: string): number[];
  /** The text of ids, special tokens left out. */
  decode(ids: readonly number[]): string;
  /** A token as a person reads it, its leading space included: " Paris", "##ing", "[MASK]". */
  tokenText(id: number): string;
  /** Number of ids, the unused ones between them included. */
  readonly vocabularySize: number;
  /** Every id that stands for no text. */
  readonly specialIds: readonly number[];
  /** Whether " Paris" and "Paris" are different tokens within a text. */
  readonly leadingSpaceMatters: boolean;
  /** Whether `encode` puts a space before a text that starts with none. */
  readonly addsLeadingSpace: boolean;
  /** The special tokens that the model expects before and after one sequence. */
  readonly prefixIds: readonly number[];
  readonly suffixIds: readonly number[];
  /**
   * What the model's chat template puts around messages; undefined where it has none.
   *
   * @throws PtuneError `model/unreadable` for a template that cannot be applied
   */
  chatFormat(): ChatFormat | undefined;
}

/**
 * The tokenizer in a model's folder: its `tokenizer.json`, with `tokenizer_config.json` and
 * `special_tokens_map.json` where they are there.
 *
 * @throws PtuneError `model/no-tokenizer` when there is none, `model/unreadable` when it is damaged
 */
export async function loadTokenizer(folder: string): Promise<Tokenizer> {
  const path = join(folder, 'tokenizer.json');
  const json = await readSmallFile(path);
  if (json === undefined) {
    throw new PtuneError(
      'model/no-tokenizer',
      `The model folder ${folder} has no tokenizer.json.`,
      'Save the tokenizer there in the "fast" format: tokenizer.save_pretrained(folder).',
    );
  }
  const config = await readSmallFile(join(folder, 'tokenizer_config.json'));
  const map = await readSmallFile(join(folder, 'special_tokens_map.json'));
  const chat = await readSmallFile(join(folder, 'chat_template.jinja'));
  try {
    return makeTokenizer(withChatTemplate(parseTokenizerFiles(json, config, map), chat), folder);
  } catch (error) {
    throw new PtuneError(
      'model/unreadable',
      `The tokenizer ${path} cannot be read: ${(error as Error).message}.`,
      'Copy the tokenizer files of the model again.',
      error,
    );
  }
}

interface TokenizerFiles {
  readonly json: TokenizerJson;
  readonly config: TokenizerConfig;
}

/** Newer models keep the template in a file of its own. */
function withChatTemplate(files: TokenizerFiles, template: string | undefined): TokenizerFiles {
  if (template === undefined || files.config.chat_template !== undefined) return files;
  return { ...files, config: { ...files.config, chat_template: template } };
}

function makeTokenizer(files: TokenizerFiles, folder: string): Tokenizer {
  const whole = new PreTrainedTokenizer(files.json, files.config);
  const pieces = new PreTrainedTokenizer(withoutPrefixSpace(files.json), files.config);
  const vocabulary = whole.get_vocab();
  const tokens: string[] = [];
  for (const [token, id] of vocabulary) tokens[id] = token;
  const added = new Set((files.json.added_tokens ?? []).map((token) => token.id));
  const plain = (text: string) => encodeWith(whole, text, false);
  const piece = (text: string) => encodeWith(pieces, text, false);
  return {
    encode: (text, options) => encodeWith(whole, text, options?.addSpecialTokens ?? false),
    encodePiece: piece,
    decode: (ids) =>
      ids.length === 0 ? '' : whole.decode([...ids], { skip_special_tokens: true }),
    tokenText: (id) => readableToken(tokens[id], added.has(id), files.json),
    vocabularySize: tokens.length,
    ...findSpecialTokens(files, vocabulary),
    specialIds: whole.all_special_ids,
    leadingSpaceMatters: !sameIds(piece('a'), piece(' a')),
    addsLeadingSpace: !sameIds(plain('a'), piece('a')),
    ...surroundings(plain('a'), encodeWith(whole, 'a', true)),
    chatFormat: () =>
      files.config.chat_template == null ? undefined : readChatFormat(whole, folder),
  };
}

/** What templates may ask for beside the messages. */
const chatOptions = {
  tokenize: false,
  // Templates would take today's: the same file gives the same tokens on every day.
  date_string: '26 Jul 2024',
  // The answer follows at once.
  enable_thinking: false,
} as const;

function readChatFormat(tokenizer: PreTrainedTokenizer, folder: string): ChatFormat {
  try {
    return chatFormat((messages, asks) =>
      tokenizer.apply_chat_template([...messages], { ...chatOptions, add_generation_prompt: asks }),
    );
  } catch (error) {
    throw new PtuneError(
      'model/unreadable',
      `The chat template of the model in ${folder} cannot be applied: ${(error as Error).message}.`,
      'Remove "chat: true", or copy the tokenizer files of the model again.',
      error,
    );
  }
}

function encodeWith(tokenizer: PreTrainedTokenizer, text: string, special: boolean): number[] {
  return tokenizer.encode(text, { add_special_tokens: special });
}

/** What stands around the ids of a text in the ids of the same text with special tokens. */
function surroundings(
  plain: readonly number[],
  special: readonly number[],
): { prefixIds: number[]; suffixIds: number[] } {
  for (let start = 0; start + plain.length <= special.length; start++) {
    if (sameIds(special.slice(start, start + plain.length), plain)) {
      const suffixIds = special.slice(start + plain.length);
      return { prefixIds: special.slice(0, start), suffixIds };
    }
  }
  return { prefixIds: [], suffixIds: [] };
}

function sameIds(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i]);
}
