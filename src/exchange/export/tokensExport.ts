/**
 * A model whose vocabulary has a prompt's virtual tokens: the vectors are further rows of the table of
 * embeddings, and the tokenizer has a special token for each. Any program that runs the model can use
 * the prompt as ordinary text.
 */
import { basename, join } from 'node:path';
import { PtuneError } from '../../base/errors.ts';
import type { LocatedModel } from '../../hub/locate.ts';
import { readModelFile } from '../../hub/openModel.ts';
import { readingPart } from '../../model/languageModel.ts';
import type { TrainingContext } from '../../training/context.ts';
import { locateRunModel, openRun, type OpenRun } from '../../training/openRun.ts';
import type { ExportContent, ExportSource } from './exported.ts';
import { extendTable, roundingWarnings } from './extendTable.ts';
import { copySmallFiles, writeModelFiles } from './modelFile.ts';
import { matching, promptText, samplesOf, slotNames } from './promptText.ts';
import { readJson, tokenNames, writeJson, writeTokenizer } from './promptTokens.ts';
import { tokensReadme } from './tokensReadme.ts';

/** Files of the model's folder that are written anew. */
const rewritten = ['config.json', 'tokenizer.json', 'tokenizer_config.json'];

/** A prompt as text for the exported tokenizer. */
export interface TypedPrompt {
  readonly names: readonly string[];
  /** With the names of the slots in braces. */
  readonly text: string;
  /** One example's text. */
  readonly example: string;
  /** Whether the tokenizer has to put its own special tokens around the text. */
  readonly addSpecialTokens: boolean;
}

/**
 * Writes the model into `folder`.
 *
 * @throws PtuneError `export/not-possible` for a deep prompt and for a table that cannot be made
 *   longer; those of opening the run
 */
export async function tokensExport(
  source: ExportSource,
  folder: string,
  context: TrainingContext,
): Promise<ExportContent> {
  assertEmbedded(source);
  const run = await openRun(source.run, context);
  try {
    const located = await locateRunModel(source.run, context);
    const { typed, matches } = await writePromptTokenizer(source, run, folder);
    const firstId = run.open.model.open.tokenizer.vocabularySize;
    const rounding = await writeGraphs(source, run, located, folder, firstId, context);
    await copySmallFiles(located, folder, rewritten);
    await writeConfig(located, run, folder, firstId + source.count);
    const warnings = [...rounding, ...(matches < 1 ? [mismatch(matches)] : [])];
    const { encoderFile, onnxFile } = located;
    const pair =
      encoderFile === undefined
        ? undefined
        : { encoder: basename(encoderFile), decoder: basename(onnxFile) };
    const readme = tokensReadme(source, run, typed, pair, warnings);
    return { files: [{ name: 'README.md', content: readme }], warnings };
  } finally {
    await run.open.model.release();
  }
}

/**
 * Makes sure that the vectors are embeddings.
 *
 * @throws PtuneError `export/not-possible`
 */
export function assertEmbedded({ isDeep, prompt }: ExportSource): void {
  if (!isDeep) return;
  throw new PtuneError(
    'export/not-possible',
    `The prompt "${prompt.prompt}" is deep: its vectors are keys and values of every layer, which no token of the vocabulary has.`,
    'Export it with "--format onnx", "peft" or "npy".',
  );
}

const mismatch = (matches: number) =>
  `Typed as text, the tokens are those that ptune reads for ${Math.round(matches * 100)} % of the examples: the tokenizer treats words beside a new token in another way. Elsewhere answers can differ; give the model the ids that "ptune predict" uses, or train a template with other spaces.`;

/** Writes the longer tokenizer in the form in which a text gives the tokens that ptune reads. */
async function writePromptTokenizer(
  { prompt, count }: ExportSource,
  { open, encoding }: OpenRun,
  folder: string,
): Promise<{ typed: TypedPrompt; matches: number }> {
  const { tokenizer, folder: from, lm } = open.model.open;
  const names = tokenNames(prompt.prompt, count, tokenizer);
  const firstId = tokenizer.vocabularySize;
  const samples = samplesOf(open);
  const isMasked = !lm.causal && !lm.encoder;
  const answer = isMasked ? tokenizer.tokenText(encoding.maskToken()) : '';
  const addSpecialTokens = !open.file.settings.chat;
  const readsAfter = isMasked || lm.encoder !== undefined;
  const reading = { firstId, stopsAtAnswer: !readsAfter, addSpecialTokens };
  // A token that takes the space before it would take a line break, too.
  const lstrip = !/\n\s*\{\*/.test(prompt.template);
  const { inputs } = readingPart(lm);
  let best: { typed: TypedPrompt; matches: number; rstrip: boolean } | undefined;
  for (const rstrip of [false, true]) {
    const longer = await writeTokenizer(from, folder, names, firstId, { lstrip, rstrip }, inputs);
    for (const tight of [false, true]) {
      const text = (pieces: Parameters<typeof promptText>[0]) =>
        promptText(pieces, { names, answer, tight }, readsAfter);
      const matches = matching(encoding, samples, longer, text, reading);
      if (best && matches <= best.matches) continue;
      const example = samples[0] ?? slotNames(encoding);
      const typed = {
        names,
        text: text(encoding.pieces(slotNames(encoding))),
        example: text(encoding.pieces(example)),
        addSpecialTokens,
      };
      best = { typed, matches, rstrip };
    }
    if (best!.matches === 1) break;
  }
  const { typed, matches, rstrip } = best!;
  await writeTokenizer(from, folder, names, firstId, { lstrip, rstrip }, inputs);
  return { typed, matches };
}

/** The graph with the longer table; of an encoder-decoder model that of the encoder. Gives warnings. */
async function writeGraphs(
  { prompt }: ExportSource,
  { open }: OpenRun,
  located: LocatedModel,
  folder: string,
  firstRow: number,
  context: TrainingContext,
): Promise<string[]> {
  const { embedding } = readingPart(open.model.open.lm);
  const { onnxFile, encoderFile } = located;
  const { model, added } = extendTable(readModelFile(encoderFile ?? onnxFile), {
    table: embedding.table,
    firstRow,
    rows: prompt.vectors,
    width: prompt.width,
  });
  const longer = encoderFile === undefined ? 'model.onnx' : basename(encoderFile);
  await writeModelFiles(join(folder, 'onnx', longer), model, added, context);
  if (encoderFile !== undefined) {
    const path = join(folder, 'onnx', basename(onnxFile));
    await writeModelFiles(path, readModelFile(onnxFile), undefined, context);
  }
  return roundingWarnings(added);
}

async function writeConfig(
  { folder: from, onnxFile, encoderFile }: LocatedModel,
  { open }: OpenRun,
  to: string,
  tokens: number,
): Promise<void> {
  const config = await readJson(join(from, 'config.json'));
  const { vocabularySize } = readingPart(open.model.open.lm).embedding;
  const graphs =
    encoderFile === undefined ? ['model.onnx'] : [encoderFile, onnxFile].map((f) => basename(f));
  await writeJson(join(to, 'config.json'), {
    ...config,
    vocab_size: Math.max(vocabularySize, tokens),
    'transformers.js_config': {
      ...(config['transformers.js_config'] as object | undefined),
      use_external_data_format: Object.fromEntries(graphs.map((name) => [name, 1])),
    },
  });
}
