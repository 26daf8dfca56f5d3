/** Facts as an editor would gather them beside the capitals example. */
import type { ColumnFacts, Facts, ModelFacts } from '../../src/language/features/facts.ts';

const model: ModelFacts = {
  id: 'bundled/mini-mlm',
  place: 'bundled',
  kind: 'masked',
  bytes: 3_700_000,
  license: 'mit',
  maxTokens: 48,
  vocabularySize: 2295,
  takesCache: false,
  problem: undefined,
};

const column = (name: string, examples: readonly string[], distinct: number): ColumnFacts => ({
  ...{ name, examples, distinct, line: 1 },
  tokens: { median: 1, most: 3 },
});

/** The facts that feature tests share. */
export const facts: Facts = {
  files: ['a.jsonl', 'b.csv', 'words.txt', 'learned.safetensors'],
  tables: new Map([
    [
      'a.jsonl',
      {
        path: 'a.jsonl',
        rows: 3,
        columns: [
          column('country', ['Peru', 'France'], 3),
          column('capital', ['Lima', 'Paris'], 3),
        ],
      },
    ],
  ]),
  suggested: undefined,
  answers: ['Lima', 'Paris', 'Oslo'],
  models: [model, { ...model, id: 'gpt2', place: 'cache', kind: 'causal', bytes: 5e8 }],
  model,
  words: ['great', 'good', 'terrible', 'bad', 'grand'],
};
