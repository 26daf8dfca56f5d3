/** The few facts of a model's configuration that ptune uses. */
import { join } from 'node:path';
import * as z from 'zod';
import { readGenaiModel } from './genaiConfig.ts';
import { readSmallJson, unreadableFile } from './smallFile.ts';

const count = z.number().int().nonnegative().nullish();
const tokenId = z.union([z.number().int(), z.array(z.number().int())]).nullish();

const config = z.object({
  model_type: z.string().nullish(),
  architectures: z.array(z.string()).nullish(),
  is_encoder_decoder: z.boolean().nullish(),
  max_position_embeddings: count,
  n_positions: count,
  relative_attention_num_buckets: count,
  vocab_size: count,
  pad_token_id: tokenId,
  bos_token_id: tokenId,
  eos_token_id: tokenId,
  decoder_start_token_id: tokenId,
});

/** A model's configuration; what the file does not say is undefined. */
export interface ModelConfig {
  /** The family, such as `bert` or `gpt2`. */
  readonly modelType: string | undefined;
  /** Class names, such as `BertForMaskedLM`. */
  readonly architectures: readonly string[];
  readonly isEncoderDecoder: boolean;
  /** The longest input in tokens, special tokens included; undefined where there is no limit. */
  readonly maxPositions: number | undefined;
  readonly vocabularySize: number | undefined;
  readonly padTokenId: number | undefined;
  readonly bosTokenId: number | undefined;
  readonly eosTokenId: number | undefined;
  /** Every token that ends a text; some models name several. */
  readonly endTokenIds: readonly number[];
  readonly decoderStartTokenId: number | undefined;
}

/** Families whose position ids start behind the id of the padding token. */
const offsetPositions = new Set([
  'roberta',
  'xlm-roberta',
  'xlm-roberta-xl',
  'camembert',
  'longformer',
  'data2vec-text',
]);

const generation = z.object({
  pad_token_id: tokenId,
  bos_token_id: tokenId,
  eos_token_id: tokenId,
  decoder_start_token_id: tokenId,
});

/**
 * The configuration in a model's folder. What `config.json` lacks comes from
 * `generation_config.json`, then from `genai_config.json`; a token that ends a text in any of them
 * does. A folder without these files gives a value that knows nothing.
 *
 * @throws PtuneError `model/unreadable` when one of them is there and no JSON of the known form
 */
export async function readModelConfig(folder: string): Promise<ModelConfig> {
  const found = await parsed(config, join(folder, 'config.json'));
  const writing = await parsed(generation, join(folder, 'generation_config.json'));
  const genai = (await readGenaiModel(folder)) ?? {};
  const all = [found, writing, genai];
  const ends = all.flatMap(({ eos_token_id: ids }) => ids ?? []);
  const first = (key: 'pad_token_id' | 'bos_token_id') =>
    all.map((one) => firstId(one[key])).find((id) => id !== undefined);
  return {
    modelType: found.model_type ?? genai.type ?? undefined,
    architectures: found.architectures ?? [],
    isEncoderDecoder: found.is_encoder_decoder ?? false,
    maxPositions: maxPositions(found) ?? genai.context_length ?? undefined,
    vocabularySize: found.vocab_size ?? genai.vocab_size ?? undefined,
    padTokenId: first('pad_token_id'),
    bosTokenId: first('bos_token_id'),
    eosTokenId: ends[0],
    endTokenIds: [...new Set(ends)],
    decoderStartTokenId:
      firstId(found.decoder_start_token_id) ?? firstId(writing.decoder_start_token_id),
  };
}

/** A JSON file of the known form; nothing is in one that is not there. */
async function parsed<T extends z.ZodType>(schema: T, path: string): Promise<z.infer<T>> {
  const result = schema.safeParse((await readSmallJson(path)) ?? {});
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw unreadableFile(path, `"${issue.path.join('.')}": ${issue.message}`);
}

function maxPositions(found: z.infer<typeof config>): number | undefined {
  // Relative positions have no end; what such a config says is the length it was trained with.
  if (found.relative_attention_num_buckets != null) return undefined;
  const positions = found.max_position_embeddings ?? found.n_positions ?? undefined;
  if (positions === undefined || !offsetPositions.has(found.model_type ?? '')) return positions;
  return positions - (firstId(found.pad_token_id) ?? 1) - 1;
}

/** Some models name several ends; the first is the one that is written. */
function firstId(value: z.infer<typeof tokenId>): number | undefined {
  return (Array.isArray(value) ? value[0] : value) ?? undefined;
}

/** Families of causal models whose configuration does not name a class. */
const causalFamilies =
  /^(gpt|llama|mistral|mixtral|qwen|gemma|phi|opt|bloom|codegen|falcon|stablelm|smollm|olmo|granite|starcoder|mpt)/;

/** Whether a model predicts the next token, rather than a masked one. */
export function isCausal(config: ModelConfig, hasMask: boolean): boolean {
  const [architecture] = config.architectures;
  if (architecture?.endsWith('ForMaskedLM') || architecture?.endsWith('ForPreTraining'))
    return false;
  if (architecture && /(ForCausalLM|LMHeadModel)$/.test(architecture)) return true;
  if (config.modelType && causalFamilies.test(config.modelType)) return true;
  return !hasMask;
}
