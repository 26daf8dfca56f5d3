/**
 * From a template and an example to the tokens that the model reads.
 *
 * A space next to a virtual token makes no token of its own; a space before words, a slot or the
 * answer belongs to what follows it, so that tokenizers with leading-space tokens see " Paris".
 */
import { PtuneError, invariant } from '../base/errors.ts';
import type { Example } from '../data/examples.ts';
import type { ChatFormat } from '../hub/chatFormat.ts';
import type { Tokenizer } from '../hub/tokenizer.ts';
import type { Filter, Prompt, TemplatePart } from '../language/ast.ts';
import { isDeep, lateVirtual } from '../language/deepChecks.ts';
import { asMessage } from './chat.ts';
import { virtualTokensOf, type PromptVectors, type VirtualTokens } from './virtualTokens.ts';

/** What about a model decides how a prompt is encoded. */
export interface EncodingModel {
  readonly tokenizer: Tokenizer;
  readonly causal: boolean;
  /**
   * The token that the decoder of an encoder-decoder model starts with. Such a model reads the
   * template without its answer in the encoder and writes the answer in the decoder.
   */
  readonly decoderStart?: number;
  /** What stands before the answer is a user's message, and the answer is the assistant's. */
  readonly chat?: ChatFormat;
  /** The token behind every answer, where the model has to say itself where it ends. */
  readonly answerEnd?: number;
  /** What stands for an answer in a solved example, where it is a label: its first word. */
  readonly solvedAs?: ReadonlyMap<string, string>;
  /** Longest input in tokens; undefined where there is no limit. */
  readonly maxLength: number | undefined;
}

/** The longest input in tokens beside a deep prompt of `count` virtual tokens. */
export function tokenLimit({ maxLength }: EncodingModel, count: number): number | undefined {
  return maxLength === undefined ? undefined : maxLength - count;
}

/** One input of the model. */
export interface EncodedPrompt {
  readonly ids: readonly number[];
  /** For each position the row of the prompt's vectors that stands there, −1 for a token. */
  readonly rows: readonly number[];
  /** For each answer token the position whose logits predict it; in the decoder, if there is one. */
  readonly answerPositions: readonly number[];
  /** What the decoder of an encoder-decoder model reads. */
  readonly decoderIds?: readonly number[];
}

/** A place in a prompt while it is put together. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'rows'; readonly rows: readonly number[] }
  | { readonly kind: 'answer' };

/** A prompt with an example filled in; spaces before what is no text are still there. */
export interface PromptPieces {
  /** The tokens before everything. */
  readonly prefixIds: readonly number[];
  readonly before: readonly Piece[];
  /** Behind the answer; a causal model does not read it. */
  readonly after: readonly Piece[];
}

/** Encodes the examples of one prompt. */
export class PromptEncoding {
  readonly prompt: Prompt;
  readonly virtual: VirtualTokens;
  /** The virtual tokens are keys and values before the first token, not places in the text. */
  readonly isDeep: boolean;
  readonly #model: EncodingModel;
  readonly #demos: readonly Example[];
  readonly #rowsOfPart: ReadonlyMap<number, readonly number[]>;

  /** `demos`: the solved examples of a few-shot prompt, in order. */
  constructor(prompt: Prompt, model: EncodingModel, demos: readonly Example[] = []) {
    this.prompt = prompt;
    this.#model = model;
    this.#demos = demos;
    this.virtual = virtualTokensOf(prompt, model.tokenizer);
    this.isDeep = isDeep(prompt);
    if (this.isDeep) assertDeepPlacement(prompt);
    this.#rowsOfPart = new Map(this.virtual.placement.map((p) => [p.part, p.rows]));
  }

  /**
   * The token ids of an answer as it stands in this prompt.
   *
   * @throws PtuneError `data/no-token` when nothing of it is left, such as of an invisible character
   */
  answerIds(answer: string): number[] {
    const at = this.prompt.parts.findIndex((part) => part.kind === 'answer');
    const before = this.prompt.parts[at - 1];
    const { chat } = this.#model;
    const spaced = chat ? chat.spaced : before?.kind === 'text' && /[ \t]$/.test(before.text);
    const part = this.prompt.parts[at];
    const text = part?.kind === 'answer' ? filtered(answer, part.filters) : answer;
    const lead = spaced && this.#model.tokenizer.leadingSpaceMatters ? ' ' : '';
    const { tokenizer, decoderStart, answerEnd } = this.#model;
    // A decoder writes the answer as a text of its own, whatever stands around its slot.
    const ids =
      decoderStart === undefined ? tokenizer.encodePiece(lead + text) : tokenizer.encode(text);
    if (ids.length > 0) return answerEnd === undefined ? ids : [...ids, answerEnd];
    throw new PtuneError(
      'data/no-token',
      `The answer ${JSON.stringify(answer)} of the prompt "${this.prompt.name}" has no token of the model.`,
      'Correct it in the data, the labels or the candidates, or remove it there.',
    );
  }

  /** The token that ends an answer, where answers have one. */
  get answerEnd(): number | undefined {
    return this.#model.answerEnd;
  }

