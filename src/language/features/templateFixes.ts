/** Quick fixes for templates. */
import type { Prompt, PtuneFile, Span } from '../ast.ts';
import { nearestName } from '../nearest.ts';
import { escapedBraces } from '../printTemplate.ts';
import { repairedVirtual } from '../repairVirtual.ts';
import { fromOpenPrompt, fromTriple } from './convertTemplate.ts';
import { knownColumns } from './facts.ts';
import {
  type FixContext,
  type Fixers,
  type QuickFix,
  changeTitle,
  insert,
  replace,
} from './fix.ts';

function promptOf(file: PtuneFile, { start }: Span): Prompt | undefined {
  return file.prompts.find(
    ({ headSpan, templateSpan }) => headSpan.start <= start && start <= templateSpan.end,
  );
}

/** The template in place of one of another tool. */
export function conversions({ file, diagnostic, facts }: FixContext): QuickFix[] {
  const prompt = promptOf(file, diagnostic.span);
  if (!prompt) return [];
  const span = prompt.templateSpan;
  const source = file.text.slice(span.start, span.end);
  const answer = file.settings.answer ?? 'answer';
  const openPrompt = fromOpenPrompt(source, answer);
  if (openPrompt !== undefined) return [replace(span, openPrompt, 'Convert from OpenPrompt', true)];
  const subject = knownColumns(file, facts).find(({ name }) => name !== answer)?.name ?? 'subject';
  const { model } = facts;
  const known = model === undefined || model === 'missing' ? undefined : model.kind;
  const kinds = (['masked', 'causal'] as const).filter(
    (kind) => known === undefined || known === kind,
  );
  return kinds.flatMap((kind) => {
    const text = fromTriple(source, { subject, answer }, kind);
    const title = `Convert the P-tuning template for a ${kind} model`;
    return text === undefined ? [] : [replace(span, text, title, known === kind)];
  });
}

/** Doubles the braces around what is no slot. */
function literalSlot({ file, diagnostic }: FixContext): QuickFix {
  const part = promptOf(file, diagnostic.span);
  const open = file.text.lastIndexOf('{', diagnostic.span.start);
  const start = part && open >= part.templateSpan.start ? open : diagnostic.span.start;
  const close = file.text.indexOf('}', diagnostic.span.start);
  const lineEnd = /[\r\n]/.exec(file.text.slice(start))?.index ?? file.text.length - start;
  const end = close === -1 || close >= start + lineEnd ? diagnostic.span.end : close + 1;
  return replace({ start, end }, escapedBraces(file.text.slice(start, end)), literalTitle);
}

const literalTitle = 'Make the braces part of the words';

/** Doubles a brace that is not closed and the one that closes it as words; slots between them stay. */
function literalBrace({ file, diagnostic, written }: FixContext): QuickFix {
  const { start } = diagnostic.span;
  const rest = /^[^\r\n]*/.exec(file.text.slice(start))![0];
  let depth = 0;
  const strays = file.diagnostics
    .filter(({ code }) => code === 'template/stray-brace' || code === 'template/unclosed-brace')
    .filter(({ span }) => span.start > start && span.start < start + rest.length)
    .toSorted((a, b) => a.span.start - b.span.start);
  const partner = strays.find(({ code }) => {
    if (code === 'template/unclosed-brace') depth++;
    else depth--;
    return depth < 0;
  });
  const places = [start, ...(partner ? [partner.span.start] : [])];
  return {
    title: partner ? literalTitle : 'Make the brace part of the words',
    edits: places.map((at) => ({ span: { start: at, end: at }, text: file.text[at]! })),
    isPreferred: written === '{',
  };
}

/** The names of virtual tokens that the prompt at a place defines. */
function definedNames(file: PtuneFile, span: Span): Set<string> {
  const parts = promptOf(file, span)?.parts ?? [];
  return new Set(
    parts.flatMap((part) => (part.kind === 'virtual' && !part.repeats ? (part.name ?? []) : [])),
  );
}

/** Removes a filter with the bar before it. */
function withoutFilter({ file, diagnostic }: FixContext): QuickFix {
  const bar = file.text.lastIndexOf('|', diagnostic.span.start);
  const start = bar === -1 ? diagnostic.span.start : bar;
  return replace({ start, end: diagnostic.span.end }, '', 'Remove the filter');
}

