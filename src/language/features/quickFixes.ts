/** What an editor can do at once about a diagnostic. */
import type { PtuneFile } from '../ast.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { dataFixes } from './dataFixes.ts';
import type { Facts } from './facts.ts';
import { type Fixers, type QuickFix, changeTitle, replace } from './fix.ts';
import { deepFixes } from './deepFixes.ts';
import { headFixes } from './headFixes.ts';
import { settingsFixes } from './settingsFixes.ts';
import { templateFixes } from './templateFixes.ts';
import { valueFixes } from './valueFixes.ts';

const fixers: Fixers = {
  ...settingsFixes,
  ...valueFixes,
  ...headFixes,
  ...deepFixes,
  ...templateFixes,
  ...dataFixes,
};

/** The fixes of one diagnostic of `file`, the likeliest first. */
export function quickFixes(file: PtuneFile, diagnostic: Diagnostic, facts: Facts): QuickFix[] {
  const { span, data, code } = diagnostic;
  const written = file.text.slice(span.start, span.end);
  const named = data && replace(span, data.replacement, changeTitle(data.replacement), true);
  const own = fixers[code]?.({ file, diagnostic, facts, written }) ?? [];
  // Two titles for one change are one fix.
  const seen = new Set<string>();
  const isNew = ({ edits, creates }: QuickFix) => {
    const change = JSON.stringify([edits, creates]);
    return !seen.has(change) && !!seen.add(change);
  };
  return [named, ...own].filter((fix): fix is QuickFix => fix !== undefined && isNew(fix));
}