  /** `data` as the vectors of this prompt. */
  vectorsOf(data: Float32Array): PromptVectors {
    return { data, count: this.virtual.tokens.length, deep: this.isDeep };
  }

  /**
   * The input for one example.
   *
   * @param answer  the answer's tokens; a masked model gets a mask for each
   * @param room    as many tokens must fit behind it, as far as slots may be cut for them
   * @throws PtuneError `data/too-long` when it exceeds the model's length with every slot that may
   *   be shortened cut away
   */
  encode(example: Example, answer: readonly number[], room = 0): EncodedPrompt {
    const maxLength = tokenLimit(this.#model, this.isDeep ? this.virtual.tokens.length : 0);
    const whole = this.#assemble(example, answer, Infinity);
    const fits = (encoded: EncodedPrompt, free: number) =>
      maxLength === undefined || encoded.ids.length + free <= maxLength;
    if (fits(whole, room)) return whole;
    const canShorten = this.prompt.parts.some(
      (part) => part.kind === 'slot' && part.filters.includes('shorten'),
    );
    // The longest cut that fits, by halving; the length grows with the words that are kept.
    let [low, high] = [-1, longestSlot(this.prompt, example)];
    while (canShorten && high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (fits(this.#assemble(example, answer, middle), room)) low = middle;
      else high = middle;
    }
    if (low >= 0) return this.#assemble(example, answer, low);
    if (fits(whole, 0)) return whole;
    throw new PtuneError(
      'data/too-long',
      `The prompt "${this.prompt.name}" has ${whole.ids.length} tokens with the example ${example.source}, but the model reads at most ${maxLength}.`,
      canShorten
        ? 'Shorten the words of the template or take fewer virtual tokens.'
        : 'Write {column|shorten} for the slot that may be cut, or remove the example.',
    );
  }

  #assemble(example: Example, answer: readonly number[], words: number): EncodedPrompt {
    const { tokenizer, causal, decoderStart } = this.#model;
    const { prefixIds, before, after } = this.pieces(example, words);
    const sequence = new Sequence(tokenizer);
    sequence.push(prefixIds);
    sequence.pieces(before);
    if (decoderStart !== undefined) {
      sequence.pieces(after);
      sequence.push(tokenizer.suffixIds);
      // The last token of the answer is predicted, not read.
      const decoderIds = [decoderStart, ...tokenizer.prefixIds, ...answer.slice(0, -1)];
      const first = tokenizer.prefixIds.length;
      const { ids, rows } = sequence;
      return { ids, rows, decoderIds, answerPositions: answer.map((_, i) => first + i) };
    }
    if (causal && sequence.ids.length === 0) sequence.push([this.#startToken()]);
    const start = sequence.ids.length - (causal ? 1 : 0);
    const answerPositions = answer.map((_, i) => start + i);
    if (causal) {
      sequence.push(answer);
    } else {
      sequence.push(answer.map(() => this.maskToken()));
      sequence.pieces(after);
      sequence.push(tokenizer.suffixIds);
    }
    return { ids: sequence.ids, rows: sequence.rows, answerPositions };
  }

  /** The parts with the example filled in; adjacent texts are one, spaces by virtual tokens gone. */
  #pieces(
    parts: readonly TemplatePart[],
    example: Example,
    words: number,
    solved: boolean,
  ): Piece[] {
    const pieces: Piece[] = [];
    const text = (added: string) => {
      const last = pieces.at(-1);
      if (last?.kind === 'text')
        pieces[pieces.length - 1] = { kind: 'text', text: last.text + added };
      else pieces.push({ kind: 'text', text: added });
    };
    parts.forEach((part, at) => {
      switch (part.kind) {
        case 'text':
          return text(part.text);
        case 'slot':
          return text(
            shortened(filtered(example.row[part.column] ?? '', part.filters), part.filters, words),
          );
        case 'answer':
          if (solved) text(filtered(this.#solution(example), part.filters));
          else pieces.push({ kind: 'answer' });
          return;
        case 'virtual': {
          // Keys and values are no places, but what follows them does not start the text either.
          const own = this.#rowsOfPart.get(this.prompt.parts.indexOf(part))!;
          pieces.push({ kind: 'rows', rows: this.isDeep ? [] : own });
          return;
        }
        case 'demos': {
          const rest = withoutDemos(this.prompt.parts);
          const own = this.#demos.filter((demo) => demo !== example).slice(0, part.count);
          own.forEach((demo, i) => {
            for (const piece of this.#pieces(rest, demo, Infinity, true)) {
              if (piece.kind === 'text') text(piece.text);
              else pieces.push(piece);
            }
            // A line break of the template may follow the last one.
            if (i < own.length - 1 || !startsLine(parts[at + 1])) text('\n');
          });
        }
      }
    });
    return pieces;
  }

  #solution({ answer }: Example): string {
    return this.#model.solvedAs?.get(answer) ?? answer;
  }

  /**
   * What the model reads before it is made into tokens.
   *
   * @param words  of a slot that may be shortened, so many are kept
   */
  pieces(example: Example, words = Infinity): PromptPieces {
    const { tokenizer, chat } = this.#model;
    const pieces = this.#pieces(this.prompt.parts, example, words, false);
    const at = pieces.findIndex((piece) => piece.kind === 'answer');
    invariant(at >= 0, `The prompt "${this.prompt.name}" has no answer slot.`);
    const before = pieces.slice(0, at);
    return {
      prefixIds: chat ? [] : tokenizer.prefixIds,
      before: chat ? asMessage(before, chat) : before,
      after: pieces.slice(at + 1),
    };
  }

  /**
   * The token in place of an answer's.
   *
   * @throws PtuneError `model/unsupported` when the tokenizer has none
   */
  maskToken(): number {
    const { maskId } = this.#model.tokenizer;
    if (maskId !== undefined) return maskId;
    throw new PtuneError(
      'model/unsupported',
      'The model is no causal one, but its tokenizer has no mask token.',
      'Use a model for text generation or for fill-mask.',
    );
  }

  /** What a causal model reads before an answer that nothing stands before. */
  #startToken(): number {
    const { startId, endId } = this.#model.tokenizer;
    const id = startId ?? endId;
    if (id !== undefined) return id;
    throw new PtuneError(
      'model/unsupported',
      `Nothing stands before the answer of "${this.prompt.name}", and the model has no start token.`,
      'Put words or virtual tokens before the answer slot.',
    );
  }
}

/** Keys and values stand before all tokens, so no word can stand before them. */
function assertDeepPlacement({ name, parts }: Prompt): void {
  if (!lateVirtual(parts)) return;
  throw new PtuneError(
    'prompt/deep-placement',
    `The prompt "${name}" is deep, and a virtual token stands behind its first word; the keys and values of a deep prompt come before every token.`,
    'Put all virtual tokens at the start of the template, or set "depth: input".',
  );
}

/** Tokens and vectors in order. */
class Sequence {
  readonly ids: number[] = [];
  readonly rows: number[] = [];
  readonly #tokenizer: Tokenizer;
  #begun = false;

  constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
  }

  push(ids: readonly number[]): void {
    for (const id of ids) {
      this.ids.push(id);
      this.rows.push(-1);
    }
  }

  pieces(pieces: readonly Piece[]): void {
    // Any token may stand for a vector; masks and lengths that are read from ids must count it.
    const filler = this.#tokenizer.unknownId ?? this.#tokenizer.maskId ?? 0;
    pieces.forEach((piece, i) => {
      if (piece.kind === 'rows') {
        this.#begun = true;
        for (const row of piece.rows) {
          this.ids.push(filler);
          this.rows.push(row);
        }
      } else if (piece.kind === 'text') {
        // What follows is a vector or the answer: the space before it makes no token.
        const next = i === pieces.length - 1 || pieces[i + 1]!.kind !== 'text';
        const text = next ? piece.text.replace(/[ \t]+$/, '') : piece.text;
        if (text === '') return;
        // At its start a text may get a space that it does not have ("▁The").
        const isFirst = !this.#begun;
        this.#begun = true;
        this.push(isFirst ? this.#tokenizer.encode(text) : this.#tokenizer.encodePiece(text));
      }
    });
  }
}

const startsLine = (part: TemplatePart | undefined): boolean =>
  part?.kind === 'text' && part.text.startsWith('\n');

/** The template of a solved example: no `{demos}`, nor the line break of a line that is only that. */
function withoutDemos(parts: readonly TemplatePart[]): TemplatePart[] {
  return parts.flatMap((part, i) => {
    if (part.kind === 'demos') return [];
    const behindDemos = parts[i - 1]?.kind === 'demos';
    const before = parts[i - 2];
    const ownLine = before === undefined || (before.kind === 'text' && before.text.endsWith('\n'));
    if (part.kind !== 'text' || !behindDemos || !ownLine) return [part];
    return [{ ...part, text: part.text.replace(/^\n/, '') }];
  });
}

/** `text` through a slot's filters, in order. */
export function filtered(text: string, filters: readonly Filter[]): string {
  return filters.reduce((value, filter) => {
    switch (filter) {
      case 'trim':
        return value.trim();
      case 'lower':
        return value.toLowerCase();
      case 'upper':
        return value.toUpperCase();
      case 'capitalize':
        return value.charAt(0).toUpperCase() + value.slice(1);
      case 'shorten':
        return value;
    }
  }, text);
}

function shortened(text: string, filters: readonly Filter[], words: number): string {
  if (words === Infinity || !filters.includes('shorten')) return text;
  return text
    .split(/(?<=\s)(?=\S)/)
    .slice(0, words)
    .join('')
    .trimEnd();
}

/** Words of the longest slot that may be shortened. */
function longestSlot(prompt: Prompt, example: Example): number {
  const lengths = prompt.parts.map((part) =>
    part.kind === 'slot' && part.filters.includes('shorten')
      ? (example.row[part.column] ?? '').split(/\s+/).length
      : 0,
  );
  return Math.max(0, ...lengths);
}
