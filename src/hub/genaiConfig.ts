/**
 * `genai_config.json`, which ONNX Runtime GenAI keeps beside a model that writes text: which file its
 * graph is, how much it reads, and the ids of its special tokens.
 */
import { join } from 'node:path';
import * as z from 'zod';
import { readSmallJson, unreadableFile } from './smallFile.ts';

const count = z.number().int().nonnegative().nullish();
const tokenId = z.union([z.number().int(), z.array(z.number().int())]).nullish();

const schema = z.object({
  model: z.object({
    type: z.string().nullish(),
    context_length: count,
    vocab_size: count,
    bos_token_id: tokenId,
    eos_token_id: tokenId,
    pad_token_id: tokenId,
    decoder: z.object({ filename: z.string().nullish() }).nullish(),
  }),
});

/** What the file says of a model, in its own words. */
export type GenaiModel = z.infer<typeof schema>['model'];

/**
 * What the `genai_config.json` of a folder says; undefined where there is none.
 *
 * @throws PtuneError `model/unreadable`
 */
export async function readGenaiModel(folder: string): Promise<GenaiModel | undefined> {
  const path = join(folder, 'genai_config.json');
  const value = await readSmallJson(path);
  if (value === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data.model;
  const issue = parsed.error.issues[0]!;
  throw unreadableFile(path, `"${issue.path.join('.')}": ${issue.message}`);
}
