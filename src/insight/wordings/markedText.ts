/**
 * A template as one text in which each slot is a single character, so that words around slots can be
 * changed as text and the slots come out whole.
 */
import type { Prompt, TemplatePart } from '../../language/ast.ts';
import { printBraces } from '../../language/printTemplate.ts';

/** Characters of the last private plane, which mean nothing; one for each part that is no text. */
const [firstMark, lastMark] = [0x10_0000, 0x10_fffd];

/** A part of a template that is no text. */
type Hole = Exclude<TemplatePart, { readonly kind: 'text' }>;

export interface MarkedText {
  /** What may be changed: the whole template, or what stands before the answer. */
  readonly text: string;
  /** What has to stay behind it: of a model that reads forwards, the answer and what follows. */
  readonly tail: string;
  /** The mark of the answer; in `text` or first in `tail`. */
  readonly answer: string;
  /** Marks of parts that stay where they are, such as solved examples. */
  readonly fixed: ReadonlySet<string>;
  /** The parts that a changed `text` stands for. */
  readonly partsOf: (text: string) => TemplatePart[];
  /** A text for people, with slots as they are written in place of marks. */
  readonly shown: (text: string) => string;
}

/** Whether a character is the mark of a part. */
export function isMark(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return code >= firstMark && code <= lastMark;
}

/**
 * A prompt's template with marks for its slots.
 *
 * @param answerLast  the model reads nothing behind the answer
 */
export function markedText(prompt: Prompt, answerLast: boolean): MarkedText {
  const used = new Set(
    prompt.parts.flatMap((part) =>
      part.kind === 'text' ? Array.from(part.text).filter(isMark) : [],
    ),
  );
  const holes = new Map<string, Hole>();
  let next = firstMark;
  const markOf = (part: Hole): string => {
    while (used.has(String.fromCodePoint(next))) next++;
    const mark = String.fromCodePoint(next++);
    holes.set(mark, part);
    return mark;
  };
  const whole = prompt.parts
    .map((part) => (part.kind === 'text' ? part.text : markOf(part)))
    .join('');
  const marksOf = (kind: Hole['kind']) =>
    [...holes].filter(([, part]) => part.kind === kind).map(([mark]) => mark);
  const [answer = ''] = marksOf('answer');
  const end = answerLast ? whole.indexOf(answer) : whole.length;
  const tail = whole.slice(end);
  return {
    text: whole.slice(0, end),
    tail,
    answer,
    fixed: new Set(marksOf('demos')),
    partsOf: (text) => partsOf(text + tail, holes),
    shown: (text) =>
      Array.from(text, (c) => (holes.has(c) ? printBraces(holes.get(c)!) : c)).join(''),
  };
}

function partsOf(text: string, holes: ReadonlyMap<string, Hole>): TemplatePart[] {
  const parts: TemplatePart[] = [];
  let words = '';
  const flush = () => {
    if (words !== '') parts.push({ kind: 'text', text: words, span: { start: 0, end: 0 } });
    words = '';
  };
  for (const character of text) {
    const hole = holes.get(character);
    if (!hole) {
      words += character;
      continue;
    }
    flush();
    parts.push(hole);
  }
  flush();
  return parts;
}
