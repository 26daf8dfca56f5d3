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
}

/** Two prompts for one question: one in words to be written, and one that is learned. */
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
    '@prompt words',
    `${[...slots, `{${answer}}`].join(' ')} .`,
    '',
    '@# {*3} are three virtual tokens: vectors in place of words, which training finds.',
    '@prompt learned',
    `${['{*3}', ...slots, '{*3}', `{${answer}}`].join(' ')} .`,
    '',
  ].join('\n');
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
