/** The extension's settings, typed. */
import { workspace } from 'vscode';

/** Scores, only their differences to the baseline, or nothing. */
export type InlineMode = 'on' | 'differences' | 'off';

/** Every setting with its type; package.json declares the same ones. */
interface Settings {
  /** A Node to run the trainer with; looked for where it is empty. */
  readonly 'ptune.nodePath': string;
  /** What stands at the ends of `@prompt` lines beside the progress of a training. */
  readonly 'ptune.inlineScores': InlineMode;
  /** Show the number of tokens above each prompt. */
  readonly 'ptune.tokenCounts': boolean;
}

/** The value of a setting. */
export function setting<Key extends keyof Settings>(key: Key): Settings[Key] {
  return workspace.getConfiguration().get(key) as Settings[Key];
}

/** A text setting without the spaces around it; undefined where it is empty. */
export function textSetting(key: 'ptune.nodePath'): string | undefined {
  const text = setting(key).trim();
  return text === '' ? undefined : text;
}
