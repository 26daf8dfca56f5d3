/** What the virtual tokens of a prompt start from. */
import { PtuneError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import type { VirtualTokens } from '../encoding/virtualTokens.ts';
import type { Tokenizer } from '../hub/tokenizer.ts';
import type { Label, TrainSettings } from '../language/settings.ts';

/** As many of the commonest words as Lester et al. 2021 sample from (arXiv:2104.08691, section 3.2). */
const commonWords = 5000;

/** The start of each vector: the id of a token, a stored vector, or nothing in particular. */
export type Start =
  | { readonly kind: 'token'; readonly id: number }
  | { readonly kind: 'vector'; readonly values: Float32Array }
  | { readonly kind: 'random' };

export interface StartInputs {
  readonly virtual: VirtualTokens;
  readonly settings: TrainSettings;
  readonly labels: readonly Label[] | undefined;
  readonly tokenizer: Tokenizer;
  /** Numbers of one virtual token. */
  readonly width: number;
  /** Keys and values have no embedding to start from, only an earlier run's. */
  readonly deep: boolean;
  readonly random: Random;
  /** The vectors of an earlier run, `init: run:ID`. */
  readonly earlier?: Float32Array;
}

/** The start of each virtual token; text written in the template goes before the setting. */
export function startsOf(inputs: StartInputs): Start[] {
  const { virtual, settings, earlier, width } = inputs;
  if (earlier && earlier.length !== virtual.tokens.length * width) {
    throw new PtuneError(
      'run/unreadable',
      `"init: ${settings.init}" has ${earlier.length} numbers, but ${virtual.tokens.length} virtual tokens of width ${width} need ${virtual.tokens.length * width}.`,
      'Use a run of a prompt with as many virtual tokens, on the same model.',
    );
  }
  const sample = sampler(inputs);
  return virtual.tokens.map(({ startId }, row) => {
    if (inputs.deep && !earlier) return { kind: 'random' };
    if (startId !== undefined) return { kind: 'token', id: startId };
    if (earlier) {
      return { kind: 'vector', values: earlier.subarray(row * width, (row + 1) * width) };
    }
    return sample(row);
  });
}

function sampler(inputs: StartInputs): (row: number) => Start {
  const { settings, tokenizer, random, labels } = inputs;
  if (settings.init === 'random') return () => ({ kind: 'random' });
  if (settings.init === 'labels' && labels) {
    const ids = labels.flatMap(({ words }) => words.flatMap((word) => tokenizer.encodePiece(word)));
    return (row) => ({ kind: 'token', id: ids[row % ids.length]! });
  }
  const words = commonWordIds(tokenizer);
  return () => ({ kind: 'token', id: words[random.integer(words.length)]! });
}

/**
 * The ids of the commonest whole words: vocabularies of WordPiece and of byte-pair encoding are
 * sorted by frequency as far as words go.
 */
export function commonWordIds(tokenizer: Tokenizer): number[] {
  const special = new Set(tokenizer.specialIds);
  const ids: number[] = [];
  for (let id = 0; id < tokenizer.vocabularySize && ids.length < commonWords; id++) {
    if (special.has(id)) continue;
    const text = tokenizer.tokenText(id);
    const whole = tokenizer.leadingSpaceMatters ? text.startsWith(' ') : !text.startsWith('##');
    if (whole && /^\p{L}{2,}$/u.test(text.trim())) ids.push(id);
  }
  return ids.length > 0 ? ids : [...Array(tokenizer.vocabularySize).keys()];
}
