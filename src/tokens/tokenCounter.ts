/**
 * Counts the tokens of prompts as the model will read them, from the tokenizer alone: the model's
 * graph is not opened. What was counted is kept, so that a keystroke costs one prompt.
 */
import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { cachedTables } from '../data/tableCache.ts';
import { loadExamples, type Example, type LoadedExamples } from '../data/examples.ts';
import { demosOf } from '../encoding/demos.ts';
import { PromptEncoding, type EncodingModel } from '../encoding/encodePrompt.ts';
import { locateModel, type ModelPlaces } from '../hub/locate.ts';
import { isCausal, readModelConfig } from '../hub/modelConfig.ts';
import { loadTokenizer } from '../hub/tokenizer.ts';
import type { Prompt, PtuneFile } from '../language/ast.ts';
import { parse } from '../language/parser.ts';
import type { PromptTokens, TokenCounts } from '../protocol/tokenCounts.ts';

/** Examples that are counted for each prompt: those with the most characters, and the shortest one. */
const examplesCounted = 24;

/** What is the same for every prompt with the same template. */
type Counted = Omit<PromptTokens, 'name' | 'twin'>;

interface Counter {
  readonly model: EncodingModel;
  readonly limit: number | undefined;
}

/** Keeps tokenizers, tables and counts between questions. */
export class TokenCounter {
  readonly #places: Omit<ModelPlaces, 'fileFolder'>;
  readonly #read = cachedTables();
  readonly #models = new Map<string, Promise<Counter>>();
  #counted = new Map<string, Counted | undefined>();

  constructor(places: Omit<ModelPlaces, 'fileFolder'>) {
    this.#places = places;
  }

  /**
   * The counts for the text of a `.ptune` file at `path`.
   *
   * @throws PtuneError where the model or its tokenizer is missing or damaged
   */
  async count(path: string, text: string): Promise<TokenCounts> {
    const file = parse(text);
    const choice = file.settings.model;
    if (choice === undefined) return { prompts: [] };
    const located = await locateModel(choice, { fileFolder: dirname(path), ...this.#places });
    const { model, limit } = await this.#model(
      located.folder,
      located.encoderFile !== undefined,
      file.settings.chat,
    );
    const examples = await loadExamples(file, path, this.#read);
    const kept = new Map<string, Counted | undefined>();
    const twins = new Map<string, number>();
    const { answer, labels, chat } = file.settings;
    const about = JSON.stringify([located.folder, digest(examples), answer, labels, chat]);
    const prompts = file.prompts.flatMap((prompt) => {
      const { seeds, depth } = prompt.train;
      const key = JSON.stringify([about, prompt.templateText, depth, seeds]);
      const known = this.#counted.has(key)
        ? this.#counted.get(key)
        : countPrompt(prompt, model, file, examples);
      kept.set(key, known);
      const twin = twins.get(prompt.name) ?? 0;
      twins.set(prompt.name, twin + 1);
      return known === undefined ? [] : { name: prompt.name, twin, ...known };
    });
    this.#counted = kept;
    return { ...(limit !== undefined && { limit }), prompts };
  }

  #model(folder: string, hasEncoder: boolean, chat: boolean): Promise<Counter> {
    const key = `${folder}\n${hasEncoder}\n${chat}`;
    const known = this.#models.get(key) ?? openCounter(folder, hasEncoder, chat);
    this.#models.set(key, known);
    // A model that could not be read may be mended before the next question.
    known.catch(() => this.#models.delete(key));
    return known;
  }
}

async function openCounter(folder: string, hasEncoder: boolean, chat: boolean): Promise<Counter> {
  const config = await readModelConfig(folder);
  const tokenizer = await loadTokenizer(folder);
  const format = chat ? tokenizer.chatFormat() : undefined;
  const model: EncodingModel = {
    tokenizer,
    causal: hasEncoder || isCausal(config, tokenizer.maskId !== undefined),
    // Nothing is cut and nothing refused: the count says how long the input is as it stands.
    maxLength: undefined,
    ...(hasEncoder && { decoderStart: config.decoderStartTokenId ?? 0 }),
    ...(format !== undefined && { chat: format }),
  };
  return { model, limit: config.maxPositions };
}

function countPrompt(
  prompt: Prompt,
  model: EncodingModel,
  file: PtuneFile,
  examples: LoadedExamples,
): Counted | undefined {
  try {
    const demos = demosOf(prompt, prompt.train.seeds[0] ?? 1, examples.train);
    const encoding = new PromptEncoding(prompt, model, demos);
    const labels = file.settings.labels?.flatMap(({ words }) => words);
    let [least, most, longest] = [Infinity, 0, ''];
    for (const example of outermost(examples, prompt)) {
      const answers = (labels ?? [example.answer]).map((answer) => encoding.answerIds(answer));
      const answer = answers.reduce((a, b) => (b.length > a.length ? b : a));
      const deep = encoding.isDeep ? encoding.virtual.tokens.length : 0;
      const length = encoding.encode(example, answer).ids.length + deep;
      least = Math.min(least, length);
      if (length > most) [most, longest] = [length, example.source];
    }
    if (most === 0) return undefined;
    const virtual = encoding.virtual.tokens.length;
    const canShorten = prompt.parts.some(
      (part) => part.kind === 'slot' && part.filters.includes('shorten'),
    );
    return { least, most, virtual, longest, canShorten };
  } catch {
    // A template or an answer that cannot be encoded has a diagnostic of its own.
    return undefined;
  }
}

/** Changes when any example does. */
function digest({ train, validation, test }: LoadedExamples): string {
  const hash = createHash('sha1');
  for (const split of [train, validation, test]) {
    for (const { row, answer } of split) hash.update(JSON.stringify([row, answer]));
    hash.update('\n');
  }
  return hash.digest('hex');
}

/** The examples whose texts in the prompt's slots are longest, and the one with the shortest. */
function outermost({ train, validation, test }: LoadedExamples, prompt: Prompt): Example[] {
  const columns = prompt.parts.flatMap((part) => (part.kind === 'slot' ? [part.column] : []));
  const all = [...train, ...validation, ...test].map((example) => {
    const slots = columns.reduce((sum, name) => sum + (example.row[name]?.length ?? 0), 0);
    return { example, length: slots + example.answer.length };
  });
  all.sort((a, b) => b.length - a.length);
  const kept =
    all.length <= examplesCounted ? all : [...all.slice(0, examplesCounted - 1), all.at(-1)!];
  return kept.map(({ example }) => example);
}
