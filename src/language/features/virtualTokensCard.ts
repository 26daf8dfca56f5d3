/** What virtual tokens are, as Markdown: the one form of the language that nobody knows beforehand. */
import { counted } from '../../base/format.ts';
import { markdownText } from '../../base/markdown.ts';
import type { Prompt, VirtualPart } from '../ast.ts';

/** Two lines on virtual tokens: how many vectors they are, and what these start from. */
export function virtualTokensCard(written: VirtualPart, prompt: Prompt): string {
  // Without a count and a text it is one.
  const count = written.count ?? (written.initText === undefined ? 1 : undefined);
  const part = { ...written, count };
  return `${whatText(part, prompt)}\n\n${startText(part, prompt)}${sharedText(part, prompt)}`;
}

function whatText({ count, initText }: VirtualPart, { train, from }: Prompt): string {
  const amount =
    count === undefined
      ? `Virtual tokens, one for each token of “${markdownText(initText ?? '')}”`
      : counted(count, 'virtual token');
  const [noun, verb] = count === 1 ? ['a vector', 'stands'] : ['vectors', 'stand'];
  const what =
    train.depth === 'deep'
      ? `keys and values in every layer of the model in place of words`
      : `${noun} that ${verb} in place of words`;
  if (from !== undefined) return `**${amount}**: ${what}, read from ${markdownText(from)}.`;
  return `**${amount}**: ${what}. Training finds those with which the model answers best; the model itself stays as it is.`;
}

function startText({ count, initText }: VirtualPart, { train, from }: Prompt): string {
  if (from !== undefined) return 'They are not trained.';
  const start = count === 1 ? 'It starts from' : 'They start from';
  if (initText !== undefined) {
    const text = `the embeddings of “${markdownText(initText)}”`;
    return `${start} ${text}${count === undefined ? '' : ', repeated or cut to that many'}.`;
  }
  if (train.depth === 'deep') return `${start} random vectors.`;
  return `${start} ${startOf(train.init)} (\`init: ${train.init}\`).`;
}

function startOf(init: Prompt['train']['init']): string {
  switch (init) {
    case 'vocabulary':
      return 'frequent tokens of the vocabulary';
    case 'random':
      return 'random vectors';
    case 'labels':
      return 'the label words';
    default:
      return 'the vectors of another run';
  }
}

/** Named ones are the same vectors at all of their places. */
function sharedText({ name }: VirtualPart, { parts }: Prompt): string {
  if (name === undefined) return '';
  const places = parts.filter((one) => one.kind === 'virtual' && one.name === name).length;
  return places > 1
    ? ` The ${places} places called \`${name}\` share the same vectors.`
    : ` Write \`{*${name}}\` at another place of this prompt to use the same vectors there.`;
}
