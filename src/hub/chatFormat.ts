/** What a model's chat template puts around a question and its answer. */

/** The fixed text of one turn of a conversation: a user's message, then the assistant's. */
export interface ChatFormat {
  /** Before the user's message; the token that starts a text is part of it. */
  readonly before: string;
  /** Between the user's message and the assistant's. */
  readonly between: string;
  /** Whether a space stands before the assistant's message. */
  readonly spaced: boolean;
  /** Behind the assistant's message. */
  readonly after: string;
}

/** One message of a conversation. */
export interface ChatMessage {
  readonly role: 'user' | 'assistant';
  readonly content: string;
}

const question = 'ptune-question';
const answer = 'ptune-answer';

/**
 * The fixed text, found by rendering a conversation whose messages are known.
 *
 * @param render  the template; `asks` adds what the model reads before it answers
 * @throws Error when the template does not hold each message exactly once
 */
export function chatFormat(
  render: (messages: readonly ChatMessage[], asks: boolean) => string,
): ChatFormat {
  const user = { role: 'user', content: question } as const;
  const [before, between, ...more] = render([user], true).split(question);
  const whole = render([user, { role: 'assistant', content: answer }], false);
  const [lead, after, ...others] = whole.slice(whole.indexOf(question)).split(answer);
  if (between === undefined || after === undefined || more.length + others.length > 0) {
    throw new Error('it does not hold the user’s and the assistant’s message once each');
  }
  const beforeAnswer = lead!.slice(question.length);
  // What is asked may end before a space that the answer then starts with.
  const rest = beforeAnswer.startsWith(between) ? beforeAnswer.slice(between.length) : '';
  return {
    before: before!,
    between,
    after,
    spaced: /[ \t]$/.test(between) || /^[ \t]+$/.test(rest),
  };
}
