/** What one prompt said to one example; every score is made from these. */
export interface Prediction {
  /** Index of the example in its split, from 0. */
  readonly example: number;
  /** The right answer (open answers) or label (classification). */
  readonly answer: string;
  /** The candidate with the highest score. */
  readonly predicted: string;
  readonly correct: boolean;
  /** Rank of the right answer among the candidates, from 1; ties count against it. */
  readonly rank: number;
  /** Probability of the right answer: softmax of the candidates' scores. */
  readonly probability: number;
  /** Probability of the predicted candidate. */
  readonly predictedProbability: number;
  /** Nats: −(mean log-probability of the right answer's tokens). */
  readonly loss: number;
  /** Of an answer that the model wrote: the F1 of its words against the right answer's. */
  readonly f1?: number;
}

/** A line of a run's predictions.jsonl: the run's own prompt, or a discrete one beside it. */
export interface RunPrediction extends Prediction {
  readonly prompt: string;
}
