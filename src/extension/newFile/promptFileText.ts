/** The text of a new `.ptune` file from what a person chose: it can be scored and trained as it is. */

/** What was chosen. */
export interface NewPromptFile {
  readonly model: string;
  /** Paths relative to the new file. */
  readonly train: string;
  readonly validation?: string | undefined;
  readonly test?: string | undefined;
  /** The column that the model has to produce. */
  readonly answer: string;
  /** The columns that it reads. */
  readonly inputs: readonly string[];
  /** The answer's values, where the task is a classification. */
  readonly labels?: readonly string[] | undefined;
  /** Whether the model reads nothing that stands behind the answer. */
  readonly endsWithAnswer?: boolean;
}

/** A piece of a template: words that a person may replace, or text that stays. */
type Piece = { readonly words: string } | { readonly text: string };

/** Two prompts for one question: one in words to begin with, and one that is learned. */
export function promptFileText(file: NewPromptFile): string {
  const { model, train, validation, test, answer, inputs, labels } = file;
  const slots = inputs.map((column) => `{${column}}`);
  const settings = [
    `model: ${scalar(model)}`,
    'data:',
    `  train: ${scalar(train)}`,
    ...(validation === undefined ? [] : [`  validation: ${scalar(validation)}`]),
    ...(test === undefined ? [] : [`  test: ${scalar(test)}`]),
    `answer: ${scalar(answer)}`,
    ...(labels === undefined
      ? []
      : ['labels:', ...labels.map((label) => `  ${scalar(label)}: ${scalar(label)}`)]),
    'baseline: words',
  ];
  return [
    '---',
    ...settings,
    '---',
    '',
    ...(labels === undefined
      ? []
      : ['@# The words of each label stand behind it in the settings.']),
    '@# Write here how you would ask. The learned prompt has to be better than this one.',
    wordsHead,
    wording(file).map(written).join(''),
    '',
    '@# {*3} are three virtual tokens: vectors in place of words, which training finds.',
    '@prompt learned',
    ['{*3}', ...slots, '{*3}', `{${answer}}`, ...(file.endsWithAnswer ? [] : ['.'])].join(' '),
    '',
  ].join('\n');
}

const wordsHead = '@prompt words';

/** Where the template in words stands in the text of a new file. */
export function wordingSpan(text: string): { readonly start: number; readonly end: number } {
  const start = text.indexOf('\n', text.indexOf(`\n${wordsHead}\n`) + 1) + 1;
  return { start, end: text.indexOf('\n', start) };
}

/** The template in words as a snippet of the editor: its words are to be filled in, its slots stay. */
export function wordingSnippet(file: NewPromptFile): string {
  const escaped = (text: string) => text.replace(/[\\$}]/g, '\\$&');
  let place = 0;
  return wording(file)
    .map((piece) =>
      'words' in piece ? `\${${++place}:${escaped(piece.words)}}` : escaped(piece.text),
    )
    .join('');
}

function written(piece: Piece): string {
  return 'words' in piece ? piece.words : piece.text;
}

/** How one would ask at first, in words made from the names of the columns. */
function wording({ answer, inputs, labels, endsWithAnswer }: NewPromptFile): readonly Piece[] {
  const asked = wordsOf(answer);
  const slot = (column: string): Piece => ({ text: `{${column}}` });
  const end: readonly Piece[] = [slot(answer), ...(endsWithAnswer ? [] : [{ text: '.' }])];
  const [first, ...others] = inputs;
  if (first === undefined) return [{ words: `The ${asked} is` }, { text: ' ' }, ...end];
  if (labels === undefined && others.length === 0 && !generalAnswers.test(asked)) {
    // "The capital of {country} is {capital}."
    const lead = [{ words: `The ${asked} of` }, { text: ' ' }, slot(first), { text: ' ' }];
    return [...lead, { words: 'is' }, { text: ' ' }, ...end];
  }
  // "{review} In one word, the sentiment is {sentiment}.", "Question: {question} The answer is {answer}."
  const lead = inputs.flatMap((column, i): Piece[] => {
    const name = `${capitalized(wordsOf(column))}:`;
    const named: Piece[] = inputs.length > 1 ? [{ words: name }, { text: ' ' }] : [];
    return [...(i === 0 ? [] : [{ text: ' ' }]), ...named, slot(column)];
  });
  const question = labels === undefined ? `The ${asked} is` : `In one word, the ${asked} is`;
  return [...lead, { text: ' ' }, { words: question }, { text: ' ' }, ...end];
}

/** Names of columns that say nothing of what is asked. */
const generalAnswers = /^(answer|output|target|completion|response|result|text)s?$/i;

/** The name of a column as words: nothing in it is read as a directive or a slot. */
function wordsOf(column: string): string {
  const words = column.replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
  return words === '' ? 'answer' : words;
}

function capitalized(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Whether a template can name the column. */
export function canStandInTemplate(column: string): boolean {
  return column.trim() === column && column !== '' && !/[{}|:*"\r\n]/.test(column);
}

/** A value as YAML reads it back, quoted where it would read something else. */
function scalar(text: string): string {
  // A dot before a digit would begin a number.
  const isPlain = /^(?:\.{0,2}\/|[\p{L}_])[\p{L}\p{N}_./ -]*$/u.test(text) && text.trim() === text;
  const isWord = /^(true|false|yes|no|on|off|null|y|n|\.\.\.|\.inf|\.nan)$/i.test(text);
  return isPlain && !isWord ? text : JSON.stringify(text);
}
