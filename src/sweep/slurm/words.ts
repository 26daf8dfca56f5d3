/** What a person passes on to sbatch: split into words as a shell would, and looked at before use. */
import { PtuneError } from '../../base/errors.ts';

/** Options that a sweep sets itself, long and short, with those that would submit something else. */
const ownOptions: ReadonlySet<string> = new Set([
  ...['--array', '-a', '--output', '-o', '--error', '-e', '--chdir', '-D', '--parsable'],
  ...['--wrap', '--wait', '-W', '--test-only', '--input', '-i', '--open-mode', '--export'],
  ...['--export-file', '--help', '-h', '--usage', '--version', '-V', '--ignore-pbs'],
]);

/**
 * The words of some texts such as `--partition gpu --comment "two words"`. Quotes and backslashes mean
 * what they mean in a shell; nothing is expanded.
 *
 * @throws PtuneError `cli/usage` for an open quote, for a word that belongs to no option, and for an
 *   option that the sweep sets itself
 */
export function sbatchWords(texts: readonly string[]): string[] {
  return texts.flatMap((text) => {
    const words = wordsOf(text);
    words.forEach((word, i) => {
      const before = words[i - 1];
      // Only the value of an option may stand without a dash: anything else would be taken for the script.
      const isValue = before?.startsWith('-') && !before.includes('=');
      if (!word.startsWith('-') && !isValue) throw wrong(text, `"${word}" belongs to no option`);
      const name = word.startsWith('--') ? word.split('=')[0]! : word.slice(0, 2);
      if (word.startsWith('-') && ownOptions.has(name)) {
        throw wrong(text, `the sweep sets "${name}" itself`);
      }
    });
    return words;
  });
}

function wordsOf(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (quote !== undefined) {
      if (character === quote) quote = undefined;
      else if (quote === '"' && character === '\\' && /["\\$`]/.test(text[i + 1] ?? '')) {
        word = (word ?? '') + text[++i]!;
      } else word = (word ?? '') + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (character === '\\' && i + 1 < text.length) {
      word = (word ?? '') + text[++i]!;
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + character;
  }
  if (quote !== undefined) throw wrong(text, `a quote ${quote} is not closed`);
  if (word !== undefined) words.push(word);
  return words;
}

function wrong(text: string, why: string): PtuneError {
  return new PtuneError(
    'cli/usage',
    `--sbatch ${JSON.stringify(text)} cannot be passed on: ${why}.`,
    'Give options of sbatch such as --sbatch "--partition=gpu --time=1:00:00 --cpus-per-task=4".',
  );
}