/** The fixes by code. */
export const templateFixes: Fixers = {
  'template/empty': ({ file, diagnostic, facts }) => {
    const answer = file.settings.answer ?? 'answer';
    const column = knownColumns(file, facts).find(({ name }) => name !== answer)?.name;
    const words = column === undefined ? 'The answer is' : `{${column}} is`;
    return [insert(diagnostic.span.end, `\n${words} {${answer}}.`, 'Write a template', true)];
  },
  'template/no-answer': (context) => {
    const { file, diagnostic } = context;
    const converted = conversions(context);
    if (converted.length > 0) return converted;
    const text = ` {${file.settings.answer ?? 'answer'}}`;
    return [insert(diagnostic.span.end, text, 'Add the place of the answer', true)];
  },
  'template/two-answers': ({ file, diagnostic }) => {
    const { start, end } = diagnostic.span;
    const from = file.text[start - 1] === ' ' ? start - 1 : start;
    const other = diagnostic.related?.[0]?.span;
    return [
      replace({ start: from, end }, '', 'Remove this place'),
      other ? replace(other, '', 'Remove the first place') : undefined,
    ];
  },
  'template/unclosed-brace': (context) => [literalBrace(context)],
  'template/stray-brace': ({ diagnostic }) => [replace(diagnostic.span, '', 'Remove it')],
  'template/unclosed-string': ({ file, diagnostic }) => {
    const { end } = diagnostic.span;
    const isClosed = file.text[end] === '}';
    return [insert(end, isClosed ? '"' : '"}', 'Close the text', true)];
  },
  'template/bad-slot': (context) => [...conversions(context), literalSlot(context)],
  'template/unknown-filter': (context) => [withoutFilter(context)],
  'template/misplaced-filter': (context) => [{ ...withoutFilter(context), isPreferred: true }],
  'template/bad-virtual-token': ({ file, diagnostic, written }) => {
    if (/^["']/.test(written)) return [replace(diagnostic.span, '', 'Leave the text out', true)];
    const better = repairedVirtual(written.slice(1, -1), definedNames(file, diagnostic.span));
    return [replace(diagnostic.span, better, changeTitle(better), better !== '{*}')];
  },
  'template/bad-count': ({ diagnostic, written }) => {
    const most = written.startsWith('demos') ? 64 : 512;
    const value = Math.min(Math.max(Number(/\d+/.exec(written)?.[0] ?? 1), 1), most);
    const text = written.startsWith('demos') ? `demos:${value}` : String(value);
    return [replace(diagnostic.span, text, changeTitle(text))];
  },
  'template/undefined-virtual-token': ({ file, diagnostic, written }) => {
    const name = /^\{\s*\*\s*([A-Za-z][\w-]*)/.exec(written)?.[1];
    if (name === undefined) return [];
    const others = definedNames(file, diagnostic.span);
    const nearest = nearestName(name, others);
    return [
      nearest === undefined
        ? undefined
        : replace(diagnostic.span, `{*${nearest}}`, changeTitle(`{*${nearest}}`), true),
      replace(
        diagnostic.span,
        `{*${name}:3}`,
        'Make it three virtual tokens',
        nearest === undefined,
      ),
    ];
  },
  'template/unused-name': ({ file, diagnostic }) => {
    const colon = /^\s*:\s*/.exec(file.text.slice(diagnostic.span.end))?.[0] ?? '';
    const span = { start: diagnostic.span.start, end: diagnostic.span.end + colon.length };
    return [replace(span, '', 'Leave the name out')];
  },
  'template/after-answer': ({ file, diagnostic }) => {
    const { start, end } = diagnostic.span;
    const parts = promptOf(file, diagnostic.span)?.parts ?? [];
    const rest = parts.filter(({ span }) => start <= span.start && span.end <= end);
    const answer = parts.find(({ kind }) => kind === 'answer');
    // Words behind the answer seldom make sense before it; virtual tokens and slots do.
    const isMeant = rest.some(({ kind }) => kind !== 'text');
    const remove = replace(diagnostic.span, '', 'Remove what stands after the answer', !isMeant);
    if (!isMeant || !answer) return [remove];
    const moved = file.text.slice(answer.span.end, end).trim();
    const text = `${moved} ${file.text.slice(answer.span.start, answer.span.end)}`;
    const title = 'Move it in front of the answer';
    return [replace({ start: answer.span.start, end }, text, title, true), remove];
  },
};
