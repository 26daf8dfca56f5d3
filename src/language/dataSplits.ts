/** Which data files belong together: one with the training examples, and those of the other splits. */

/** The files of a data set, as paths in one folder; a split that has no file is left out. */
export interface SplitFiles {
  readonly train: string;
  readonly validation?: string;
  readonly test?: string;
}

const dataFile = /\.(jsonl|json|csv|tsv|parquet)$/i;
const trainStem = /(^|[._/\\-])train(ing)?$/i;
const heldOutStem = /(^|[._/\\-])(validation|valid|val|dev|eval|test)$/i;

/** The names under which the examples of a split are kept, the usual one first. */
const splitNames = {
  validation: ['validation', 'valid', 'val', 'dev'],
  test: ['test'],
} as const;

/**
 * The files beside `train` that hold the other splits, told by their names: of capitals.train.jsonl
 * capitals.validation.jsonl and capitals.test.jsonl.
 */
export function splitFilesOf(train: string, files: Iterable<string>): SplitFiles {
  const there = new Set(files);
  const { stem, ending } = stemOf(train);
  const sibling = (names: readonly string[]) =>
    trainStem.test(stem)
      ? names
          .map((name) => stem.replace(/train(ing)?$/i, name) + ending)
          .find((name) => there.has(name))
      : undefined;
  const validation = sibling(splitNames.validation);
  const test = sibling(splitNames.test);
  return {
    train,
    ...(validation !== undefined && { validation }),
    ...(test !== undefined && { test }),
  };
}

/**
 * The data files among `files` that can hold training examples, the likeliest first: those that are
 * named so, then others; JSON is often something else. Files of held-out examples are left out.
 */
export function trainingFiles(files: readonly string[]): string[] {
  const rank = (name: string) =>
    (trainStem.test(stemOf(name).stem) ? 0 : 2) + (/\.json$/i.test(name) ? 1 : 0);
  return files
    .filter((name) => dataFile.test(name) && !heldOutStem.test(stemOf(name).stem))
    .toSorted((a, b) => rank(a) - rank(b));
}

/** Whether the name of a data file says that it holds training examples. */
export function isNamedTrain(file: string): boolean {
  return dataFile.test(file) && trainStem.test(stemOf(file).stem);
}

function stemOf(file: string): { readonly stem: string; readonly ending: string } {
  const ending = /\.[^./\\]*$/.exec(file)?.[0] ?? '';
  return { stem: file.slice(0, file.length - ending.length), ending };
}
