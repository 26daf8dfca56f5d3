/** A model with a prompt inside: tokens of the slots in, scores of the answers out. */
import { join } from 'node:path';
import { PtuneError } from '../../base/errors.ts';
import type { Tokenizer } from '../../hub/tokenizer.ts';
import { readModelFile } from '../../hub/openModel.ts';
import { withoutCache } from '../../model/languageModel.ts';
import type { Prompt } from '../../language/ast.ts';
import type { TrainingContext } from '../../training/context.ts';
import { locateRunModel, openRun, type OpenRun } from '../../training/openRun.ts';
import { answerWords } from './answerWords.ts';
import type { ExportContent, ExportSource } from './exported.ts';
import { extendTable, roundingWarnings } from './extendTable.ts';
import { copySmallFiles, writeModelFiles } from './modelFile.ts';
import { onnxReadme, type TextInput } from './onnxReadme.ts';
import { withPrompt } from './promptGraph.ts';
import { promptLayout, type OpenText, type Stretch } from './promptLayout.ts';
import { samplesOf } from './promptText.ts';
import { plainConfig, writeJson } from './promptTokens.ts';
import { filtered } from '../../encoding/encodePrompt.ts';
import type { Example } from '../../data/examples.ts';

/**
 * Writes the model into `folder`.
 *
 * @throws PtuneError `export/not-possible` for answers that are written freely, for encoder-decoder
 *   models, and for a template without slots; those of opening the run
 */
export async function onnxExport(
  source: ExportSource,
  folder: string,
  context: TrainingContext,
): Promise<ExportContent> {
  const run = await openRun(source.run, context);
  try {
    assertOneGraph(source, {
      prompt: run.encoding.prompt,
      generates: run.open.candidates.kind === 'generate',
      hasEncoder: run.open.model.open.lm.encoder !== undefined,
    });
    const located = await locateRunModel(source.run, context);
    const file = withoutCache(readModelFile(located.onnxFile));
    const { lm, tokenizer } = run.open.model.open;
    const layout = promptLayout(run.encoding, tokenizer, tokenizer.vocabularySize);
    const texts = [...layout.before, ...(lm.causal ? [] : layout.after)].filter(
      (stretch) => stretch.kind === 'text',
    );
    if (texts.length === 0) throw cannot(source, noSlot);
    const names = inputNames(texts);
    const { model, added } = source.isDeep
      ? { model: file, added: undefined }
      : extendTable(file, {
          table: lm.embedding.table,
          firstRow: tokenizer.vocabularySize,
          rows: source.prompt.vectors,
          width: source.prompt.width,
        });
    const graph = withPrompt(model.graph, {
      lm,
      layout,
      names,
      ...wordsOf(run),
      suffixIds: tokenizer.suffixIds,
      ...(source.isDeep && { deep: source.prompt.vectors }),
    });
    await writeModelFiles(join(folder, 'model.onnx'), { ...model, graph }, added, context);
    await copySmallFiles(located, folder, ['tokenizer_config.json']);
    await writeJson(
      join(folder, 'tokenizer_config.json'),
      await plainConfig(located.folder, lm.inputs),
    );
    return content(source, run, texts, names, added && roundingWarnings(added));
  } finally {
    await run.open.model.release();
  }
}

function cannot({ prompt }: ExportSource, why: string): PtuneError {
  return new PtuneError(
    'export/not-possible',
    `The prompt "${prompt.prompt}" cannot be put into a model: ${why}.`,
    'Export it with "--format tokens" or "--format npy".',
  );
}

/** What decides whether a graph can hold a prompt. */
interface GraphNeeds {
  readonly prompt: Prompt;
  /** The model writes its answers freely. */
  readonly generates: boolean;
  readonly hasEncoder: boolean;
}

const noSlot = 'its template has no slot, so nothing would go in';

/**
 * Makes sure that one run of one graph gives the answers.
 *
 * @throws PtuneError `export/not-possible`
 */
