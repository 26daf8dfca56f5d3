/** Other punctuation of a template. */
import { isMark, type MarkedText } from './markedText.ts';
import type { Rewording } from './rewording.ts';

const endMarks = ['', '.', '!', '?', ':', ';'];
const marksBeforeAnswer = ['', ':', ',', ' –'];

/** Marks at the end, before the answer, around and behind slots; and none at all. */
export function otherPunctuation(marked: MarkedText): Rewording[] {
  return [
    ...otherEnds(marked),
    ...beforeAnswer(marked),
    ...aroundSlots(marked),
    rewording('has no punctuation', marked.text.replace(/(?<!\p{N})[.,:;!?…–](?!\p{N})/gu, '')),
  ];
}

const rewording = (change: string, text: string): Rewording => ({
  kind: 'punctuation',
  change,
  text,
});

/** Where words stand behind the answer, or may: the mark at the end of the template. */
function otherEnds({ text, tail }: MarkedText): Rewording[] {
  if (tail !== '') return [];
  return endMarks.map((mark) =>
    rewording(
      mark === '' ? 'ends without a mark' : `ends with “${mark}”`,
      text.replace(/[.!?:;…]*(\s*)$/u, `${mark}$1`),
    ),
  );
}

function beforeAnswer({ text, tail, answer }: MarkedText): Rewording[] {
  const at = tail === '' ? text.indexOf(answer) : text.length;
  const before = /^([^]*?)[.,:;!?…–]?(\s*)$/u.exec(text.slice(0, at));
  if (!before || before[1]!.trim() === '') return [];
  return marksBeforeAnswer.map((mark) =>
    rewording(
      mark === '' ? 'has no mark before the answer' : `puts “${mark.trim()}” before the answer`,
      `${before[1]!.trimEnd()}${mark}${before[2] === '' ? '' : before[2]!}${text.slice(at)}`,
    ),
  );
}

function aroundSlots({ text, fixed }: MarkedText): Rewording[] {
  const changes: Rewording[] = [];
  let at = 0;
  for (const character of text) {
    const end = at + character.length;
    if (isMark(character) && !fixed.has(character)) {
      const [before, after] = [text.slice(0, at), text.slice(end)];
      changes.push(
        rewording(`puts ${character} in quotation marks`, `${before}"${character}"${after}`),
      );
      if (/^\s+\S/u.test(after)) {
        changes.push(rewording(`puts “,” behind ${character}`, `${before}${character},${after}`));
      }
    }
    at = end;
  }
  return changes;
}
