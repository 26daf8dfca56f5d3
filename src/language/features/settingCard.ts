/** What a setting is, as Markdown, for completion and hovers. */
import type { SettingHelp } from '../settingHelp.ts';

/** The description of a setting, what it takes and what it is by default. */
export function settingCard(help: SettingHelp): string {
  const takes = help.values.map((value) => `\`${value}\``).join(', ');
  const lines = [
    help.description,
    takes === '' ? '' : help.isClosed ? `One of ${takes}.` : `For example ${takes}.`,
    help.defaultValue === undefined ? '' : `Default: \`${help.defaultValue.replaceAll('"', '')}\`.`,
  ];
  return lines.filter((line) => line !== '').join('\n\n');
}
