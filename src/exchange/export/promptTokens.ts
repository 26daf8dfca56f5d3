/** The virtual tokens of a prompt as tokens with names in the tokenizer's files. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadTokenizer, type Tokenizer } from '../../hub/tokenizer.ts';
import type { ModelInputs } from '../../model/languageModel.ts';

/** The names of P tokens; none of them is in the vocabulary or a part of another one. */
export function tokenNames(prompt: string, count: number, tokenizer: Tokenizer): string[] {
  const taken = new Set(
    Array.from({ length: tokenizer.vocabularySize }, (_, id) => tokenizer.tokenText(id)),
  );
  for (let attempt = 0; ; attempt++) {
    const stem = attempt === 0 ? prompt : `${prompt}-${attempt}`;
    const names = Array.from({ length: count }, (_, row) => `<${stem}:${row + 1}>`);
    if (!names.some((name) => taken.has(name))) return names;
  }
}

/** How the new tokens treat the white space around them. */
export interface TokenSpaces {
  /** Spaces before the token make no token of their own. */
  readonly lstrip: boolean;
  readonly rstrip: boolean;
}

/**
 * Writes the tokenizer of `from` with further tokens into `to`.
 *
 * @param firstId  the first new token's id
 */
export async function writeTokenizer(
  from: string,
  to: string,
  names: readonly string[],
  firstId: number,
  spaces: TokenSpaces,
  inputs: Pick<ModelInputs, 'tokenTypeIds'>,
): Promise<Tokenizer> {
  const tokens = names.map((content, row) => ({
    id: firstId + row,
    content,
    single_word: false,
    ...spaces,
    normalized: false,
    special: true,
  }));
  const json = await readJson(join(from, 'tokenizer.json'));
  const known = (json['added_tokens'] ?? []) as unknown[];
  await writeJson(join(to, 'tokenizer.json'), { ...json, added_tokens: [...known, ...tokens] });
  const config = await plainConfig(from, inputs);
  const decoder = config['added_tokens_decoder'] as Record<string, unknown> | undefined;
  const own = Object.fromEntries(tokens.map(({ id, ...token }) => [String(id), token]));
  await writeJson(join(to, 'tokenizer_config.json'), {
    ...config,
    ...(decoder && { added_tokens_decoder: { ...decoder, ...own } }),
  });
  return loadTokenizer(to);
}

/**
 * The `tokenizer_config.json` of a folder, so changed that every library reads `tokenizer.json` as it
 * stands, which is what ptune does. The classes of single models make tokenizers of their own from
 * its vocabulary, which for some files encode a text otherwise.
 */
export async function plainConfig(
  folder: string,
  { tokenTypeIds }: Pick<ModelInputs, 'tokenTypeIds'>,
): Promise<Record<string, unknown>> {
  const inputs = ['input_ids', ...(tokenTypeIds ? ['token_type_ids'] : []), 'attention_mask'];
  return {
    // What those classes know of the model beside.
    model_input_names: inputs,
    ...(await readJson(join(folder, 'tokenizer_config.json'))),
    tokenizer_class: 'PreTrainedTokenizerFast',
  };
}

/** A JSON file; an empty object where there is none. */
export async function readJson(path: string): Promise<Record<string, unknown>> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '{}';
    throw error;
  });
  return JSON.parse(text) as Record<string, unknown>;
}

/** Writes a value as JSON. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFile(path, `${JSON.stringify(value, undefined, 2)}\n`);
}
