/** Models of the Hub that prompts can be trained on, for people who have none in mind yet. */

/** One such model. */
export interface HubModel {
  readonly id: string;
  readonly family: string;
  readonly dtype?: 'fp16' | 'q4';
  /** What its ONNX file holds, in millions of numbers; a tied head is stored twice by some. */
  readonly millions: number;
}

/** Small ones first within each kind. */
export const hubModels: readonly HubModel[] = [
  { id: 'Xenova/distilbert-base-uncased', family: 'DistilBERT, masked', millions: 67 },
  { id: 'Xenova/bert-base-uncased', family: 'BERT, masked', millions: 110 },
  { id: 'Xenova/roberta-base', family: 'RoBERTa, masked', millions: 125 },
  { id: 'Xenova/gpt2', family: 'GPT-2, causal', millions: 163 },
  { id: 'Xenova/opt-125m', family: 'OPT, causal', millions: 164 },
  {
    id: 'HuggingFaceTB/SmolLM2-135M-Instruct',
    family: 'SmolLM2, causal, chat',
    millions: 135,
  },
  {
    id: 'onnx-community/Qwen2.5-0.5B-Instruct',
    family: 'Qwen2.5, causal, chat',
    millions: 494,
  },
  {
    id: 'onnx-community/Llama-3.2-1B-Instruct',
    family: 'Llama 3.2, causal, chat',
    dtype: 'fp16',
    millions: 1236,
  },
  { id: 'Xenova/t5-small', family: 'T5, encoder-decoder', millions: 94 },
  { id: 'Xenova/flan-t5-small', family: 'Flan-T5, encoder-decoder', millions: 110 },
];

/** About how many bytes are downloaded. */
export function downloadSize({ millions, dtype }: HubModel): number {
  return millions * 1e6 * (dtype === 'q4' ? 0.6 : dtype === 'fp16' ? 2 : 4);
}

/** About how many bytes of memory a training takes: weights in float32, prepared, and activations. */
export function memoryNeed({ millions }: HubModel): number {
  return millions * 1e6 * 8 + 3e8;
}
