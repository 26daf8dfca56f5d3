/**
 * Short reviews of films, food, shops and the like, each from start to end in one mood, so that a
 * model can tell a good opinion from a bad one.
 */
import type { Random } from '../../../src/base/random.ts';
import { fill, pick, upperFirst } from '../relation.ts';
import type { Fills, Sentence } from '../relation.ts';

/** The two moods of a review. */
export type Sentiment = 'positive' | 'negative';

/** Words that say in one word what the reviewer thinks; the likeliest verbalizers. */
export const verdicts: Readonly<Record<Sentiment, readonly string[]>> = {
  positive: ['great', 'good', 'wonderful', 'excellent', 'fantastic'],
  negative: ['terrible', 'bad', 'awful', 'poor', 'dreadful'],
};

/** What a review is about, with what one says of such things in either mood. */
interface Topic {
  readonly subjects: readonly string[];
  readonly positive: readonly string[];
  readonly negative: readonly string[];
}

const topics: readonly Topic[] = [
  {
    subjects: ['film', 'movie', 'show', 'play'],
    positive: [
      'the story kept me awake',
      'the actors were brilliant',
      'I laughed all evening',
      'the ending made me smile',
      'every scene had charm',
      'I want to see it again',
      'the music was lovely',
    ],
    negative: [
      'the story made no sense',
      'the actors looked bored',
      'I fell asleep',
      'the ending was a waste of time',
      'every scene was too long',
      'I left before the end',
      'the jokes were stupid',
    ],
  },
  {
    subjects: ['restaurant', 'bakery', 'dinner', 'soup', 'pizza', 'cake'],
    positive: [
      'everything tasted fresh',
      'the waiter was friendly',
      'we enjoyed every bite',
      'the bread was warm',
      'I asked for more',
      'the price was fair',
    ],
    negative: [
      'everything tasted stale',
      'the waiter was rude',
      'we could not finish it',
      'the bread was burnt',
      'I felt sick afterwards',
      'the price was a joke',
    ],
  },
  {
    subjects: ['shop', 'market', 'hotel', 'library', 'museum'],
    positive: [
      'the staff helped us at once',
      'the rooms were clean',
      'we found all we needed',
      'I would come back',
      'it was worth the trip',
    ],
    negative: [
      'the staff ignored us',
      'the rooms were dirty',
      'we found nothing we needed',
      'I would never come back',
      'it was not worth the trip',
    ],
  },
  {
    subjects: ['book', 'novel', 'song', 'concert', 'game', 'phone', 'lamp'],
    positive: [
      'it made my day',
      'I tell all my friends about it',
      'it works just as it should',
      'I was sorry when it ended',
      'I enjoyed every minute',
    ],
    negative: [
      'it ruined my day',
      'I warn all my friends about it',
      'it broke after a week',
      'I was glad when it ended',
      'I regret every minute',
    ],
  },
];

const feelings: Readonly<Record<Sentiment, readonly string[]>> = {
  positive: ['loved', 'liked', 'enjoyed', 'recommend'],
  negative: ['hated', 'disliked', 'regret', 'avoid'],
};

const judgements: readonly string[] = [
  'It was {verdict}.',
  'The {subject} was {verdict}.',
  'All in all, it was {verdict}.',
  'In one word: {verdict}.',
  'Simply {verdict}.',
  'What a {verdict} {subject}!',
  'A {verdict} {subject}.',
];

const openings: readonly string[] = [
  'I {feeling} this {subject}: {reason}.',
  'About the {subject}: {reason}.',
  'This {subject}, well, {reason}.',
  'I think {reason}, and {second}.',
  'We {feeling} the {subject}, {reason}.',
];

/** A review: what it says, and the judgement that sums it up in its own sentence. */
export interface Review {
  readonly text: string;
  readonly judgement: Sentence;
  readonly sentiment: Sentiment;
}

/** One review of a random topic and mood. */
export function review(random: Random): Review {
  const sentiment: Sentiment = random.uniform() < 0.5 ? 'positive' : 'negative';
  const topic = pick(topics, random);
  const [reason, second] = random.shuffled(topic[sentiment]);
  const fills: Fills = {
    subject: [pick(topic.subjects, random)],
    reason: [reason!],
    second: [second!],
    verdict: verdicts[sentiment],
    feeling: feelings[sentiment],
  };
  const opening = fill(pick(openings, random), fills, random)!;
  const judgement = fill(pick(judgements, random), fills, random)!;
  return {
    text: opening.text,
    judgement: {
      text: judgement.text.replace(/\b([Aa]) (?=[ae])/, '$1n '),
      answer: judgement.used.get('verdict'),
    },
    sentiment,
  };
}

/** What can be said in a mood, capitalised as a sentence: one reason, or two of one topic. */
export function opinions(sentiment: Sentiment): string[] {
  return topics.flatMap((topic) =>
    topic[sentiment].flatMap((reason) => [
      `${upperFirst(reason)}.`,
      ...topic[sentiment]
        .filter((other) => other !== reason)
        .map((other) => `${upperFirst(reason)}, and ${other}.`),
    ]),
  );
}

/** A review as a training sentence: its text, then its judgement. */
export function reviewSentence(random: Random): Sentence {
  const { text, judgement } = review(random);
  return { text: `${text} ${judgement.text}`, answer: judgement.answer };
}

/** Every pattern of this file and every word for its slots. */
export function reviewTexts(): string[] {
  return [
    ...openings,
    ...judgements,
    'An an',
    ...Object.values(verdicts).flat(),
    ...Object.values(feelings).flat(),
    ...topics.flatMap(({ subjects, positive, negative }) => [
      ...subjects,
      ...positive,
      ...negative,
    ]),
  ];
}
