/** The files that a tokenizer is saved in, as far as ptune looks into them itself. */

/** A part of the pipeline in `tokenizer.json`: a normalizer, pre-tokenizer, decoder and so on. */
export interface PipelinePart {
  readonly type: string;
  readonly add_prefix_space?: boolean;
  readonly prepend_scheme?: 'always' | 'first' | 'never';
  readonly replacement?: string;
  /** What a `Prepend` normalizer puts before a text. */
  readonly prepend?: string;
  readonly normalizers?: readonly PipelinePart[];
  readonly pretokenizers?: readonly PipelinePart[];
  readonly decoders?: readonly PipelinePart[];
}

/** A token beside the vocabulary of the model proper. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special?: boolean;
}

/** `tokenizer.json`. */
export interface TokenizerJson {
  readonly added_tokens?: readonly AddedToken[];
  readonly normalizer?: PipelinePart | null;
  readonly pre_tokenizer?: PipelinePart | null;
  readonly decoder?: PipelinePart | null;
  readonly post_processor?: unknown;
  readonly model: {
    readonly type?: string;
    readonly unk_token?: string | null;
    /** Tokens with their ids, or a list of tokens with their scores. */
    readonly vocab?: unknown;
  };
}

/** `tokenizer_config.json`; a special token is its text or an object with it. */
export type TokenizerConfig = Readonly<Record<string, unknown>>;

/** Steps that a file may leave out, though the library wants each of them said. */
const emptySteps = {
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: null,
  post_processor: null,
  decoder: null,
};

/**
 * The files as values. Special tokens of `special_tokens_map.json` fill in what the configuration
 * does not name. Throws an `Error` when a file is not JSON of the known form.
 */
export function parseTokenizerFiles(
  json: string,
  config: string | undefined,
  map: string | undefined,
): { json: TokenizerJson; config: TokenizerConfig } {
  const tokenizer = parseObject(json, 'tokenizer.json') as unknown as TokenizerJson;
  if (typeof (tokenizer as { model?: unknown }).model !== 'object') {
    throw new Error('tokenizer.json has no "model"');
  }
  const named: Record<string, unknown> = {};
  if (map !== undefined) {
    for (const [key, value] of Object.entries(parseObject(map, 'special_tokens_map.json'))) {
      named[key] = tokenContent(value) ?? undefined;
    }
  }
  const own = config === undefined ? {} : parseObject(config, 'tokenizer_config.json');
  for (const [key, value] of Object.entries(own)) {
    if (value !== null)
      named[key] = key.endsWith('_token') ? (tokenContent(value) ?? value) : value;
  }
  return { json: { ...emptySteps, ...tokenizer }, config: named };
}

/** The text of a special token, however it was written. */
export function tokenContent(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const content = (value as { content?: unknown } | null | undefined)?.content;
  return typeof content === 'string' ? content : undefined;
}

/** The same tokenizer without the step that puts a space before a text. */
export function withoutPrefixSpace(json: TokenizerJson): TokenizerJson {
  const normalizer = dropPrepend(json.normalizer);
  // Behind a split at white space every word is a section of its own and carries its own mark.
  const splits = partsOf(json.pre_tokenizer).some((part) => part.type === 'WhitespaceSplit');
  const pre_tokenizer = splits ? json.pre_tokenizer : withoutPrefix(json.pre_tokenizer);
  return {
    ...json,
    ...(normalizer === undefined ? {} : { normalizer }),
    ...(pre_tokenizer === undefined ? {} : { pre_tokenizer }),
  };
}

/** A pipeline part and, where it is a sequence, the parts in it. */
export function partsOf(part: PipelinePart | null | undefined): PipelinePart[] {
  if (part == null) return [];
  const inner = part.normalizers ?? part.pretokenizers ?? part.decoders ?? [];
  return [part, ...inner.flatMap(partsOf)];
}

function dropPrepend(part: PipelinePart | null | undefined): PipelinePart | null | undefined {
  if (part == null) return part;
  if (part.type === 'Prepend') return null;
  if (part.normalizers === undefined) return part;
  const kept = part.normalizers.map(dropPrepend).filter((inner) => inner != null);
  return { ...part, normalizers: kept };
}

function withoutPrefix(part: PipelinePart | null | undefined): PipelinePart | null | undefined {
  if (part == null) return part;
  if (part.pretokenizers !== undefined) {
    const inner = part.pretokenizers.map(withoutPrefix).filter((item) => item != null);
    return { ...part, pretokenizers: inner };
  }
  if (part.type === 'Metaspace') {
    return { ...part, prepend_scheme: 'never', add_prefix_space: false };
  }
  return part.type === 'ByteLevel' ? { ...part, add_prefix_space: false } : part;
}

function parseObject(text: string, name: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${name} is not a JSON object`);
  }
  return value as Record<string, unknown>;
}
