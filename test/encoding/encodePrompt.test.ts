import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Example } from '../../src/data/examples.ts';
import { PromptEncoding, type EncodedPrompt } from '../../src/encoding/encodePrompt.ts';
import { loadTokenizer, type Tokenizer } from '../../src/hub/tokenizer.ts';
import { parse } from '../../src/language/parser.ts';
import { byteTokenizer } from '../support/byteTokenizer.ts';
import {
  writeCausalModel,
  writeFiles,
  writeLlamaModel,
  writeMaskedModel,
} from '../support/tinyModels.ts';

let folder: string;
let wordPiece: Tokenizer;
let byteLevel: Tokenizer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ptune-test-'));
  wordPiece = await loadTokenizer(await writeMaskedModel(join(folder, 'masked')));
  byteLevel = await loadTokenizer(await writeCausalModel(join(folder, 'causal')));
});

afterAll(() => rm(folder, { recursive: true }));

interface Options {
  readonly causal?: boolean;
  readonly maxLength?: number;
  readonly demos?: readonly Example[];
}

/** The encoding of a template whose answer is `capital`. */
function encodingOf(template: string, options: Options = {}): PromptEncoding {
  const { causal = false, maxLength, demos } = options;
  const file = parse(
    `---\nmodel: m\nanswer: capital\ndata:\n  train: x.jsonl\n---\n@prompt p\n${template}\n`,
  );
  expect(file.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const tokenizer = causal ? byteLevel : wordPiece;
  return new PromptEncoding(file.prompts[0]!, { tokenizer, causal, maxLength }, demos);
}

function example(country: string, capital = 'Lima', index = 0): Example {
  return { index, row: { country, capital }, answer: capital, source: `x.jsonl:${index + 1}` };
}

/**
 * An input as a person reads it: tokens in quotes, vectors as "*" with their row, "?" behind the
 * positions that predict the answer.
 */
function shown(encoded: EncodedPrompt, tokenizer: Tokenizer): string {
  expect(encoded.ids).toHaveLength(encoded.rows.length);
  return encoded.ids
    .map((id, i) => {
      const row = encoded.rows[i]!;
      const text = row < 0 ? `"${tokenizer.tokenText(id)}"` : `*${row}`;
      return encoded.answerPositions.includes(i) ? `${text}?` : text;
    })
    .join(' ');
}

const masked = (
  template: string,
  country = 'Peru',
  options: Options & { answer?: string } = {},
) => {
  const encoding = encodingOf(template, options);
  const answer = encoding.answerIds(options.answer ?? 'Lima');
  return shown(encoding.encode(example(country), answer), wordPiece);
};

const causal = (
  template: string,
  country = 'Peru',
  options: Options & { answer?: string } = {},
) => {
  const encoding = encodingOf(template, { ...options, causal: true });
  const answer = encoding.answerIds(options.answer ?? 'Lima');
  return shown(encoding.encode(example(country), answer), byteLevel);
};

describe('a masked model', () => {
  test('reads a mask in the place of the answer, between its special tokens', () => {
    expect(masked('The capital of {country} is {capital} .')).toBe(
      '"[CLS]" "The" "capital" "of" "Peru" "is" "[MASK]"? "." "[SEP]"',
    );
  });

  test('reads a mask for each token of the answer', () => {
    expect(masked('{country} {capital} a', 'Peru', { answer: 'Limas Oslo' })).toBe(
      '"[CLS]" "Peru" "[MASK]"? "[MASK]"? "[MASK]"? "a" "[SEP]"',
    );
    expect(
      encodingOf('{capital}')
        .answerIds('Limas Oslo')
        .map((id) => wordPiece.tokenText(id)),
    ).toEqual(['Lima', '##s', 'Oslo']);
  });

  test('reads vectors in the places of virtual tokens, row by row', () => {
    expect(masked('{*2} {country} {*} {capital}{*}')).toBe(
      '"[CLS]" *0 *1 "Peru" *2 "[MASK]"? *3 "[SEP]"',
    );
  });

  test('reads the answer first or last', () => {
    expect(masked('{capital} is {country}')).toBe('"[CLS]" "[MASK]"? "is" "Peru" "[SEP]"');
    expect(masked('{country}{capital}')).toBe('"[CLS]" "Peru" "[MASK]"? "[SEP]"');
  });

  test('reads words that stand against each other as one word', () => {
    expect(masked('{country}s {capital}')).toBe('"[CLS]" "Peru" "##s" "[MASK]"? "[SEP]"');
  });
});

describe('a causal model', () => {
  test('predicts the answer at the token before it, and reads nothing after it', () => {
    expect(causal('The capital of {country} is {capital} . a')).toBe(
      '"The" " capital" " of" " Peru" " is"? " Lima"',
    );
  });

  test('predicts each token of the answer at the one before it', () => {
    expect(causal('{country} is {capital}', 'Peru', { answer: 'Lima Oslo' })).toBe(
      '"Peru" " is"? " Lima"? " Oslo"',
    );
  });

  test('predicts the answer at a vector, too', () => {
    expect(causal('{*2} {country} {*2} {capital}')).toBe('*0 *1 " Peru" *2 *3? " Lima"');
  });

  test('starts with its start token where nothing stands before the answer', () => {
    expect(causal('{capital} is {country}')).toBe('"<|endoftext|>"? "Lima"');
  });
});

describe('a space', () => {
  test('next to a virtual token makes no token of its own', () => {
    expect(causal('{*} {*}  {*}{*} {capital}')).toBe('*0 *1 *2 *3? " Lima"');
    expect(causal('The {*} {country} {*} is {capital}')).toBe('"The" *0 " Peru" *1 " is"? " Lima"');
  });

  test('belongs to the words, the slot or the answer behind it', () => {
    expect(causal('{*} The {capital}')).toBe('*0 " The"? " Lima"');
    expect(causal('{*}The {capital}')).toBe('*0 "The"? " Lima"');
    expect(causal('{*}{country}{*} {capital}')).toBe('*0 "Peru" *1? " Lima"');
    expect(causal('{*} {country}{*}{capital}')).toBe('*0 " Peru" *1? "Lima"');
  });

  test('that a column ends with goes, as one in the template would', () => {
    expect(causal('{country}{*} {capital}', 'Peru ')).toBe('"Peru" *0? " Lima"');
  });

  test('of an empty column leaves nothing behind', () => {
    expect(causal('{*} {country} {*} {capital}', '')).toBe('*0 *1? " Lima"');
    expect(masked('{*} {country} {*} {capital}', '')).toBe('"[CLS]" *0 *1 "[MASK]"? "[SEP]"');
  });

  test('is no line break: that one stays, and gives the answer no space', () => {
    expect(causal('What is {country}\n{capital}')).toBe('"What" " is" " Peru" "\n"? "Lima"');
    expect(causal('What\n {capital}')).toBe('"What" "\n"? " Lima"');
  });
});

describe('filters', () => {
  test('change what is filled in, in their order', () => {
    expect(causal('{country|trim|lower} {capital}', '  PERU')).toContain('"p"');
    expect(masked('{country|upper|lower|capitalize} {capital}', 'pERU')).toBe(
      '"[CLS]" "Peru" "[MASK]"? "[SEP]"',
    );
  });

  test('change the answer', () => {
    const text = (template: string, answer: string) =>
      encodingOf(template)
        .answerIds(answer)
        .map((id) => wordPiece.tokenText(id));
    expect(text('{capital|lower|capitalize}', 'LIMA')).toEqual(['Lima']);
    expect(text('{capital|trim}', ' Lima ')).toEqual(['Lima']);
  });
});

describe('virtual tokens', () => {
  const tokens = (template: string, isCausal = false) =>
    encodingOf(template, { causal: isCausal }).virtual;
  const starts = (template: string, isCausal = false) =>
    tokens(template, isCausal).tokens.map(({ startId }) =>
      startId === undefined ? undefined : (isCausal ? byteLevel : wordPiece).tokenText(startId),
    );

  test('start from the text that is written, one for each token', () => {
    expect(starts('{*"the capital of"} {capital}'.replace('the', 'The'))).toEqual([
      'The',
      'capital',
      'of',
    ]);
    expect(starts('{*} {*2} {capital}')).toEqual([undefined, undefined, undefined]);
  });

  test('repeat the text or cut it to their number', () => {
    expect(starts('{*5 "capital of"} {capital}')).toEqual([
      'capital',
      'of',
      'capital',
      'of',
      'capital',
    ]);
    expect(starts('{*1 "capital of"} {capital}')).toEqual(['capital']);
  });

  test('start from the token with a space where they do not come first', () => {
    expect(starts('{*"The"} is {*"The"} {capital}', true)).toEqual(['The', ' The']);
  });

  test('of one name share their vectors', () => {
    const { tokens: list, placement } = tokens('{*rel:2} {country} {*} {*rel} {capital}');
    expect(list).toEqual([{ name: 'rel' }, { name: 'rel' }, {}]);
    expect(placement).toEqual([
      { part: 0, rows: [0, 1], name: 'rel' },
      { part: 4, rows: [2] },
      { part: 6, rows: [0, 1], name: 'rel' },
    ]);
    expect(masked('{*rel:2} {country} {*} {*rel} {capital}')).toBe(
      '"[CLS]" *0 *1 "Peru" *2 *0 *1 "[MASK]"? "[SEP]"',
    );
  });

  test('have ids that masks and lengths count', () => {
    const encoding = encodingOf('{*2} {capital}');
    const { ids } = encoding.encode(example('Peru'), encoding.answerIds('Lima'));
    expect(ids).not.toContain(wordPiece.padId);
  });
});

describe('solved examples', () => {
  const demos = [
    example('Chad', 'Rome', 1),
    example('Mali', 'Oslo', 2),
    example('Cuba', 'Cairo', 3),
  ];

  test('come before the prompt in its own words, a line break between', () => {
    expect(causal('{demos:2}\n{country} is {capital}', 'Peru', { demos })).toBe(
      '"Chad" " is" " Rome" "\n" "Mali" " is" " Oslo" "\n" "Peru" " is"? " Lima"',
    );
    expect(causal('{demos:1}{country} is {capital}', 'Peru', { demos })).toBe(
      '"Chad" " is" " Rome" "\n" "Peru" " is"? " Lima"',
    );
    expect(masked('{demos:2}\n{country} is {capital}', 'Peru', { demos })).toBe(
      '"[CLS]" "Chad" "is" "Rome" "Mali" "is" "Oslo" "Peru" "is" "[MASK]"? "[SEP]"',
    );
  });

  test('may stand on a line between others', () => {
    expect(causal('What\n{demos:1}\n{country} is {capital}', 'Peru', { demos })).toBe(
      '"What" "\n" "What" "\n" "Chad" " is" " Rome" "\n" "Peru" " is"? " Lima"',
    );
  });

  test('keep what stands behind their answer', () => {
    expect(causal('{demos:1}\n{country} is {capital} a', 'Peru', { demos })).toBe(
      '"Chad" " is" " Rome" " a" "\n" "Peru" " is"? " Lima"',
    );
  });

  test('use the prompt’s own virtual tokens', () => {
    expect(causal('{demos:1}\n{*} {country} {*} {capital}', 'Peru', { demos })).toBe(
      '*0 " Chad" *1 " Rome" "\n" *0 " Peru" *1? " Lima"',
    );
  });

  test('never show the example that is asked', () => {
    const encoding = encodingOf('{demos:2}\n{country} is {capital}', { causal: true, demos });
    const asked = shown(encoding.encode(demos[0]!, encoding.answerIds('Rome')), byteLevel);
    expect(asked).toBe(
      '"Mali" " is" " Oslo" "\n" "Cuba" " is" " Cairo" "\n" "Chad" " is"? " Rome"',
    );
  });
});

describe('an input that is too long', () => {
  const long = 'Peru Chad Mali Cuba Iran';

  test('loses the last words of slots that may be shortened', () => {
    // [CLS], "is", the mask and [SEP] take four places.
    expect(masked('{country|shorten} is {capital}', long, { maxLength: 7 })).toBe(
      '"[CLS]" "Peru" "Chad" "Mali" "is" "[MASK]"? "[SEP]"',
    );
    expect(masked('{country|shorten} is {capital}', long, { maxLength: 9 })).toContain('"Iran"');
    expect(masked('{country|shorten} is {capital}', long, { maxLength: 4 })).toBe(
      '"[CLS]" "is" "[MASK]"? "[SEP]"',
    );
  });

  test('says how long it is and what to do', () => {
    expect(() => masked('{country} is {capital}', long, { maxLength: 7 })).toThrow(
      expect.objectContaining({
        code: 'data/too-long',
        message:
          'The prompt "p" has 9 tokens with the example x.jsonl:1, but the model reads at most 7.',
        nextStep: 'Write {column|shorten} for the slot that may be cut, or remove the example.',
      }),
    );
    expect(() => masked('{*4} {country|shorten} {capital}', long, { maxLength: 5 })).toThrow(
      expect.objectContaining({
        nextStep: 'Shorten the words of the template or take fewer virtual tokens.',
      }),
    );
  });
});

test('an answer without a token is an error', () => {
  expect(() => encodingOf('{capital}').answerIds('\u200b')).toThrow(
    expect.objectContaining({
      code: 'data/no-token',
      message: 'The answer "\u200b" of the prompt "p" has no token of the model.',
    }),
  );
});

test('a masked model needs a mask token', () => {
  const file = parse('---\nanswer: capital\n---\n@prompt p\n{country} {capital}\n');
  const model = { tokenizer: byteLevel, causal: false, maxLength: undefined };
  const encoding = new PromptEncoding(file.prompts[0]!, model);
  expect(() => encoding.encode(example('Peru'), [1])).toThrow(
    expect.objectContaining({ code: 'model/unsupported' }),
  );
});

describe('a tokenizer that starts a text with a space', () => {
  test('gets it before the first words and before no others', async () => {
    const made = byteTokenizer(['a', ' a']).files;
    const json = made['tokenizer.json'] as { pre_tokenizer: object };
    const pre_tokenizer = { ...json.pre_tokenizer, add_prefix_space: true };
    const path = join(folder, 'prefix');
    await writeFiles(path, { ...made, 'tokenizer.json': { ...json, pre_tokenizer } });
    const tokenizer = await loadTokenizer(path);
    const model = { tokenizer, causal: true, maxLength: undefined };
    const read = (template: string) => {
      const { prompts } = parse(
        `---\nmodel: m\nanswer: capital\ndata:\n  train: x.jsonl\n---\n@prompt p\n${template}\n`,
      );
      const encoding = new PromptEncoding(prompts[0]!, model);
      return {
        shown: shown(encoding.encode(example('a'), []), tokenizer),
        starts: encoding.virtual.tokens.map(({ startId }) => tokenizer.tokenText(startId!)),
      };
    };
    expect(read('a{*"a"}a {capital}')).toEqual({ shown: '" a" *0 "a"', starts: [' a'] });
    expect(read('{*"a"}a {capital}')).toEqual({ shown: '*0 "a"', starts: [' a'] });
  });
});

test('a slot that may be cut makes room for an answer that is still to be written', () => {
  const options = { causal: true, maxLength: 8 };
  const read = (template: string, room: number) =>
    encodingOf(template, options).encode(example('Peru Chad Mali Cuba'), [], room).ids.length;
  expect(read('{country|shorten} is {capital}', 0)).toBe(5);
  expect(read('{country|shorten} is {capital}', 3)).toBe(5);
  expect(read('{country|shorten} is {capital}', 5)).toBe(3);
  // What cannot be cut stays whole, as far as it fits by itself.
  expect(read('{country} is {capital}', 5)).toBe(5);
});

test('words behind deep virtual tokens have the tokens that they have behind others', async () => {
  // A tokenizer of SentencePiece's kind puts a space before a text, but not within one.
  const tokenizer = await loadTokenizer(await writeLlamaModel(join(folder, 'llama')));
  const ids = ['input', 'deep'].map((depth) => {
    const file = parse(
      `---\nmodel: m\nanswer: capital\ndata:\n  train: x.jsonl\n---\n@prompt p {depth: ${depth}}\n{*2} {country} {capital}\n`,
    );
    const encoding = new PromptEncoding(file.prompts[0]!, {
      tokenizer,
      causal: true,
      maxLength: undefined,
    });
    const { ids: all, rows } = encoding.encode(example('Chad Mali'), [0]);
    return all.filter((_, i) => rows[i]! < 0);
  });
  expect(ids[1]).toEqual(ids[0]);
});