export function assertOneGraph(
  source: ExportSource,
  { prompt, generates, hasEncoder }: GraphNeeds,
): void {
  if (!prompt.parts.some(({ kind }) => kind === 'slot')) throw cannot(source, noSlot);
  if (generates) {
    throw cannot(
      source,
      'its answers are written token by token, and one run of a graph writes one',
    );
  }
  if (hasEncoder) {
    throw cannot(source, 'an encoder-decoder model is two graphs that run in turn');
  }
}

/** A name for each text: that of its slot where there is one of that name only. */
function inputNames(texts: readonly OpenText[]): Map<Stretch, string> {
  const slots = texts.map(({ parts }) =>
    parts.flatMap((p) => (typeof p === 'string' ? [] : [p.slot])),
  );
  const all = slots.flat();
  return new Map(
    texts.map((text, i) => {
      const [slot, ...more] = slots[i]!;
      const isOwn = more.length === 0 && all.filter((other) => other === slot).length === 1;
      return [text, isOwn && /^[A-Za-z]\w*$/.test(slot!) ? slot! : `text_${i + 1}`];
    }),
  );
}

function wordsOf({ open, encoding }: OpenRun) {
  const { candidates } = open;
  const { lm } = open.model.open;
  const mask = lm.causal ? undefined : encoding.maskToken();
  if (candidates.kind !== 'vocabulary') {
    return { words: answerWords(candidates, encoding, mask), wholeVocabulary: false };
  }
  const group = { place: mask === undefined ? [] : [mask], length: 1, words: [] };
  return { words: { groups: [group], candidates: [] }, wholeVocabulary: true };
}

function content(
  source: ExportSource,
  run: OpenRun,
  texts: readonly OpenText[],
  names: ReadonlyMap<Stretch, string>,
  rounding: readonly string[] = [],
): ExportContent {
  const { candidates, model } = run.open;
  const { tokenizer } = model.open;
  const samples = samplesOf(run.open);
  const inputs: TextInput[] = [];
  const warnings = [...rounding];
  for (const text of texts) {
    const name = names.get(text)!;
    const tight = withoutLeadingSpace(text);
    const share = matching(text, text.parts, samples, tokenizer);
    const tightShare = matching(text, tight, samples, tokenizer);
    inputs.push({ name, parts: tightShare > share ? tight : text.parts });
    const best = Math.max(share, tightShare);
    if (best < 1) {
      warnings.push(
        `Encoded by itself, the text of "${name}" has the tokens that ptune reads for ${Math.round(best * 100)} % of the examples: the tokenizer treats the start of a text in another way. Elsewhere answers can differ.`,
      );
    }
  }
  const groups = candidates.kind === 'vocabulary' ? 1 : wordsOf(run).words.groups.length;
  const facts = {
    format: 'ptune-model-1',
    prompt: source.prompt.prompt,
    inputs,
    ...(candidates.kind !== 'vocabulary' && {
      candidates: candidates.candidates.map((candidate) => candidate.name),
    }),
  };
  const example = samples[0]?.row ?? {};
  return {
    files: [
      { name: 'prompt.json', content: `${JSON.stringify(facts, undefined, 2)}\n` },
      {
        name: 'README.md',
        content: onnxReadme(source, { inputs, example, groups, candidates, warnings }),
      },
    ],
    warnings,
  };
}

function withoutLeadingSpace({ parts }: OpenText): OpenText['parts'] {
  const [first, ...rest] = parts;
  if (typeof first !== 'string' || !first.startsWith(' ')) return parts;
  return first === ' ' ? rest : [first.slice(1), ...rest];
}

/** The share of samples for which a tokenizer that knows nothing of prompts gives the right tokens. */
function matching(
  { parts: own, isFirst }: OpenText,
  parts: OpenText['parts'],
  samples: readonly Example[],
  tokenizer: Tokenizer,
): number {
  const fill = (list: OpenText['parts'], { row }: Example) =>
    list.map((p) => (typeof p === 'string' ? p : filtered(row[p.slot] ?? '', p.filters))).join('');
  const right = samples.filter((example) => {
    const text = fill(own, example);
    const ids = isFirst ? tokenizer.encode(text) : tokenizer.encodePiece(text);
    return ids.join() === tokenizer.encode(fill(parts, example)).join();
  });
  return samples.length === 0 ? 1 : right.length / samples.length;
}
