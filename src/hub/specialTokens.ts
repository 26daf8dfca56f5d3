/** Which ids of a tokenizer have a special meaning. */
import { type TokenizerConfig, type TokenizerJson, tokenContent } from './tokenizerFiles.ts';

/** Ids with a meaning of their own; undefined where a tokenizer has no such token. */
export interface SpecialTokenIds {
  readonly maskId: number | undefined;
  readonly padId: number | undefined;
  /** Starts a sequence: the "cls" token of encoders, the "bos" token of decoders. */
  readonly startId: number | undefined;
  /** Ends a sequence: the "sep" token of encoders, the "eos" token of decoders. */
  readonly endId: number | undefined;
  readonly unknownId: number | undefined;
}

/** Names that tokens go by where no file says what they are for. */
const customary = {
  mask: ['[MASK]', '<mask>'],
  pad: ['[PAD]', '<pad>'],
  start: ['[CLS]', '<s>', '<|begin_of_text|>', '<|endoftext|>'],
  end: ['[SEP]', '</s>', '<|end_of_text|>', '<|endoftext|>'],
  unknown: ['[UNK]', '<unk>'],
} as const;

/** The special ids: from the configuration, else the customary names among the added tokens. */
export function findSpecialTokens(
  files: { readonly json: TokenizerJson; readonly config: TokenizerConfig },
  vocabulary: ReadonlyMap<string, number>,
): SpecialTokenIds {
  const added = new Set((files.json.added_tokens ?? []).map((token) => token.content));
  const find = (keys: readonly string[], names: readonly string[]): number | undefined => {
    for (const key of keys) {
      const content = tokenContent(files.config[key]);
      const id = content === undefined ? undefined : vocabulary.get(content);
      if (id !== undefined) return id;
    }
    const name = names.find((candidate) => added.has(candidate));
    return name === undefined ? undefined : vocabulary.get(name);
  };
  const unknown = files.json.model.unk_token;
  return {
    maskId: find(['mask_token'], customary.mask),
    padId: find(['pad_token'], customary.pad),
    startId: find(['cls_token', 'bos_token'], customary.start),
    endId: find(['sep_token', 'eos_token'], customary.end),
    unknownId:
      find(['unk_token'], customary.unknown) ??
      (typeof unknown === 'string' ? vocabulary.get(unknown) : undefined),
  };
}
