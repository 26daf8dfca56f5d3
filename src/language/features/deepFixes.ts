/** Quick fixes for deep prompts, and for what virtual tokens start from. */
import type { Prompt, PtuneFile, Span } from '../ast.ts';
import { lateVirtual, trainPlace } from '../deepChecks.ts';
import { type Fixers, type QuickFix, changeTitle, insert, replace } from './fix.ts';
import { eolOf, lineIndent, removal, removeTitle, settingAt } from './settingEdits.ts';

/** The fixes by code. */
export const deepFixes: Fixers = {
  'prompt/deep-encoder': (context) => {
    const { file, diagnostic } = context;
    const found = settingAt(context);
    if (!found) return [];
    const [path, { key, value }] = found;
    if (path.endsWith('encoder')) {
      const depth = diagnostic.related?.[0]?.span;
      return [replace(value, 'none', changeTitle('none')), depth ? asInput(depth) : undefined];
    }
    const indent = lineIndent(file.text, key.start);
    const lead = indent === undefined ? ', ' : eolOf(file) + indent;
    const set = (encoder: string, isPreferred: boolean) =>
      insert(value.end, `${lead}encoder: ${encoder}`, `Set "encoder: ${encoder}"`, isPreferred);
    return [set('mlp', true), set('none', false), asInput(value)];
  },
  'prompt/deep-placement': ({ file, diagnostic: { span } }) => {
    const isAround = ({ templateSpan: at }: Prompt) => at.start <= span.start && span.end <= at.end;
    const prompt = file.prompts.find(isAround);
    const depth = prompt && trainPlace(prompt, file.settingSpans, 'depth');
    return [prompt ? toStart(file, prompt) : undefined, depth ? asInput(depth.value) : undefined];
  },
  'prompt/no-run': (context) => {
    const found = settingAt(context);
    return [
      replace(context.diagnostic.span, 'vocabulary', changeTitle('vocabulary')),
      found ? removal(context.file, found[1], removeTitle(found[0])) : undefined,
    ];
  },
};

function asInput(span: Span): QuickFix {
  return replace(span, 'input', 'Set "depth: input"');
}

/** Moves the virtual tokens behind the first words before them. */
function toStart({ text }: PtuneFile, { parts, templateSpan }: Prompt): QuickFix | undefined {
  const late = lateVirtual(parts);
  // Where "@@" begins the template, what is put before it would make a directive of it.
  if (!late || text.startsWith('@@', templateSpan.start)) return undefined;
  const moved = late.parts.map(({ span }) => text.slice(span.start, span.end)).join(' ');
  const at = late.first.start;
  const isApart = at === templateSpan.start || /\s/.test(text[at - 1]!);
  const put = isApart ? `${moved} ` : ` ${moved}`;
  const taken = late.parts.map(({ span: { start, end } }) => ({
    span: { start: /[ \t]/.test(text[start - 1]!) ? start - 1 : start, end },
    text: '',
  }));
  return {
    title: 'Move all virtual tokens to the start',
    edits: [{ span: { start: at, end: at }, text: put }, ...taken],
    isPreferred: true,
  };
}
